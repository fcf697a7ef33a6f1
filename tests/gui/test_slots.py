"""A take has its place in the edit from the click on, and an editor works with that place as with any strip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .app import App
from .hands import click, drag, move, open_tab, press, region, wait_for
from .reading import marks
from .working import (
    all_done,
    generate,
    held_up,
    on_timeline,
    redo,
    save_as,
    slow_takes,
    small_takes,
    states,
    strips,
    tall,
    undo,
    until,
)

pytestmark = pytest.mark.ahead

_LOOK = """
import importlib
compat = importlib.import_module("bl_ext.user_default.generative_sessions.blender.compat")
scene = compat.sequencer_scene(bpy.context)
found = compat.strips_all(scene.sequence_editor)
result = sorted(
    (compat.left_handle(s), compat.right_handle(s), s.channel, s.name, bpy.path.basename(s.filepath), s.blend_alpha)
    for s in found if s.type == "MOVIE"
)
"""


_WORK_ON_IT = """
import importlib
package = "bl_ext.user_default.generative_sessions.blender."
compat, timeline = importlib.import_module(package + "compat"), importlib.import_module(package + "timeline")
scene = compat.sequencer_scene(bpy.context)
(strip,) = [s for s in compat.strips_all(scene.sequence_editor) if s.type == "MOVIE"]
strip.crop.min_y, strip.transform.rotation, strip.color_multiply, strip.color_tag = 5, 0.1, 0.8, "COLOR_03"
strip.modifiers.new(name="Bright", type="BRIGHT_CONTRAST").bright = 5.0
for frame, alpha in ((1, 1.0), (20, 0.5)):
    strip.blend_alpha = alpha
    strip.keyframe_insert("blend_alpha", frame=frame)
with timeline.sequencer(scene):
    timeline.select_only(scene, strip)
    bpy.ops.sequencer.retiming_segment_speed_set(speed=80.0)
compat.set_handles(strip, 3, 21)
scene.timeline_markers.new("Here", frame=7)
length = {"length": 12} if bpy.app.version >= (5, 0, 0) else {"frame_end": 15}
below = {"input1" if bpy.app.version >= (5, 0, 0) else "seq1": strip}
compat.strips(scene.sequence_editor).new_effect(
    name="Blur", type="GAUSSIAN_BLUR", channel=4, frame_start=3, **length, **below
)
timeline.select_only(scene, strip)
bpy.ops.ed.undo_push(message="Work on it")
"""

_ALL_OF_IT = """
import importlib
compat = importlib.import_module("bl_ext.user_default.generative_sessions.blender.compat")
scene = compat.sequencer_scene(bpy.context)
plain = ("BOOLEAN", "INT", "FLOAT", "ENUM", "STRING")
def told(owner):
    known = [p for p in owner.bl_rna.properties if p.type in plain and not getattr(p, "is_array", False)]
    return {p.identifier: repr(getattr(owner, p.identifier)) for p in known}
found = {s.name: s for s in compat.strips_all(scene.sequence_editor)}
result = {name: told(s) for name, s in found.items()}
for name, s in found.items():
    if s.type == "MOVIE":
        result[name + " parts"] = [told(s.transform), told(s.crop), [told(m) for m in s.modifiers]]
        result[name + " retiming"] = [(k.timeline_frame, repr(k)) for k in s.retiming_keys]
