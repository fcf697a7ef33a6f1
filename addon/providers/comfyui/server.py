"""A ComfyUI server's answers, as far as they are used; routes and shapes are those of `server.py` of ComfyUI 0.33."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from ...core.errors import InputError, Kind, ProviderError
from ...core.models import Input
from .. import http
from ..http import Reply
from . import catalogue, refusals
from .nodes import Nodes
from .workflow import Graph

_FOLDER = "generative-sessions"
_PIECE = 1 << 20
_RECENT = "200"
_NO_SUCH_ROUTE = (404, 405)
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_STATES = ("success", "error")
_MARK = "generative_sessions_take"


class Entry(NamedTuple):
    """A job in the queue or the history: `[number, id, graph, extra data, …]`."""

    number: float
    job_id: str
    graph: Graph
    take_id: str


class Ended(NamedTuple):
    """What the history says of a job. `told`: the messages about its end, by their names."""

    graph: Graph
    outputs: Any
    failed: bool
    told: Mapping[str, Mapping[str, Any]]


class Queue(NamedTuple):
    """What runs and what waits, in the order in which it will be done."""

    running: tuple[Entry, ...]
    pending: tuple[Entry, ...]


class Server:
    """One server. Its methods raise `ProviderError`. Safe to use from several threads."""

    def __init__(self, access: http.Access) -> None:
        self.service = http.Service(catalogue.LABEL, access, _authorize, refusals.forbidden)

    def queue(self) -> Queue:
        """What runs and what waits."""
        body = self._asked("/queue")
        with self.service.reading():
            told = [_a_list(body[name]) for name in ("queue_running", "queue_pending")]
            running, pending = (tuple(_entries(each)) for each in told)
            if len(running) + len(pending) < sum(map(len, told)):  # one of them may be the one that is looked for
                raise ValueError("what is no job")
        return Queue(running, tuple(sorted(pending, key=lambda each: each.number)))

    def ended(self, job_id: str) -> Ended | None:
        """What became of a job; None while it has not ended, and where it is not known."""
        body = self._asked(f"/history/{quote(job_id, safe='')}")
        with self.service.reading():  # what is no history must not pass for one that does not have the job
            if _an_object(body) == {}:
                return None
            found = body[job_id]
            status, outputs = _an_object(found.get("status") or {}), _an_object(found["outputs"])
        state = status.get("status_str")
        if status and state not in _STATES:  # older servers tell none at all
            raise self.service.unknown(str(state))
        told = {str(each[0]): mapping(each[1]) for each in _lists(status.get("messages")) if len(each) == 2}
        entry = next(_entries([found.get("prompt")]), None)
        return Ended(entry.graph if entry else {}, outputs, state == "error", told)

    def recent(self) -> Iterator[Entry]:
        """The jobs that ended last."""
        body = self._asked("/history", {"max_items": _RECENT})
        with self.service.reading():
            return _entries([mapping(each).get("prompt") for each in _an_object(body).values()])

    def _asked(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """What a route answers that every ComfyUI has: where it is missing, something else answers, or in between."""
        reply = self.service.ask(path, params, tolerate=_NO_SUCH_ROUTE)
        with self.service.reading():
            if reply.status in _NO_SUCH_ROUTE:
                raise ValueError("not ComfyUI")
        return reply.body

    def has_job(self, job_id: str) -> bool:
        """Whether the list of jobs has this one; False on servers that have no such list."""
        reply = self.service.ask(f"/api/jobs/{quote(job_id, safe='')}", tolerate=_NO_SUCH_ROUTE)
        if reply.status in _NO_SUCH_ROUTE:
            return False
        with self.service.reading():
            if reply.body["id"] != job_id:
                raise ValueError("another job")
        return True

    def enqueue(self, graph: Graph, job_id: str, client: str, take_id: str) -> str:
        """Queue a graph, once; the job's id, which older servers choose themselves. Raises `UncertainSubmission`."""
        body = {"prompt": graph, "prompt_id": job_id, "client_id": client, "extra_data": {_MARK: take_id}}
        try:
            return self.service.create("/prompt", accepted=_accepted, json=body)
        except http.RefusedError as error:
            raise ProviderError.of(refusals.refused(error.reply, graph) or error.problem) from error

    def stop(self, job_id: str) -> None:
        """Take a job out of the queue, or interrupt it; nothing happens where it has ended."""
        route = f"/api/jobs/{quote(job_id, safe='')}/cancel"
        if self.service.tell("POST", route, tolerate=_NO_SUCH_ROUTE).status in _NO_SUCH_ROUTE:
            self.service.tell("POST", "/queue", json={"delete": [job_id]})
            # Without an id it interrupts whatever runs, and so do servers that do not look at the id.
            if any(each.job_id == job_id for each in self.queue().running):
                self.service.tell("POST", "/interrupt", json={"prompt_id": job_id})

    def upload(self, given: Input) -> str:
        """Send a file; the name by which it is known there. The same again replaces itself, so that nothing changes."""
        path = Path(given.path)
        try:
            name = f"{given.sha256 or _sha256(path)}{path.suffix.lower()}"
            with path.open("rb") as file:
                reply = self.service.tell(
                    "POST",
                    "/upload/image",  # whatever it is: there is no other
                    files={"image": (name, file, "application/octet-stream")},
                    data={"type": "input", "subfolder": _FOLDER, "overwrite": "true"},
                )
        except OSError as error:
            raise InputError(
                "The input {path} cannot be read: {error}.",
                "Choose another file.",
                Kind.FILE,
                path=given.path,
                error=error.strerror or str(error),
            ) from error
        kept = mapping(reply.body)
        if not isinstance(kept.get("name"), str) or not kept["name"]:
            raise ProviderError("ComfyUI did not say what it calls {file}.", "Update ComfyUI.", file=path.name)
        return f"{kept['subfolder']}/{kept['name']}" if kept.get("subfolder") else str(kept["name"])

    def nodes(self, kinds: Iterable[str]) -> Nodes:
        """What the server says of classes of nodes."""
        asked = frozenset(kinds)
        described: dict[str, Any] = {}
        for kind in sorted(asked):
            reply = self.service.ask(f"/object_info/{quote(kind, safe='')}", tolerate=(404,))
            if found := mapping(mapping(reply.body).get(kind)):
                described[kind] = found
        return Nodes(described, asked)

    def models(self, folder: str) -> tuple[str, ...]:
        """The files in one of the server's model folders."""
        reply = self.service.ask(f"/models/{quote(folder, safe='')}", tolerate=(404,))
        found = reply.body if reply.status == 200 and isinstance(reply.body, list) else []
        return tuple(each for each in found if isinstance(each, str))

    def largest_upload(self) -> int:
        """How many bytes a file may have."""
        size = mapping(self.service.ask("/features", tolerate=_NO_SUCH_ROUTE).body).get("max_upload_size")
        return size if isinstance(size, int) and size > 0 else catalogue.UPLOAD_BYTES

    def stats(self) -> dict[str, Any]:
        """What the server says of itself and its machine."""
        found = mapping(self.service.ask("/system_stats").body)
        if not mapping(found.get("system")):
            raise ProviderError(
                "What answers at {address} is not ComfyUI.",
                "Check the address in the preferences.",
                Kind.NETWORK,
                address=self.service.account.base,
            )
        return found


