"""What becomes of a take when its service breaks every rule: one behaviour after the other, by name.

Each is met by the worker's own runner with a real adapter over real sockets. What holds for all of them: the request
is received as often as the table says, no key is anywhere, no file is left over, a job that was accepted is never
forgotten, and once the service behaves again, looking again brings the clip without another request.
"""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from addon.core.models import TakeState
from addon.providers import http
from tests.worker.blender_side import leftovers
from tests.worker.clips import mp4

from .clients import Studio, logged
from .hostile import Behaviour, Line, reset_unread
from .plain import CLIP, KEY, Plain, PlainServer, always, at_first

FAILED, SUCCEEDED, UNCERTAIN = TakeState.FAILED, TakeState.SUCCEEDED, TakeState.UNCERTAIN

PATIENT = http.Limits(connect=20, silence=30, answer=60, short=1 << 20, clip=4 << 20)
HASTY = PATIENT._replace(silence=1.5, answer=2.5)


class Met(NamedTuple):
    """A behaviour and what comes of it.

    `says`: how the take's problem begins, for one that succeeds what was told on the way; `remedy`: what is advised;
    `creates`: how many submissions the service has read; `known`: whether the job's id is.
    """

    does: Callable[[PlainServer], None]
    state: TakeState
    says: str = ""
    remedy: str = ""
    creates: int = 1
    known: bool = True
    limits: http.Limits = PATIENT


MAYBE = "The request may or may not have reached the service: Plain "
LOOK_THERE = "Look there whether it runs; then send it again or give it up."
MADE = "The clip was made, but it could not be fetched. "
LOOK_AGAIN = "Look again: it is not made or paid for anew."
GOES_ON = " The take was accepted and may go on at the service."


def creating(behaviour: Behaviour, says: str, limits: http.Limits = PATIENT) -> Met:
    """Nobody knows whether the request arrived: it is not sent again."""
    return Met(
        lambda server: setattr(server, "create", always(behaviour)),
        UNCERTAIN,
        MAYBE + says,
        LOOK_THERE,
        1,
        False,
        limits,
    )


def refusing(status: int, says: str, remedy: str, creates: int = 1, **headers: str) -> Met:
    """The request surely was not accepted."""

    def refuse(line: Line) -> None:
        line.json({"error": {"message": "Not like this."}}, status, **headers)

    return Met(lambda server: setattr(server, "create", always(refuse)), FAILED, says, remedy, creates, False)


def once_at(stage: str, behaviour: Behaviour, says: str, limits: http.Limits = PATIENT, times: int = 1) -> Met:
    """It passes."""
    return Met(lambda server: setattr(server, stage, at_first(*[behaviour] * times)), SUCCEEDED, says, limits=limits)


def always_at(
    stage: str,
    behaviour: Behaviour,
    says: str,
    remedy: str,
    limits: http.Limits = PATIENT,
    state: TakeState = UNCERTAIN,
) -> Met:
    """It does not pass."""
    return Met(lambda server: setattr(server, stage, always(behaviour)), state, says, remedy, limits=limits)


def status(value: object, **more: object) -> Behaviour:
    """A poll's answer."""
    return lambda line: line.json({"id": "job-1", "state": value, **more})


def error(code: int, **headers: str) -> Behaviour:
    """An error as services put it."""
    return lambda line: line.json({"error": {"message": "Not now."}}, code, **headers)


def silent(line: Line) -> None:
    line.wait()


def html(line: Line) -> None:
    line.answer(b"<html><h1>502</h1></html>", Content_Type="text/html")


def half(line: Line) -> None:
    line.answer(CLIP[:1000], Content_Length=str(len(CLIP)))
    line.hang_up()


def longer(line: Line) -> None:
    line.raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(CLIP) + CLIP + b"HTTP/1.1 200 OK\r\n\r\nmore")


def endless(line: Line) -> None:
    line.answer(b"", Content_Length="")
    line.endlessly(bytes(1 << 16))


