"""Every adapter before a service that answers rubbish: what they share must hold whatever they speak.

tests/providers/test_hostile_*.py tell each behaviour by its sentence; here each kind of rubbish is met by each adapter
at each stage, once and for ever.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest

from addon.core.models import TakeState
from tests.worker.blender_side import leftovers

from .clients import Studio, logged
from .hostile import Behaviour, Line
from .plain import CLIP
from .speeches import KEY, SPEECHES, Spoken, at_work, is_told_well, secrets_in


def replaced(value: Any, by: Any) -> Any:
    """An answer with every value exchanged."""
    if isinstance(value, dict):
        return {name: replaced(each, by) for name, each in value.items()}
    return [replaced(each, by) for each in value] if isinstance(value, list) else by


def wrong(by: Any) -> Behaviour:
    """The right answer, with every value in it exchanged."""

    def behave(line: Line) -> None:
        server = line.server
        assert isinstance(server, Spoken)
        line.json(replaced(server.answer(server.stage(line.asked)), by))

    return behave


BEHAVIOURS: dict[str, Behaviour] = {
    "reset": Line.reset,
    "closed": Line.hang_up,
    "html": lambda line: line.answer(b"<html>Bad gateway</html>", Content_Type="text/html"),
    "nothing": lambda line: line.answer(b""),
    "null": lambda line: line.json(None),
    "a list": lambda line: line.json([1, "two", None]),
    "an empty list": lambda line: line.json([]),
    "a text": lambda line: line.json("done"),
    "a number": lambda line: line.json(7),
    "an empty object": lambda line: line.json({}),
    "deep": lambda line: line.answer(b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    "lists for values": wrong([]),
    "numbers for values": wrong(7),
    "huge numbers for values": wrong(10**17),
    "nulls for values": wrong(None),
    "objects for values": wrong({"message": {"message": ["x"]}}),
    "tricks for values": wrong("../../\0\x1b[31m\u202e" + "A" * 5000),
    "half characters for values": wrong("\ud800"),
    "cut short": lambda line: line.answer(b'{"id": "1"', Content_Length="5000") or line.hang_up(),
    "a bomb": lambda line: line.answer(gzip.compress(bytes(16 << 20)), Content_Encoding="gzip"),
    "500 with the key": lambda line: line.json({"error": {"message": f"Bad {KEY}"}}, 500),
    "503 in html": lambda line: line.answer(b"<html>", 503),
    "404 in html": lambda line: line.answer(b"<html>", 404),
    "a redirect": lambda line: line.answer(b"", 302, Location="file:///etc/passwd"),
}

STAGES = {
    name: {
        "fal": ("create", "poll", "result", "history", "clip"),
        "comfyui": ("info", "before", "listen", "create", "poll", "queue", "clip"),
    }.get(name, ("create", "poll", "clip"))
    for name in SPEECHES
}

REFUSED = {(name, "create", "404 in html") for name in SPEECHES}
"""What surely was not accepted has failed."""
GONE = {
    *((name, "poll", "404 in html") for name in ("videos", "openrouter", "runway")),
    *(("comfyui", "queue", f"{each} for values") for each in ("tricks", "half characters")),
}
"""What a service says that it does not have has failed: to ComfyUI, a name with tricks is the name of another job."""
GOES_ON = {("comfyui", "poll", "an empty object")}
"""What a service says to be under way is waited for."""


@pytest.fixture(params=[(name, stage) for name in SPEECHES for stage in STAGES[name]], ids="-".join)
def met(request: pytest.FixtureRequest) -> Iterator[tuple[Spoken, str]]:
    """A service, and the stage at which it does something odd."""
    name, stage = request.param
    server = Spoken(name)
    yield server, stage
    server.close()


@pytest.mark.parametrize("name", SPEECHES)
def test_a_service_that_keeps_the_rules_is_understood(name: str, tmp_path: Path) -> None:
    server = Spoken(name)
    try:
        studio = Studio(tmp_path / "project", at_work(name, server.base, tmp_path))
        (take,) = studio.until_at_rest(*studio.generate())
        assert take.state is TakeState.SUCCEEDED, take.problem
        assert studio.assets == [CLIP]
        assert server.creations() == 1
    finally:
        server.close()


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_no_adapter_loses_a_take_or_sends_it_twice(met: tuple[Spoken, str], tmp_path: Path, behaviour: str) -> None:
    server, stage = met
    case = server.name, stage, behaviour
    for times in (1,) if case in GOES_ON else (1, None):
        folder = tmp_path / f"{times}"
        folder.mkdir()
        server.asked.clear()
        server.be_good()
        server.job = ""
        server.stays_silent = {1: 1, None: 99}[times] if stage == "queue" else 0
        server.behaviours = {stage: repeat(BEHAVIOURS[behaviour]) if times is None else chain([BEHAVIOURS[behaviour]])}
        if stage == "history":
            server.behaviours["result"] = repeat(lambda line: line.json({"detail": "Request not found"}, 404))
        with logged() as log:
            provider = at_work(server.name, server.base, folder)
            studio = Studio(folder / "project", provider)
            (take,) = studio.until_at_rest(*studio.generate())
            told = f"{take.problem} {log.getvalue()}"
            assert "mistake" not in told, told
            assert leftovers(studio.sidecar) == []
            assert take.problem is None or is_told_well(take.problem), told
            begun = stage not in ("info", "before") or take.state is not TakeState.FAILED
            assert server.creations() == begun
            if take.state is TakeState.FAILED:
                assert not begun or case in REFUSED | GONE, told
                assert take.job_id is None or case in GONE
            elif stage == "create" and take.state is TakeState.UNCERTAIN:
                assert take.job_id is None
            elif take.state is not TakeState.SUCCEEDED:
                assert take.state is TakeState.UNCERTAIN, told
                assert take.job_id
                server.be_good()
                assert studio.look_again(take.id).state is TakeState.SUCCEEDED
                assert server.creations() == 1
            if take.job_id and take.state is not TakeState.FAILED:
                assert studio.assets == [CLIP]
            if stage == "listen":
                assert take.state is TakeState.SUCCEEDED, told
            provider.close()
        assert not secrets_in(studio, log.getvalue())
