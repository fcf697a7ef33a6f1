"""A ComfyUI server that does again what a real one (0.33.0) did and was recorded doing, over HTTP and websocket.

`recordings/<name>.json`: the request and its answer, the websocket's messages, what the history said in the end.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

HERE = Path(__file__).resolve().parent
OBJECT_INFO: dict[str, Any] = json.loads((HERE / "object_info.json").read_text("utf-8"))
CLIP = b"\0\0\0\x18ftypisom" + bytes(range(256)) * 64
WAIT = 10.0
_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3


def recording(name: str) -> dict[str, Any]:
    """What was recorded under this name."""
    found: dict[str, Any] = json.loads((HERE / "recordings" / f"{name}.json").read_text("utf-8"))
    return found


@dataclass
class Job:
    """One job of the server. `told` is how many of its messages have been sent."""

    id: str
    number: int
    body: dict[str, Any]
    tape: dict[str, Any]
    state: str = "pending"
    told: int = 0

    @property
    def entry(self) -> list[Any]:
        """As the queue and the history have it."""
        extra = {**self.body.get("extra_data", {}), "client_id": self.body.get("client_id")}
        return [self.number, self.id, self.body["prompt"], extra, ["6"]]


@dataclass
class Asked:
    """A request that came."""

    method: str
    path: str
    query: dict[str, str]
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        """Its JSON."""
        return json.loads(self.body)


@dataclass
class Replay:
    """The server. `tape` is what jobs do; `old`: it has no /api/jobs and chooses the jobs' ids itself.

    Jobs stand still before the message `hold` until they are `let_go`. `sockets` False: there is no websocket.
    """

    tape: dict[str, Any]
    old: bool = False
    hold: str = ""
    sockets: bool = True
    begins: bool = True
    models: dict[str, list[str]] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=lambda: dict(OBJECT_INFO))
    asked: list[Asked] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    listeners: dict[str, Any] = field(default_factory=dict)
    held: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event = field(default_factory=threading.Event)
    lock: threading.RLock = field(default_factory=threading.RLock)
    base: str = ""

    def let_go(self) -> None:
        """Let the jobs go on that stand still."""
        self.gate.set()

    def cut(self) -> None:
        """End every websocket, as a network does."""
        with self.lock:
            for line in self.listeners.values():
                with contextlib.suppress(OSError):
                    line.shutdown(2)
            self.listeners.clear()

    def paths(self, method: str = "") -> list[str]:
        """What was asked, in order."""
        return [each.path for each in self.asked if method in ("", each.method)]

    def queued(self) -> list[dict[str, Any]]:
        """The bodies that were posted to be queued."""
        return [each.json for each in self.asked if each.path == "/prompt"]

    def run(self, job: Job) -> None:
        """Do what was recorded, up to the end."""
        job.state = "in_progress"
        for event, data in job.tape.get("messages", []):
            if event == self.hold:
                self.held.set()
                self.gate.wait(WAIT)
            if job.state == "interrupted":
                job.tape = {**job.tape, "history": recording("interrupt")["history"]}
                self.tell(job, "execution_interrupted", {"node_id": "2", "node_type": "ImageAddNoise", "executed": []})
                break
            if event == "executing" and data["node"] is None:
                job.state = "ended"  # ComfyUI writes its history before it says so
            self.tell(job, event, data)
        job.state = "ended"

    def tell(self, job: Job, event: str, data: dict[str, Any]) -> None:
        """Send a message to whoever queued the job."""
        text = json.dumps({"type": event, "data": {**data, "prompt_id": job.id}}).encode()
        with self.lock:
            line = self.listeners.get(job.body.get("client_id", ""))
            job.told += 1
            if line is not None:
                with contextlib.suppress(OSError):
                    line.sendall(_frame(0x2, b"\0\0\0\1\0\0\0\1picture") + _frame(0x1, text))


@contextlib.contextmanager
def serving(replay: Replay) -> Iterator[Replay]:
    """The server at work."""
    handler = type("Handler", (_Handler,), {"replay": replay})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    replay.base = f"http://127.0.0.1:{server.server_port}"
    try:
        yield replay
    finally:
        replay.let_go()
        replay.cut()
        server.shutdown()
        server.server_close()
        thread.join(WAIT)


class _Handler(BaseHTTPRequestHandler):
    replay: Replay
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, parts.path, query, self.headers, body)
        self.replay.asked.append(asked)
        origin = self.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != self.headers["Host"]:
            self._answer(403, None)
        elif parts.path == "/ws" and self.replay.sockets:
            self._listen(query["clientId"])
        else:
            with self.replay.lock:
                status, answer = self._route(asked)
            self._answer(status, answer)

    def _route(self, asked: Asked) -> tuple[int, Any]:
        replay, steps = self.replay, [unquote(step) for step in asked.path.strip("/").split("/")]
        match (asked.method, *steps):
            case "POST", "prompt":
                return self._queue(asked.json)
            case "POST", "upload", "image":
                return 200, _uploaded(asked)
            case "GET", "view":
                return 200, CLIP
            case "GET", "queue":
                states = {
                    state: [job.entry for job in replay.jobs.values() if job.state in names]
                    for state, names in (
                        ("queue_running", ("in_progress", "interrupted")),
                        ("queue_pending", ("pending",)),
                    )
                }
                return 200, states
            case "GET", "history":
                return 200, {job.id: _history(job) for job in replay.jobs.values() if job.state == "ended"}
            case "GET", "history", job_id:
                job = replay.jobs.get(job_id)
                return 200, {job.id: _history(job)} if job and job.state == "ended" else {}
            case "GET", "object_info", kind:
                return 200, {kind: replay.info[kind]} if kind in replay.info else {}
            case "GET", "models", folder:
                return (200, replay.models[folder]) if folder in replay.models else (404, None)
            case "GET", "features":
                return (404, None) if replay.old else (200, {"max_upload_size": 1 << 20})
            case "GET", "system_stats":
                return 200, {"system": {"comfyui_version": "0.33.0"}, "devices": [{"name": "cpu", "type": "cpu"}]}
            case "GET", "api", "jobs", job_id if not replay.old:
                job = replay.jobs.get(job_id)
                return (200, {"id": job_id, "status": job.state}) if job else (404, {"error": "Job not found"})
            case "POST", "api", "jobs", job_id, "cancel" if not replay.old:
                return 200, {"cancelled": self._stop(job_id, "pending", "in_progress")}
            case "POST", "queue":
                for job_id in asked.json["delete"]:
                    self._stop(job_id, "pending")
                return 200, None
            case "POST", "interrupt":
                self._stop(asked.json["prompt_id"], "in_progress")
                return 200, None
        return 404, None

    def _queue(self, body: dict[str, Any]) -> tuple[int, Any]:
        replay = self.replay
        answer = replay.tape["response"]
        if answer["status"] != 200:
            return answer["status"], answer["body"]
        job_id = str(uuid4()) if replay.old else body["prompt_id"]
        job = replay.jobs[job_id] = Job(job_id, len(replay.jobs), body, replay.tape)
        if replay.begins:
            threading.Thread(target=replay.run, args=(job,), daemon=True).start()
        return 200, {"prompt_id": job_id, "number": job.number, "node_errors": {}}

    def _stop(self, job_id: str, *states: str) -> bool:
        job = self.replay.jobs.get(job_id)
        if job is None or job.state not in states:
            return False
        if job.state == "pending":
            del self.replay.jobs[job_id]
        else:
            job.state = "interrupted"
        return True

    def _answer(self, status: int, answer: Any) -> None:
        body = answer if isinstance(answer, bytes) else b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "video/mp4" if isinstance(answer, bytes) else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _listen(self, client: str) -> None:
        """Agree to speak websocket, and hold the line until it is cut."""
        digest = hashlib.sha1((self.headers["Sec-WebSocket-Key"] + _MAGIC).encode()).digest()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(digest).decode())
        self.end_headers()
        with self.replay.lock:
            self.replay.listeners[client] = self.connection
            hello = {"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 0}}, "sid": client}}
            self.connection.sendall(_frame(0x1, json.dumps(hello).encode()))
        with contextlib.suppress(OSError):
            while self.connection.recv(4096):
                pass
        self.close_connection = True


def _frame(opcode: int, data: bytes) -> bytes:
    """A whole message, as a server sends it (RFC 6455, 5.2)."""
    size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack("!H", len(data))
    return bytes([0x80 | opcode]) + size + data


def _history(job: Job) -> dict[str, Any]:
    return {"prompt": job.entry, **job.tape["history"]}


def _uploaded(asked: Asked) -> dict[str, str]:
    """What ComfyUI answers: the file gets another name here, as it does where the name is taken."""
    head = f"Content-Type: {asked.headers['Content-Type']}\r\n\r\n".encode()
    parts = {
        str(part.get_param("name", header="Content-Disposition")): part
        for part in BytesParser().parsebytes(head + asked.body).get_payload()  # type: ignore[union-attr]
    }
    stem, _, ending = str(parts["image"].get_filename()).rpartition(".")
    folder = parts["subfolder"].get_payload(decode=True)
    assert isinstance(folder, bytes)
    return {"name": f"{stem[:8]} (1).{ending}", "subfolder": folder.decode().strip(), "type": "input"}
