"""Small pictures of clips, as they are kept so that an interface can show them at once. Standard library only.

A file holds the same picture in several sizes, largest first, each as rows of RGBA pixels (four bytes), lowest row
first. They are copies that can be made again at any time, so a folder of them may be cut down or deleted.
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_MARK = b"SPIC1\n"
_LEVEL = struct.Struct("<HH")
ENDING = ".picture"


class Level(NamedTuple):
    """A picture in one size: `pixels` are width × height × 4 bytes."""

    width: int
    height: int
    pixels: bytes


def path(folder: Path, name: str) -> Path:
    """Where the picture `name` lies."""
    return folder / f"{name}{ENDING}"


def write(file: Path, levels: Sequence[tuple[int, int, bytes]]) -> None:
    """Write a picture whole, in the sizes given. Raises OSError."""
    part = file.with_suffix(f".{os.getpid()}.part")
    try:
        with part.open("wb") as output:
            output.write(_MARK + bytes([len(levels)]))
            output.writelines(_LEVEL.pack(width, height) for width, height, _ in levels)
            output.writelines(pixels for _, _, pixels in levels)
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read(file: Path, size: int) -> tuple[Level, Level]:
    """A picture in the smallest size that has `size` pixels on its longer side, or else the largest, and in the
    smallest of all. Raises OSError if there is none, ValueError if it is damaged.
    """
    data = file.read_bytes()
    start = len(_MARK) + 1
    if not data.startswith(_MARK) or len(data) <= start or not data[start - 1]:
        raise ValueError(f"{file} is no picture")
    count = data[start - 1]
    offset = start + count * _LEVEL.size
    if len(data) < offset:
        raise ValueError(f"{file} is cut off")
    levels = []
    for width, height in _LEVEL.iter_unpack(data[start:offset]):
        levels.append(Level(width, height, data[offset : offset + width * height * 4]))
        offset += width * height * 4
    if len(data) != offset:
        raise ValueError(f"{file} is cut off")
    fitting = [level for level in levels if max(level.width, level.height) >= size]
    return (fitting[-1] if fitting else levels[0]), levels[-1]


def prune(folder: Path, most: int) -> None:
    """Delete the pictures that were made first, until there are `most`."""
    with contextlib.suppress(OSError):
        made = sorted(folder.glob(f"*{ENDING}"), key=lambda file: file.stat().st_mtime_ns)
        for file in made[: max(0, len(made) - most)]:
            file.unlink(missing_ok=True)
