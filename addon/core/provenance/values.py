"""Values that others wrote, made into ours or refused: never an exception, whatever they are."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

LONGEST_TEXT = 20_000
"""Characters of a prompt that are kept: more than any model reads."""

LARGEST_SEED = 2**64 - 1

_WHOLE = re.compile(r"(?:seed\s*[:=]\s*)?([+-]?\d{1,20})(?:\.0*)?", re.IGNORECASE)
_NUMBER = re.compile(
    r"(\d{1,12}(?:\.\d{0,12})?)\s*(?:/\s*(\d{1,9}(?:\.\d{0,9})?))?\s*(?:s|secs?|seconds?|fps|frames)?", re.IGNORECASE
)
_SIZE = re.compile(r"(\d{1,6})\s*[x×*]\s*(\d{1,6})(?:\s*px)?", re.IGNORECASE)
_NOTHING = frozenset({"", "none", "null", "undefined", "n/a"})
_WIDEST = 65_536  # pixels
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800  # 2000 and 2100, in seconds since 1970
_MOMENT_CHARACTERS = 64


def text(value: Any, longest: int = LONGEST_TEXT) -> str:
    """A text that can be stored and shown, empty if it is none. At most `longest` characters."""
    if not isinstance(value, str):
        return ""
    kept = value[: longest * 2].replace("\0", " ").encode("utf-8", "replace").decode().strip()[:longest]
    return "" if kept.lower() in _NOTHING else kept


def whole(value: Any, least: int, most: int) -> int | None:
    """A whole number from `least` to `most`, None if it is none. A text that says one counts."""
    found: int | None = None
    if isinstance(value, str):
        match = _WHOLE.fullmatch(value[:64].strip())
        found = int(match[1]) if match else None
    elif isinstance(value, int) and not isinstance(value, bool):
        found = value
    elif isinstance(value, float) and value.is_integer():
        found = int(value)
    return found if found is not None and least <= found <= most else None


def number(value: Any, most: float) -> float | None:
    """A number above 0 and up to `most`, None if it is none. A text that says one counts, a ratio and a unit too."""
    found = math.nan
    if isinstance(value, str):
        match = _NUMBER.fullmatch(value[:64].strip())
        if match:
            divisor = float(match[2] or 1)
            found = float(match[1]) / divisor if divisor else math.nan
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most:
        found = float(value)
    return found if 0 < found <= most else None


def size(value: Any) -> tuple[int, int] | None:
    """Width and height in pixels: of `832x480`, of two numbers, or of something with a width and a height."""
    pair: Sequence[Any] = ()
    if isinstance(value, str):
        match = _SIZE.fullmatch(value[:32].strip())
        pair = match.groups() if match else ()
    elif isinstance(value, Mapping):
        pair = (value.get("width"), value.get("height"))
    elif isinstance(value, list | tuple):
        pair = value
    if len(pair) != 2:
        return None
    width, height = pixels(pair[0]), pixels(pair[1])
    return (width, height) if width and height else None


def pixels(value: Any) -> int | None:
    """A width or height in pixels."""
    return whole(value, 1, _WIDEST)


def moment(value: Any) -> datetime | None:
    """A moment: as ISO 8601 has it, or in seconds or milliseconds since 1970. One without a time zone is local."""
    try:
        if isinstance(value, str) and not value.strip().isdecimal():
            found = datetime.fromisoformat(value[:_MOMENT_CHARACTERS].strip())
        else:
            seconds = number(value, _LATEST * 1000.0) or 0.0
            found = datetime.fromtimestamp(seconds / 1000 if seconds > _LATEST else seconds, UTC)
        found = found.astimezone(UTC)
        return found if _EARLIEST <= found.timestamp() <= _LATEST else None
    except (ValueError, OverflowError, OSError):
        return None
