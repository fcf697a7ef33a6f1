"""Whether a file is a whole video, told from its container alone: what it must have, and that no byte is missing.

MP4 and MOV after ISO/IEC 14496-12, WebM and Matroska after RFC 8794 and RFC 9559, AVI after Microsoft's RIFF and
OpenDML specifications.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ..core.errors import ProviderError
from ..core.wording import Words, say
from .failures import explained


class Container(NamedTuple):
    """How a video is packed. `extension` is the one its files have, with the dot."""

    label: str
    extension: str


MP4 = Container("MP4", ".mp4")
MOV = Container("QuickTime", ".mov")
WEBM = Container("WebM", ".webm")
MATROSKA = Container("Matroska", ".mkv")
AVI = Container("AVI", ".avi")

_EBML, _DOCTYPE, _SEGMENT, _CLUSTER = 0x1A45DFA3, 0x4282, 0x18538067, 0x1F43B675
_DOCTYPES = {b"webm": WEBM, b"matroska": MATROSKA}
_LONGEST_EBML_HEADER = 4096  # bytes; those in use have less than 100


class _NotWhole(Exception):
    """What is wrong: half a sentence, a template as `str.format` has it for `values`."""

    def __init__(self, template: Words, **values: str | int) -> None:
        self.reason = say(template, **values)
        super().__init__(str(self.reason))


def check_video(path: Path) -> Container:
    """The container of the video at `path`.

    Raises `ProviderError` unless it is one of those above and whole, `StorageError` if the file cannot be read.
    """
    with explained("read", path), path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        start = file.read(12)
        try:
            if start[4:8] == b"ftyp":
                return _check_boxes(file, size, start)
            if start[:4] == _EBML.to_bytes(4, "big"):
                return _check_matroska(file, size)
            if start[:4] == b"RIFF" and start[8:12] == b"AVI ":
                return _check_riff(file, size)
            raise _NotWhole("it is empty" if not size else "it is no MP4, MOV, WebM, Matroska or AVI file")
        except _NotWhole as failure:
            raise ProviderError(
                "The clip that arrived is not a whole video: {reason}.", "Try again.", reason=failure.reason
            ) from None


def _check_boxes(file: BinaryIO, size: int, start: bytes) -> Container:
    kinds = set(_boxes(file, size))
    if b"moov" not in kinds:
        raise _NotWhole("its index (moov) is missing")
    if b"mdat" not in kinds:
        raise _NotWhole("its pictures (mdat) are missing")
    return MOV if start[8:12] == b"qt  " else MP4


def _boxes(file: BinaryIO, size: int) -> Iterator[bytes]:
    position = 0
    while position < size:
        file.seek(position)
        header = file.read(16)
        length, kind, least = int.from_bytes(header[:4], "big"), header[4:8], 8
        if length == 1:
            length, least = int.from_bytes(header[8:16], "big"), 16
        elif length == 0:  # to the end of the file
            length = size - position
        if len(header) < least or not all(0x20 <= letter <= 0x7E or letter == 0xA9 for letter in kind):
            raise _NotWhole("there is something else at its end")
        if length < least:
            raise _NotWhole("the length of its {kind} box is wrong", kind=kind.decode("latin-1"))
        if position + length > size:
            raise _NotWhole("{count:,} bytes are missing at its end", count=position + length - size)
        yield kind
        position += length


def _check_matroska(file: BinaryIO, size: int) -> Container:
    file.seek(4)
    length = _ebml_length(file)
    if length is None or length > _LONGEST_EBML_HEADER:
        raise _NotWhole("its header is wrong")
    first = file.tell() + length
    container = _DOCTYPES.get(_ebml_text(file, first, _DOCTYPE))
    if container is None:
        raise _NotWhole("it is no MP4, MOV, WebM, Matroska or AVI file")
    position, kinds = first, set()
    while position < size:
        file.seek(position)
        kind, length = _ebml_id(file), _ebml_length(file)
        kinds.add(kind)
        position = file.tell() + (length or 0)  # of unknown length, written as it was made: go on with what is in it
        if position > size:
            raise _NotWhole("{count:,} bytes are missing at its end", count=position - size)
        if kind == _SEGMENT and length is not None:
            kinds.add(_CLUSTER)  # not looked into: its length says that all is there
    if not {_SEGMENT, _CLUSTER} <= kinds:
        raise _NotWhole("its pictures (Cluster) are missing")
    return container


def _ebml_text(file: BinaryIO, end: int, wanted: int) -> bytes:
    while file.tell() < end:
        kind, length = _ebml_id(file), _ebml_length(file)
        if length is None or file.tell() + length > end:
            break
        value = file.read(length)
        if kind == wanted:
            return value.rstrip(b"\0")
    return b""


def _ebml_id(file: BinaryIO) -> int:
    first = _byte(file)
    more = 8 - first.bit_length()
    if more > 3:
        raise _NotWhole("there is something else in it")
    return int.from_bytes(bytes([first]) + _exactly(file, more), "big")


def _ebml_length(file: BinaryIO) -> int | None:
    first = _byte(file)
    more = 8 - first.bit_length()
    if more > 7:
        raise _NotWhole("there is something else in it")
    bits = 7 * (more + 1)
    length = int.from_bytes(bytes([first]) + _exactly(file, more), "big") & ((1 << bits) - 1)
    return None if length == (1 << bits) - 1 else length


def _check_riff(file: BinaryIO, size: int) -> Container:
    position, lists = 0, set()
    while position < size:
        file.seek(position)
        header = _exactly(file, 12)
        length = int.from_bytes(header[4:8], "little")
        if header[:4] != b"RIFF" or length < 4:
            raise _NotWhole("there is something else at its end")
        end = position + 8 + length
        if end > size:
            raise _NotWhole("{count:,} bytes are missing at its end", count=end - size)
        lists |= set(_riff_lists(file, position + 12, end))
        position = end + length % 2
    if not {b"hdrl", b"movi"} <= lists:
        raise _NotWhole("its pictures (movi) are missing")
    return AVI


def _riff_lists(file: BinaryIO, position: int, end: int) -> Iterator[bytes]:
    while position + 8 <= end:
        file.seek(position)
        header = _exactly(file, 8)
        length = int.from_bytes(header[4:8], "little")
        if position + 8 + length > end:
            raise _NotWhole("one of its parts is cut off")
        if header[:4] == b"LIST":
            yield _exactly(file, 4)
        position += 8 + length + length % 2


def _byte(file: BinaryIO) -> int:
    return _exactly(file, 1)[0]


def _exactly(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise _NotWhole("its end is missing")
    return data
