"""What takes cost: sums for people, and the limit of a day.

The sums of a session or project are made from its takes. Those of a day go across projects: they come from a ledger
that the worker keeps, with one entry before each submission and one more where it turns out to have cost something
else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from . import pricing
from .errors import InputError, Kind
from .models import Cost, Project, Request, Session, Stored, Take, TakeState

Estimate = Callable[[Request], Cost | None]
"""What one take of a request would cost, None if nobody can tell."""

_ON_THE_BILL = frozenset({TakeState.SUBMITTING, TakeState.RUNNING, TakeState.UNCERTAIN, TakeState.SUCCEEDED})


class Entry(Stored):
    """A line of the ledger. `project` is the sidecar's path, `amount` 0 where nobody could tell it beforehand.

    "sent": the request is about to leave. "settled": what the last one sent for the same take came to.
    """

    kind: Literal["sent", "settled"]
    at: AwareDatetime
    take_id: str
    project: str
    provider: str
    amount: float
    currency: str


def of_take(take: Take, estimate: Estimate) -> Cost | None:
    """What a take cost as far as anybody can tell: what the service said, else the estimate if it may be on the bill.

    One that failed, or was cancelled before the service had it, costs nothing unless the service says so.
    """
    if take.cost:
        return take.cost
    may_be = take.state in _ON_THE_BILL or (take.state is TakeState.CANCELLED and take.job_id)
    return estimate(take.request) if may_be else None


def of_takes(takes: Iterable[Take], estimate: Estimate) -> dict[str, float]:
    """The sum of takes, by currency; without those of which nobody knows the price."""
    return pricing.total([cost for take in takes if (cost := of_take(take, estimate))])


def of_session(session: Session, estimate: Estimate) -> dict[str, float]:
    """What a session's takes cost, by currency."""
    return of_takes(session.takes, estimate)


def of_project(project: Project, estimate: Estimate) -> dict[str, float]:
    """What a project's takes cost, by currency, with the clips of sessions that were deleted since."""
    takes = [*(take for session in project.sessions for take in session.takes), *project.detached]
    known = {take.id for take in takes}
    left = [asset for asset in project.assets if asset.take_id not in known]
    costs = [of_take(take, estimate) for take in takes] + [asset.cost or estimate(asset.request) for asset in left]
    return pricing.total([cost for cost in costs if cost])


def of_day(entries: Iterable[Entry], day: date) -> dict[str, float]:
    """What was sent on a day of this machine's calendar, in all projects, by currency."""
    costs = [
        Cost(amount=entry.amount, currency=entry.currency)
        for entry in _current(entries)
        if entry.at.astimezone().date() == day
    ]
    return pricing.total(costs)


def was_sent(entries: Iterable[Entry], take_id: str, project: str) -> bool:
    """Whether a take was sent from this project here: not from a copy of it, and not on another machine."""
    return any(entry.kind == "sent" and entry.take_id == take_id and entry.project == project for entry in entries)


def check_limit(limits: Mapping[str, float], spent: Mapping[str, float], expected: Cost) -> None:
    """Raise `InputError` (of the kind MONEY) if a take that costs `expected` would go beyond the limit of a day.

    Where nobody can tell the price, `expected` is 0: it may be sent until the limit is reached.
    """
    limit = limits.get(expected.currency)
    if limit is None:
        return
    before = spent.get(expected.currency, 0.0)
    if before + expected.amount > limit + 1e-9 or before >= limit:
        raise InputError(
            "The limit of {limit:g} {currency} a day would be passed: {spent:.2f} are spent today, and this take "
            "costs about {expected:.2f}.",
            "Raise the limit in the preferences, or go on tomorrow.",
            Kind.MONEY,
            limit=limit,
            currency=expected.currency,
            spent=before,
            expected=expected.amount,
        )


def _current(entries: Iterable[Entry]) -> list[Entry]:
    """One entry for each submission, with what it came to. It stays on the day on which it was sent."""
    found: list[Entry] = []
    last: dict[str, int] = {}
    for entry in entries:
        if entry.kind == "sent":
            last[entry.take_id] = len(found)
            found.append(entry)
        elif entry.take_id in last:
            place = last[entry.take_id]
            found[place] = found[place].model_copy(update={"amount": entry.amount, "currency": entry.currency})
    return found
