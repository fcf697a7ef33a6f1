"""The only place where a take's state changes.

    queued ──► submitting ──► running ──► succeeded
                   │             ├──────► failed, cancelled
                   └► uncertain ─┴► (the person decides: look again, send again, give up)
                          ▲ └► submitting, while the service is asked whether it has it

*submitting* is written down before a request leaves and *running*, with the provider's job id, before the first poll. A
take found *submitting* after a crash may have been accepted: the service is asked for it where that can be done, else
it becomes *uncertain* and is never sent again by itself.
"""

from __future__ import annotations

from datetime import datetime

from .errors import Problem
from .models import Cost, Take, TakeState

_NEXT: dict[TakeState, frozenset[TakeState]] = {
    TakeState.QUEUED: frozenset({TakeState.SUBMITTING, TakeState.FAILED, TakeState.CANCELLED}),
    TakeState.SUBMITTING: frozenset(
        {TakeState.RUNNING, TakeState.UNCERTAIN, TakeState.QUEUED, TakeState.FAILED, TakeState.CANCELLED}
    ),
    TakeState.RUNNING: frozenset({TakeState.SUCCEEDED, TakeState.UNCERTAIN, TakeState.FAILED, TakeState.CANCELLED}),
    TakeState.UNCERTAIN: frozenset(
        {TakeState.QUEUED, TakeState.SUBMITTING, TakeState.RUNNING, TakeState.CANCELLED, TakeState.FAILED}
    ),
    TakeState.SUCCEEDED: frozenset(),
    TakeState.FAILED: frozenset(),
    TakeState.CANCELLED: frozenset(),
}

ENDED = frozenset({TakeState.SUCCEEDED, TakeState.FAILED, TakeState.CANCELLED})


def has_ended(take: Take) -> bool:
    """Whether nothing more will happen to the take by itself."""
    return take.state in ENDED


def is_running(take: Take) -> bool:
    """Whether the take goes on by itself: it has not ended, and waits for nobody to decide."""
    return take.state not in ENDED and take.state is not TakeState.UNCERTAIN


def submitting(take: Take, now: datetime) -> Take:
    """The request is about to leave. Write this down first. Whatever job it had before, it will be another one."""
    return _to(take, TakeState.SUBMITTING, now, problem=None, job_id=None)


def requeued(take: Take, now: datetime) -> Take:
    """The request surely did not reach the service, or repeating it costs nothing: it waits to be sent again."""
    return _to(take, TakeState.QUEUED, now, problem=None)


def resent(take: Take, lost: Cost | None, now: datetime) -> Take:
    """The person has it sent once more. `lost`: what the first one may be on the bill with, None if with nothing."""
    costs = (*take.lost, lost) if lost else take.lost
    return _to(take, TakeState.QUEUED, now, problem=None, job_id=None, cost=None, lost=costs)


def running(take: Take, job_id: str, now: datetime) -> Take:
    """The provider accepted the request under `job_id`. Write this down before the first poll."""
    return _to(take, TakeState.RUNNING, now, job_id=job_id, problem=None)


def uncertain(take: Take, problem: Problem, now: datetime) -> Take:
    """Nobody knows whether the request was accepted, or its clip cannot be fetched now: the person decides."""
    return _to(take, TakeState.UNCERTAIN, now, problem=problem)


def priced(take: Take, cost: Cost, now: datetime) -> Take:
    """The service told what the take costs. It stays where it is."""
    return take.model_copy(update={"cost": cost, "changed_at": now})


def succeeded(take: Take, asset_id: str, now: datetime) -> Take:
    """The clip is in the assets folder."""
    return _to(take, TakeState.SUCCEEDED, now, asset_id=asset_id, problem=None)


def failed(take: Take, problem: Problem, now: datetime) -> Take:
    """The take ended without a clip."""
    return _to(take, TakeState.FAILED, now, problem=problem)


def cancelled(take: Take, now: datetime) -> Take:
    """The person ended the take."""
    return _to(take, TakeState.CANCELLED, now, problem=None)


def given_up(take: Take, problem: Problem, now: datetime) -> Take:
    """The person ended the take, although the service may have it: `problem` says what that means."""
    return _to(take, TakeState.CANCELLED, now, problem=problem)


def _to(take: Take, state: TakeState, now: datetime, **changes: object) -> Take:
    if state not in _NEXT[take.state]:
        raise ValueError(f"a take cannot go from {take.state} to {state}")
    return take.model_copy(update={"state": state, "changed_at": now, **changes})
