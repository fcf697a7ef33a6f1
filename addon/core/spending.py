"""What takes cost: sums for people, and the limit of a day.

The sums of a session or project are made from its takes. Those of a day go across projects: they come from a ledger
that the worker keeps, with one entry before each submission and one more where it turns out to have cost something
else. All sums are by `unit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Literal

from pydantic import AwareDatetime

from .errors import InputError, Kind
from .models import Cost, Project, Request, Session, Stored, Take, TakeState
from .wording import Value, say

Estimate = Callable[[Request], Cost | None]
"""What one take of a request would cost, None if nobody can tell."""

Sums = dict[str, float]
"""Amounts by `unit`."""

_CREDITS = "credits"
_ON_THE_BILL = frozenset({TakeState.SUBMITTING, TakeState.RUNNING, TakeState.UNCERTAIN, TakeState.SUCCEEDED})


class Entry(Stored):
    """A line of the ledger. `project` is the sidecar's path, `amount` 0 where nobody could tell it beforehand.

    "sent": the request is about to leave. "settled": what the last one sent for the same take came to. "kept": that
    nobody will ever know, so it stands as it is, and the take may be sent once more.
    """

    kind: Literal["sent", "settled", "kept"]
    at: AwareDatetime
    take_id: str
    project: str
    provider: str
    amount: float
    currency: str


def unit(currency: str, provider: str) -> str:
    """What amounts are added up and limited in: a currency, or the credits of one provider, worth nothing elsewhere."""
    return f"{provider} {_CREDITS}" if currency == _CREDITS else currency


def provider_of(unit: str) -> str:
    """Whose credits a unit is; empty if it is a currency."""
    return unit.removesuffix(f" {_CREDITS}") if unit.endswith(f" {_CREDITS}") else ""


def written(amount: float, unit: str, label: str = "") -> Value:
    """An amount as people read it. `unit`: a currency, "credits", or as `unit` has it.

    `label`: what the provider is called whose credits they are.
    """
    if unit == "USD":
        if amount < 0:
            return f"-{written(-amount, unit)}"
        return f"${amount:,.2f}" if amount >= 0.01 or not amount else "< $0.01"
    if unit != _CREDITS and not provider_of(unit):
        return f"{amount:,.2f} {unit}"
    number = f"{round(amount, 2):,.2f}".removesuffix(".00")
    if unit == _CREDITS:
        return say("1 credit") if number == "1" else say("{amount} credits", amount=number)
    if number == "1":
        return say("1 {provider} credit", provider=label)
    return say("{amount} {provider} credits", amount=number, provider=label)


def added(parts: Iterable[Mapping[str, float]]) -> Sums:
    """The sum of sums."""
    sums: Sums = {}
    for part in parts:
        for name, amount in part.items():
            sums[name] = sums.get(name, 0.0) + amount
    return sums


def may_be_billed(take: Take) -> bool:
    """Whether a take may be on the bill although no service has told a cost.

    One that was cancelled may be, if the service had it or it was given up; one that the service does not know any more
    as well. One that failed, or was cancelled before the service had it, is not.
    """
    match take.state:
        case TakeState.CANCELLED:
            return bool(take.job_id or take.problem)
        case TakeState.FAILED:
            return bool(take.job_id and take.problem and take.problem.kind is Kind.NOT_FOUND)
    return take.state in _ON_THE_BILL


def of_take(take: Take, estimate: Estimate) -> Cost | None:
    """What a take cost as far as can be told: what the service said, else the estimate if it may be on the bill.

    Of what was sent last; `Take.lost` has what was sent before.
    """
    return take.cost or (estimate(take.request) if may_be_billed(take) else None)


def of_takes(takes: Iterable[Take], estimate: Estimate) -> Sums:
    """The sum of takes; without those of which nobody knows the price.

    What was sent again counts as often as it may be on the bill, as in the sum of a day.
    """
    return added(_sum(cost, take.request.provider) for take in takes for cost in (of_take(take, estimate), *take.lost))


def of_session(session: Session, estimate: Estimate) -> Sums:
    """What a session's takes cost."""
    return of_takes(session.takes, estimate)


def of_rest(project: Project, estimate: Estimate) -> Sums:
    """What was made in sessions that were deleted since: their clips, and their takes that still run.

    Takes that ended without a clip, and what was lost before there was one, are gone with their session.
    """
    known = {take.id for take in project.detached}
    known |= {take.id for session in project.sessions for take in session.takes}
    left = [asset for asset in project.assets if asset.take_id not in known]
    clips = (_sum(asset.cost or estimate(asset.request), asset.request.provider) for asset in left)
    return added([of_takes(project.detached, estimate), *clips])


def of_day(entries: Iterable[Entry], day: date) -> Sums:
    """What was sent on a day of this machine's calendar, in all projects.

    What seems to be of the next day counts as well: the clock was set back since, or another time zone was entered.
    """
    last = day + timedelta(days=1)
    counted = (entry for entry in _current(entries) if day <= entry.at.astimezone().date() <= last)
    return added({unit(entry.currency, entry.provider): entry.amount} for entry in counted)


def is_open(entries: Iterable[Entry], take_id: str, project: str) -> bool:
    """Whether the last that was written of a take of this project is that it is about to be sent.

    If it still waits to be sent, it never left: a crash came in between.
    """
    kinds = [entry.kind for entry in entries if entry.take_id == take_id and entry.project == project]
    return kinds[-1:] == ["sent"]


def was_sent(entries: Iterable[Entry], take_id: str, project: str) -> bool:
    """Whether a take was sent from this project here: not from a copy of it, and not on another machine."""
    return any(entry.kind == "sent" and entry.take_id == take_id and entry.project == project for entry in entries)


def passes(limit: float, spent: float, expected: float) -> bool:
    """Whether `expected` more would go beyond a day's limit.

    Where nobody can tell the price, `expected` is 0: it may be sent until the limit is reached.
    """
    return spent + expected > limit + 1e-9 or spent >= limit


def check_limit(
    limits: Mapping[str, float], spent: Mapping[str, float], expected: Cost, provider: str, label: str
) -> None:
    """Raise `InputError` (of the kind MONEY) if a take that costs `expected` would go beyond the limit of a day.

    `label`: what the provider is called. An amount of 0 means that nobody can tell it.
    """
    counted_in = unit(expected.currency, provider)
    limit, before = limits.get(counted_in), spent.get(counted_in, 0.0)
    if limit is not None and passes(limit, before, expected.amount):
        raise InputError(
            "The limit of {limit} a day would be passed: today's sum is {spent}, and this take costs about {expected}."
            if expected.amount
            else "The limit of {limit} a day would be passed: today's sum is {spent}, and nobody can tell what this "
            "take costs.",
            "Raise the limit in the preferences, or go on tomorrow.",
            Kind.MONEY,
            limit=written(limit, counted_in, label),
            spent=written(before, counted_in, label),
            expected=written(expected.amount, counted_in, label),
        )


def _sum(cost: Cost | None, provider: str) -> Sums:
    return {unit(cost.currency, provider): cost.amount} if cost else {}


def _current(entries: Iterable[Entry]) -> list[Entry]:
    """One entry for each submission, with what it came to. It stays on the day on which it was sent."""
    found: list[Entry] = []
    last: dict[str, int] = {}
    for entry in entries:
        if entry.kind == "sent":
            last[entry.take_id] = len(found)
            found.append(entry)
        elif entry.kind == "kept":
            last.pop(entry.take_id, None)
        elif entry.take_id in last:
            place = last[entry.take_id]
            found[place] = found[place].model_copy(update={"amount": entry.amount, "currency": entry.currency})
    return found
