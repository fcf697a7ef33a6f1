"""Takes to send, and the adapter that sends them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from addon.core.capabilities import Capabilities
from addon.core.errors import Problem
from addon.core.models import Mode, Request, Take
from addon.core.provider import JobState, JobStatus
from addon.providers import fal, http

from .server import KEY, FalServer


def adapter(service: FalServer, key: str = KEY, known: Capabilities | None = None) -> fal.Fal:
    access = http.Access(lambda: http.Account(service.base, key), lambda: False)
    return fal.Fal(access, known)


def request(model: str = "lab/alpha", mode: Mode = Mode.TEXT, **change: Any) -> Request:
    given: dict[str, Any] = {
        "prompt": "a lighthouse",
        "duration": 6.0,
        "width": 1280,
        "height": 720,
        "fps": 24,
        "seed": 5,
    }
    return Request(provider="fal", model=model, mode=mode, **{**given, **change})


def take(of: Request | None = None, job_id: str | None = None) -> Take:
    now = datetime.now(UTC)
    return Take(id="t", number=1, request=of or request(), created_at=now, changed_at=now, job_id=job_id)


def submitted(provider: fal.Fal, of: Request | None = None) -> Take:
    new = take(of)
    return new.model_copy(update={"job_id": provider.submit(new)})


def problem(status: JobStatus) -> Problem:
    assert status.state is JobState.FAILED
    assert status.problem is not None
    return status.problem


def ignore(_fraction: float) -> None:
    """Nobody wants to know how far it is."""
