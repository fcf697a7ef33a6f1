"""A server that does to each request what a test wants: it speaks to the socket itself, so it can break every rule.

On 127.0.0.1, in threads of its own, ended by `close`. Nothing it does lasts longer than `_SECONDS`.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_SECONDS = 60.0


class Asked(NamedTuple):
    """One request as it came, `headers` by their names in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Line:
    """A connection, and the request that just came over it."""

    def __init__(self, server: Server, end: socket.socket, asked: Asked) -> None:
        self.server = server
        self.asked = asked
        self.is_open = True
        self._end = end

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._end.sendall(data)

    def answer(self, body: bytes = b"", status: int = 200, reason: str = "Whatever", **headers: str) -> None:
        """Send an answer. `headers` with `_` for `-`; one that is empty is left out."""
        whole = {"Content_Length": str(len(body)), **headers}
        lines = [f"HTTP/1.1 {status} {reason}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in whole.items() if value]
        self.raw("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def json(self, value: Any, status: int = 200, **headers: str) -> None:
        """Send JSON."""
        self.answer(json.dumps(value).encode(), status, Content_Type="application/json", **headers)

    def hang_up(self) -> None:
        """Close in order."""
        self.is_open = False

    def reset(self) -> None:
        """Break the connection off."""
        reset(self._end)
        self.is_open = False

    def wait(self, seconds: float = _SECONDS) -> bool:
        """Do nothing for a while. Whether the server goes on after that."""
        return not self.server.ended.wait(seconds)

    def drip(self, data: bytes, pause: float) -> None:
        """Send one byte after the other."""
        for number in range(len(data)):
            self.raw(data[number : number + 1])
            if not self.wait(pause):
                return

    def endlessly(self, data: bytes) -> None:
        """Send the same again and again, until nobody wants it any more."""
        deadline = time.monotonic() + _SECONDS
        while not self.server.ended.is_set() and time.monotonic() < deadline:
            self.raw(data)


Behaviour = Callable[[Line], None]


def reset(end: socket.socket) -> None:
    """Break a connection off: the other side is told that it was."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


def reset_unread(end: socket.socket) -> None:
    """Break a connection off when a request is there, without reading it."""
    end.recv(1, socket.MSG_PEEK)
    reset(end)


class Server:
    """`behave` says what is done about a request; `welcome` is asked for each connection, before anything is read.

    `asked`: all requests in order. `tls`: speak TLS.
    """

    def __init__(
        self,
        behave: Callable[[Asked], Behaviour],
        *,
        welcome: Callable[[socket.socket], bool] = lambda _end: True,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self.ended = threading.Event()
        self._behave = behave
        self._welcome = welcome
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="hostile", daemon=True)]
        self.port: int = self._listener.getsockname()[1]
        self._threads[0].start()

    @property
    def base(self) -> str:
        """Its address."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def close(self) -> None:
        """End all of it."""
        self.ended.set()
        for end in (self._listener, *self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while not self.ended.is_set():
            try:
                end, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._ends.append(end)
            thread = threading.Thread(target=self._serve, args=(end,), name="hostile line", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, end: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):  # the other side is gone, or the test is over
            end.settimeout(_SECONDS)
            if not self._welcome(end):
                return
            if self._tls:
                end = self._tls.wrap_socket(end, server_side=True)
                self._ends.append(end)
            with end, end.makefile("rb") as file:
                for asked in _requests(file):
                    self.asked.append(asked)
                    line = Line(self, end, asked)
                    self._behave(asked)(line)
                    if not line.is_open:
                        return


def _requests(file: Any) -> Iterator[Asked]:
    while first := file.readline().decode("latin-1").split():
        method, path, _ = first
        headers = {}
        while line := file.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        yield Asked(method, path, headers, file.read(int(headers.get("content-length", 0))))
