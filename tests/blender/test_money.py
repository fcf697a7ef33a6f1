"""What takes cost, where a person sees it; and an order that is fixed at the click."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from .layouts import drawn
from .working import SMALL, generate


@pytest.fixture
def runtime(installed: Callable[[str], ModuleType], saved_file: Path) -> Any:
    return installed("blender.runtime")


@pytest.fixture
def preferences(extension: str, installed: Callable[[str], ModuleType]) -> Iterator[Any]:
    """The add-on's preferences without limits, before and after."""
    found: Any = bpy.context.preferences.addons[extension].preferences
    names = [f"{kind}_{name}" for kind in ("limit", "ask") for name in installed("blender.settings").UNITS.values()]
    yield found
    for name in names:
        found.property_unset(name)


@pytest.fixture
def day(installed: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Write into the ledger that something was sent just now."""
    bills, ledger, spending = installed("blender.bills"), installed("storage.ledger"), installed("core.spending")
    path = installed("blender.places").user_folder("") / ledger.NAME

    def send(amount: float, currency: str, provider: str, kind: str = "sent", take_id: str = "t") -> None:
        entry = spending.Entry(
            kind=kind, at=datetime.now(UTC), take_id=take_id, project="/elsewhere", provider=provider,
            amount=amount, currency=currency,
        )  # fmt: skip
        ledger.Ledger(path).add(entry)
        bills.keep_up()

    monkeypatch.setattr(bills, "_DAY_SECONDS", 0.0)
    path.unlink(missing_ok=True)
    bills.keep_up()
    yield send
    path.unlink(missing_ok=True)
    bills.keep_up()


def text_of(name: str, owner: Any = None) -> str:
    """All that a panel, or the preferences, say, lines put together again."""
    return " ".join(drawn(getattr(bpy.types, name) if owner is None else type(owner), owner).texts)


def test_the_days_sum_stands_in_the_preferences_beside_the_limits(
    runtime: Any, preferences: Any, day: Callable[..., None]
) -> None:
    assert "Sent Today Nothing" in text_of("", preferences)
    day(1.25, "USD", "fal")
    day(30, "credits", "runway", take_id="u")
    assert "Sent Today $1.25, 30 Runway credits" in text_of("", preferences)
    calls = drawn(type(preferences), preferences).calls
    fields = {call["property"]: call["text"] for name, call in calls if name == "prop" and "text" in call}
    assert (fields["limit_usd"], fields["limit_runway_credits"]) == ("US Dollars", "Runway credits")


def test_what_of_the_days_limit_is_left_stands_at_the_button_of_who_bills_in_that(
    runtime: Any, preferences: Any, day: Callable[..., None]
) -> None:
    panel = bpy.context.window_manager.generative_sessions
    day(30, "credits", "runway")
    panel.provider = "runway"
    assert "Today" not in text_of("SESSIONS_PT_generate")
    preferences.limit_runway_credits = 1000
    assert "Today 30 Runway credits of 1,000 Runway credits" in text_of("SESSIONS_PT_generate")
    assert "more is not sent" not in text_of("SESSIONS_PT_generate")
    preferences.limit_runway_credits = 31
    assert "of 31 Runway credits: more is not sent" in text_of("SESSIONS_PT_generate")
    panel.provider = "fal"  # another currency
    assert "Today" not in text_of("SESSIONS_PT_generate")
    panel.provider = "animatic"
    preferences.limit_usd = 1
    assert "Today" not in text_of("SESSIONS_PT_generate")


def test_the_worker_hears_the_limits_by_what_they_are_counted_in(
    runtime: Any, preferences: Any, installed: Callable[[str], ModuleType]
) -> None:
    preferences.limit_usd, preferences.limit_runway_credits = 3, 400
    said = installed("blender.settings").configuration()
    assert said.online_fixed == bpy.app.online_access_override
    assert said.daily_limit == {"USD": 3.0, "runway credits": 400.0}
    known = installed("providers.catalog").capabilities()
    for found in known:
        facts = installed("providers.catalog").PROVIDERS[found.id]
        assert facts.credits == (found.currency == "credits"), found.id


def test_a_balance_that_is_told_stands_beside_the_key(
    runtime: Any, preferences: Any, installed: Callable[[str], ModuleType]
) -> None:
    accounts, messages = installed("blender.accounts"), installed("worker.messages")
    models, wording = installed("core.models"), installed("core.wording")
    said = wording.say("Connected.")
    for provider, cost, text in (
        ("runway", models.Cost(amount=1234, currency="credits"), "Balance 1,234 credits"),
        ("fal", models.Cost(amount=0, currency="USD"), "Balance $0.00"),
        ("openrouter", models.Cost(amount=-2, currency="USD"), "Balance -$2.00"),
    ):
        accounts.answered(messages.Inquired(provider=provider, said=said, balance=cost))
        assert text in text_of("", preferences)
    accounts.answered(messages.Inquired(provider="fal", said=said))
    assert "Balance $0.00" not in text_of("", preferences)
    accounts.forget()


def with_take(runtime: Any, installed: Callable[[str], ModuleType], **changes: Any) -> Any:
    """The active session's take, changed, as if the worker had said so."""
    if "state" in changes:
        changes["state"] = installed("core.models").TakeState(changes["state"])
    session = runtime.current().session
    take = session.takes[0].model_copy(update=changes)
    changed = session.model_copy(update={"takes": (take,)})
    runtime.show(installed("core.sessions").with_session(runtime.current().project, changed))
    return take


@pytest.fixture
def ended(runtime: Any, start: Callable[..., None], settled: Callable[..., None], installed: Any) -> Callable[..., Any]:
    """Change the one take that there is; it is one of Runway's, which costs something."""
    start("A red fox", insert=False)
    settled()
    found = installed("blender.accounts").capabilities("runway").model("gen4.5")
    request = (
        runtime.current()
        .session.takes[0]
        .request.model_copy(update={"provider": "runway", "model": found.id, "duration": 5.0})
    )
    return lambda **changes: with_take(runtime, installed, request=request, **changes)


def test_a_take_that_was_given_up_says_what_it_may_cost_and_counts(
    ended: Callable[..., Any], installed: Callable[[str], ModuleType]
) -> None:
    ended(state="cancelled", asset_id=None, problem=installed("worker.problems").GIVEN_UP)
    text = text_of("SESSIONS_PT_takes")
    assert "The service may have it all the same, and bill it." in text
    assert "Estimated 60 credits" in text
    assert "This session 60 Runway credits, all sessions 60 Runway credits" in text
    assert "sessions.retry" in drawn(bpy.types.SESSIONS_PT_takes).operators


def test_trying_again_asks_above_the_amount_as_generate_does(
    ended: Callable[..., Any], preferences: Any, installed: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    take = ended(state="failed", asset_id=None)
    asked: list[float] = []
    paid = installed("blender.operators.paid")
    monkeypatch.setattr(paid, "confirm", lambda *given: (asked.append(given[-1].amount), {"RUNNING_MODAL"})[1])
    button = SimpleNamespace(  # without a window Blender never calls `invoke`
        bl_idname="SESSIONS_OT_retry", take_id=take.id, execute=lambda _context: {"FINISHED"}
    )
    press = bpy.types.SESSIONS_OT_retry.invoke
    preferences.ask_runway_credits = 60
    assert (press(button, bpy.context, None), asked) == ({"FINISHED"}, [])
    preferences.ask_runway_credits = 59
    assert (press(button, bpy.context, None), asked) == ({"RUNNING_MODAL"}, [60])


def test_sending_an_uncertain_take_again_asks_above_the_amount_and_says_that_both_may_be_paid(
    ended: Callable[..., Any], preferences: Any, installed: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    take = ended(state="uncertain", asset_id=None, problem=installed("worker.problems").INTERRUPTED)
    asked: list[str] = []

    def confirm(_operator: Any, _event: Any, **said: str) -> set[str]:
        asked.append(said["message"])
        return {"RUNNING_MODAL"}

    context = SimpleNamespace(window_manager=SimpleNamespace(invoke_confirm=confirm))
    press = bpy.types.SESSIONS_OT_settle.invoke
    preferences.ask_runway_credits = 59

    def button(choice: str) -> Any:  # without a window Blender never calls `invoke`
        return SimpleNamespace(
            bl_idname="SESSIONS_OT_settle", take_id=take.id, choice=choice, execute=lambda _context: {"FINISHED"}
        )

    for free in ("look_again", "give_up"):
        assert (press(button(free), context, None), asked) == ({"FINISHED"}, [])
    assert press(button("send_again"), context, None) == {"RUNNING_MODAL"}
    assert asked == ["This costs about 60 credits. If the service has the first one, both are paid."]
    preferences.ask_runway_credits = 60
    assert (press(button("send_again"), context, None), len(asked)) == ({"FINISHED"}, 1)


def test_a_script_sends_an_uncertain_take_again_without_a_question(
    ended: Callable[..., Any], preferences: Any, installed: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    take = ended(state="uncertain", asset_id=None, problem=installed("worker.problems").INTERRUPTED)
    sent: list[Any] = []
    monkeypatch.setattr(installed("blender.workers"), "send", lambda message, _path: sent.append(message))
    preferences.ask_runway_credits = 1
    assert bpy.ops.sessions.settle("EXEC_DEFAULT", take_id=take.id, choice="send_again") == {"FINISHED"}
    assert [(each.take_id, each.choice) for each in sent] == [(take.id, "send_again")]


def test_what_was_sent_before_stands_with_the_take_and_in_the_sums(
    ended: Callable[..., Any], installed: Callable[[str], ModuleType]
) -> None:
    cost = installed("core.models").Cost
    ended(cost=cost(amount=1, currency="credits"), lost=(cost(amount=60, currency="credits"),))
    text = text_of("SESSIONS_PT_takes")
    assert "Cost 1 credit " in text
    assert "Sent before, and perhaps paid too: 60 credits" in text
    assert "This session 61 Runway credits" in text


@pytest.mark.parametrize(
    ("provider", "job_id", "choices"),
    [("runway", None, 2), ("runway", "job", 3), ("comfyui", None, 3)],
)
def test_looking_again_is_offered_where_there_is_something_to_ask_for(
    provider: str, job_id: str | None, choices: int, ended: Callable[..., Any], runtime: Any, installed: Any
) -> None:
    take = ended(state="uncertain", asset_id=None, job_id=job_id, problem=installed("worker.problems").INTERRUPTED)
    request = take.request.model_copy(update={"provider": provider})
    with_take(runtime, installed, request=request)
    assert drawn(bpy.types.SESSIONS_PT_takes).operators.count("sessions.settle") == choices


def test_what_deleted_sessions_cost_stays_in_the_sum_of_all(
    ended: Callable[..., Any], runtime: Any, installed: Callable[[str], ModuleType]
) -> None:
    take = ended()
    cost = installed("core.models").Cost(amount=2.5, currency="USD")
    project = runtime.current().project
    asset = project.assets[0].model_copy(update={"cost": cost, "request": take.request})
    runtime.show(project.model_copy(update={"assets": (asset,)}))
    bpy.ops.sessions.delete(session_id=runtime.current().session.id)
    generate("A forest", insert=False)
    assert "This session nothing, all sessions $2.50" in text_of("SESSIONS_PT_takes")


def test_a_place_in_a_line_and_what_a_service_does_about_a_cancel_stand_in_the_row_of_the_take(
    runtime: Any, start: Callable[..., None], settled: Callable[..., None], installed: Callable[[str], ModuleType]
) -> None:
    start("A red fox", duration=60.0)
    state = runtime.current()
    (take,) = state.session.takes
    progress, tips = installed("worker.messages").Progress, installed("blender.tips")

    def tell(text: str, **values: Any) -> None:
        state.note_progress(progress(path=state.path, take_id=take.id, text=text, values=values), 0.0)

    tell("Number {place} in the line", place=3)
    assert text_of("SESSIONS_PT_takes").count("Number 3 in the line") == 2  # in its row, and below the list
    state.cancelling.add(take.id)
    assert tips.told(take) == "Cancelling"
    problems = installed("worker.problems")
    for text in problems.CANCELLING:
        tell(text)
        assert text in text_of("SESSIONS_PT_takes")
    state.cancelling.clear()
    bpy.ops.sessions.cancel(take_id=take.id)
    settled()


@pytest.fixture
def order(runtime: Any, installed: Callable[[str], ModuleType]) -> Callable[..., Any]:
    """What a click on Generate fixes, with the given settings."""
    ordered = installed("blender.operators.generate")._order
    return lambda **given: ordered(bpy.context, {"match_scene": False, **SMALL, **given})


def sessions_of(runtime: Any) -> dict[str, list[str]]:
    """The prompts of each session's takes, by its name."""
    return {
        session.name: [take.request.prompt for take in session.takes] for session in runtime.current().project.sessions
    }


def test_takes_go_to_the_session_of_the_click_whatever_is_switched_to_before_the_answer(
    runtime: Any, order: Any, start: Any, settled: Any, installed: Callable[[str], ModuleType]
) -> None:
    send = installed("blender.orders").send
    start("A red fox")
    fox = runtime.current().session
    asked = order(prompt="The fox again", count=2)
    bpy.ops.sessions.new()
    start("A lighthouse")
    lighthouse = runtime.current().session
    panel = bpy.context.window_manager.generative_sessions
    panel.prompt = "Typed for the lighthouse"
    send(bpy.context, asked)
    assert runtime.current().session.id == lighthouse.id
    assert panel.prompt == "Typed for the lighthouse"
    settled()
    assert sessions_of(runtime) == {
        "Red fox": ["A red fox", "The fox again", "The fox again"], "Lighthouse": ["A lighthouse"],
    }  # fmt: skip
    assert installed("core.sessions").get(runtime.current().project, fox.id).takes[1].state == "succeeded"


def test_a_click_for_a_new_session_makes_it_whatever_is_switched_to_before_the_answer(
    runtime: Any, order: Any, start: Any, settled: Any, installed: Callable[[str], ModuleType]
) -> None:
    start("A red fox")
    fox = runtime.current().session
    bpy.ops.sessions.new()
    asked = order(prompt="A lighthouse")
    bpy.ops.sessions.switch(session_id=fox.id)
    installed("blender.orders").send(bpy.context, asked)
    assert runtime.current().session.id == fox.id
    settled()
    assert sessions_of(runtime) == {"Red fox": ["A red fox"], "Lighthouse": ["A lighthouse"]}


def test_what_is_typed_after_the_click_is_not_sent(
    runtime: Any, order: Any, settled: Any, installed: Callable[[str], ModuleType]
) -> None:
    asked = order(prompt="A red fox")
    bpy.context.window_manager.generative_sessions.prompt = "Something else"
    installed("blender.orders").send(bpy.context, asked)
    settled()
    assert sessions_of(runtime) == {"Red fox": ["A red fox"]}


def test_a_click_is_refused_if_its_session_or_file_is_gone_before_the_answer(
    runtime: Any, order: Any, start: Any, settled: Any, installed: Callable[[str], ModuleType], fresh_file: None
) -> None:
    send, errors = installed("blender.orders").send, installed("core.errors")
    start("A red fox")
    settled()
    asked = order(prompt="The fox again")
    bpy.ops.sessions.delete(session_id=runtime.current().session.id)
    with pytest.raises(errors.NotFoundError, match="not in this file"):
        send(bpy.context, asked)
    assert sessions_of(runtime) == {}
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    installed("blender.files").ensure_open()
    with pytest.raises(errors.InputError, match="Another file is open"):
        send(bpy.context, asked)


def test_a_yes_is_good_for_one_order(
    runtime: Any, order: Any, settled: Any, installed: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = installed("blender.operators.paid")
    monkeypatch.setattr(paid, "_asked", order(prompt="A red fox"))
    bpy.ops.sessions.generate_paid("EXEC_DEFAULT")
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.sessions.generate_paid("EXEC_DEFAULT")
    settled()
    assert sessions_of(runtime) == {"Red fox": ["A red fox"]}


def test_the_question_is_asked_above_the_amount_in_what_the_provider_bills_in(
    runtime: Any, preferences: Any, order: Any, installed: Callable[[str], ModuleType]
) -> None:
    paid, pricing = installed("blender.operators.paid"), installed("core.pricing")
    asked = order(prompt="A red fox")
    assert not paid.is_asked_for(asked)  # it costs nothing
    request = asked.requests[0].model_copy(update={"provider": "runway", "model": "gen4.5", "duration": 5.0})
    asked = asked._replace(requests=[request, request])
    runway = installed("blender.accounts").capabilities("runway")
    assert asked.cost.amount == 2 * pricing.estimate(request, runway).amount == 120
    assert not paid.is_asked_for(asked)
    preferences.ask_usd, preferences.ask_runway_credits = 1, 119
    assert paid.is_asked_for(asked)
    preferences.ask_runway_credits = 0
    assert not paid.is_asked_for(asked)
