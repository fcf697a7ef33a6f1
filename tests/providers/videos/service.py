"""Servers with `/v1/videos`, each as its sources say that it behaves: what it takes, what it answers, what it keeps.

They hold jobs, and refuse what the real ones refuse. A job runs for `polls` polls and then ends as `ends` says.
"""

from __future__ import annotations

import email.parser
import email.policy
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.providers.hostile import Asked, Behaviour, Line, Server
from tests.worker.clips import mp4

KEY = "sk-test-0123456789abcdef"
CLIP = mp4(3, 20_000)

# The fields of SGLang 0.5.23's and of vLLM-Omni 0.30.0's request that are of use here, and what they are.
_SAMPLER = {
    "model": str,
    "prompt": str,
    "size": str,
    "fps": int,
    "num_frames": int,
    "seed": int,
    "negative_prompt": str,
    "num_inference_steps": int,
    "guidance_scale": float,
    "flow_shift": float,
}
FIELDS: dict[str, dict[str, type]] = {
    "sglang": {**_SAMPLER, "generator_device": str},
    "vllm_omni": _SAMPLER,
    "litellm": {"model": str, "prompt": str, "size": str, "seconds": str},
}
UPLOADS = {
    "sglang": {"input_reference", "video_reference"},
    "vllm_omni": {"input_reference"},
    "litellm": {"input_reference"},
}


class VideoServer(Server):
    """`kind`: which server it is. `prefix`: where its API begins. `cards`: its models."""

    def __init__(self, kind: str, cards: list[dict[str, Any]], prefix: str = "/v1") -> None:
        self.kind = kind
        self.cards = cards
        self.prefix = prefix
        self.polls = 1
        self.ends: dict[str, Any] = {"status": "completed", "progress": 100}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.bodies: list[dict[str, Any]] = []
        self.files: list[dict[str, tuple[str, bytes]]] = []
        self.instead: dict[str, Behaviour] = {}
        super().__init__(self._answer)

    def paths(self, method: str) -> list[str]:
        """What was asked for with `method`."""
        return [asked.path for asked in self.asked if asked.method == method]

    def _answer(self, asked: Asked) -> Behaviour:
        path = urlsplit(asked.path).path
        for part, behaviour in self.instead.items():
            if f"{asked.method} {path}".endswith(part):
                return behaviour
        if path == "/health/liveliness" and self.kind == "litellm":
            return _json("I'm alive!")
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return _json({"error": {"message": "Invalid key", "code": 401}}, 401)
        if not path.startswith(self.prefix):
            return _json({"detail": "Not Found"}, 404)
        return self._in_api(asked, path.removeprefix(self.prefix))

    def _in_api(self, asked: Asked, path: str) -> Behaviour:
        if asked.method == "GET" and path == "/models":
            return _json({"object": "list", "data": self.cards})
        if asked.method == "POST" and path == "/videos":
            return self._create(asked)
        if asked.method == "GET" and path == "/videos":
            return _json({"object": "list", "data": list(self.jobs.values())})
        found = re.fullmatch(r"/videos/([^/]+)(/content)?", path)
        job = self.jobs.get(unquote(found[1])) if found else None
        if found is None or job is None:
            return _json({"detail": "Video not found"}, 404)
        if asked.method == "DELETE":
            return self._delete(job)
        return self._content(job) if found[2] else self._status(job)

    def _create(self, asked: Asked) -> Behaviour:
        kind, _, _ = asked.headers.get("content-type", "").partition(";")
        fields, files = _form(asked) if kind == "multipart/form-data" else (json.loads(asked.body), {})
        wrong = self._wrong(kind, fields, files)
        if wrong:
            return _json({"detail": [{"loc": ["body", wrong], "msg": wrong, "type": "value_error"}]}, 422)
        self.bodies.append(fields)
        self.files.append(files)
        job = {"id": f"video_{len(self.bodies)}", "object": "video", "status": "queued", "progress": 0, "polls": 0}
        self.jobs[job["id"]] = job
        return _json(_told(job))

    def _wrong(self, kind: str, fields: dict[str, Any], files: dict[str, Any]) -> str:
        """What the real server would find fault with."""
        if self.kind == "vllm_omni" and kind != "multipart/form-data":
            return "a form is needed"
        if self.kind == "vllm_omni" and fields.get("model") not in {card["id"] for card in self.cards}:
            return "Model mismatch"
        known = FIELDS[self.kind]
        for name, value in fields.items():
            try:
                as_is = isinstance(value, known[name]) and not isinstance(value, bool)
                as_text = kind == "multipart/form-data" and known[name](value) is not None
            except (KeyError, ValueError):
                return f"{name}: {value!r}"
            if not as_is and not as_text:
                return f"{name}: {value!r}"
        if not re.fullmatch(r"\d+x\d+", fields["size"]):
            return "size"
        return "" if set(files) <= UPLOADS[self.kind] else f"files: {sorted(files)}"

    def _status(self, job: dict[str, Any]) -> Behaviour:
        job["polls"] += 1
        if job["polls"] > self.polls:
            job |= self.ends
        elif job["polls"] > 1 or self.polls == 1:
            job["status"] = "in_progress"
        told = _told(job)
        if self.kind == "litellm":
            told["id"] = f"video_other_{job['polls']}"
            told["progress"] = None
        failed = self.kind == "vllm_omni" and job["status"] == "failed"
        return _json(told, 422 if failed else 200)

    def _content(self, job: dict[str, Any]) -> Behaviour:
        if job["status"] != "completed":
            return _json({"detail": "Generation is still in-progress"}, 404)
        return lambda line: line.answer(CLIP, Content_Type="video/mp4")

    def _delete(self, job: dict[str, Any]) -> Behaviour:
        if self.kind == "litellm":
            return _json({"detail": "Method Not Allowed"}, 405)
        del self.jobs[job["id"]]
        if self.kind == "sglang":
            return _json({**_told(job), "status": "deleted"})
        return _json({"id": job["id"], "deleted": True, "object": "video.deleted"})


class OpenRouterServer(VideoServer):
    """OpenRouter, as its OpenAPI document has it. `check` is given every body."""

    def __init__(self, catalogue: list[dict[str, Any]], check: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.catalogue = catalogue
        self.check = check
        self.limit: float | None = 12.5
        super().__init__("openrouter", [], "/api/v1")

    def _in_api(self, asked: Asked, path: str) -> Behaviour:
        if path == "/key":
            return _json({"data": {"label": "sk-…", "limit_remaining": self.limit, "usage": 1.5}})
        if path == "/videos/models":
            return _json({"data": self.catalogue})
        return super()._in_api(asked, path)

    def _create(self, asked: Asked) -> Behaviour:
        body = json.loads(asked.body)
        if self.check:
            self.check(body)
        self.bodies.append(body)
        job = {"id": f"gen-{len(self.bodies)}", "status": "pending", "polls": 0}
        job["polling_url"] = f"https://elsewhere.invalid/api/v1/videos/{job['id']}"
        self.jobs[str(job["id"])] = job
        return _json(_told(job), 202)


def _told(job: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in job.items() if name != "polls"}


def _json(value: Any, status: int = 200) -> Behaviour:
    def answer(line: Line) -> None:
        line.json(value, status)

    return answer


def _form(asked: Asked) -> tuple[dict[str, str], dict[str, tuple[str, bytes]]]:
    """The fields of a form, and its files as name and content."""
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    fields: dict[str, str] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for part in email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + asked.body).iter_parts():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        if part.get_filename():
            files[name] = (part.get_filename(), data)
        else:
            fields[name] = data.decode()
    return fields, files
