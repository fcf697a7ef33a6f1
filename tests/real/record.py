"""Record what a real SGLang server answers, for the tests that run without one: `python -m tests.real.record`.

Writes tests/providers/videos/sglang_transcript.json: a list of exchanges in their order. Where a job is polled, only
answers that differ from the one before are kept. The server's own folders are written as /srv.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

import get_sglang
from project import ROOT

from . import server

TRANSCRIPT = ROOT / "tests" / "providers" / "videos" / "sglang_transcript.json"
SECONDS = 120

CLIP: dict[str, Any] = {
    "prompt": "A red fox in the snow",
    "size": "112x64",
    "num_frames": 17,
    "fps": 16,
    "seed": 7,
    "num_inference_steps": 4,
    "generator_device": "cpu",
}
TOO_WIDE = CLIP | {"size": "1024x64"}  # the tiny model has room for 512 pixels
ANOTHER = CLIP | {"seed": 8}


class Recorder:
    """Talks to a server and keeps what was said."""

    def __init__(self, running: server.Server, place: Path) -> None:
        self.exchanges: list[dict[str, Any]] = []
        self._base = running.address.removesuffix("/v1")
        self._folders = {str(place): "/srv", str(running.folder): "/srv"}

    def say(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Send a request, and keep it with its answer."""
        answer = requests.request(method, f"{self._base}{path}", json=body, timeout=SECONDS)
        exchange: dict[str, Any] = {"method": method, "path": path}
        if body is not None:
            exchange["sent"] = json.loads(self._moved(json.dumps(body)))
        kind = answer.headers.get("Content-Type", "")
        exchange |= {"status": answer.status_code, "type": kind}
        if "json" in kind:
            exchange["body"] = json.loads(self._moved(answer.text))
        else:
            exchange["bytes"] = base64.b64encode(answer.content).decode("ascii")
        self.exchanges.append(exchange)
        return exchange

    def until_ended(self, path: str) -> None:
        """Poll a job until it has ended."""
        deadline = time.monotonic() + SECONDS
        while self.say("GET", path)["body"]["status"] not in ("completed", "failed"):
            assert time.monotonic() < deadline, "the job did not end"
            time.sleep(0.1)
            if self.exchanges[-2:-1] and self.exchanges[-1] == self.exchanges[-2]:
                self.exchanges.pop()

    def _moved(self, text: str) -> str:
        for folder, name in self._folders.items():
            text = text.replace(folder, name)
        return text


def record(recorder: Recorder, model: Path) -> None:
    """Everything that an adapter meets: a clip that is made, one that cannot be, one that is deleted as it is made."""
    recorder.say("GET", "/v1/models")
    for body in (CLIP, TOO_WIDE):
        path = create(recorder, model, body)
        recorder.say("GET", f"{path}/content")
        recorder.until_ended(path)
        recorder.say("GET", f"{path}/content")
    path = create(recorder, model, ANOTHER)
    recorder.say("DELETE", path)
    recorder.say("GET", path)
    recorder.say("GET", f"{path}/content")


def create(recorder: Recorder, model: Path, body: dict[str, Any]) -> str:
    """Ask for a clip; returns the path of its job."""
    created = recorder.say("POST", "/v1/videos", {"model": str(model), **body})
    return f"/v1/videos/{created['body']['id']}"


def main() -> int:
    place = get_sglang.get(get_sglang.default_cache())
    with tempfile.TemporaryDirectory() as folder, server.running(place, Path(folder)) as running:
        recorder = Recorder(running, place)
        record(recorder, get_sglang.model_of(place))
    TRANSCRIPT.parent.mkdir(exist_ok=True)
    TRANSCRIPT.write_text(json.dumps(recorder.exchanges, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
