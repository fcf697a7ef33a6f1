"""Cancelling, at every state."""

from __future__ import annotations

from pathlib import Path

import pytest

from addon.core.models import TakeState
from addon.worker import messages

from .blender_side import BlenderSide, leftovers, on_disk, take_on_disk
from .fake_service import FolderService


def cancel(blender: BlenderSide, take_id: str) -> None:
    blender.client.send(messages.Cancel(path=blender.path, take_id=take_id))


@pytest.mark.parametrize("point", ["submit", "accepted", "poll"])
def test_a_take_cancelled_before_its_clip_is_there_ends_cancelled(
    point: str, blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"hold": [point], "polls": 1_000_000})
    blender.until_held(take_id, point)
    cancel(blender, take_id)
    service.let_go(take_id, point)
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.CANCELLED
    blender.close()
    assert len(blender.all(messages.Ended)) == 1
    assert leftovers(sidecar) == []


def test_a_take_cancelled_between_polls_is_cancelled_at_once(blender: BlenderSide, service: FolderService) -> None:
    (take_id,) = blender.generate({"polls": 1_000_000, "poll_after": 3600})
    blender.until(lambda: blender.all(messages.Progress, take_id), "a poll")
    cancel(blender, take_id)
    blender.until_ended(take_id)
    assert blender.take(take_id).state is TakeState.CANCELLED


def test_a_take_that_waits_is_cancelled_without_being_sent(
    blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    first, second, third = blender.generate({"hold": ["poll"]}, {}, {}, provider="narrow")
    blender.until_held(first, "poll")
    cancel(blender, second)
    blender.until_ended(second)
    assert take_on_disk(sidecar, second).state is TakeState.CANCELLED
    blender.until(
        lambda: str(blender.all(messages.Progress, third)[-1].said) == "Waiting for 1 other take",
        "the third to move up",
    )
    service.let_go(first, "poll")
    blender.until_ended(first, third)
    assert [service.submissions(each) for each in (first, second, third)] == [1, 0, 1]


@pytest.mark.parametrize("point", ["download", "half"])
def test_a_clip_that_is_already_made_and_on_its_way_is_kept(
    point: str, blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"hold": [point]})
    blender.until_held(take_id, point)
    cancel(blender, take_id)
    service.let_go(take_id, point)
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert len(on_disk(sidecar).assets) == 1


def test_a_service_that_finishes_in_spite_of_it_keeps_its_clip(blender: BlenderSide, service: FolderService) -> None:
    (take_id,) = blender.generate({"hold": ["poll"], "cancel": "ignored"})
    blender.until_held(take_id, "poll")
    cancel(blender, take_id)
    service.let_go(take_id, "poll")
    blender.until_ended(take_id)
    assert blender.take(take_id).state is TakeState.SUCCEEDED


@pytest.mark.parametrize("broken", ["service", "network"])
def test_a_service_that_cannot_be_told_lets_the_take_end_by_itself(
    broken: str, blender: BlenderSide, service: FolderService
) -> None:
    (take_id,) = blender.generate({"hold": ["poll"], "broken": {"cancel": broken}})
    blender.until_held(take_id, "poll")
    cancel(blender, take_id)
    service.let_go(take_id, "poll")
    blender.until_ended(take_id)
    assert blender.take(take_id).state is TakeState.SUCCEEDED


def test_a_take_that_has_ended_stays_as_it_is(blender: BlenderSide) -> None:
    (take_id,) = blender.generate({})
    blender.until_ended(take_id)
    cancel(blender, take_id)
    (second,) = blender.generate({})
    blender.until_ended(second)
    blender.close()
    assert blender.take(take_id).state is TakeState.SUCCEEDED
    assert len(blender.all(messages.Ended, take_id)) == 1


def test_a_take_that_does_not_exist_is_one_clear_sentence(blender: BlenderSide) -> None:
    cancel(blender, "no such take")
    blender.until(lambda: blender.all(messages.Trouble), "trouble")
    assert blender.all(messages.Trouble)[0].problem.message == "That take is not in this file (any more)."
