"""The behaviours that are named one by one, met by every adapter: state, sentence, remedy, key, take and submissions.

What an answer's status or a clip's way means is the transport's to say, so its sentences are the same for all; where an
adapter has better words of its own, `OWN` has them.
"""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple

import pytest

from addon.core.models import TakeState
from addon.providers import http
from tests.worker.blender_side import leftovers
from tests.worker.clips import mp4

from .behaviours import GOES_ON, LOOK_AGAIN, LOOK_THERE, MADE, MAYBE, NETWORK, endless, half, leads_to, longer
from .clients import Studio, logged
from .hostile import Behaviour, Line
from .plain import CLIP
from .speeches import KEY, PATIENT, SPEECHES, Spoken, at_work, is_told_well, secrets_in

FAILED, SUCCEEDED, UNCERTAIN = TakeState.FAILED, TakeState.SUCCEEDED, TakeState.UNCERTAIN
HASTY = PATIENT._replace(silence=1.0, answer=2.0)


class Met(NamedTuple):
    """A behaviour at a stage, `times` or for ever, and what comes of it: `says` with {label}, `remedy`, submissions."""

    stage: str
    does: Behaviour
    times: int | None
    state: TakeState
    says: str = ""
    remedy: str = ""
    creates: int = 1
    limits: http.Limits = PATIENT


def error(status: int, **headers: str) -> Behaviour:
    """An error as services put it."""
    return lambda line: line.json({"error": {"message": "Not now."}}, status, **headers)


def spoken(line: Line) -> Spoken:
    """The service of a line."""
    assert isinstance(line.server, Spoken)
    return line.server


def running(line: Line, share: float, state: str = "") -> None:
    """Tell of a job on its way."""
    server = spoken(line)
    line.json(server.speech.running(state, server.job, share))


def another(line: Line) -> None:
    """The right answer, about another job."""
    server = spoken(line)
    text = json.dumps(server.answer("poll")).replace(server.job, "00000000-0000-4000-8000-000000000000")
    line.json(json.loads(text))


SAYS = "{label} says: Not now."
GOES = SAYS + GOES_ON
THEN = " Then look again."
LATER = "Try again later."
MAYBE_OF = MAYBE.replace("Plain", "{label}")
ASTRAY = MADE + "{label} sends to an address that cannot be trusted."
KEY_PLEASE = "Enter the service's key in the preferences."
MAY_KEY = "Check at the service what the key may do."
CREDIT = "Add credit at the service, then try again."
CHANGE = "Change what it names, then generate again."
LOOK = "Look at the service what became of it."
ODD = "{label} answered something that is not understood."
TRICKY = "../../etc/passwd\0\x1b[31m\u202e" + "A" * 5000
OLD = {"Date": "Sun, 06 Nov 1994 08:49:37 GMT", "Retry_After": "Sun, 06 Nov 1994 08:49:38 GMT"}

