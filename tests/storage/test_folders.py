"""Where a project's new clips go: beside its sidecar, or in a folder that all projects share."""

from __future__ import annotations

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from addon.core.errors import StorageError
from addon.core.models import Project
from addon.storage import assets, folders, paths, sidecar
from addon.storage.relocation import relocate
from addon.storage.store import Store
from tests.core.builders import asset_of, generated

from .conftest import Drive
from .test_relocation import assert_whole, names, with_clips

CLIP = Path(__file__).parent / "clips" / "plain.mp4"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """The sidecar of a saved file."""
    (tmp_path / "films").mkdir()
    return tmp_path / "films" / "film.sessions.json"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The sidecar of a file of the same name in another folder."""
    (tmp_path / "other").mkdir()
    return tmp_path / "other" / "film.sessions.json"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder that the preferences name."""
    (tmp_path / "clips").mkdir()
    return tmp_path / "clips"


def put(path: Path, root: Path | None, prompt: str = "A fox") -> Path:
    """Let a take's clip arrive in a project; returns where it lies then."""
    store = Store(path, root=root)
    project, session, takes = generated(store.project, prompt)
    part = path.parent / "take.part"
    shutil.copy(CLIP, part)
    folder = folders.make(path, root)
    asset = folders.listed(assets.adopt(part, folder, prompt, asset_of(session, takes[0])), folder, path)
    store.save(project.model_copy(update={"assets": (*project.assets, asset)}))
    return paths.clip_path(asset.path, path)


def test_without_a_root_clips_lie_beside_the_sidecar_and_nothing_else_does(film: Path) -> None:
    assert folders.find(film, None) is None
    assert put(film, None) == film.parent / "film.assets" / "A fox.mp4"
    assert folders.find(film, None) == film.parent / "film.assets"
    assert names(film.parent / "film.assets") == ["A fox.json", "A fox.mp4"]


def test_with_a_root_new_clips_go_into_a_folder_of_the_projects_name_there(film: Path, root: Path) -> None:
    assert folders.find(film, root) is None
    clip = put(film, root)
    assert clip == root / "film.assets" / "A fox.mp4" and clip.is_file()
    assert folders.find(film, root) == root / "film.assets"
    assert Store(film).project.assets[0].path == "../clips/film.assets/A fox.mp4"
    assert not (film.parent / "film.assets").exists()


def test_two_files_of_the_same_name_do_not_mix_their_clips(film: Path, other: Path, root: Path) -> None:
    assert put(film, root).parent == root / "film.assets"
    assert put(other, root).parent == root / "film 2.assets"
    assert put(film, root, "A hare").parent == root / "film.assets"
    assert put(other, root, "A hare").parent == root / "film 2.assets"
    assert folders.find(other, root) == root / "film 2.assets"
    assert {asset.request.prompt for asset in folders.scan(film, root)} == {"A fox", "A hare"}
    assert len(folders.scan(film, root)) == len(folders.scan(other, root)) == 2
    assert {asset.id for asset in folders.scan(film, root)}.isdisjoint(asset.id for asset in folders.scan(other, root))


def test_a_folder_that_is_nobodys_but_holds_something_is_left_alone(film: Path, root: Path) -> None:
    (root / "film.assets").mkdir()
    (root / "film.assets" / "holiday.mp4").write_text("somebody's")
    assert put(film, root).parent == root / "film 2.assets"
    assert names(root / "film.assets") == ["holiday.mp4"]


def test_an_empty_folder_of_the_name_is_taken(film: Path, root: Path) -> None:
    (root / "film.assets").mkdir()
    assert put(film, root).parent == root / "film.assets"


def test_a_file_in_the_place_of_the_folder_is_left_alone(film: Path, root: Path) -> None:
    (root / "film.assets").write_text("a file")
    assert folders.find(film, root) is None
    assert put(film, root).parent == root / "film 2.assets"


def test_the_folder_beside_another_file_is_not_taken_for_ones_own(film: Path, other: Path) -> None:
    put(film, None)
    assert put(other, film.parent).parent == film.parent / "film 2.assets"
    assert put(film, film.parent, "A hare").parent == film.parent / "film.assets"


