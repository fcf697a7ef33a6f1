"""Clips that were moved or renamed, found by what is in them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from addon.core.models import Asset, Project
from addon.storage import finding
from tests.core.builders import asset_of, generated


def asset(data: bytes, name: str = "fox.mp4") -> Asset:
    """An asset of a clip that holds `data`."""
    _, session, (take,) = generated(Project())
    facts = {"path": f"film.assets/{name}", "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    return asset_of(session, take).model_copy(update=facts)


def put(file: Path, data: bytes) -> Path:
    """A file that holds `data`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def found(wanted: list[Asset], *folders: Path) -> dict[str, Path]:
    return finding.search(wanted, folders, lambda _count: True).found


def test_a_clip_that_was_renamed_and_moved_is_found_by_its_bytes(tmp_path: Path) -> None:
    clip = put(tmp_path / "deep" / "er" / "whatever.bin", b"fox" * 100)
    put(tmp_path / "deep" / "other.mp4", b"cow" * 100)
    wanted = asset(b"fox" * 100)
    assert found([wanted], tmp_path) == {wanted.id: clip}


def test_a_file_of_its_name_and_size_with_other_bytes_is_not_it(tmp_path: Path) -> None:
    put(tmp_path / "fox.mp4", b"fix" * 100)
    assert found([asset(b"fox" * 100)], tmp_path) == {}


def test_of_several_copies_the_one_with_the_clips_own_name_is_taken(tmp_path: Path) -> None:
    put(tmp_path / "a copy.mp4", b"fox" * 100)
    clip = put(tmp_path / "z" / "fox.mp4", b"fox" * 100)
    wanted = asset(b"fox" * 100)
    assert found([wanted], tmp_path) == {wanted.id: clip}


def test_two_assets_of_equal_bytes_both_find_their_clip(tmp_path: Path) -> None:
    clip = put(tmp_path / "one.mp4", b"fox" * 100)
    wanted = [asset(b"fox" * 100, "a.mp4"), asset(b"fox" * 100, "b.mp4")]
    assert found(wanted, tmp_path) == {each.id: clip for each in wanted}


def test_folders_that_contain_each_other_or_loop_are_searched_once(tmp_path: Path) -> None:
    clip = put(tmp_path / "a" / "fox.mp4", b"fox" * 100)
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    wanted = asset(b"fox" * 100)
    counts: list[int] = []
    search = finding.search([wanted], [tmp_path / "a", tmp_path, tmp_path / "gone"], lambda n: not counts.append(n))
    assert search.found == {wanted.id: clip} and not search.cut_short


def test_only_files_of_the_right_size_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        put(tmp_path / f"{number}.mp4", b"x" * (1000 + number))
    read: list[Path] = []
    real = finding._sha256

    def counted(file: Path, *rest: object) -> str:
        read.append(file)
        return real(file, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(finding, "_sha256", counted)
    assert found([asset(b"y" * 1007)], tmp_path) == {}
    assert read == [tmp_path / "7.mp4"]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search looks at ten files."""
    monkeypatch.setattr(finding, "MOST_FILES", 10)


def test_a_search_of_too_many_files_says_that_it_was_cut_short(tmp_path: Path, few: None) -> None:
    for number in range(20):
        put(tmp_path / "below" / f"{number}.txt", b"x")
    clip = put(tmp_path / "fox.mp4", b"fox" * 100)
    wanted = asset(b"fox" * 100)
    search = finding.search([wanted], [tmp_path], lambda _count: True)
    assert search.found == {wanted.id: clip} and search.cut_short


def test_a_search_stops_when_it_is_not_wanted_any_more(tmp_path: Path) -> None:
    put(tmp_path / "fox.mp4", b"fox" * 100)
    with pytest.raises(finding.Stopped):
        finding.search([asset(b"fox" * 100)], [tmp_path], lambda _count: False)


def test_a_clip_is_missing_if_it_is_gone_or_another_file_is_in_its_place(tmp_path: Path) -> None:
    sidecar = tmp_path / "film.sessions.json"
    there, changed, gone = asset(b"fox", "a.mp4"), asset(b"fox", "b.mp4"), asset(b"fox", "c.mp4")
    put(tmp_path / "film.assets" / "a.mp4", b"fox")
    put(tmp_path / "film.assets" / "b.mp4", b"another one")
    project = Project(assets=(there, changed, gone))
    assert finding.missing(project, sidecar) == [changed, gone]
