"""A project with all its files in one new folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from addon.core.errors import StorageError
from addon.core.models import Asset, Input, Project, Role
from addon.storage import assets, collecting, document, inputs, paths
from addon.storage.inputs import Facts
from tests.core.builders import at, finished, generated, request, with_take

from .conftest import Drive


def silent(_count: int) -> None:
    """Nobody wants to know."""


def names(folder: Path) -> list[str]:
    """What lies in a folder and below."""
    return sorted(entry.relative_to(folder).as_posix() for entry in folder.rglob("*") if entry.is_file())


def with_clip(project: Project, asset: Asset, file: Path, data: bytes, sidecar: Path) -> Project:
    """The project with the clip of one of its assets at `file`."""
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    facts = {"path": paths.asset_path(file, sidecar), "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    changed = asset.model_copy(update=facts)
    listed = tuple(changed if each.id == asset.id else each for each in project.assets)
    return project.model_copy(update={"assets": listed})


@pytest.fixture
def project(path: Path) -> Project:
    """A session of three takes: two with clips of one name in different folders, one still on its way."""
    project, session, takes = generated(Project(), "A red fox", count=3)
    for take in takes[:2]:
        project = finished(project, session.id, take)
    project = with_clip(project, project.assets[0], path.parent / "film.assets" / "fox.mp4", b"one", path)
    return with_clip(project, project.assets[1], path.parent / "old.assets" / "fox.webm", b"two!", path)


def collected(project: Project, sidecar: Path, target: Path, wanted: Iterable[str] | None = None) -> list[str]:
    """What the worker does with a project's own files; returns what was missing."""
    plan = collecting.plan(project, sidecar, None, "film", wanted)
    missing = list(plan.missing)
    with collecting.Stage(target) as stage:
        for clip, (asset, place) in plan.clips.items():
            if not stage.copy(clip, place, silent, asset.sha256) and str(clip) not in missing:
                missing.append(str(clip))
        stage.write(plan, "film")
        stage.finish()
    return missing


def read(sidecar: Path) -> Project:
    found = document.read(sidecar)
    assert found
    return found[0]


def test_the_clips_of_all_folders_lie_in_one_and_the_sidecar_names_them_there(
    project: Project, path: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    assert collected(project, path, target) == []
    assert names(target) == [
        "film.assets/fox 2.json",
        "film.assets/fox 2.webm",
        "film.assets/fox.json",
        "film.assets/fox.mp4",
        "film.sessions.json",
    ]
    there = read(target / "film.sessions.json")
    assert [each.path for each in there.assets] == ["film.assets/fox.mp4", "film.assets/fox 2.webm"]
    assert [each.sha256 for each in there.assets] == [each.sha256 for each in project.assets]
    for record in assets.records(target / "film.assets"):
        assert record.session and record.session.id == project.sessions[0].id


def test_a_take_on_its_way_stays_behind_so_that_it_is_not_sent_twice(
    project: Project, path: Path, tmp_path: Path
) -> None:
    collected(project, path, tmp_path / "out")
    assert [take.number for take in read(tmp_path / "out" / "film.sessions.json").sessions[0].takes] == [1, 2]


def test_of_clips_that_are_not_wanted_the_takes_are_there_but_no_file(
    project: Project, path: Path, tmp_path: Path
) -> None:
    collected(project, path, tmp_path / "out", wanted=[project.assets[1].id])
    assert names(tmp_path / "out") == ["film.assets/fox.json", "film.assets/fox.webm", "film.sessions.json"]
    assert len(read(tmp_path / "out" / "film.sessions.json").sessions[0].takes) == 2


def test_what_is_in_the_trash_is_not_collected(project: Project, path: Path, tmp_path: Path) -> None:
    trashed = project.assets[0].model_copy(update={"trashed_at": at(500)})
    project = project.model_copy(update={"assets": (trashed, project.assets[1])})
    collected(project, path, tmp_path / "out")
    assert [each.id for each in read(tmp_path / "out" / "film.sessions.json").assets] == [project.assets[1].id]


def test_a_clip_that_is_gone_or_changed_is_told_and_the_rest_collected(
    project: Project, path: Path, tmp_path: Path
) -> None:
    (tmp_path / "film.assets" / "fox.mp4").unlink()
    (tmp_path / "old.assets" / "fox.webm").write_bytes(b"2222")
    assert collected(project, path, tmp_path / "out") == [
        str(tmp_path / "film.assets" / "fox.mp4"),
        str(tmp_path / "old.assets" / "fox.webm"),
    ]
    assert names(tmp_path / "out") == ["film.sessions.json"]


def test_inputs_are_found_there_by_their_hash(project: Project, path: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen.png"
    chosen.write_bytes(b"picture")
    sha256 = inputs.sha256(chosen)
    kept = inputs.keep(chosen, inputs.folder(path, None), Facts(sha256=sha256, width=64, height=36))
    session = project.sessions[0]
    entry = Input(role=Role.FIRST_FRAME, path=str(kept), sha256=sha256)
    gone = Input(role=Role.LAST_FRAME, path=str(tmp_path / "gone.png"), sha256="0" * 64)
    take = session.takes[0].model_copy(update={"request": request(inputs=(entry, gone))})
    project = with_take(project, session.id, take)
    assert collected(project, path, tmp_path / "out") == [gone.path]
    kept.unlink()
    there = read(tmp_path / "out" / "film.sessions.json").sessions[0].takes[0].request.inputs[0]
    moved = (tmp_path / "out").rename(tmp_path / "another machine")
    found = inputs.resolve(there, moved / "film.assets" / "inputs")
    assert found.read_bytes() == b"picture"
    assert inputs.find(found.parent, sha256) == (found, Facts(sha256=sha256, width=64, height=36))


def test_it_never_goes_into_a_folder_that_holds_something(project: Project, path: Path, tmp_path: Path) -> None:
    full, file, lost = tmp_path / "full", tmp_path / "file", tmp_path / "gone" / "out"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    file.write_text("mine")
    for target in (full, file, lost):
        with pytest.raises(StorageError):
            collected(project, path, target)
    assert names(full) == ["mine.txt"] and file.read_text() == "mine"
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".")]


def test_a_folder_that_was_filled_meanwhile_stays_as_it_is(project: Project, path: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    with collecting.Stage(target) as stage:
        target.mkdir()
        (target / "mine.txt").write_text("mine")
        with pytest.raises(StorageError, match="not empty"):
            stage.finish()
    assert names(target) == ["mine.txt"]
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".out")]


def test_nothing_is_left_where_there_is_no_room(project: Project, path: Path, drive: Drive) -> None:
    project = with_clip(project, project.assets[0], path.parent / "film.assets" / "fox.mp4", b"x" * 500_000, path)
    drive.fill(leave=100_000)
    with pytest.raises(StorageError):
        collected(project, path, drive.folder / "out")
    drive.free()
    assert names(drive.folder) == []
