"""Takes and assets as pictures and as lists, and the header that tells what runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from .layouts import Drawn, RecordingLayout, drawn
from .working import generate


@pytest.fixture
def preferences(extension: str) -> Any:
    found: Any = bpy.context.preferences.addons[extension].preferences
    yield found
    found = bpy.context.preferences.addons[extension].preferences
    found.takes_view, found.assets_view = "GRID", "LIST"


@pytest.fixture
def takes(runtime: Any, saved_file: Path, installed: Any) -> Callable[[int], None]:
    """Give the session that many takes, of which nothing but the number differs."""

    def give(count: int) -> None:
        generate("A red fox", insert=False)
        session = runtime.current().session
        (take,) = session.takes
        many = tuple(
            take.model_copy(update={"id": f"{take.id}{number}", "number": number}) for number in range(1, count + 1)
        )
        project = installed("core.sessions").with_session(
            runtime.current().project, session.model_copy(update={"takes": many})
        )
        runtime.show(project)

    return give


def select_buttons(layout: RecordingLayout) -> list[dict[str, Any]]:
    return [call for name, call in layout.calls if name == "operator" and call["operator"] == "sessions.select"]


def in_sidebar(width: int, installed: Any) -> int:
    context = SimpleNamespace(
        region=SimpleNamespace(width=width), preferences=SimpleNamespace(system=SimpleNamespace(ui_scale=1.0))
    )
    columns: int = installed("blender.ui.grid").columns(context)
    return columns


def test_takes_are_shown_as_pictures_with_number_length_and_seed(
    preferences: Any, saved_file: Path, runtime: Any
) -> None:
    generate("A red fox", count=2, insert=False)
    layout = drawn(bpy.types.SESSIONS_PT_takes)
    assert [button["text"] for button in select_buttons(layout)] == ["Take 2", "Take 1"]
    assert {f"0.5 s · {take.request.seed}" for take in runtime.current().session.takes} <= set(layout.texts)


def test_the_choice_between_pictures_and_list_is_kept_in_the_preferences(preferences: Any, saved_file: Path) -> None:
    generate("A red fox")
    preferences.takes_view = "LIST"
    layout = drawn(bpy.types.SESSIONS_PT_takes)
    assert not select_buttons(layout)
    assert ("template_list", "takes") in [(name, call.get("propname")) for name, call in layout.calls]
    header = Drawn()
    bpy.types.SESSIONS_PT_takes.draw_header_preset(header, bpy.context)
    assert ("prop", "takes_view") in [(name, call.get("property")) for name, call in header.layout.calls]


def test_the_number_of_pictures_side_by_side_follows_the_sidebars_width(installed: Any) -> None:
    assert [in_sidebar(width, installed) for width in (100, 229, 379, 800)] == [1, 2, 3, 8]


def test_a_click_on_a_picture_selects_its_take(preferences: Any, takes: Callable[[int], None]) -> None:
    takes(3)
    panel = bpy.context.window_manager.generative_sessions
    bpy.ops.sessions.select(of="takes", id=panel.takes[2].id)
    assert panel.take_index == 2
    layout = drawn(bpy.types.SESSIONS_PT_takes)
    assert [button["depress"] for button in select_buttons(layout)] == [False, False, True]


def test_the_tooltip_tells_the_takes_state_facts_and_prompt(saved_file: Path, runtime: Any) -> None:
    generate("A red fox")
    (take,) = runtime.current().session.takes
    given = SimpleNamespace(of="takes", id=take.id)
    tip = bpy.types.SESSIONS_OT_select.description(bpy.context, given)
    assert tip.split("\n") == ["Take 1: Done", f"160 × 90, 24 fps, 0.5 s, seed {take.request.seed}", "A red fox"]


def test_only_a_page_of_pictures_is_drawn_and_the_others_are_a_click_away(
    preferences: Any, takes: Callable[[int], None], installed: Any
) -> None:
    page = installed("blender.mirror").PAGE
    takes(2 * page + 1)

    def numbers() -> list[str]:
        return [button["text"] for button in select_buttons(drawn(bpy.types.SESSIONS_PT_takes))]

    newest = numbers()
    assert newest == [f"Take {number}" for number in range(2 * page + 1, page + 1, -1)]
    assert f"1–{page} of {2 * page + 1}" in drawn(bpy.types.SESSIONS_PT_takes).texts
    for _ in range(5):
        bpy.ops.sessions.turn_page(of="takes", by=1)
    assert numbers() == ["Take 1"]
    for _ in range(5):
        bpy.ops.sessions.turn_page(of="takes", by=-1)
    assert numbers() == newest


def test_new_takes_are_seen_whatever_page_was_turned_to(
    preferences: Any, takes: Callable[[int], None], installed: Any
) -> None:
    takes(30)
    bpy.ops.sessions.turn_page(of="takes", by=1)
    generate("A red fox", insert=False)
    assert installed("blender.mirror").page("takes")[1] == 0


def test_a_running_take_shows_how_far_it_is_what_happens_and_how_long_that_takes(
    preferences: Any, saved_file: Path, runtime: Any, start: Callable[..., None], settled: Any, installed: Any
) -> None:
    start("A red fox", duration=60.0)
    state = runtime.current()
    (take,) = state.session.takes
    progress = installed("worker.messages").Progress
    now = time.monotonic()
    for moment, fraction in ((now - 10, 0.0), (now, 0.5)):
        state.note_progress(progress(path=state.path, take_id=take.id, fraction=fraction, text="Drawing"), moment)
    layout = drawn(bpy.types.SESSIONS_PT_takes)
    factors = [call["factor"] for name, call in layout.calls if name == "progress"]
    assert factors == [0.5]
    assert "sessions.cancel" in layout.operators
    assert "Drawing, about 10 s left" in " ".join(layout.texts)
    bpy.ops.sessions.cancel()
    settled()
    assert not state.paces
    assert "Cancelled" in drawn(bpy.types.SESSIONS_PT_takes).texts


def header(installed: Any) -> list[tuple[str, str]]:
    """The popover as the sequencer's header has it: text and icon."""
    stand_in = Drawn()
    installed("blender.ui.menus")._draw_popover(stand_in, bpy.context)
    return [(call["text"], call["icon"]) for name, call in stand_in.layout.calls if name == "popover"]


