"""Takes to queue, and the adapter that queues them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from addon.core.models import Mode, Request, Take, new_id
from addon.core.provider import JobState, JobStatus
from addon.providers import http
from addon.providers.comfyui import ComfyUI

from .replay import WAIT, Replay, recording

START = datetime(2026, 1, 1, tzinfo=UTC)
ENDS = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


def stored(folder: Path, name: str, graph: dict[str, Any] | None = None) -> Path:
    """A workflow's file, with the graph that was recorded under its name."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.json"
    file.write_text(json.dumps(graph or recording(name)["request"]["prompt"]), "utf-8")
    return file


def adapter(replay: Replay, folder: Path, *, online: bool = False) -> ComfyUI:
    """ComfyUI at the replaying server."""
    return ComfyUI(http.Access(lambda: http.Account(replay.base), lambda: online), folder)


def take(model: str, **changes: Any) -> Take:
    """A take as the recorded text to video was made."""
    fields = {
        "prompt": "a red fox in snow",
        "provider": "comfyui",
        "model": model,
        "mode": Mode.TEXT,
        "duration": 2.0,
        "width": 320,
        "height": 192,
        "fps": 8.0,
        "seed": 42,
    }
    request = Request(**{**fields, **changes})
    return Take(id=new_id(), number=1, request=request, created_at=START, changed_at=START)


def sent(provider: ComfyUI, one: Take) -> Take:
    """The take with its job."""
    provider.validate(one.request)
    return one.model_copy(update={"job_id": provider.submit(one)})


def until_end(provider: ComfyUI, one: Take) -> list[JobStatus]:
    """Every status up to the last."""
    seen: list[JobStatus] = []
    deadline = time.monotonic() + WAIT
    while not seen or seen[-1].state not in ENDS:
        assert time.monotonic() < deadline, seen[-1]
        seen.append(provider.poll(one))
        time.sleep(0.005)
    return seen


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that comes soon."""
    deadline = time.monotonic() + WAIT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def fetched(provider: ComfyUI, one: Take, tmp_path: Path) -> bytes:
    """The clip of a take that has ended."""
    target = tmp_path / "clip.part"
    shares: list[float] = []
    provider.download(one, target, shares.append)
    assert shares[-1] == 1.0
    return target.read_bytes()
