"""Texts in Exif, after the Exif and TIFF 6 specifications.

ComfyUI writes `prompt:{…}` and `workflow:{…}` into the fields that name a camera's maker and model; Stable Diffusion
web UI writes its parameters into the comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from .window import Window, decoded

_DESCRIPTION, _SOFTWARE, _COMMENT, _MORE = 0x010E, 0x0131, 0x9286, 0x8769
_NAMES = {_DESCRIPTION: "description", _SOFTWARE: "software"}
_ASCII, _UNDEFINED = 2, 7
_MOST_FIELDS = 200
_NAMED = re.compile(r"([A-Za-z_]\w{0,30}):\s*(?=[{\[\"])")
_START = b"Exif\0\0"


def texts(window: Window, data: bytes) -> Iterator[tuple[str, str]]:
    """The names and texts in Exif data that was read through `window`. Raises `Spent`."""
    data = data.removeprefix(_START)
    if data[:4] not in (b"II*\0", b"MM\0*"):
        return
    order: Literal["little", "big"] = "little" if data[:1] == b"I" else "big"
    first = int.from_bytes(data[4:8], order)
    for tag, value in _fields(data, first, order):
        window.spend(len(value))  # each field may claim the whole of the data
        if tag == _MORE:
            for inner, comment in _fields(data, int.from_bytes(value[:4], order), order):
                window.spend(len(comment))
                if inner == _COMMENT:
                    yield "usercomment", _comment(comment)
        else:
            text = decoded(value)
            named = _NAMED.match(text)
            if named:
                yield named[1], text[named.end() :]
            elif tag in _NAMES:
                yield _NAMES[tag], text


def _fields(data: bytes, start: int, order: Literal["little", "big"]) -> Iterator[tuple[int, bytes]]:
    """The fields of texts, and the one that tells where there are more."""
    count = int.from_bytes(data[start : start + 2], order)
    for number in range(min(count, _MOST_FIELDS)):
        field = data[start + 2 + 12 * number : start + 14 + 12 * number]
        if len(field) < 12:
            return
        tag, kind, length = (int.from_bytes(field[a:b], order) for a, b in ((0, 2), (2, 4), (4, 8)))
        if tag == _MORE:
            yield tag, field[8:]
        elif kind in (_ASCII, _UNDEFINED):
            place = int.from_bytes(field[8:], order)
            yield tag, field[8 : 8 + length] if length <= 4 else data[place : place + length]


def _comment(data: bytes) -> str:
    """A comment begins with eight letters that say how it is written; in which byte order, they do not."""
    start, rest = data[:8], data[8:]
    if start != b"UNICODE\0":
        return decoded(rest)
    is_big = rest[0::2].count(0) > rest[1::2].count(0)
    return decoded(rest[: len(rest) & ~1], "utf-16-be" if is_big else "utf-16-le")
