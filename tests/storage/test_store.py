"""One sidecar held open, and changed by others meanwhile."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from addon.core import lifecycle, sessions
from addon.core.errors import StorageError
from addon.core.merging import changes
from addon.core.models import Project
from addon.storage import document, files, paths, sidecar
from addon.storage.locks import try_lock
from addon.storage.store import Store
from tests.core.builders import at, finished, generated, with_take


def part(before: Project, after: Project) -> Project:
    """What a change is sent as."""
    changed = changes(before, after)
    assert changed is not None
    return changed


def click(store: Store, prompt: str, seconds: float) -> Project:
    """The part that a click on Generate in a new session makes."""
    before = sessions.start_draft(store.project, at(seconds))
    return part(store.project, generated(before, prompt, seconds)[0])


def test_a_change_is_on_the_disk_when_save_returns(path: Path) -> None:
    store = Store(path)
    assert store.save(click(store, "One", 1)) is None
    assert sidecar.read(path).project == store.project


def test_a_new_project_writes_nothing_until_something_changes(path: Path) -> None:
    store = Store(path)
    assert store.refresh() is None
    assert list(path.parent.iterdir()) == []


def test_only_the_sidecar_and_its_backup_are_left_beside_the_blend(path: Path) -> None:
    store = Store(path)
    for seconds in range(3):
        store.save(click(store, "One", seconds))
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["film.sessions.backup.json", "film.sessions.json"]


def test_what_another_blender_wrote_is_kept_and_told(path: Path) -> None:
    mine, theirs = Store(path), Store(path)
    mine.save(click(mine, "Mine", 1))
    told = theirs.save(click(theirs, "Theirs", 2))
    assert told is not None
    assert [session.name for session in told.sessions] == ["Mine"]
    assert {session.name for session in theirs.project.sessions} == {"Mine", "Theirs"}

    told = mine.refresh()
    assert told is not None
    assert [session.name for session in told.sessions] == ["Theirs"]
    assert mine.refresh() is None
    assert sidecar.read(path).project.sessions == theirs.project.sessions


def test_two_blenders_changing_the_same_session_keep_both_changes(path: Path) -> None:
    mine = Store(path)
    mine.save(click(mine, "A lighthouse", 1))
    theirs = Store(path)
    session = mine.project.sessions[0]
    mine.save(part(mine.project, sessions.rename(mine.project, session.id, "Renamed", at(2))))
    theirs.save(part(theirs.project, generated(sessions.switch(theirs.project, session.id, at(3)), "Again", 4)[0]))
    mine.refresh()
    for store in (mine, theirs, Store(path)):
        (only,) = store.project.sessions
        assert only.name == "Renamed"
        assert [take.request.prompt for take in only.takes] == ["A lighthouse", "Again"]


def test_only_what_changed_is_told_not_the_whole_session(path: Path) -> None:
    mine = Store(path)
    mine.save(part(mine.project, generated(mine.project, "A lighthouse", 1, count=3)[0]))
    theirs = Store(path)
    session = mine.project.sessions[0]
    take = lifecycle.submitting(session.takes[1], at(5))
    mine.save(part(mine.project, with_take(mine.project, session.id, take)))
    told = theirs.refresh()
    assert told is not None
    assert [take.id for session in told.sessions for take in session.takes] == [take.id]


def test_what_did_not_change_stays_the_same_object(path: Path) -> None:
    mine, theirs = Store(path), Store(path)
    mine.save(click(mine, "Mine", 1))
    before = mine.project.sessions[0]
    theirs.save(click(theirs, "Theirs", 2))
    mine.refresh()
    assert mine.project.sessions[0] is before


def test_a_deletion_stays_a_deletion_when_another_blender_still_works_in_the_session(path: Path) -> None:
    mine = Store(path)
    mine.save(part(mine.project, generated(mine.project, "A lighthouse", 1, count=2)[0]))
    session = mine.project.sessions[0]
    mine.save(part(mine.project, finished(mine.project, session.id, session.takes[0])))
    theirs = Store(path)
    mine.save(part(mine.project, sessions.delete(mine.project, session.id, at(200))))
    told = theirs.save(part(theirs.project, sessions.rename(theirs.project, session.id, "Still here", at(300))))

    assert told is not None
    assert session.id in told.deleted
    for store in (theirs, Store(path)):
        assert store.project.sessions == ()
        assert [asset.take_id for asset in store.project.assets] == [session.takes[0].id]
        assert [take.id for take in store.project.detached] == [session.takes[1].id]
    backup = document.read(paths.backup_path(path))
    assert backup is not None
    assert backup[0].sessions == ()


def test_a_change_that_could_not_be_written_is_written_with_the_next(path: Path) -> None:
    store = Store(path)
    store.save(click(store, "One", 1))
    before = path.read_bytes()
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageError):
        store.save(click(store, "Two", 2))
    assert len(store.project.sessions) == 2
    path.rmdir()
    path.write_bytes(before)
    store.save(click(store, "Three", 3))
    assert [session.name for session in Store(path).project.sessions] == ["One", "Two", "Three"]


def test_what_others_changed_is_told_even_if_the_save_that_found_it_failed(path: Path) -> None:
    mine, theirs = Store(path), Store(path)
    theirs.save(click(theirs, "Theirs", 1))
    paths.backup_path(path).mkdir()
    with pytest.raises(StorageError):
        mine.save(click(mine, "Mine", 2))
    paths.backup_path(path).rmdir()
    told = mine.save(click(mine, "More", 3))
    assert told is not None
    assert [session.name for session in told.sessions] == ["Theirs"]


def test_a_sidecar_deleted_by_hand_is_written_anew(path: Path) -> None:
    told: list[Any] = []
    store = Store(path, told.append)
    store.save(click(store, "One", 1))
    store.save(click(store, "Two", 2))
    path.unlink()
    assert store.refresh() is None
    assert sidecar.read(path).project == store.project
    assert len(told) == 1
    assert "written anew" in str(told[0])

    path.unlink()
    paths.backup_path(path).unlink()
    store.save(click(store, "Three", 3))
    assert [session.name for session in Store(path).project.sessions] == ["One", "Two", "Three"]


def test_a_sidecar_damaged_while_it_is_open_is_set_aside_and_written_anew(path: Path) -> None:
    told: list[Any] = []
    store = Store(path, told.append)
    store.save(click(store, "One", 1))
    store.save(click(store, "Two", 2))
    path.write_bytes(b"not json")
    assert store.refresh() is None
    assert (path.parent / "film.sessions.damaged-1.json").read_bytes() == b"not json"
    assert sidecar.read(path).project == store.project
    path.write_bytes(b"")
    store.save(click(store, "Three", 3))
    assert (path.parent / "film.sessions.damaged-2.json").read_bytes() == b""
    assert [session.name for session in Store(path).project.sessions] == ["One", "Two", "Three"]
    assert len(told) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="a file that somebody reads cannot be replaced there")
def test_who_reads_while_it_is_written_reads_the_old_file_to_its_end(path: Path) -> None:
    store = Store(path)
    store.save(click(store, "One", 1))
    before = path.read_bytes()
    with path.open("rb") as reader:
        start = reader.read(10)
        store.save(click(store, "Two", 2))
        assert start + reader.read() == before


def test_an_older_copy_put_back_by_hand_loses_nothing(path: Path) -> None:
    store = Store(path)
    store.save(click(store, "One", 1))
    older = path.read_bytes()
    store.save(click(store, "Two", 2))
    path.write_bytes(older)
    store.refresh()
    store.save(click(store, "Three", 3))
    assert [session.name for session in Store(path).project.sessions] == ["One", "Two", "Three"]


def test_a_file_that_stays_unreadable_is_told_of_once(path: Path) -> None:
    store = Store(path)
    store.save(click(store, "One", 1))
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageError):
        store.refresh()
    assert store.refresh() is None


def test_many_threads_save_at_once_and_nothing_is_lost(path: Path) -> None:
    store = Store(path)
    other = Store(path)

    def work(number: int) -> None:
        used = store if number % 2 else other
        for change in range(5):
            used.save(part(Project(), generated(Project(), f"Shot {number} {change}", number)[0]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {session.draft.prompt or session.takes[0].request.prompt for session in Store(path).project.sessions}
    assert found == {f"Shot {number} {change}" for number in range(6) for change in range(5)}


def test_what_a_killed_writer_left_is_removed(path: Path) -> None:
    store = Store(path)
    store.save(click(store, "One", 1))
    left = path.with_name(files.temporary_path(path).name)
    left.write_bytes(b"half")
    abandoned = paths.lock_path(path)
    abandoned.write_bytes(b"")
    fresh = Store(path)
    fresh.save(click(fresh, "Two", 2))
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["film.sessions.backup.json", "film.sessions.json"]


def test_a_sidecar_that_another_blender_is_writing_is_waited_for(path: Path) -> None:
    store = Store(path)
    held = try_lock(paths.lock_path(path))
    assert held is not None
    saved = threading.Event()

    def save() -> None:
        store.save(click(store, "One", 1))
        saved.set()

    thread = threading.Thread(target=save)
    thread.start()
    assert not saved.wait(0.2)
    held.release()
    assert saved.wait(30)
    thread.join()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_linked_sidecar_stays_a_link(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere" / "real.sessions.json"
    real.parent.mkdir()
    real.write_text('{"schema_version":1}')
    path.symlink_to(real)
    store = Store(path)
    store.save(click(store, "One", 1))
    assert path.is_symlink()
    assert len(sidecar.read(real).project.sessions) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_the_permissions_of_the_sidecar_stay(path: Path) -> None:
    store = Store(path)
    store.save(click(store, "One", 1))
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    path.chmod(0o640)
    store.save(click(store, "Two", 2))
    assert path.stat().st_mode & 0o777 == 0o640


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
