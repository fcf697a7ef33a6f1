"""HTTP as adapters speak it: what surely was not sent, what nobody knows, and that nothing is sent twice."""

from __future__ import annotations

import gzip
import os
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from addon.core.errors import Kind, ProviderError
from addon.core.provider import UncertainSubmission
from addon.providers import http

from .hostile import Behaviour, Line, Server, reset_unread
from .transport import KEY, PATIENT, QUICK, client, create, shown, unused_port


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


class _Plain(socketserver.BaseRequestHandler):
    """Answers whatever comes first in plain text."""

    def handle(self) -> None:
        self.request.recv(4096)
        self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_server_that_speaks_no_tls_has_been_sent_nothing() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), _Plain) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        try:
            with pytest.raises(ProviderError, match="no secure connection could be made"):
                create(client(f"https://127.0.0.1:{server.server_address[1]}"))
        finally:
            server.shutdown()


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
        with socket.socket(fileno=os.dup(line._end.fileno())) as plain:
            plain.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))  # a record whose checksum is wrong
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


def test_online_access_that_is_off_holds_for_all_but_this_machine(serve: Callable[..., Server]) -> None:
    server = serve(lambda line: line.json({"id": "1"}))
    assert create(client(server.base, online=False)) == "1"
    assert client(f"http://localhost:{server.port}", online=False).ask("/").status == 200
    for act in (create, lambda s: s.ask("/"), lambda s: s.tell("DELETE", "/"), lambda s: s.give("PUT", s.account.base)):
        with pytest.raises(ProviderError, match="online access is off") as caught:
            act(client("https://studio.invalid", online=False))
        assert caught.value.problem.kind is Kind.OFFLINE
        assert "Turn on Allow Online Access" in caught.value.problem.remedy


def test_no_preference_is_named_where_blender_was_started_without_online_access() -> None:
    with pytest.raises(ProviderError, match="online access is off") as caught:
        client("http://192.168.1.20:8188", online=False, fixed=True).ask("/")
    assert caught.value.problem.remedy == "Blender was started with it off: start it anew without that."


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
