"""Videos: one adapter for every server with `/v1/videos`; what differs is in `dialects`."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from ...core.capabilities import Cancelling, Capabilities, Model
from ...core.errors import InputError, Kind, ProviderError
from ...core.models import Cost, Request, Take
from ...core.provider import Inquiry, JobState, JobStatus
from ...core.wording import say
from .. import addresses, http
from . import bodies, dialects, openrouter, servers, statuses
from .dialects import Dialect

_ID = re.compile(r"[A-Za-z0-9_.:=+/-]+")
# After these from where a clip should lie, it may lie where the job says it does.
_ELSEWHERE = frozenset({400, 404, 410, 422, 500, 502, 503, 504})


class Videos:
    """Speaks to one server; see `core.provider` for what the methods promise."""

    def __init__(self, provider_id: str, access: http.Access, capabilities: Capabilities) -> None:
        """`provider_id` is “videos” (one's own server) or “openrouter”; `capabilities` what is known of it so far."""
        self._hosted = provider_id == openrouter.ID
        self._known = capabilities
        self._cancelled: set[str] = set()
        label = capabilities.label
        self._service = http.Service(label, access, _authorize, statuses.explain(label))

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, as far as that is known."""
        return self._known

    def validate(self, request: Request) -> None:
        """Raise `InputError` if the model is not there any more, or an input file is not, or is too large."""
        model = self._model(request)
        if model.problem:
            raise InputError.of(model.problem)
        bodies.check(request, model)

    def submit(self, take: Take) -> str:
        """POST /videos, once."""
        request = take.request
        model = self._model(request)
        bodies.check(request, model)
        dialect = dialects.of(model)
        uploads = [(dialect.uploads[each.role], each) for each in request.inputs if each.role in dialect.uploads]
        body = dialect.body(request, model)
        content = bodies.content(body, uploads, model, always_form=dialect.always_form)
        return self._service.create(self._path("/videos"), accepted=_accepted, **content)

    def find(self, take: Take) -> str | None:
        """Never known: no such server takes an id of ours."""
        raise ProviderError(
            "{service} cannot tell whether this take arrived.",
            "Look there whether it runs; then send it again or give it up.",
            service=self._service.label,
        )

    def poll(self, take: Take) -> JobStatus:
        """GET /videos/{id}: the id from the submission, whatever address later answers name."""
        dialect = self._dialect(take)
        try:
            body = self._job(take)
        except http.RefusedError as error:
            if error.problem.kind is Kind.NOT_FOUND and take.job_id in self._cancelled:
                return JobStatus(JobState.CANCELLED)
            raise
        with self._service.reading():
            status = statuses.status(body, self._service.label, self._making(take, dialect), dialect.poll_seconds)
        if status is None:
            raise self._service.unknown(body["status"], dialect.poll_seconds)
        return status

    def cancel(self, take: Take) -> None:
        """DELETE a job that runs, where that ends it. One that has ended keeps its clip."""
        if self._dialect(take).cancelling is not Cancelling.STOPS or self.poll(take).state not in (
            JobState.QUEUED,
            JobState.RUNNING,
        ):
            return
        reply = self._service.tell("DELETE", self._at(take), tolerate=(404, 409))
        if reply.status == 409:
            raise ProviderError(
                "{service} is still ending the job.", "Wait a while.", Kind.LIMIT, service=self._service.label
            )
        self._cancelled.add(_job_id(take))

    def download(self, take: Take, target: Path, report: Callable[[float], None]) -> None:
        """The server's own copy, with the key; where it has none, what the job says where the clip lies."""
        try:
            self._service.fetch(f"{self._at(take)}/content", target, report)
        except http.RefusedError as error:
            if error.reply.status not in _ELSEWHERE:
                raise
            url = next(statuses.addresses(self._job(take)), None)
            if url is None:
                raise
            self._service.fetch(url, target, report)

    def inquire(self) -> Inquiry:
        """Read the catalogue, and whether the key is taken."""
        return self._inquire_hosted() if self._hosted else self._inquire_own()

    def close(self) -> None:
        """Nothing is held open."""

    def _inquire_hosted(self) -> Inquiry:
        key = self._service.ask(self._path("/key"))
        with self._service.reading():
            balance = _money(key.body["data"].get("limit_remaining"))
        reply = self._service.ask(self._path("/videos/models"))
        with self._service.reading():
            self._known = openrouter.capabilities(servers.listed(reply.body))
        self._check_any()
        said = say("{service} takes the key. Models: {count}.", service=self._service.label, count=self._count)
        return Inquiry(self._known, said, balance)

    def _inquire_own(self) -> Inquiry:
        reply = self._service.ask(self._path("/models"))
        with self._service.reading():
            cards = servers.listed(reply.body)
        dialect = servers.owner(cards)
        if dialect is dialects.VLLM_OMNI and not self._has_videos():
            cards = []
        if dialect is None and self._is_litellm():
            info = self._service.ask(self._path("/model/info"), tolerate=(400, 401, 403, 404, 500))
            dialect = dialects.LITELLM
            with contextlib.suppress(LookupError, TypeError):
                cards = servers.listed(info.body)
        near = addresses.is_loopback(self._service.account.base)
        with self._service.reading():
            self._known = servers.capabilities(dialect or dialects.LITELLM, cards, needs_network=not near)
        self._check_any()
        kind = dialect.label if dialect else "/v1/videos"
        said = say("The server answers ({kind}). Models: {count}.", kind=kind, count=self._count)
        return Inquiry(self._known, said)

    @property
    def _count(self) -> int:
        """How many models there are."""
        return len(self._known.models)

    def _check_any(self) -> None:
        if not self._known.models:
            raise ProviderError(
                "{service} answers, but has no model that makes video.",
                "Check the address, and which model the server was started with.",
                service=self._service.label,
            )

    def _has_videos(self) -> bool:
        """vLLM without Omni lists its models alike, and makes texts."""
        return self._service.ask(self._path("/videos"), {"limit": "1"}, tolerate=(404, 405)).status == 200

    def _is_litellm(self) -> bool:
        """Its sign of life lies beside the API, not in it."""
        base = self._service.account.base.removesuffix("/v1")
        try:
            return servers.is_litellm(self._service.ask(f"{base}/health/liveliness").body)
        except ProviderError:
            return False

    def _model(self, request: Request) -> Model:
        model = self._known.model(request.model)
        if model is None:
            raise InputError(
                "{service} has no model “{model}” any more.",
                "Choose another model.",
                service=self._service.label,
                model=request.model,
            )
        return model

    def _dialect(self, take: Take) -> Dialect:
        """How to go on with a job. Where the model is gone, as of the others: a server is of one kind."""
        model = self._known.model(take.request.model)
        return dialects.of(model or next(iter(self._known.models), None))

    def _making(self, take: Take, dialect: Dialect) -> Any:
        model = self._known.model(take.request.model)
        counted = model is not None and dialect.body is bodies.counted_in_frames
        frames = bodies.frames(take.request, model) if counted and model else None
        return statuses.making(frames, round(take.request.fps) or 1)

    def _job(self, take: Take) -> Any:
        """The job as the server has it. vLLM-Omni answers for a failed one with an error's status."""
        try:
            body = self._service.ask(self._at(take)).body
        except http.RefusedError as error:
            if not statuses.is_job(error.reply.body):
                raise
            body = error.reply.body
        with self._service.reading():
            if self._dialect(take) is not dialects.LITELLM and body["id"] != take.job_id:  # LiteLLM changes its ids
                raise ValueError("another job")
        return body

    def _at(self, take: Take) -> str:
        return self._path(f"/videos/{quote(_job_id(take), safe='')}")

    def _path(self, path: str) -> str:
        """People give the address with or without the version at its end."""
        versioned = urlsplit(self._service.account.base).path.endswith("/v1")
        return path if versioned else f"/v1{path}"


def _authorize(key: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


def _accepted(reply: http.Reply) -> str | None:
    job_id = reply.body["id"]
    return job_id if isinstance(job_id, str) and _ID.fullmatch(job_id) else None


def _job_id(take: Take) -> str:
    if take.job_id is None:
        raise ValueError(f"take {take.id} has no job yet")
    return take.job_id


def _money(value: Any) -> Cost | None:
    """What the key may still spend, where it is limited."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Cost(amount=float(value), currency="USD")
