"""Everything that is drawn, in every state, with what this Blender's layouts know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from .layouts import Drawn, RecordingLayout, drawn
from .working import generate

PANELS = (
    "SESSIONS_PT_sessions",
    "SESSIONS_PT_generate",
    "SESSIONS_PT_settings",
    "SESSIONS_PT_takes",
    "SESSIONS_PT_assets",
    "SESSIONS_PT_list_popover",
)


def draw_rows(list_name: str, collection: Any) -> list[RecordingLayout]:
    """Each row of a list as it is drawn."""
    layouts = []
    for item in collection:
        stand_in = Drawn()
        getattr(bpy.types, list_name).draw_item(stand_in, bpy.context, stand_in.layout, None, item, 0, None, "")
        layouts.append(stand_in.layout)
    return layouts


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_draws_in_a_file_without_sessions(saved_file: Path, name: str) -> None:
    drawn(getattr(bpy.types, name))


def test_an_empty_list_says_so_and_what_to_do(saved_file: Path) -> None:
    layout = drawn(bpy.types.SESSIONS_PT_sessions)
    assert layout.texts == ["No sessions yet", "Describe a shot below"]


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_draws_with_sessions_takes_and_assets(saved_file: Path, name: str) -> None:
    generate("A red fox", count=2)
    assert drawn(getattr(bpy.types, name)).calls


def test_a_finished_take_offers_its_clip(saved_file: Path) -> None:
    generate("A red fox")
    panel = bpy.context.window_manager.generative_sessions
    (row,) = draw_rows("SESSIONS_UL_takes", panel.takes)
    assert "Take 1" in row.texts
    assert row.operators == ["sessions.star", "sessions.add_to_timeline"]


def test_a_running_take_can_be_cancelled_from_its_row(
    saved_file: Path, runtime: Any, start: Callable[..., None], settled: Callable[[], None]
) -> None:
    start("A red fox", duration=60.0)
    panel = bpy.context.window_manager.generative_sessions
    (row,) = draw_rows("SESSIONS_UL_takes", panel.takes)
    assert row.operators == ["sessions.cancel"]
    bpy.ops.sessions.cancel()
    settled()
    (row,) = draw_rows("SESSIONS_UL_takes", panel.takes)
    assert "Cancelled" in row.texts


def test_a_failed_take_says_what_happened_and_what_to_do(saved_file: Path, runtime: Any, tmp_path: Path) -> None:
    picture = tmp_path / "gone.png"
    with pytest.raises(RuntimeError, match=r"gone\.png"):
        bpy.ops.sessions.input_from_file(filepath=str(picture))


def test_an_uncertain_take_offers_what_can_be_done_about_it(saved_file: Path, runtime: Any, installed: Any) -> None:
    generate("A red fox", insert=False)
    session = runtime.current().session
    problem = installed("core.errors").Problem(kind="network", message="The clip could not be fetched.", remedy="")
    uncertain = installed("core.models").TakeState.UNCERTAIN
    take = session.takes[0].model_copy(update={"state": uncertain, "problem": problem, "asset_id": None})
    project = installed("core.sessions").with_session(
        runtime.current().project, session.model_copy(update={"takes": (take,)})
    )
    runtime.show(project)
    layout = drawn(bpy.types.SESSIONS_PT_takes)
    assert "The clip could not be fetched." in layout.texts
    assert layout.operators == ["sessions.select"] + ["sessions.settle"] * 3 + ["sessions.vary"]


def test_the_delete_dialog_names_the_session_and_what_goes_and_stays(saved_file: Path, runtime: Any) -> None:
    generate("A red fox", count=2)
    session = runtime.current().session

    class Operator:
        session_id = session.id

    texts = drawn(bpy.types.SESSIONS_OT_delete, Operator()).texts
    assert texts == ["“Red fox”", "The records of its 2 takes go for good.", "Its 2 assets stay."]


def test_the_rows_menu_renames_and_deletes(saved_file: Path) -> None:
    generate("A red fox")
    panel = bpy.context.window_manager.generative_sessions
    (row,) = draw_rows("SESSIONS_UL_sessions", panel.sessions)
    assert ("menu", "SESSIONS_MT_session") in [(name, call.get("menu")) for name, call in row.calls]
    menu = drawn(bpy.types.SESSIONS_MT_session)
    assert menu.operators == ["sessions.rename", "sessions.keep_starred", "sessions.delete"]


def test_every_operator_stands_in_the_sessions_menu(saved_file: Path) -> None:
    names = ("main", "refine", "compare", "inputs", "provider", "trash", "export", "keep")
    menus = [getattr(bpy.types, f"SESSIONS_MT_{name}") for name in names]
    listed = {name for menu in menus for name in drawn(menu).operators}
    assert listed == {f"sessions.{name}" for name in dir(bpy.ops.sessions)} - {
        "sessions.dismiss",
        "sessions.settle",
        "sessions.retry",
        "sessions.select",
        "sessions.turn_page",
        "sessions.close_prompt",
        "sessions.choose_assets_folder",
        "sessions.show_folder",
        "sessions.generate_paid",
        "sessions.bind_parameter",
        "sessions.stop_preparing",
        "sessions.dismiss_result",
        "sessions.copy_list",
        "sessions.stop_errand",
        "sessions.show_use",
        "sessions.clear_filter",
        "sessions.compare_choose",
        "sessions.compare_keys",
    }


def test_a_message_stands_above_the_list_until_it_is_dismissed(saved_file: Path, runtime: Any, installed: Any) -> None:
    problem = installed("core.errors").Problem(kind="file", message="The sidecar is damaged.", remedy="Look at it.")
    runtime.current().trouble = problem
    layout = drawn(bpy.types.SESSIONS_PT_sessions)
    assert {"The sidecar is damaged.", "Look at it."} <= set(layout.texts)
    assert "sessions.dismiss" in layout.operators
    bpy.ops.sessions.dismiss()
    assert "The sidecar is damaged." not in drawn(bpy.types.SESSIONS_PT_sessions).texts


def test_the_panels_stand_in_the_sidebar_tab_of_sequencer_and_preview() -> None:
    for name in PANELS[:-1]:
        cls = getattr(bpy.types, name)
        assert (cls.bl_space_type, cls.bl_region_type, cls.bl_category) == ("SEQUENCE_EDITOR", "UI", "Sessions")


def test_deleted_sessions_assets_are_still_listed(saved_file: Path) -> None:
    generate("A red fox")
    bpy.ops.sessions.delete()
    panel = bpy.context.window_manager.generative_sessions
    (row,) = draw_rows("SESSIONS_UL_assets", panel.assets)
    assert row.operators == ["sessions.star", "sessions.add_to_timeline"]


def test_in_the_narrowest_sidebar_a_message_takes_more_lines_and_loses_no_word(installed: Any) -> None:
    message = (
        "“shot.sessions.json” is damaged: it is cut off or not JSON. It was kept as “shot.sessions.damaged-1.json”."
    )
    context = SimpleNamespace(
        region=SimpleNamespace(width=229), preferences=SimpleNamespace(system=SimpleNamespace(ui_scale=1.0))
    )
    layout = RecordingLayout()
    installed("blender.ui.text").wrapped(layout, context, message, icon="ERROR", inset=45)
    assert all(len(line) <= 17 for line in layout.texts)
    assert "".join(layout.texts).replace(" ", "") == message.replace(" ", "")
