"""Pictures of the cut with other takes, made in a process, with a small program in Blender's place."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

import pytest

from addon.worker import background
from addon.worker.messages import Tried, Try
from addon.worker.trying import Trial

# Makes a picture of each clip; where the scene is called so, it crashes, or goes on until it is ended.
PROGRAM = """
import json, os, sys, time
from pathlib import Path
order = json.loads(Path(sys.argv[-2]).read_text("utf-8"))
Path(order["folder"], "asked.json").write_text(json.dumps(order))
if order["scene"] == "crash":
    os._exit(7)
while order["scene"] == "endless":
    time.sleep(0.05)
made = {}
for asset_id, clip in order["clips"].items():
    made[asset_id] = str(Path(order["folder"], asset_id + ".png"))
    Path(made[asset_id]).write_text(f"{clip} at {order['frame']}")
Path(sys.argv[-1] + ".part").write_text(json.dumps({"pictures": made}))
os.replace(sys.argv[-1] + ".part", sys.argv[-1])
"""


class Asked:
    """A trial, and what it has told."""

    def __init__(self, folder: Path) -> None:
        program, scratch = folder / "program.py", folder / "scratch"
        program.write_text(PROGRAM)
        scratch.mkdir()
        self.folder, self.told = folder, list[Tried]()
        self.heard = threading.Event()
        self.trial = Trial((sys.executable, str(program)), scratch, self._hear)

    def _hear(self, message: Tried) -> None:
        self.told.append(message)
        self.heard.set()

    def order(self, order_id: str = "one", scene: str = "Scene", frame: int = 5) -> None:
        clips = {"a": Path("a.mp4"), "b": Path("b.mp4")}
        file, folder = self.folder / "cut.blend", self.folder / order_id
        folder.mkdir()
        self.trial.order(
            Try(
                path=self.folder / "film.sessions.json",
                order_id=order_id,
                file=file,
                scene=scene,
                meta="",
                strip="Strip",
                frame=frame,
                folder=folder,
                clips=clips,
            )
        )

    def answer(self) -> Tried:
        assert self.heard.wait(30), "nothing was told"
        self.heard.clear()
        return self.told[-1]

    def started(self, order_id: str) -> None:
        deadline = time.monotonic() + 30
        while not (self.folder / order_id / "asked.json").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


def test_a_picture_of_each_take_comes_into_the_folder_and_nothing_else_stays(asked: Asked) -> None:
    asked.order(frame=7)
    found = asked.answer()
    assert found.order_id == "one" and set(found.pictures) == {"a", "b"}
    assert found.pictures["a"].read_text() == "a.mp4 at 7"
    order = json.loads((asked.folder / "one" / "asked.json").read_text())
    assert order["do"] == "try" and (order["strip"], order["scene"]) == ("Strip", "Scene")
    assert order["libraries"], "where the extension's libraries are"
    assert not list((asked.folder / "scratch").iterdir())


def test_a_blender_that_crashes_is_told_as_no_pictures(asked: Asked) -> None:
    asked.order(scene="crash")
    assert asked.answer().pictures == {}


def test_a_blender_that_cannot_be_started_is_told_as_no_pictures(asked: Asked) -> None:
    asked.trial = Trial((str(asked.folder / "no blender"),), asked.folder / "scratch", asked._hear)
    asked.order()
    assert asked.answer().pictures == {}


def test_a_second_order_ends_the_first_which_is_not_answered(asked: Asked) -> None:
    asked.order("one", scene="endless")
    asked.started("one")
    asked.order("two")
    assert asked.answer().order_id == "two"
    _until_empty(asked.folder / "scratch")
    assert [each.order_id for each in asked.told] == ["two"]


@pytest.mark.parametrize("how", ["abandoned", "closed"])
def test_what_nobody_wants_any_more_is_ended_and_not_answered(asked: Asked, how: str) -> None:
    asked.order(scene="endless")
    asked.started("one")
    asked.trial.abandon("another")
    assert list((asked.folder / "scratch").iterdir()), "another one was meant"
    if how == "abandoned":
        asked.trial.abandon("one")
    else:
        asked.trial.close()
    _until_empty(asked.folder / "scratch")
    assert asked.told == []


def test_what_fails_when_nobody_wants_it_any_more_is_no_failure(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import os; os._exit(7)")
    assert background.asked((sys.executable,), program, {}, tmp_path, lambda: True) is None


def _until_empty(folder: Path) -> None:
    deadline = time.monotonic() + 30
    while list(folder.iterdir()):
        assert time.monotonic() < deadline, "the process was not ended"
        time.sleep(0.05)