def test_the_header_tells_how_many_takes_run_also_those_of_other_sessions(
    saved_file: Path, runtime: Any, start: Callable[..., None], settled: Any, installed: Any
) -> None:
    assert header(installed) == [("", "COLLAPSEMENU")]
    start("A red fox", duration=60.0, count=2)
    bpy.ops.sessions.new()
    assert header(installed) == [("2 running", "RENDER_ANIMATION")]
    state = runtime.current()
    first = installed("blender.lookup").running()[0]
    message = installed("worker.messages").Progress(path=state.path, take_id=first.id, fraction=0.5)
    state.note_progress(message, 0.0)
    assert header(installed) == [("2 running, 25%", "RENDER_ANIMATION")]
    for take in installed("blender.lookup").running():
        bpy.ops.sessions.cancel(take_id=take.id)
    settled(lambda: not installed("blender.lookup").running())
    assert header(installed) == [("", "COLLAPSEMENU")]


def test_assets_are_shown_as_pictures_with_their_names_as_they_are(
    preferences: Any, saved_file: Path, runtime: Any
) -> None:
    generate("A red fox")
    preferences.assets_view = "GRID"
    layout = drawn(bpy.types.SESSIONS_PT_assets)
    (button,) = select_buttons(layout)
    assert button["text"] == "Red fox 1"
    assert button["translate"] is False
    assert {"sessions.add_to_timeline", "sessions.show_assets"} <= set(layout.operators)


def test_without_clips_the_asset_list_says_what_to_do(saved_file: Path) -> None:
    assert drawn(bpy.types.SESSIONS_PT_assets).texts == ["No clips yet", "Describe a shot above"]


def test_a_session_without_takes_says_what_to_do(saved_file: Path, runtime: Any, installed: Any) -> None:
    generate("A red fox")
    session = runtime.current().session.model_copy(update={"takes": ()})
    runtime.show(installed("core.sessions").with_session(runtime.current().project, session))
    assert drawn(bpy.types.SESSIONS_PT_takes).texts == ["No takes yet", "Press Generate above"]


def test_a_take_whose_clip_an_earlier_one_has_says_so(saved_file: Path, runtime: Any, installed: Any) -> None:
    generate("A red fox", insert=False, seed=1)
    generate("A red fox", insert=False, seed=2)
    assert "The same clip" not in " ".join(drawn(bpy.types.SESSIONS_PT_takes).texts)
    first, second = runtime.current().project.assets
    same = second.model_copy(update={"sha256": first.sha256})
    runtime.show(runtime.current().project.model_copy(update={"assets": (first, same)}))
    assert "The same clip as take 1" in " ".join(drawn(bpy.types.SESSIONS_PT_takes).texts)


def test_a_take_that_ended_without_a_clip_can_be_tried_again(
    saved_file: Path, runtime: Any, start: Callable[..., None], settled: Callable[[], None]
) -> None:
    start("A red fox", duration=60.0)
    bpy.ops.sessions.cancel()
    settled()
    assert "sessions.retry" in drawn(bpy.types.SESSIONS_PT_takes).operators
    request = runtime.current().session.takes[0].request
    bpy.ops.sessions.retry()
    again = runtime.current().session.takes[1]
    assert (again.request, again.number) == (request, 2)
    with pytest.raises(RuntimeError, match="has not ended yet"):
        bpy.ops.sessions.retry(take_id=again.id)
    bpy.ops.sessions.cancel(take_id=again.id)
    settled()


def test_a_take_is_tried_again_in_its_own_session(
    saved_file: Path, runtime: Any, start: Callable[..., None], settled: Callable[[], None]
) -> None:
    start("A red fox", duration=60.0)
    bpy.ops.sessions.cancel()
    settled()
    fox = runtime.current().session
    bpy.ops.sessions.new()
    bpy.context.window_manager.generative_sessions.prompt = "A lighthouse"
    bpy.ops.sessions.retry(take_id=fox.takes[0].id)
    (session,) = runtime.current().project.sessions
    assert [take.number for take in session.takes] == [1, 2]
    assert runtime.current().session is None
    assert runtime.current().draft.prompt == "A lighthouse"
    bpy.ops.sessions.cancel(take_id=session.takes[1].id)
    settled()
