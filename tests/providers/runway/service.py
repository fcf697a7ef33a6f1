"""A small Runway that remembers its tasks, and the storage it keeps files in: two hosts, the key is for the first.

Each request is held against what Runway asks for; what was wrong with any is in `faults`.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "key_" + "0f" * 64
VERSION = "2024-11-06"
BALANCE = 1234
_CREATED = "2026-11-22T10:00:00.000Z"
_ENDS = ("SUCCEEDED", "FAILED", "CANCELLED")


class Runway:
    """What the two hosts share. A test sets it up and looks at it afterwards.

    `script`: the states of a task, one for each time it is asked for; the last one stays. `refusals`: answers to the
    next requests whose method and path begin so. `links_last`: how many downloads a link is good for. `clip`: the file.
    """

    def __init__(self) -> None:
        self.script: list[dict[str, Any]] = [{"status": "PENDING"}, {"status": "RUNNING", "progress": 0.5}, done()]
        self.refusals: dict[str, list[tuple[int, Any]]] = {}
        self.links_last = 1
        self.clip = b""
        self.key = KEY
        self.asked: list[str] = []
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.uploads: dict[str, tuple[str, str, bytes]] = {}
        self.faults: list[str] = []
        self.tasks: dict[str, list[dict[str, Any]]] = {}
        self.deleted: set[str] = set()
        self.links: dict[str, int] = {}
        self.models: dict[str, Any] = {}
        self.base = self.storage = ""
        self._lock = threading.Lock()

    def api(self, method: str, path: str, headers: Any, data: bytes) -> tuple[int, Any]:
        """An answer of the API's host."""
        with self._lock:
            self.asked.append(f"{method} {path}")
            if headers.get("X-Runway-Version") != VERSION:
                self.faults.append(f"{path}: no version")
                return 400, {"error": "Version header missing"}
            if headers.get("Authorization") != f"Bearer {self.key}":
                return 401, {"error": "The API key is not valid."}
            for start, answers in self.refusals.items():
                if f"{method} {path}".startswith(start) and answers:
                    return answers.pop(0)
            body = json.loads(data) if data else None
            if method == "POST" and headers.get("Content-Type") != "application/json":
                self.faults.append(f"{path}: {headers.get('Content-Type')} is no JSON")
            if path == "/v1/organization":
                limits = {"maxMonthlyCreditSpend": 10000, "models": self.models}
                return 200, {"creditBalance": BALANCE, "tier": limits, "usage": {"models": {}}}
            if path == "/v1/uploads":
                return 200, self._ticket(body)
            if path.startswith("/v1/tasks/"):
                return self._task(method, path.removeprefix("/v1/tasks/"))
            if re.fullmatch(r"/v1/(text|image|video)_to_video|/v1/video_upscale", path) and method == "POST":
                return 200, self._create(path, body)
            return 404, {"error": "Not found"}

    def put(self, path: str, headers: Any, data: bytes) -> tuple[int, Any]:
        """An upload to the storage's host."""
        with self._lock:
            self.asked.append(f"STORE {path}")
            self._keyless(path, headers)
            head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
            parts = list(BytesParser(policy=HTTP).parsebytes(head + data).iter_parts())
            names = [part.get_param("name", header="content-disposition") for part in parts]
            if names != ["key", "policy", "file"]:
                self.faults.append(f"the form has {names}, the file must come last")
                return 400, None
            key = parts[0].get_content().strip()
            if key not in self.uploads:
                return 403, None
            file = parts[2]
            name, _, _ = self.uploads[key]
            self.uploads[key] = (name, file.get_content_type(), file.get_payload(decode=True))
            if file.get_filename() != name:
                self.faults.append(f"{file.get_filename()} was announced as {name}")
            return 204, None

    def get(self, path: str, headers: Any) -> bytes | None:
        """What lies in the storage; None if the link has expired or never was."""
        with self._lock:
            self.asked.append(f"FETCH {path}")
            self._keyless(path, headers)
            left = self.links.get(path, 0)
            self.links[path] = left - 1
            return self.clip if left > 0 else None

    def expire(self) -> None:
        """No link that was given out works any more."""
        with self._lock:
            self.links.clear()

    def _keyless(self, path: str, headers: Any) -> None:
        if headers.get("Authorization") or headers.get("X-Runway-Version") or self.key in path:
            self.faults.append(f"{path}: the key, or what only Runway should see, went to the storage")

    def _ticket(self, body: Any) -> dict[str, Any]:
        if body.get("type") != "ephemeral" or len(body.get("filename", "")) < 3:
            self.faults.append(f"an upload was asked for with {body}")
        key = uuid.uuid4().hex
        self.uploads[key] = (body["filename"], "", b"")
        fields = {"key": key, "policy": "signed"}
        return {"uploadUrl": f"{self.storage}/upload", "fields": fields, "runwayUri": f"runway://{key}"}

    def _create(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        task = str(uuid.uuid4())
        self.bodies.append((path, body))
        self.tasks[task] = [dict(state) for state in self.script]
        return {"id": task, "estimatedCost": {"credits": 60}}

    def _task(self, method: str, task: str) -> tuple[int, Any]:
        if task not in self.tasks or task in self.deleted:
            return 404, {"error": "The task does not exist."}
        states = self.tasks[task]
        if method == "DELETE":
            self.deleted.add(task)
            return 204, None
        state = states.pop(0) if len(states) > 1 else states[0]
        answer = {"id": task, "createdAt": _CREATED, **state}
        if state["status"] not in _ENDS:
            answer.setdefault("estimatedCost", {"credits": 60})
        if state["status"] == "SUCCEEDED":
            answer["output"] = [self._link(name) for name in state["output"]]
        return 200, answer

    def _link(self, name: str) -> str:
        path = f"/{uuid.uuid4().hex}/{name}"
        self.links[f"{path}?signature=abc"] = self.links_last
        return f"{self.storage}{path}?signature=abc"


def done(*names: str, credits: int = 60) -> dict[str, Any]:
    """The end of a task that went well; `names` are those of its files."""
    return {"status": "SUCCEEDED", "output": list(names or ("clip.mp4",)), "cost": {"credits": credits}}


def failed(code: str | None, failure: str = "Something went wrong.") -> dict[str, Any]:
    """The end of a task that did not."""
    more = {"failureCode": code} if code else {}
    return {"status": "FAILED", "failure": failure, **more, "cost": {"credits": 0}}


@contextmanager
def serving(runway: Runway) -> Iterator[Runway]:
    """Both hosts, on this machine, for as long as the test takes."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), _handler(runway, storage)) for storage in (False, True)]
    threads = [threading.Thread(target=server.serve_forever, args=(0.02,)) for server in servers]
    runway.base, runway.storage = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    for thread in threads:
        thread.start()
    try:
        yield runway
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(runway: Runway, storage: bool) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def _any(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if storage and self.command == "GET":
                clip = runway.get(self.path, self.headers)
                self._reply(403 if clip is None else 200, b"" if clip is None else clip, "video/mp4")
                return
            answer = runway.put if storage else None
            status, body = (
                answer(self.path, self.headers, data)
                if answer
                else runway.api(self.command, self.path, self.headers, data)
            )
            self._reply(status, b"" if body is None else json.dumps(body).encode(), "application/json")

        def _reply(self, status: int, data: bytes, kind: str) -> None:
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = do_PUT = _any

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    return Handler
