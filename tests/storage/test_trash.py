"""Clips in the trash: their files follow what the sidecar says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from addon.core import marking
from addon.core.models import Asset, Project
from addon.storage import assets, folders, paths, sidecar, trash
from addon.storage.relocation import relocate
from addon.storage.store import Store
from tests.core.builders import at

from .killing import every_step, needs_fork
from .test_relocation import assert_whole, names, with_clips

LATER = 1000


def trashed(project: Project, *places: int) -> Project:
    return marking.trash(project, [project.assets[place].id for place in places], at(LATER))


def restored(project: Project) -> Project:
    return marking.restore(project, [asset.id for asset in project.assets], at(LATER + 1))


def put_right(project: Project, path: Path, root: Path | None = None) -> Project:
    """The project when its files lie where its records want them, as the worker does it."""
    wanted = trash.misplaced(project, path, root)
    needed = trash.needed_elsewhere(path, [asset.id for asset in wanted])
    right = {asset.id: trash.put_right(asset, path, needed) for asset in wanted}
    return project.model_copy(update={"assets": tuple(right.get(each.id, each) for each in project.assets)})


def clip(asset: Asset, path: Path) -> Path:
    return paths.clip_path(asset.path, path)


def lying(path: Path) -> tuple[list[str], list[str]]:
    """What lies in the assets folder, and in its trash."""
    home = paths.assets_folder(path)
    bin = home / "trash"
    return [name for name in names(home) if name != "trash"], names(bin) if bin.is_dir() else []


def test_a_trashed_clip_moves_with_its_json_and_comes_back_as_it_was(path: Path) -> None:
    project = with_clips(path, "one", "two")
    before = lying(path)
    inode = clip(project.assets[0], path).stat().st_ino
    gone = put_right(trashed(project, 0), path)
    assert gone.assets[0].path == "film.assets/trash/one.mp4"
    assert lying(path) == (["two.json", "two.mp4"], ["one.json", "one.mp4"])
    assert clip(gone.assets[0], path).stat().st_ino == inode
    assert folders.scan(path, None) == [gone.assets[1], gone.assets[0]]
    back = put_right(restored(gone), path)
    assert lying(path) == before
    assert [asset.path for asset in back.assets] == [asset.path for asset in project.assets]
    assert not (paths.assets_folder(path) / "trash").exists()


def test_nothing_is_misplaced_when_all_is_where_it_belongs(path: Path) -> None:
    project = with_clips(path, "one", "two")
    assert trash.misplaced(project, path, None) == []
    assert trash.misplaced(put_right(trashed(project, 0), path), path, None) == []


def test_clips_of_one_name_lie_in_the_trash_side_by_side_and_a_taken_name_is_not_taken_back(path: Path) -> None:
    first = put_right(trashed(with_clips(path, "one"), 0), path)
    Store(path).save(first)
    both = with_clips(path, "one")
    gone = put_right(trashed(both, 1), path)
    assert lying(path) == ([], ["one 2.json", "one 2.mp4", "one.json", "one.mp4"])
    later = put_right(marking.restore(gone, [gone.assets[1].id], at(LATER + 1)), path)
    again = put_right(restored(later), path)
    assert lying(path) == (["one 2.json", "one 2.mp4", "one.json", "one.mp4"], [])
    for asset in again.assets:
        assert assets.sha256(clip(asset, path)) == asset.sha256


def test_a_record_that_does_not_know_yet_where_its_file_went_finds_it_again(path: Path) -> None:
    project = with_clips(path, "one")
    put_right(trashed(project, 0), path)
    undone = put_right(project, path)  # the star that came in between was based on the old path
    assert undone == project
    assert lying(path) == (["one.json", "one.mp4"], [])
    moved = put_right(trashed(project, 0), path)
    starred = marking.restore(trashed(project, 0), [project.assets[0].id], at(LATER + 5))
    assert put_right(starred, path).assets[0].path == project.assets[0].path
    assert moved.assets[0].path != project.assets[0].path


def test_without_its_sidecar_what_was_in_the_trash_is_in_the_trash(path: Path) -> None:
    project = put_right(trashed(with_clips(path, "one", "two"), 0), path)
    path.unlink()
    paths.backup_path(path).unlink()
    found = sidecar.recovered(path).project
    assert {asset.id: asset.trashed_at for asset in found.assets} == {
        asset.id: asset.trashed_at for asset in project.assets
    }


def test_a_clip_that_a_saved_copy_lists_too_stays_where_it_is(path: Path) -> None:
    project = with_clips(path, "one", "two")
    copy = path.with_name("film v2.sessions.json")
    relocate(project, path, copy, move=False)
    gone = put_right(trashed(project, 0), path)
    assert lying(path)[1] == []
    assert gone.assets[0].trashed_at is not None
    theirs = Store(copy).project
    assert put_right(trashed(theirs, 0, 1), copy).assets[0].path == "film.assets/one.mp4"
    needed = trash.needed_elsewhere(path, [gone.assets[0].id])
    trash.delete([gone.assets[0]], path, needed)
    trash.delete([theirs.assets[0]], copy, set())
    assert clip(project.assets[0], path).exists()


def test_a_clip_that_a_saved_copy_shows_in_the_trash_stays_there_for_it_when_it_is_had_back(path: Path) -> None:
    gone = put_right(trashed(with_clips(path, "one"), 0), path)
    copy = path.with_name("film v2.sessions.json")
    theirs = relocate(gone, path, copy, move=False)
    assert put_right(restored(theirs), copy).assets[0].path == "film.assets/trash/one.mp4"
    back = put_right(restored(gone), path)
    assert lying(path) == (["one.json", "one.mp4"], ["one.json", "one.mp4"])
    assert trash.misplaced(back, path, None) == [*back.assets]
    assert put_right(back, path) == back
    copy.unlink()
    assert put_right(trashed(back, 0), path).assets[0].path == "film.assets/trash/one.mp4"
    assert lying(path) == ([], ["one.json", "one.mp4"])


def test_a_sidecar_beside_it_that_cannot_be_read_counts_for_what_it_names(path: Path) -> None:
    project = with_clips(path, "one", "two")
    first, second = (asset.id for asset in project.assets)
    path.with_name("broken.sessions.json").write_text(f"…{first}…", "utf-8")
    assert trash.needed_elsewhere(path, [first, second]) == {first}


def test_a_clip_that_a_file_saved_into_another_folder_lists_too_stays_where_it_is(path: Path, tmp_path: Path) -> None:
    project = with_clips(path, "one", "two")
    first, second = (asset.id for asset in project.assets)
    (tmp_path / "other").mkdir()
    elsewhere = tmp_path / "other" / "trailer.sessions.json"
    theirs = relocate(project, path, elsewhere, move=False)
    trash.note_need(theirs, elsewhere)
    assert trash.needed_elsewhere(path, [first, second]) == {first, second}
    gone = put_right(trashed(project, 0), path)
    assert "trash" not in names(paths.assets_folder(path))
    trash.delete([gone.assets[0]], path, trash.needed_elsewhere(path, [first]))
    assert clip(theirs.assets[0], elsewhere).exists()
    Store(elsewhere).save(marking.empty(trashed(theirs, 0), [first], at(LATER + 1)))
    assert trash.needed_elsewhere(path, [first, second]) == {second}


def test_a_file_in_another_folder_needs_its_clips_until_it_is_deleted_and_while_its_drive_is_not_there(
    path: Path, tmp_path: Path
) -> None:
    project = with_clips(path, "one")
    wanted = [project.assets[0].id]
    (tmp_path / "drive").mkdir()
    elsewhere = tmp_path / "drive" / "trailer.sessions.json"
    relocate(project, path, elsewhere, move=False)
    (tmp_path / "drive").rename(tmp_path / "away")
    assert trash.needed_elsewhere(path, wanted) == set(wanted)
    (tmp_path / "away").rename(tmp_path / "drive")
    assert trash.needed_elsewhere(path, wanted) == set(wanted)
    elsewhere.unlink()
    assert trash.needed_elsewhere(path, wanted) == set()


def test_word_of_what_is_needed_is_left_once_and_only_in_folders_of_other_projects_elsewhere(
    path: Path, tmp_path: Path
) -> None:
    project = with_clips(path, "one")
    trash.note_need(project, path)
    beside = path.with_name("film v2.sessions.json")
    trash.note_need(relocate(project, path, beside, move=False), beside)
    assert names(paths.assets_folder(path)) == ["one.json", "one.mp4"]
    (tmp_path / "other").mkdir()
    elsewhere = tmp_path / "other" / "trailer.sessions.json"
    theirs = relocate(project, path, elsewhere, move=False)
    for _ in range(2):
        trash.note_need(theirs, elsewhere)
    assert len(names(paths.assets_folder(path))) == 3
    assert folders.scan(path, None) == list(project.assets)


def test_emptying_deletes_just_those_clips_and_their_json(path: Path) -> None:
    gone = put_right(trashed(with_clips(path, "one", "two", "three"), 0, 1), path)
    trash.delete([gone.assets[0]], path, set())
    assert lying(path) == (["three.json", "three.mp4"], ["two.json", "two.mp4"])
    trash.delete([gone.assets[1]], path, set())
    assert not (paths.assets_folder(path) / "trash").exists()


def test_what_was_given_up_while_its_file_had_not_moved_yet_is_deleted_too(path: Path) -> None:
    project = trashed(with_clips(path, "one", "two"), 0)
    trash.delete([project.assets[0]], path, set())
    assert lying(path) == (["two.json", "two.mp4"], [])


def test_what_a_killed_worker_was_to_delete_is_known_by_the_sidecar(path: Path) -> None:
    gone = put_right(trashed(with_clips(path, "one", "two"), 0, 1), path)
    emptied = marking.empty(gone, [gone.assets[0].id], at(LATER + 2))
    assert trash.left_behind(emptied, path, None) == [gone.assets[0]]


def test_a_clip_outside_of_the_projects_folders_is_never_moved_or_deleted(path: Path, tmp_path: Path) -> None:
    project = with_clips(path, "one")
    elsewhere = tmp_path / "footage"
    elsewhere.mkdir()
    asset = project.assets[0]
    clip(asset, path).rename(elsewhere / "one.mp4")
    project = project.model_copy(update={"assets": (asset.model_copy(update={"path": "footage/one.mp4"}),)})
    gone = put_right(trashed(project, 0), path)
    trash.delete(gone.assets, path, set())
    assert names(elsewhere) == ["one.mp4"]


def test_a_clip_that_is_gone_is_no_error(path: Path) -> None:
    project = with_clips(path, "one")
    clip(project.assets[0], path).unlink()
    gone = put_right(trashed(project, 0), path)
    assert gone.assets[0].path == project.assets[0].path
    trash.delete(gone.assets, path, set())


def test_the_first_save_takes_the_trash_along(tmp_path: Path) -> None:
    source = tmp_path / "scratch" / "Unsaved.sessions.json"
    source.parent.mkdir()
    target = tmp_path / "film.sessions.json"
    project = put_right(trashed(with_clips(source, "one", "two"), 0), source)
    moved = relocate(project, source, target, move=True)
    assert [asset.path for asset in moved.assets] == ["film.assets/trash/one.mp4", "film.assets/two.mp4"]
    assert_whole(moved, target)
    assert not source.parent.exists()


@needs_fork
@pytest.mark.parametrize("direction", ["to the trash", "back"])
def test_killed_at_any_step_the_clip_is_whole_and_doing_it_again_ends_it(tmp_path: Path, direction: str) -> None:
    wanted: dict[int, Project] = {}

    def prepare(step: int) -> Callable[[], object]:
        path = tmp_path / str(step) / "film.sessions.json"
        path.parent.mkdir()
        project = with_clips(path, "one", "two")
        wanted[step] = trashed(project, 0)
        if direction == "back":
            wanted[step] = restored(put_right(wanted[step], path))
        return lambda: put_right(wanted[step], path)

    found = set()
    for step in every_step(prepare):
        path = tmp_path / str(step) / "film.sessions.json"
        known = {asset.id: asset for asset in folders.scan(path, None)}
        assert known.keys() == {asset.id for asset in wanted[step].assets}
        for asset in known.values():
            assert assets.sha256(clip(asset, path)) == asset.sha256
        found.add(known[wanted[step].assets[0].id].path)
        ended = put_right(wanted[step], path)
        assert trash.misplaced(ended, path, None) == []
        assert [name for part in lying(path) for name in part if not name.startswith(".")] == (
            ["two.json", "two.mp4", "one.json", "one.mp4"]
            if direction == "to the trash"
            else ["one.json", "one.mp4", "two.json", "two.mp4"]
        )
        assert folders.scan(path, None) == sorted(ended.assets, key=lambda each: ("trash" in each.path, each.path))
    assert found == {"film.assets/one.mp4", "film.assets/trash/one.mp4"}
