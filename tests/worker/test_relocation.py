"""The file gets a name, or another one, while takes are on their way."""

from __future__ import annotations

from pathlib import Path

import pytest

from addon.core.models import TakeState
from addon.storage import paths
from addon.worker import messages

from .blender_side import BlenderSide, clip_of, leftovers, on_disk, take_on_disk
from .clips import mp4
from .fake_service import FolderService


def relocate(blender: BlenderSide, target: Path, *, move: bool) -> None:
    """As the Blender side does: wait for the answer, go on at the target."""
    target.parent.mkdir(exist_ok=True)
    blender.revision += 1
    order = messages.Relocate(path=blender.path, target=target, revision=blender.revision, move=move)
    blender.client.send(order)
    blender.until(lambda: blender.all(messages.Relocated), "Relocated")
    blender.path = target


@pytest.mark.parametrize("point", ["submit", "accepted", "poll", "download", "half"])
def test_a_first_save_takes_clips_and_running_takes_along(
    point: str, blender: BlenderSide, service: FolderService, sidecar: Path, tmp_path: Path
) -> None:
    (done,) = blender.generate({})
    blender.until_ended(done)
    (take_id,) = blender.generate({"hold": [point]})
    blender.until_held(take_id, point)
    target = tmp_path / "named" / "shot.sessions.json"
    relocate(blender, target, move=True)
    service.let_go(take_id, point)
    blender.until_ended(take_id)
    assert blender.all(messages.Ended, take_id)[0].path == target
    project = on_disk(target)
    assert blender.project == project
    assert [take.state for take in project.sessions[0].takes] == [TakeState.SUCCEEDED] * 2
    for asset in project.assets:
        assert asset.path.startswith("shot.assets/")
        assert clip_of(asset, target) == mp4(0)
    blender.close()
    assert service.submissions(take_id) == 1
    assert leftovers(target) == []
    assert not sidecar.exists()
    assert not paths.assets_folder(sidecar).exists()


@pytest.mark.parametrize("point", ["submit", "accepted", "poll", "download", "half"])
def test_after_save_as_running_takes_end_in_both(
    point: str, blender: BlenderSide, service: FolderService, sidecar: Path, tmp_path: Path
) -> None:
    (take_id,) = blender.generate({"hold": [point]})
    blender.until_held(take_id, point)
    target = tmp_path / "named" / "shot.sessions.json"
    relocate(blender, target, move=False)
    service.let_go(take_id, point)
    blender.until(lambda: len(blender.all(messages.Ended, take_id)) == 2, "an end in each")
    assert {message.path for message in blender.all(messages.Ended)} == {sidecar, target}
    for path in (sidecar, target):
        assert take_on_disk(path, take_id).state is TakeState.SUCCEEDED
        assert clip_of(on_disk(path).assets[0], path) == mp4(0)
    assert service.submissions(take_id) == 1
    assert blender.project == on_disk(target)
    blender.close()
    assert leftovers(sidecar) == leftovers(target) == []


@pytest.mark.parametrize("move", [True, False])
def test_only_what_a_new_place_changes_is_told(move: bool, blender: BlenderSide, tmp_path: Path) -> None:
    (take_id,) = blender.generate({})
    blender.until_ended(take_id)
    relocate(blender, tmp_path / "named" / "shot.sessions.json", move=move)
    (relocated,) = blender.all(messages.Relocated)
    assert [asset.take_id for asset in relocated.part.assets] == [take_id]
    assert relocated.part.sessions == ()
    assert blender.project == on_disk(blender.path)


@pytest.mark.parametrize("waits", [True, False])
def test_after_save_as_and_a_crash_no_request_is_sent_from_both_files(
    waits: bool, blender: BlenderSide, service: FolderService, sidecar: Path, tmp_path: Path
) -> None:
    first, second = blender.generate({"hold": ["poll"]}, {"hold": ["accepted"]}, provider="narrow" if waits else "paid")
    blender.until_held(first, "poll")
    if not waits:
        blender.until_held(second, "accepted")
    target = tmp_path / "named" / "shot.sessions.json"
    relocate(blender, target, move=False)
    blender.kill_worker()
    service.let_go(first, "poll")
    service.let_go(second, "accepted")
    blender.restart()
    blender.client.send(messages.Open(path=sidecar))
    blender.until_ended(first)
    blender.until(lambda: take_on_disk(sidecar, second).state in _AT_REST, "the second in the first file")
    blender.until(lambda: take_on_disk(target, second).state in _AT_REST, "the second in the copy")
    assert service.submissions(first) == 1
    assert service.submissions(second) == 1


def test_a_target_that_cannot_be_written_leaves_everything_as_it_was(
    blender: BlenderSide, service: FolderService, sidecar: Path, tmp_path: Path
) -> None:
    (take_id,) = blender.generate({"hold": ["poll"]})
    blender.until_held(take_id, "poll")
    (tmp_path / "file").write_text("where a folder should be")
    target = tmp_path / "file" / "shot.sessions.json"
    for move in (True, False):
        blender.client.send(messages.Relocate(path=sidecar, target=target, revision=90 + move, move=move))
    blender.until(lambda: len(blender.all(messages.SaveFailed)) == 2, "SaveFailed")
    service.let_go(take_id, "poll")
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED


_AT_REST = (TakeState.SUCCEEDED, TakeState.UNCERTAIN)
