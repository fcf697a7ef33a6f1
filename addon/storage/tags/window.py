"""A file through a window: any place of it, but only so much, so that no file can make its reader work without end."""

from __future__ import annotations

import codecs
import zlib
from typing import BinaryIO

LONGEST = 2 << 20
"""Bytes of one text. Workflows have some 10 KiB to a few 100 KiB; half of a longer one would be of no use."""

_MOST_BYTES = 8 << 20
_MOST_LOOKS = 50_000


class Spent(Exception):
    """Enough of the file was read."""


class Window:
    """A file of `size` bytes, to be read here and there until that is enough."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.size = size
        self._file = file
        self._bytes = _MOST_BYTES
        self._looks = _MOST_LOOKS

    def at(self, position: int, count: int) -> bytes:
        """`count` bytes from `position`, fewer at the end of the file. Raises `Spent`, `OSError`."""
        if position >= self.size or count <= 0:
            return b""
        self._looks -= 1
        self.spend(count)
        self._file.seek(position)
        return self._file.read(count)

    def text_at(self, start: int, end: int) -> bytes:
        """The bytes of a text from `start` to `end`; none if it is too long or cut off. Raises `Spent`, `OSError`."""
        if end > self.size or end - start > LONGEST:
            return b""
        return self.at(start, end - start)

    def inflated(self, data: bytes) -> bytes:
        """What zlib made `data` of; none if it is too long or nothing of the kind. Raises `Spent`."""
        try:
            found = zlib.decompressobj().decompress(data, LONGEST + 1)
        except zlib.error:
            return b""
        self.spend(len(found))
        return found if len(found) <= LONGEST else b""

    def spend(self, count: int) -> None:
        """Count `count` bytes as read. Raises `Spent`."""
        self._bytes -= count
        if self._bytes < 0 or self._looks < 0:
            raise Spent


def decoded(data: bytes, encoding: str = "utf-8") -> str:
    """A text as it was written; many a tool writes UTF-8 where the format says Latin-1, and the other way round."""
    data = data.removeprefix(codecs.BOM_UTF8) if encoding == "utf-8" else data
    try:
        return data.decode(encoding).strip("\0")
    except UnicodeDecodeError:
        return data.decode("latin-1" if encoding == "utf-8" else encoding, "replace").strip("\0")
