"""Clips that go into a folder which all projects share."""

from __future__ import annotations

from pathlib import Path

import pytest

from addon.core.models import TakeState
from addon.storage import folders, paths
from addon.worker import messages

from .blender_side import BlenderSide, clip_of, leftovers, on_disk, take_on_disk
from .clips import mp4
from .fake_service import FolderService


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder that the preferences name; it is made with the first clip."""
    return tmp_path / "clips"


def put_clips_in(blender: BlenderSide, root: Path | None) -> None:
    """The preferences name another folder."""
    blender.root = root
    blender.client.send(messages.Open(path=blender.path, root=root))


def lies_in(sidecar: Path) -> list[Path]:
    """The folders of the project's clips, as its sidecar names them."""
    return [paths.clip_path(asset.path, sidecar).parent for asset in on_disk(sidecar).assets]


def test_new_clips_go_there_and_nothing_is_left_beside_the_sidecar(
    blender: BlenderSide, sidecar: Path, root: Path
) -> None:
    put_clips_in(blender, root)
    takes = blender.generate({}, {})
    blender.until_ended(*takes)
    blender.close()
    assert lies_in(sidecar) == [root / "film.assets"] * 2
    for asset in on_disk(sidecar).assets:
        assert clip_of(asset, sidecar) == mp4(asset.request.seed)
    assert blender.project == on_disk(sidecar)
    assert leftovers(sidecar) == []


def test_earlier_clips_stay_where_they_are(blender: BlenderSide, sidecar: Path, root: Path, tmp_path: Path) -> None:
    for folder in (None, root, tmp_path / "other", None):
        put_clips_in(blender, folder)
        blender.until_ended(*blender.generate({}))
    beside = paths.assets_folder(sidecar)
    assert lies_in(sidecar) == [beside, root / "film.assets", tmp_path / "other" / "film.assets", beside]
    for asset in on_disk(sidecar).assets:
        assert clip_of(asset, sidecar) == mp4(0)


def test_two_files_of_the_same_name_at_the_same_time_do_not_mix_their_clips(
    blender: BlenderSide, sidecar: Path, root: Path, tmp_path: Path
) -> None:
    other = tmp_path / "another" / sidecar.name
    other.parent.mkdir()
    put_clips_in(blender, root)
    (first,) = blender.generate({})
    blender.until_ended(first)
    blender.path = other
    blender.open()
    blender.until_ended(*blender.generate({}))
    assert lies_in(sidecar) == [root / "film.assets"]
    assert lies_in(other) == [root / "film 2.assets"]


@pytest.mark.parametrize("point", ["submit", "accepted", "poll", "download", "half"])
def test_a_crash_anywhere_on_the_way_costs_nothing_twice(
    point: str, blender: BlenderSide, service: FolderService, sidecar: Path, root: Path
) -> None:
    put_clips_in(blender, root)
    (take_id,) = blender.generate({"hold": [point]}, provider="free" if point in ("submit", "accepted") else "paid")
    blender.until_held(take_id, point)
    blender.kill_worker()
    service.let_go(take_id, point)
    blender.restart()
    blender.until_ended(take_id)
    blender.close()
    assert lies_in(sidecar) == [root / "film.assets"]
    assert leftovers(sidecar) == []


def test_a_clip_that_had_arrived_before_a_crash_is_found_there(
    blender: BlenderSide, service: FolderService, sidecar: Path, root: Path
) -> None:
    put_clips_in(blender, root)
    (take_id,) = blender.generate({"hold": ["poll"]})
    blender.until_held(take_id, "poll")
    running = sidecar.read_bytes()
    service.let_go(take_id, "poll")
    blender.until_ended(take_id)
    blender.kill_worker()
    sidecar.write_bytes(running)  # the clip is there, the word of it was lost
    blender.restart()
    blender.until_ended(take_id)
    assert len(list((root / "film.assets").glob("*.mp4"))) == 1
    assert lies_in(sidecar) == [root / "film.assets"]
    assert service.submissions(take_id) == 1


