"""A worker that is killed anywhere between the service's acceptance and the clip gets the clip when it starts again.

The worker is a process of its own, killed as hard as the system can; what starts again knows what the disk knows. What
a service forgets or replaces in the meantime is forgotten or replaced.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest

from addon.core.models import TakeState
from tests.worker.blender_side import SECONDS, leftovers

from .clients import Studio, logged
from .hostile import Asked, Behaviour, Line
from .plain import CLIP
from .speeches import SPEECHES, Spoken, at_work, secrets_in

PROJECT = Path(__file__).resolve().parents[2]


def forgotten(server: Spoken) -> None:
    """The queue of fal keeps a result for an hour at most, or for minutes."""
    gone: Behaviour = lambda line: line.json({"detail": "Request not found"}, 404)  # noqa: E731
    server.behaviours = {"poll": repeat(gone), "result": repeat(gone)}


def relinked(server: Spoken) -> None:
    """Links expire, and the task names new ones."""
    server.clip_at = "/files/new.mp4?_jwt=2"
    proper = server.proper

    def only_the_new(stage: str, asked: Asked) -> Behaviour:
        if stage == "clip" and not asked.path.startswith("/files/new.mp4"):
            return lambda line: line.json({"error": "Expired"}, 403)
        return proper(stage, asked)

    server.proper = only_the_new  # type: ignore[method-assign]


def unchanged(_server: Spoken) -> None:
    """Nothing happens."""


MEANWHILE: dict[str, tuple[Callable[[Spoken], None], ...]] = {
    "fal": (unchanged, forgotten),
    "runway": (unchanged, relinked),
}
STAGES = ("accepted", "running", "done", "clip", "half of the clip")


@pytest.fixture(params=SPEECHES)
def server(request: pytest.FixtureRequest) -> Iterator[Spoken]:
    """A service."""
    started = Spoken(request.param)
    yield started
    started.close()


def stalling(server: Spoken, stage: str, reached: threading.Event) -> dict[str, Iterator[Behaviour]]:
    """What the service does so that the worker stands still at a stage."""

    def stall(line: Line) -> None:
        reached.set()
        line.wait()

    def half(line: Line) -> None:
        line.answer(CLIP[: len(CLIP) // 2], Content_Length=str(len(CLIP)))
        stall(line)

    def under_way(line: Line) -> None:
        line.json(server.speech.running("", server.job, 0.5))

    match stage:
        case "accepted":
            return {"poll": repeat(stall)}
        case "running":
            return {"poll": chain([under_way], repeat(stall))}
        case "done":  # where a second question brings the clip's address, that is asked just then
            return {"result" if server.name == "fal" else "clip": repeat(stall)}
        case "clip":
            return {"clip": repeat(stall)}
    return {"clip": repeat(half)}


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_that_is_killed_before_it_has_the_clip_gets_it_afterwards(
    server: Spoken, stage: str, tmp_path: Path
) -> None:
    for number, meanwhile in enumerate(MEANWHILE.get(server.name, (unchanged,))):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        server.asked.clear()
        server.be_good()
        server.job = ""
        reached = threading.Event()
        server.behaviours = stalling(server, stage, reached)
        command = [sys.executable, "-m", "tests.providers.killed", server.name, server.base, str(folder)]
        worker = subprocess.Popen(command, cwd=PROJECT)
        try:
            assert reached.wait(SECONDS)
        finally:
            worker.kill()
            worker.wait(SECONDS)
        server.be_good()
        meanwhile(server)
        with logged() as log:
            provider = at_work(server.name, server.base, folder)
            studio = Studio(folder / "project", provider)
            (take,) = studio.until_at_rest(*studio.take_up())
            provider.close()
        assert take.state is TakeState.SUCCEEDED, f"{take.problem} {log.getvalue()}"
        assert studio.assets == [CLIP]
        assert server.creations() == 1
        assert leftovers(studio.sidecar) == []
        assert not secrets_in(studio, log.getvalue())
