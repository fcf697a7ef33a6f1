"""How each service speaks when all is well, and a server that speaks so, but for what a test has it do instead."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from addon.core.capabilities import Capabilities
from addon.core.provider import Provider
from addon.providers import catalog, http
from addon.providers.videos import dialects, servers

from .clients import Studio
from .comfyui.replay import OBJECT_INFO
from .hostile import Asked, Behaviour, Line, Server
from .plain import CLIP

PATIENT = http.Limits(connect=20, silence=30, answer=60, short=1 << 20, clip=4 << 20)
KEY = "key_" + "0123456789abcdef" * 8
JOB = "3f9a1c52-7d0e-4b6f-9f3e-0123456789ab"
MOST_WORDS = 900
_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3


class Speech(NamedTuple):
    """What a service says. `stage`: which stage a request belongs to, once a job has begun or before; `answers`: what
    is right at each, where `base` serves and has the clip at an address; `running`: a poll's answer on the way, in the
    state and at the fraction given. `label`: what people call the service; `path`: where its API begins.
    """

    label: str
    stage: Callable[[Asked, bool], str]
    answers: Callable[[str, str, str], dict[str, Any]]
    running: Callable[[str, str, float], Any]
    unknown: str = "PONDERING"
    path: str = ""


def _fal_stage(asked: Asked, _begun: bool) -> str:
    if asked.method == "POST":
        return "create"
    if asked.path.startswith("/v1/models/requests"):
        return "history"
    return "clip" if asked.path.startswith("/files") else "poll" if asked.path.endswith("?logs=1") else "result"


def _made_by_fal(clip: str) -> dict[str, Any]:
    return {"video": {"url": clip, "content_type": "video/mp4"}}


def _runway_stage(asked: Asked, _begun: bool) -> str:
    return "create" if asked.method == "POST" else "clip" if asked.path.startswith("/files") else "poll"


def _videos_stage(asked: Asked, _begun: bool) -> str:
    return "create" if asked.method == "POST" else "clip" if "/content" in asked.path else "poll"


def _comfyui_stage(asked: Asked, begun: bool) -> str:
    match asked.path.split("?")[0].split("/")[1:]:
        case ["prompt"]:
            return "create"
        case ["history", _]:
            return "poll" if begun else "before"
        case ["ws"]:
            return "listen"
        case ["view"]:
            return "clip"
        case ["object_info", _]:
            return "info"
    return "queue" if asked.path == "/queue" else "other"


def _comfyui_ended(job: str, clip: str, state: str = "success") -> dict[str, Any]:
    made = {
        "images": [{"filename": clip.rpartition("/")[2].partition("?")[0], "subfolder": "", "type": "output"}],
        "animated": [True],
    }
    status = {"status_str": state, "completed": True, "messages": []}
    return {job: {"prompt": [1, job, {}, {}, ["9"]], "outputs": {"9": made}, "status": status}}


SPEECHES = {
    "fal": Speech(
        "fal",
        _fal_stage,
        lambda base, job, clip: {
            "create": {"request_id": JOB, "status": "IN_QUEUE"},
            "poll": {"request_id": JOB, "status": "COMPLETED"},
            "result": _made_by_fal(clip),
            "history": {"items": [{"request_id": JOB, "status_code": 200, "json_output": _made_by_fal(clip)}]},
        },
        lambda state, job, share: {
            "request_id": JOB,
            "status": state or "IN_PROGRESS",
            "logs": [{"message": f"{share * 100:.0f}%| "}],
        },
    ),
    "videos": Speech(
        "Video Server",
        _videos_stage,
        lambda base, job, clip: {
            "create": {"id": JOB, "object": "video", "status": "queued", "progress": 0},
            "poll": {"id": JOB, "object": "video", "status": "completed", "progress": 100},
        },
        lambda state, job, share: {"id": JOB, "status": state or "in_progress", "progress": share * 100},
    ),
    "openrouter": Speech(
        "OpenRouter",
        _videos_stage,
        lambda base, job, clip: {
            "create": {"id": JOB, "polling_url": f"{base}/v1/videos/{JOB}", "status": "pending"},
            "poll": {"id": JOB, "status": "completed", "unsigned_urls": [f"{base}/v1/videos/{JOB}/content?index=0"]},
        },
        lambda state, job, share: {"id": JOB, "status": state or "in_progress"},
        path="/v1",
    ),
    "runway": Speech(
        "Runway",
        _runway_stage,
        lambda base, job, clip: {
            "create": {"id": JOB},
            "poll": {"id": JOB, "status": "SUCCEEDED", "createdAt": "2026-11-22T12:00:00Z", "output": [clip]},
        },
        lambda state, job, share: {"id": JOB, "status": state or "RUNNING", "progress": share},
    ),
    "comfyui": Speech(
        "ComfyUI",
        _comfyui_stage,
        lambda base, job, clip: {
            "create": {"prompt_id": job, "number": 1, "node_errors": {}},
            "before": {},
            "poll": _comfyui_ended(job, clip),
            "queue": {"queue_running": [[1, job, {}, {}, []]] if job else [], "queue_pending": []},
            "other": {},
        },
        lambda state, job, share: _comfyui_ended(job, "clip.mp4", state) if state else {},
    ),
}
"""By the ids of the providers."""


class Spoken(Server):
    """A service that speaks as `speech` says; `behaviours` come first, by stage. `clip_at`: where it has its clip.

    `stays_silent`: how many polls find ComfyUI's job in the queue before it is in the history.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.speech = SPEECHES[name]
        self.behaviours: dict[str, Iterator[Behaviour]] = {}
        self.clip_at = "/files/clip.mp4?_jwt=1"
        self.stays_silent = 0
        self.job = ""
        super().__init__(self._choose)

    def be_good(self) -> None:
        """From now on it does what it should."""
        self.behaviours = {}
        self.clip_at = "/files/clip.mp4?_jwt=1"
        self.stays_silent = 0

    def answer(self, stage: str) -> Any:
        """What is right at a stage."""
        clip = self.clip_at if "://" in self.clip_at or ":" in self.clip_at[:6] else f"{self.base}{self.clip_at}"
        return self.speech.answers(self.base, self.job, clip).get(stage, {})

    def stage(self, asked: Asked) -> str:
        """Which stage a request belongs to."""
        return self.speech.stage(asked, bool(self.job))

    def creations(self) -> int:
        """How many submissions came."""
        return sum(self.speech.stage(asked, True) == "create" for asked in self.asked)

    def _choose(self, asked: Asked) -> Behaviour:
        stage = self.stage(asked)
        if stage == "create":
            self.job = json.loads(asked.body).get("prompt_id", JOB)
        return next(self.behaviours.get(stage, iter(())), None) or self.proper(stage, asked)

    def proper(self, stage: str, asked: Asked) -> Behaviour:
        """What is done where nothing else is to be done."""
        if stage == "clip":
            return lambda line: line.answer(CLIP, Content_Type="video/mp4")
        if stage == "listen":
            return listen
        if stage == "info":
            kind = asked.path.rpartition("/")[2]
            return lambda line: line.json({kind: OBJECT_INFO[kind]} if kind in OBJECT_INFO else {})
        if self.name == "comfyui" and stage == "poll" and self.job not in asked.path:
            return lambda line: line.json({})
        if stage == "poll" and self.stays_silent:
            self.stays_silent -= 1
            return lambda line: line.json(self.speech.running("", self.job, 0.5))
        return lambda line: line.json(self.answer(stage))


