"""The session list: search, empty states, renaming in the row, tooltips; and the Shot panel around the prompt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from .layouts import Drawn, RecordingLayout, drawn
from .working import generate

FLAG = 1 << 30


@pytest.fixture
def search(installed: Callable[[str], ModuleType], runtime: Any) -> Callable[[str], list[str]]:
    """The names of the sessions that a search finds, as the list shows them."""

    def found(words: str) -> list[str]:
        flags = installed("blender.searching").flags(words, FLAG)
        rows = [row.name for row in bpy.context.window_manager.generative_sessions.sessions]
        return [name for name, flag in zip(rows, flags, strict=True) if flag] if flags else rows

    return found


@pytest.fixture
def shots(installed: Callable[[str], ModuleType], runtime: Any, saved_file: Path) -> None:
    """Three sessions: two with takes of other prompts than the draft's."""
    models = installed("core.models")
    now = runtime.now()

    def session(name: str, prompt: str, *takes: str) -> Any:
        made = {"created_at": now, "last_generated_at": now, "named_at": now, "drafted_at": now}
        return models.Session(
            id=models.new_id(),
            name=name,
            draft=models.Draft(prompt=prompt),
            takes=tuple(
                models.Take(
                    id=models.new_id(),
                    number=number,
                    state=models.TakeState.CANCELLED,
                    request=models.Request(
                        prompt=take,
                        provider="animatic",
                        model="animatic",
                        duration=1,
                        width=160,
                        height=90,
                        fps=24,
                        seed=1,
                    ),
                    created_at=now,
                    changed_at=now,
                )
                for number, take in enumerate(takes, 1)
            ),
            **made,
        )

    sessions = (
        session("Opening", "A lighthouse in a storm", "A harbour at dawn"),
        session("Café", "Straße bei Nacht", "Rain on glass"),
        session("Chase", "A red fox\nin deep SNOW"),
    )
    runtime.commit(runtime.current().project.model_copy(update={"sessions": sessions}))


def list_with(words: str, *, shown: bool = True, list_id: str = "") -> Any:
    """Stands in for the list widget: its own state, and what of it the class reads."""
    return SimpleNamespace(filter_name=words, use_filter_show=shown, bitflag_filter_item=FLAG, list_id=list_id)


def filtered(widget: Any) -> list[int]:
    panel = bpy.context.window_manager.generative_sessions
    flags, order = bpy.types.SESSIONS_UL_sessions.filter_items(widget, bpy.context, panel, "sessions")
    assert order == []
    return list(flags)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("opening", ["Opening"]),
        ("LIGHTHOUSE", ["Opening"]),
        ("dawn storm", ["Opening"]),
        ("fox snow", ["Chase"]),
        ("snow fox", ["Chase"]),
        ("  fox   snow ", ["Chase"]),
        ("fox rain", []),
        ("strasse", ["Café"]),
        ("café", ["Café"]),
        ("cafe", []),
        ("li*house", ["Opening"]),
        ("fox*snow", []),
        ("a.*b", []),
        ("", ["Opening", "Café", "Chase"]),
    ],
)
def test_a_search_finds_sessions_by_name_draft_and_takes_all_words_in_any_order(
    shots: None, search: Callable[[str], list[str]], words: str, names: list[str]
) -> None:
    assert sorted(search(words)) == sorted(names)


def test_a_search_follows_what_changes(shots: None, search: Callable[[str], list[str]], runtime: Any) -> None:
    assert search("whale") == []
    bpy.ops.sessions.switch(session_id=runtime.current().project.sessions[0].id)
    bpy.context.window_manager.generative_sessions.prompt = "A whale"
    assert search("whale") == ["Opening"]
    bpy.ops.sessions.rename(name="Whales")
    assert search("whale") == ["Whales"]
    bpy.ops.sessions.delete()
    assert search("whale") == []


def test_what_was_found_is_not_looked_for_again_at_the_next_draw(shots: None) -> None:
    first = bpy.types.SESSIONS_UL_sessions
    panel = bpy.context.window_manager.generative_sessions
    flags = [first.filter_items(list_with("fox"), bpy.context, panel, "sessions")[0] for _ in range(2)]
    assert flags[0] is flags[1]


def test_a_search_field_that_is_closed_hides_no_session(shots: None) -> None:
    assert sum(map(bool, filtered(list_with("fox")))) == 1
    assert filtered(list_with("fox", shown=False)) == []


def test_the_popover_shows_its_search_field_when_there_are_more_sessions_than_rows(
    shots: None, runtime: Any, installed: Any
) -> None:
    few = list_with("", shown=False, list_id="popover")
    filtered(few)
    assert not few.use_filter_show
    one = runtime.current().project.sessions[0]
    many = tuple(one.model_copy(update={"id": installed("core.models").new_id()}) for _ in range(9))
    runtime.show(runtime.current().project.model_copy(update={"sessions": many}))
    filtered(few)
    assert few.use_filter_show


