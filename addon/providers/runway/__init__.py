"""Runway's API: text, images and video to video, by Runway's own models and by others that it hosts.

After its OpenAPI document of 2026-08-08 and its SDK 5.24.0. What the models take is in `data/runway.json`.
"""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from ...core.capabilities import Capabilities, Model, codec
from ...core.errors import InputError, Kind, Problem, ProviderError
from ...core.models import Cost, Request, Take
from ...core.provider import Inquiry, JobState, JobStatus
from ...core.wording import Value, say
from ..http import Access, Reply, Service, plain
from . import forms, media

_VERSION = "2024-11-06"
_DATA = Path(__file__).resolve().parents[1] / "data" / "runway.json"
_ID = re.compile(r"[0-9A-Za-z_-]{1,100}")
_POLL_SECONDS = (5.0, 7.5)  # no faster than every 5 s, and not all takes at the same moment
_CLIPS = frozenset({".mp4", ".mov", ".webm", ".mkv"})
_UNDER_WAY = frozenset({"PENDING", "THROTTLED", "RUNNING"})
_CURRENCY = "credits"
_LINK_IS_NOT_TO_BLAME = frozenset({Kind.NETWORK, Kind.OFFLINE, Kind.FILE})


def capabilities(known: Capabilities | None = None) -> Capabilities:
    """What Runway can do, with what an earlier inquiry `known` found out about the account's plan."""
    shipped = _shipped()
    return dataclasses.replace(shipped, models=tuple(_as_known(model, known) for model in shipped.models))


@cache
def _shipped() -> Capabilities:
    return codec().validate_json(_DATA.read_bytes())


def _as_known(model: Model, known: Capabilities | None) -> Model:
    before = known.model(model.id) if known else None
    return _limited(model, before.problem, before.wire.get("at_once")) if before else model


def _limited(model: Model, problem: Problem | None, at_once: Any) -> Model:
    wire = {**model.wire, "at_once": at_once} if isinstance(at_once, int) else model.wire
    return dataclasses.replace(model, problem=problem, wire=wire)


