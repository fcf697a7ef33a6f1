"""Several processes on one sidecar, and processes killed in the middle of writing it."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from addon.core.models import Draft, Project
from addon.storage import document, paths
from addon.storage.store import Store

from . import writer

ROOT = Path(__file__).resolve().parents[2]


def start(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    """A process that makes `count` changes to the sidecar."""
    command = [sys.executable, "-m", "tests.storage.writer", str(path), name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def content(path: Path) -> Project:
    """What the file says, with no recovery to help it."""
    found = document.read(path)
    assert found is not None
    return found[0]


def test_processes_that_write_at_the_same_time_lose_nothing(path: Path) -> None:
    count, names = 25, ["a", "b", "c", "d"]
    here = Store(path)
    writers = [start(path, name, count) for name in names]
    while any(process.poll() is None for process in writers):
        here.refresh()
        found = document.read(path)
        assert found is None or writer.changes_in(found[0]) is not None
        time.sleep(0.002)
    for process in writers:
        process.communicate()
        assert process.returncode == 0
    here.refresh()
    expected = {f"{name}-{number}" for name in names for number in range(count)}
    assert writer.changes_in(content(path)) == expected
    assert writer.changes_in(here.project) == expected


def test_a_writer_killed_at_any_moment_leaves_a_whole_file_with_everything_it_was_told_of(path: Path) -> None:
    chance = random.Random(1)
    store = Store(path)
    large = writer.session("large", "Takes long to write, so that many are killed in the middle of it")
    store.save(Project(sessions=(large.model_copy(update={"draft": Draft(prompt="word " * 200_000)}),)))
    durable: set[str] = set()
    for attempt in range(6):
        writers = [start(path, f"{name}{attempt}", 10_000) for name in "ab"]
        told = []
        for process in writers:
            assert process.stdout is not None
            told.append(process.stdout.readline())
        time.sleep(chance.uniform(0, 0.08))
        for process in writers:
            process.kill()
        for process, first in zip(writers, told, strict=True):
            lines = (first + process.communicate()[0]).split("\n")
            durable |= {line for line in lines[:-1] if line}  # the last one may have been cut off
        assert durable <= writer.changes_in(content(path))
        backup = document.read(paths.backup_path(path))
        assert backup is not None
        writer.changes_in(backup[0])
    assert len(durable) >= 12

    last = Store(path)
    last.save(writer.change("last", 0))
    assert durable | {"last-0"} <= writer.changes_in(content(path))
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["film.sessions.backup.json", "film.sessions.json"]