def test_a_search_without_a_match_says_so(shots: None) -> None:
    texts = {}
    for words in ("", "fox", "zebra"):
        layout = RecordingLayout()
        bpy.types.SESSIONS_UL_sessions.draw_filter(list_with(words), bpy.context, layout)
        assert ("prop", "filter_name") in [(name, call.get("property")) for name, call in layout.calls]
        texts[words] = layout.texts
    assert texts == {"": [], "fox": [], "zebra": ["No session matches"]}


def test_a_row_renames_its_session(shots: None, runtime: Any) -> None:
    panel = bpy.context.window_manager.generative_sessions
    row = next(row for row in panel.sessions if row.name == "Chase")
    session_id = row.id
    row.title = "  The chase "
    names = {session.id: session.name for session in runtime.current().project.sessions}
    assert names[session_id] == "The chase"
    row = next(row for row in panel.sessions if row.id == session_id)
    assert (row.title, row.name) == ("The chase", "The chase")


def test_a_name_that_cannot_be_used_is_refused_in_the_panel_and_the_row_keeps_its_own(
    shots: None, runtime: Any
) -> None:
    panel = bpy.context.window_manager.generative_sessions
    panel.sessions[0].title = "   "
    assert runtime.current().trouble is not None
    assert panel.sessions[0].title == panel.sessions[0].name != ""


def test_a_rows_tooltip_tells_name_prompt_and_takes(shots: None) -> None:
    tips = {row.name: row.tip for row in bpy.context.window_manager.generative_sessions.sessions}
    assert tips["Opening"].split("\n") == ["Opening", "A lighthouse in a storm", "1 take"]
    assert tips["Chase"].split("\n") == ["Chase", "A red fox", "in deep SNOW", "0 takes"]


def test_the_list_and_the_popover_say_what_to_do_first(saved_file: Path) -> None:
    for name in ("SESSIONS_PT_sessions", "SESSIONS_PT_list_popover"):
        layout = drawn(getattr(bpy.types, name))
        assert layout.texts[0] == "No sessions yet"
        assert "Describe a shot" in layout.texts[1]
        assert layout.operators == []


def test_the_popover_lists_the_sessions_and_offers_a_new_one(shots: None) -> None:
    layout = drawn(bpy.types.SESSIONS_PT_list_popover)
    assert "template_list" in [name for name, _ in layout.calls]
    assert layout.operators == ["sessions.new"]


def test_generate_stands_below_the_prompt_and_nothing_else_needs_to_be_filled_in(saved_file: Path) -> None:
    layout = drawn(bpy.types.SESSIONS_PT_generate)
    fields = [call["property"] for name, call in layout.calls if name in ("prop", "textbox")]
    assert fields[0] in ("prompt", "prompt_line")
    assert layout.operators[-1] == "sessions.generate"


def test_why_a_file_cannot_be_worked_on_stands_in_the_tab_once(
    saved_file: Path, runtime: Any, installed: Callable[[str], ModuleType]
) -> None:
    assert installed("blender.operators.generate").refusal(bpy.context) == ""
    problem = installed("core.errors").Problem(kind="file", message="The file is too new.", remedy="Update.")
    runtime.current().blocked = problem
    texts = [*drawn(bpy.types.SESSIONS_PT_sessions).texts, *drawn(bpy.types.SESSIONS_PT_generate).texts]
    assert " ".join(texts).count("The file is too new. Update.") == 1
    with pytest.raises(RuntimeError, match="The file is too new"):
        generate("A fox")


def fields_of(width: int, scale: float) -> list[tuple[str, Any]]:
    """How the Shot panel arranges its fields in a region `width` pixels wide."""
    context = SimpleNamespace(
        region=SimpleNamespace(width=width),
        preferences=SimpleNamespace(system=SimpleNamespace(ui_scale=scale)),
        window_manager=bpy.context.window_manager,
        scene=bpy.context.scene,
        workspace=bpy.context.workspace,
    )
    stand_in = Drawn()
    bpy.types.SESSIONS_PT_generate.draw(stand_in, context)
    calls = [(name, call.get("property")) for name, call in stand_in.layout.calls]
    return [calls[calls.index(("prop", "duration")) - 1]]


def test_in_a_narrow_sidebar_duration_and_count_stand_one_below_the_other(saved_file: Path) -> None:
    assert fields_of(380, 1.0) == [("row", None)]
    assert fields_of(200, 1.0) == [("column", None)]
    assert fields_of(380, 2.0) == [("column", None)]