class Runway:
    """Takes at Runway; see `core.provider` for what the methods promise.

    Runway keeps tasks in line by itself (THROTTLED), so takes may be sent at once. It knows no way to find a task
    whose id was lost.
    """

    def __init__(self, access: Access, capabilities: Capabilities) -> None:
        """`capabilities` is what the function of that name tells."""
        self._capabilities = capabilities
        self._service = Service("Runway", access, _headers, _explain)
        self._links: dict[str, list[str]] = {}
        self._cancelled: dict[str, Cost | None] = {}

    @property
    def capabilities(self) -> Capabilities:
        """What Runway can do."""
        return self._capabilities

    def validate(self, request: Request) -> None:
        """Raise `InputError` for what Runway would refuse: a long prompt, a size that a mode lacks, a missing file."""
        forms.check(request, self._model(request))
        for each in request.inputs:
            media.check(each)

    def submit(self, take: Take) -> str:
        """Upload what is too large for the request, then send it, once. Returns the task's id."""
        request = take.request
        model = self._model(request)
        body = forms.body(request, model, media.Sender(self._service).uri)
        return self._service.create(forms.form(request, model).path, accepted=_accepted, json=body)

    def find(self, take: Take) -> str | None:
        """Cannot be told: Runway has no list of tasks."""
        raise ProviderError("{service} cannot say whether a take has arrived.", "Look there.", service="Runway")

    def poll(self, take: Take) -> JobStatus:
        """How the task is doing. After a cancellation it is gone, which is how a cancelled one is told."""
        job_id = _job_id(take)
        task = self._task(job_id)
        if task is None:
            if job_id in self._cancelled:
                return JobStatus(JobState.CANCELLED, cost=self._cancelled.pop(job_id))
            raise _unknown()
        with self._service.reading():
            if task["status"] == "SUCCEEDED":
                self._links[job_id] = _links(task)
            return self._status(task, take.request.model)

    def cancel(self, take: Take) -> None:
        """Ask Runway to stop. A task that has ended is left alone: the same call would delete it, clip and all.

        What already ran is charged for, as much as was estimated.
        """
        job_id = _job_id(take)
        task = self._task(job_id)
        cost = None
        if task is not None:
            with self._service.reading():
                if task["status"] not in _UNDER_WAY:
                    return
                running = task["status"] == "RUNNING"
                cost = _credits(task, "estimatedCost") if running else Cost(amount=0, currency=_CURRENCY)
            self._service.tell("DELETE", f"/v1/tasks/{job_id}", tolerate=(404,))
        self._cancelled[job_id] = cost

    def download(self, take: Take, target: Path, report: Callable[[float], None]) -> None:
        """Write the clip to `target`. Links expire after a day or two, so one that fails is asked for again, once."""
        job_id = _job_id(take)
        links = self._links.pop(job_id, None)
        if links:
            try:
                self._service.fetch(_clip(links), target, report)
                return
            except ProviderError as error:
                if error.problem.kind in _LINK_IS_NOT_TO_BLAME:
                    raise
        task = self._task(job_id)
        if task is None:
            raise _unknown()
        with self._service.reading():
            links = _links(task) if task["status"] == "SUCCEEDED" else []
        self._service.fetch(_clip(links), target, report)

    def inquire(self) -> Inquiry:
        """Ask for the account's balance and what its plan runs."""
        reply = self._service.ask("/v1/organization")
        with self._service.reading():
            credits = int(reply.body["creditBalance"])
            limits = reply.body["tier"]["models"]
            models = tuple(_planned(model, limits.get(model.id)) for model in self._capabilities.models)
        return Inquiry(
            dataclasses.replace(self._capabilities, models=models),
            say("Connected. {count:,} credits left.", count=credits),
            Cost(amount=credits, currency=_CURRENCY),
        )

    def close(self) -> None:
        """Nothing is held open."""

    def _model(self, request: Request) -> Model:
        model = self._capabilities.model(request.model)
        if model is None:
            raise InputError(
                "{provider} has no model “{model}”.",
                "Choose another model.",
                provider="Runway",
                model=request.model[:40],
            )
        return model

    def _task(self, job_id: str) -> dict[str, Any] | None:
        """The task as Runway tells it, None if it knows none of that id (any more)."""
        if not _ID.fullmatch(job_id):
            raise _unknown()
        reply = self._service.ask(f"/v1/tasks/{job_id}", tolerate=(404,))
        if reply.status == 404:
            return None
        with self._service.reading():
            task: dict[str, Any] = dict(reply.body)
            if task["id"] != job_id:
                raise ValueError("another task")
            return task

    def _status(self, task: Mapping[str, Any], model_id: str) -> JobStatus:
        estimated, cost = _credits(task, "estimatedCost"), _credits(task, "cost")
        pause = random.uniform(*_POLL_SECONDS)
        match task["status"]:
            case "SUCCEEDED":
                return JobStatus(JobState.SUCCEEDED, 1.0, cost=cost)
            case "FAILED":
                return JobStatus(JobState.FAILED, problem=_failure(task), cost=cost)
            case "CANCELLED":
                return JobStatus(JobState.CANCELLED, cost=cost)
            case "PENDING":
                return JobStatus(JobState.QUEUED, text="Waiting for Runway", poll_after=pause, cost=estimated)
            case "THROTTLED":
                return self._throttled(model_id, pause, estimated)
            case "RUNNING":
                progress = min(1.0, max(0.0, float(task.get("progress") or 0.0)))
                return JobStatus(JobState.RUNNING, progress, "Generating", poll_after=pause, cost=estimated)
            case str(other):
                raise self._service.unknown(other, pause)
            case _:
                raise TypeError("a task without a state")

    def _throttled(self, model_id: str, pause: float, cost: Cost | None) -> JobStatus:
        model = self._capabilities.model(model_id)
        most = forms.wire(model).at_once if model else 0
        if not model or not most:
            waiting = "Waiting: Runway runs as many takes as your plan allows"
            return JobStatus(JobState.QUEUED, text=waiting, poll_after=pause, cost=cost)
        values: dict[str, Value] = {"count": most, "model": model.label}
        text = "Waiting: your plan at Runway runs {count} at once of {model}"
        return JobStatus(JobState.QUEUED, text=text, poll_after=pause, values=values, cost=cost)


def _headers(key: str) -> dict[str, str]:
    """What opens Runway's API. Raises `ProviderError` for what cannot be its key, before it is sent anywhere."""
    if not key:
        raise ProviderError(
            "There is no key for {service}.", "Enter the service's key in the preferences.", Kind.KEY, service="Runway"
        )
    if not key.startswith("key_"):
        raise ProviderError(
            "The key entered for Runway is none of its API: those begin with “key_”.",
            "Make one at dev.runwayml.com, then enter it in the preferences.",
            Kind.KEY,
        )
    return {"Authorization": f"Bearer {key}", "X-Runway-Version": _VERSION}


