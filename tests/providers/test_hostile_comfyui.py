"""What only ComfyUI can do against the rules: on its websocket, and by forgetting its queue."""

from __future__ import annotations

from itertools import repeat
from pathlib import Path

import pytest

from addon.core.models import TakeState

from .clients import Studio
from .hostile import Behaviour, Line
from .plain import CLIP
from .speeches import Spoken, agree, at_work

FAILED, SUCCEEDED = TakeState.FAILED, TakeState.SUCCEEDED


def frames(*messages: bytes) -> Behaviour:
    """A websocket on which something is told, each message as it is."""

    def tell(line: Line) -> None:
        agree(line)
        for message in messages:
            size = bytes([len(message)]) if len(message) < 126 else b"\x7e" + len(message).to_bytes(2, "big")
            line.raw(b"\x81" + size + message)
        line.wait()
        line.hang_up()

    return tell


LISTENED: dict[str, Behaviour] = {
    "refused": lambda line: line.json({}, 403),
    "reset": lambda line: agree(line) or line.reset(),
    "no websocket": lambda line: line.answer(b"<html>"),
    "no json": frames(b"<html>", b"\xff\xfe", b"[" * 3000),
    "wrong types": frames(b'{"type": 7, "data": 7}', b'{"type": "progress_state", "data": {"prompt_id": ["x"]}}'),
    "half a message": lambda line: agree(line) or line.raw(b"\x81\x7e\x10\x00{") or (line.wait() and None),
    "a message without end": lambda line: (
        agree(line) or line.raw(b"\x82\x7f\0\0\1\0\0\0\0\0") or line.endlessly(bytes(1 << 16))
    ),
}


@pytest.mark.parametrize("name", LISTENED)
def test_whatever_is_told_over_comfyuis_websocket_loses_no_take(name: str, tmp_path: Path) -> None:
    server = Spoken("comfyui")
    try:
        server.behaviours = {"listen": repeat(LISTENED[name])}
        server.stays_silent = 2
        provider = at_work("comfyui", server.base, tmp_path)
        studio = Studio(tmp_path / "project", provider)
        (take,) = studio.until_at_rest(*studio.generate())
        provider.close()
        assert take.state is SUCCEEDED, take.problem
        assert studio.assets == [CLIP]
        assert server.creations() == 1
    finally:
        server.close()


def test_a_take_that_comfyui_lost_when_it_was_restarted_says_so_and_is_not_sent_again(tmp_path: Path) -> None:
    server = Spoken("comfyui")
    try:
        empty: Behaviour = lambda line: line.json({"queue_running": [], "queue_pending": []})  # noqa: E731
        server.behaviours = {"poll": repeat(lambda line: line.json({})), "queue": repeat(empty)}
        provider = at_work("comfyui", server.base, tmp_path)
        studio = Studio(tmp_path / "project", provider)
        (take,) = studio.until_at_rest(*studio.generate())
        provider.close()
        assert take.state is FAILED
        assert take.problem and "or ComfyUI was restarted." in str(take.problem.what)
        assert str(take.problem.advice) == "Generate again."
        assert server.creations() == 1
    finally:
        server.close()
