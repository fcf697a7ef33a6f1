"""Tags of MP4 and QuickTime files: moov/udta/meta/ilst, with the names in keys or as iTunes has them.

After ISO/IEC 14496-12 and Apple's QuickTime File Format specification.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from .window import Window, decoded

_ITUNES = {
    b"\xa9cmt": "comment",
    b"\xa9nam": "title",
    b"\xa9des": "description",
    b"\xa9inf": "information",
    b"\xa9too": "encoder",
    b"\xa9swr": "software",
    b"\xa9day": "date",
    b"desc": "description",
    b"ldes": "synopsis",
}
_APPLE = "com.apple.quicktime."
_UTF8, _UTF16, _IMPLICIT = 1, 2, 0
_LONGEST_KEYS = 1 << 16
_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)


class _Box(NamedTuple):
    """`is_whole`: not longer than what it is in."""

    kind: bytes
    start: int
    end: int
    is_whole: bool = True


def begins(start: bytes) -> bool:
    """Whether a file that begins like this is one."""
    return start[4:8] in (b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip")


def texts(window: Window) -> Iterator[tuple[str, str]]:
    """The names and texts. Raises `Spent`, `OSError`."""
    for box in _boxes(window, 0, window.size):
        if box.kind == b"moov":
            for part in _boxes(window, box.start, box.end):
                yield from _part(window, part)
        else:
            yield from _part(window, box)


def _part(window: Window, box: _Box) -> Iterator[tuple[str, str]]:
    if box.kind == b"mvhd":
        yield from _created(window, box)
    elif box.kind == b"meta":
        yield from _meta(window, box)
    elif box.kind == b"udta":
        for each in _boxes(window, box.start, box.end):
            if each.kind == b"meta":
                yield from _meta(window, each)
            elif each.kind in _ITUNES:  # as QuickTime has them: length, language, text
                length = int.from_bytes(window.at(each.start, 2), "big")
                end = min(each.start + 4 + length, each.end)
                yield _ITUNES[each.kind], _text(window, each._replace(end=end), 4)


def _boxes(window: Window, start: int, end: int) -> Iterator[_Box]:
    """The boxes from `start` to `end`. One that says it is longer than that ends there."""
    end = min(end, window.size)
    while start + 8 <= end:
        header = window.at(start, 16)
        length, kind, least = int.from_bytes(header[:4], "big"), header[4:8], 8
        if length == 1:
            length, least = int.from_bytes(header[8:16], "big"), 16
        elif length == 0:
            length = end - start
        if length < least:
            return
        yield _Box(kind, start + least, min(start + length, end), start + length <= end)
        start += length


def _created(window: Window, box: _Box) -> Iterator[tuple[str, str]]:
    head = window.at(box.start, 12)
    if len(head) < 12:
        return
    seconds = int.from_bytes(head[4:12] if head[:1] == b"\1" else head[4:8], "big")
    if 0 < seconds < 1 << 33:
        yield "creation_time", (_EPOCH + timedelta(seconds=seconds)).isoformat()


def _meta(window: Window, box: _Box) -> Iterator[tuple[str, str]]:
    # In MP4 version and flags come first, in QuickTime they do not.
    start = box.start if window.at(box.start, 8)[4:8] == b"hdlr" else box.start + 4
    parts = {each.kind: each for each in _boxes(window, start, box.end)}
    keys = _keys(window, parts[b"keys"]) if b"keys" in parts else {}
    for item in _boxes(window, parts[b"ilst"].start, parts[b"ilst"].end) if b"ilst" in parts else ():
        name, text = _item(window, item)
        yield keys.get(int.from_bytes(item.kind, "big")) or _ITUNES.get(item.kind) or name, text


def _keys(window: Window, box: _Box) -> dict[int, str]:
    data = window.at(box.start, min(box.end - box.start, _LONGEST_KEYS))
    names: dict[int, str] = {}
    position = 8
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        if length < 8:
            break
        names[len(names) + 1] = decoded(data[position + 8 : position + length]).removeprefix(_APPLE)
        position += length
    return names


def _item(window: Window, item: _Box) -> tuple[str, str]:
    """The name that an item has in itself, if any, and its text."""
    name, text = "", ""
    for box in _boxes(window, item.start, item.end):
        if box.kind == b"name":
            name = _text(window, box, 4)
        elif box.kind == b"data" and not text:
            kind = int.from_bytes(window.at(box.start, 4)[1:4], "big")
            if kind in (_UTF8, _UTF16, _IMPLICIT):
                text = _text(window, box, 8, "utf-16-be" if kind == _UTF16 else "utf-8")
    return name, text


def _text(window: Window, box: _Box, head: int, encoding: str = "utf-8") -> str:
    """The text behind the first `head` bytes of a box; none if it is cut off: half a prompt is none."""
    return decoded(window.text_at(box.start + head, box.end), encoding) if box.is_whole else ""
