"""Blender's side of the worker: it never waits for it, and always gets rid of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from addon.core import sessions
from addon.core.models import Project, TakeState
from addon.worker import client, messages

from .blender_side import KILL, PROGRAM, SECONDS, BlenderSide, on_disk, take_on_disk
from .fake_service import FolderService
from .processes import exists, sockets, until_gone

ROOT = Path(__file__).resolve().parents[2]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux_only
def test_a_worker_that_hangs_holds_nobody_up_and_gets_everything_later(blender: BlenderSide) -> None:
    blender.generate({})
    blender.until_saved()
    os.kill(blender.client.pid, signal.SIGSTOP)
    try:
        busy, wall = time.process_time(), time.monotonic()
        for number in range(2000):  # the system takes some megabytes itself before ours pile up, how many is its affair
            prompt = f"{number} " + "x" * 50_000
            blender.commit(sessions.edit_draft(blender.project, {"prompt": prompt}, datetime.now(UTC)))
            blender.client.receive()
            if blender.client.unsent > 5_000_000:
                break
        waited = (time.monotonic() - wall) - (time.process_time() - busy)
        assert blender.client.unsent > 5_000_000
        assert blender.client.alive
        assert waited < 30, "sending waited for a process that does not read"
    finally:
        os.kill(blender.client.pid, signal.SIGCONT)
    blender.until_saved()
    assert blender.client.unsent == 0
    assert on_disk(blender.path) == blender.project


@linux_only
def test_closing_a_worker_that_hangs_is_bounded(blender: BlenderSide) -> None:
    blender.generate({})
    blender.until_saved()
    os.kill(blender.client.pid, signal.SIGSTOP)
    blender.client.close(timeout=0.2)
    assert not exists(blender.client.pid)
    assert not blender.client.alive


def test_a_worker_that_is_gone_is_known_only_after_its_last_word(blender: BlenderSide) -> None:
    (take_id,) = blender.generate({})
    blender.until(lambda: blender.service.downloads(take_id), "download")
    blender.until(lambda: blender.all(messages.Ended), "Ended")
    blender.generate({}, prompt="once more")
    blender.until(lambda: len(blender.all(messages.Ended)) == 2, "Ended")
    os.kill(blender.client.pid, KILL)
    while blender.client.alive:
        blender.client.wait(1.0)
        blender.listen()
    blender.client.send(messages.Open(path=blender.path))
    assert blender.client.receive(0.1) == []


def test_sending_to_a_dead_worker_does_not_kill_blender(tmp_path: Path, service: FolderService) -> None:
    """Blender does not ignore SIGPIPE for us: a process that has its default must survive too."""
    code = f"""
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from addon.worker import client, messages
if hasattr(signal, "SIGPIPE"):
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
worker = client.start(Path({str(tmp_path)!r}), [{str(service.folder)!r}], Path({str(PROGRAM)!r}))
worker._process.kill()
worker._process.wait()
for _ in range(3):
    worker.send(messages.Open(path=Path("x.sessions.json")))
worker.receive()
print("alive" if worker.alive else "noticed")
worker.close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "noticed"), done.stderr


def test_closing_waits_for_the_last_save(blender: BlenderSide) -> None:
    (take_id,) = blender.generate({"hold": ["submit"]})
    blender.close()
    assert any(isinstance(message, messages.Saved) for message in blender.heard)
    assert take_on_disk(blender.path, take_id).state is not TakeState.RUNNING


