"""Connections of which is known what has left this machine, and that no service can hold for ever.

The time limits of `requests` are for each step of a socket: a byte a minute passes them. And which of its errors come
before a request has left, and which after, differs with versions, proxies and TLS; so that is noted here, where it
happens.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

_PIECE = 1 << 16


class Exchange:
    """One request and its answer. `sent`: some of the request may have left. `late`: it was cut off, as too slow.

    The answer, or as much of it as is given time with `more`, may take `patience` seconds.
    """

    def __init__(self, patience: float) -> None:
        self.sent = False
        self.late = False
        self._patience = patience
        self._until = 0.0
        self._line: socket.socket | None = None
        self._done = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()

    @contextlib.contextmanager
    def under_way(self) -> Iterator[None]:
        """What this thread sends now is this exchange's request."""
        _now.exchange = self
        try:
            yield
        except BaseException:
            if self._line and (number := self._line.detach()) >= 0:  # an answer given up at its head keeps it open
                socket.close(number)
            raise
        finally:
            _now.exchange = None

    def watch(self, line: socket.socket) -> None:
        """The request is out, the answer's time begins."""
        self._line = line
        self.more()
        threading.Thread(target=self._wait, args=(line,), name="patience", daemon=True).start()

    def more(self) -> None:
        """Give it its time anew."""
        self._until = time.monotonic() + self._patience

    def _wait(self, line: socket.socket) -> None:
        while (left := self._until - time.monotonic()) > 0:
            if self._done.wait(left):
                return
        if not self._done.is_set():
            self.late = True
            with contextlib.suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)  # not TLS's own, which would wait for the other side


class _Now(threading.local):
    exchange: Exchange | None = None


_now = _Now()

if TYPE_CHECKING:
    _Base = HTTPConnection
else:
    _Base = object


class _Noted(_Base):
    """Goes before one of urllib3's connections."""

    def endheaders(self, *args: Any, **options: Any) -> None:
        """Connect first: what fails until then has sent nothing."""
        if self.sock is None:
            self.connect()
        if _now.exchange:
            _now.exchange.sent = True
        super().endheaders(*args, **options)

    def send(self, data: Any) -> None:
        """In pieces: the time limit is for each of them, and a large file on a slow line takes longer than that."""
        if not isinstance(data, bytes | bytearray) or len(data) <= _PIECE:
            super().send(data)
            return
        view = memoryview(data)
        for start in range(0, len(view), _PIECE):
            super().send(view[start : start + _PIECE])

    def getresponse(self) -> Any:
        """Wait for the answer, not for ever."""
        if _now.exchange and self.sock is not None:
            _now.exchange.watch(self.sock)
        return super().getresponse()


class _Http(_Noted, HTTPConnection):
    pass


class _Https(_Noted, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        _use(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        _use(manager)
        return manager


def _use(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: `requests` would read the whole body of a redirect even where it is not to follow it."""


def session(*, near: bool) -> requests.Session:
    """Connections that are kept. `near`: on this machine, where no proxy lies between. Nobody's cookies are kept."""
    made = _Session()
    made.trust_env = not near
    made.headers["User-Agent"] = "generative-sessions"
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        made.mount(scheme, _Adapter())
    return made
