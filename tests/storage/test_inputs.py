"""The folder of files that requests start from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from addon.core.errors import StorageError
from addon.core.models import Input, Role
from addon.storage import inputs
from addon.storage.inputs import Facts

from .conftest import LimitedFolder


@pytest.fixture
def folder(path: Path) -> Path:
    return inputs.folder(path, None)


def a_file(folder: Path, name: str, content: bytes = b"a picture") -> tuple[Path, Facts]:
    file = folder / name
    file.write_bytes(content)
    return file, Facts(sha256=hashlib.sha256(content).hexdigest(), width=4, height=2)


def test_it_lies_in_the_assets_folder_and_is_made_once(path: Path) -> None:
    assert inputs.folder(path, None) == inputs.folder(path, None) == path.parent / "film.assets" / "inputs"
    assert inputs.folder(path, None).is_dir()


def test_it_lies_where_the_preferences_have_clips(path: Path, tmp_path: Path) -> None:
    assert inputs.folder(path, tmp_path / "clips") == tmp_path / "clips" / "film.assets" / "inputs"


def test_a_folder_that_cannot_be_made_is_told(path: Path) -> None:
    path.with_name("film.assets").write_text("in the way")
    with pytest.raises(StorageError, match=r"film\.assets"):
        inputs.folder(path, None)


def test_a_file_is_kept_under_its_hash_and_the_original_stays(folder: Path, tmp_path: Path) -> None:
    file, facts = a_file(tmp_path, "My Fox.PNG")
    kept = inputs.keep(file, folder, facts)
    assert kept == folder / f"{facts.sha256[:16]}.png"
    assert kept.read_bytes() == file.read_bytes() == b"a picture"
    assert json.loads(kept.with_suffix(".json").read_text("utf-8"))["width"] == 4
    file.write_bytes(b"painted over")
    assert kept.read_bytes() == b"a picture"


def test_equal_content_is_there_once(folder: Path, tmp_path: Path) -> None:
    first = inputs.keep(*_with_folder(a_file(tmp_path, "one.png"), folder))
    moment = first.stat().st_mtime_ns
    assert inputs.keep(*_with_folder(a_file(tmp_path, "two.png"), folder)) == first
    assert first.stat().st_mtime_ns == moment
    assert len(list(folder.iterdir())) == 2


def _with_folder(made: tuple[Path, Facts], folder: Path) -> tuple[Path, Path, Facts]:
    return made[0], folder, made[1]


def test_a_smaller_one_stands_beside_its_original_and_is_found_by_it(folder: Path, tmp_path: Path) -> None:
    file, facts = a_file(tmp_path, "fox.png")
    small, _ = a_file(tmp_path, "small.jpg", b"small")
    variant = inputs.limits_name((1280, 720), 5_000_000)
    original = inputs.keep(file, folder, facts)
    kept = inputs.keep(small, folder, facts.model_copy(update={"width": 2}), variant)
    assert kept.name == f"{facts.sha256[:16]} 1280x720 5000000B.jpg"
    assert inputs.find(folder, facts.sha256) == (original, facts)
    found = inputs.find(folder, facts.sha256, variant)
    assert found is not None
    assert (found[0], found[1].width) == (kept, 2)
    assert inputs.find(folder, facts.sha256, inputs.limits_name((640, 360), 0)) is None


def test_variants_of_no_limit_are_told_from_the_original() -> None:
    names = {inputs.limits_name(*limits) for limits in (((0, 0), 0), ((0, 0), 9), ((9, 0), 0), ((9, 9), 9))}
    assert len(names) == 4
    assert "" not in names


@pytest.mark.parametrize("damage", ["no record", "no file", "an empty file", "another hash", "no JSON"])
def test_what_is_not_whole_is_not_found(damage: str, folder: Path, tmp_path: Path) -> None:
    file, facts = a_file(tmp_path, "fox.png")
    kept = inputs.keep(file, folder, facts)
    record = kept.with_suffix(".json")
    match damage:
        case "no record":
            record.unlink()
        case "no file":
            kept.unlink()
        case "an empty file":
            kept.write_bytes(b"")
        case "another hash":
            record.write_text(record.read_text().replace(facts.sha256, facts.sha256[:16] + "0" * 48))
        case "no JSON":
            record.write_text("{")
    assert inputs.find(folder, facts.sha256) is None
    record.unlink(missing_ok=True)
    assert inputs.keep(file, folder, facts) == kept  # keeping it again makes it good
    assert inputs.find(folder, facts.sha256) == (kept, facts)


def test_an_input_that_moved_with_its_project_is_found_by_its_hash(folder: Path, tmp_path: Path) -> None:
    file, facts = a_file(tmp_path, "fox.png")
    kept = inputs.keep(file, folder, facts)
    entry = Input(role=Role.FIRST_FRAME, path="/gone/fox.png", sha256=facts.sha256)
    assert inputs.resolve(entry, folder) == kept
    assert inputs.resolve(entry.model_copy(update={"path": str(file)}), folder) == file
    with pytest.raises(StorageError, match=r"/gone/fox\.png is not there"):
        inputs.resolve(entry.model_copy(update={"sha256": ""}), folder)


def test_a_drive_without_room_is_told_and_leaves_nothing(folder: Path, tmp_path: Path, limited: LimitedFolder) -> None:
    file, facts = a_file(tmp_path, "fox.png", b"x" * 5000)
    limited.fill(100)
    try:
        with pytest.raises(StorageError, match="could not be written"):
            inputs.keep(file, folder, facts)
    finally:
        limited.free()
    assert list(folder.iterdir()) == []
