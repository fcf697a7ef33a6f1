"""Pictures as PNG files, and many of them on one sheet. Standard library only, so that it needs no Blender."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from ..core.models import Mark
from .pictures import Level

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB, _BITS = 2, 8
_GAP = 16
_LABEL = 26
_SCALE = 2
_MOST_COLUMNS = 6
_SHORTEST, _USUAL = 32, (192, 108)
_PAPER, _EMPTY, _INK, _GOLD, _RED = (
    bytes((28, 28, 30)),
    bytes((56, 56, 60)),
    bytes((235, 235, 235)),
    bytes((255, 200, 60)),
    bytes((230, 90, 80)),
)

# Five by seven, a row for each number, its highest bit on the left.
_DIGITS = (
    (14, 17, 17, 17, 17, 17, 14),
    (4, 12, 4, 4, 4, 4, 14),
    (14, 17, 1, 2, 4, 8, 31),
    (31, 2, 4, 2, 1, 17, 14),
    (2, 6, 10, 18, 31, 2, 2),
    (31, 16, 30, 1, 1, 17, 14),
    (6, 8, 16, 30, 17, 17, 14),
    (31, 1, 2, 4, 8, 8, 8),
    (14, 17, 17, 14, 17, 17, 14),
    (14, 17, 17, 15, 1, 2, 12),
)
_STAR = (4, 4, 31, 14, 14, 27, 17)
_CROSS = (17, 17, 10, 4, 10, 17, 17)


class Cell(NamedTuple):
    """One picture of a sheet, None where there is none, with the number and mark of its take."""

    picture: Level | None
    number: int
    mark: Mark = Mark.NONE


def encode(picture: Level) -> bytes:
    """A picture as a PNG file, without its transparency."""
    return _file(picture.width, picture.height, _rgb_rows(picture))


def sheet(cells: Sequence[Cell]) -> bytes:
    """A PNG file of all pictures in rows, each with its number and its mark below: a star, or a cross."""
    sizes = [(cell.picture.width, cell.picture.height) for cell in cells if cell.picture] or [_USUAL]
    across = max(_SHORTEST, *(width for width, _ in sizes))
    down = max(_SHORTEST, *(height for _, height in sizes))
    columns = max(1, min(_MOST_COLUMNS, math.ceil(math.sqrt(len(cells)))))
    width = _GAP + columns * (across + _GAP)
    height = _GAP + max(1, math.ceil(len(cells) / columns)) * (down + _LABEL)
    rows = [bytearray(_PAPER * width) for _ in range(height)]
    for place, cell in enumerate(cells):
        left = _GAP + place % columns * (across + _GAP)
        top = _GAP + place // columns * (down + _LABEL)
        _paste(rows, left, top, [_EMPTY * across] * down)
        if cell.picture:
            inside = left + (across - cell.picture.width) // 2, top + (down - cell.picture.height) // 2
            _paste(rows, *inside, _rgb_rows(cell.picture))
        _label(rows, left, top + down + 6, cell)
    return _file(width, height, rows)


def _label(rows: list[bytearray], left: int, top: int, cell: Cell) -> None:
    signs = [(_DIGITS[int(digit)], _INK) for digit in f"{cell.number:02d}"]
    if cell.mark:
        signs.append((_STAR, _GOLD) if cell.mark is Mark.STARRED else (_CROSS, _RED))
    for place, (sign, color) in enumerate(signs):
        for row, bits in enumerate(sign):
            line = b"".join((color if bits & (16 >> column) else _PAPER) * _SCALE for column in range(5))
            for repeated in range(_SCALE):
                _paste(rows, left + place * 6 * _SCALE, top + row * _SCALE + repeated, [line])


def _paste(rows: list[bytearray], left: int, top: int, picture: Sequence[bytes | bytearray]) -> None:
    for number, line in enumerate(picture):
        row = rows[top + number]
        end = min(len(row), left * 3 + len(line))
        row[left * 3 : end] = line[: end - left * 3]


def _rgb_rows(picture: Level) -> list[bytearray]:
    """The rows of a picture, highest first, three bytes a pixel."""
    rows = []
    for number in reversed(range(picture.height)):
        line = picture.pixels[number * picture.width * 4 : (number + 1) * picture.width * 4]
        row = bytearray(picture.width * 3)
        for part in range(3):
            row[part::3] = line[part::4]
        rows.append(row)
    return rows


def _file(width: int, height: int, rows: Sequence[bytes | bytearray]) -> bytes:
    """Each row is told by its differences from the pixel before (filter 1 of the format), which packs far smaller."""
    lines = bytearray()
    for row in rows:
        lines.append(1)
        lines += row[:3]
        lines += bytes((after - before) & 255 for after, before in zip(row[3:], row, strict=False))
    header = struct.pack(">IIBBBBB", width, height, _BITS, _RGB, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(lines), 6)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