def test_nothing_is_sent_while_the_folder_is_out_of_reach_and_it_goes_on_when_it_is_back(
    blender: BlenderSide, service: FolderService, sidecar: Path, tmp_path: Path
) -> None:
    put_clips_in(blender, tmp_path / "drive" / "clips")
    (take_id,) = blender.generate({})
    blender.until(lambda: blender.all(messages.Trouble), "Trouble")
    blender.client.send(messages.Open(path=sidecar, root=blender.root))
    (trouble,) = blender.all(messages.Trouble)
    assert "drive" in str(trouble.problem) and trouble.problem.remedy
    assert service.submissions(take_id) == 0
    assert take_on_disk(sidecar, take_id).state is TakeState.QUEUED
    (tmp_path / "drive").mkdir()
    blender.until_ended(take_id)
    assert lies_in(sidecar) == [tmp_path / "drive" / "clips" / "film.assets"]


def test_a_take_that_waits_for_a_folder_goes_on_when_another_is_chosen(
    blender: BlenderSide, sidecar: Path, root: Path, tmp_path: Path
) -> None:
    put_clips_in(blender, tmp_path / "drive" / "clips")
    (take_id,) = blender.generate({})
    blender.until(lambda: blender.all(messages.Trouble), "Trouble")
    put_clips_in(blender, root)
    blender.until_ended(take_id)
    assert lies_in(sidecar) == [root / "film.assets"]


def test_a_folder_that_goes_away_while_a_take_runs_loses_nothing_that_was_paid_for(
    blender: BlenderSide, service: FolderService, sidecar: Path, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "drive").mkdir()
    put_clips_in(blender, tmp_path / "drive" / "clips")
    (take_id,) = blender.generate({"hold": ["poll"]})
    blender.until_held(take_id, "poll")
    for folder in (tmp_path / "drive" / "clips", tmp_path / "drive"):
        folder.rmdir()
    service.let_go(take_id, "poll")
    blender.until_state(take_id, TakeState.UNCERTAIN)
    problem = blender.take(take_id).problem
    assert problem is not None and "The clip was made" in str(problem) and "preferences" in str(problem)
    put_clips_in(blender, root)
    blender.until_ended(take_id)
    assert lies_in(sidecar) == [root / "film.assets"]
    assert service.submissions(take_id) == 1
    blender.close()
    assert leftovers(sidecar) == []


@pytest.mark.parametrize("point", ["submit", "accepted", "poll", "download", "half"])
@pytest.mark.parametrize("move", [True, False])
def test_a_first_save_and_save_as_while_a_take_runs(
    move: bool, point: str, blender: BlenderSide, service: FolderService, sidecar: Path, root: Path, tmp_path: Path
) -> None:
    if not move:
        put_clips_in(blender, root)
    (done,) = blender.generate({})
    blender.until_ended(done)
    (take_id,) = blender.generate({"hold": [point]})
    blender.until_held(take_id, point)
    target = tmp_path / "named" / "shot.sessions.json"
    target.parent.mkdir()
    blender.revision += 1
    order = messages.Relocate(path=sidecar, target=target, root=root, revision=blender.revision, move=move)
    blender.client.send(order)
    blender.until(lambda: blender.all(messages.Relocated), "Relocated")
    blender.path = target
    service.let_go(take_id, point)
    blender.until(lambda: len(blender.all(messages.Ended, take_id)) == (1 if move else 2), "the end")
    blender.close()
    if move:
        assert lies_in(target) == [root / "shot.assets"] * 2
        assert not paths.assets_folder(sidecar).exists()
    else:
        assert lies_in(target) == lies_in(sidecar) == [root / "film.assets"] * 2
        assert folders.find(target, root) is None
    for asset in on_disk(target).assets:
        assert clip_of(asset, target) == mp4(0)
    assert service.submissions(take_id) == 1
    assert leftovers(sidecar) == leftovers(target) == []
