"""HTTP as adapters speak it: what comes back is bounded and made safe, and holds no key."""

from __future__ import annotations

import gzip
import logging
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from addon.core.errors import Kind, Problem, ProviderError
from addon.core.provider import UncertainSubmission
from addon.providers import http, secrecy

from .hostile import Behaviour, Server
from .transport import KEY, PATIENT, client, create, ignore, shown, unused_port


def test_an_answer_packed_although_nobody_asked_is_read(serve: Callable[..., Server]) -> None:
    for packed, encoding in ((gzip.compress, "gzip"), (zlib.compress, "deflate")):
        server = serve(lambda line, p=packed, e=encoding: line.answer(p(b'{"id": "7"}'), Content_Encoding=e))
        assert create(client(server.base)) == "7"
        assert server.asked[0].headers["accept-encoding"] == "identity"


def test_a_bomb_in_an_answer_takes_no_memory(serve: Callable[..., Server], tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(256 << 20), 9)
    server = serve(lambda line: line.answer(bomb, Content_Encoding="gzip"))
    service = client(server.base)
    tracemalloc.start()
    try:
        with pytest.raises(ProviderError, match="answers without end"):
            service.ask("/jobs/1")
        with pytest.raises(ProviderError, match="a clip without end"):
            service.fetch("/clip", tmp_path / "clip", ignore)
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()
    assert (tmp_path / "clip").stat().st_size <= PATIENT.clip


def test_numbers_that_are_none_or_too_large_become_nothing_or_what_can_be_reckoned_with(
    serve: Callable[..., Server],
) -> None:
    body = b'{"a": NaN, "b": Infinity, "c": 1e999, "d": %s, "e": 1%s, "f": -1.5}' % (b"9" * 5000, b"0" * 30)
    reply = client(serve(lambda line: line.answer(body)).base).ask("/")
    assert reply.body == {"a": None, "b": None, "c": None, "d": None, "e": 1e30, "f": -1.5}


def test_halves_of_characters_do_not_come_in(serve: Callable[..., Server]) -> None:
    reply = client(serve(lambda line: line.answer(rb'{"a\ud800": ["\udfff", "\ud83d\ude00"]}')).base).ask("/")
    assert reply.body == {"a?": ["?", "😀"]}


def test_what_is_no_json_has_no_body_and_taking_it_apart_is_an_error_that_may_pass(
    serve: Callable[..., Server],
) -> None:
    service = client(serve(lambda line: line.answer(b"<html>\n<b>Hello</b>")).base)
    reply = service.ask("/")
    assert reply.body is None
    assert reply.text == "<html> <b>Hello</b>"
    with pytest.raises(ProviderError, match="answered something that is not understood") as caught, service.reading():
        reply.body["state"]
    assert caught.value.problem.kind is Kind.NETWORK


def test_what_a_service_says_is_one_line_without_tricks(serve: Callable[..., Server]) -> None:
    tricky = "Bad\0 \x1b[31mprompt\r\n\u202egnorw\u2066 \u200bhere\ufeff" + "!" * 5000
    server = serve(lambda line: line.json({"error": {"message": tricky}}, 400))
    with pytest.raises(ProviderError) as caught:
        client(server.base).tell("POST", "/uploads")
    why = str(caught.value.problem.values["why"])
    assert why.startswith("Bad [31mprompt gnorw here!!!")
    assert why.endswith("!…")
    assert len(why) == 300
    assert why.isprintable()


