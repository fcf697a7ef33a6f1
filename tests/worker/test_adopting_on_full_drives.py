"""A drive without room: a sentence, nothing half left, and the file can be adopted when there is room."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from addon.core.models import Project
from addon.core.provenance import Clip
from addon.storage import paths
from addon.worker.adopting import adopt
from addon.worker.errands import Adopt, Adopted, Adoptee
from addon.worker.project import OpenProject
from tests.storage.conftest import Drive, drive

__all__ = ["drive"]

CLIP = Path(__file__).parents[1] / "storage" / "clips" / "plain.mp4"


@pytest.fixture
def project(drive: Drive) -> OpenProject:
    project = OpenProject(drive.folder / "film.sessions.json", lambda _message: None)
    project.save(Project())
    return project


def carried_out(project: OpenProject, file: Path) -> Adopted:
    order = Adopt(
        path=project.path, order_id="order", session_id="new", files=(Adoptee(file=file, clip=Clip(1, 64, 36, 24)),)
    )
    return adopt(order, project, lambda: None, lambda *_said: None)


def in_folder(project: OpenProject) -> list[str]:
    folder = paths.assets_folder(project.path)
    return sorted(each.name for each in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("leave", [0, 2000, 4000, 8000])
def test_a_file_that_does_not_fit_leaves_nothing_and_is_adopted_when_there_is_room(
    project: OpenProject, drive: Drive, tmp_path: Path, leave: int
) -> None:
    file = Path(shutil.copy(CLIP, tmp_path / "shot.mp4"))
    with file.open("r+b") as opened:
        opened.truncate(40_000)
    drive.fill(leave)
    answer = carried_out(project, file)
    assert answer.problem is not None
    assert "no space left" in str(answer.problem)
    assert in_folder(project) == []
    assert project.project.assets == ()
    drive.free()
    assert carried_out(project, file).problem is None
    (asset,) = project.project.assets
    assert paths.clip_path(asset.path, project.path).read_bytes() == file.read_bytes()
    assert len(in_folder(project)) == 2


def test_a_clip_that_just_fits_but_leaves_no_room_for_the_sidecar_is_listed_and_written_later(
    project: OpenProject, drive: Drive, tmp_path: Path
) -> None:
    file = tmp_path / "shot.mp4"
    file.write_bytes(CLIP.read_bytes())
    drive.fill(file.stat().st_size + 8192)
    answer = carried_out(project, file)
    drive.free()
    if answer.problem is None:
        assert [asset.id for asset in project.project.assets] == [answer.files[0].asset_id]
    project.save_again(now=True)
    assert not project.unsaved
    assert carried_out(project, file).problem is None
    assert len(project.project.assets) == 1
    assert len(in_folder(project)) == 2


def test_a_folder_that_cannot_be_written_is_said(project: OpenProject, drive: Drive) -> None:
    drive.make_read_only()
    try:
        answer = carried_out(project, CLIP)
    finally:
        drive.make_writable()
    assert answer.problem is not None
    assert "read-only" in str(answer.problem)
    assert CLIP.exists()
