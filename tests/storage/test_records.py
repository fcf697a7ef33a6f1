"""The JSON beside a clip, brought up to date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from addon.core import sessions
from addon.core.errors import StorageError
from addon.core.models import Project
from addon.core.records import Record, wanted
from addon.storage import assets, files, folders, paths, records
from tests.core.builders import at, finished, generated

from .conftest import LimitedFolder


@pytest.fixture
def clip(path: Path) -> Path:
    """A clip in the project's assets folder."""
    folder = paths.assets_folder(path)
    folder.mkdir()
    clip = folder / "fox.mp4"
    clip.write_bytes(b"fox")
    return clip


@pytest.fixture
def project() -> Project:
    """A session with one clip."""
    project, session, (take,) = generated(Project(), "A red fox")
    return finished(project, session.id, take)


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(entry.name for entry in folder.iterdir())


def record(project: Project) -> Record:
    (found,) = wanted(project)
    return found


def test_it_tells_the_session_as_it_is_now_and_is_written_only_when_that_changed(clip: Path, project: Project) -> None:
    session = project.sessions[0]
    assert records.bring_up_to_date(clip, record(project))
    assert not records.bring_up_to_date(clip, record(project))
    renamed = sessions.rename(project, session.id, "Vixen", at(200))
    assert records.bring_up_to_date(clip, record(renamed))
    (told,) = assets.records(clip.parent)
    assert told.session and told.session.name == "Vixen" and told.asset.path == "film.assets/fox.mp4"
    assert records.bring_up_to_date(clip, record(sessions.delete(renamed, session.id, at(300))))
    (told,) = assets.records(clip.parent)
    assert told.session and told.session.deleted_at == at(300)
    assert names(clip.parent) == ["fox.json", "fox.mp4"]


def test_what_is_not_the_clips_own_is_left_alone(clip: Path, project: Project) -> None:
    json_file = assets.json_path(clip)
    other, session, (take,) = generated(Project())
    other = finished(other, session.id, take)
    newer = {**record(project).model_dump(mode="json"), "schema_version": 99}
    for text in ("not JSON", "[1, 2]", record(other).model_dump_json(), json.dumps(newer)):
        json_file.write_text(text)
        assert not records.bring_up_to_date(clip, record(project))
        assert json_file.read_text() == text


def test_none_is_made_where_no_clip_is(clip: Path, project: Project) -> None:
    clip.unlink()
    assert not records.bring_up_to_date(clip, record(project))
    assert names(clip.parent) == []


def test_the_old_one_stays_whole_where_nothing_can_be_written(
    clip: Path, project: Project, limited: LimitedFolder
) -> None:
    records.bring_up_to_date(clip, record(project))
    before = assets.json_path(clip).read_bytes()
    limited.fill()
    renamed = sessions.rename(project, project.sessions[0].id, "Vixen", at(200))
    with pytest.raises(StorageError):
        records.bring_up_to_date(clip, record(renamed))
    limited.free()
    assert assets.json_path(clip).read_bytes() == before
    assert names(clip.parent) == ["fox.json", "fox.mp4"]


def test_it_follows_a_clip_that_was_moved_unless_one_is_there(clip: Path, project: Project, tmp_path: Path) -> None:
    records.bring_up_to_date(clip, record(project))
    moved = tmp_path / "footage" / "renamed.mp4"
    moved.parent.mkdir()
    files.move_new(clip, moved)
    records.follow(moved, clip)
    assert names(moved.parent) == ["renamed.json", "renamed.mp4"]
    assert names(clip.parent) == []
    assert [each.asset.path for each in assets.records(moved.parent)] == ["footage/renamed.mp4"]
    records.follow(clip, moved)
    assert names(moved.parent) == ["renamed.json", "renamed.mp4"]


def test_a_folder_of_another_project_is_known_as_such(path: Path, tmp_path: Path) -> None:
    mine, footage, other = paths.assets_folder(path), tmp_path / "footage", tmp_path / "other.assets"
    for folder in (mine, footage, other):
        folder.mkdir()
    assert not any(folders.is_anothers(each, path) for each in (mine, mine / paths.TRASH, footage, other))
    (tmp_path / "other.sessions.json").write_text("{}")
    assert folders.is_anothers(other, path) and folders.is_anothers(other / paths.TRASH, path)
    root = tmp_path / "root"
    theirs = folders.make(tmp_path / "other.sessions.json", root)
    assert folders.is_anothers(theirs, path)
    assert not folders.is_anothers(folders.make(path, root), path)
