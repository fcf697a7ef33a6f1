"""Takes beside each other in the preview: wipe, side by side, flip and grid, and what is done from there."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

from .app import App
from .hands import click, drag, move, open_tab, press, region, search, wait_for, wait_until_gone
from .reading import Box
from .working import all_done, generate, save_as, small_takes, until

_PREVIEW = """
import importlib
drawing = importlib.import_module("bl_ext.user_default.generative_sessions.blender.comparing.drawing")
compat = importlib.import_module("bl_ext.user_default.generative_sessions.blender.compat")
for window in bpy.context.window_manager.windows:
    for area in window.screen.areas:
        if area.type == "SEQUENCE_EDITOR" and area.spaces.active.view_type == "PREVIEW":
            for region in area.regions:
                if region.type == "PREVIEW":
                    box = drawing.frame_box(region, compat.sequencer_scene(bpy.context))
                    result = [window.as_pointer(), region.x, region.y, region.width, region.height, *map(round, box)]
"""

_CONTENTS = """
import importlib
compat = importlib.import_module("bl_ext.user_default.generative_sessions.blender.compat")
result = [
    (each.identifier, sorted([block.name_full, block.users] for block in getattr(bpy.data, each.identifier)))
    for each in bpy.data.bl_rna.properties if each.type == "COLLECTION"
] + [
    [strip.name, strip.channel, strip.select, strip.filepath, strip.transform.scale_x, sorted(strip.keys())]
    for strip in compat.strips_all(compat.sequencer_scene(bpy.context).sequence_editor) if strip.type == "MOVIE"
]
"""

_ON_THE_STRIP = """
import importlib
package = "bl_ext.user_default.generative_sessions.blender."
compat, timeline = importlib.import_module(package + "compat"), importlib.import_module(package + "timeline")
scene = compat.sequencer_scene(bpy.context)
strip = next(strip for strip in compat.strips_all(scene.sequence_editor) if strip.type == "MOVIE")
timeline.select_only(scene, strip)
scene.frame_set(compat.left_handle(strip) + 20)
"""


_WORK_ABOUT_IT = """
import importlib
package = "bl_ext.user_default.generative_sessions.blender."
compat, timeline = importlib.import_module(package + "compat"), importlib.import_module(package + "timeline")
scene = compat.sequencer_scene(bpy.context)
collection = compat.strips(scene.sequence_editor)
strip = next(strip for strip in compat.strips_all(scene.sequence_editor) if strip.type == "MOVIE")
strip.color_saturation = 0.2
strip.modifiers.new("Bright", "BRIGHT_CONTRAST").bright = 0.1
first, last = compat.left_handle(strip), compat.right_handle(strip)
title = compat.new_effect(collection, name="Title", type="TEXT", channel=9, start=first, length=last - first)
title.text, title.font_size, title.color = "HARBOUR", 200.0, (1.0, 0.8, 0.0, 1.0)
title.location = (0.5, 0.35)
timeline.select_only(scene, strip)
"""

_RENDERED = """
import importlib
exact, state = (importlib.import_module("bl_ext.user_default.generative_sessions.blender.comparing." + name)
                for name in ("exact", "state"))
