"""Locks between processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from addon.core.errors import StorageError
from addon.storage.locks import lock, try_lock

from .test_processes import ROOT

HOLD = """
import sys
from pathlib import Path
from addon.storage.locks import try_lock
held = try_lock(Path(sys.argv[1]))
print("held" if held else "refused", flush=True)
sys.stdin.readline()
"""

COUNT = """
import sys
from pathlib import Path
from addon.storage.locks import lock
number = Path(sys.argv[2])
for _ in range(300):
    with lock(Path(sys.argv[1]), number):
        number.write_text(str(int(number.read_text()) + 1))
"""


def run(code: str, *arguments: Path) -> subprocess.Popen[str]:
    """Another process."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def answer(process: subprocess.Popen[str]) -> str:
    """The first line it prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_one_holds_it_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "take.lock"
    with run(HOLD, path) as holder, run(HOLD, path) as other:
        assert sorted((answer(holder), answer(other))) == ["held", "refused"]
        assert try_lock(path) is None
        for process in (holder, other):
            process.communicate("go\n")
    assert try_lock(path) is not None


def test_within_one_process_too(tmp_path: Path) -> None:
    path = tmp_path / "take.lock"
    first = try_lock(path)
    assert first is not None
    assert try_lock(path) is None
    first.release()
    first.release()
    with try_lock(path) or pytest.fail("nobody holds it"):
        assert try_lock(path) is None


def test_its_file_is_there_only_while_it_is_held(tmp_path: Path) -> None:
    path = tmp_path / "take.lock"
    held = try_lock(path)
    assert held is not None
    assert path.exists()
    held.release()
    assert list(tmp_path.iterdir()) == []


def test_that_of_a_killed_process_is_free(tmp_path: Path) -> None:
    path = tmp_path / "take.lock"
    with run(HOLD, path) as holder:
        assert answer(holder) == "held"
        holder.kill()
    assert path.exists()
    held = try_lock(path)
    assert held is not None
    held.release()
    assert list(tmp_path.iterdir()) == []


def test_waiting_ends_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "film.lock"
    held = try_lock(path)
    assert held is not None
    with (
        pytest.raises(StorageError, match=r"“film\.sessions\.json” has been in use by another Blender"),
        lock(path, tmp_path / "film.sessions.json", timeout=0.05),
    ):
        pytest.fail("two held it")
    held.release()


def test_processes_that_take_turns_never_hold_it_together(tmp_path: Path) -> None:
    path, number = tmp_path / "film.lock", tmp_path / "number"
    number.write_text("0")
    counters = [run(COUNT, path, number) for _ in range(3)]
    for process in counters:
        process.communicate()
        assert process.returncode == 0
    assert number.read_text() == "900"
    assert not path.exists()
