"""Reading what stands beside the .blend, whatever happened to it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from addon.core import sessions
from addon.core.errors import Kind, StorageError
from addon.core.models import SCHEMA_VERSION, Input, Project, Role, TakeState
from addon.storage import document, paths, sidecar
from addon.storage.migrations import migrated
from addon.storage.store import Store
from tests.core.builders import at, generated

SIDECARS = Path(__file__).parent / "sidecars"
VERSION = f'"schema_version":{SCHEMA_VERSION}'.encode()


def names(path: Path) -> list[str]:
    """What lies in the sidecar's folder."""
    return sorted(entry.name for entry in path.parent.iterdir())


def written(path: Path, *prompts: str) -> Project:
    """A project with a session for each prompt, each written by itself: there is a backup of all but the last."""
    store = Store(path)
    for seconds, prompt in enumerate(prompts):
        project, _, _ = generated(sessions.start_draft(store.project, at(seconds)), prompt, seconds)
        store.save(project)
    return store.project


def test_a_project_without_a_sidecar_is_empty_and_no_problem(path: Path) -> None:
    assert sidecar.read(path) == sidecar.Loaded(Project(), None, None)


def test_what_was_written_is_read_as_it_was(path: Path) -> None:
    project = written(path, "One", "A “quoted” \\ 嵐 🌊\nsecond line")
    assert sidecar.read(path).project == project


def test_a_person_can_read_it_one_session_a_line(path: Path) -> None:
    project = written(path, "One", "Two")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == f'{{"schema_version":{SCHEMA_VERSION},'
    assert [json.loads(line.rstrip(","))["id"] for line in lines if line.startswith('{"id"')] == [
        session.id for session in project.sessions
    ]


