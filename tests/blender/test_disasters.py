"""What must survive: full disks, folders that cannot be written, a second Blender, and processes that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from .working import SMALL, generate, read_sidecar, strips

ENABLE = """
import bpy, sys, time
bpy.ops.preferences.addon_enable(module="bl_ext.user_default.generative_sessions")
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
import importlib
def installed(name): return importlib.import_module("bl_ext.user_default.generative_sessions." + name)
"""


@pytest.fixture
def small_drive(tmp_path: Path) -> Iterator[Path]:
    """A real file system of one megabyte."""
    drive = tmp_path / "drive"
    drive.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", drive], check=True)
    yield drive
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    subprocess.run(["umount", "--lazy", drive], check=True)


def test_on_a_full_drive_generating_is_refused_in_a_sentence_and_nothing_is_lost(
    fresh_file: None, small_drive: Path, runtime: Any, settled: Callable[..., None]
) -> None:
    blend = small_drive / "shot.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), compress=True)
    generate("A red fox", insert=False, duration=0.5)
    before = read_sidecar(blend)
    filler = small_drive / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            pass
    with pytest.raises(RuntimeError, match=r"space") as caught:
        generate("A blue whale", insert=False)
    assert "Traceback" not in str(caught.value)
    assert [session["name"] for session in read_sidecar(blend)["sessions"]] == [s["name"] for s in before["sessions"]]
    assert len(runtime.current().session.takes) == 2
    filler.unlink()
    settled(lambda: len(runtime.current().project.assets) == 2)
    assert len(read_sidecar(blend)["sessions"][0]["takes"]) == 2
    assert runtime.current().unsaved is None


def test_in_a_folder_that_cannot_be_written_generating_is_refused_in_a_sentence(
    fresh_file: None, small_drive: Path, runtime: Any
) -> None:
    blend = small_drive / "shot.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), compress=True)
    subprocess.run(["mount", "-o", "remount,ro", small_drive], check=True)
    with pytest.raises(RuntimeError, match=r"shot\.sessions\.json"):
        generate("A red fox")
    subprocess.run(["mount", "-o", "remount,rw", small_drive], check=True)


def test_a_second_blender_on_the_same_file_loses_nothing_of_the_first(
    saved_file: Path,
    runtime: Any,
    profile: Path,
    in_new_blender: Callable[..., str],
    settled: Callable[..., None],
) -> None:
    generate("First shot", insert=False)
    other = (
        ENABLE
        + "bpy.ops.sessions.new()\n"
        + f"bpy.ops.sessions.generate(prompt='Second shot', insert=False, **{SMALL!r})\n"
        + "installed('blender.files').flush()\n"
    )
    in_new_blender(other, profile, saved_file)

    def names() -> set[str]:
        return {session.name for session in runtime.current().project.sessions}

    settled(lambda: names() == {"First shot", "Second shot"})
    bpy.ops.sessions.rename(session_id=runtime.current().project.sessions[0].id, name="Opening")
    settled()
    assert {session["name"] for session in read_sidecar(saved_file)["sessions"]} == {"Opening", "Second shot"}
    assert len(read_sidecar(saved_file)["assets"]) == 2


def test_when_blender_is_killed_its_take_ends_in_the_next_one(
    saved_file: Path, runtime: Any, profile: Path, installed: Callable[[str], ModuleType], settled: Callable[..., None]
) -> None:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    code = (
        ENABLE
        + "settings = dict(prompt='A red fox', match_scene=False, width=320, height=180, fps=24.0, duration=5.0)\n"
        + "installed('blender.operators.generate').submit(bpy.context, settings)\n"
        + "pump, runtime = installed('blender.pump'), installed('blender.runtime')\n"
        + "while not any(m.fraction for m in runtime.current().progress.values()): pump.tick(); time.sleep(0.01)\n"
        + "print('RUNNING', flush=True); time.sleep(600)\n"
    )
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(profile)}
    with subprocess.Popen(
        [sys.executable, "-c", code, str(saved_file)], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert any(line.startswith("RUNNING") for line in process.stdout)
        process.send_signal(signal.SIGKILL)
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    assert [take.state for take in runtime.current().session.takes] == ["running"]
    installed("blender.workers").open_project(runtime.current().path)
    settled()
    assert [take.state for take in runtime.current().session.takes] == ["succeeded"]
    assert len(runtime.current().project.assets) == 1
    assert len(strips()) == 1


def test_a_worker_that_is_killed_is_replaced_and_its_take_ends(
    saved_file: Path, runtime: Any, installed: Callable[[str], ModuleType], start: Any, settled: Callable[..., None]
) -> None:
    workers = installed("blender.workers")
    start("A red fox", duration=3.0)
    settled(lambda: any(message.fraction for message in runtime.current().progress.values()))
    first = workers.process_id()
    os.kill(first, signal.SIGKILL)
    settled(lambda: len(runtime.current().project.assets) == 1)
    assert workers.process_id() not in (None, first)
    (take,) = runtime.current().session.takes
    assert take.state == "succeeded"


def test_a_drawing_process_that_dies_fails_its_take_in_a_sentence(
    saved_file: Path, runtime: Any, installed: Callable[[str], ModuleType], start: Any, settled: Callable[..., None]
) -> None:
    start("A red fox", duration=30.0)
    settled(lambda: any(message.fraction for message in runtime.current().progress.values()))
    worker = installed("blender.workers").process_id()
    for child in Path(f"/proc/{worker}/task/").glob("*/children"):
        for pid in child.read_text().split():
            os.kill(int(pid), signal.SIGKILL)
    settled()
    (take,) = runtime.current().session.takes
    assert take.state == "failed"
    assert take.problem.message.endswith(".") and "Traceback" not in str(take.problem)


def test_disabling_the_extension_leaves_no_process_behind(
    saved_file: Path, package_zip: Path, tmp_path: Path, in_new_blender: Callable[..., str]
) -> None:
    # In a profile of its own: Blender removes the libraries of what is disabled, whoever else uses them.
    code = (
        f"import bpy; bpy.ops.extensions.package_install_files(filepath={str(package_zip)!r}, repo='user_default')\n"
        + ENABLE
        + "settings = dict(prompt='A red fox', match_scene=False, width=320, height=180, fps=24.0, duration=30.0)\n"
        + "installed('blender.operators.generate').submit(bpy.context, settings)\n"
        + "pump, runtime, workers = (installed(f'blender.{n}') for n in ('pump', 'runtime', 'workers'))\n"
        + "while not runtime.current().progress: pump.tick(); time.sleep(0.01)\n"
        + "print('WORKER', workers.process_id())\n"
        + "bpy.ops.preferences.addon_disable(module='bl_ext.user_default.generative_sessions')\n"
    )
    said = in_new_blender(code, tmp_path / "profile", saved_file)
    (pid,) = [int(line.split()[1]) for line in said.splitlines() if line.startswith("WORKER")]
    deadline = time.monotonic() + 20
    while _family(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _family(pid) == []


def _family(pid: int) -> list[str]:
    """The processes whose own or parent's id is `pid`."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = status.read_text().rsplit(")", 1)[1].split()[1]
        except OSError:
            continue
        if str(pid) in (status.parent.name, parent):
            found.append(status.parent.name)
    return found


def test_where_no_worker_can_be_started_changes_are_written_all_the_same(
    saved_file: Path, runtime: Any, installed: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    generate("A red fox", insert=False)
    workers, client = installed("blender.workers"), installed("worker.client")
    workers.close()
    program = Path(client.__file__).with_name("__main__.py")
    hidden = program.rename(tmp_path / "hidden.py")
    try:
        with pytest.raises(RuntimeError, match=r"worker process"):
            generate("A blue whale")
        bpy.ops.sessions.rename(name="Opening")
        assert [session["name"] for session in read_sidecar(saved_file)["sessions"]] == ["Opening"]
    finally:
        hidden.rename(program)
        workers.forget_deaths()
