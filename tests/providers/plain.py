"""A small service as it should be, and an adapter to it: what is tried with it is the transport and the worker.

POST   /jobs       {"prompt": …}  →  {"id": …}
GET    /jobs/<id>                 →  {"id": …, "state": …, "progress": 0 to 1, "note": …, "clip": address}
DELETE /jobs/<id>
GET    /clips/<id>                →  the clip
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any
from urllib.parse import quote

from addon.core.capabilities import Capabilities, Model, Span
from addon.core.errors import Kind, Problem, ProviderError
from addon.core.models import Mode, Request, Take
from addon.core.provider import Inquiry, JobState, JobStatus
from addon.core.wording import say
from addon.providers import http
from tests.worker.clips import mp4

from .hostile import Asked, Behaviour, Line, Server

KEY = "sk-plain-0123456789abcdef"
CLIP = mp4(7, 300_000)

CAPABILITIES = Capabilities(
    id="plain",
    label="Plain",
    needs_network=True,
    free=False,
    at_once=64,
    models=(
        Model(
            id="plain-1",
            label="Plain 1",
            modes=frozenset({Mode.TEXT}),
            prompt_length=1000,
            duration=Span(1, 10),
            width=Span(16, 4096),
            height=Span(16, 4096),
            fps=None,
            seed=None,
        ),
    ),
)


class Plain:
    """The adapter."""

    capabilities = CAPABILITIES

    def __init__(self, access: http.Access, poll_after: float = 0.02) -> None:
        self._service = http.Service("Plain", access, lambda key: {"Authorization": f"Bearer {key}"})
        self._poll_after = poll_after

    def validate(self, request: Request) -> None:
        """It makes anything."""

    def submit(self, take: Take) -> str:
        """One POST."""
        return self._service.create(
            "/jobs", accepted=lambda reply: reply.body["id"], json={"prompt": take.request.prompt}
        )

    def find(self, take: Take) -> str | None:
        """It cannot tell."""
        raise ProviderError("Plain cannot tell.")

    def poll(self, take: Take) -> JobStatus:
        """One GET."""
        body = self._job(take)
        with self._service.reading():
            if body["id"] != take.job_id:
                raise ValueError(body["id"])
            state = JobState(body["state"])
            progress = None if body.get("progress") is None else min(1.0, max(0.0, body["progress"] / 1))
            note = http.plain(body.get("note", ""))
        problem = None
        if state is JobState.FAILED:
            problem = Problem(
                kind=Kind.SERVICE,
                message="{service} could not make this take: {why}.",
                remedy="Change the request, or try again.",
                values={"service": "Plain", "why": note},
            )
        return JobStatus(state, progress, "Generating", problem, self._poll_after)

    def cancel(self, take: Take) -> None:
        """One DELETE."""
        self._service.tell("DELETE", f"/jobs/{quote(take.job_id or '', safe='')}", tolerate=(404, 409))

    def download(self, take: Take, target: Path, report: Callable[[float], None]) -> None:
        """One GET for where the clip is, one for the clip."""
        body = self._job(take)
        with self._service.reading():
            address = str(body["clip"])
        self._service.fetch(address, target, report)

    def inquire(self) -> Inquiry:
        """It always is there."""
        return Inquiry(CAPABILITIES, say("Plain answers"))

    def close(self) -> None:
        """It holds nothing open."""

    def _job(self, take: Take) -> Any:
        body = self._service.ask(f"/jobs/{quote(take.job_id or '', safe='')}").body
        with self._service.reading():
            return dict(body)


class PlainServer(Server):
    """The service. What it does to each kind of request is first what is in `create`, `poll` and `clip`, then proper.

    `clip_at`: where it says that the clip is. `welcomes`: the same for connections.
    """

    def __init__(self) -> None:
        self.create: Iterator[Behaviour] = iter(())
        self.poll: Iterator[Behaviour] = iter(())
        self.clip: Iterator[Behaviour] = iter(())
        self.welcomes: Iterator[Callable[[object], bool]] = iter(())
        self.clip_at = "/clips/1"
        super().__init__(self._next, welcome=lambda end: next(self.welcomes, lambda _end: True)(end))

    def be_good(self) -> None:
        """From now on it does what it should."""
        self.create = self.poll = self.clip = iter(())
        self.welcomes = iter(())
        self.clip_at = "/clips/1"

    def count(self, method: str, start: str = "/") -> int:
        """How many requests of this kind came."""
        return sum(asked.method == method and asked.path.startswith(start) for asked in self.asked)

    def _next(self, asked: Asked) -> Behaviour:
        if asked.method == "POST":
            return next(self.create, _accept)
        if asked.method == "DELETE":
            return lambda line: line.json({})
        if asked.path.startswith("/clips/"):
            return next(self.clip, _hand_over)
        return next(self.poll, _tell)


def always(behaviour: Behaviour) -> Iterator[Behaviour]:
    """Whenever it is asked."""
    return repeat(behaviour)


def at_first(*behaviours: Behaviour, then: Iterator[Behaviour] | None = None) -> Iterator[Behaviour]:
    """One after the other, then properly."""
    return chain(behaviours, then or ())


def _accept(line: Line) -> None:
    line.json({"id": "job-1"})


def _tell(line: Line) -> None:
    server = line.server
    assert isinstance(server, PlainServer)
    line.json({"id": "job-1", "state": "succeeded", "progress": 1, "clip": server.clip_at})


def _hand_over(line: Line) -> None:
    line.answer(CLIP, Content_Type="video/mp4")
