"""Drives that are full, read-only, gone, or whose names are too long."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from addon.core.errors import StorageError
from addon.core.models import Project
from addon.storage import assets, document, failures, paths
from addon.storage.store import Store
from tests.core.builders import asset_of, generated

from .conftest import Drive, LimitedFolder

CLIP = Path(__file__).parent / "clips" / "plain.mp4"


def names(folder: Path) -> list[str]:
    """Everything in the folder but what fills it."""
    return sorted(entry.name for entry in folder.iterdir() if entry.name != "filler")


def saved(folder: Path) -> tuple[Store, Path]:
    """A project with one session, and its sidecar."""
    path = folder / "film.sessions.json"
    store = Store(path)
    store.save(generated(Project(), "One", 1)[0])
    return store, path


def test_on_a_full_drive_the_old_file_stays_and_nothing_is_lost(drive: Drive) -> None:
    store, path = saved(drive.folder)
    before = path.read_bytes()
    listing = names(drive.folder)
    drive.fill()
    change = generated(Project(), "Two", 2)[0]
    with pytest.raises(StorageError, match=r"no space left|larger than") as caught:
        store.save(change)
    assert caught.value.problem.remedy
    assert path.read_bytes() == before
    assert names(drive.folder) == listing

    drive.free()
    store.save(Project())
    assert {session.name for session in Store(path).project.sessions} == {"One", "Two"}


def test_where_a_file_may_not_grow_the_old_one_stays(limited: LimitedFolder) -> None:
    store, path = saved(limited.folder)
    before = path.read_bytes()
    limited.fill()
    with pytest.raises(StorageError, match="larger than") as caught:
        store.save(generated(Project(), "Two", 2)[0])
    limited.free()
    assert caught.value.problem.remedy
    assert path.read_bytes() == before
    assert names(limited.folder) == ["film.sessions.json"]
    store.save(Project())
    assert {session.name for session in Store(path).project.sessions} == {"One", "Two"}


def test_on_a_full_drive_a_deletion_is_not_done_by_half(drive: Drive) -> None:
    store, path = saved(drive.folder)
    session = store.project.sessions[0]
    before = path.read_bytes()
    drive.fill()
    with pytest.raises(StorageError):
        store.save(Project(deleted={session.id: session.created_at}))
    assert path.read_bytes() == before
    drive.free()
    store.save(Project())
    for file in (path, paths.backup_path(path)):
        found = document.read(file)
        assert found is not None
        assert found[0].sessions == ()


def test_a_read_only_folder_can_be_looked_at_and_refuses_with_a_remedy(drive: Drive) -> None:
    store, path = saved(drive.folder)
    before = path.read_bytes()
    drive.make_read_only()
    here = Store(path)
    assert here.project == store.project
    with pytest.raises(StorageError, match=r"read-only|access was denied") as caught:
        here.save(generated(Project(), "Two", 2)[0])
    assert "film.sessions.json" in str(caught.value.problem.what)
    assert caught.value.problem.remedy
    assert path.read_bytes() == before
    drive.make_writable()
    here.save(Project())
    assert {session.name for session in Store(path).project.sessions} == {"One", "Two"}


def test_a_new_project_in_a_read_only_folder_is_no_problem_until_it_is_saved(drive: Drive) -> None:
    drive.make_read_only()
    told: list[object] = []
    store = Store(drive.folder / "film.sessions.json", told.append)
    assert store.refresh() is None
    assert told == []
    with pytest.raises(StorageError):
        store.save(generated(Project(), "One", 1)[0])
    drive.make_writable()


def test_a_damaged_sidecar_in_a_read_only_folder_is_kept_and_its_backup_shown(drive: Drive) -> None:
    store, path = saved(drive.folder)
    store.save(generated(Project(), "Two", 2)[0])
    path.write_bytes(b"damaged")
    listing = names(drive.folder)
    drive.make_read_only()
    told: list[object] = []
    here = Store(path, told.append)
    assert [session.name for session in here.project.sessions] == ["One"]
    assert any("damaged" in str(problem) for problem in told)
    with pytest.raises(StorageError):
        here.save(Project())
    assert path.read_bytes() == b"damaged"
    assert names(drive.folder) == listing
    drive.make_writable()
    here.save(Project())
    assert (drive.folder / "film.sessions.damaged-1.json").read_bytes() == b"damaged"


def test_a_clip_that_finds_no_room_stays_where_it_arrived(drive: Drive, tmp_path: Path) -> None:
    _, session, takes = generated(Project())
    folder = drive.folder / "film.assets"
    part = tmp_path / "take.part"
    shutil.copy(CLIP, part)
    drive.fill()
    record = asset_of(session, takes[0])
    with pytest.raises(StorageError) as caught:
        assets.adopt(part, folder, "clip", record)
    assert caught.value.problem.remedy
    assert part.read_bytes() == CLIP.read_bytes()
    drive.free()
    assert not folder.exists() or names(folder) == []
    asset = assets.adopt(part, folder, "clip", record)
    assert (drive.folder / asset.path).read_bytes() == CLIP.read_bytes()
    assert names(folder) == ["clip.json", "clip.mp4"]


def test_a_clip_from_elsewhere_for_which_only_its_json_finds_room_leaves_nothing(drive: Drive, tmp_path: Path) -> None:
    _, session, takes = generated(Project())
    folder = drive.folder / "film.assets"
    folder.mkdir()
    clip = CLIP.with_name("plain.mov")
    part = tmp_path / "take.part"
    shutil.copy(clip, part)
    drive.fill(leave=12_000)
    with pytest.raises(StorageError, match=r"no space left|larger than"):
        assets.adopt(part, folder, "clip", asset_of(session, takes[0]))
    drive.free()
    assert names(folder) == []
    assert part.read_bytes() == clip.read_bytes()


def test_a_clip_for_a_read_only_folder_stays_where_it_arrived(drive: Drive, tmp_path: Path) -> None:
    _, session, takes = generated(Project())
    part = tmp_path / "take.part"
    shutil.copy(CLIP, part)
    drive.make_read_only()
    with pytest.raises(StorageError, match=r"read-only|access was denied"):
        assets.adopt(part, drive.folder / "film.assets", "clip", asset_of(session, takes[0]))
    drive.make_writable()
    assert part.exists()


def test_a_name_that_is_too_long_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / ("film" * 70 + ".sessions.json")
    with pytest.raises(StorageError, match="too long") as caught:
        Store(path).save(generated(Project())[0])
    assert "shorter" in caught.value.problem.remedy
    assert names(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there a path may have fewer letters than a name here")
def test_the_longest_name_a_drive_takes_can_be_saved(tmp_path: Path) -> None:
    longest = "f" * (255 - len(".sessions.backup.json"))
    path = tmp_path / f"{longest}.sessions.json"
    store = Store(path)
    store.save(generated(Project(), "One")[0])
    store.save(generated(Project(), "Two")[0])
    assert len(Store(path).project.sessions) == 2


def test_a_folder_that_went_away_is_not_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    store, path = saved(folder)
    shutil.rmtree(folder)
    with pytest.raises(StorageError, match="is gone") as caught:
        store.save(generated(Project(), "Two", 2)[0])
    assert "connect its drive" in caught.value.problem.remedy
    assert not folder.exists()
    folder.mkdir()
    store.save(Project())
    assert {session.name for session in Store(path).project.sessions} == {"One", "Two"}


@pytest.mark.parametrize(
    ("number", "windows", "words"),
    [(13, 32, "another program has it open"), (13, 5, "access was denied"), (2, 206, "too long")],
)
def test_what_windows_says_is_understood(tmp_path: Path, number: int, windows: int, words: str) -> None:
    error = OSError(number, "as Windows words it")
    error.winerror = windows  # type: ignore[attr-defined,unused-ignore]
    assert words in str(failures.explain(error, "written", tmp_path / "film.sessions.json").problem.what)
