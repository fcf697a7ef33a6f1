"""The texts that other tools leave in files are found, and no file can make their reader fail, hang or grow."""

from __future__ import annotations

import io
import random
import tracemalloc
import zlib
from pathlib import Path

import pytest

from addon.core.errors import StorageError
from addon.storage import tags
from addon.storage.tags import boxes, matroska
from addon.storage.tags.window import Spent, Window

from . import tagged

TEXTS = {"prompt": '{"1": {"class_type": "Ü"}}', "workflow": '{"nodes": []}', "comment": "two\nlines"}
MOST_MEMORY = 40 << 20

FILES = {
    "mp4": tagged.mp4(TEXTS, seconds=3_800_000_000),
    "mov": tagged.mov(TEXTS),
    "itunes": tagged.itunes("Seed: 1", {"prompt": "a dog"}),
    "quicktime": tagged.quicktime("Seed: 1"),
    "webm": tagged.webm(TEXTS),
    "live": tagged.webm(TEXTS, live=True),
    "png": tagged.png(
        tagged.chunk(b"tEXt", b"prompt\0a dog"),
        tagged.chunk(b"zTXt", b"workflow\0\0" + zlib.compress(b"packed")),
        tagged.chunk(b"iTXt", b"comment\0\1\0de\0Kommentar\0" + zlib.compress("grün".encode())),
    ),
    "webp": tagged.webp(tagged.exif({0x0110: b'prompt:{"a": 1}\0'}, b"UNICODE\0" + "a dög".encode("utf-16-be"))),
    "avi": tagged.avi("a comment"),
}


def read(data: bytes) -> dict[str, str]:
    """The texts in a file of these bytes."""
    return tags.texts(io.BytesIO(data))


@pytest.mark.parametrize("name", ["mp4", "mov", "webm", "live"])
def test_tags_by_name_are_found_in_every_container(name: str) -> None:
    assert TEXTS.items() <= read(FILES[name]).items()


def test_when_a_clip_was_made_is_found() -> None:
    assert read(FILES["mp4"])["creation_time"] == "2024-05-31T11:33:20+00:00"
    assert read(FILES["webm"])["creation_time"] == "2032-09-09T01:46:40+00:00"


def test_names_in_upper_case_as_matroska_has_them_are_lower_case() -> None:
    assert read(tagged.webm({"PROMPT": "a dog"}))["prompt"] == "a dog"


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_tags_as_itunes_has_them_are_found_and_pictures_are_not(kind: int) -> None:
    found = read(tagged.itunes("Seed: 1 ü", {"prompt": "a dog"}, kind=kind))
    assert found == {"comment": "Seed: 1 ü", "prompt": "a dog"}


def test_comments_of_old_quicktime_files_and_of_avi_files_are_found() -> None:
    assert read(FILES["quicktime"]) == {"comment": "Seed: 1"}
    assert read(FILES["avi"]) == {"comment": "a comment"}


def test_texts_of_pictures_are_found_packed_or_not() -> None:
    assert read(FILES["png"]) == {"prompt": "a dog", "workflow": "packed", "comment": "grün"}


def test_text_chunks_of_other_encodings_are_read() -> None:
    for encoding in ("latin-1", "utf-8"):
        data = tagged.png(tagged.chunk(b"tEXt", b"parameters\0" + "Straße".encode(encoding)))
        assert read(data) == {"parameters": "Straße"}
    moving = tagged.png(tagged.chunk(b"comf", b"prompt\0{}"))
    assert read(moving) == {"prompt": "{}"}


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_exif_is_read_in_either_byte_order(order: str, encoding: str) -> None:
    comment = b"UNICODE\0" + "Steps: 20".encode(encoding)
    data = tagged.exif({0x0110: b'prompt:{"a": 1}\0', 0x010F: b'workflow:{"b": 2}\0'}, comment, order)
    for each in (tagged.webp(data), tagged.webp(b"Exif\0\0" + data), tagged.png(tagged.chunk(b"eXIf", data))):
        assert read(each) == {"prompt": '{"a": 1}', "workflow": '{"b": 2}', "usercomment": "Steps: 20"}


def test_a_camera_s_name_is_no_prompt() -> None:
    assert read(tagged.webp(tagged.exif({0x0110: b"Camera: 5\0", 0x0131: b"Paint\0"}))) == {"software": "Paint"}


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff\xd8\xff\xe0", b"\0" * 5000, b"RIFF\0\0\0\0WAVE"])
def test_a_file_of_another_kind_has_none(data: bytes) -> None:
    assert read(data) == {}


def test_a_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    file = tmp_path / "clip.txt"
    file.write_bytes(FILES["avi"])
    assert tags.read(file) == {"comment": "a comment"}


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="gone"):
        tags.read(tmp_path / "gone.mp4")


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_off_anywhere_yields_whole_texts_only(name: str) -> None:
    whole = read(FILES[name])
    for length in range(len(FILES[name])):
        assert read(FILES[name][:length]).items() <= whole.items()


@pytest.mark.parametrize("name", FILES)
def test_no_byte_that_is_something_else_makes_reading_fail(name: str) -> None:
    chance = random.Random(7)
    data = FILES[name]
    for offset in range(len(data)):
        for value in {0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)}:
            assert isinstance(read(data[:offset] + bytes([value]) + data[offset + 1 :]), dict)


@pytest.mark.parametrize("name", FILES)
def test_no_row_of_bytes_that_is_something_else_makes_reading_fail(name: str) -> None:
    chance = random.Random(11)
    data = FILES[name]
    for _ in range(1500):
        start, count = chance.randrange(len(data)), chance.choice((2, 4, 8, 16))
        row = chance.choice((bytes(count), b"\xff" * count, chance.randbytes(count), data[:count]))
        assert isinstance(read(data[:start] + row + data[start + count :]), dict)
        assert isinstance(read(data[:16] + chance.randbytes(300)), dict)


