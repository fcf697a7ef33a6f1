"""What takes cost: written down before they are sent, corrected afterwards, held against the limit of a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from addon.core import sessions, spending
from addon.core.errors import Kind
from addon.core.models import Cost, TakeState
from addon.core.spending import Entry
from addon.storage import ledger
from addon.worker import messages, problems

from .blender_side import BlenderSide, on_disk, take_on_disk
from .fake_service import FolderService

DOLLAR = Cost(amount=2.5, currency="USD")


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """The folder of what is the user's."""
    return tmp_path / "user"


def entries(user: Path) -> list[Entry]:
    return ledger.Ledger(user / ledger.NAME).entries()


def today(user: Path) -> dict[str, float]:
    return spending.of_day(entries(user), datetime.now().astimezone().date())


def test_what_the_service_says_it_cost_is_with_take_and_clip_and_in_the_ledger(
    blender: BlenderSide, user: Path, sidecar: Path
) -> None:
    blender.configure(user)
    (take_id,) = blender.generate({"cost": 2.5, "polls": 3})
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).cost == DOLLAR
    (asset,) = on_disk(sidecar).assets
    assert asset.cost == DOLLAR
    assert [(entry.kind, entry.amount) for entry in entries(user)] == [("sent", 1.0), ("settled", 2.5)]
    assert today(user) == {"USD": 2.5}


def test_the_intent_is_in_the_ledger_before_the_request_leaves(
    blender: BlenderSide, service: FolderService, user: Path, sidecar: Path
) -> None:
    blender.configure(user)
    (take_id,) = blender.generate({"hold": ["submit"]})
    blender.until_held(take_id, "submit")
    blender.kill_worker()
    (entry,) = entries(user)
    assert (entry.kind, entry.take_id, entry.project, entry.amount) == ("sent", take_id, str(sidecar), 1.0)
    assert service.submissions(take_id) == 0


@pytest.mark.parametrize(
    ("behaviour", "spent"),
    [
        ({"submit": "money"}, 0.0),
        ({"end": "failed"}, 0.0),
        ({"end": "failed", "cost": 0.25}, 0.25),
        ({"errors": {"submit": 2}}, 1.0),
        ({"broken": {"poll": "key"}}, 1.0),
        ({"broken": {"download": "key"}, "cost": 2.5}, 2.5),
        ({}, 1.0),
    ],
)
def test_what_may_be_on_the_bill_counts_for_the_day(
    behaviour: dict[str, object], spent: float, blender: BlenderSide, user: Path
) -> None:
    blender.configure(user)
    (take_id,) = blender.generate(behaviour)
    settled = {TakeState.SUCCEEDED, TakeState.FAILED, TakeState.UNCERTAIN}
    blender.until(lambda: blender.take(take_id).state in settled, "an end")
    blender.close()
    assert today(user) == {"USD": spent}


def test_a_cost_told_before_the_download_fails_is_with_the_take(blender: BlenderSide, sidecar: Path) -> None:
    (take_id,) = blender.generate({"broken": {"download": "key"}, "cost": 2.5})
    blender.until_state(take_id, TakeState.UNCERTAIN)
    assert take_on_disk(sidecar, take_id).cost == DOLLAR


def test_what_would_pass_the_limit_of_the_day_is_not_sent(
    blender: BlenderSide,
    new_blender: Callable[[Path], BlenderSide],
    service: FolderService,
    user: Path,
    tmp_path: Path,
) -> None:
    """Not from this file, and not from another one in another Blender."""
    blender.configure(user, daily_limit={"USD": 3.0})
    takes = blender.generate(*[{} for _ in range(5)])
    blender.until_ended(*takes)
    states = [blender.take(each).state for each in takes]
    assert sorted(states) == [TakeState.FAILED] * 2 + [TakeState.SUCCEEDED] * 3
    assert sum(service.submissions(each) for each in takes) == 3
    refused = next(blender.take(each).problem for each in takes if blender.take(each).state is TakeState.FAILED)
    assert refused is not None
    assert refused.kind is Kind.MONEY
    assert "The limit of $3.00 a day" in str(refused.what)

    other = new_blender(tmp_path / "project" / "other.sessions.json")
    other.configure(user, daily_limit={"USD": 3.0})
    other.open()
    paid, free = *other.generate({}), *other.generate({}, provider="free")
    other.until_ended(paid, free)
    assert other.take(paid).state is TakeState.FAILED
    assert other.take(free).state is TakeState.SUCCEEDED
    other.configure(user, daily_limit={"USD": 10.0})
    (more,) = other.generate({})
    other.until_ended(more)
    assert other.take(more).state is TakeState.SUCCEEDED


