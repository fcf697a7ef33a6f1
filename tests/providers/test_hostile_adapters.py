"""Every adapter before a service that breaks the rules: what they share must hold whatever they speak.

tests/providers/test_hostile.py tells each behaviour by its sentence; here each is met by each adapter.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from addon.core.capabilities import Capabilities
from addon.core.models import TakeState
from addon.core.provider import Provider
from addon.providers import catalog, http
from addon.providers.videos import dialects, servers
from tests.worker.blender_side import leftovers

from .clients import Studio, logged
from .hostile import Asked, Behaviour, Line, Server
from .plain import CLIP

LIMITS = http.Limits(connect=20, silence=30, answer=60, short=1 << 20, clip=4 << 20)
KEY = "key_" + "0123456789abcdef" * 8
JOB = "3f9a1c52-7d0e-4b6f-9f3e-0123456789ab"


class Speech(NamedTuple):
    """How a service answers when all is well: at which stage a request is, and what the answer to it is."""

    stage: Callable[[Asked], str]
    answers: Callable[[str], dict[str, Any]]
    path: str = ""


def _fal_stage(asked: Asked) -> str:
    return "clip" if asked.path.startswith("/files") else "poll" if asked.path.endswith("?logs=1") else "result"


SPEECHES = {
    "fal": Speech(
        lambda asked: "create" if asked.method == "POST" else _fal_stage(asked),
        lambda base: {
            "create": {"request_id": JOB, "status": "IN_QUEUE"},
            "poll": {"request_id": JOB, "status": "COMPLETED"},
            "result": {"video": {"url": f"{base}/files/clip.mp4", "content_type": "video/mp4"}},
        },
    ),
    "videos": Speech(
        lambda asked: "create" if asked.method == "POST" else "clip" if asked.path.endswith("/content") else "poll",
        lambda base: {
            "create": {"id": JOB, "object": "video", "status": "queued", "progress": 0},
            "poll": {"id": JOB, "object": "video", "status": "completed", "progress": 100},
        },
    ),
    "openrouter": Speech(
        lambda asked: "create" if asked.method == "POST" else "clip" if "/content" in asked.path else "poll",
        lambda base: {
            "create": {"id": JOB, "polling_url": f"{base}/v1/videos/{JOB}", "status": "pending"},
            "poll": {"id": JOB, "status": "completed", "unsigned_urls": [f"{base}/v1/videos/{JOB}/content?index=0"]},
        },
        "/v1",
    ),
    "runway": Speech(
        lambda asked: "create" if asked.method == "POST" else "clip" if asked.path.startswith("/files") else "poll",
        lambda base: {
            "create": {"id": JOB},
            "poll": {
                "id": JOB,
                "status": "SUCCEEDED",
                "createdAt": "2026-11-22T12:00:00Z",
                "output": [f"{base}/files/clip.mp4?_jwt=1"],
            },
        },
    ),
}


class Spoken(Server):
    """A service that speaks as `speech` says; `behaviours` come first, by stage."""

    def __init__(self, speech: Speech) -> None:
        self.speech = speech
        self.behaviours: dict[str, Iterator[Behaviour]] = {}
        super().__init__(self._choose)

    def answer(self, stage: str) -> Any:
        """What is right at a stage."""
        return self.speech.answers(self.base)[stage]

    def _choose(self, asked: Asked) -> Behaviour:
        stage = self.speech.stage(asked)
        return next(self.behaviours.get(stage, iter(())), self._proper(stage))

    def _proper(self, stage: str) -> Behaviour:
        if stage == "clip":
            return lambda line: line.answer(CLIP, Content_Type="video/mp4")
        return lambda line: line.json(self.answer(stage))


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
        stage = server.speech.stage(line.asked)
        line.json(replaced(server.answer(stage) if stage != "clip" else {}, by))

    return behave


BEHAVIOURS: dict[str, Behaviour] = {
    "reset": Line.reset,
    "closed": Line.hang_up,
    "html": lambda line: line.answer(b"<html>Bad gateway</html>", Content_Type="text/html"),
    "nothing": lambda line: line.answer(b""),
    "null": lambda line: line.json(None),
    "a list": lambda line: line.json([1, "two", None]),
    "a text": lambda line: line.json("done"),
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
    "a redirect": lambda line: line.answer(b"", 302, Location="file:///etc/passwd"),
}


# Where a service says something, if oddly, an adapter may take it at its word.
GOES_ON = {
    (name, "poll", tricks)
    for name in ("videos", "openrouter")
    for tricks in ("tricks for values", "half characters for values")
}
"""A state that nobody knows is a job that goes on, as long as it is in an answer that is a job."""
HAS_FAILED = {
    ("fal", "result", each)
    for each in (
        "an empty object",
        "lists for values",
        "numbers for values",
        "huge numbers for values",
        "nulls for values",
        "objects for values",
        "500 with the key",
    )
}
"""fal's result has what the model answered, and the status that it gave: one without a clip has none."""