BEHAVIOURS: dict[str, Met] = {
    "create: reset": Met("create", Line.reset, None, UNCERTAIN, MAYBE_OF + "cannot be reached", LOOK_THERE),
    "create: closed": Met("create", Line.hang_up, None, UNCERTAIN, MAYBE_OF + "cannot be reached", LOOK_THERE),
    "create: silent": Met(
        "create", lambda line: line.wait() and None, None, UNCERTAIN, MAYBE_OF + "cannot be", LOOK_THERE, limits=HASTY
    ),
    "create: slow": Met(
        "create",
        lambda line: line.answer(b"", Content_Length="900") or line.drip(b" " * 900, 0.1),
        None,
        UNCERTAIN,
        MAYBE_OF + "cannot be reached: it does not answer.",
        LOOK_THERE,
        limits=HASTY,
    ),
    "create: 400": Met("create", error(400), None, FAILED, SAYS, CHANGE),
    "create: 401": Met("create", error(401), None, FAILED, SAYS, KEY_PLEASE),
    "create: 402": Met("create", error(402), None, FAILED, SAYS, CREDIT),
    "create: 403": Met("create", error(403), None, FAILED, SAYS, MAY_KEY),
    "create: 404": Met("create", error(404), None, FAILED, SAYS, LOOK),
    "create: 409": Met("create", error(409), None, FAILED, SAYS, LATER),
    "create: 422": Met("create", error(422), None, FAILED, SAYS, CHANGE),
    "create: 429 for ever": Met("create", error(429), None, FAILED, SAYS, "Wait a while.", 3),
    "create: 429 with Retry-After once": Met("create", error(429, Retry_After="1"), 1, SUCCEEDED, SAYS, creates=2),
    **{
        f"create: {status}": Met("create", error(status), None, UNCERTAIN, MAYBE_OF + "says: Not now.", LOOK_THERE)
        for status in (408, 500, 502, 503, 504)
    },
    "create: key echoed": Met(
        "create",
        lambda line: line.json({"error": f"Bad {KEY}"}, 401),
        None,
        FAILED,
        "{label} says: Bad •••.",
        KEY_PLEASE,
    ),
    "create: tricky words": Met(
        "create",
        lambda line: line.json({"error": TRICKY}, 400),
        None,
        FAILED,
        "{label} says: ../../etc/passwd [31mAAAA",
        CHANGE,
    ),
    "poll: reset once": Met("poll", Line.reset, 1, SUCCEEDED, "{label} cannot be reached"),
    "poll: reset for ever": Met("poll", Line.reset, None, UNCERTAIN, "{label} cannot be reached", NETWORK + THEN),
    "poll: silent once": Met(
        "poll", lambda line: line.wait() and None, 1, SUCCEEDED, "{label} cannot be", limits=HASTY
    ),
    "poll: 400": Met("poll", error(400), None, UNCERTAIN, GOES, LATER + THEN),
    "poll: 401": Met("poll", error(401), None, UNCERTAIN, GOES, KEY_PLEASE + THEN),
    "poll: 402": Met("poll", error(402), None, UNCERTAIN, GOES, CREDIT + THEN),
    "poll: 403": Met("poll", error(403), None, UNCERTAIN, GOES, MAY_KEY + THEN),
    "poll: 404": Met("poll", error(404), None, FAILED, SAYS, LOOK),
    "poll: 409": Met("poll", error(409), None, UNCERTAIN, GOES, LATER + THEN),
    "poll: 422": Met("poll", error(422), None, UNCERTAIN, GOES, LATER + THEN),
    "poll: 429 once": Met("poll", error(429), 1, SUCCEEDED, SAYS),
    "poll: 429 with Retry-After once": Met("poll", error(429, Retry_After="1"), 1, SUCCEEDED, SAYS),
    "poll: 429 for ever": Met("poll", error(429), None, UNCERTAIN, GOES, "Wait a while." + THEN),
    **{f"poll: {status} once": Met("poll", error(status), 1, SUCCEEDED, SAYS) for status in (500, 502, 503, 504)},
    "poll: 503 for ever": Met("poll", error(503), None, UNCERTAIN, GOES, LATER + THEN),
    "poll: clocks that are off": Met("poll", error(503, **OLD), 1, SUCCEEDED, SAYS),
    "poll: HTML for ever": Met(
        "poll", lambda line: line.answer(b"<html>"), None, UNCERTAIN, ODD + GOES_ON, LATER + THEN
    ),
    "poll: an unknown state once": Met(
        "poll", lambda line: running(line, 0.5, "PONDERING"), 1, SUCCEEDED, "{label} calls the take “PONDERING”"
    ),
    "poll: an unknown state for ever": Met(
        "poll",
        lambda line: running(line, 0.5, "PONDERING"),
        None,
        UNCERTAIN,
        "{label} calls the take “PONDERING”, which is not understood." + GOES_ON,
        "Look there what becomes of it." + THEN,
    ),
    "poll: another job's answer once": Met("poll", another, 1, SUCCEEDED, ODD),
    "poll: another job's answer for ever": Met("poll", another, None, UNCERTAIN, ODD + GOES_ON, LATER + THEN),
    "poll: answer without end": Met("poll", endless, 1, SUCCEEDED, "{label} answers without end."),
    "poll: redirected": Met(
        "poll",
        leads_to("https://elsewhere.invalid/"),
        None,
        UNCERTAIN,
        "{label} refuses (HTTP 302)." + GOES_ON,
        "Check the address in the preferences: the service has moved, or wants https." + THEN,
    ),
    "poll: key echoed": Met(
        "poll",
        lambda line: line.json({"error": f"Bad {KEY}"}, 401),
        None,
        UNCERTAIN,
        "{label} says: Bad •••." + GOES_ON,
        KEY_PLEASE + THEN,
    ),
    "clip: reset once": Met("clip", Line.reset, 1, SUCCEEDED, ""),
    "clip: reset for ever": Met("clip", Line.reset, None, UNCERTAIN, MADE + "{label} cannot be reached", LOOK_AGAIN),
    "clip: cut short for ever": Met("clip", half, None, UNCERTAIN, MADE + "{label} ", LOOK_AGAIN),
    "clip: silent once": Met("clip", lambda line: line.wait() and None, 1, SUCCEEDED, "", limits=HASTY),
    "clip: longer than announced": Met("clip", longer, None, SUCCEEDED),
    "clip: without end": Met("clip", endless, None, UNCERTAIN, MADE + "{label} sends a clip without end.", LOOK_AGAIN),
    "clip: a bomb": Met(
        "clip",
        lambda line: line.answer(gzip.compress(bytes(64 << 20)), Content_Encoding="gzip"),
        None,
        UNCERTAIN,
        MADE + "{label} sends a clip without end.",
        LOOK_AGAIN,
    ),
    "clip: a web page": Met(
        "clip",
        lambda line: line.answer(b"<html>"),
        None,
        UNCERTAIN,
        MADE + "The clip that arrived is not a whole video: it is no MP4",
        LOOK_AGAIN,
    ),
    "clip: empty": Met(
        "clip", lambda line: line.answer(b""), None, UNCERTAIN, MADE + "The clip that arrived is not a", LOOK_AGAIN
    ),
    "clip: half a video": Met(
        "clip",
        lambda line: line.answer(mp4(7, 9000)[:5000]),
        None,
        UNCERTAIN,
        MADE + "The clip that arrived is not a whole video:",
        LOOK_AGAIN,
    ),
    "clip: the link has expired": Met("clip", error(403), None, UNCERTAIN, MADE + SAYS, LOOK_AGAIN),
    "clip: 404": Met("clip", error(404), None, UNCERTAIN, MADE + SAYS, LOOK_AGAIN),
    "clip: 500 once": Met("clip", error(500), 1, SUCCEEDED, ""),
    "clip: redirected in a circle": Met("clip", leads_to("/files/clip.mp4/content"), None, UNCERTAIN, MADE, LOOK_AGAIN),
    "clip: redirected to a file": Met("clip", leads_to("file:///etc/passwd"), None, UNCERTAIN, ASTRAY, LOOK_AGAIN),
    "clip: redirected to http": Met("clip", leads_to("http://elsewhere.invalid/"), None, UNCERTAIN, ASTRAY, LOOK_AGAIN),
    "clip: redirected to a private address": Met(
        "clip", leads_to("https://10.0.0.1/"), None, UNCERTAIN, ASTRAY, LOOK_AGAIN
    ),
    "clip: redirected to ../": Met("clip", leads_to("/files/../../x"), None, UNCERTAIN, MADE, LOOK_AGAIN),
    "clip: redirected to another host": Met(
        "clip", leads_to("https://elsewhere.invalid/"), None, UNCERTAIN, MADE + "{label} cannot be reached", LOOK_AGAIN
    ),
    "clip: named by the service": Met(
        "clip",
        lambda line: line.answer(CLIP, Content_Disposition='attachment; filename="../../../evil.sh"'),
        None,
        SUCCEEDED,
    ),
    "clip: key echoed": Met(
        "clip",
        lambda line: line.json({"error": f"Bad {KEY}"}, 403),
        None,
        UNCERTAIN,
        MADE + "{label} says: Bad •••.",
        LOOK_AGAIN,
    ),
}

