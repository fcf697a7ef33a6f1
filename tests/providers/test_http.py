"""HTTP as adapters speak it: what surely was not sent, what a key never reaches, and that nothing lasts for ever."""

from __future__ import annotations

import gzip
import logging
import os
import shutil
import socket
import ssl
import subprocess
import traceback
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from addon.core.errors import Kind, Problem, ProviderError
from addon.core.provider import UncertainSubmission
from addon.providers import http, secrecy

from .hostile import Behaviour, Line, Server, reset_unread

KEY = "sk-transport-0123456789abcdef"
QUICK = http.Limits(connect=10.0, silence=0.5, answer=1.0, short=1 << 20, clip=4 << 20)
PATIENT = QUICK._replace(silence=30.0, answer=60.0)


def ignore(_fraction: float) -> None:
    """Nobody wants to know how far it is."""


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start a server that does the same to every request."""
    started: list[Server] = []

    def start(behaviour: Behaviour, **options: object) -> Server:
        started.append(Server(lambda _asked: behaviour, **options))
        return started[-1]

    yield start
    for server in started:
        server.close()


def client(
    base: str,
    *,
    key: str = KEY,
    online: bool = True,
    limits: http.Limits = PATIENT,
    explain: http.Explain | None = None,
) -> http.Service:
    """A service as an adapter has it."""
    access = http.Access(lambda: http.Account(base, key), lambda: online, limits)
    return http.Service(
        "Studio", access, lambda key: {"Authorization": f"Bearer {key}"}, *([explain] if explain else [])
    )


def create(service: http.Service) -> str:
    """A submission as an adapter makes it."""
    return service.create("/jobs", accepted=lambda reply: reply.body["id"], json={"prompt": "A lighthouse"})


def unused_port() -> int:
    """Where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def shown(error: BaseException) -> str:
    """All that a log could show of an error."""
    return "".join(traceback.format_exception(error)) + repr(error)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, with its key in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    openssl = shutil.which("openssl")
    assert openssl, "openssl is needed to make a certificate"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", "key.pem", "-out", "crt.pem"),
        ],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    file = folder / "both.pem"
    file.write_text((folder / "key.pem").read_text() + (folder / "crt.pem").read_text())
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """What a server with that certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


# What surely was not sent, and what nobody knows.


def test_a_refused_connection_has_sent_nothing() -> None:
    with pytest.raises(ProviderError, match="Studio cannot be reached: connection refused") as caught:
        create(client(f"http://127.0.0.1:{unused_port()}"))
    assert caught.value.problem.kind is Kind.NETWORK


def test_a_name_that_does_not_exist_has_sent_nothing() -> None:
    with pytest.raises(ProviderError, match="Studio cannot be reached") as caught:
        create(client("http://nowhere.invalid"))
    assert caught.value.problem.kind is Kind.NETWORK


def test_a_certificate_that_nobody_vouches_for_has_sent_nothing(
    serve: Callable[..., Server], tls: ssl.SSLContext
) -> None:
    server = serve(lambda line: line.json({"id": "1"}), tls=tls)
    with pytest.raises(ProviderError, match="certificate of Studio cannot be trusted"):
        create(client(server.base))
    assert server.asked == []


def test_a_server_that_speaks_no_tls_has_been_sent_nothing(serve: Callable[..., Server]) -> None:
    server = serve(lambda line: line.json({"id": "1"}))
    with pytest.raises(ProviderError, match="no secure connection could be made"):
        create(client(server.base.replace("http:", "https:")))


def test_a_tls_connection_that_breaks_after_the_request_left_is_uncertain(
    serve: Callable[..., Server], tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(certificate))
    server = serve(lambda line: line.hang_up(), tls=tls)
    with pytest.raises(UncertainSubmission):
        create(client(server.base))
    breaking = serve(
        lambda line: line.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{") or line.hang_up(), tls=tls
    )
    with pytest.raises(UncertainSubmission):
        create(client(breaking.base))

    def garble(line: Line) -> None:
        plain = socket.socket(fileno=os.dup(line._end.fileno()))
        plain.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))  # a record whose checksum is wrong
        plain.close()
        line.wait(0.3)

    garbling = serve(garble, tls=tls)
    with pytest.raises(UncertainSubmission):
        create(client(garbling.base))
    assert [len(each.asked) for each in (server, breaking, garbling)] == [1, 1, 1]


@pytest.mark.parametrize(
    "base", ["", "studio.example", "file:///etc", "ftp://studio.example", "https://", "https://[::1", "http://a b"]
)
def test_an_address_that_is_none_is_said_and_nothing_is_sent(base: str) -> None:
    with pytest.raises(ProviderError, match="address of Studio is none") as caught:
        create(client(base))
    assert "preferences" in caught.value.problem.remedy


@pytest.mark.parametrize("key", ["sk-“quoted”-0123456789", "sk-two\nlines-0123456789", "sk-nul\0-0123456789"])
def test_a_key_that_cannot_be_one_is_said_and_not_shown(serve: Callable[..., Server], key: str) -> None:
    server = serve(lambda line: line.json({"id": "1"}))
    with pytest.raises(ProviderError, match="characters that no key has") as caught:
        create(client(server.base, key=key))
    assert caught.value.problem.kind is Kind.KEY
    assert key not in shown(caught.value)
    assert server.asked == []


def test_what_cannot_be_written_as_json_is_not_sent(serve: Callable[..., Server]) -> None:
    server = serve(lambda line: line.json({"id": "1"}))
    with pytest.raises(ProviderError):
        client(server.base).create("/jobs", accepted=lambda _: "1", json={"x": float("nan")})
    assert server.asked == []


def test_a_connection_reset_before_the_request_is_read_is_uncertain(serve: Callable[..., Server]) -> None:
    server = serve(lambda line: line.json({"id": "1"}), welcome=lambda end: bool(reset_unread(end)))
    with pytest.raises(UncertainSubmission):
        create(client(server.base))


LOST: dict[str, Behaviour] = {
    "reset": Line.reset,
    "closed": Line.hang_up,
    "silent": lambda line: line.wait() and None,
    "a header at a time": lambda line: line.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 900, 0.05),
    "going on and on": lambda line: line.endlessly(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "headers without end": lambda line: line.raw(b"HTTP/1.1 200 OK\r\n") or line.endlessly(b"X: y\r\n"),
    "one header without end": lambda line: line.raw(b"HTTP/1.1 200 OK\r\nX: ") or line.endlessly(b"y" * 4096),
    "no http": lambda line: line.raw(b"\x00\xff\r\n\r\n" * 100) or line.hang_up(),
    "a letter at a time": lambda line: (
        line.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n") or line.drip(b" " * 900, 0.05)
    ),
    "cut short": lambda line: line.answer(b'{"id": "1"}', Content_Length="50") or line.hang_up(),
    "chunks cut short": lambda line: (
        line.answer(b'5\r\n{"id"\r\n', Content_Length="", Transfer_Encoding="chunked") or line.hang_up()
    ),
    "chunks of no size": lambda line: line.answer(b"zz\r\n{}", Content_Length="", Transfer_Encoding="chunked"),
    "a chunk's size without end": lambda line: (
        line.answer(b"", Content_Length="", Transfer_Encoding="chunked") or line.endlessly(b"0" * 4096)
    ),
    "trailers without end": lambda line: (
        line.answer(b"2\r\n{}\r\n0\r\n", Content_Length="", Transfer_Encoding="chunked") or line.endlessly(b"X: y\r\n")
    ),
    "without end": lambda line: line.answer(b"", Content_Length="") or line.endlessly(b" " * 4096),
    "two lengths": lambda line: line.answer(b'{"id": "1"}', Content_Length="11, 12"),
    "a bomb": lambda line: line.answer(gzip.compress(bytes(8 << 20)), Content_Encoding="gzip"),
    "gzip that is none": lambda line: line.answer(b"{}", Content_Encoding="gzip"),
    "gzip cut short": lambda line: line.answer(gzip.compress(b'{"id": "1"}')[:-4], Content_Encoding="gzip"),
    "an unknown encoding": lambda line: line.answer(b"{}", Content_Encoding="zstd"),
    "packed twice": lambda line: line.answer(gzip.compress(gzip.compress(b"{}")), Content_Encoding="gzip, gzip"),
    "html": lambda line: line.answer(b"<html>Welcome</html>", Content_Type="text/html"),
    "nothing": lambda line: line.answer(status=204, Content_Length=""),
    "a list": lambda line: line.json([1]),
    "a number": lambda line: line.json(7),
    "no id": lambda line: line.json({"job": "1"}),
    "an empty id": lambda line: line.json({"id": ""}),
    "an id that is a list": lambda line: line.json({"id": ["1"]}),
    "an id with a NUL": lambda line: line.json({"id": "1\0"}),
    "an id of 5,000 characters": lambda line: line.json({"id": "1" * 5000}),
    "a deep answer": lambda line: line.answer(b"[" * 200_000 + b"]" * 200_000),
    "408": lambda line: line.json({"error": "slow"}, 408),
    "500": lambda line: line.json({"error": "oops"}, 500),
    "502": lambda line: line.answer(b"<html>Bad gateway</html>", 502),
    "503": lambda line: line.json({"error": "later"}, 503, Retry_After="1"),
    "504": lambda line: line.answer(b"", 504),
    "302": lambda line: line.answer(b"", 302, Location="/somewhere"),
    "303": lambda line: line.answer(b"", 303, Location="/somewhere"),
    "a status that does not exist": lambda line: line.answer(b"", 799),
}


@pytest.mark.parametrize("name", LOST)
def test_a_submission_whose_end_nobody_knows_is_uncertain_and_sent_once(
    serve: Callable[..., Server], name: str
) -> None:
    server = serve(LOST[name])
    with pytest.raises(UncertainSubmission) as caught:
        create(client(server.base, limits=QUICK))
    assert len(server.asked) == 1
    assert server.connections == 1
    assert KEY not in shown(caught.value)


NO: dict[int, Kind] = {
    301: Kind.SERVICE,
    307: Kind.SERVICE,
    308: Kind.SERVICE,
    400: Kind.INPUT,
    401: Kind.KEY,
    402: Kind.MONEY,
    403: Kind.KEY,
    404: Kind.NOT_FOUND,
    409: Kind.SERVICE,
    413: Kind.INPUT,
    422: Kind.INPUT,
    429: Kind.LIMIT,
    451: Kind.SERVICE,
}


@pytest.mark.parametrize("status", NO)
def test_a_submission_that_the_service_turns_down_is_known_to_be(serve: Callable[..., Server], status: int) -> None:
    server = serve(lambda line: line.json({"error": {"message": "No."}}, status, Location="/elsewhere"))
    with pytest.raises(http.RefusedError, match=r"^Studio says: No\. \w") as caught:
        create(client(server.base))
    assert caught.value.problem.kind is NO[status]
    assert caught.value.reply.status == status
    assert len(server.asked) == 1


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


# Reading answers.


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


# Keys.

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


# Where things may lead.


def test_redirects_are_followed_for_a_clip_and_the_key_stays_with_its_origin(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    store = serve(lambda line: line.answer(b"clip"))
    home = serve(lambda line: line.answer(b"", 302, Location=f"{store.base}/clip?signed=1"))
    client(home.base).fetch("/result", tmp_path / "clip", ignore)
    assert (tmp_path / "clip").read_bytes() == b"clip"
    assert home.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert "authorization" not in store.asked[0].headers  # the same host: the port alone is another
    assert KEY not in str(store.asked)


def test_a_redirect_that_stays_keeps_the_key(serve: Callable[..., Server], tmp_path: Path) -> None:
    def behave(line: Line) -> None:
        line.answer(b"clip") if line.asked.path == "/b" else line.answer(b"", 307, Location="/b")

    server = serve(behave)
    client(server.base).fetch("/a", tmp_path / "clip", ignore)
    assert [asked.headers["authorization"] for asked in server.asked] == [f"Bearer {KEY}"] * 2


def test_an_absolute_address_elsewhere_gets_no_key_whatever_is_done_there(serve: Callable[..., Server]) -> None:
    store, home = serve(lambda line: line.json({})), serve(lambda line: line.json({}))
    service = client(home.base)
    service.ask(f"{store.base}/status")
    service.tell("PUT", f"{store.base}/cancel")
    service.give("PUT", f"{store.base}/upload", data=b"file")
    service.give("PUT", f"{home.base}/upload", data=b"file")
    assert [asked.headers.get("authorization") for asked in store.asked + home.asked] == [None] * 4


ASTRAY = [
    "file:///etc/passwd",
    "FILE:/etc/passwd",
    "ftp://127.0.0.1/clip",
    "data:video/mp4;base64,AAAA",
    "http://studio.invalid/clip",
    "https://10.0.0.1/clip",
    "https://169.254.169.254/latest/meta-data",
    "https://192.168.1.1/clip",
    "https://[fd00::1]/clip",
    "https://[::ffff:10.0.0.1]/clip",
    "https://user:password@127.0.0.1/clip",
    "https://2130706433/clip",
    "https://0x7f.1/clip",
    "//10.0.0.1/clip",
    "https://[::1",
    "http://[/",
    "https://",
    "/../secret",
    "/%2e%2e/secret",
    "/a/b/../../../c",
    "https://a.invalid\\@127.0.0.1/",
    "https://a.invalid/\tb",
]


@pytest.mark.parametrize("address", ASTRAY)
def test_a_clip_is_not_fetched_from_where_nobody_should_go(
    serve: Callable[..., Server], tmp_path: Path, address: str
) -> None:
    server = serve(lambda line: line.answer(b"", 302, Location=address))
    service = client(server.base)
    if ".." not in address and "%2e" not in address:  # in a redirect these stay with the service
        with pytest.raises(ProviderError, match="cannot be trusted"):
            service.fetch("/result", tmp_path / "clip", ignore)
        assert len(server.asked) == 1
    with pytest.raises(ProviderError, match="cannot be trusted"):
        service.fetch(address, tmp_path / "clip", ignore)
    assert not (tmp_path / "clip").exists()


def test_a_loop_of_redirects_ends(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve(lambda line: line.answer(b"", 302, Location="/again"))
    with pytest.raises(ProviderError, match="from one address to the next"):
        client(server.base).fetch("/", tmp_path / "clip", ignore)
    assert len(server.asked) == 5


def test_a_redirect_is_not_followed_by_anything_but_a_download(serve: Callable[..., Server]) -> None:
    server = serve(lambda line: line.answer(b"", 302, Location="/elsewhere"))
    for act in (lambda s: s.ask("/"), lambda s: s.tell("DELETE", "/"), lambda s: s.give("PUT", f"{server.base}/")):
        with pytest.raises(ProviderError) as caught:
            act(client(server.base))
        assert "address in the preferences" in caught.value.problem.remedy
    assert len(server.asked) == 3


def test_an_old_link_is_told_from_a_key_that_is_wrong(serve: Callable[..., Server], tmp_path: Path) -> None:
    store, home = serve(lambda line: line.answer(b"<Error>", 403)), serve(lambda line: line.json({}, 403))
    service = client(home.base)
    with pytest.raises(ProviderError, match="has expired") as caught:
        service.fetch(f"{store.base}/clip", tmp_path / "clip", ignore)
    assert caught.value.problem.kind is Kind.SERVICE
    with pytest.raises(ProviderError) as caught:
        service.fetch("/clip", tmp_path / "clip", ignore)
    assert caught.value.problem.kind is Kind.KEY


def test_online_access_that_is_off_holds_for_all_but_this_machine(serve: Callable[..., Server]) -> None:
    server = serve(lambda line: line.json({"id": "1"}))
    assert create(client(server.base, online=False)) == "1"
    assert client(f"http://localhost:{server.port}", online=False).ask("/").status == 200
    for act in (create, lambda s: s.ask("/"), lambda s: s.tell("DELETE", "/"), lambda s: s.give("PUT", s.account.base)):
        with pytest.raises(ProviderError, match="online access is off") as caught:
            act(client("https://studio.invalid", online=False))
        assert caught.value.problem.kind is Kind.OFFLINE


def test_neither_netrc_nor_proxies_nor_cookies_come_in(
    serve: Callable[..., Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login a password b\n")
    (tmp_path / ".netrc").chmod(0o600)
    for name, value in {
        "NETRC": str(tmp_path / ".netrc"),
        "HOME": str(tmp_path),
        "http_proxy": f"http://127.0.0.1:{unused_port()}",
        "no_proxy": "",
    }.items():
        monkeypatch.setenv(name, value)
    server = serve(lambda line: line.json({}, Set_Cookie="a=b"))
    service = client(server.base)
    for _ in range(2):
        service.ask("/")
        service.give("PUT", f"{server.base}/x", data=b"1")
    assert [asked.headers.get("authorization") for asked in server.asked] == [f"Bearer {KEY}", None] * 2
    assert not any("cookie" in asked.headers for asked in server.asked)


def test_a_proxy_that_is_not_there_has_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("no_proxy", "")
    for base in ("http://studio.invalid", "https://studio.invalid"):
        with pytest.raises(ProviderError, match="connection refused"):
            create(client(base))


def test_a_proxy_that_breaks_off_after_the_request_leaves_it_uncertain(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(Line.reset)
    monkeypatch.setenv("http_proxy", server.base)
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(UncertainSubmission):
        create(client("http://studio.invalid"))
    assert len(server.asked) == 1


# Sending and receiving files.


def test_a_large_file_on_a_slow_line_may_take_longer_than_one_step_of_sending_may(
    serve: Callable[..., Server],
) -> None:
    size = 20_000_000  # more than the system's buffers hold
    received: list[int] = []

    def slowly(end: socket.socket) -> bool:
        seen = b""
        while b"\r\n\r\n" not in seen:
            seen += end.recv(1 << 12)
        left = size - len(seen.partition(b"\r\n\r\n")[2])
        while left > 0:
            left -= len(end.recv(min(left, 1 << 17)))
            server.ended.wait(0.02)
        received.append(left)
        end.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        return False

    server = serve(lambda line: None, welcome=slowly)
    brief = PATIENT._replace(connect=1.0)  # which also is how long one step of sending may take
    client(server.base, limits=brief).tell("POST", "/uploads", data=bytes(size))
    assert received == [0]


CLIPS: dict[str, tuple[Behaviour, str]] = {
    "reset": (lambda line: line.answer(b"x" * 10, Content_Length="99") or line.reset(), "cannot be reached"),
    "cut short": (
        lambda line: line.answer(b"x" * 10, Content_Length="99") or line.hang_up(),
        "cannot be reached|a part",
    ),
    "silent": (lambda line: line.answer(b"x" * 10, Content_Length="99") or (line.wait() and None), "does not answer"),
    "dripping": (
        lambda line: line.answer(b"", Content_Length="900") or line.drip(b"x" * 900, 0.05),
        "does not answer",
    ),
    "dripping without a length": (
        lambda line: line.answer(b"", Content_Length="") or line.drip(b"x" * 900, 0.05),
        "does not answer",
    ),
    "without end": (lambda line: line.answer(b"", Content_Length="") or line.endlessly(bytes(1 << 16)), "without end"),
    "announced as endless": (lambda line: line.answer(b"", Content_Length="9" * 15), "without end"),
    "chunks cut short": (
        lambda line: line.answer(b"5\r\nxxxxx\r\n", Content_Length="", Transfer_Encoding="chunked") or line.hang_up(),
        "cannot be reached",
    ),
    "nothing": (lambda line: line.answer(status=204, Content_Length=""), "no clip"),
    "a part": (lambda line: line.answer(b"x", status=206, Content_Range="bytes 0-0/9"), "no clip"),
    "an error": (lambda line: line.json({"error": "Gone"}, 410), "Gone"),
    "a redirect to nowhere": (lambda line: line.answer(b"", 302), "refuses"),
}


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_that_does_not_come_whole_is_an_error(serve: Callable[..., Server], tmp_path: Path, name: str) -> None:
    behaviour, says = CLIPS[name]
    with pytest.raises(ProviderError, match=says):
        client(serve(behaviour).base, limits=QUICK).fetch("/clip", tmp_path / "clip", ignore)


def test_a_clip_that_comes_slowly_but_steadily_is_fetched(serve: Callable[..., Server], tmp_path: Path) -> None:
    clip = bytes(1 << 21)

    def steadily(line: Line) -> None:
        line.answer(b"", Content_Length=str(len(clip)))
        for _ in range(8):
            line.raw(bytes(1 << 18))
            line.wait(0.25)

    fractions: list[float] = []
    client(serve(steadily).base, limits=QUICK._replace(silence=30)).fetch("/", tmp_path / "clip", fractions.append)
    assert (tmp_path / "clip").stat().st_size == len(clip)
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_more_than_was_announced_is_not_taken_and_not_read_as_the_next_answer(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    poison = b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"state": "bad"}'
    server = serve(
        lambda line: (
            line.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nclip" + poison)
            if line.asked.path == "/clip"
            else line.json({"state": "good"})
        )
    )
    service = client(server.base)
    service.fetch("/clip", tmp_path / "clip", ignore)
    assert (tmp_path / "clip").read_bytes() == b"clip"
    assert service.ask("/job").body == {"state": "good"}


def test_a_disk_that_is_full_is_not_taken_for_a_service_that_is_gone(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    if not Path("/dev/full").exists():
        pytest.fail("needs /dev/full")
    server = serve(lambda line: line.answer(bytes(1 << 20)))
    with pytest.raises(OSError, match="No space left"):
        client(server.base).fetch("/clip", Path("/dev/full"), ignore)


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