def at_work(name: str, base: str, folder: Path) -> Provider:
    """An adapter as the worker makes it."""
    access = http.Access(lambda: http.Account(base + SPEECHES[name].path, KEY), lambda: True, LIMITS)
    known = {"videos": _own_server}.get(name, lambda: None)()
    return catalog.make(name, catalog.Context((), folder, lambda _name: access, lambda: folder), known)


def _own_server() -> Capabilities:
    cards = [{"id": "Wan-AI/Wan2.2-T2V-A14B-Diffusers", "owned_by": "sglang"}]
    return servers.capabilities(dialects.SGLANG, cards, needs_network=False)


@pytest.fixture(params=SPEECHES)
def spoken(request: pytest.FixtureRequest) -> Iterator[tuple[str, Spoken]]:
    """A provider's name and a service for it."""
    server = Spoken(SPEECHES[request.param])
    yield request.param, server
    server.close()


def creations(server: Spoken) -> int:
    """How many submissions came."""
    return sum(server.speech.stage(asked) == "create" for asked in server.asked)


def test_a_service_that_keeps_the_rules_is_understood(spoken: tuple[str, Spoken], tmp_path: Path) -> None:
    name, server = spoken
    studio = Studio(tmp_path / "project", at_work(name, server.base, tmp_path))
    (take,) = studio.until_at_rest(*studio.generate())
    assert take.state is TakeState.SUCCEEDED, take.problem
    assert studio.assets == [CLIP]
    assert creations(server) == 1


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("stage", ["create", "poll", "result", "clip"])
def test_no_adapter_loses_a_take_or_sends_it_twice(
    spoken: tuple[str, Spoken], tmp_path: Path, stage: str, behaviour: str
) -> None:
    name, server = spoken
    if stage not in {*server.speech.answers(""), "clip"}:
        return
    met = name, stage, behaviour
    for times in (1,) if met in GOES_ON else (1, None):
        folder = tmp_path / f"{times}"
        folder.mkdir()
        server.asked.clear()
        endless = repeat(BEHAVIOURS[behaviour])
        server.behaviours = {stage: endless if times is None else chain([BEHAVIOURS[behaviour]])}
        with logged() as log:
            studio = Studio(folder / "project", at_work(name, server.base, folder))
            (take,) = studio.until_at_rest(*studio.generate())
            told = f"{take.problem} {log.getvalue()}"
            assert "mistake" not in told, told
            assert creations(server) == 1
            assert leftovers(studio.sidecar) == []
            assert take.problem is None or str(take.problem).isprintable()
            if stage == "create":
                assert take.state in (TakeState.UNCERTAIN, TakeState.SUCCEEDED), told
                assert take.state is TakeState.SUCCEEDED or take.job_id is None
            elif take.state is TakeState.FAILED:
                assert met in HAS_FAILED, told
            elif take.state is not TakeState.SUCCEEDED:
                assert take.state is TakeState.UNCERTAIN, told
                assert take.job_id
                server.behaviours = {}
                assert studio.look_again(take.id).state is TakeState.SUCCEEDED
                assert creations(server) == 1
            if take.job_id and take.state is not TakeState.FAILED:
                assert studio.assets == [CLIP]
        assert KEY[:10] not in studio.everything() + log.getvalue()
