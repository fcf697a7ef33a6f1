"""What a service may do against the rules, and what must come of a take that meets it."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from addon.core.models import TakeState
from addon.providers import http
from tests.worker.blender_side import leftovers

from .clients import Studio, logged
from .hostile import Behaviour, Line
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


MAYBE = "The request may or may not have reached the service. Plain "
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
NETWORK = "Check the network, and the address in the preferences."
TRICKY = "../../etc/passwd\0\x1b[31m\u202e" + "A" * 5000
CHECK_KEY = f"Bad key {KEY}"


def meet(met: Met, server: PlainServer, tmp_path: Path) -> None:
    """Let a take meet the behaviour, and see that all holds which must."""
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
