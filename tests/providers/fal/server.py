"""All hosts of fal on one address of this machine: queue, platform, storage; results lie on another one.

What it is asked is held against the schemas of `endpoints`; what does not fit is in `mistakes`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import jsonschema

from tests.worker.clips import mp4

from . import endpoints

KEY = "fake-fal-key-0123456789:abcdef"
CLIP = mp4(3, 50_000)


class Asked(NamedTuple):
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Said(NamedTuple):
    """An answer: JSON, or bytes as they are."""

    body: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


CANCELLING = Said({"status": "CANCELLATION_REQUESTED"}, 202)
NOT_FOR_THIS_KEY = Said({"error": {"type": "authorization_error", "message": "Access denied"}}, 403)
DELIVERED = Said(CLIP)


@dataclass
class Job:
    """One in the queue: what its status says from one poll to the next, the last of them for good."""

    endpoint: str
    input: dict[str, Any]
    statuses: list[Said]
    result: Said
    cancelled: bool = False


@dataclass
class FalServer:
    """The service. Tests set what comes next; `asked` is all that was asked, in order."""

    base: str = ""
    media: str = ""
    asked: list[Asked] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    made: dict[str, Job] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)
    statuses: list[Said] = field(default_factory=lambda: [Said({"status": "COMPLETED", "metrics": {}})])
    result: Said | None = None
    submission: Callable[[str, str], Said | None] = lambda _endpoint, _request: None
    cancellation: Said = CANCELLING
    pages: Callable[[str, str], dict[str, Any]] | None = None
    prices: Callable[[list[str]], Said] | None = None
    billing: Said = NOT_FOR_THIS_KEY
    clip: Said = DELIVERED
    past: Said | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def paths(self, method: str) -> list[str]:
        """What was asked with a method, by path."""
        return [each.path for each in self.asked if each.method == method]

    def answer(self, asked: Asked) -> Said:
        """What is said to a request."""
        if asked.path.startswith("/v1/"):
            return self._platform(asked)
        if asked.path == "/storage/upload/initiate" and asked.method == "POST":
            return self._initiate(asked)
        if match := re.fullmatch(r"/([\w.-]+/[\w.-]+)/requests/([\w-]+)(/status|/cancel)?", asked.path):
            return self._job(asked, match[1], match[2], match[3] or "")
        if asked.method == "POST":
            return self._submit(asked)
        return Said({"detail": "Not Found"}, 404)

    def answer_media(self, asked: Asked) -> Said:
        """What is said where files lie. A key has no business there."""
        if "authorization" in asked.headers:
            self.mistakes.append(f"the key went to {asked.path}")
        if asked.method == "PUT":
            if asked.headers.get("content-type", "") not in ("image/png", "video/mp4", "audio/wav"):
                self.mistakes.append(f"uploaded as {asked.headers.get('content-type')}")
            self.uploads[asked.path] = asked.body
            return Said(b"")
        return self.clip

    def _authorized(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == f"Key {KEY}"

    def _submit(self, asked: Asked) -> Said:
        endpoint = asked.path.removeprefix("/")
        if not self._authorized(asked):
            return Said({"detail": "Authentication is required to access this application."}, 401)
        if endpoint not in endpoints.DOCUMENTS:
            return Said({"detail": f"Application '{endpoint}' not found"}, 404)
        try:
            jsonschema.validate(asked.json, endpoints.complete(endpoint), cls=jsonschema.Draft202012Validator)
            unknown = asked.json.keys() - endpoints.input_of(endpoint)["properties"].keys()
            assert not unknown, f"{unknown} are in no schema"
        except (AssertionError, jsonschema.ValidationError) as error:
            self.mistakes.append(f"{endpoint}: {error}")
        with self.lock:
            request = f"764cabcf-b745-4b3e-ae38-{len(self.jobs):012d}"
            result = self.result or Said(
                {
                    "video": {"url": f"{self.media}/files/{request}/out.mp4", "content_type": "video/mp4"},
                    "seed": 7,
                },
                headers=(("x-fal-billable-units", "5.0"),),
            )
            self.jobs[request] = Job(endpoint, asked.json, list(self.statuses), result)
        own = "/".join(endpoint.split("/")[:2])
        path = f"{self.base}/{own}/requests/{request}"
        return self.submission(endpoint, request) or Said(
            {
                "status": "IN_QUEUE",
                "request_id": request,
                "queue_position": 0,
                "status_url": f"{path}/status",
                "response_url": path,
                "cancel_url": f"{path}/cancel",
            }
        )

    def _job(self, asked: Asked, own: str, request: str, what: str) -> Said:
        if not self._authorized(asked):
            return Said({"detail": "Authentication is required."}, 401)
        job = self.jobs.get(request)
        if job is None or not job.endpoint.startswith(own):
            return Said({"detail": "Request not found"}, 404)
        if asked.method == "PUT" and what == "/cancel":
            job.cancelled = True
            return self.cancellation
        if asked.method != "GET" or what == "/cancel":
            return Said({"detail": "Method Not Allowed"}, 405)
        if what == "/status":
            if asked.query != {"logs": "1"}:
                self.mistakes.append(f"status with {asked.query}")
            with self.lock:
                return job.statuses.pop(0) if len(job.statuses) > 1 else job.statuses[0]
        return job.result

    def _initiate(self, asked: Asked) -> Said:
        if not self._authorized(asked) or asked.query != {"storage_type": "fal-cdn-v3"}:
            self.mistakes.append("an upload begins in another way")
        name = f"/files/{len(self.asked)}/{asked.json['file_name']}"
        if asked.json.keys() != {"file_name", "content_type"}:
            self.mistakes.append(f"an upload tells {asked.json.keys()}")
        return Said({"upload_url": f"{self.media}{name}?signature=abc", "file_url": f"{self.media}{name}"})

    def _platform(self, asked: Asked) -> Said:
        denied = Said({"error": {"type": "authorization_error", "message": "Authentication required"}}, 401)
        key = asked.headers.get("authorization")
        if key not in (None, f"Key {KEY}"):
            return denied
        if asked.path == "/v1/models":
            expected = {"category", "status", "limit", "expand"}
            if asked.query.keys() - {"cursor"} != expected or asked.query["expand"] != "openapi-3.0":
                self.mistakes.append(f"the catalogue with {asked.query}")
            pages = self.pages or self.all_models
            return Said(pages(asked.query["category"], asked.query.get("cursor", "")))
        if key is None:
            return denied
        if asked.path == "/v1/models/pricing":
            names = asked.query["endpoint_id"].split(",")
            if not 1 <= len(names) <= 50:
                self.mistakes.append(f"{len(names)} prices at once")
            return (self.prices or priced)(names)
        if asked.path == "/v1/models/requests/by-endpoint":
            return self.past or self._remembered(asked)
        return self.billing if asked.path == "/v1/account/billing" else Said({}, 404)

    def _remembered(self, asked: Asked) -> Said:
        """The history of requests: what was made, whether the queue still has it or not."""
        if asked.query.keys() != {"endpoint_id", "request_id", "expand"} or asked.query["expand"] != "payloads":
            self.mistakes.append(f"the history with {asked.query}")
        job = self.made.get(asked.query["request_id"])
        items = [] if job is None or job.endpoint != asked.query["endpoint_id"] else [remembered(asked, job)]
        return Said({"items": items, "next_cursor": None, "has_more": False})

    def forget(self) -> None:
        """As the queue does after a while."""
        self.made |= self.jobs
        self.jobs.clear()

    def all_models(self, category: str, cursor: str) -> dict[str, Any]:
        """The catalogue, two models on a page."""
        names = [name for name, own in endpoints.CATEGORIES.items() if own == category]
        start = int(cursor or 0)
        more = start + 2 < len(names)
        return {
            "models": [entry(name) for name in names[start : start + 2]],
            "next_cursor": str(start + 2) if more else None,
            "has_more": more,
        }


def entry(name: str, **change: Any) -> dict[str, Any]:
    """One model of the catalogue."""
    metadata = {
        "display_name": name.rpartition("/")[2].title() if name.count("/") < 2 else name.split("/")[1].title(),
        "category": endpoints.CATEGORIES.get(name, "text-to-video"),
        "description": "Makes clips.",
        "status": "active",
        "tags": [],
        "updated_at": "2026-08-01T00:00:00Z",
        "is_favorited": None,
        "thumbnail_url": "https://fal.media/thumbnail.webp",
        "model_url": f"https://fal.run/{name}",
        "date": "2026-07-01T00:00:00Z",
        "highlighted": False,
        "pinned": False,
    }
    return {"endpoint_id": name, "metadata": metadata, "openapi": endpoints.DOCUMENTS.get(name), **change}


def remembered(asked: Asked, job: Job) -> dict[str, Any]:
    """A request as the history has it."""
    return {
        "request_id": asked.query["request_id"],
        "endpoint_id": job.endpoint,
        "started_at": "2026-11-22T12:00:05Z",
        "sent_at": "2026-11-22T12:00:01Z",
        "ended_at": "2026-11-22T12:01:00Z",
        "status_code": job.result.status,
        "duration": 55.0,
        "json_input": job.input,
        "json_output": job.result.body,
    }


def priced(names: list[str]) -> Said:
    """Each of a price per second."""
    prices = [{"endpoint_id": name, "unit_price": 0.1, "unit": "seconds", "currency": "USD"} for name in names]
    return Said({"prices": prices, "next_cursor": None, "has_more": False})


@contextmanager
def running() -> Iterator[FalServer]:
    """The service, until the test has ended."""
    fal = FalServer()
    api = _started(fal, fal.answer)
    media = _started(fal, fal.answer_media)
    fal.base = f"http://127.0.0.1:{api.server_port}"
    fal.media = f"http://127.0.0.1:{media.server_port}"
    try:
        yield fal
    finally:
        for server in (api, media):
            server.shutdown()
            server.server_close()


def _started(fal: FalServer, answer: Callable[[Asked], Said]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            asked = Asked(
                self.command,
                parts.path,
                {name: values[-1] for name, values in parse_qs(parts.query).items()},
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(int(self.headers.get("Content-Length", 0))),
            )
            with fal.lock:
                fal.asked.append(asked)
            said = answer(asked)
            data = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in (("Content-Length", str(len(data))), *said.headers):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server
