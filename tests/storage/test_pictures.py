"""Small pictures of clips on the disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from addon.storage import pictures

LEVELS = [(4, 2, bytes(range(32))), (2, 1, b"abcdefgh"), (1, 1, b"WXYZ")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = pictures.path(tmp_path, "clip")
    pictures.write(path, LEVELS)
    return path


@pytest.mark.parametrize(("size", "level"), [(1, 2), (2, 1), (3, 0), (4, 0), (500, 0)])
def test_a_picture_is_read_in_the_smallest_size_that_is_enough_and_in_the_smallest(file, size, level):
    assert pictures.read(file, size) == (LEVELS[level], LEVELS[2])


def test_nothing_else_is_left_in_the_folder(file):
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("length", [0, 3, 7, 10, 30, 62])
def test_a_picture_that_is_cut_off_is_refused(file, length):
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(ValueError, match=r"clip\.picture"):
        pictures.read(file, 2)


def test_something_else_is_refused(file):
    file.write_bytes(b"\x89PNG" + bytes(1000))
    with pytest.raises(ValueError, match="is no picture"):
        pictures.read(file, 2)


def test_a_folder_keeps_its_newest_pictures(tmp_path):
    for number in range(5):
        pictures.write(pictures.path(tmp_path, str(number)), LEVELS)
        os.utime(pictures.path(tmp_path, str(number)), (number, number))
    (tmp_path / "something else").write_text("stays")
    pictures.prune(tmp_path, 2)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["3.picture", "4.picture", "something else"]