def bomb(line: Line) -> None:
    line.answer(gzip.compress(bytes(64 << 20)), Content_Encoding="gzip")


def leads_to(address: str) -> Behaviour:
    """A redirect."""
    return lambda line: line.answer(b"", 302, Location=address)


def clip_at(address: str) -> Callable[[PlainServer], None]:
    """The service says that the clip is there."""
    return lambda server: setattr(server, "clip_at", address)


def welcome(*answers: Callable[[socket.socket], None]) -> Callable[[PlainServer], None]:
    """What is done to the first connections."""

    def meet(server: PlainServer) -> None:
        server.welcomes = iter([lambda end, answer=answer: answer(end) or False for answer in answers])

    return meet


def set_all(**stages: Callable[[], Iterator[Behaviour]]) -> Callable[[PlainServer], None]:
    """More than one at a time."""

    def meet(server: PlainServer) -> None:
        for stage, behaviours in stages.items():
            setattr(server, stage, behaviours())

    return meet


def backwards() -> Iterator[Behaviour]:
    return at_first(*(status("running", progress=each) for each in (0.1, 0.9, 0.2, -5, 1e308, 0.0)))


NOT_UNDERSTOOD = "Plain answered something that is not understood."
ASTRAY = "Plain sends to an address that cannot be trusted."
TELL = "Look again later; if it stays so, tell the service."
NETWORK = "Check the network, and the address in the preferences."
TRICKY = "../../etc/passwd\0\x1b[31m\u202e" + "A" * 5000
CHECK_KEY = f"Bad key {KEY}"