_OWN_403 = "ComfyUI refuses what comes from here (HTTP 403)."
_OWN_ADDRESS = "Enter the address that ComfyUI names when it starts, without a proxy in between."
OWN: dict[tuple[str, str], Met] = {
    ("fal", "poll: 404"): Met("poll", error(404), None, SUCCEEDED),  # the history has it
    ("runway", "poll: 404"): Met(
        "poll",
        error(404),
        None,
        FAILED,
        "Runway does not know this take (any more).",
        "Look there what became of it, or generate again.",
    ),
    ("comfyui", "poll: 404"): Met("poll", error(404), None, UNCERTAIN, ODD + GOES_ON, LATER + THEN),
    ("comfyui", "create: 403"): Met("create", error(403), None, FAILED, _OWN_403, _OWN_ADDRESS),
    ("comfyui", "poll: 403"): Met("poll", error(403), None, UNCERTAIN, _OWN_403 + GOES_ON, _OWN_ADDRESS + THEN),
    ("comfyui", "clip: the link has expired"): Met("clip", error(403), None, UNCERTAIN, MADE + _OWN_403, LOOK_AGAIN),
    ("comfyui", "clip: key echoed"): Met(
        "clip", lambda line: line.json({"error": f"Bad {KEY}"}, 403), None, UNCERTAIN, MADE + _OWN_403, LOOK_AGAIN
    ),
}


