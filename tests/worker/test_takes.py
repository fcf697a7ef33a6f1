"""A take's way from the click to its end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from addon.core.errors import Kind
from addon.core.models import TakeState
from addon.worker import messages

from .blender_side import BlenderSide, clip_of, leftovers, on_disk, take_on_disk
from .clips import mp4
from .fake_service import FolderService


def test_a_take_ends_as_an_asset_and_everything_is_on_the_disk(
    blender: BlenderSide, sidecar: Path, service: FolderService
) -> None:
    (take_id,) = blender.generate({"polls": 3})
    blender.until_ended(take_id)
    take = take_on_disk(sidecar, take_id)
    (asset,) = on_disk(sidecar).assets
    assert take.state is TakeState.SUCCEEDED
    assert take.asset_id == asset.id
    assert blender.project == on_disk(sidecar)
    assert clip_of(asset, sidecar) == mp4(take.request.seed)
    assert asset.session_name == blender.project.sessions[0].name
    assert service.submissions(take_id) == 1
    blender.close()
    assert leftovers(sidecar) == []
    assert len(blender.all(messages.Ended)) == 1


def test_blender_hears_of_each_state_in_order_and_of_the_end_once_and_last(blender: BlenderSide) -> None:
    (take_id,) = blender.generate({"polls": 40, "hold": ["submit"]})
    blender.until_state(take_id, TakeState.SUBMITTING)
    blender.service.let_go(take_id, "submit")
    blender.until_state(take_id, TakeState.RUNNING)
    blender.until_ended(take_id)
    blender.close()
    told = [m for m in blender.heard if isinstance(m, messages.Progress | messages.Ended) and m.take_id == take_id]
    assert [type(message) for message in told].count(messages.Ended) == 1
    assert isinstance(told[-1], messages.Ended)
    assert any(message.fraction for message in told[:-1])


def test_progress_is_told_at_most_ten_times_a_second(blender: BlenderSide) -> None:
    before = time.monotonic()
    (take_id,) = blender.generate({"polls": 300, "poll_after": 0.001})
    blender.until_ended(take_id)
    seconds = time.monotonic() - before
    assert len(blender.all(messages.Progress, take_id)) <= 10 * seconds + 1


def test_eight_takes_run_side_by_side(blender: BlenderSide, service: FolderService) -> None:
    takes = blender.generate(*[{"hold": ["poll"]} for _ in range(8)])
    for take_id in takes:
        blender.until_held(take_id, "poll")
    for take_id in takes:
        service.let_go(take_id, "poll")
    blender.until_ended(*takes)
    project = on_disk(blender.path)
    assert [take.state for take in project.sessions[0].takes] == [TakeState.SUCCEEDED] * 8
    assert len({asset.path for asset in project.assets}) == 8
    assert len(blender.all(messages.Ended)) == 8
    for take in project.sessions[0].takes:
        (asset,) = (asset for asset in project.assets if asset.id == take.asset_id)
        assert clip_of(asset, blender.path) == mp4(take.request.seed)


def test_takes_beyond_what_the_provider_runs_at_once_wait_their_turn_and_say_so(
    blender: BlenderSide, service: FolderService
) -> None:
    first, second, third = blender.generate({"hold": ["poll"]}, {}, {}, provider="narrow")
    blender.until_held(first, "poll")
    blender.until(lambda: blender.all(messages.Progress, third), "waiting")
    assert str(blender.all(messages.Progress, second)[-1].said) == "Waiting for 1 other take"
    assert str(blender.all(messages.Progress, third)[-1].said) == "Waiting for 2 other takes"
    assert service.submissions(second) == service.submissions(third) == 0
    assert take_on_disk(blender.path, third).state is TakeState.QUEUED
    service.let_go(first, "poll")
    blender.until_ended(first, second, third)
    assert [m.take_id for m in blender.all(messages.Ended)] == [first, second, third]


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        ({"end": "failed"}, Kind.SERVICE),
        ({"end": "refused"}, Kind.REFUSED),
        ({"submit": "money"}, Kind.MONEY),
        ({"errors": {"submit": 100}}, Kind.NETWORK),
    ],
)
def test_a_take_that_cannot_be_made_fails_with_what_happened_and_what_to_do(
    behaviour: dict[str, object], kind: Kind, blender: BlenderSide, sidecar: Path
) -> None:
    (take_id,) = blender.generate(behaviour)
    blender.until_ended(take_id)
    take = take_on_disk(sidecar, take_id)
    assert take.state is TakeState.FAILED
    assert take.problem is not None
    assert take.problem.kind is kind
    assert str(take.problem.what).endswith(".")
    assert str(take.problem.advice).endswith(".")
    assert "Traceback" not in str(take.problem)
    blender.close()
    assert len(blender.all(messages.Ended)) == 1
    assert leftovers(sidecar) == []


@pytest.mark.parametrize("what", ["poll", "download"])
@pytest.mark.parametrize("broken", ["service", "key", "offline", "internal", "mistake"])
def test_what_was_accepted_has_not_failed_because_nobody_can_ask_for_it(
    what: str, broken: str, blender: BlenderSide, service: FolderService
) -> None:
    (take_id,) = blender.generate({"broken": {what: broken}})
    blender.until_state(take_id, TakeState.UNCERTAIN)
    take = take_on_disk(blender.path, take_id)
    assert take.job_id
    assert take.problem
    assert "ook again" in str(take.problem.advice)
    assert not blender.all(messages.Ended)


@pytest.mark.parametrize("broken", ["not_found", "refused"])
def test_a_job_that_the_service_does_not_have_has_failed(broken: str, blender: BlenderSide) -> None:
    (take_id,) = blender.generate({"broken": {"poll": broken}})
    blender.until_ended(take_id)
    assert blender.take(take_id).state is TakeState.FAILED


def test_a_network_that_comes_back_costs_nothing(blender: BlenderSide, service: FolderService) -> None:
    (take_id,) = blender.generate({"errors": {"submit": 2, "poll": 3, "download": 2}, "wrong": 0})
    blender.until_ended(take_id)
    assert blender.take(take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


def test_a_clip_that_arrives_broken_is_fetched_again(blender: BlenderSide, service: FolderService) -> None:
    (take_id,) = blender.generate({"wrong": 2})
    blender.until_ended(take_id)
    assert blender.take(take_id).state is TakeState.SUCCEEDED
    assert (service.submissions(take_id), service.downloads(take_id)) == (1, 3)


def test_a_clip_that_cannot_be_fetched_waits_at_the_service_and_is_fetched_when_asked(
    blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"errors": {"download": 3}})
    blender.until_state(take_id, TakeState.UNCERTAIN)
    problem = take_on_disk(sidecar, take_id).problem
    assert problem
    assert "The clip was made" in str(problem.what)
    assert "ook again" in str(problem.advice)
    assert not blender.all(messages.Ended)
    blender.client.send(messages.Decide(path=sidecar, take_id=take_id, choice="look_again"))
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


@pytest.mark.parametrize("killed", [False, True])
def test_a_link_that_has_expired_is_no_failed_take_and_looking_again_gets_the_clip_for_free(
    killed: bool, blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"errors": {"download": 1}, "passing": "not_found"})
    blender.until_state(take_id, TakeState.UNCERTAIN)
    problem = take_on_disk(sidecar, take_id).problem
    assert problem
    assert str(problem) == (
        "The clip was made, but it could not be fetched. The link to the clip is good no more. "
        "Look again: it is not made or paid for anew."
    )
    if killed:
        blender.restart()  # which looks again by itself
    else:
        blender.client.send(messages.Decide(path=sidecar, take_id=take_id, choice="look_again"))
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert (service.submissions(take_id), service.downloads(take_id)) == (1, 2)


def test_a_service_that_stays_out_of_reach_leaves_the_take_to_be_looked_at_again(
    blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"errors": {"poll": 5}})
    blender.until_state(take_id, TakeState.UNCERTAIN)
    blender.restart()
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


@pytest.mark.parametrize(
    ("choice", "state", "submissions"),
    [("send_again", TakeState.SUCCEEDED, 2), ("give_up", TakeState.CANCELLED, 1)],
)
def test_the_person_decides_about_a_request_that_may_have_been_accepted(
    choice: str, state: TakeState, submissions: int, blender: BlenderSide, service: FolderService
) -> None:
    (take_id,) = blender.generate({"submit": "uncertain once"})
    blender.until_state(take_id, TakeState.UNCERTAIN)
    assert not blender.all(messages.Ended)
    blender.client.send(messages.Decide(path=blender.path, take_id=take_id, choice="look_again"))
    blender.until(lambda: blender.all(messages.Trouble), "that there is nothing to look at")
    blender.client.send(messages.Decide(path=blender.path, take_id=take_id, choice=choice))
    blender.until_ended(take_id)
    assert take_on_disk(blender.path, take_id).state is state
    assert service.submissions(take_id) == submissions


def test_a_take_of_a_provider_that_this_version_does_not_have_is_left_as_it_is(
    blender: BlenderSide, sidecar: Path
) -> None:
    (take_id,) = blender.generate({}, provider="from the future")
    blender.until(lambda: blender.all(messages.Progress, take_id), "why")
    assert "from the future" in str(blender.all(messages.Progress, take_id)[-1].said)
    blender.restart()
    blender.until(lambda: blender.all(messages.Progress, take_id), "why")
    assert take_on_disk(sidecar, take_id).state is TakeState.QUEUED
    blender.client.send(messages.Cancel(path=sidecar, take_id=take_id))
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.CANCELLED


def test_closing_a_file_lets_its_takes_end_in_it(
    blender: BlenderSide, service: FolderService, sidecar: Path, tmp_path: Path
) -> None:
    (take_id,) = blender.generate({"hold": ["poll"]})
    blender.until_held(take_id, "poll")
    blender.client.send(messages.Close(path=sidecar))
    other = tmp_path / "project" / "other.sessions.json"
    blender.client.send(messages.Open(path=other))
    service.let_go(take_id, "poll")
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert not other.exists()
