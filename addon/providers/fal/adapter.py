"""The adapter: a job is submitted to the queue once, asked after by its path, and its clip fetched from its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...core import checking
from ...core.capabilities import Capabilities
from ...core.errors import Kind, Problem, ProviderError
from ...core.models import Request, Take
from ...core.provider import Inquiry, JobState, JobStatus
from .. import http, schema
from . import catalogue, jobs, results, uploads, words
from .hosts import LABEL, services


class Fal:
    """fal, with what an earlier inquiry `known` found out. Nothing about a job is kept here but what it saves."""

    def __init__(self, access: http.Access, known: Capabilities | None = None) -> None:
        self._queue, self._platform, self._storage = services(access, words.explain)
        self._capabilities = catalogue.capabilities(known)
        self._removed: set[str] = set()
        self._clips: dict[str, str] = {}

    @property
    def capabilities(self) -> Capabilities:
        """What it can do, as far as is known."""
        return self._capabilities

    def validate(self, request: Request) -> None:
        """Raise `InputError` if no endpoint could make this."""
        checking.check_request(request, self._capabilities)
        model = self._capabilities.model(request.model)
        if model:
            schema.check(model, request)

    def submit(self, take: Take) -> str:
        """Upload the inputs and put the request into the queue, once: the queue knows no idempotency key."""
        request = take.request
        self.validate(request)
        model = self._capabilities.model(request.model)
        if model is None or not jobs.is_endpoint(model.id):
            raise ProviderError(
                "{service} has no such model any more.", "Choose another one.", Kind.INPUT, service=LABEL
            )
        body = schema.body(model, request, uploads.upload(self._storage, request.inputs))
        queue = self._queue.account.base
        return self._queue.create(
            f"/{model.id}", accepted=lambda reply: jobs.accepted(reply.body, model.id, queue), json=body
        )

    def find(self, take: Take) -> str | None:
        """Never asked: the queue cannot be searched."""
        raise ProviderError("{service} cannot be searched for a take.", "Look at the service.", service=LABEL)

    def poll(self, take: Take) -> JobStatus:
        """Ask the queue; of a job that has ended, ask for the result, which alone tells whether it succeeded."""
        path = jobs.path(take)
        reply = self._queue.ask(f"{path}/status", {"logs": "1"}, tolerate=(404,))
        if reply.status == 404:
            return self._gone(path)
        body = reply.body if isinstance(reply.body, Mapping) else {}
        match body.get("status") if jobs.is_about(body, path) else None:
            case "IN_QUEUE":
                return words.waiting(body)
            case "IN_PROGRESS":
                return words.running(body)
            case "CANCELED" | "CANCELLED":
                return JobStatus(JobState.CANCELLED)
            case "FAILED":
                return self._failed(path, body, reply.status)
            case "COMPLETED":
                return self._failed(path, body, reply.status) if body.get("error") else self._ended(take, path)
        raise ProviderError(
            "{service} answered something that is not understood.", "Try again later.", Kind.NETWORK, service=LABEL
        )

    def cancel(self, take: Take) -> None:
        """Ask the queue to drop the job, or the model to stop: what becomes of it, the polls tell."""
        path = jobs.path(take)
        reply = self._queue.tell("PUT", f"{path}/cancel", tolerate=(400, 404, 409))
        status = reply.body.get("status") if isinstance(reply.body, Mapping) else None
        if reply.status < 300 and status != "ALREADY_COMPLETED":
            self._removed.add(path)

    def download(self, take: Take, target: Path, report: Callable[[float], None]) -> None:
        """Fetch the clip. fal keeps a result for an hour at most, the clip itself longer: see `_clips`."""
        path = jobs.path(take)
        url = self._clips.get(path) or results.clip(self._queue.ask(path).body)
        if url is None:
            raise ProviderError("{service} names no clip.", "Look again.", Kind.SERVICE, service=LABEL)
        self._queue.fetch(url, target, report)
        self._clips.pop(path, None)

    def inquire(self) -> Inquiry:
        """Read the catalogue, the prices and, if the key may, the balance."""
        inquiry = catalogue.inquire(self._platform)
        self._capabilities = inquiry.capabilities
        return inquiry

    def close(self) -> None:
        """Nothing is held open."""

    def _ended(self, take: Take, path: str) -> JobStatus:
        """What a job that has ended made. The answer has the status that the model gave: an error may be either's."""
        reply = self._queue.ask(path, tolerate=_ENDINGS)
        if reply.status == 202:
            return JobStatus(JobState.RUNNING, text="Generating")
        if reply.status in (404, 410) and not _is_of_model(reply):
            return self._gone(path)
        if reply.status >= 300:
            return self._failed(path, reply.body, reply.status)
        with self._queue.reading():
            if not isinstance(reply.body, Mapping):
                raise TypeError("a result that is no object")
        url = results.clip(reply.body)
        if url is None:
            problem = Problem(
                kind=Kind.SERVICE,
                message="{service} ended this take and names no clip.",
                remedy="Try again, or choose another model.",
                values={"service": LABEL},
            )
            return JobStatus(JobState.FAILED, problem=problem)
        self._clips[path] = url
        model = self._capabilities.model(take.request.model)
        return JobStatus(
            JobState.SUCCEEDED, 1.0, cost=results.cost(reply.headers, model.wire.get("price")) if model else None
        )

    def _failed(self, path: str, body: Any, status: int) -> JobStatus:
        if words.is_cancellation(body) or (path in self._removed and status == 499):
            return JobStatus(JobState.CANCELLED)
        return JobStatus(JobState.FAILED, problem=words.failed(body, status))

    def _gone(self, path: str) -> JobStatus:
        """What was cancelled before it began is forgotten at once; everything else after a while."""
        if path in self._removed:
            return JobStatus(JobState.CANCELLED)
        raise ProviderError(
            "{service} no longer has this take: results are kept for an hour at most.",
            "Look at the service what became of it, or send it again.",
            Kind.NOT_FOUND,
            service=LABEL,
        )


def _is_of_model(reply: http.Reply) -> bool:
    return isinstance(reply.body, Mapping) and isinstance(reply.body.get("detail"), list)


# What a result may be besides the model's output. What else there is (401, 403, 429, 502 to 504) is no word about the
# job, and it is asked again.
_ENDINGS = (202, 400, 404, 410, 422, 499, 500)