BEHAVIOURS: dict[str, Met] = {
    # While the request is sent.
    "create: connection reset before the request is read": Met(
        welcome(reset_unread), UNCERTAIN, MAYBE + "cannot be reached", LOOK_THERE, 0, False
    ),
    "create: reset after the request was read": creating(Line.reset, "cannot be reached: connection reset by peer."),
    "create: closed without an answer": creating(Line.hang_up, "cannot be reached: the connection was lost."),
    "create: silent": creating(silent, "cannot be reached: it does not answer.", HASTY),
    "create: headers drop by drop": creating(
        lambda line: line.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 900, 0.1),
        "cannot be reached: it does not answer.",
        HASTY,
    ),
    "create: body drop by drop": creating(
        lambda line: line.answer(b"", Content_Length="900") or line.drip(b" " * 900, 0.1),
        "cannot be reached: it does not answer.",
        HASTY,
    ),
    "create: reset within the answer": creating(
        lambda line: line.answer(b'{"id"', Content_Length="50") or line.reset(), "cannot be reached"
    ),
    "create: answer cut short": creating(
        lambda line: line.answer(b'{"id": "job-1"}', Content_Length="50") or line.hang_up(), ""
    ),
    "create: answer without end": creating(endless, "answers without end."),
    "create: compressed bomb": creating(bomb, "answers without end."),
    "create: HTML for JSON": creating(html, "answered without a job’s id."),
    "create: a list for an object": creating(lambda line: line.json([]), "answered without a job’s id."),
    "create: a number for an id": creating(lambda line: line.json({"id": 7}), "answered without a job’s id."),
    "create: an id with NUL": creating(lambda line: line.json({"id": "a\0b"}), "answered without a job’s id."),
    "create: an id of 5,000 characters": creating(
        lambda line: line.json({"id": "x" * 5000}), "answered without a job’s id."
    ),
    "create: redirected with 303": creating(leads_to("/elsewhere"), "refuses (HTTP 302)."),
    "create: 408": creating(error(408), "says: Not now."),
    "create: 500": creating(error(500), "says: Not now."),
    "create: 502 in HTML": creating(lambda line: line.answer(b"<html>", 502), "refuses (HTTP 502)."),
    "create: 503 with Retry-After": creating(error(503, Retry_After="1"), "says: Not now."),
    "create: 504": creating(error(504), "says: Not now."),
    "create: 400 with issues": Met(
        set_all(
            create=lambda: always(
                lambda line: line.json(
                    {"error": "Validation failed", "issues": [{"path": ["prompt"], "message": "too long"}]}, 400
                )
            )
        ),
        FAILED,
        "Plain says: Validation failed.",
        "Change what it names, then generate again.",
        1,
        False,
    ),
    "create: 401": refusing(401, "Plain says: Not like this.", "Enter the service's key in the preferences."),
    "create: 402": refusing(402, "Plain says: Not like this.", "Add credit at the service, then try again."),
    "create: 403": refusing(403, "Plain says: Not like this.", "Check at the service what the key may do."),
    "create: 404": refusing(404, "Plain says: Not like this.", "Look at the service what became of it."),
    "create: 409": refusing(409, "Plain says: Not like this.", "Try again later."),
    "create: 413": refusing(413, "Plain says: Not like this.", "Use smaller files."),
    "create: 422": refusing(422, "Plain says: Not like this.", "Change what it names, then generate again."),
    "create: redirected with 308": refusing(
        308,
        "Plain says: Not like this.",
        "Check the address in the preferences: the service has moved, or wants https.",
        Location="/elsewhere",
    ),
    "create: 429 for ever": refusing(429, "Plain says: Not like this.", "Wait a while.", 3),
    "create: 429 with Retry-After, then accepted": Met(
        set_all(create=lambda: at_first(error(429, Retry_After="1"))),
        SUCCEEDED,
        "Plain says: Not now. Trying again.",
        "",
        2,
    ),
    "create: key echoed in the error": Met(
        set_all(create=lambda: always(lambda line: line.json({"error": CHECK_KEY}, 401, X_Key=KEY))),
        FAILED,
        "Plain says: Bad key •••.",
        "Enter the service's key in the preferences.",
        1,
        False,
    ),
    "create: key echoed where the text is cut": Met(
        set_all(create=lambda: always(lambda line: line.json({"error": "x" * 285 + KEY + "y" * 300}, 400))),
        FAILED,
        "Plain says: xxx",
        "Change what it names, then generate again.",
        1,
        False,
    ),
    "create: tricky words of 5,000 characters": Met(
        set_all(create=lambda: always(lambda line: line.json({"error": TRICKY}, 400))),
        FAILED,
        "Plain says: ../../etc/passwd [31mAAAA",
        "Change what it names, then generate again.",
        1,
        False,
    ),
    # While it is asked after.
    "poll: reset once": once_at("poll", Line.reset, "Plain cannot be reached: connection reset by peer. Trying again."),
    "poll: reset for ever": always_at(
        "poll",
        Line.reset,
        "Plain cannot be reached: connection reset by peer." + GOES_ON,
        NETWORK + " Then look again.",
    ),
    "poll: closed for ever": always_at(
        "poll",
        Line.hang_up,
        "Plain cannot be reached: the connection was lost." + GOES_ON,
        NETWORK + " Then look again.",
    ),
    "poll: silent once": once_at("poll", silent, "Plain cannot be reached: it does not answer. Trying again.", HASTY),
    "poll: 400": always_at("poll", error(400), "Plain says: Not now." + GOES_ON, "Try again later. Then look again."),
    "poll: 401": always_at(
        "poll",
        error(401),
        "Plain says: Not now." + GOES_ON,
        "Enter the service's key in the preferences. Then look again.",
    ),
    "poll: 403": always_at(
        "poll",
        error(403),
        "Plain says: Not now." + GOES_ON,
        "Check at the service what the key may do. Then look again.",
    ),
    "poll: 404": always_at(
        "poll", error(404), "Plain says: Not now.", "Look at the service what became of it.", state=FAILED
    ),
    "poll: 429 with Retry-After": once_at("poll", error(429, Retry_After="1"), "Plain says: Not now. Trying again."),
    "poll: 429 without Retry-After, thrice": once_at("poll", error(429), "Plain says: Not now. Trying again.", times=3),
    "poll: 429 for ever": always_at(
        "poll", error(429), "Plain says: Not now." + GOES_ON, "Wait a while. Then look again."
    ),
    "poll: 500 once": once_at("poll", error(500), "Plain says: Not now. Trying again."),
    "poll: 503 for ever": always_at(
        "poll", error(503), "Plain says: Not now." + GOES_ON, "Try again later. Then look again."
    ),
    "poll: HTML for JSON once": once_at("poll", html, NOT_UNDERSTOOD + " Trying again."),
    "poll: HTML for JSON for ever": always_at(
        "poll", html, NOT_UNDERSTOOD + GOES_ON, "Try again later. Then look again."
    ),
    "poll: wrong types once": once_at(
        "poll", lambda line: line.json({"id": "job-1", "state": ["running"], "progress": "lots"}), NOT_UNDERSTOOD
    ),
    "poll: an unknown state for ever": always_at(
        "poll", status("pondering"), NOT_UNDERSTOOD + GOES_ON, "Try again later. Then look again."
    ),
    "poll: huge numbers, then done": once_at(
        "poll",
        lambda line: line.answer(b'{"id": "job-1", "state": "running", "progress": 1%s}' % (b"0" * 4000)),
        "Generating",
    ),
    "poll: no numbers, then done": once_at(
        "poll", lambda line: line.answer(b'{"id": "job-1", "state": "running", "progress": NaN}'), "Generating"
    ),
    "poll: nested 100,000 deep once": once_at(
        "poll", lambda line: line.answer(b"[" * 100_000 + b"]" * 100_000), NOT_UNDERSTOOD
    ),
    "poll: progress going backwards": Met(set_all(poll=backwards), SUCCEEDED, "Generating"),
    "poll: another job's answer once": once_at(
        "poll", lambda line: line.json({"id": "job-2", "state": "failed"}), NOT_UNDERSTOOD
    ),
    "poll: another job's answer for ever": always_at(
        "poll",
        lambda line: line.json({"id": f"job-{next(_numbers)}", "state": "succeeded"}),
        NOT_UNDERSTOOD + GOES_ON,
        "Try again later. Then look again.",
    ),
    "poll: answer without end": always_at(
        "poll", endless, "Plain answers without end." + GOES_ON, "Try again later. Then look again."
    ),
    "poll: compressed bomb": always_at(
        "poll", bomb, "Plain answers without end." + GOES_ON, "Try again later. Then look again."
    ),
    "poll: redirected to another host": always_at(
        "poll",
        leads_to("https://elsewhere.invalid/"),
        "Plain refuses (HTTP 302)." + GOES_ON,
        "Check the address in the preferences: the service has moved, or wants https. Then look again.",
    ),
    "poll: key echoed in a failure": always_at(
        "poll",
        status("failed", note=CHECK_KEY),
        "Plain could not make this take: Bad key •••.",
        "Change the request, or try again.",
        state=FAILED,
    ),
    "poll: tricky words in a failure": always_at(
        "poll",
        status("failed", note=TRICKY),
        "Plain could not make this take: ../../etc/passwd [31mAAAA",
        "Change the request, or try again.",
        state=FAILED,
    ),
    "poll: half a character in a failure": always_at(
        "poll",
        lambda line: line.answer(rb'{"id": "job-1", "state": "failed", "note": "a\ud800b"}'),
        "Plain could not make this take: a?b.",
        "Change the request, or try again.",
        state=FAILED,
    ),
    "poll: a date of the last century": once_at(
        "poll",
        error(503, Date="Sun, 06 Nov 1994 08:49:37 GMT", Retry_After="Sun, 06 Nov 1994 08:49:38 GMT"),
        "Plain says",
    ),
    "poll: a date yet to come": once_at("poll", error(503, Retry_After="Sun, 06 Nov 1994 08:49:37 GMT"), "Plain says"),
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