scene, now = state.scene(), state.current()
strip = state.strip_at(scene, scene.frame_current)
pictures = [exact.picture(now.assets[place], scene, strip) for place in now.compared]
result = [picture.name for picture in pictures if picture] if all(pictures) else []
"""


def preview(app: App) -> tuple[Box, Box]:
    """The preview's region and the scene's frame within it, on the screen."""
    window, x, y, width, height, left, bottom, right, top = app.run(_PREVIEW)
    frame = app.on_screen(window, x + left, y + bottom, right - left, top - bottom)
    return app.on_screen(window, x, y, width, height), frame


def seen(app: App, frame: Box) -> numpy.ndarray:
    """The picture in the frame, without the label at its top and Blender's outline around it."""
    picture = numpy.asarray(app.still().crop(frame)).astype(int)
    return picture[frame.height // 5 : -6, 6:-6]


def alike(one: numpy.ndarray, other: numpy.ndarray) -> bool:
    """Whether two pictures are the same but for how they were scaled: pictures of two takes differ by 15 and more."""
    return float(abs(one - other).mean()) < 6


def state(app: App, expression: str) -> Any:
    return app.module("blender.comparing.state", expression)


@pytest.fixture
def compared(app: App, folder: Path) -> App:
    """A Blender that shows a strip of a session of three takes, which are compared as a wipe."""
    save_as(app, folder / "film.blend")
    open_tab(app)
    small_takes(app, seconds=2.0, width=640, height=360)
    generate(app, "A lighthouse in a storm, dramatic wide shot", count=3)
    all_done(app, 3)
    app.run(_ON_THE_STRIP)
    app.run("bpy.ops.wm.save_mainfile()")
    time.sleep(1.0)  # the preview shows the new frame
    return app


def compare(app: App) -> tuple[Box, Box]:
    """F3, Compare Takes, Enter; the mouse then rests over the preview."""
    search(app, "Compare Takes")
    press(app, "RET")
    until(lambda: state(app, "m.current() is not None"), "takes are compared", seconds=20)
    places = preview(app)
    move(app, (places[1].left + 60, places[1].bottom - 40))
    return places


def test_two_takes_are_wiped_flipped_and_laid_side_by_side_over_the_cut(
    compared: App, keep: Callable[[str], None]
) -> None:
    app = compared
    cut = seen(app, preview(app)[1])
    before = app.run(_CONTENTS)
    _, frame = compare(app)
    keep("compare-wipe")
    wiped = seen(app, frame)
    state(app, "m.show(m.View.FLIP)")
    right = seen(app, frame)
    keep("compare-flip")
    press(app, "F")
    left = seen(app, frame)
    keep("compare-flipped")
    assert alike(left, cut), "the take that the strip shows looks as in the cut"
    assert not alike(left, right)
    middle = cut.shape[1] // 2
    assert alike(wiped[:, : middle - 4], left[:, : middle - 4])
    assert alike(wiped[:, middle + 4 :], right[:, middle + 4 :])

    state(app, "m.show(m.View.WIPE)")
    y = frame.center[1]
    drag(app, (frame.center[0], y), (frame.left + frame.width // 4, y))
    assert state(app, "m.current().line") == pytest.approx(0.25, abs=0.01)
    quarter = frame.width // 4 - 6
    dragged = seen(app, frame)
    keep("compare-wipe-dragged")
    assert alike(dragged[:, : quarter - 4], left[:, : quarter - 4])
    assert alike(dragged[:, quarter + 4 :], right[:, quarter + 4 :])

    press(app, "TAB")
    assert state(app, "m.current().view.value") == "SIDE"
    keep("compare-side")
    press(app, "ESC")
    until(lambda: state(app, "m.current() is None"), "the view is left", seconds=10)
    assert alike(seen(app, frame), cut)
    assert app.run(_CONTENTS) == before


def test_where_the_playhead_rests_takes_are_seen_below_a_title_and_with_the_work_on_the_strip(
    compared: App, keep: Callable[[str], None]
) -> None:
    app = compared
    app.run(_WORK_ABOUT_IT)
    time.sleep(1.0)
    cut = seen(app, preview(app)[1])
    before = app.run(_CONTENTS)
    _, frame = compare(app)
    until(lambda: app.run(_RENDERED), "the cut with each take is rendered", seconds=60)
    keep("compare-below-a-title")
    rendered = app.run(_RENDERED)
    state(app, "m.show(m.View.FLIP)")
    right = seen(app, frame)
    press(app, "F")
    left = seen(app, frame)
    assert alike(left, cut), "the take that the strip shows looks as in the cut"
    assert not alike(left, right)
    assert app.run(_RENDERED) == rendered, "nothing is rendered again and again"
    for _ in range(3):
        press(app, "RIGHT_ARROW")
    until(lambda: app.run(_RENDERED), "it is rendered where the playhead is now", seconds=60)
    for _ in range(3):
        press(app, "LEFT_ARROW")
    until(lambda: app.run(_RENDERED), "and where it was", seconds=60)
    assert app.run(_CONTENTS) == before
    press(app, "F")
    press(app, "RET")
    press(app, "ESC")
    until(lambda: state(app, "m.current() is None"), "the view is left", seconds=10)
    time.sleep(1.0)
    assert alike(seen(app, frame), right), "the take that was used looks as it did in the comparison"


def test_a_grid_has_labels_keys_and_stars_and_its_take_comes_into_the_strip(
    compared: App, keep: Callable[[str], None]
) -> None:
    app = compared
    whole, _ = compare(app)
    state(app, "m.show(m.View.GRID)")
    for number in (1, 2, 3):
        wait_for(app, f"Take {number}", whole)
    chosen = state(app, "[m.lookup.asset(each).take_number for each in m.current().assets].index(3)")
    press(app, ("ONE", "TWO", "THREE")[chosen])
    press(app, "S")
    marks = "[asset.mark.value for asset in m.runtime.current().project.assets if asset.take_number == {}]"
    until(lambda: state(app, marks.format(3)) == ["starred"], "Take 3 has a star", seconds=10)
    press(app, ("ONE", "TWO", "THREE")[(chosen + 1) % 3])
    press(app, "X")
    until(lambda: "rejected" in state(app, "[a.mark.value for a in m.runtime.current().project.assets]"), "rejected")
    keep("compare-grid")
    press(app, ("ONE", "TWO", "THREE")[chosen])
    press(app, "RET")
    shown = "m.marks.shown_by(m.target(m.scene()))"
    until(lambda: state(app, f"m.lookup.asset({shown}).take_number") == 3, "the strip shows Take 3", seconds=20)
    keep("compare-used")


def test_playing_and_stepping_go_on_in_the_view(compared: App) -> None:
    app = compared
    _, frame = compare(app)
    state(app, "m.show(m.View.FLIP)")
    before = app.run("result = bpy.context.window_manager.windows[0].scene.frame_current")
    first = seen(app, frame)
    for _ in range(12):
        press(app, "RIGHT_ARROW")
    after = app.run("result = bpy.context.window_manager.windows[0].scene.frame_current")
    assert after == before + 12
    assert not numpy.array_equal(seen(app, frame), first)
    press(app, "SPACE")
    playing = "result = bpy.context.window_manager.windows[0].screen.is_animation_playing"
    until(lambda: app.run(playing), "it plays", seconds=10)
    press(app, "SPACE")
    until(lambda: not app.run(playing), "it stands", seconds=10)
    assert state(app, "m.current() is not None")


def test_the_mouse_in_the_view_neither_selects_nor_moves_what_lies_below(compared: App) -> None:
    app = compared
    before = app.run(_CONTENTS)
    _, frame = compare(app)
    drag(app, (frame.left + 80, frame.top + 120), (frame.left + 200, frame.top + 200))
    click(app, (frame.right - 60, frame.bottom - 60))
    assert app.run(_CONTENTS) == before


def test_a_blender_that_dies_in_the_view_leaves_no_trace_in_the_file(compared: App, folder: Path) -> None:
    app = compared
    before = app.run(_CONTENTS)
    compare(app)
    state(app, "m.show(m.View.GRID)")
    app.still()
    app.run("bpy.ops.wm.save_mainfile()")
    app.kill()
    app.start(folder / "film.blend")
    assert state(app, "m.current() is None")
    assert app.run(_CONTENTS) == before


def test_the_panel_says_what_differs(compared: App, keep: Callable[[str], None]) -> None:
    app = compared
    compare(app)
    said = app.run(
        """
import importlib
package = "bl_ext.user_default.generative_sessions."
state = importlib.import_module(package + "blender.comparing.state")
core = importlib.import_module(package + "core.comparing")
rows = core.differences([state.asset_at(place).request for place in state.current().compared])
result = [row.name for row in rows]
for area in bpy.context.window_manager.windows[0].screen.areas:
    for region in area.regions:
        if region.type == "UI" and area.type == "SEQUENCE_EDITOR":
            region.tag_redraw()
"""
    )
    assert said == ["Seed"]
    move(app, region(app, "UI"))
    for name in ("Sessions", "Shot", "Selected Strip"):
        click(app, name, "UI")
    wait_for(app, "Seed", "UI")
    keep("compare-panel")
    click(app, "Leave Comparison", "UI")
    wait_until_gone(app, "Leave Comparison", "UI")
