"""The place in the edit that a take has from the click on: a placeholder that can be worked with, then the clip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import pytest

from .working import strips

PROMPT = "A lighthouse in a storm"


@pytest.fixture(autouse=True)
def film(saved_file: Path) -> None:
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 24, 1.0


def pictures() -> list[Any]:
    return [strip for strip in strips() if strip.type == "MOVIE"]


def placeholder(marks: Any) -> Any:
    (found,) = [strip for strip in pictures() if marks.is_placeholder(strip)]
    return found


def shows(strip: Any) -> str:
    return Path(bpy.path.abspath(strip.filepath)).name


def test_a_placeholder_of_the_right_length_stands_at_the_playhead_at_once(
    start: Any, settled: Any, marks: Any, compat: Any
) -> None:
    bpy.context.scene.frame_set(40)
    start(PROMPT)
    strip = placeholder(marks)
    assert (compat.left_handle(strip), compat.right_handle(strip)) == (40, 52)
    assert strip.name == "Queued: A lighthouse in a storm"
    assert Path(bpy.path.abspath(strip.filepath)).is_file()
    settled()
    (strip,) = pictures()
    assert (compat.left_handle(strip), compat.right_handle(strip)) == (40, 52)
    assert strip.name == "Lighthouse in a storm 1"
    assert shows(strip) == "Lighthouse in a storm 01.mp4"


def test_what_is_done_to_a_placeholder_stays_when_the_clip_comes(
    start: Any, settled: Any, marks: Any, compat: Any
) -> None:
    start(PROMPT)
    strip = placeholder(marks)
    compat.set_handles(strip, compat.left_handle(strip) + 2, compat.right_handle(strip) - 3)
    strip.channel = 5
    strip.blend_alpha = 0.5
    strip.name = "Mine"
    strip.modifiers.new(name="Curves", type="CURVES")
    strip.keyframe_insert("blend_alpha", frame=4)
    glow = glow_over(compat, strip)
    settled()
    (strip,) = pictures()
    assert (compat.left_handle(strip), compat.right_handle(strip)) == (3, 10)
    assert (strip.name, strip.channel, strip.blend_alpha, len(strip.modifiers)) == ("Mine", 5, 0.5, 1)
    assert shows(strip) == "Lighthouse in a storm 01.mp4"
    assert glow.input_1.name == "Mine"
    assert len(compat.curves_of(bpy.context.scene)) == 1


def glow_over(compat: Any, strip: Any) -> Any:
    """A glow over a strip, as each Blender wants to be asked for it."""
    level = compat.strips(bpy.context.scene.sequence_editor)
    length = {"length": 12} if bpy.app.version >= (5, 0, 0) else {"frame_end": 13}
    for name in ("input1", "seq1"):
        try:
            return level.new_effect(name="Glow", type="GLOW", channel=6, frame_start=1, **{name: strip}, **length)
        except TypeError:
            continue
    raise AssertionError("no glow")


def test_both_parts_of_a_cut_placeholder_show_the_clip(start: Any, settled: Any, marks: Any, compat: Any) -> None:
    start(PROMPT)
    strip = placeholder(marks)
    strip.split(frame=7, split_method="SOFT")
    assert len(pictures()) == 2
    settled()
    assert sorted((compat.left_handle(each), compat.right_handle(each)) for each in pictures()) == [(1, 7), (7, 13)]
    assert {shows(each) for each in pictures()} == {"Lighthouse in a storm 01.mp4"}


def test_several_takes_fill_one_slot(start: Any, settled: Any, runtime: Any) -> None:
    start(PROMPT, count=3)
    assert len(pictures()) == 1
    settled()
    assert len(pictures()) == 1
    assert len(runtime.current().project.assets) == 3


def test_takes_for_a_selected_strip_of_the_session_go_into_its_place(start: Any, settled: Any, runtime: Any) -> None:
    start(PROMPT)
    settled()
    first = shows(pictures()[0])
    start(PROMPT)  # the strip is selected since the click
    assert len(pictures()) == 1
    settled()
    (strip,) = pictures()
    assert shows(strip) != first
    assert strip.name == "Lighthouse in a storm 2"


def test_a_selected_strip_of_another_kind_gives_place_and_length(
    start: Any, settled: Any, marks: Any, compat: Any, runtime: Any
) -> None:
    level = compat.strips(bpy.context.scene.sequence_editor_create())
    color = compat.new_effect(level, name="Hole", type="COLOR", channel=3, start=50, length=48)
    color.select = True
    bpy.context.scene.sequence_editor.active_strip = color
    start(PROMPT, duration=0.5)
    strip = placeholder(marks)
    assert (compat.left_handle(strip), compat.right_handle(strip)) == (50, 98)
    assert strip.channel > 3
    settled(lambda: True)


def test_a_placeholder_that_is_deleted_leaves_the_clip_in_the_list(
    start: Any, settled: Any, marks: Any, compat: Any, runtime: Any
) -> None:
    start(PROMPT)
    compat.strips(bpy.context.scene.sequence_editor).remove(placeholder(marks))
    settled()
    assert not pictures()
    assert len(runtime.current().project.assets) == 1


def test_a_failed_take_says_so_in_its_place_and_can_be_tried_again_there(
    start: Any, settled: Any, marks: Any, runtime: Any, installed: Any
) -> None:
    start(PROMPT)
    take = runtime.current().session.takes[0]
    bpy.ops.sessions.cancel(take_id=take.id)
    settled()
    installed("blender.pump").tick()
    assert placeholder(marks).name == "Cancelled: A lighthouse in a storm"
    bpy.ops.sessions.retry(take_id=take.id)
    settled()
    (strip,) = pictures()
    assert shows(strip) == "Lighthouse in a storm 02.mp4"


def test_removing_a_placeholder_keeps_what_comes(start: Any, settled: Any, marks: Any, runtime: Any) -> None:
    start(PROMPT)
    bpy.ops.sessions.remove_placeholder(slot=marks.slot_of(placeholder(marks)))
    assert not pictures()
    settled()
    assert len(runtime.current().project.assets) == 1


def test_undo_goes_back_step_by_step_and_the_clip_stays_in_its_place(
    start: Any, settled: Any, marks: Any, installed: Any
) -> None:
    bpy.ops.ed.undo_push(message="Before")
    start(PROMPT)
    settled()
    bpy.ops.ed.undo()  # the clip's coming
    installed("blender.pump").tick()
    assert [shows(strip) for strip in pictures()] == ["Lighthouse in a storm 01.mp4"]
    bpy.ops.ed.undo()  # the placeholder's coming
    installed("blender.pump").tick()
    assert not pictures()
    bpy.ops.ed.redo()
    installed("blender.pump").tick()
    assert [shows(strip) for strip in pictures()] == ["Lighthouse in a storm 01.mp4"]


def test_a_selected_strip_brings_its_session_into_the_panel(
    start: Any, settled: Any, runtime: Any, installed: Any
) -> None:
    start(PROMPT)
    settled()
    bpy.ops.sessions.new()
    assert runtime.current().session is None
    (strip,) = pictures()
    strip.select = False
    installed("blender.pump").tick()
    strip.select = True
    bpy.context.scene.sequence_editor.active_strip = strip
    installed("blender.pump").tick()
    assert runtime.current().session.name == "Lighthouse in a storm"


def test_the_panel_stays_where_a_person_took_it_when_the_selected_placeholder_gets_its_clip(
    start: Any, settled: Any, runtime: Any, installed: Any, marks: Any
) -> None:
    tick = installed("blender.pump").tick
    start(PROMPT)
    strip = placeholder(marks)
    strip.select = True
    bpy.context.scene.sequence_editor.active_strip = strip
    tick()
    bpy.ops.sessions.new()
    settled(lambda: shows(pictures()[0]).startswith("Lighthouse"))
    tick()
    assert runtime.current().session is None


def test_swapping_goes_through_the_takes_and_around_and_is_one_undo_step(
    start: Any, settled: Any, marks: Any, installed: Any
) -> None:
    start(PROMPT, count=3)
    settled()
    seen = []
    for _ in range(3):
        assert bpy.ops.sessions.swap(direction="NEXT") == {"FINISHED"}
        seen.append(shows(pictures()[0]))
    assert len(set(seen)) == 3
    before = shows(pictures()[0])
    bpy.ops.ed.undo_push(message="Before")
    bpy.ops.sessions.swap(direction="PREVIOUS")
    bpy.ops.ed.undo_push(message="Swap")
    bpy.ops.ed.undo()
    assert shows(pictures()[0]) == before


def test_copies_are_swapped_one_by_one_or_together(start: Any, settled: Any, marks: Any, compat: Any) -> None:
    start(PROMPT, count=2)
    strip = placeholder(marks)
    strip.split(frame=7, split_method="SOFT")
    settled()
    left, right = sorted(pictures(), key=compat.left_handle)
    left.select, right.select = True, False
    bpy.ops.sessions.swap(direction="NEXT")
    left, right = sorted(pictures(), key=compat.left_handle)
    assert shows(left) != shows(right)
    bpy.ops.sessions.swap(direction="CHOSEN", asset_id=marks.shown_by(left), all_copies=True)
    left, right = sorted(pictures(), key=compat.left_handle)
    assert shows(left) == shows(right)


def test_the_session_knows_where_its_takes_are_used(start: Any, settled: Any, runtime: Any, installed: Any) -> None:
    bpy.context.scene.frame_set(40)
    start(PROMPT)
    settled()
    usage = installed("blender.slots.usage")
    usage.changed()
    usage.look()
    (use,) = usage.of_asset(runtime.current().project.assets[0].id)
    assert (use.scene, use.start, use.end) == (bpy.context.scene.name, 40, 52)
