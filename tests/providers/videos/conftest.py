"""What the tests of the `/v1/videos` adapter share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from addon.core.models import Input, Mode, Request, Role, Take
from addon.providers import http, videos
from tests.providers.videos.service import KEY, VideoServer

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROLES = {
    Mode.TEXT: (),
    Mode.FIRST_FRAME: (Role.FIRST_FRAME,),
    Mode.FIRST_LAST: (Role.FIRST_FRAME, Role.LAST_FRAME),
    Mode.REFERENCES: (Role.REFERENCE, Role.REFERENCE),
    Mode.VIDEO: (Role.VIDEO,),
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
MP4 = b"\0\0\0\x18ftypisom" + bytes(40)

Ask = Callable[..., Take]


@pytest.fixture(scope="session")
def catalogue() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((HERE / "catalogue.json").read_text("utf-8"))["data"]
    return entries


@pytest.fixture
def start() -> Iterator[Callable[[VideoServer], VideoServer]]:
    """Ends the servers that it is given when the test is over."""
    servers: list[VideoServer] = []

    def keep(server: VideoServer) -> VideoServer:
        servers.append(server)
        return server

    yield keep
    for server in servers:
        server.close()


def adapter(server: VideoServer, provider_id: str = "videos", *, key: str = KEY) -> videos.Videos:
    access = http.Access(lambda: http.Account(f"{server.base}{server.prefix}", key), lambda: False)
    return videos.Videos(provider_id, access, videos.capabilities(provider_id))


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """A take of a request for a model, with the files that its mode needs."""

    def make(model: str, mode: Mode = Mode.TEXT, provider: str = "videos", **fields: Any) -> Take:
        inputs = []
        for number, role in enumerate(ROLES[mode]):
            file = tmp_path / f"my holiday {number}{'.mp4' if role is Role.VIDEO else '.png'}"
            file.write_bytes(MP4 if role is Role.VIDEO else PNG)
            inputs.append(Input(role=role, path=str(file)))
        whole = {"prompt": "A red fox", "duration": 5.0, "width": 832, "height": 480, "fps": 16.0, "seed": 7, **fields}
        request = Request(provider=provider, model=model, mode=mode, inputs=tuple(inputs), **whole)
        return Take(id="t1", number=1, request=request, created_at=NOW, changed_at=NOW)

    return make


def sent(take: Take, job_id: str) -> Take:
    return take.model_copy(update={"job_id": job_id})
