"""Texts in WebP pictures (their Exif) and AVI files (their INFO list), after the RIFF specifications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from . import exif
from .window import Window, decoded

_INFO = {b"ICMT": "comment", b"INAM": "title", b"ISBJ": "description", b"ISFT": "encoder", b"ICRD": "date"}


class _Chunk(NamedTuple):
    kind: bytes
    start: int
    end: int


def begins(start: bytes) -> bool:
    """Whether a file that begins like this is one."""
    return start[:4] == b"RIFF" and start[8:12] in (b"WEBP", b"AVI ")


def texts(window: Window) -> Iterator[tuple[str, str]]:
    """The names and texts. Raises `Spent`, `OSError`."""
    for chunk in _chunks(window, 12, window.size):
        if chunk.kind == b"EXIF":
            yield from exif.texts(window, window.text_at(chunk.start, chunk.end))
        elif chunk.kind == b"LIST" and window.at(chunk.start, 4) == b"INFO":
            for each in _chunks(window, chunk.start + 4, chunk.end):
                if each.kind in _INFO:
                    yield _INFO[each.kind], decoded(window.text_at(each.start, each.end))


def _chunks(window: Window, start: int, end: int) -> Iterator[_Chunk]:
    end = min(end, window.size)
    while start + 8 <= end:
        head = window.at(start, 8)
        length = int.from_bytes(head[4:], "little")
        start += 8
        if start + length <= end or head[:4] == b"LIST":  # half a text is none
            yield _Chunk(head[:4], start, min(start + length, end))
        start += length + length % 2