_numbers = count(2)


@pytest.fixture
def server() -> Iterator[PlainServer]:
    """The service."""
    started = PlainServer()
    yield started
    started.close()


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_service_that_breaks_the_rules_loses_no_take_no_money_and_no_key(
    server: PlainServer, tmp_path: Path, name: str
) -> None:
    met = BEHAVIOURS[name]
    met.does(server)
    access = http.Access(lambda: http.Account(server.base, KEY), lambda: True, met.limits)
    with logged() as log:
        studio = Studio(tmp_path / "project", Plain(access))
        (take,) = studio.until_at_rest(*studio.generate())
        assert take.state is met.state, take.problem
        if met.state is SUCCEEDED:
            assert not met.says or any(told.startswith(met.says) for told in studio.passing), studio.passing
            assert studio.assets == [CLIP]
        else:
            assert take.problem
            assert str(take.problem.what).startswith(met.says), take.problem
            assert str(take.problem.advice) == met.remedy
            assert len(str(take.problem)) < 700
            assert str(take.problem).isprintable()
            assert studio.assets == []
        assert take.job_id == ("job-1" if met.known else None)
        assert server.count("POST") == met.creates
        assert leftovers(studio.sidecar) == []
        assert [file.name for file in tmp_path.iterdir()] == ["project"]  # whatever names the service has for things
        if take.state is UNCERTAIN and take.job_id:
            server.be_good()
            assert studio.look_again(take.id).state is SUCCEEDED
            assert studio.assets == [CLIP]
            assert server.count("POST") == met.creates
    everything = studio.everything() + log.getvalue()
    assert KEY not in everything
    assert KEY[:10] not in everything


