"""The body of an answer, taken in piece by piece: never more than is wanted, and cut short never passes for whole."""

from __future__ import annotations

import logging
import ssl
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import requests
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from ..core.errors import Kind, ProviderError
from ..core.wording import Text, say
from . import replies, wire
from .secrecy import hide

log = logging.getLogger(__name__)

_PIECE = 1 << 18
_STEP = 0.005


class Lost(ProviderError):
    """The request left, and no answer came, or none that can be used."""


class Answer:
    """What the service called `label` answers; only its head is there yet."""

    def __init__(self, label: str, response: requests.Response, exchange: wire.Exchange) -> None:
        self.label = label
        self.status: int = response.status_code
        self.onward: str | None = response.headers.get("Location") if response.is_redirect else None
        self._response = response
        self._exchange = exchange

    def read(self, most: int) -> replies.Reply:
        """A short answer, of at most `most` bytes. Raises `Lost`."""
        data = bytearray()
        for piece in self._decoded(self._pieces()):
            data += piece
            if len(data) > most:
                raise Lost("{service} answers without end.", "Try again later.", Kind.NETWORK, service=self.label)
        return replies.read(self.status, self._response.headers, data)

    def write(self, target: Path, most: int, report: Callable[[float], None]) -> None:
        """A clip, of at most `most` bytes, into the file `target`. Raises `ProviderError`, `OSError` for the file."""
        announced = 0 if self._encoding else _length(self._response)
        done, next_told = 0, 0.0
        if announced > most:
            raise self._too_large()
        with target.open("wb") as file:
            for piece in self._decoded(self._pieces()):
                self._exchange.more()
                done += len(piece)
                if done > most:
                    raise self._too_large()
                file.write(piece)
                if announced and done / announced >= next_told:
                    report(done / announced)
                    next_told = done / announced + _STEP

    def _pieces(self) -> Iterator[bytes]:
        """The body as it came over the wire."""
        announced, done = _length(self._response), 0
        try:
            while piece := self._response.raw.read(_PIECE, decode_content=False):
                done += len(piece)
                yield piece
        except (OSError, HTTPError, ValueError) as error:
            raise unreachable(self.label, error, self._exchange) from None
        if self._exchange.late:
            raise unreachable(self.label, TimeoutError(), self._exchange)
        if done < announced:
            raise Lost("{service} sent only a part.", "Try again later.", Kind.NETWORK, service=self.label)

    @property
    def _encoding(self) -> str:
        encoding: str = self._response.headers.get("Content-Encoding", "").strip().lower()
        return "" if encoding == "identity" else encoding

    def _decoded(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The body unpacked, if it was packed although that was not asked for; never much of it at once."""
        if not self._encoding:
            yield from pieces
            return
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
        try:
            if self._encoding not in ("gzip", "x-gzip", "deflate"):
                raise zlib.error
            for piece in pieces:
                rest = piece
                while rest:
                    yield unpack.decompress(rest, _PIECE)
                    rest = unpack.unconsumed_tail
            if not unpack.eof:
                raise zlib.error
        except zlib.error:
            raise Lost(
                "{service} answered something that is not understood.",
                "Try again later.",
                Kind.NETWORK,
                service=self.label,
            ) from None

    def _too_large(self) -> ProviderError:
        return ProviderError("{service} sends a clip without end.", "Look again later.", service=self.label)


def unreachable(label: str, error: Exception, exchange: wire.Exchange) -> ProviderError:
    """What an error of the connection means: a `Lost` if the request may have left."""
    log.info("%s: %s: %s", label, type(error).__name__, hide(str(error)))
    cause = _root(error)
    if isinstance(cause, ssl.SSLCertVerificationError) and not exchange.sent:
        return ProviderError(
            "The certificate of {service} cannot be trusted.",
            "Check the address in the preferences, and this machine's clock.",
            Kind.NETWORK,
            service=label,
        )
    lost = ProviderError(
        "{service} cannot be reached: {reason}.",
        "Check the network, and the address in the preferences.",
        Kind.NETWORK,
        service=label,
        reason=_reason(error, cause, exchange),
    )
    return Lost.of(lost.problem) if exchange.sent else lost


def _length(response: requests.Response) -> int:
    """How many bytes were announced, 0 if that is not known."""
    value = response.headers.get("Content-Length", "")
    chunked = "Transfer-Encoding" in response.headers
    return int(value) if value.isdecimal() and len(value) < 20 and not chunked else 0


def _root(error: BaseException) -> BaseException:
    """What came first in a chain of errors."""
    seen = {id(error)}
    while (onward := _before(error)) is not None and id(onward) not in seen:
        seen.add(id(onward))
        error = onward
    return error


def _before(error: BaseException) -> BaseException | None:
    inner = [getattr(error, "reason", None), error.__cause__, error.__context__, *error.args]
    return next((each for each in inner if isinstance(each, BaseException)), None)


def _reason(error: BaseException, cause: BaseException, exchange: wire.Exchange) -> Text:
    """Why a connection failed, in a few words, without addresses of objects."""
    if exchange.late or isinstance(error, requests.exceptions.Timeout) or isinstance(cause, TimeoutError):
        return say("it does not answer")
    if isinstance(cause, ssl.SSLError):
        return say("no secure connection could be made")
    if isinstance(cause, OSError) and not isinstance(cause, RequestException) and cause.strerror:
        return say("{error}", error=replies.plain(hide(cause.strerror.lower())))
    return say("the connection was lost")
