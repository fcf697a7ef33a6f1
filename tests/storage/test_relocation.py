"""A project goes to another place: first save, and Save As."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from addon.core import lifecycle, sessions
from addon.core.errors import StorageError
from addon.core.models import Input, Project, Role, TakeState
from addon.storage import assets, document, inputs, paths
from addon.storage.relocation import relocate
from addon.storage.store import Store
from tests.core.builders import at, finished, generated, with_take

from .conftest import Drive

CLIP = Path(__file__).parent / "clips" / "plain.mp4"


def with_clips(path: Path, *prompts: str) -> Project:
    """A project whose sessions have one clip each, as it stands at `path`."""
    store = Store(path)
    for seconds, prompt in enumerate(prompts):
        project, session, takes = generated(sessions.start_draft(store.project, at(seconds)), prompt, seconds)
        project = finished(project, session.id, takes[0], seconds + 100)
        part = path.parent / "take.part"
        shutil.copy(CLIP, part)
        asset = assets.adopt(part, paths.assets_folder(path), prompt, project.assets[-1])
        store.save(project.model_copy(update={"assets": (*project.assets[:-1], asset)}))
    return store.project


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(entry.name for entry in folder.iterdir())


def assert_whole(project: Project, path: Path) -> None:
    """The sidecar at `path` says `project`, and every asset's clip is where it says."""
    found = document.read(path)
    assert found is not None
    assert found[0] == project
    for asset in project.assets:
        clip = paths.clip_path(asset.path, path)
        assert assets.sha256(clip) == asset.sha256