@linux_only
def test_a_worker_ends_when_blender_is_killed(tmp_path: Path, service: FolderService, sidecar: Path) -> None:
    code = f"""
import os, sys, time
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from tests.worker.blender_side import BlenderSide
from tests.worker.fake_service import FolderService
side = BlenderSide(Path({str(sidecar)!r}), FolderService(Path({str(service.folder)!r})), Path({str(tmp_path)!r}))
takes = side.generate({{"polls": 1000000}}, {{"hold": ["submit"]}})
side.until_held(takes[1], "submit")
print(side.client.pid, *takes, flush=True)
time.sleep(120)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as blender:
        try:
            assert blender.stdout is not None
            pid, polled, _ = blender.stdout.readline().split()
            assert exists(int(pid))
        finally:
            blender.kill()
    assert until_gone(int(pid))
    assert take_on_disk(sidecar, polled).state is TakeState.RUNNING
    assert not list(sidecar.parent.rglob("*.tmp"))


@linux_only
def test_child_processes_of_the_worker_do_not_hold_its_channel(blender: BlenderSide) -> None:
    """Or the worker would never hear that Blender is gone."""
    (take_id,) = blender.generate({"child": True, "polls": 1000000})
    blender.until_state(take_id, TakeState.RUNNING)
    child = int((blender.service.folder / "child").read_text())
    try:
        assert exists(child)
        assert sockets(child) == []
        assert sockets(blender.client.pid) != []
    finally:
        os.kill(child, signal.SIGKILL)


@linux_only
def test_control_c_does_not_end_the_worker(blender: BlenderSide) -> None:
    (take_id,) = blender.generate({"hold": ["submit"]})
    blender.until_held(take_id, "submit")
    os.kill(blender.client.pid, signal.SIGINT)
    blender.service.let_go(take_id, "submit")
    blender.until_ended(take_id)
    assert blender.take(take_id).state is TakeState.SUCCEEDED


@linux_only
def test_a_worker_told_to_end_by_the_system_writes_what_is_left_and_leaves_its_takes(blender: BlenderSide) -> None:
    (take_id,) = blender.generate({"polls": 1_000_000})
    blender.until_state(take_id, TakeState.RUNNING)
    os.kill(blender.client.pid, signal.SIGTERM)
    assert until_gone(blender.client.pid)
    assert take_on_disk(blender.path, take_id).state is TakeState.RUNNING


def test_a_blender_that_does_not_listen_for_a_while_holds_no_take_up(blender: BlenderSide) -> None:
    """While it renders, for example. What is told meanwhile is many times what fits between the two."""
    long = "x" * 200_000
    takes = blender.generate(*[{"polls": 20} for _ in range(8)], prompt=long)
    blender.until_saved()
    deadline = time.monotonic() + SECONDS
    while not (blender.path.exists() and len(on_disk(blender.path).assets) == 8):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    blender.until_ended(*takes)
    assert len(blender.all(messages.Ended)) == 8


def test_starting_costs_blender_less_than_the_worker_takes_to_be_up(blender: BlenderSide) -> None:
    before = time.monotonic()
    worker = client.start(blender.path.parent / "log", [str(blender.service.folder)], PROGRAM)
    started = time.monotonic()
    worker.send(messages.Save(path=blender.path, revision=1, part=Project()))
    assert worker.wait_for(lambda: False, lambda _: None, 0.0) is False
    heard: list[messages.FromWorker] = []
    assert worker.wait_for(lambda: bool(heard), heard.append, 60.0)
    up = time.monotonic()
    worker.close()
    assert started - before < (up - before) / 3


@pytest.mark.parametrize("name", ["addon", "generative_sessions"])
def test_the_program_runs_wherever_and_under_whatever_name_the_package_lies(
    name: str, tmp_path: Path, new_blender: Callable[[Path], BlenderSide]
) -> None:
    package = tmp_path / "bl_ext with spaces & ü" / name
    shutil.copytree(ROOT / "addon", package, ignore=shutil.ignore_patterns("__pycache__", "blender"))
    worker = client.start(tmp_path / "log", ["blender"], package / "worker" / "__main__.py")
    heard: list[messages.FromWorker] = []
    worker.send(messages.Save(path=tmp_path / "film.sessions.json", revision=7, part=Project()))
    try:
        assert worker.wait_for(lambda: bool(heard), heard.append, 60.0), (tmp_path / "log/worker.log").read_text()
    finally:
        worker.close()
    assert heard == [messages.Saved(path=tmp_path / "film.sessions.json", revision=7)]


def test_a_log_that_has_grown_is_begun_anew(tmp_path: Path, service: FolderService) -> None:
    (tmp_path / "worker.log").write_bytes(b"x" * 2_000_000)
    client.start(tmp_path, [str(service.folder)], PROGRAM).close()
    assert (tmp_path / "worker.log").stat().st_size < 1_000_000
    assert (tmp_path / "worker.old.log").stat().st_size == 2_000_000