def agree(line: Line) -> None:
    """Agree to speak websocket."""
    digest = hashlib.sha1((line.asked.headers["sec-websocket-key"] + _MAGIC).encode()).digest()
    accept = base64.b64encode(digest).decode()
    head = ("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade")
    line.raw("\r\n".join([*head, f"Sec-WebSocket-Accept: {accept}", "", ""]).encode())


def listen(line: Line) -> None:
    """A websocket on which nothing is told."""
    agree(line)
    line.wait()
    line.hang_up()


def at_work(name: str, base: str, folder: Path, limits: http.Limits = PATIENT) -> Provider:
    """An adapter as the worker makes it."""
    access = http.Access(lambda: http.Account(base + SPEECHES[name].path, KEY), lambda: True, limits)
    known = own_server() if name == "videos" else None
    return catalog.make(name, catalog.Context((), folder, lambda _name: access, lambda: folder), known)


def own_server() -> Capabilities:
    """What is known of a server of one's own."""
    cards = [{"id": "Wan-AI/Wan2.2-T2V-A14B-Diffusers", "owned_by": "sglang"}]
    return servers.capabilities(dialects.SGLANG, cards, needs_network=False)


def is_told_well(problem: Any) -> bool:
    """Whether a problem is one or more whole sentences about what happened, and one or more about what to do."""
    texts = str(problem.what), str(problem.advice)
    return all(text.endswith(".") and text.isprintable() and len(text) < MOST_WORDS for text in texts)


def secrets_in(studio: Studio, log: str) -> bool:
    """Whether the key is anywhere: in what was told, in any file, in the log."""
    return KEY[:10] in studio.everything() + log