def with_input(project: Project, path: Path, name: str = "fox.png", content: bytes = b"a picture") -> Input:
    """An input kept for the project, with a smaller one that was made of it."""
    chosen = path.parent.parent / name
    chosen.write_bytes(content)
    facts = inputs.Facts(sha256=hashlib.sha256(content).hexdigest(), width=4, height=2)
    folder = inputs.folder(path, None)
    kept = inputs.keep(chosen, folder, facts)
    inputs.keep(chosen, folder, facts, inputs.limits_name((2, 1), 0))
    chosen.unlink()
    return Input(role=Role.FIRST_FRAME, path=str(kept), sha256=facts.sha256)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """The sidecar of a file without a name, in a folder of its own."""
    folder = tmp_path / "user" / "unsaved" / "1"
    folder.mkdir(parents=True)
    return folder / "Unsaved.sessions.json"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where it is saved."""
    (tmp_path / "films").mkdir()
    return tmp_path / "films" / "film.sessions.json"


def test_the_first_save_takes_everything_along(scratch: Path, target: Path) -> None:
    project = with_clips(scratch, "one", "two")
    moved = relocate(project, scratch, target, move=True)
    assert_whole(moved, target)
    assert [asset.path for asset in moved.assets] == ["film.assets/one.mp4", "film.assets/two.mp4"]
    assert names(target.parent) == ["film.assets", "film.sessions.backup.json", "film.sessions.json"]
    assert assets.scan(target.parent / "film.assets") == list(moved.assets)
    assert not scratch.parent.exists()
    assert moved.sessions == project.sessions


def test_the_first_save_to_another_drive_takes_everything_along(scratch: Path, drive: Drive) -> None:
    project = with_clips(scratch, "one", "two")
    target = drive.folder / "film.sessions.json"
    moved = relocate(project, scratch, target, move=True)
    assert_whole(moved, target)
    assert not scratch.parent.exists()


@pytest.mark.parametrize("clips", [(), ("one",)])
def test_the_first_save_takes_inputs_along_and_they_are_found_by_hash(
    scratch: Path, target: Path, clips: tuple[str, ...]
) -> None:
    project = with_clips(scratch, *clips)
    entry = with_input(project, scratch)
    relocate(project, scratch, target, move=True)
    folder = inputs.folder(target, None)
    stem = entry.sha256[:16]
    assert names(folder) == [f"{stem} 2x1 0B.json", f"{stem} 2x1 0B.png", f"{stem}.json", f"{stem}.png"]
    found = inputs.locate(entry, target, None)
    assert found == folder / f"{stem}.png"
    assert found.read_bytes() == b"a picture"
    assert inputs.find(folder, entry.sha256, inputs.limits_name((2, 1), 0)) is not None
    assert not scratch.parent.exists()


def test_the_first_save_to_another_drive_takes_inputs_along(scratch: Path, drive: Drive) -> None:
    project = with_clips(scratch, "one")
    entry = with_input(project, scratch)
    target = drive.folder / "film.sessions.json"
    relocate(project, scratch, target, move=True)
    assert inputs.locate(entry, target, None).read_bytes() == b"a picture"
    assert not scratch.parent.exists()


def test_inputs_go_where_the_preferences_have_clips(scratch: Path, target: Path, tmp_path: Path) -> None:
    project = with_clips(scratch)
    entry = with_input(project, scratch)
    root = tmp_path / "clips"
    relocate(project, scratch, target, move=True, root=root)
    assert inputs.locate(entry, target, root).parent == root / "film.assets" / "inputs"


def test_what_a_take_is_sending_stays_until_it_is_sent(scratch: Path, target: Path) -> None:
    project, session, takes = generated(Project(), "Sent")
    sent = with_input(project, scratch)
    other = with_input(project, scratch, "other.png", b"another")
    taken = takes[0].model_copy(update={"request": takes[0].request.model_copy(update={"inputs": (sent,)})})
    project = with_take(project, session.id, lifecycle.submitting(taken, at(5)))
    Store(scratch).save(project)
    relocate(project, scratch, target, move=True)
    assert Path(sent.path).is_file()
    assert not Path(other.path).exists()
    assert inputs.find(inputs.folder(target, None), sent.sha256) is not None


def test_a_first_save_that_was_cut_off_brings_the_inputs_again(scratch: Path, target: Path) -> None:
    project = with_clips(scratch)
    entry = with_input(project, scratch)
    folder = inputs.folder(target, None)
    inputs.take_along(Path(entry.path).parent, folder, [])
    (folder / f"{entry.sha256[:16]}.png").unlink()
    (folder / f"{entry.sha256[:16]}.png").touch()  # as a drive may leave it after a power cut
    relocate(project, scratch, target, move=True)
    assert inputs.locate(entry, target, None).read_bytes() == b"a picture"
    assert not scratch.parent.exists()


def test_after_save_as_the_copy_finds_the_inputs_where_they_are(target: Path, tmp_path: Path) -> None:
    project = with_clips(target)
    entry = with_input(project, target)
    copy = target.with_name("copy.sessions.json")
    relocate(project, target, copy, move=False)
    assert inputs.locate(entry, copy, None) == Path(entry.path)
    moved = tmp_path / "elsewhere"
    target.parent.rename(moved)  # both projects with all that is theirs
    for name in (copy.name, target.name):
        found = inputs.locate(entry, moved / name, None)
        assert found == moved / "film.assets" / "inputs" / Path(entry.path).name
    assert not (moved / "copy.assets").exists()


def test_nothing_in_the_new_assets_folder_is_overwritten(scratch: Path, target: Path) -> None:
    folder = paths.assets_folder(target)
    folder.mkdir()
    (folder / "one.mp4").write_text("somebody's")
    (folder / "two.json").write_text("somebody's")
    moved = relocate(with_clips(scratch, "one", "two"), scratch, target, move=True)
    assert_whole(moved, target)
    assert [asset.path for asset in moved.assets] == ["film.assets/one 2.mp4", "film.assets/two 2.mp4"]
    assert (folder / "one.mp4").read_text() == "somebody's"
    assert (folder / "two.json").read_text() == "somebody's"


def test_what_belongs_to_running_takes_stays_until_they_end(scratch: Path, target: Path) -> None:
    project = with_clips(scratch, "one")
    part = paths.part_path(scratch, "running")
    part.write_bytes(b"half a clip")
    relocate(project, scratch, target, move=True)
    assert names(paths.assets_folder(scratch)) == [part.name]
    assert not scratch.exists()


def test_a_clip_deleted_by_hand_does_not_stop_the_first_save(scratch: Path, target: Path) -> None:
    project = with_clips(scratch, "one", "two")
    paths.clip_path(project.assets[0].path, scratch).unlink()
    moved = relocate(project, scratch, target, move=True)
    assert len(moved.assets) == 2
    assert assets.sha256(target.parent / moved.assets[1].path) == moved.assets[1].sha256


def test_save_as_leaves_the_first_file_as_it_is_and_the_clips_where_they_are(target: Path, tmp_path: Path) -> None:
    project = with_clips(target, "one", "two")
    before = {file: file.stat().st_mtime_ns for file in target.parent.rglob("*") if file.is_file()}
    copy = tmp_path / "other" / "copy.sessions.json"
    copy.parent.mkdir()
    copied = relocate(project, target, copy, move=False)
    assert_whole(copied, copy)
    assert_whole(project, target)
    assert [asset.path for asset in copied.assets] == ["../films/film.assets/one.mp4", "../films/film.assets/two.mp4"]
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert names(copy.parent) == ["copy.sessions.backup.json", "copy.sessions.json"]


def test_after_save_as_both_files_go_on_by_themselves(target: Path) -> None:
    project = with_clips(target, "one")
    copy = target.with_name("copy.sessions.json")
    copied = relocate(project, target, copy, move=False)
    assert [asset.path for asset in copied.assets] == ["film.assets/one.mp4"]
    here, there = Store(target), Store(copy)
    here.save(generated(sessions.start_draft(here.project, at(50)), "Here", 51)[0])
    there.save(sessions.delete(there.project, project.sessions[0].id, at(60)))
    assert [session.name for session in Store(target).project.sessions] == ["One", "Here"]
    assert Store(copy).project.sessions == ()
    assert_whole(there.project, copy)


def test_going_to_where_it_is_changes_nothing(target: Path) -> None:
    project = with_clips(target, "one")
    before = names(target.parent)
    other_way = target.parent / ".." / target.parent.name / target.name
    assert relocate(project, target, target, move=True) is project
    assert relocate(project, target, other_way, move=False) is project
    assert names(target.parent) == before
    assert_whole(project, target)


def test_saving_over_another_file_keeps_its_sidecar_clips_and_paid_takes(scratch: Path, target: Path) -> None:
    old = with_clips(target, "old")
    store = Store(target)
    clicked, session, takes = generated(sessions.start_draft(old, at(20)), "Still running", 21)
    running = lifecycle.running(lifecycle.submitting(takes[0], at(22)), "job", at(23))
    store.save(with_take(clicked, session.id, running))
    before = target.read_bytes()

    moved = relocate(with_clips(scratch, "new"), scratch, target, move=True)

    assert_whole(moved, target)
    assert (target.parent / "film.sessions.replaced-1.json").read_bytes() == before
    assert [session.name for session in moved.sessions] == ["New"]
    assert {Path(asset.path).name for asset in moved.assets} == {"old.mp4", "new.mp4"}
    assert [(take.job_id, take.session_name, take.state) for take in moved.detached] == [
        ("job", "Still running", TakeState.RUNNING)
    ]
    backup = document.read(paths.backup_path(target))
    assert backup is not None
    assert [session.name for session in backup[0].sessions] == ["New"]


def test_saving_over_an_older_copy_brings_no_deleted_session_back(target: Path) -> None:
    project = with_clips(target, "one", "two")
    copy = target.with_name("copy.sessions.json")
    relocate(project, target, copy, move=False)
    store = Store(target)
    store.save(sessions.delete(store.project, project.sessions[0].id, at(60)))
    again = relocate(store.project, target, copy, move=False)
    assert_whole(again, copy)
    assert [session.name for session in again.sessions] == ["Two"]
    assert len(again.assets) == 2
    assert Store(copy).project == again


@pytest.mark.parametrize("content", [b"damaged", b'{"schema_version":99,"sessions":7}'])
def test_saving_over_a_sidecar_that_cannot_be_read_keeps_it_and_its_backup(
    scratch: Path, target: Path, content: bytes
) -> None:
    with_clips(target, "old", "older")
    backup = paths.backup_path(target).read_bytes()
    target.write_bytes(content)
    moved = relocate(with_clips(scratch, "new"), scratch, target, move=True)
    assert_whole(moved, target)
    assert (target.parent / "film.sessions.replaced-1.json").read_bytes() == content
    assert (target.parent / "film.sessions.replaced-2.json").read_bytes() == backup
    assert {Path(asset.path).name for asset in moved.assets} == {"old.mp4", "older.mp4", "new.mp4"}


def test_a_folder_in_the_place_of_the_new_sidecar_leaves_both_sides_as_they_were(scratch: Path, target: Path) -> None:
    project = with_clips(scratch, "one")
    entry = with_input(project, scratch)
    target.mkdir()
    with pytest.raises(StorageError, match="there is a folder of that name"):
        relocate(project, scratch, target, move=True)
    assert_whole(project, scratch)
    assert Path(entry.path).is_file()
    assert names(target.parent) == ["film.sessions.json"]


def test_on_a_full_drive_both_sides_stay_as_they_were(scratch: Path, drive: Drive) -> None:
    project = with_clips(scratch, "one", "two")
    entry = with_input(project, scratch, content=b"x" * 100_000)
    target = drive.folder / "film.sessions.json"
    Store(target).save(generated(Project(), "Old")[0])
    before = target.read_bytes()
    drive.fill()
    with pytest.raises(StorageError) as caught:
        relocate(project, scratch, target, move=True)
    assert caught.value.problem.remedy
    assert_whole(project, scratch)
    assert target.read_bytes() == before
    drive.free()
    assert names(drive.folder) == ["film.sessions.json"]
    assert Path(entry.path).is_file()
    assert_whole(relocate(project, scratch, target, move=True), target)
    assert inputs.locate(entry, target, None).parent == drive.folder / "film.assets" / "inputs"


def test_save_as_over_a_file_on_a_full_drive_puts_its_sidecar_back(target: Path, drive: Drive) -> None:
    project = with_clips(target, "one")
    copy = drive.folder / "copy.sessions.json"
    Store(copy).save(generated(Project(), "Old")[0])
    before = copy.read_bytes()
    drive.fill()
    with pytest.raises(StorageError):
        relocate(project, target, copy, move=False)
    drive.free()
    assert copy.read_bytes() == before
    assert names(drive.folder) == ["copy.sessions.json"]
    assert_whole(project, target)


def test_when_only_the_last_write_finds_no_room_the_clips_are_taken_back(scratch: Path, drive: Drive) -> None:
    if drive.__class__ is not Drive:
        pytest.skip("needs a drive of a known size")
    project = with_clips(scratch, "one")
    prompt = "A very long prompt. " * 60_000  # the clip fits, the sidecar does not
    project = generated(project, prompt, 9)[0]
    Store(scratch).save(project)
    target = drive.folder / "film.sessions.json"
    (drive.folder / "filler").write_bytes(b"\0" * 1_200_000)
    with pytest.raises(StorageError, match="no space left"):
        relocate(project, scratch, target, move=True)
    assert names(drive.folder) == ["filler"]
    assert_whole(Store(scratch).project, scratch)


def test_to_a_read_only_folder_nothing_goes_and_nothing_is_lost(scratch: Path, drive: Drive) -> None:
    project = with_clips(scratch, "one")
    drive.make_read_only()
    with pytest.raises(StorageError, match=r"read-only|access was denied"):
        relocate(project, scratch, drive.folder / "film.sessions.json", move=True)
    drive.make_writable()
    assert_whole(project, scratch)