def mapping(found: Any) -> dict[str, Any]:
    """What should be an object; empty if it is none."""
    return found if isinstance(found, dict) else {}


def _an_object(found: Any) -> dict[str, Any]:
    """What must be an object. Raises `TypeError`."""
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def _a_list(found: Any) -> list[Any]:
    """What must be a list. Raises `TypeError`."""
    if not isinstance(found, list):
        raise TypeError("no list")
    return found


def _authorize(key: str) -> Mapping[str, str]:
    """ComfyUI has no keys; a proxy in front of it may want one."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def _accepted(reply: Reply) -> str | None:
    found = reply.body.get("prompt_id")
    return found if isinstance(found, str) and _ID.fullmatch(found) else None


def _entries(found: Any) -> Iterator[Entry]:
    for each in _lists(found):
        if len(each) > 1 and isinstance(each[1], str):
            graph = mapping(each[2]) if len(each) > 2 else {}
            extra = mapping(each[3]) if len(each) > 3 else {}
            yield Entry(
                float(each[0]) if isinstance(each[0], int | float) else 0.0,
                each[1],
                {node: value for node, value in graph.items() if isinstance(value, dict) and "class_type" in value},
                str(extra.get(_MARK, "")),
            )


def _lists(found: Any) -> list[list[Any]]:
    return [each for each in found if isinstance(each, list)] if isinstance(found, list) else []


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
