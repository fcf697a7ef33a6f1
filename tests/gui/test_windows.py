"""Wherever a sequencer is: a second window, another workspace, a preview, another scene, or at first nowhere."""

from __future__ import annotations

from .app import App
from .hands import click, click_tab, open_tab, press, region, seen, type_text, values, wait_for
from .working import PROMPT_HINT, all_done, generate, small_takes, strips, until

_SEQUENCER_IN_THIS_AREA = """
with bpy.context.temp_override(window=window, area=area):
    area.ui_type = "SEQUENCE_EDITOR"
    area.spaces.active.show_region_ui = True
"""


def test_a_sequencer_in_a_second_window_shows_the_same_sessions(app: App) -> None:
    open_tab(app)
    small_takes(app)
    generate(app, "A lighthouse")
    all_done(app, 1)
    app.run(
        """
with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
    bpy.ops.wm.window_new()
window = bpy.context.window_manager.windows[-1]
area = max(window.screen.areas, key=lambda a: a.width * a.height)
"""
        + _SEQUENCER_IN_THIS_AREA
    )
    app.still()
    shown = app.run(
        """
import importlib
drawn = []
window = bpy.context.window_manager.windows[-1]
area = next(a for a in window.screen.areas if a.type == "SEQUENCE_EDITOR")
region = next(r for r in area.regions if r.type == "UI")
result = (len(bpy.context.window_manager.windows), region.width > 1)
"""
    )
    assert shown == [2, True]
    generate_again(app)
    all_done(app, 2)


def generate_again(app: App) -> None:
    """Generate by the search, which is where the mouse is: in the second window."""
    box = app.on_screen(
        *app.run(
            """
window = bpy.context.window_manager.windows[-1]
area = next(a for a in window.screen.areas if a.type == "SEQUENCE_EDITOR")
region = next(r for r in area.regions if r.type == "WINDOW")
result = [window.as_pointer(), region.x, region.y, region.width, region.height]
"""
        )
    )
    click(app, box)
    press(app, "F3")
    app.still()
    type_text(app, "Generate")
    app.still()
    press(app, "RET")


def test_another_workspace_with_a_sequencer_shows_the_sessions_too(app: App) -> None:
    open_tab(app)
    small_takes(app)
    generate(app, "A lighthouse")
    all_done(app, 1)
    click(app, "Rendering")
    app.still()
    app.run(
        """
window = bpy.context.window_manager.windows[0]
area = max(window.screen.areas, key=lambda a: a.width * a.height)
"""
        + _SEQUENCER_IN_THIS_AREA
    )
    app.still()
    open_tab(app)
    wait_for(app, "Lighthouse", "UI")


def test_the_tab_stands_in_a_sequencer_in_preview_mode(app: App) -> None:
    app.run(
        """
window = bpy.context.window_manager.windows[0]
for area in window.screen.areas:
    if area.type == "SEQUENCE_EDITOR" and area.spaces.active.view_type == "PREVIEW":
        area.spaces.active.show_region_ui = True
        region = next(r for r in area.regions if r.type == "UI")
"""
    )
    app.still()
    box = app.on_screen(*app.run("result = [window.as_pointer(), region.x, region.y, region.width, region.height]"))
    click_tab(app, box, "Sessions")
    assert seen(app, "Generate", box)


def test_a_clip_arrives_in_the_scene_it_was_generated_for(app: App) -> None:
    open_tab(app)
    small_takes(app, seconds=3.0)
    generate(app, "A lighthouse")
    app.run(
        """
with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
    first = bpy.context.window_manager.windows[0].scene.name
    other = bpy.data.scenes.new("Other")
    bpy.context.window_manager.windows[0].scene = other
    if hasattr(bpy.context.window_manager.windows[0].workspace, "sequencer_scene"):
        bpy.context.window_manager.windows[0].workspace.sequencer_scene = other
"""
    )
    all_done(app, 1)
    assert strips(app) == []
    until(
        lambda: (
            app.run(
                """
editor = bpy.data.scenes[first].sequence_editor
result = len(getattr(editor, "strips", None) or getattr(editor, "sequences", ())) if editor else 0
"""
            )
            > 0
        ),
        "the strip is in the scene that was shown at the click",
    )


def test_without_a_sequencer_nothing_is_amiss_and_one_added_later_has_the_tab(make_app: App) -> None:
    app = make_app
    app.start(template="")
    app.run(
        """
window = bpy.context.window_manager.windows[0]
area = max(window.screen.areas, key=lambda a: a.width * a.height)
"""
        + _SEQUENCER_IN_THIS_AREA
    )
    app.still()
    open_tab(app)
    small_takes(app)
    click(app, wait_for(app, PROMPT_HINT, "UI"))
    type_text(app, "A lighthouse")
    press(app, "TAB")
    press(app, "ESC")
    if region(app, "UI") and not values(app, "S.prompt"):
        press(app, "RET")
    click(app, "Generate", "UI")
    all_done(app, 1)
    until(lambda: len(strips(app)) >= 1, "the strip is there")
