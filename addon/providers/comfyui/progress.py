"""How far jobs are, as ComfyUI tells over its websocket while they run.

Nothing depends on it: it tells only this client's jobs, nothing is told twice, and whoever wants to know how a job
ended asks over HTTP. See the order of messages in https://docs.comfy.org/development/comfyui-server/comms_messages.
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import websocket

from .. import addresses
from ..http import Access
from . import workflow
from .workflow import Graph

log = logging.getLogger(__name__)

_CONNECT_SECONDS = 5.0
_AGAIN_SECONDS = 10.0
_MOST_JOBS = 256
_MOST_MESSAGE = 32 << 20
_OVER = frozenset({"execution_success", "execution_error", "execution_interrupted"})


class Progress(NamedTuple):
    """How far a job is. `fraction` is 0 to 1, None if it is not known how many nodes there are; `title` is what the
    running node is called, empty if there is none. `ended`: nothing more will be told, whatever became of the job.
    """

    fraction: float | None
    title: str
    ended: bool


@dataclass
class _Job:
    """What was told of one job. `nodes`: how far each is, 0 to 1."""

    graph: Graph = field(default_factory=dict)
    nodes: dict[str, float] = field(default_factory=dict)
    running: str = ""
    started: bool = False
    ended: bool = False

    def seen(self) -> Progress:
        """How far it is now: the mean of all its nodes."""
        title = workflow.title(self.graph, self.running) if self.running in self.graph else ""
        done = sum(share for node, share in self.nodes.items() if node in self.graph)
        return Progress(min(1.0, done / len(self.graph)) if self.graph else None, title, self.ended)

    def hear(self, event: str, data: Mapping[str, Any]) -> None:
        """Take in a message about this job."""
        self.started = True
        if event == "execution_cached":
            for node in _texts(data.get("nodes")):
                self._reach(node, 1.0)
        elif event == "progress_state":
            states = data.get("nodes")
            for node, state in states.items() if isinstance(states, dict) else ():
                self._reach(node, _share(state))
        elif event == "progress":  # what older servers tell, of the running node
            self._reach(str(data.get("node")), _share(data))
        elif event == "executing":
            self._reach(self.running, 1.0)
            following = data.get("node")
            self.running = following if isinstance(following, str) else ""
            self.ended = following is None
        elif event == "executed":
            self._reach(str(data.get("node")), 1.0)
        elif event in _OVER:
            self.ended = True

    def _reach(self, node: str, share: float) -> None:
        if node in self.graph or not self.graph:
            self.nodes[node] = max(share, self.nodes.get(node, 0.0))


class Watch:
    """Listens to one server for the jobs that `client` queues there. Safe to use from several threads."""

    def __init__(self, access: Access, client: str) -> None:
        self._access = access
        self.client = client
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._jobs: dict[str, _Job] = {}
        self._socket: Any = None
        self._tried = float("-inf")
        self._closed = False

    @property
    def is_live(self) -> bool:
        """Whether the server is being listened to."""
        return self._socket is not None

    def open(self, *, now: bool = False) -> None:
        """Listen, if that is possible and not done already. `now`: even if it failed a moment ago. Never raises."""
        with self._opening:
            waits = time.monotonic() - self._tried < _AGAIN_SECONDS and not now
            if self._closed or self.is_live or waits:
                return
            self._tried = time.monotonic()
            try:
                opened = self._connect()
            except Exception as error:  # whatever it is, polling goes on without
                log.info("ComfyUI's progress cannot be listened to: %s", type(error).__name__)
                return
            self._socket = opened
            threading.Thread(target=self._listen, args=(opened,), name="ComfyUI's progress", daemon=True).start()

    def expect(self, job_id: str, graph: Graph) -> None:
        """Say which graph a job has. What was told of it before counts."""
        with self._lock:
            self._job(job_id).graph = graph

    def of(self, job_id: str) -> Progress | None:
        """How far a job is, None if nothing was told of it since this began to listen without a break."""
        with self._lock:
            job = self._jobs.get(job_id)
            return job.seen() if job and job.started and self.is_live else None

    def forget(self, job_id: str) -> None:
        """The job has ended."""
        with self._lock:
            self._jobs.pop(job_id, None)

    def close(self) -> None:
        """Listen no more."""
        self._closed = True
        self._shut(self._socket)

    def _connect(self) -> Any:
        account = self._access.account()
        parts = urlsplit(account.base)
        scheme = "wss" if parts.scheme == "https" else "ws"
        if not addresses.is_loopback(account.base) and not self._access.online():
            raise ConnectionError("offline")
        return websocket.create_connection(
            f"{scheme}://{parts.netloc}{parts.path}/ws?{urlencode({'clientId': self.client})}",
            timeout=_CONNECT_SECONDS,
            class_=_Line,
            suppress_origin=True,  # ComfyUI refuses what comes from another one than its own
            redirect_limit=0,
            header=[f"Authorization: Bearer {account.key}"] if account.key else [],
            http_no_proxy=[parts.hostname] if addresses.is_loopback(account.base) else None,
        )

    def _listen(self, opened: Any) -> None:
        try:
            opened.settimeout(None)
            while not self._closed:
                opened.room = _MOST_MESSAGE
                opcode, data = opened.recv_data()
                if opcode == websocket.ABNF.OPCODE_TEXT:  # a binary one is a picture
                    self._take(data)
        except Exception as error:  # the connection is cut, or what comes is no websocket
            log.info("ComfyUI's progress ends: %s", type(error).__name__)
        finally:
            with self._lock:  # what is told while nobody listens is lost, so what is known is too old
                self._socket = None
                for job in self._jobs.values():
                    job.started = False
            self._shut(opened)

    def _take(self, data: bytes) -> None:
        with contextlib.suppress(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
            message = json.loads(data)
            event, told = message["type"], message["data"]
            job_id = told.get("prompt_id")
            if isinstance(job_id, str) and job_id:
                with self._lock:
                    self._job(job_id).hear(event, told)

    def _job(self, job_id: str) -> _Job:
        while len(self._jobs) >= _MOST_JOBS and job_id not in self._jobs:
            self._jobs.pop(next(iter(self._jobs)))
        return self._jobs.setdefault(job_id, _Job())

    @staticmethod
    def _shut(opened: Any) -> None:
        if opened is not None:
            with contextlib.suppress(Exception):
                opened.sock.shutdown(socket.SHUT_RDWR)  # ends a wait in another thread, which closing does not
            with contextlib.suppress(Exception):
                opened.shutdown()


class _Line(websocket.WebSocket):
    """A websocket whose messages are bounded, as the library's own are not. `room`: how many more bytes may come."""

    room = _MOST_MESSAGE

    def _recv(self, bufsize: int) -> bytes:
        data: bytes = super()._recv(bufsize)  # type: ignore[no-untyped-call]
        self.room -= len(data)
        if self.room < 0:
            raise websocket.WebSocketPayloadException("a message without end")
        return data


def _share(state: Any) -> float:
    """How far a node is, 0 to 1."""
    if not isinstance(state, dict):
        return 0.0
    if state.get("state") == "finished":
        return 1.0
    value, most = state.get("value"), state.get("max")
    if not isinstance(value, int | float) or not isinstance(most, int | float) or not most > 0:
        return 0.0
    return min(1.0, max(0.0, value / most))


def _texts(found: Any) -> list[str]:
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