def test_a_file_saved_later_beside_a_shared_folder_does_not_mix_with_it(film: Path, other: Path) -> None:
    assert put(other, film.parent).parent == film.parent / "film.assets"
    assert put(film, None).parent == film.parent / "film 2.assets"
    assert len(folders.scan(film, None)) == 1


def test_the_whole_tree_can_be_moved_with_a_folder_beside_the_file(film: Path, tmp_path: Path) -> None:
    root = film.parent / "clips"
    put(film, root)
    (tmp_path / "films").rename(tmp_path / "moved")
    moved = tmp_path / "moved" / film.name
    assert folders.find(moved, tmp_path / "moved" / "clips") == tmp_path / "moved" / "clips" / "film.assets"
    assert_whole(Store(moved).project, moved)


def test_a_file_moved_alone_begins_a_folder_of_its_own(film: Path, root: Path, tmp_path: Path) -> None:
    put(film, root)
    elsewhere = tmp_path / "elsewhere" / film.name
    elsewhere.parent.mkdir()
    film.rename(elsewhere)
    assert put(elsewhere, root, "A hare").parent == root / "film 2.assets"
    assert_whole(Store(elsewhere).project, elsewhere)


def test_the_root_is_made_but_not_the_folder_it_should_lie_in(film: Path, tmp_path: Path) -> None:
    assert put(film, tmp_path / "new").parent == tmp_path / "new" / "film.assets"
    for use in (folders.make, folders.check):
        with pytest.raises(StorageError, match="is gone") as caught:
            use(film, tmp_path / "unplugged" / "clips")
        assert "choose another assets folder in the preferences" in str(caught.value)
    assert not (tmp_path / "unplugged").exists()


def test_a_root_that_cannot_be_written_is_told_before_anything_is_sent(film: Path, drive: Drive) -> None:
    folders.check(film, drive.folder)
    assert names(drive.folder) == []
    drive.make_read_only()
    with pytest.raises(StorageError, match=r"read-only|access was denied"):
        folders.check(film, drive.folder)
    drive.make_writable()


def test_a_folder_that_became_read_only_is_told_before_anything_is_sent(film: Path, drive: Drive) -> None:
    put(film, drive.folder)
    drive.make_read_only()
    with pytest.raises(StorageError, match=r"read-only|access was denied"):
        folders.check(film, drive.folder)
    drive.make_writable()


def test_a_clip_on_its_way_to_another_drive_arrives_whole(film: Path, drive: Drive) -> None:
    clip = put(film, drive.folder)
    assert clip.read_bytes() == CLIP.read_bytes()
    assert names(clip.parent) == [".project", "A fox.json", "A fox.mp4"]
    assert_whole(Store(film).project, film)


def test_without_sidecar_and_backup_the_clips_in_the_root_are_listed_again(film: Path, root: Path) -> None:
    clip = put(film, root)
    film.unlink()
    paths.backup_path(film).unlink(missing_ok=True)
    found = sidecar.read(film, root)
    assert [paths.clip_path(asset.path, film) for asset in found.project.assets] == [clip]
    assert found.problem is not None
    assert Store(film, root=root).project.assets == found.project.assets


def test_the_first_save_takes_the_clips_into_the_root(tmp_path: Path, film: Path, root: Path) -> None:
    scratch = tmp_path / "user" / "1" / "Unsaved.sessions.json"
    scratch.parent.mkdir(parents=True)
    moved = relocate(with_clips(scratch, "one", "two"), scratch, film, move=True, root=root)
    assert_whole(moved, film)
    assert [asset.path for asset in moved.assets] == [
        "../clips/film.assets/one.mp4",
        "../clips/film.assets/two.mp4",
    ]
    assert not scratch.parent.exists()
    assert not paths.assets_folder(film).exists()


