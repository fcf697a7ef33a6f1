"""Pictures as PNG files: read back with a reader of our own, which knows every filter."""

from __future__ import annotations

import struct
import zlib

import pytest

from addon.core.models import Mark
from addon.storage import png
from addon.storage.pictures import Level


def level(width: int, height: int, pixel=lambda x, y: (x * 7 % 256, y * 5 % 256, (x + y) % 256, 255)) -> Level:
    """A picture whose `pixel` is told from its left, highest corner."""
    rows = [b"".join(bytes(pixel(x, y)) for x in range(width)) for y in range(height)]
    return Level(width, height, b"".join(reversed(rows)))


def decode(data: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height, and rows of RGB pixels, of a PNG file whose check sums are right."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        body = data[place + 4 : place + 8 + length]
        assert struct.unpack_from(">I", data, place + 8 + length) == (zlib.crc32(body),)
        chunks[body[:4]] = body[4:]
        place += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, *kind = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert kind == [8, 2, 0, 0, 0]
    packed = zlib.decompress(chunks[b"IDAT"])
    assert len(packed) == height * (1 + 3 * width)
    rows = []
    for number in range(height):
        line = packed[number * (1 + 3 * width) : (number + 1) * (1 + 3 * width)]
        assert line[0] == 1
        row = bytearray(line[1:])
        for index in range(3, len(row)):
            row[index] = (row[index] + row[index - 3]) & 255
        rows.append(bytes(row))
    return width, height, rows


def at(rows: list[bytes], x: int, y: int) -> tuple[int, ...]:
    return tuple(rows[y][3 * x : 3 * x + 3])


@pytest.mark.parametrize(("width", "height"), [(1, 1), (192, 108), (3, 50)])
def test_a_picture_is_the_same_as_a_png_the_right_way_up(width: int, height: int) -> None:
    made, down, rows = decode(png.encode(level(width, height)))
    assert (made, down) == (width, height)
    for x, y in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1), (width // 2, height // 2)):
        assert at(rows, x, y) == (x * 7 % 256, y * 5 % 256, (x + y) % 256)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 17, 100])
def test_a_sheet_has_every_picture(count: int) -> None:
    colors = [(number + 100, 255 - number, 7 * number % 256) for number in range(count)]
    cells = [
        png.Cell(level(48, 27, lambda x, y, color=color: (*color, 255)), number, tuple(Mark)[number % 3])
        for number, color in enumerate(colors)
    ]
    width, height, rows = decode(png.sheet(cells))
    found = {at(rows, x, y) for y in range(height) for x in range(width)}
    assert found >= set(colors)
    assert width <= 16 + 6 * 64 or count == 0


def test_a_sheet_shows_where_a_picture_is_missing_and_takes_pictures_of_all_shapes() -> None:
    shapes = [level(192, 108), level(61, 192), None, level(1, 1)]
    width, height, rows = decode(png.sheet([png.Cell(each, number) for number, each in enumerate(shapes)]))
    assert (width, height) == (16 + 2 * 208, 16 + 2 * (192 + 26))


def test_numbers_and_marks_are_drawn_below() -> None:
    plain = png.sheet([png.Cell(None, 12)])
    others = [png.sheet([png.Cell(None, 13)]), *(png.sheet([png.Cell(None, 12, mark)]) for mark in tuple(Mark)[1:])]
    assert len({plain, *others}) == 4
    assert len({decode(each)[:2] for each in (plain, *others)}) == 1


def test_a_number_that_is_wider_than_its_picture_stays_on_the_sheet() -> None:
    width, height, rows = decode(png.sheet([png.Cell(level(1, 1), 123456789)]))
    assert {len(row) for row in rows} == {3 * width}
