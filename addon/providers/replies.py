"""What a service answers, made safe to use: numbers that are finite, words without keys and without tricks."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from ..core.errors import Kind, Problem
from ..core.wording import N_
from .secrecy import hide

_MOST_WORDS = 300
_LONGEST_WAIT = 600.0
_LONGEST_NUMBER = 18
_JOINERS = "\u200c\u200d"  # some scripts, and emoji, need them


class Reply(NamedTuple):
    """An answer: `body` is its JSON, None if it is none; `text` its beginning. Both are without the key."""

    status: int
    headers: Mapping[str, str]
    body: Any
    text: str


def read(status: int, headers: Mapping[str, str], data: bytes | bytearray) -> Reply:
    """The answer whose body is `data`."""
    return Reply(status, headers, _parsed(data), plain(hide(data[: 1 << 16].decode("utf-8", errors="replace"))))


def _parsed(data: bytes | bytearray) -> Any:
    """The JSON in `data`, None if it is none. What is no finite number is None too."""
    try:
        return _cleaned(json.loads(data, parse_float=_number, parse_int=_whole_number, parse_constant=_nothing))
    except (ValueError, RecursionError):
        return None


def _nothing(_name: str) -> None:
    return None


def _number(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _whole_number(text: str) -> float | None:
    """An `int`, unless it is so large that reckoning with it fails."""
    return int(text) if len(text) <= _LONGEST_NUMBER else _number(text)


def _cleaned(value: Any) -> Any:
    """Without keys, and without halves of characters, which no file could hold."""
    if isinstance(value, str):
        return hide(value.encode("utf-8", errors="replace").decode("utf-8"))
    if isinstance(value, dict):
        return {_cleaned(name): _cleaned(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    return value


def plain(text: str, most: int = _MOST_WORDS) -> str:
    """`text` on one line of at most `most` characters, without any that steer a terminal or turn the direction."""
    seen = "".join(
        " " if unicodedata.category(char) == "Cc" else char
        for char in text[: 20 * most]
        if unicodedata.category(char) not in ("Cf", "Cs", "Cn") or char in _JOINERS
    )
    line = " ".join(seen.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def said(body: Any) -> str:
    """The words for people in an error's JSON, however a service wraps them; empty if there are none."""
    return plain(next(_texts(body, 4), ""))


def _texts(body: Any, depth: int) -> Iterator[str]:
    if isinstance(body, str) and body.strip():
        yield body
    elif depth and isinstance(body, Mapping):
        for name in ("message", "error", "detail", "msg", "title", "reason"):
            if name in body:
                yield from _texts(body[name], depth - 1)
    elif depth and isinstance(body, list):
        for each in body[:3]:
            yield from _texts(each, depth - 1)


def problem(label: str, reply: Reply, why: str) -> Problem:
    """What a status means, with the service's own words `why` where it has some."""
    kind, remedy = _MEANINGS.get(reply.status) or (
        (Kind.NETWORK if reply.status >= 500 else Kind.SERVICE, N_("Try again later."))
    )
    values: dict[str, Any] = {"service": label, "status": reply.status, "why": plain(hide(why)).rstrip(".")}
    if values["why"]:
        return Problem(kind=kind, message="{service} says: {why}.", remedy=remedy, values=values)
    return Problem(kind=kind, message="{service} refuses (HTTP {status}).", remedy=remedy, values=values)


_MOVED = Kind.SERVICE, N_("Check the address in the preferences: the service has moved, or wants https.")

_MEANINGS: dict[int, tuple[Kind, str]] = {
    301: _MOVED,
    302: _MOVED,
    303: _MOVED,
    307: _MOVED,
    308: _MOVED,
    400: (Kind.INPUT, N_("Change what it names, then generate again.")),
    401: (Kind.KEY, N_("Enter the service's key in the preferences.")),
    402: (Kind.MONEY, N_("Add credit at the service, then try again.")),
    403: (Kind.KEY, N_("Check at the service what the key may do.")),
    404: (Kind.NOT_FOUND, N_("Look at the service what became of it.")),
    408: (Kind.NETWORK, N_("Try again later.")),
    410: (Kind.NOT_FOUND, N_("Look at the service what became of it.")),
    413: (Kind.INPUT, N_("Use smaller files.")),
    422: (Kind.INPUT, N_("Change what it names, then generate again.")),
    425: (Kind.NETWORK, N_("Try again later.")),
    429: (Kind.LIMIT, N_("Wait a while.")),
}


def cleaned(problem: Problem) -> Problem:
    """The problem with what the service said in it made fit to be shown."""
    values = {name: plain(hide(value)) if isinstance(value, str) else value for name, value in problem.values.items()}
    return problem.model_copy(update={"values": values})


def retry_after(reply: Reply) -> float:
    """How many seconds the service asks to wait, 0 if it does not say. A date counts from the service's own clock."""
    value = reply.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        seconds = float(value)
    else:
        until, now = _date(value), _date(reply.headers.get("Date", "")) or datetime.now(UTC)
        seconds = (until - now).total_seconds() if until else 0.0
    return max(0.0, min(seconds, _LONGEST_WAIT))


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
