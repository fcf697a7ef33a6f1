"""A movie that shows one picture for as long as one likes, and takes no more room than that picture.

It is what a strip shows while its clip is being generated: a movie strip from the start, so that everything an editor
does to it stays when the clip comes. All its frames are the same sample, a PNG, in a QuickTime file (ISO/IEC 14496-12;
the sample entry as in Apple's QuickTime File Format Specification), so writing it is a matter of milliseconds.
"""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from pathlib import Path

from . import failures, files

_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_STRIPE, _LIGHT, _DARK = 32, (74, 74, 82), (66, 66, 74)


def write(path: Path, width: int, height: int, fps: float, frames: int) -> None:
    """Write a striped grey card of `width` × `height` pixels, `frames` long at `fps` frames per second.

    A file that is there is left alone: the same name means the same movie. Raises `StorageError`.
    """
    with failures.explained("written", path):
        if files.exists(path):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = files.temporary_path(
            path
        )  # not flushed to the disk: Blender waits for it, and it can be made again
        temporary.write_bytes(_movie(_card(width, height), width, height, fps, frames))
        files.replace(temporary, path)


def file_name(width: int, height: int, fps: float, frames: int) -> str:
    """What such a movie is called: the same for all that are the same."""
    return f"placeholder-{width}x{height}-{fps:g}fps-{frames}.mov"


def _card(width: int, height: int) -> bytes:
    """A PNG with slanting stripes, which nobody takes for a shot."""
    span = 2 * _STRIPE
    stripes = bytes(channel for x in range(width + span) for channel in (_LIGHT if x % span < _STRIPE else _DARK))
    rows = b"".join(b"\0" + stripes[3 * (y % span) : 3 * (y % span + width)] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _movie(picture: bytes, width: int, height: int, fps: float, frames: int) -> bytes:
    rate = Fraction(fps).limit_denominator(1001)
    return _packed(picture, width, height, rate.numerator, rate.denominator, frames)


def _packed(picture: bytes, width: int, height: int, scale: int, step: int, frames: int) -> bytes:
    """`scale` ticks are a second, `step` ticks are a frame."""
    long = frames * step
    start = _box(b"ftyp", b"qt  ", _words(0x200), b"qt  ")
    offset = len(start) + 8
    media = _box(
        b"mdia",
        _box(b"mdhd", _words(0, 0, 0, scale, long), bytes(4)),
        _box(b"hdlr", _words(0), b"mhlrvide", bytes(13)),
        _box(
            b"minf",
            _box(b"vmhd", _words(1), bytes(8)),
            _box(b"hdlr", _words(0), b"dhlrurl ", bytes(13)),
            _box(b"dinf", _box(b"dref", _words(0, 1), _box(b"url ", _words(1)))),
            _box(
                b"stbl",
                _box(b"stsd", _words(0, 1), _sample_entry(width, height)),
                _box(b"stts", _words(0, 1, frames, step)),
                _box(b"stsc", _words(0, 1, 1, 1, 1)),
                _box(b"stsz", _words(0, len(picture), frames)),
                _box(b"stco", _words(0, frames), _words(offset) * frames),
            ),
        ),
    )
    track = _box(b"tkhd", _words(7, 0, 0, 1, 0, long), bytes(16), _MATRIX, _words(width << 16, height << 16))
    movie = _box(b"mvhd", _words(0, 0, 0, scale, long, 0x10000), b"\1\0", bytes(10), _MATRIX, bytes(24), _words(2))
    return start + _box(b"mdat", picture) + _box(b"moov", movie, _box(b"trak", track, media))


def _sample_entry(width: int, height: int) -> bytes:
    return _box(
        b"png ",
        bytes(6) + struct.pack(">H", 1) + bytes(16),
        struct.pack(">HHIIIH", width, height, 72 << 16, 72 << 16, 0, 1),
        bytes(32),
        struct.pack(">Hh", 24, -1),
    )


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + kind + content


def _words(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)