def of(name: str, behaviour: str) -> Met:
    """What an adapter makes of a behaviour. ComfyUI can be asked whether it has a take, so nothing stays uncertain."""
    met = OWN.get((name, behaviour), BEHAVIOURS[behaviour])
    if name == "comfyui" and met.stage == "create" and met.state is UNCERTAIN:
        return met._replace(state=SUCCEEDED, says="Asking the service whether it has this take")
    return met


@pytest.fixture(params=SPEECHES)
def server(request: pytest.FixtureRequest) -> Iterator[Spoken]:
    """A service."""
    started = Spoken(request.param)
    yield started
    started.close()


def meet(met: Met, server: Spoken, folder: Path) -> None:
    """Let a take meet the behaviour, and see that all holds which must."""
    server.behaviours = {met.stage: repeat(met.does) if met.times is None else chain([met.does] * met.times)}
    says = met.says.format(label=server.speech.label)
    with logged() as log:
        provider = at_work(server.name, server.base, folder, met.limits)
        studio = Studio(folder / "project", provider)
        (take,) = studio.until_at_rest(*studio.generate())
        assert take.state is met.state, f"{take.problem} {log.getvalue()}"
        if take.state is SUCCEEDED:
            assert any(told.startswith(says) for told in studio.passing), studio.passing
            assert studio.assets == [CLIP]
        else:
            assert take.problem and is_told_well(take.problem), take.problem
            assert str(take.problem.what).startswith(says), take.problem
            assert str(take.problem.advice) == met.remedy
            assert studio.assets == []
        assert server.creations() == met.creates
        assert leftovers(studio.sidecar) == []
        assert {each.name for each in folder.iterdir()} <= {"project", "workflows"}
        assert bool(take.job_id) is (take.state is SUCCEEDED or met.stage != "create")
        if take.state is UNCERTAIN and take.job_id:
            server.be_good()
            assert studio.look_again(take.id).state is SUCCEEDED
            assert studio.assets == [CLIP]
            assert server.creations() == met.creates
        provider.close()
    assert not secrets_in(studio, log.getvalue())


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_a_service_that_breaks_the_rules_loses_no_take_no_money_and_no_key(
    server: Spoken, tmp_path: Path, behaviour: str
) -> None:
    meet(of(server.name, behaviour), server, tmp_path)


def test_every_adapter_meets_more_than_forty_behaviours() -> None:
    assert len(BEHAVIOURS) > 40


@pytest.mark.parametrize("name", SPEECHES)
def test_a_service_that_is_not_there_has_not_been_sent_anything(name: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    studio = Studio(tmp_path / "project", at_work(name, base, tmp_path))
    (take,) = studio.until_at_rest(*studio.generate())
    assert (take.state, take.job_id) == (FAILED, None)
    assert str(take.problem) == f"{SPEECHES[name].label} cannot be reached: connection refused. {NETWORK}"


def test_progress_that_goes_backwards_or_out_of_bounds_is_no_matter(server: Spoken, tmp_path: Path) -> None:
    if server.name == "openrouter":
        return  # it tells no progress, and is asked every 10 s
    shares = (0.9, 0.2) if server.name == "runway" else (0.9, 0.2, -5.0, 1e300, 0.0)
    server.behaviours = {"poll": iter([lambda line, share=share: running(line, share) for share in shares])}
    provider = at_work(server.name, server.base, tmp_path)
    studio = Studio(tmp_path / "project", provider)
    (take,) = studio.until_at_rest(*studio.generate())
    provider.close()
    assert take.state is SUCCEEDED, take.problem
    assert server.creations() == 1


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://10.0.0.1/c.mp4", "/../../c.mp4", "/files/a\0.mp4"])
@pytest.mark.parametrize("name", ["fal", "runway"])
def test_a_clip_at_an_address_that_cannot_be_trusted_waits(name: str, address: str, tmp_path: Path) -> None:
    server = Spoken(name)
    try:
        server.clip_at = address
        studio = Studio(tmp_path / "project", at_work(name, server.base, tmp_path))
        (take,) = studio.until_at_rest(*studio.generate())
        assert take.state is UNCERTAIN
        assert take.problem and str(take.problem.what) == ASTRAY.format(label=server.speech.label)
        assert str(take.problem.advice) == LOOK_AGAIN
        server.be_good()
        assert studio.look_again(take.id).state is SUCCEEDED
        assert server.creations() == 1
    finally:
        server.close()
