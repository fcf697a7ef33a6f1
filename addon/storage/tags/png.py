"""Texts in PNG pictures, after the PNG specification (ISO/IEC 15948); `comf` is what ComfyUI puts into moving ones."""

from __future__ import annotations

from collections.abc import Iterator

from . import exif
from .window import Window, decoded

_START = b"\x89PNG\r\n\x1a\n"


def begins(start: bytes) -> bool:
    """Whether a file that begins like this is one."""
    return start.startswith(_START)


def texts(window: Window) -> Iterator[tuple[str, str]]:
    """The names and texts. Raises `Spent`, `OSError`."""
    position = len(_START)
    while position + 12 <= window.size:
        head = window.at(position, 8)
        start = position + 8
        end = start + int.from_bytes(head[:4], "big")
        kind = head[4:]
        if kind == b"IEND":
            return
        if kind in (b"tEXt", b"zTXt", b"iTXt", b"comf"):
            yield _text(window, kind, window.text_at(start, end))
        elif kind == b"eXIf":
            yield from exif.texts(window, window.text_at(start, end))
        position = end + 4


def _text(window: Window, kind: bytes, data: bytes) -> tuple[str, str]:
    name, _, rest = data.partition(b"\0")
    packed = kind == b"zTXt"
    if packed:
        rest = rest[1:]
    elif kind == b"iTXt":
        packed = rest[:1] == b"\1"
        _, _, rest = rest[2:].partition(b"\0")  # the language
        _, _, rest = rest.partition(b"\0")  # the name in that language
    return decoded(name[:80]), decoded(window.inflated(rest) if packed else rest)
