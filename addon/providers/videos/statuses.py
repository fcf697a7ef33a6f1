"""What a `/v1/videos` server says of a job, in the terms of `core.provider`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...core.errors import Kind, Problem
from ...core.models import Cost
from ...core.provider import JobState, JobStatus
from ...core.wording import Text, say
from .. import http

_ENDS = {
    "completed": JobState.SUCCEEDED,
    "succeeded": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "expired": JobState.FAILED,
    "cancelled": JobState.CANCELLED,
    "canceled": JobState.CANCELLED,
    "deleted": JobState.CANCELLED,
}
_WAITING = frozenset({"queued", "pending"})
_GOING = frozenset({"in_progress", "processing", "running", "cancelling"})
_REFUSAL = re.compile(
    r"moderat|safety|content.?policy|content.?filter|nsfw|flagged|prohibited|sensitive", re.IGNORECASE
)


def is_job(body: Any) -> bool:
    """Whether an answer's body is a job, whatever the answer's HTTP status."""
    return isinstance(body, Mapping) and isinstance(body.get("status"), str) and isinstance(body.get("id"), str)


def status(body: Any, service: str, making: Text, poll_seconds: float) -> JobStatus | None:
    """How a job is doing, None if the server's word for it is not known. `making` is what is said while it runs.

    Raises `TypeError` if `body` is no job.
    """
    if not is_job(body):
        raise TypeError(f"{service} answered with what is no job")
    word = body["status"].lower()
    state = _ENDS.get(word)
    if state is JobState.FAILED:
        return JobStatus(state, problem=_expired(service) if word == "expired" else failure(body, service))
    if state is not None:
        return JobStatus(state, progress=1.0 if state is JobState.SUCCEEDED else None, cost=cost(body))
    if word in _WAITING:
        return JobStatus(
            JobState.QUEUED, text="Waiting at {service}", values={"service": service}, poll_after=poll_seconds
        )
    if word not in _GOING:
        return None
    return JobStatus(
        JobState.RUNNING,
        progress=progress(body),
        text=making.template,
        values=making.values,
        poll_after=poll_seconds,
    )


def progress(body: Mapping[str, Any]) -> float | None:
    """0 to 1. Where a server knows nothing between 0 and 100 percent, that is no progress."""
    value = body.get("progress")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 100:
        return None
    return value / 100


def cost(body: Mapping[str, Any]) -> Cost | None:
    """What OpenRouter says that a job cost, in US dollars."""
    usage = body.get("usage")
    value = usage.get("cost") if isinstance(usage, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        return None
    return Cost(amount=float(value), currency="USD")


def failure(body: Mapping[str, Any], service: str) -> Problem:
    """Why a job failed, in the server's own words."""
    why = http.said(body.get("error"))
    if _REFUSAL.search(f"{why} {_code(body)}"):
        return refusal(service, why)
    if not why:
        return Problem(
            kind=Kind.SERVICE,
            message="{service} failed to make the clip and does not say why.",
            remedy="Try again, with another seed or prompt.",
            values={"service": service},
        )
    return Problem(
        kind=Kind.SERVICE,
        message="{service} failed to make the clip: {why}.",
        remedy="Change what it names, or try again.",
        values={"service": service, "why": why.rstrip(".")},
    )


def refusal(service: str, why: str) -> Problem:
    """What is asked for is not allowed there."""
    if not why:
        return Problem(
            kind=Kind.REFUSED,
            message="{service} does not make this.",
            remedy="Change the prompt or the images.",
            values={"service": service},
        )
    return Problem(
        kind=Kind.REFUSED,
        message="{service} does not make this: {why}.",
        remedy="Change the prompt or the images.",
        values={"service": service, "why": why.rstrip(".")},
    )


def explain(service: str) -> http.Explain:
    """OpenRouter flags a prompt with 403, as if the key were wrong; what was flagged stands beside it."""

    def meaning(reply: http.Reply) -> Problem | None:
        error = reply.body.get("error") if isinstance(reply.body, Mapping) else None
        data = error.get("metadata") if isinstance(error, Mapping) else None
        if reply.status == 403 and isinstance(data, Mapping) and ("reasons" in data or "flagged_input" in data):
            return refusal(service, http.said(reply.body))
        return None

    return meaning


def addresses(body: Any) -> Iterator[str]:
    """Where else a clip lies, as the server says it: in a storage, beside its own content."""
    if not isinstance(body, Mapping):
        return
    for name in ("unsigned_urls", "urls", "url", "output_url"):
        value = body.get(name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and "://" in each:
                yield each


def making(frames: int | None, fps: float) -> Text:
    """What is said while a job runs; with how long the clip really gets, where that is reckoned here."""
    if frames is None:
        return say("Generating")
    return say("Generating {frames} frames ({seconds} s)", frames=frames, seconds=f"{frames / fps:.3g}")


def _code(body: Mapping[str, Any]) -> str:
    error = body.get("error")
    code = error.get("code") if isinstance(error, Mapping) else None
    return code if isinstance(code, str) else ""


def _expired(service: str) -> Problem:
    return Problem(
        kind=Kind.NOT_FOUND,
        message="The job has expired at {service}: its clip is gone.",
        remedy="Generate again.",
        values={"service": service},
    )