def test_two_blenders_at_once_do_not_pass_the_limit_together(
    blender: BlenderSide, new_blender: Callable[[Path], BlenderSide], service: FolderService, user: Path, tmp_path: Path
) -> None:
    other = new_blender(tmp_path / "project" / "other.sessions.json")
    other.open()
    sides = (blender, other)
    for side in sides:
        side.configure(user, daily_limit={"USD": 3.0})
    takes = {side: side.generate(*[{} for _ in range(6)]) for side in sides}
    for side in sides:
        side.until_ended(*takes[side])
    assert sum(service.submissions(each) for side in sides for each in takes[side]) == 3
    assert today(user) == {"USD": 3.0}


def test_a_take_that_is_given_up_stays_counted_and_says_that_it_may_be_billed(
    blender: BlenderSide, user: Path, sidecar: Path
) -> None:
    blender.configure(user)
    (take_id,) = blender.generate({"submit": "uncertain once"})
    blender.until_state(take_id, TakeState.UNCERTAIN)
    blender.client.send(messages.Decide(path=blender.path, take_id=take_id, choice="give_up"))
    blender.until_ended(take_id)
    take = take_on_disk(sidecar, take_id)
    assert (take.state, take.problem) == (TakeState.CANCELLED, problems.GIVEN_UP)
    assert today(user) == {"USD": 1.0}
    assert spending.may_be_billed(take)


def test_what_was_free_is_given_up_without_a_word_of_bills(blender: BlenderSide, sidecar: Path) -> None:
    (take_id,) = blender.generate({"broken": {"download": "key"}}, provider="free")
    blender.until_state(take_id, TakeState.UNCERTAIN)
    blender.client.send(messages.Decide(path=blender.path, take_id=take_id, choice="give_up"))
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).problem is None


@pytest.mark.parametrize(("told", "sum_of_both"), [({}, 2.0), ({"cost": 2.5}, 3.5)])
def test_a_take_that_is_sent_again_counts_twice_in_the_sums_as_in_the_day(
    told: dict[str, float], sum_of_both: float, blender: BlenderSide, user: Path, sidecar: Path
) -> None:
    blender.configure(user)
    (take_id,) = blender.generate({"submit": "uncertain once", **told})
    blender.until_state(take_id, TakeState.UNCERTAIN)
    blender.client.send(messages.Decide(path=blender.path, take_id=take_id, choice="send_again"))
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert today(user) == {"USD": sum_of_both}
    expected = Cost(amount=1.0, currency="USD")
    (session,) = on_disk(sidecar).sessions
    assert spending.of_session(session, lambda _request: expected) == {"USD": sum_of_both}


def test_what_is_free_is_sent_again_without_a_word_of_money(blender: BlenderSide, sidecar: Path) -> None:
    (take_id,) = blender.generate({"broken": {"download": "key"}}, provider="free")
    blender.until_state(take_id, TakeState.UNCERTAIN)
    blender.client.send(messages.Decide(path=blender.path, take_id=take_id, choice="send_again"))
    blender.until_state(take_id, TakeState.UNCERTAIN)
    assert take_on_disk(sidecar, take_id).lost == ()