def test_braces_in_what_a_service_says_stay_braces(serve: Callable[..., Server]) -> None:
    server = serve(lambda line: line.json({"error": "{service.__class__} {why} {0}"}, 400))
    with pytest.raises(ProviderError, match=r"Studio says: \{service.__class__\} \{why\} \{0\}\."):
        client(server.base).tell("POST", "/uploads")


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 0.0),
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "-7"}, 0.0),
        ({"Retry_After": "soon"}, 0.0),
        ({"Retry_After": "9" * 5000}, 600.0),
        ({"Retry_After": "Sun, 06 Nov 1994 08:49:47 GMT", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"}, 10.0),
        ({"Retry_After": "Sun, 06 Nov 1994 08:49:37 GMT"}, 0.0),
        ({"Retry_After": "Fri, 31 Dec 9999 23:59:59 GMT"}, 600.0),
        ({"Retry_After": "Fri, 99 Foo 9999 23:59:59 GMT"}, 0.0),
        ({"Retry_After": "Sun, 06 Nov 1994 08:49:47 -0000", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"}, 10.0),
    ],
)
def test_how_long_a_service_asks_to_wait_is_heard_within_reason(
    serve: Callable[..., Server], headers: dict[str, str], wait: float
) -> None:
    server = serve(lambda line: line.json({"error": "slow down"}, 429, **headers))
    with pytest.raises(ProviderError) as caught:
        client(server.base).ask("/")
    assert caught.value.wait == wait
    assert caught.value.problem.kind is Kind.LIMIT


def test_a_question_is_never_the_persons_mistake(serve: Callable[..., Server]) -> None:
    for status in (400, 413, 422):
        server = serve(lambda line, status=status: line.json({}, status))
        with pytest.raises(ProviderError) as caught:
            client(server.base).ask("/jobs/1")
        assert caught.value.problem.kind is Kind.SERVICE


def test_an_adapter_that_stumbles_over_an_error_leaves_it_to_the_status(serve: Callable[..., Server]) -> None:
    def explain(reply: http.Reply) -> Problem | None:
        return Problem(kind=Kind.REFUSED, message="{why}", values={"why": reply.body["error"]["code"]})

    server = serve(lambda line: line.json({"error": "No credit"}, 402))
    with pytest.raises(ProviderError, match="Studio says: No credit") as caught:
        client(server.base, explain=explain).ask("/")
    assert caught.value.problem.kind is Kind.MONEY


@pytest.mark.parametrize("key", ["sk-“quoted”-0123456789", "sk-two\nlines-0123456789", "sk-nul\0-0123456789"])
def test_a_key_that_cannot_be_one_is_said_and_not_shown(serve: Callable[..., Server], key: str) -> None:
    server = serve(lambda line: line.json({"id": "1"}))
    with pytest.raises(ProviderError, match="characters that no key has") as caught:
        create(client(server.base, key=key))
    assert caught.value.problem.kind is Kind.KEY
    assert key not in shown(caught.value)
    assert server.asked == []


ECHOES: dict[str, Behaviour] = {
    "in the body": lambda line: line.json({"error": f"Bad key {KEY}!"}, 401),
    "escaped in the body": lambda line: line.answer(
        b'{"error": "Bad key %s"}' % "".join(f"\\u{ord(char):04x}" for char in KEY).encode(), 401
    ),
    "where the text is cut": lambda line: line.json({"error": "x" * 290 + KEY + "x" * 9000}, 401),
    "many times": lambda line: line.json({"error": KEY * 100}, 401),
    "in plain text": lambda line: line.answer((KEY * 200).encode(), 403),
    "in a header": lambda line: line.json({"error": "No"}, 401, X_Echo=f"Bearer {KEY}"),
    "in the reason": lambda line: line.answer(b"", 401, reason=f"Bad key {KEY}"),
    "in a redirect": lambda line: line.answer(b"", 307, Location=f"https://x.invalid/?key={KEY}"),
    "in what is no status": lambda line: line.raw(f"HTTP/1.1 {KEY} {KEY}\r\n\r\n".encode()) or line.hang_up(),
    "in what is no length": lambda line: line.raw(
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{KEY}\r\n".encode()
    ),
}


@pytest.mark.parametrize("name", ECHOES)
def test_a_key_that_comes_back_is_shown_nowhere(
    serve: Callable[..., Server], caplog: pytest.LogCaptureFixture, tmp_path: Path, name: str
) -> None:
    server = serve(ECHOES[name])
    service = client(server.base)
    for act in (
        lambda: create(service),
        lambda: service.ask("/", {"token": KEY}),
        lambda: service.fetch(f"/clip?token={KEY}", tmp_path / "clip", ignore),
    ):
        with caplog.at_level(logging.INFO), pytest.raises((ProviderError, UncertainSubmission)) as caught:
            act()
        assert KEY not in shown(caught.value)
        assert KEY[:12] not in shown(caught.value)
        assert not isinstance(caught.value, ProviderError) or KEY not in caught.value.problem.model_dump_json()
    assert KEY not in caplog.text


def test_a_key_in_an_address_that_fails_is_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    service = client(f"http://127.0.0.1:{unused_port()}")
    with caplog.at_level(logging.INFO), pytest.raises(ProviderError) as caught:
        service.ask("/jobs", {"token": KEY})
    assert KEY not in shown(caught.value) + caplog.text


def test_a_log_holds_no_key_whatever_is_logged() -> None:
    secrecy.remember("fal:key/with+signs")
    secrecy.remember("abcd")
    formatter = secrecy.Formatter("%(message)s")
    try:
        raise KeyError("fal:key/with+signs")
    except KeyError as error:
        record = logging.makeLogRecord({"msg": "x=%s fal%%3Akey%%2Fwith%%2Bsigns", "args": ("abcd",)})
        record.exc_info = (type(error), error, error.__traceback__)
    text = formatter.format(record)
    assert "with" not in text.replace("with self", "").split("Traceback")[0]
    assert "fal:key" not in text.splitlines()[-1]
    assert text.startswith("x=••• •••")
    assert secrecy.hide("abcdefg") == "abcdefg"


def test_connections_are_kept_between_questions_but_not_for_a_submission(serve: Callable[..., Server]) -> None:
    server = serve(lambda line: line.json({"id": "1"}))
    service = client(server.base)
    for _ in range(5):
        service.ask("/")
    assert server.connections == 1
    create(service)
    assert server.connections == 2


def test_no_thread_is_left_when_an_answer_is_there(serve: Callable[..., Server]) -> None:
    import threading

    server = serve(lambda line: line.json({"id": "1"}))
    service = client(server.base)
    for _ in range(20):
        service.ask("/")
    for thread in threading.enumerate():
        if thread.name == "patience":
            thread.join(30)
            assert not thread.is_alive()
