"""A take's state changes only as drawn in `lifecycle`."""

from __future__ import annotations

import itertools

import pytest

from addon.core import lifecycle
from addon.core.errors import Kind, Problem
from addon.core.models import Cost, Project, Take, TakeState

from .builders import at, generated

PROBLEM = Problem(kind=Kind.SERVICE, message="It failed.", remedy="Try again.")


def take_in(state: TakeState) -> Take:
    _, _, takes = generated(Project())
    return takes[0].model_copy(update={"state": state})


CHANGES = {
    TakeState.QUEUED: lambda take: lifecycle.requeued(take, at(1)),
    TakeState.SUBMITTING: lambda take: lifecycle.submitting(take, at(1)),
    TakeState.RUNNING: lambda take: lifecycle.running(take, "job", at(1)),
    TakeState.UNCERTAIN: lambda take: lifecycle.uncertain(take, PROBLEM, at(1)),
    TakeState.SUCCEEDED: lambda take: lifecycle.succeeded(take, "asset", at(1)),
    TakeState.FAILED: lambda take: lifecycle.failed(take, PROBLEM, at(1)),
    TakeState.CANCELLED: lambda take: lifecycle.cancelled(take, at(1)),
}


def test_a_take_goes_from_queued_to_its_clip() -> None:
    take = lifecycle.submitting(take_in(TakeState.QUEUED), at(1))
    take = lifecycle.running(take, "job-7", at(2))
    take = lifecycle.succeeded(take, "asset-1", at(3))
    assert (take.job_id, take.asset_id, take.changed_at) == ("job-7", "asset-1", at(3))
    assert lifecycle.has_ended(take)


@pytest.mark.parametrize(("ended", "target"), list(itertools.product(lifecycle.ENDED, CHANGES)))
def test_a_take_that_has_ended_never_changes_again(ended: TakeState, target: TakeState) -> None:
    with pytest.raises(ValueError, match="cannot go"):
        CHANGES[target](take_in(ended))


def test_a_running_take_is_never_sent_again() -> None:
    for change in (lifecycle.requeued, lifecycle.submitting):
        with pytest.raises(ValueError, match="cannot go"):
            change(take_in(TakeState.RUNNING), at(1))


def test_an_uncertain_take_carries_why_and_loses_it_when_it_goes_on() -> None:
    take = lifecycle.uncertain(take_in(TakeState.SUBMITTING), PROBLEM, at(1))
    assert take.problem == PROBLEM
    assert lifecycle.requeued(take, at(2)).problem is None


def test_what_a_take_may_have_cost_is_kept_when_it_is_sent_again_and_its_job_is_not() -> None:
    first, second = Cost(amount=1, currency="USD"), Cost(amount=2, currency="USD")
    take = take_in(TakeState.UNCERTAIN).model_copy(update={"job_id": "job-7", "cost": first})
    take = lifecycle.resent(take, first, at(1))
    assert (take.state, take.job_id, take.cost, take.lost) == (TakeState.QUEUED, None, None, (first,))
    again = take.model_copy(update={"state": TakeState.UNCERTAIN})
    assert lifecycle.resent(again, second, at(2)).lost == (first, second)
    assert lifecycle.resent(again, None, at(2)).lost == (first,)