result["curves"] = [(c.data_path, [tuple(k.co) for k in c.keyframe_points]) for c in compat.curves_of(scene)]
result["markers"] = [(m.name, m.frame) for m in scene.timeline_markers]
"""


def look(app: App) -> list[list[Any]]:
    """The picture strips: first frame, the first after, channel, name, file, opacity."""
    found: list[list[Any]] = app.run(_LOOK)
    return found


def test_a_placeholder_is_moved_and_cut_while_its_take_runs_and_the_clip_takes_its_place(
    app: App, folder: Path
) -> None:
    tall(app)
    open_tab(app)
    save_as(app, folder / "film.blend")
    slow_takes(app)
    generate(app, "A lighthouse")
    until(lambda: states(app) == ["running"], "the take runs")
    until(lambda: look(app)[0][3] == "Generating: A lighthouse", "it says what it waits for")
    assert look(app)[0][:3] == [1, 481, 1]
    with held_up(app):
        drag(app, on_timeline(app, 24, 1.5), on_timeline(app, 24, 3.5))
        until(lambda: look(app)[0][2] == 3, "it lies on channel 3")
        app.module("blender.compat", "m.scenes_in_sequencers(__import__('bpy').context)[0].frame_set(61)")
        move(app, on_timeline(app, 30, 3.5))
        press(app, "K")
        until(lambda: len(look(app)) == 2, "it is cut in two")
        assert states(app) == ["running"]
    all_done(app, 1)
    until(lambda: {each[4] for each in look(app)} == {"Lighthouse 01.mp4"}, "both parts show the clip")
    left, right = look(app)
    assert (left[2], right[2]) == (3, 3)
    assert left[1] == right[0] == 61
    assert right[1] - left[0] == 480
    undo(app)
    until(lambda: {each[4] for each in look(app)} == {"Lighthouse 01.mp4"}, "the clip is back in its place")
    undo(app)
    until(lambda: len(look(app)) == 1, "the cut is undone")
    redo(app)
    until(lambda: len(look(app)) == 2, "and done again")


def test_takes_are_tried_in_the_cut_by_keys_menu_and_panel(app: App, folder: Path) -> None:
    tall(app)
    open_tab(app)
    save_as(app, folder / "film.blend")
    small_takes(app)
    generate(app, "A lighthouse", count=3)
    all_done(app, 3)
    until(lambda: strips(app)[0].startswith("Lighthouse"), "a clip is in the edit")
    assert len(look(app)) == 1
    wait_for(app, "Selected Strip", "UI")
    first = look(app)[0][4]
    move(app, on_timeline(app, 8, 1.5))
    press(app, "PAGE_DOWN", shift=True)
    until(lambda: look(app)[0][4] != first, "another take is shown")
    second = look(app)[0][4]
    press(app, "PAGE_UP", shift=True)
    until(lambda: look(app)[0][4] == first, "the first one is back")
    undo(app)
    until(lambda: look(app)[0][4] == second, "swapping is one step")
    redo(app)
    until(lambda: look(app)[0][4] == first, "and is done again")
    below = wait_for(app, "of 3", "UI")  # under the row with both arrows
    row = below._replace(
        left=below.left - 30, right=region(app, "UI").right - 40, top=below.top - 32, bottom=below.top - 8
    )
    click(app, marks(app.still(), row)[-1])  # ▶
    until(lambda: look(app)[0][4] != first, "the arrow shows the next one")
    assert look(app)[0][:3] == [1, 25, 1]


def test_twenty_one_swaps_in_a_row_leave_the_work_on_a_strip_as_it_was(app: App, folder: Path) -> None:
    tall(app)
    open_tab(app)
    save_as(app, folder / "film.blend")
    small_takes(app)
    generate(app, "A lighthouse", count=3)
    all_done(app, 3)
    app.run(_WORK_ON_IT)
    app.still()
    before = app.run(_ALL_OF_IT)
    move(app, on_timeline(app, 10, 1.5))
    for number in range(21):
        shown = look(app)[0][4]
        press(app, "PAGE_DOWN", shift=True)
        until(lambda shown=shown: look(app)[0][4] != shown, f"swap {number + 1} shows another take")
        assert look(app)[0][:3] == [3, 21, 1]
    assert app.run(_ALL_OF_IT) == before  # with three takes the first one is there again
    for _ in range(3):
        shown = look(app)[0][4]
        undo(app)
        until(lambda shown=shown: look(app)[0][4] != shown, "each is one step to be undone")
    assert app.run(_ALL_OF_IT) == before