def test_at_least_forty_behaviours_are_named() -> None:
    assert len(BEHAVIOURS) >= 40


def test_a_service_that_is_not_there_has_not_been_sent_anything(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    studio = Studio(tmp_path / "project", Plain(http.Access(lambda: http.Account(base, KEY), lambda: True)))
    (take,) = studio.until_at_rest(*studio.generate())
    assert take.state is FAILED
    assert take.problem and str(take.problem) == f"Plain cannot be reached: connection refused. {NETWORK}"
    assert studio.passing.count("Plain cannot be reached: connection refused. Trying again.") == 2


def test_a_service_that_comes_up_late_is_reached(server: PlainServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nowhere = f"http://127.0.0.1:{listener.getsockname()[1]}"
    bases = at_first_base = iter([nowhere] * 4)
    access = http.Access(lambda: http.Account(next(at_first_base, server.base), KEY), lambda: True)
    studio = Studio(tmp_path / "project", Plain(access))
    (take,) = studio.until_at_rest(*studio.generate())
    assert take.state is SUCCEEDED
    assert server.count("POST") == 1
    assert next(bases, None) is None


def test_offline_nothing_leaves_and_the_way_out_is_said(tmp_path: Path) -> None:
    access = http.Access(lambda: http.Account("https://plain.invalid", KEY), lambda: False)
    studio = Studio(tmp_path / "project", Plain(access))
    (take,) = studio.until_at_rest(*studio.generate())
    assert take.state is FAILED
    assert take.problem and str(take.problem) == (
        "Blender's online access is off, so Plain is not reached. "
        "Turn on Allow Online Access in the preferences, under System."
    )


def test_a_cancelled_take_that_cannot_be_told_is_polled_on_until_its_end(server: PlainServer, tmp_path: Path) -> None:
    server.poll = always(status("running", progress=0.5))
    access = http.Access(lambda: http.Account(server.base, KEY), lambda: True, PATIENT)
    studio = Studio(tmp_path / "project", Plain(access))
    (take_id,) = studio.generate()
    studio.until(lambda: server.count("GET") > 2)
    studio.cancel(take_id)
    studio.until(lambda: server.count("DELETE") == 1)
    server.be_good()
    (take,) = studio.until_at_rest(take_id)
    assert take.state in (SUCCEEDED, TakeState.CANCELLED)
    assert server.count("POST") == 1
