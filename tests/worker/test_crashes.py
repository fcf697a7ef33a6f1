"""A worker killed at any point: what was paid for is kept, and nothing is paid for twice."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from addon.core.models import TakeState
from addon.storage import locks, paths
from addon.worker import messages

from .blender_side import BlenderSide, clip_of, leftovers, on_disk, take_on_disk
from .clips import mp4
from .fake_service import FolderService


@pytest.mark.parametrize("provider", ["paid", "free"])
@pytest.mark.parametrize(("point", "accepted"), [("submit", 0), ("accepted", 1)])
def test_killed_while_the_request_is_on_its_way(
    provider: str, point: str, accepted: int, blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    """Nobody can know whether the service has it: what costs money is asked about, what is free is sent again."""
    (take_id,) = blender.generate({"hold": [point]}, provider=provider)
    blender.until_held(take_id, point)
    blender.kill_worker()
    assert take_on_disk(sidecar, take_id).state is TakeState.SUBMITTING
    assert service.submissions(take_id) == accepted
    service.let_go(take_id, point)
    blender.restart()
    if provider == "free":
        blender.until_ended(take_id)
        assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    else:
        blender.until_state(take_id, TakeState.UNCERTAIN)
        assert take_on_disk(sidecar, take_id).problem is not None
        assert service.submissions(take_id) == accepted
        blender.client.send(messages.Decide(path=sidecar, take_id=take_id, choice="give_up"))
        blender.until_ended(take_id)
        assert take_on_disk(sidecar, take_id).state is TakeState.CANCELLED
    blender.close()
    assert leftovers(sidecar) == []


def test_killed_before_anything_was_sent(blender: BlenderSide, service: FolderService, sidecar: Path) -> None:
    first, second = blender.generate({"hold": ["poll"]}, {}, provider="narrow")
    blender.until_held(first, "poll")
    blender.kill_worker()
    service.let_go(first, "poll")
    blender.restart()
    blender.until_ended(first, second)
    assert [take_on_disk(sidecar, each).state for each in (first, second)] == [TakeState.SUCCEEDED] * 2
    assert [service.submissions(each) for each in (first, second)] == [1, 1]


@pytest.mark.parametrize("point", ["poll", "download", "half"])
def test_killed_while_the_job_runs_or_its_clip_arrives(
    point: str, blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"hold": [point]})
    blender.until_held(take_id, point)
    blender.kill_worker()
    assert take_on_disk(sidecar, take_id).state is TakeState.RUNNING
    service.let_go(take_id, point)
    blender.restart()
    blender.until_ended(take_id)
    (asset,) = on_disk(sidecar).assets
    assert take_on_disk(sidecar, take_id).asset_id == asset.id
    assert clip_of(asset, sidecar) == mp4(0)
    assert service.submissions(take_id) == 1
    blender.close()
    assert leftovers(sidecar) == []


def test_killed_between_the_clip_in_the_folder_and_the_word_of_it_in_the_sidecar(
    blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"hold": ["half"]})
    blender.until_held(take_id, "half")
    with locks.lock(paths.lock_path(sidecar), sidecar):  # the worker cannot write the sidecar now
        service.let_go(take_id, "half")
        blender.until(lambda: list(paths.assets_folder(sidecar).glob("*.mp4")), "the clip in the folder")
        blender.kill_worker()
    assert take_on_disk(sidecar, take_id).state is TakeState.RUNNING
    blender.restart()
    blender.until_ended(take_id)
    (asset,) = on_disk(sidecar).assets
    assert take_on_disk(sidecar, take_id).asset_id == asset.id
    assert (service.submissions(take_id), service.downloads(take_id)) == (1, 1)
    assert len(list(paths.assets_folder(sidecar).glob("*.mp4"))) == 1
    blender.close()
    assert leftovers(sidecar) == []


def test_a_take_whose_clip_is_there_is_not_made_again_even_if_the_sidecar_is_an_old_one(
    blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"hold": ["submit"]})
    blender.until_held(take_id, "submit")
    old = sidecar.read_bytes()
    service.let_go(take_id, "submit")
    blender.until_ended(take_id)
    blender.kill_worker()
    sidecar.write_bytes(old)
    blender.restart()
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


def test_killed_again_and_again_at_any_moment(blender: BlenderSide, service: FolderService, sidecar: Path) -> None:
    """Eight takes, and a worker that never lives long: each take ends once, and none is ever sent twice."""
    takes = blender.generate(*[{"polls": 40, "size": 200_000} for _ in range(8)])
    blender.until_saved()

    def done() -> bool:
        states = {take_on_disk(sidecar, each).state for each in takes}
        return states <= {TakeState.SUCCEEDED, TakeState.UNCERTAIN}

    for life in range(12):
        threading.Event().wait(0.03 * life)  # it dies at another moment each time
        blender.restart()
        blender.until(lambda: blender.heard or done(), "that it is up")
    blender.until(done, "the end of all")
    for take_id in takes:
        assert service.submissions(take_id) <= 1
        if take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED:
            assert service.submissions(take_id) == 1
    assets = on_disk(sidecar).assets
    assert len({asset.take_id for asset in assets}) == len(assets)
    assert len(list(paths.assets_folder(sidecar).glob("*.mp4"))) == len(assets)
    for asset in assets:
        assert clip_of(asset, sidecar) == mp4(asset.request.seed, 200_000)


def test_ending_the_worker_leaves_running_takes_to_the_next(
    blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    polled, sent = blender.generate({"polls": 1_000_000}, {"hold": ["submit"]})
    blender.until_state(polled, TakeState.RUNNING)
    blender.until_held(sent, "submit")
    blender.close()
    assert not blender.all(messages.Ended)
    assert take_on_disk(sidecar, polled).state is TakeState.RUNNING
    assert take_on_disk(sidecar, sent).state is TakeState.SUBMITTING


def test_ending_the_worker_sends_nothing_of_what_still_waits(
    blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    """A turn that becomes free while the worker ends is not taken."""
    first, *waiting = blender.generate({"polls": 1_000_000}, {}, {}, provider="narrow")
    blender.until_state(first, TakeState.RUNNING)
    blender.close()
    assert take_on_disk(sidecar, first).state is TakeState.RUNNING
    for take_id in waiting:
        assert take_on_disk(sidecar, take_id).state is TakeState.QUEUED
        assert service.submissions(take_id) == 0
