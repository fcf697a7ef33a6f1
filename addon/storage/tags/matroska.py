"""Tags of WebM and Matroska files, after RFC 8794 and RFC 9559."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from .window import Window, decoded

_EBML, _SEGMENT, _CLUSTER, _INFO, _TAGS = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1549A966, 0x1254C367
_TAG, _SIMPLE_TAG, _NAME, _STRING = 0x7373, 0x67C8, 0x45A3, 0x4487
_DATE, _TITLE, _WRITER = 0x4461, 0x7BA9, 0x5741
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_LONGEST_NAME = 256


class _Element(NamedTuple):
    """`is_whole`: not longer than what it is in."""

    kind: int
    start: int
    end: int
    is_whole: bool = True


def begins(start: bytes) -> bool:
    """Whether a file that begins like this is one."""
    return start[:4] == _EBML.to_bytes(4, "big")


def texts(window: Window) -> Iterator[tuple[str, str]]:
    """The names and texts. Raises `Spent`, `OSError`."""
    for segment in _elements(window, 0, window.size):
        if segment.kind == _SEGMENT:
            for part in _elements(window, segment.start, segment.end):
                if part.kind == _TAGS:
                    yield from _tags(window, part)
                elif part.kind == _INFO:
                    yield from _info(window, part)


def _tags(window: Window, tags: _Element) -> Iterator[tuple[str, str]]:
    for tag in _elements(window, tags.start, tags.end):
        for simple in _elements(window, tag.start, tag.end) if tag.kind == _TAG else ():
            if simple.kind == _SIMPLE_TAG:
                found = {each.kind: each for each in _elements(window, simple.start, simple.end)}
                if _NAME in found and _STRING in found:
                    yield _text(window, found[_NAME], _LONGEST_NAME), _text(window, found[_STRING])


def _info(window: Window, info: _Element) -> Iterator[tuple[str, str]]:
    for each in _elements(window, info.start, info.end):
        if each.kind == _TITLE:
            yield "title", _text(window, each)
        elif each.kind == _WRITER:
            yield "encoder", _text(window, each)
        elif each.kind == _DATE and each.end - each.start == 8:
            after = int.from_bytes(window.at(each.start, 8), "big", signed=True)  # nanoseconds
            yield "creation_time", (_EPOCH + timedelta(microseconds=after // 1000)).isoformat()


def _text(window: Window, element: _Element, longest: int | None = None) -> str:
    """The text of an element; none if it is cut off: half a prompt is none."""
    if not element.is_whole:
        return ""
    end = element.end if longest is None else min(element.end, element.start + longest)
    return decoded(window.text_at(element.start, end))


def _elements(window: Window, start: int, end: int) -> Iterator[_Element]:
    """The elements from `start` to `end`.

    Of a Cluster whose length is not known, what it holds comes next: it was written as it was made.
    """
    end = min(end, window.size)
    while start < end:
        head = window.at(start, 12)
        more = 8 - head[0].bit_length() if head else 8
        if more > 3 or len(head) < more + 2:
            return
        kind, rest = int.from_bytes(head[: more + 1], "big"), head[more + 1 :]
        width = 9 - rest[0].bit_length()
        if width > 8 or len(rest) < width:
            return
        start += more + 1 + width
        unknown = (1 << 7 * width) - 1
        length = int.from_bytes(rest[:width], "big") & unknown
        if length == unknown:
            length = 0 if kind == _CLUSTER else end - start
        yield _Element(kind, start, min(start + length, end), start + length <= end)
        start += length
