"""Having pictures made by a process, with a small program in Blender's place."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from addon.storage import pictures
from addon.worker.depiction import Depiction
from addon.worker.messages import Depict, Depicted

PAINTER = """
import json, sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from addon.storage import pictures
Path({started!r}).write_text(sys.argv[0])
for clip, picture in json.loads(Path(sys.argv[-1]).read_text("utf-8")):
    while clip.endswith("endless"):
        time.sleep(0.1)
    if not clip.endswith("broken"):
        pictures.write(Path(picture), [(1, 1, b"abcd")])
"""


class Asked:
    """A depiction, and what it has told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "pictures"
        self.started = folder / "started"
        self.told: list[Depicted] = []
        painter = folder / "painter.py"
        root = str(Path(__file__).resolve().parents[2])
        painter.write_text(PAINTER.format(root=root, started=str(self.started)), "utf-8")
        scratch = folder / "scratch"
        scratch.mkdir()
        self.depiction = Depiction((sys.executable, str(painter)), scratch, self.told.append)

    def order(self, *names: str) -> None:
        clips = {name: Path("clips", name) for name in names}
        self.depiction.order(Depict(path=Path("film.sessions.json"), folder=self.folder, clips=clips))

    @property
    def made(self) -> list[str]:
        return [name for message in self.told for name in message.made]

    @property
    def failed(self) -> list[str]:
        return [name for message in self.told for name in message.failed]


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    asked = Asked(tmp_path)
    yield asked
    asked.depiction.close()


def test_each_picture_is_there_when_it_is_told_and_told_once(asked: Asked) -> None:
    asked.order("one", "two")
    asked.order("three")
    until(lambda: len(asked.made) == 3)
    assert sorted(asked.made) == ["one", "three", "two"]
    assert pictures.read(pictures.path(asked.folder, "two"), 1)[0] == (1, 1, b"abcd")
    assert asked.failed == []


def test_a_clip_that_cannot_be_shown_is_told_and_the_others_are_made(asked: Asked) -> None:
    asked.order("one", "broken", "two")
    until(lambda: len(asked.made) + len(asked.failed) == 3)
    assert (asked.made, asked.failed) == (["one", "two"], ["broken"])


def test_a_program_that_cannot_be_started_fails_them_all(asked: Asked, tmp_path: Path) -> None:
    told: list[Depicted] = []
    depiction = Depiction((str(tmp_path / "no blender"),), tmp_path, told.append)
    depiction.order(Depict(path=Path("film.sessions.json"), folder=tmp_path / "pictures", clips={"one": Path("one")}))
    until(lambda: bool(told))
    assert told[0].failed == ("one",)


def test_closing_ends_the_process_and_tells_nothing_more(asked: Asked) -> None:
    asked.order("endless")
    until(asked.started.exists)
    asked.order("one")
    process = asked.depiction._process
    assert process is not None
    asked.depiction.close()
    until(lambda: process.poll() is not None)
    until(lambda: not asked.depiction._working)
    assert asked.told == []
