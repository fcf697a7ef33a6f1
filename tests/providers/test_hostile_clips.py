"""What becomes of a take when its service breaks every rule while the clip is fetched: behaviour by behaviour.

Each is met by the worker's own runner with a real adapter over real sockets. What holds for all of them (`behaviours`):
the request is received as often as the table says, no key is anywhere, no file is left over, a job that was accepted is
never forgotten, and once the service behaves again, looking again brings the clip without another request.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.worker.clips import mp4

from .behaviours import (
    ASTRAY,
    CHECK_KEY,
    HASTY,
    LOOK_AGAIN,
    MADE,
    SUCCEEDED,
    UNCERTAIN,
    Met,
    always_at,
    bomb,
    clip_at,
    endless,
    error,
    half,
    html,
    leads_to,
    longer,
    meet,
    once_at,
    set_all,
    silent,
    status,
)
from .hostile import Line
from .plain import CLIP, PlainServer, always

BEHAVIOURS: dict[str, Met] = {
    # While the clip is fetched.
    "clip: reset once": once_at("clip", Line.reset, "Plain cannot be reached: connection reset by peer. Trying again."),
    "clip: reset for ever": always_at(
        "clip", Line.reset, MADE + "Plain cannot be reached: connection reset by peer.", LOOK_AGAIN
    ),
    "clip: cut short once": once_at("clip", half, "Plain "),
    "clip: cut short for ever": always_at("clip", half, MADE + "Plain ", LOOK_AGAIN),
    "clip: silent for ever": always_at(
        "clip",
        lambda line: line.answer(CLIP[:1000], Content_Length=str(len(CLIP))) or silent(line),
        MADE + "Plain cannot be reached: it does not answer.",
        LOOK_AGAIN,
        HASTY,
    ),
    "clip: drop by drop for ever": always_at(
        "clip",
        lambda line: line.answer(b"", Content_Length=str(len(CLIP))) or line.drip(CLIP, 0.1),
        MADE + "Plain cannot be reached: it does not answer.",
        LOOK_AGAIN,
        HASTY,
    ),
    "clip: longer than announced": Met(set_all(clip=lambda: always(longer)), SUCCEEDED, "Downloading"),
    "clip: without end": always_at("clip", endless, MADE + "Plain sends a clip without end.", LOOK_AGAIN),
    "clip: compressed bomb": always_at("clip", bomb, MADE + "Plain sends a clip without end.", LOOK_AGAIN),
    "clip: packed though nobody asked": Met(
        set_all(clip=lambda: always(lambda line: line.answer(gzip.compress(CLIP), Content_Encoding="gzip"))), SUCCEEDED
    ),
    "clip: a web page instead": always_at(
        "clip",
        html,
        MADE + "The clip that arrived is not a whole video: it is no MP4, MOV, WebM, Matroska or AVI file.",
        LOOK_AGAIN,
    ),
    "clip: empty": always_at(
        "clip",
        lambda line: line.answer(b""),
        MADE + "The clip that arrived is not a whole video: it is empty.",
        LOOK_AGAIN,
    ),
    "clip: half a video with the right length": always_at(
        "clip",
        lambda line: line.answer(mp4(7, 9000)[:5000], Content_Type="video/mp4"),
        MADE + "The clip that arrived is not a whole video:",
        LOOK_AGAIN,
    ),
    "clip: 403, the link has expired": always_at("clip", error(403), MADE + "Plain says: Not now.", LOOK_AGAIN),
    "clip: 404": always_at("clip", error(404), MADE + "Plain says: Not now.", LOOK_AGAIN),
    "clip: 500 once": once_at("clip", error(500), "Plain says: Not now. Trying again."),
    "clip: redirected in a circle": always_at(
        "clip", leads_to("/clips/1"), MADE + "Plain sends from one address to the next.", LOOK_AGAIN
    ),
    "clip: redirected to a file": always_at("clip", leads_to("file:///etc/passwd"), MADE + ASTRAY, LOOK_AGAIN),
    "clip: redirected to http": always_at("clip", leads_to("http://elsewhere.invalid/c"), MADE + ASTRAY, LOOK_AGAIN),
    "clip: redirected to a private address": always_at(
        "clip", leads_to("https://10.0.0.1/"), MADE + ASTRAY, LOOK_AGAIN
    ),
    "clip: redirected to a name that is not there": always_at(
        "clip", leads_to("https://elsewhere.invalid/"), MADE + "Plain cannot be reached", LOOK_AGAIN
    ),
    "clip: at a file": Met(clip_at("file:///etc/passwd"), UNCERTAIN, MADE + ASTRAY, LOOK_AGAIN),
    "clip: at a private address": Met(clip_at("http://192.168.0.1/clip"), UNCERTAIN, MADE + ASTRAY, LOOK_AGAIN),
    "clip: at ../": Met(clip_at("/clips/../../jobs"), UNCERTAIN, MADE + ASTRAY, LOOK_AGAIN),
    "clip: at an address with NUL": Met(clip_at("/clips/a\0b"), UNCERTAIN, MADE + ASTRAY, LOOK_AGAIN),
    "clip: at an address of 5,000 characters": Met(clip_at("/clips/" + "a" * 5000), SUCCEEDED),
    "clip: at a name with tricks": Met(clip_at("/clips/..%5c..%5cevil\u202egpj.mp4?name=../../x.exe"), SUCCEEDED),
    "clip: named by the service": Met(
        set_all(
            clip=lambda: always(
                lambda line: line.answer(CLIP, Content_Disposition='attachment; filename="../../../evil.sh"')
            )
        ),
        SUCCEEDED,
    ),
    "clip: key echoed in the error": always_at(
        "clip", lambda line: line.json({"error": CHECK_KEY}, 403), MADE + "Plain says: Bad key •••.", LOOK_AGAIN
    ),
    "clip: at no address": always_at("poll", status("succeeded", clip=None), MADE + ASTRAY, LOOK_AGAIN),
}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_service_that_breaks_the_rules_loses_no_take_no_money_and_no_key(
    server: PlainServer, tmp_path: Path, name: str
) -> None:
    meet(BEHAVIOURS[name], server, tmp_path)
