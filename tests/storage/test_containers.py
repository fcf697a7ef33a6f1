"""Which files are whole videos. The clips were made with ffmpeg; see tests/storage/clips/README.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from addon.core.errors import ProviderError, StorageError
from addon.storage.containers import AVI, MATROSKA, MOV, MP4, WEBM, Container, check_video

CLIPS = Path(__file__).parent / "clips"
CONTAINERS = {
    "plain.mp4": MP4,
    "faststart.mp4": MP4,
    "fragmented.mp4": MP4,
    "plain.mov": MOV,
    "plain.webm": WEBM,
    "plain.mkv": MATROSKA,
    "live.mkv": MATROSKA,
    "plain.avi": AVI,
}
TELL_THEIR_LENGTH = sorted(CONTAINERS.keys() - {"live.mkv", "fragmented.mp4"})


@pytest.mark.parametrize(("name", "container"), CONTAINERS.items())
def test_a_whole_video_is_recognised_whatever_it_is_called(tmp_path: Path, name: str, container: Container) -> None:
    part = tmp_path / "take.part"
    part.write_bytes((CLIPS / name).read_bytes())
    assert check_video(part) == container


@pytest.mark.parametrize("name", TELL_THEIR_LENGTH)
def test_a_video_that_lacks_any_of_its_end_is_refused(tmp_path: Path, name: str) -> None:
    data = (CLIPS / name).read_bytes()
    part = tmp_path / "take.part"
    lengths = {*range(64), *range(64, len(data), 97), *range(len(data) - 64, len(data))}
    for length in lengths:
        part.write_bytes(data[:length])
        with pytest.raises(ProviderError, match="not a whole video") as caught:
            check_video(part)
        assert caught.value.problem.remedy


@pytest.mark.parametrize("name", ["live.mkv", "fragmented.mp4"])
def test_a_video_written_as_it_is_made_is_refused_when_cut_inside_a_part(tmp_path: Path, name: str) -> None:
    data = (CLIPS / name).read_bytes()
    part = tmp_path / "take.part"
    for length in (10, len(data) // 3, len(data) // 2, len(data) - 1):
        part.write_bytes(data[:length])
        with pytest.raises(ProviderError):
            check_video(part)


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_video_with_something_else_at_its_end_is_refused(tmp_path: Path, name: str) -> None:
    part = tmp_path / "take.part"
    for tail in (b"\0", b"\r\n", b"<html>502 Bad Gateway</html>", b"\0" * 4096):
        part.write_bytes((CLIPS / name).read_bytes() + tail)
        with pytest.raises(ProviderError):
            check_video(part)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100_000,
        b'{"error": {"message": "internal"}}',
        b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 28,
        b"\x1a\x45\xdf\xa3\x84\x42\x82\x81x",
        b"\x1a\x45\xdf\xa3" + b"\xff" * 100,
        b"\0\0\0\x10ftypisom\0\0\0\0",
        b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08moov",
        b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08mdat",
        b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x01moov\0\0\0\0\0\0\0\x01",
        b"\0\0\0\x03ftypisom\0\0\0\0",
    ],
)
def test_what_is_no_video_is_refused(tmp_path: Path, data: bytes) -> None:
    part = tmp_path / "take.part"
    part.write_bytes(data)
    with pytest.raises(ProviderError, match="not a whole video"):
        check_video(part)


def test_a_video_whose_last_part_runs_to_the_end_of_the_file_is_whole(tmp_path: Path) -> None:
    part = tmp_path / "take.part"
    part.write_bytes(b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08moov\0\0\0\0mdat" + b"pictures" * 100)
    assert check_video(part) == MP4


def test_a_long_video_says_its_length_in_64_bits(tmp_path: Path) -> None:
    part = tmp_path / "take.part"
    start = b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08moov\0\0\0\x01mdat"
    length = 5_000_000
    with part.open("wb") as file:
        file.write(start + length.to_bytes(8, "big"))
        file.truncate(len(start) - 8 + length)
    assert check_video(part) == MP4
    with part.open("r+b") as file:
        file.truncate(len(start) - 8 + length - 1)
    with pytest.raises(ProviderError, match="1 bytes are missing"):
        check_video(part)


def test_a_file_that_is_not_there_is_a_matter_of_files(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="could not be read"):
        check_video(tmp_path / "take.part")
