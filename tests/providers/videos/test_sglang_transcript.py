"""What a real SGLang server said (tests/real/record.py), said again to the adapter by a server of the test's own."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from addon.core.capabilities import Cancelling
from addon.core.errors import Kind, ProviderError
from addon.core.models import Mode, Request, Take
from addon.core.provider import JobState
from addon.providers import http, videos

TRANSCRIPT = json.loads(Path(__file__).with_name("sglang_transcript.json").read_text(encoding="utf-8"))
MODEL = "/srv/tiny-wan"


class Replay(ThreadingHTTPServer):
    """Answers a request as it was answered when it was recorded: what comes next in the transcript, else came last.

    A request that was never recorded, or with another body, gets an answer that no adapter can make anything of.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str]] = []
        self._at = -1

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def answer(self, method: str, path: str, sent: Any) -> dict[str, Any]:
        self.asked.append((method, path))
        fitting = [
            number
            for number, each in enumerate(TRANSCRIPT)
            if (each["method"], each["path"], each.get("sent")) == (method, path, sent)
        ]
        if not fitting:
            return {"status": 418, "type": "application/json", "body": {"detail": f"never heard: {sent}"}}
        self._at = next((number for number in fitting if number > self._at), fitting[-1])
        found: dict[str, Any] = TRANSCRIPT[self._at]
        return found


class _Handler(BaseHTTPRequestHandler):
    server: Replay

    def _reply(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.answer(self.command, self.path, json.loads(content) if content else None)
        body = json.dumps(answer["body"]).encode() if "body" in answer else base64.b64decode(answer["bytes"])
        self.send_response(answer["status"])
        self.send_header("Content-Type", answer["type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _reply

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: the tests tell what was wrong."""


@pytest.fixture
def server() -> Iterator[Replay]:
    replay = Replay()
    thread = threading.Thread(target=replay.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield replay
    replay.shutdown()
    thread.join()
    replay.server_close()


@pytest.fixture
def provider(server: Replay) -> videos.Videos:
    """The adapter, as it is after Test Connection."""
    access = http.Access(account=lambda: http.Account(server.address), online=lambda: False)
    made = videos.Videos("videos", access, videos.capabilities("videos"))
    made.inquire()
    return made


def take(width: int = 112, seed: int = 7, job_id: str | None = None) -> Take:
    """A take as the recorded ones were asked for."""
    request = Request(
        prompt="A red fox in the snow",
        provider="videos",
        model=MODEL,
        duration=1.0,
        width=width,
        height=64,
        fps=16.0,
        seed=seed,
        options={"num_inference_steps": 4, "generator_device": "cpu"},
    )
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    return Take(id="1" * 32, number=1, request=request, created_at=moment, changed_at=moment, job_id=job_id)


def submitted(provider: videos.Videos, asked: Take) -> Take:
    return asked.model_copy(update={"job_id": provider.submit(asked)})


def clip() -> bytes:
    """The clip that was recorded."""
    (found,) = (each["bytes"] for each in TRANSCRIPT if "bytes" in each)
    return base64.b64decode(found)


def test_the_server_tells_which_model_it_has_and_that_it_takes_text_only(provider: videos.Videos) -> None:
    (model,) = provider.capabilities.models
    assert (model.id, model.modes) == (MODEL, {Mode.TEXT})
    assert provider.capabilities.cancelling is Cancelling.NEVER
    assert provider.capabilities.free


def test_what_the_adapter_sends_is_what_the_real_server_took_and_its_clip_arrives(
    provider: videos.Videos, server: Replay, tmp_path: Path
) -> None:
    running = submitted(provider, take())
    assert provider.poll(running).state is JobState.RUNNING
    assert provider.poll(running).state is JobState.SUCCEEDED
    told: list[float] = []
    provider.download(running, tmp_path / "clip.mp4", told.append)
    assert (tmp_path / "clip.mp4").read_bytes() == clip()
    assert told[-1] == 1.0
    assert server.asked.count(("POST", "/v1/videos")) == 1


def test_zero_percent_to_the_end_is_no_progress(provider: videos.Videos) -> None:
    status = provider.poll(submitted(provider, take()))
    assert status.progress is None
    assert status.text


def test_a_clip_that_is_fetched_too_early_is_an_error_and_comes_later(provider: videos.Videos, tmp_path: Path) -> None:
    running = submitted(provider, take())
    with pytest.raises(ProviderError) as early:
        provider.download(running, tmp_path / "clip.mp4", lambda _: None)
    assert "in-progress" in str(early.value)
    while provider.poll(running).state is JobState.RUNNING:
        pass
    provider.download(running, tmp_path / "clip.mp4", lambda _: None)
    assert (tmp_path / "clip.mp4").read_bytes() == clip()


def test_a_clip_that_the_server_could_not_make_says_why(provider: videos.Videos) -> None:
    running = submitted(provider, take(width=1024))
    status = provider.poll(running)
    while status.state is JobState.RUNNING:
        status = provider.poll(running)
    assert status.state is JobState.FAILED
    assert status.problem is not None
    assert status.problem.kind is Kind.SERVICE
    assert "Model generation failed" in str(status.problem.what)


def test_a_job_that_was_deleted_there_is_gone_for_good(provider: videos.Videos) -> None:
    with pytest.raises(ProviderError) as gone:
        provider.poll(submitted(provider, take(seed=8)))
    assert gone.value.problem.kind is Kind.NOT_FOUND
    assert "Video not found" in str(gone.value)


def test_a_cancelled_take_is_not_deleted_because_that_would_only_lose_its_clip(
    provider: videos.Videos, server: Replay, tmp_path: Path
) -> None:
    running = submitted(provider, take())
    provider.cancel(running)
    while provider.poll(running).state is JobState.RUNNING:
        pass
    provider.download(running, tmp_path / "clip.mp4", lambda _: None)
    assert (tmp_path / "clip.mp4").read_bytes() == clip()
    assert "DELETE" not in {method for method, _ in server.asked}