@pytest.mark.parametrize("kind", [b"moov", b"udta", b"meta", b"ilst", b"trak"])
def test_five_thousand_boxes_in_each_other_are_no_way_down(kind: bytes) -> None:
    data = b""
    for _ in range(5000):
        data = tagged.box(kind, data)
    assert read(tagged.box(b"ftyp", b"isom") + tagged.box(b"moov", data)) == {}
    deep = b""
    for _ in range(5000):
        deep = tagged.element(0x67C8, deep)
    assert read(tagged.webm({}) + tagged.element(0x18538067, tagged.element(0x1254C367, deep))).keys() <= {
        "creation_time",
        "encoder",
    }


@pytest.mark.parametrize("length", [9, 16, 2**31, 2**32 - 1])
def test_a_box_that_lies_about_its_length_ends_with_what_it_is_in(length: int) -> None:
    whole = FILES["mp4"]
    at = whole.index(b"data") - 4
    found = read(whole[:at] + length.to_bytes(4, "big") + whole[at + 4 :])
    assert "prompt" not in found
    assert found["workflow"] == TEXTS["workflow"]


class Virtual(io.RawIOBase):
    """A file of any size that is made up of a few pieces and nothing in between; it notes what is read of it."""

    def __init__(self, size: int, pieces: dict[int, bytes]) -> None:
        self.size, self.pieces, self.position, self.reads = size, pieces, 0, list[tuple[int, int]]()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self.position = offset + (self.size if whence == 2 else 0)
        return self.position

    def read(self, size: int = -1, /) -> bytes:
        size = max(0, min(size, self.size - self.position))
        self.reads.append((self.position, size))
        data = bytearray(size)
        for start, piece in self.pieces.items():
            overlap = max(start, self.position), min(start + len(piece), self.position + size)
            if overlap[0] < overlap[1]:
                data[overlap[0] - self.position : overlap[1] - self.position] = piece[
                    overlap[0] - start : overlap[1] - start
                ]
        self.position += size
        return bytes(data)


def test_the_pictures_of_a_clip_of_ten_gigabytes_are_not_read() -> None:
    pictures = 10 << 30
    head = tagged.box(b"ftyp", b"isom") + b"\0\0\0\1mdat" + (16 + pictures).to_bytes(8, "big")
    tail = FILES["mp4"][FILES["mp4"].index(b"moov") - 4 :]
    size = len(head) + pictures + len(tail)
    file = Virtual(size, {0: head, len(head) + pictures: tail})
    assert dict(boxes.texts(Window(file, size)))["prompt"] == TEXTS["prompt"]  # type: ignore[arg-type]
    assert sum(count for _, count in file.reads) < 4096
    assert not any(len(head) <= start < len(head) + pictures for start, _ in file.reads)


def test_the_pictures_of_a_webm_of_ten_gigabytes_are_not_read() -> None:
    pictures = 10 << 30
    whole = tagged.webm(TEXTS)
    cut = whole.index(bytes.fromhex("1254c367"))
    segment = whole.index(bytes.fromhex("18538067"))
    cluster = bytes.fromhex("1f43b675") + (1 << 56 | pictures).to_bytes(8, "big")
    size = cut + len(cluster) + pictures + len(whole) - cut
    head = (
        whole[: segment + 4] + (1 << 56 | size - segment - 12).to_bytes(8, "big") + whole[segment + 12 : cut] + cluster
    )
    file = Virtual(size, {0: head, len(head) + pictures: whole[cut:]})
    assert dict(matroska.texts(Window(file, size)))["prompt"] == TEXTS["prompt"]  # type: ignore[arg-type]
    assert sum(count for _, count in file.reads) < 4096


def test_a_file_of_nothing_but_small_boxes_is_given_up() -> None:
    data = tagged.box(b"ftyp", b"isom") + tagged.box(b"free") * 200_000
    with pytest.raises(Spent):
        list(boxes.texts(Window(io.BytesIO(data), len(data))))


@pytest.mark.parametrize("packed", [b"zTXt", b"iTXt"])
def test_a_packed_text_that_would_be_enormous_is_not_unpacked(packed: bytes) -> None:
    bomb = zlib.compress(bytes(200 << 20), 9)
    head = b"prompt\0\0" if packed == b"zTXt" else b"prompt\0\1\0\0\0"
    data = tagged.png(*[tagged.chunk(packed, head + bomb)] * 20, tagged.chunk(b"tEXt", b"seed\x001"))
    assert "prompt" not in memory_bounded(data)


def test_many_long_texts_are_read_only_until_it_is_enough() -> None:
    chunks = [tagged.chunk(b"tEXt", b"n%d\0" % number + b"x" * (1 << 20)) for number in range(40)]
    data = tagged.png(*chunks)
    assert 2 <= len(memory_bounded(data)) <= 8


def test_fields_of_exif_that_each_claim_all_of_it_are_read_only_until_it_is_enough() -> None:
    text = b"".join(b"n%d:{" % number + b" " * 4000 for number in range(400))
    fields = b"".join(
        (0x0200 + number).to_bytes(2, "little")
        + b"\2\0"
        + len(text).to_bytes(4, "little")
        + (8 + 2402 + 4003 * number).to_bytes(4, "little")
        for number in range(200)
    )
    data = tagged.webp(b"II*\0" + (8).to_bytes(4, "little") + (200).to_bytes(2, "little") + fields + text)
    memory_bounded(data)


def memory_bounded(data: bytes) -> dict[str, str]:
    """The texts in a file, for which no more memory was needed than they may take."""
    tracemalloc.start()
    try:
        found = read(data)
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()
    return found
