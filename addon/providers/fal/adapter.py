"""The adapter: a job is submitted to the queue once, asked after by its path, and its clip fetched from its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...core import checking
from ...core.capabilities import Capabilities
from ...core.errors import Kind, ProviderError
from ...core.models import Request, Take
from ...core.provider import Inquiry, JobState, JobStatus
from .. import http, schema
from . import catalogue, history, jobs, results, uploads, words
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
            return self._past(take, path)
        with self._queue.reading():
            body, status = reply.body, reply.body["status"]
            if not isinstance(status, str) or not jobs.is_about(body, path):
                raise ValueError("the status of no job, or of another one")
        match status:
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
        raise self._queue.unknown(status)

    def cancel(self, take: Take) -> None:
        """Ask the queue to drop the job, or the model to stop: what becomes of it, the polls tell."""
        path = jobs.path(take)
        reply = self._queue.tell("PUT", f"{path}/cancel", tolerate=(400, 404, 409))
        status = reply.body.get("status") if isinstance(reply.body, Mapping) else None
        if reply.status < 300 and status != "ALREADY_COMPLETED":
            self._removed.add(path)

    def download(self, take: Take, target: Path, report: Callable[[float], None]) -> None:
        """Fetch the clip, whose address the last poll told; after a restart, a poll comes first."""
        path = jobs.path(take)
        if path not in self._clips:
            self.poll(take)
        url = self._clips.get(path)
        if url is None:
            raise ProviderError("{service} names no clip in this take’s result.", "Look again.", service=LABEL)
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
        try:
            reply = self._queue.ask(path)
        except http.RefusedError as error:
            body, status = error.reply.body, error.reply.status
            if words.is_unfinished(body):
                return JobStatus(JobState.RUNNING, text="Generating")
            if words.is_of_model(body, status) or (status == _CANCELLED and path in self._removed):
                return self._failed(path, body, status)
            if status in _FORGOTTEN:
                return self._past(take, path)
            raise
        if reply.status == 202:
            return JobStatus(JobState.RUNNING, text="Generating")
        return self._made(take, path, reply.body, reply.headers)

    def _made(self, take: Take, path: str, result: Any, headers: Mapping[str, str]) -> JobStatus:
        """A result is a success, even one in which no clip is found: it is paid for, and `download` says so."""
        with self._queue.reading():
            if not isinstance(result, Mapping):
                raise TypeError("a result that is no object")
            url = results.clip(result)
        if url is not None:
            self._clips[path] = url
        model = self._capabilities.model(take.request.model)
        cost = results.cost(headers, model.wire.get("price")) if model else None
        return JobStatus(JobState.SUCCEEDED, 1.0, cost=cost)

    def _failed(self, path: str, body: Any, status: int) -> JobStatus:
        if words.is_cancellation(body) or (path in self._removed and status == _CANCELLED):
            return JobStatus(JobState.CANCELLED)
        return JobStatus(JobState.FAILED, problem=words.failed(body, status))

    def _past(self, take: Take, path: str) -> JobStatus:
        """What the queue has forgotten: at once what was cancelled before it began, everything else after a while."""
        if path in self._removed:
            return JobStatus(JobState.CANCELLED)
        past = history.find(self._platform, take.request.model, jobs.request(path))
        if past is None or (past.output is None and past.status < 300):
            raise ProviderError(
                "{service} no longer has this take, neither in its queue nor in its history.",
                "Look at the service what became of it, or send it again.",
                Kind.NOT_FOUND,
                service=LABEL,
            )
        if past.status >= 300:
            return self._failed(path, past.output, past.status)
        return self._made(take, path, past.output, {})


_CANCELLED = 499
_FORGOTTEN = (404, 410)
