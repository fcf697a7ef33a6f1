"""What fal says, in words for people: errors, places in the queue, lines of logs.

Errors of models are lists of {loc, msg, type}, those of requests have a text and an `error_type`, those of the platform
a type and a message (fal's documentation: "Model Errors", "Request Error Types"; the Platform API's specification).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...core.errors import Kind, Problem
from ...core.provider import JobState, JobStatus
from ...core.wording import Words
from .. import http
from .hosts import LABEL

_REFUSALS = frozenset({"content_policy_violation", "content_policy", "nsfw_content_detected"})
_OWN_FAULTS = frozenset(
    {
        "internal_error",
        "internal_server_error",
        "generation_timeout",
        "downstream_service_error",
        "downstream_service_unavailable",
        "no_media_generated",
    }
)
_NEVER_OF_MODEL = frozenset({401, 402, 403, 429, 502, 503, 504})
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_PERCENT = re.compile(r"(?<!\d)(\d{1,3})%\|")
_LINE = 80


def explain(reply: http.Reply) -> Problem | None:
    """The problem that an answer tells, None if its status says all."""
    body = reply.body if isinstance(reply.body, Mapping) else {}
    details = body.get("detail") if reply.status not in _NEVER_OF_MODEL else None
    if isinstance(details, list) and (found := [each for each in details if isinstance(each, Mapping)]):
        return _of_model(found, reply.status)
    why = http.said(body)
    if reply.status in (402, 403) and any(word in why.lower() for word in ("balance", "locked", "top up")):
        return _problem(
            Kind.MONEY,
            "The account at {service} has no credit left: {why}.",
            "Add credit at the service, then try again.",
            why,
        )
    if body.get("error_type") in _REFUSALS:
        return _refused(why)
    return None


def failed(body: Any, status: int) -> Problem:
    """Why a job that has ended made nothing: from its status or its result."""
    body = body if isinstance(body, Mapping) else {}
    details = body.get("detail")
    if isinstance(details, list) and (found := [each for each in details if isinstance(each, Mapping)]):
        return _of_model(found, status)
    why = http.said(body)
    if body.get("error_type") in _REFUSALS:
        return _refused(why)
    if why:
        return _problem(Kind.SERVICE, "{service} could not make this take: {why}.", "Try again.", why)
    return _problem(Kind.SERVICE, "{service} could not make this take and does not say why.", "Try again.", "")


def is_of_model(body: Any, status: int) -> bool:
    """Whether an error at the place of a result is the model's own answer, which is final, and not the queue's.

    A model's error has details or an `error_type`; a person's mistake may be told in a text alone. An error of a server
    without any of that may be anybody's, and pass.
    """
    if not isinstance(body, Mapping) or status in _NEVER_OF_MODEL:
        return False
    details = body.get("detail")
    if isinstance(details, list) and any(isinstance(each, Mapping) for each in details):
        return True
    if isinstance(body.get("error_type"), str):
        return True
    return status in (400, 422) and bool(http.said(body))


def is_unfinished(body: Any) -> bool:
    """Whether an error at the place of a result says no more than that there is none yet."""
    return isinstance(body, Mapping) and isinstance(body.get("detail"), str) and "in progress" in body["detail"].lower()


def is_cancellation(body: Any) -> bool:
    """Whether a job ended because somebody cancelled it."""
    kind = body.get("error_type") if isinstance(body, Mapping) else None
    return isinstance(kind, str) and "cancel" in kind.lower()


def waiting(body: Mapping[str, Any]) -> JobStatus:
    """A job that has not begun."""
    place = body.get("queue_position")
    if isinstance(place, int) and not isinstance(place, bool) and place >= 0:
        return JobStatus(
            JobState.QUEUED, text="Waiting: {position} before it", values={"position": place}, poll_after=2.0
        )
    return JobStatus(JobState.QUEUED, text="Waiting", poll_after=2.0)


def running(body: Mapping[str, Any]) -> JobStatus:
    """A job that has begun: what it said last, and how far a progress bar in it is."""
    logs = body.get("logs")
    lines = [each.get("message") for each in logs if isinstance(each, Mapping)] if isinstance(logs, list) else []
    said = next((line for each in reversed(lines) if isinstance(each, str) and (line := _line(each))), "")
    if not said:
        return JobStatus(JobState.RUNNING, text="Generating")
    percent = _PERCENT.search(said)
    progress = min(int(percent[1]), 100) / 100 if percent else None
    return JobStatus(JobState.RUNNING, progress, text="Generating: {line}", values={"line": said})


def _line(message: str) -> str:
    """The last line of a message; a progress bar writes over itself."""
    parts = [part for part in re.split(r"[\r\n]+", _ESCAPES.sub("", message[-4000:])) if part.strip()]
    return http.plain(parts[-1], _LINE) if parts else ""


def _of_model(details: list[Mapping[str, Any]], status: int) -> Problem:
    """The problem in a list of a model's errors: a refusal before all others."""
    first = next((each for each in details if each.get("type") in _REFUSALS), details[0])
    why = http.said(first.get("msg"))
    if first.get("type") in _REFUSALS:
        return _refused(why)
    if status >= 500 or first.get("type") in _OWN_FAULTS:
        return _problem(Kind.SERVICE, "{service} could not make this take: {why}.", "Try again.", why)
    places = first.get("loc")
    names = [each for each in places if isinstance(each, str)] if isinstance(places, list) else []
    if names and names[-1] not in ("body", "query", "path", "header"):
        problem = _problem(
            Kind.INPUT,
            "{service} does not accept “{field}”: {why}.",
            "Change what it names, then generate again.",
            why,
        )
        return problem.model_copy(update={"values": {**problem.values, "field": http.plain(names[-1], 60)}})
    return _problem(
        Kind.INPUT, "{service} does not accept the request: {why}.", "Change what it names, then generate again.", why
    )


def _refused(why: str) -> Problem:
    return _problem(
        Kind.REFUSED,
        "{service} refuses the content: {why}." if why else "{service} refuses the content.",
        "Change the prompt or the inputs, then generate again.",
        why,
    )


def _problem(kind: Kind, message: Words, remedy: Words, why: str) -> Problem:
    return Problem(kind=kind, message=message, remedy=remedy, values={"service": LABEL, "why": why.rstrip(".") or "–"})