def test_a_first_save_that_fails_leaves_nothing_in_the_root(tmp_path: Path, film: Path, root: Path) -> None:
    scratch = tmp_path / "user" / "1" / "Unsaved.sessions.json"
    scratch.parent.mkdir(parents=True)
    project = with_clips(scratch, "one")
    film.mkdir()
    with pytest.raises(StorageError):
        relocate(project, scratch, film, move=True, root=root)
    assert names(root) == []
    assert_whole(project, scratch)


def test_a_first_save_whose_root_cannot_be_written_leaves_all_where_it_was(
    tmp_path: Path, film: Path, drive: Drive
) -> None:
    scratch = tmp_path / "user" / "1" / "Unsaved.sessions.json"
    scratch.parent.mkdir(parents=True)
    project = with_clips(scratch, "one")
    drive.make_read_only()
    with pytest.raises(StorageError, match="preferences"):
        relocate(project, scratch, film, move=True, root=drive.folder)
    drive.make_writable()
    assert_whole(project, scratch)
    assert names(film.parent) == []


def test_after_save_as_new_clips_of_the_copy_go_into_a_folder_of_its_name(film: Path, root: Path) -> None:
    put(film, root)
    copy = film.with_name("copy.sessions.json")
    copied = relocate(Store(film).project, film, copy, move=False, root=root)
    assert [asset.path for asset in copied.assets] == ["../clips/film.assets/A fox.mp4"]
    assert put(copy, root, "A hare").parent == root / "copy.assets"
    assert_whole(Store(copy).project, copy)
    assert_whole(Store(film).project, film)


def test_a_changed_root_leaves_earlier_clips_where_they_are(film: Path, root: Path, tmp_path: Path) -> None:
    first = put(film, None)
    second = put(film, root, "A hare")
    third = put(film, tmp_path / "new", "A hen")
    fourth = put(film, None, "A cow")
    assert fourth.parent == first.parent == film.parent / "film.assets"
    assert {first, second, third, fourth} == {paths.clip_path(asset.path, film) for asset in Store(film).project.assets}
    assert_whole(Store(film).project, film)


def test_an_empty_folder_goes_away_with_its_mark_and_a_full_one_stays(film: Path, root: Path) -> None:
    folder = folders.make(film, root)
    folders.drop_empty(folder)
    assert names(root) == []
    folder = put(film, root).parent
    folders.drop_empty(folder)
    assert names(folder) == [".project", "A fox.json", "A fox.mp4"]


if sys.platform != "win32":  # links need rights there

    def test_a_project_reached_by_a_link_is_the_same_project(film: Path, root: Path, tmp_path: Path) -> None:
        put(film, root)
        (tmp_path / "link").symlink_to(film.parent)
        assert folders.find(tmp_path / "link" / film.name, root) == root / "film.assets"


def test_many_at_once_never_share_a_folder(root: Path, tmp_path: Path) -> None:
    import threading

    sidecars = [tmp_path / str(number) / "film.sessions.json" for number in range(12)]
    for path in sidecars:
        path.parent.mkdir()
    made: dict[Path, Path] = {}
    barrier = threading.Barrier(len(sidecars))

    def make(path: Path) -> None:
        barrier.wait()
        made[path] = folders.make(path, root)

    threads = [threading.Thread(target=make, args=(path,)) for path in sidecars]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made.values())) == len(sidecars)
    assert all(folders.find(path, root) == folder for path, folder in made.items())
    assert all(name.endswith(".assets") for name in names(root))


def test_takes_of_a_project_that_end_together_get_one_folder(film: Path, root: Path) -> None:
    for _ in range(30):
        with ThreadPoolExecutor(8) as pool:
            together = Barrier(8)

            def make(_: int, together: Barrier = together) -> Path:
                together.wait()
                return folders.make(film, root)

            assert set(pool.map(make, range(8))) == {root / "film.assets"}
        assert [entry.name for entry in root.iterdir()] == ["film.assets"]
        folders.drop_empty(root / "film.assets")


def test_an_unused_project_has_no_folder_anywhere(film: Path, root: Path) -> None:
    assert folders.scan(film, root) == []
    assert sidecar.is_new(film, root)
    assert sidecar.read(film, root).project == Project()
