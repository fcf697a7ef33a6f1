"""Files that are made for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from addon.core.errors import StorageError
from addon.storage import exports


def test_a_text_is_written_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    exports.save(tmp_path / "report.csv", "\ufeffa\r\n狐\r\n")
    assert (tmp_path / "report.csv").read_bytes() == "\ufeffa\r\n狐\r\n".encode()
    assert [file.name for file in tmp_path.iterdir()] == ["report.csv"]


def test_what_is_there_is_replaced_only_if_that_was_said(tmp_path: Path) -> None:
    target = tmp_path / "report.csv"
    target.write_text("mine")
    with pytest.raises(StorageError, match=r"already a “report\.csv”") as caught:
        exports.save(target, "new")
    assert caught.value.problem.remedy
    assert target.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [target]
    exports.save(target, "new", replace=True)
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="is gone"):
        exports.save(tmp_path / "gone" / "report.csv", "text")


def test_a_full_drive_leaves_what_was_there(drive) -> None:
    target = drive.folder / "report.csv"
    target.write_text("mine")
    drive.fill()
    with pytest.raises(StorageError, match=r"report\.csv"):
        exports.save(target, "x" * 100_000, replace=True)
    drive.free()
    assert target.read_text() == "mine"