def test_a_take_that_is_sent_again_and_cancelled_before_it_left_keeps_the_first_one_counted(
    blender: BlenderSide, service: FolderService, user: Path
) -> None:
    blender.configure(user)
    (take_id,) = blender.generate({"submit": "uncertain once"}, provider="narrow")
    blender.until_state(take_id, TakeState.UNCERTAIN)
    (first,) = blender.generate({"hold": ["poll"]}, provider="narrow")
    blender.until_held(first, "poll")
    blender.client.send(messages.Decide(path=blender.path, take_id=take_id, choice="send_again"))
    blender.until_state(take_id, TakeState.QUEUED)
    blender.client.send(messages.Cancel(path=blender.path, take_id=take_id))
    blender.until_ended(take_id)
    service.let_go(first, "poll")
    blender.until_ended(first)
    assert service.submissions(take_id) == 1
    assert today(user) == {"USD": 2.0}


def test_a_job_that_is_gone_at_the_service_may_have_been_billed(
    blender: BlenderSide, user: Path, sidecar: Path
) -> None:
    blender.configure(user)
    (take_id,) = blender.generate({"broken": {"poll": "not_found"}})
    blender.until_ended(take_id)
    take = take_on_disk(sidecar, take_id)
    assert take.state is TakeState.FAILED
    assert spending.may_be_billed(take)
    assert today(user) == {"USD": 1.0}


def test_too_much_asked_of_a_service_is_told_and_waited_out_and_sent_once(
    blender: BlenderSide, service: FolderService, user: Path
) -> None:
    blender.configure(user)
    (take_id,) = blender.generate({"errors": {"submit": 2}, "passing": "limit", "wait": 0.3})
    blender.until_ended(take_id)
    said = [str(each.said) for each in blender.all(messages.Progress, take_id)]
    assert "Too much is asked of the service. Trying again." in said
    assert blender.take(take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1
    assert today(user) == {"USD": 1.0}


def test_a_place_in_the_services_line_is_told(blender: BlenderSide) -> None:
    (take_id,) = blender.generate({"line": 3})
    blender.until_ended(take_id)
    said = [str(each.said) for each in blender.all(messages.Progress, take_id)]
    assert {"Number 3 in the line", "Number 1 in the line"} <= set(said)


def test_a_server_of_ones_own_that_cannot_be_stopped_is_not_said_to_bill(blender: BlenderSide) -> None:
    (take_id,) = blender.generate({"polls": 60, "poll_after": 0.05, "cancel": "ignored"}, provider="own server")
    blender.until_state(take_id, TakeState.RUNNING)
    blender.client.send(messages.Cancel(path=blender.path, take_id=take_id))
    told = "The server goes on; the clip is kept when it arrives"
    blender.until(lambda: told in {str(each.said) for each in blender.all(messages.Progress, take_id)}, told)
    blender.until_ended(take_id)
    assert blender.take(take_id).state is TakeState.SUCCEEDED
    assert not any("bill" in str(each.said) for each in blender.all(messages.Progress, take_id))


def test_the_clip_of_a_cancelled_take_of_a_deleted_session_is_kept(blender: BlenderSide, sidecar: Path) -> None:
    (take_id,) = blender.generate({"polls": 20, "poll_after": 0.05, "cancel": "ignored"}, provider="unstoppable")
    blender.until_state(take_id, TakeState.RUNNING)
    blender.client.send(messages.Cancel(path=blender.path, take_id=take_id))
    (session,) = blender.project.sessions
    blender.commit(sessions.delete(blender.project, session.id, datetime.now(UTC)))
    blender.until_ended(take_id)
    assert [asset.take_id for asset in on_disk(sidecar).assets] == [take_id]
    assert on_disk(sidecar).sessions == ()


def test_a_service_that_cannot_be_stopped_says_so_and_its_clip_is_kept(blender: BlenderSide, sidecar: Path) -> None:
    (take_id,) = blender.generate({"polls": 60, "poll_after": 0.05, "cancel": "ignored"}, provider="unstoppable")
    blender.until_state(take_id, TakeState.RUNNING)
    blender.client.send(messages.Cancel(path=blender.path, take_id=take_id))
    told = "The service goes on and bills it; the clip is kept when it arrives"
    blender.until(lambda: told in {str(each.said) for each in blender.all(messages.Progress, take_id)}, told)
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert len(on_disk(sidecar).assets) == 1