DAMAGED = {
    "empty": lambda data: b"",
    "zeros, as after a power cut": lambda data: b"\0" * len(data),
    "cut off": lambda data: data[: len(data) * 2 // 3],
    "without its last byte": lambda data: data.rstrip()[:-1],
    "half of it zeros": lambda data: data[: len(data) // 2] + b"\0" * (len(data) // 2),
    "twice": lambda data: data + data,
    "not text": lambda data: b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "a list": lambda data: b"[]",
    "null": lambda data: b"null",
    "an object without a version": lambda data: b"{}",
    "of a version that never was": lambda data: data.replace(VERSION, b'"schema_version":0'),
    "of a version that is no number": lambda data: data.replace(VERSION, b'"schema_version":"one"'),
    "with sessions that are a number": lambda data: b'{"schema_version":1,"sessions":5}',
    "with a session that is a text": lambda data: b'{"schema_version":1,"sessions":["x"]}',
    "with a wrong state": lambda data: data.replace(b'"queued"', b'"dreaming"'),
    "deep": lambda data: b'{"schema_version":1,"sessions":' + b"[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_sidecar_is_kept_and_its_backup_takes_its_place(path: Path, damage: Callable[[bytes], bytes]) -> None:
    project = written(path, "One", "Two")
    data = damage(path.read_bytes())
    path.write_bytes(data)

    told: list[Any] = []
    store = Store(path, told.append)

    assert (path.parent / "film.sessions.damaged-1.json").read_bytes() == data
    assert store.project.sessions == project.sessions[:1]
    assert document.read(path) is not None
    assert len(told) == 1
    assert told[0].kind is Kind.FILE
    for word in ("“film.sessions.json”", "film.sessions.damaged-1.json", "film.sessions.backup.json"):
        assert word in str(told[0].what)
    assert Store(path).project == store.project


def test_only_looking_at_a_damaged_sidecar_changes_nothing(path: Path) -> None:
    project = written(path, "One", "Two")
    path.write_bytes(b"{")
    before = names(path)
    loaded = sidecar.read(path)
    assert loaded.project.sessions == project.sessions[:1]
    assert loaded.problem is not None
    assert loaded.problem.remedy
    assert names(path) == before
    assert path.read_bytes() == b"{"


def test_damaged_twice_each_damaged_file_is_kept(path: Path) -> None:
    written(path, "One", "Two")
    for content in (b"first", b"second", b"third"):
        path.write_bytes(content)
        Store(path)
    assert [(path.parent / f"film.sessions.damaged-{number}.json").read_bytes() for number in (1, 2, 3)] == [
        b"first",
        b"second",
        b"third",
    ]


def test_a_damaged_backup_is_kept_too(path: Path) -> None:
    written(path, "One", "Two")
    path.write_bytes(b"sidecar")
    paths.backup_path(path).write_bytes(b"backup")
    told: list[Any] = []
    store = Store(path, told.append)
    assert store.project == Project()
    assert (path.parent / "film.sessions.damaged-1.json").read_bytes() == b"sidecar"
    assert (path.parent / "film.sessions.damaged-2.json").read_bytes() == b"backup"
    assert "no backup" in str(told[0].what)
    written(path, "Three", "Four")
    assert (path.parent / "film.sessions.damaged-2.json").read_bytes() == b"backup"


def test_a_missing_sidecar_comes_back_from_its_backup_with_a_word(path: Path) -> None:
    project = written(path, "One", "Two")
    path.unlink()
    told: list[Any] = []
    store = Store(path, told.append)
    assert store.project.sessions == project.sessions[:1]
    assert path.exists()
    assert "missing" in str(told[0].what)


def test_the_backup_is_the_sidecar_before_its_last_change(path: Path) -> None:
    written(path, "One", "Two")
    before = path.read_bytes()
    written(path, "Three")
    assert paths.backup_path(path).read_bytes() == before


def test_a_session_that_was_deleted_is_not_in_the_backup(path: Path) -> None:
    project = written(path, "One", "Two")
    first = project.sessions[0]
    store = Store(path)
    store.save(sessions.delete(store.project, first.id, at(50)))
    assert first.id in store.project.deleted
    for file in (path, paths.backup_path(path)):
        found = document.read(file)
        assert found is not None
        assert [session.id for session in found[0].sessions] == [project.sessions[1].id]
    path.write_bytes(b"damaged")
    assert [session.id for session in Store(path).project.sessions] == [project.sessions[1].id]


def test_the_backup_is_a_file_of_its_own_after_a_deletion(path: Path) -> None:
    project = written(path, "One", "Two")
    store = Store(path)
    store.save(sessions.delete(store.project, project.sessions[0].id, at(50)))
    assert not path.samefile(paths.backup_path(path))


def test_a_sidecar_of_a_newer_version_keeps_what_it_does_not_know(path: Path) -> None:
    project = written(path, "One")
    content = json.loads(path.read_text())
    content |= {"schema_version": SCHEMA_VERSION + 1, "colours": {"shot": [1, 2.5, None]}}
    content["sessions"][0]["rating"] = 5
    content["sessions"][0]["takes"][0]["request"]["camera"] = "dolly"
    path.write_text(json.dumps(content))

    store = Store(path)
    session = store.project.sessions[0]
    store.save(sessions.rename(store.project, session.id, "Renamed", at(9)))
    store.save(generated(store.project, "More", 10)[0])

    after = json.loads(path.read_text())
    assert after["schema_version"] == SCHEMA_VERSION + 1
    assert after["colours"] == {"shot": [1, 2.5, None]}
    assert after["sessions"][0]["name"] == "Renamed"
    assert after["sessions"][0]["rating"] == 5
    assert after["sessions"][0]["takes"][0]["request"]["camera"] == "dolly"
    assert project.sessions[0].id == session.id


def test_a_sidecar_of_a_newer_version_that_cannot_be_understood_is_left_alone(path: Path) -> None:
    project = written(path, "One", "Two")
    content = json.loads(path.read_text())
    content |= {"schema_version": SCHEMA_VERSION + 1, "sessions": {"by_id": {}}}
    data = json.dumps(content).encode()
    path.write_bytes(data)
    before = names(path)

    with pytest.raises(StorageError, match="newer version"):
        sidecar.read(path)
    told: list[Any] = []
    store = Store(path, told.append)
    with pytest.raises(StorageError, match="Update the extension"):
        store.save(project)

    assert "newer version" in str(told[0].what)
    assert path.read_bytes() == data
    assert names(path) == before


@pytest.mark.parametrize("name", sorted(file.name for file in SIDECARS.iterdir()))
def test_a_sidecar_of_every_version_that_ever_was_still_loads(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes((SIDECARS / name).read_bytes())
    told: list[Any] = []
    store = Store(path, told.append)
    project = store.project
    store.save(Project())

    assert told == []
    assert project.schema_version == SCHEMA_VERSION
    assert [session.name for session in project.sessions] == ["Lighthouse in a storm", "嵐"]
    takes = project.sessions[0].takes
    assert [take.state for take in takes] == [
        TakeState.SUCCEEDED,
        TakeState.FAILED,
        TakeState.CANCELLED,
        TakeState.RUNNING,
        TakeState.UNCERTAIN,
        TakeState.SUBMITTING,
        TakeState.QUEUED,
    ]
    assert takes[3].job_id == "job-4"
    assert takes[3].placement is not None
    assert takes[6].request.inputs[0].path == "/pictures/lighthouse.png"
    assert takes[6].request.options == {"strength": 0.5, "tags": ["a", "b"]}
    assert project.assets[0].take_id == takes[0].id
    assert [take.session_name for take in project.detached] == ["Deleted while it ran"]
    assert list(project.deleted) == ["7" * 32]
    assert sidecar.read(path).project == project


def test_the_image_of_an_old_draft_becomes_its_first_frame(tmp_path: Path) -> None:
    path = tmp_path / "old.sessions.json"
    old = (SIDECARS / "version-1.sessions.json").read_bytes()
    path.write_bytes(old.replace(b'"image":""', b'"image":"/pictures/fox.png"', 2))
    project = sidecar.read(path).project
    assert project.desk is not None
    for draft in (project.desk.draft, project.sessions[0].draft):
        assert draft.inputs == (Input(role=Role.FIRST_FRAME, path="/pictures/fox.png"),)
        assert draft.model_extra == {}
        assert draft.duration == 5.0
    assert project.sessions[1].draft.inputs == ()


def test_a_draft_without_an_image_has_no_inputs(tmp_path: Path) -> None:
    path = tmp_path / "old.sessions.json"
    path.write_bytes((SIDECARS / "version-1.sessions.json").read_bytes())
    project = sidecar.read(path).project
    assert project.desk is not None
    assert [project.desk.draft.inputs, *(session.draft.inputs for session in project.sessions)] == [(), (), ()]


def test_a_sidecar_is_migrated_one_version_after_the_other() -> None:
    migrations: dict[int, Any] = {
        1: lambda old: {**old, "sessions": [{"title": name} for name in old["names"]]},
        2: lambda old: {"sessions": [{"name": session["title"]} for session in old["sessions"]]},
    }
    old: dict[str, Any] = {"schema_version": 1, "names": ["a", "b"]}
    assert migrated(old, migrations, 3) == {"schema_version": 3, "sessions": [{"name": "a"}, {"name": "b"}]}
    assert old == {"schema_version": 1, "names": ["a", "b"]}
    assert migrated({"schema_version": 3}, migrations, 3) == {"schema_version": 3}


@pytest.mark.parametrize("version", [None, 0, "1", True, 1.5])
def test_what_is_of_no_version_is_not_migrated(version: Any) -> None:
    with pytest.raises(ValueError, match="version"):
        migrated({"schema_version": version}, {1: lambda old: old}, 2)


def test_a_sidecar_that_an_editor_saved_with_a_byte_order_mark_is_read(path: Path) -> None:
    project = written(path, "One")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert sidecar.read(path).project == project


def test_a_folder_in_the_place_of_the_sidecar_is_left_alone(path: Path) -> None:
    path.mkdir()
    (path / "keep").write_text("me")
    told: list[Any] = []
    store = Store(path, told.append)
    project, _, _ = generated(Project())
    with pytest.raises(StorageError, match="there is a folder of that name") as caught:
        store.save(project)
    assert caught.value.problem.remedy
    assert told
    assert (path / "keep").read_text() == "me"
    assert names(path) == ["film.sessions.json"]
    (path / "keep").unlink()
    path.rmdir()
    store.save(Project())
    assert sidecar.read(path).project.sessions == project.sessions


def test_a_folder_in_the_place_of_the_backup_is_left_alone(path: Path) -> None:
    written(path, "One")
    paths.backup_path(path).mkdir()
    before = path.read_bytes()
    with pytest.raises(StorageError, match=r"film\.sessions\.backup\.json"):
        Store(path).save(generated(Project())[0])
    assert path.read_bytes() == before
    assert names(path) == ["film.sessions.backup.json", "film.sessions.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_sidecar_that_may_not_be_read_is_left_alone(
    public_folder: Path, as_a_user: Callable[[], AbstractContextManager[None]]
) -> None:
    path = public_folder / "film.sessions.json"
    written(path, "One", "Two")
    before = path.read_bytes()
    path.chmod(0)
    with as_a_user():
        told: list[Any] = []
        store = Store(path, told.append)
        with pytest.raises(StorageError, match="access was denied"):
            store.save(generated(Project())[0])
    path.chmod(0o644)
    assert "access was denied" in str(told[0].what)
    assert path.read_bytes() == before
    assert names(path) == ["film.sessions.backup.json", "film.sessions.json"]


@pytest.mark.parametrize(
    "changes",
    [{"name": "lone \ud800 surrogate"}, {"draft": "no draft"}, {"takes": (1,)}],
    ids=["not text", "of a wrong type", "no takes"],
)
def test_a_change_that_could_not_be_read_again_is_refused_and_spoils_nothing(
    path: Path, changes: dict[str, Any]
) -> None:
    project = written(path, "One")
    store = Store(path)
    with pytest.raises(StorageError, match="cannot be stored"):
        store.save(Project(sessions=(project.sessions[0].model_copy(update=changes),)))
    assert store.project == project
    store.save(generated(project, "More", 9)[0])
    assert document.read(path) is not None