def _explain(reply: Reply) -> Problem | None:
    """The field that was wrong, or that there are too few credits; else what the status says."""
    if reply.status != 400 or not isinstance(reply.body, dict):
        return None
    issues = reply.body.get("issues")
    if isinstance(issues, list) and issues:
        field, why = _path(issues[0]["path"]), _sentence(issues[0]["message"])
        if not field:
            return Problem(
                kind=Kind.INPUT,
                message="{service} does not accept the request: {why}.",
                remedy="Change what it names, then generate again.",
                values={"service": "Runway", "why": why},
            )
        values = {"service": "Runway", "field": field, "why": why}
        return Problem(
            kind=Kind.INPUT,
            message="{service} refuses {field}: {why}.",
            remedy="Change it, then generate again.",
            values=values,
        )
    why = _sentence(reply.body.get("error"))
    if "credits" not in why.lower():
        return None
    return Problem(
        kind=Kind.MONEY,
        message="{service} says: {why}.",
        remedy="Add credit at the service, then try again.",
        values={"service": "Runway", "why": why},
    )


def _path(path: list[Any]) -> str:
    """The place of a field as people write it: promptImage[0].uri; empty for the whole."""
    written = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return plain(written.lstrip("."), 80)


def _failure(task: Mapping[str, Any]) -> Problem:
    """Why a task failed, after docs.dev.runwayml.com/errors/task-failures. Unknown codes are final too."""
    code, why = str(task.get("failureCode") or ""), _sentence(task.get("failure"))
    parts = code.split(".")
    values = {"why": why or plain(code, 80) or "–"}
    if "SAFETY" in parts:
        return Problem(
            kind=Kind.REFUSED,
            message="Runway’s content check refused this: {why}.",
            remedy="Change the prompt or the inputs, then generate again.",
            values=values,
        )
    if parts[:2] == ["INTERNAL", "BAD_OUTPUT"]:
        return Problem(
            kind=Kind.SERVICE,
            message="Runway rejected what the model made: {why}.",
            remedy="Try again. If it fails again, change the prompt, or an input that has text laid over it.",
            values=values,
        )
    if parts[0] == "ASSET":
        return Problem(
            kind=Kind.INPUT,
            message="Runway cannot use an input file: {why}.",
            remedy="Choose another one.",
            values=values,
        )
    return Problem(kind=Kind.SERVICE, message="Runway could not make this: {why}.", remedy="Try again.", values=values)


def _sentence(text: Any) -> str:
    return plain(text).rstrip(".") if isinstance(text, str) else ""


def _credits(task: Mapping[str, Any], name: str) -> Cost | None:
    """An amount of credits in an answer, None if there is none."""
    amount = (task.get(name) or {}).get("credits")
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        return None
    return Cost(amount=max(0.0, amount), currency=_CURRENCY)


def _links(task: Mapping[str, Any]) -> list[str]:
    return [link for link in task["output"] if isinstance(link, str)]


def _clip(links: list[str]) -> str:
    """The link to the video, among those to other things that may come with it."""
    if not links:
        raise ProviderError("{service} names no clip for this take.", "Look again later.", service="Runway")
    return next((link for link in links if _suffix(link) in _CLIPS), links[0])


def _suffix(link: str) -> str:
    try:
        return PurePosixPath(urlsplit(link).path).suffix.lower()
    except ValueError:
        return ""


def _planned(model: Model, limits: Any) -> Model:
    """The model as the account's plan has it; a model that the plan does not name may still be there."""
    if not isinstance(limits, dict):
        return _limited(model, None, 0)
    most, daily = limits.get("maxConcurrentGenerations"), limits.get("maxDailyGenerations")
    problem = None
    if 0 in (most, daily):
        problem = Problem(
            kind=Kind.LIMIT,
            message="Your plan at Runway does not include {model}.",
            remedy="Choose another model, or another plan at dev.runwayml.com.",
            values={"model": model.label},
        )
    return _limited(model, problem, most or 0)


def _accepted(reply: Reply) -> str | None:
    job_id = reply.body["id"]
    return job_id if isinstance(job_id, str) and _ID.fullmatch(job_id) else None


def _job_id(take: Take) -> str:
    if take.job_id is None:
        raise ValueError(f"take {take.id} has no job yet")
    return take.job_id


def _unknown() -> ProviderError:
    return ProviderError(
        "{service} does not know this take (any more).",
        "Look there what became of it, or generate again.",
        Kind.NOT_FOUND,
        service="Runway",
    )
