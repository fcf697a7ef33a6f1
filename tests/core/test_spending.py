"""Sums of what takes cost, and the limit of a day."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from addon.core import sessions, spending
from addon.core.errors import InputError, Kind, Problem
from addon.core.models import Cost, Project, Request, Session, Take, TakeState
from addon.core.spending import Entry

from .builders import asset_of, at, generated

CENTS = Cost(amount=0.5, currency="USD")


def estimate(_: Request) -> Cost:
    return Cost(amount=2.0, currency="USD")


def nothing(_: Request) -> None:
    return None


def take(state: TakeState, **changes: object) -> Take:
    made: Take = generated(Project())[2][0]
    return made.model_copy(update={"state": state, **changes})


@pytest.mark.parametrize("state", TakeState)
def test_what_the_service_said_counts_in_every_state(state: TakeState) -> None:
    assert spending.of_take(take(state, cost=CENTS), estimate) == CENTS


@pytest.mark.parametrize(
    ("state", "job_id", "counts"),
    [
        (TakeState.QUEUED, None, False),
        (TakeState.SUBMITTING, None, True),
        (TakeState.RUNNING, "job", True),
        (TakeState.UNCERTAIN, None, True),
        (TakeState.SUCCEEDED, "job", True),
        (TakeState.FAILED, "job", False),
        (TakeState.CANCELLED, None, False),
        (TakeState.CANCELLED, "job", True),
    ],
)
def test_what_may_be_on_the_bill_counts_as_it_was_estimated(state: TakeState, job_id: str | None, counts: bool) -> None:
    found = spending.of_take(take(state, job_id=job_id), estimate)
    assert (found is not None) is counts


def test_currencies_are_not_added_up() -> None:
    takes = [take(TakeState.SUCCEEDED, cost=cost) for cost in (CENTS, CENTS, Cost(amount=7, currency="credits"))]
    assert spending.of_takes(takes, nothing) == {"USD": 1.0, "animatic credits": 7.0}


def test_the_credits_of_two_providers_are_two_currencies() -> None:
    cost = Cost(amount=7, currency="credits")
    one = take(TakeState.SUCCEEDED, cost=cost)
    other = one.model_copy(update={"request": one.request.model_copy(update={"provider": "runway"})})
    assert spending.of_takes([one, other, other], nothing) == {"animatic credits": 7.0, "runway credits": 14.0}
    assert spending.provider_of(spending.unit("credits", "runway")) == "runway"
    assert spending.provider_of(spending.unit("USD", "runway")) == ""


@pytest.mark.parametrize(("job_id", "kind", "counts"), [("job", "not_found", True), ("job", "service", False)])
def test_a_take_that_its_service_does_not_know_any_more_may_be_on_the_bill(
    job_id: str, kind: str, counts: bool
) -> None:
    problem = Problem(kind=Kind(kind), message="It failed.")
    found = spending.of_take(take(TakeState.FAILED, job_id=job_id, problem=problem), estimate)
    assert (found is not None) is counts


def test_a_take_that_was_given_up_may_be_on_the_bill() -> None:
    problem = Problem(kind=Kind.INTERRUPTED, message="Given up.")
    assert spending.of_take(take(TakeState.CANCELLED, problem=problem), estimate) == Cost(amount=2.0, currency="USD")


def test_a_project_counts_the_clips_of_sessions_that_are_gone() -> None:
    project, session, (first,) = generated(Project())
    first = first.model_copy(update={"state": TakeState.SUCCEEDED, "cost": CENTS})
    session = session.model_copy(update={"takes": (first,)})
    asset = asset_of(session, first).model_copy(update={"cost": CENTS})
    project = project.model_copy(update={"sessions": (session,), "assets": (asset,)})
    assert spending.of_session(session, nothing) == {"USD": 0.5}
    assert spending.of_rest(project, nothing) == {}
    assert spending.of_rest(sessions.delete(project, session.id, at(5)), nothing) == {"USD": 0.5}


def test_an_empty_session_costs_nothing() -> None:
    empty: Session = generated(Project())[1].model_copy(update={"takes": ()})
    assert spending.of_session(empty, estimate) == {}


def entry(kind: str, amount: float, take_id: str = "a", hours: float = 0, project: str = "/film") -> Entry:
    return Entry.model_validate(
        {
            "kind": kind,
            "at": at(3600 * hours),
            "take_id": take_id,
            "project": project,
            "provider": "fal",
            "amount": amount,
            "currency": "USD",
        }
    )


def today(*entries: Entry) -> dict[str, float]:
    return spending.of_day(entries, at(0).astimezone().date())


def test_a_day_counts_each_submission_with_what_it_came_to() -> None:
    assert today() == {}
    assert today(entry("sent", 1), entry("sent", 2, "b")) == {"USD": 3.0}
    assert today(entry("sent", 1), entry("settled", 0.5)) == {"USD": 0.5}
    assert today(entry("sent", 1), entry("settled", 5), entry("settled", 4)) == {"USD": 4.0}


def test_a_take_that_was_sent_again_counts_twice_unless_it_surely_did_not_arrive() -> None:
    assert today(entry("sent", 1), entry("sent", 1)) == {"USD": 2.0}
    assert today(entry("sent", 1), entry("settled", 0), entry("sent", 1)) == {"USD": 1.0}


def test_what_was_sent_on_another_day_does_not_count_even_if_it_ended_today() -> None:
    assert today(entry("sent", 1, hours=-48), entry("settled", 3)) == {}
    assert spending.of_day([entry("sent", 1)], at(0).astimezone().date() + timedelta(days=1)) == {}


def test_a_clock_that_was_set_back_does_not_make_the_day_new() -> None:
    """What was sent when it was a few hours ahead counts today, and once more tomorrow; not for years."""
    assert today(entry("sent", 1, hours=14)) == {"USD": 1.0}
    assert today(entry("sent", 1, hours=24 * 365)) == {}


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows cannot change the time zone of a process")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago"])
def test_a_day_is_that_of_this_machines_calendar(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        midnight = datetime(2026, 3, 29).astimezone()  # with a change of summer time in much of the world
        entries = [
            entry("sent", amount, name).model_copy(update={"at": (midnight + timedelta(seconds=after)).astimezone(UTC)})
            for name, after, amount in (("a", -1, 1), ("b", 0, 2), ("c", 1, 4))
        ]
        assert spending.of_day(entries, midnight.date()) == {"USD": 6.0}
        assert spending.of_day(entries, midnight.date() + timedelta(days=1)) == {}
    finally:
        monkeypatch.undo()
        time.tzset()


def test_what_nobody_will_ever_know_stands_whatever_becomes_of_what_was_sent_after_it() -> None:
    sent, kept = entry("sent", 1), entry("kept", 0)
    assert today(sent, kept) == {"USD": 1.0}
    assert today(sent, kept, entry("settled", 0)) == {"USD": 1.0}
    assert today(sent, kept, entry("sent", 1), entry("settled", 0)) == {"USD": 1.0}
    assert today(sent, kept, entry("sent", 1), entry("settled", 3)) == {"USD": 4.0}


def test_a_take_is_open_as_long_as_nothing_is_known_of_what_was_sent_last() -> None:
    sent = entry("sent", 1)
    assert spending.is_open([sent], "a", "/film")
    assert not spending.is_open([sent], "a", "/copy")
    assert not spending.is_open([sent], "b", "/film")
    assert not spending.is_open([sent, entry("settled", 0)], "a", "/film")
    assert not spending.is_open([sent, entry("kept", 0)], "a", "/film")
    assert spending.is_open([sent, entry("kept", 0), sent], "a", "/film")
    assert not spending.is_open([], "a", "/film")


def test_an_end_without_a_beginning_counts_nothing() -> None:
    assert today(entry("settled", 3)) == {}


def test_only_who_sent_a_take_has_sent_it() -> None:
    sent = [entry("sent", 1, project="/film")]
    assert spending.was_sent(sent, "a", "/film")
    assert not spending.was_sent(sent, "a", "/copy")
    assert not spending.was_sent(sent, "b", "/film")
    assert not spending.was_sent([entry("settled", 1)], "a", "/film")


@pytest.mark.parametrize(
    ("limits", "spent", "expected", "refused"),
    [
        ({}, 100, 100, False),
        ({"USD": 10}, 0, 10, False),
        ({"USD": 10}, 9, 1, False),
        ({"USD": 10}, 9, 1.01, True),
        ({"USD": 10}, 10, 0, True),
        ({"USD": 10}, 9.99, 0, False),
        ({"USD": 0}, 0, 0, True),
        ({"credits": 1}, 100, 100, False),
        ({"USD": 0.3}, 0.1 + 0.1, 0.1, False),
    ],
)
def test_the_limit_holds(limits: dict[str, float], spent: float, expected: float, refused: bool) -> None:
    cost = Cost(amount=expected, currency="USD")
    if not refused:
        spending.check_limit(limits, {"USD": spent}, cost, "fal", "fal.ai")
        return
    with pytest.raises(InputError) as caught:
        spending.check_limit(limits, {"USD": spent}, cost, "fal", "fal.ai")
    assert caught.value.problem.kind is Kind.MONEY
    said = str(caught.value.problem.what)
    assert f"The limit of ${limits['USD']:.2f} a day would be passed" in said
    assert ("nobody can tell" in said) is (expected == 0)
    assert str(caught.value.problem.advice)


def test_the_limit_of_one_providers_credits_holds_for_no_other() -> None:
    limits, spent, cost = {"runway credits": 10.0}, {"runway credits": 10.0}, Cost(amount=1, currency="credits")
    spending.check_limit(limits, spent, cost, "other", "Other")
    with pytest.raises(InputError) as caught:
        spending.check_limit(limits, spent, cost, "runway", "Runway")
    assert str(caught.value.problem.what) == (
        "The limit of 10 Runway credits a day would be passed: today's sum is 10 Runway credits, "
        "and this take costs about 1 Runway credit."
    )


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (1, "credits", "1 credit"),
        (0, "credits", "0 credits"),
        (1234.5, "credits", "1,234.50 credits"),
        (0.999, "runway credits", "1 Runway credit"),
        (25, "runway credits", "25 Runway credits"),
        (1234.5, "USD", "$1,234.50"),
        (0.001, "USD", "< $0.01"),
        (0, "USD", "$0.00"),
        (-2, "USD", "-$2.00"),
        (2, "EUR", "2.00 EUR"),
    ],
)
def test_an_amount_is_written_as_people_read_it(amount: float, unit: str, text: str) -> None:
    assert str(spending.written(amount, unit, "Runway")) == text


def test_what_was_sent_before_and_may_be_paid_too_counts_beside_what_a_take_cost() -> None:
    lost = (Cost(amount=2, currency="USD"), Cost(amount=7, currency="credits"))
    found = spending.of_takes([take(TakeState.SUCCEEDED, cost=CENTS, lost=lost)], nothing)
    assert found == {"USD": 2.5, "animatic credits": 7.0}
    assert spending.of_takes([take(TakeState.FAILED, lost=lost[:1])], estimate) == {"USD": 2.0}
