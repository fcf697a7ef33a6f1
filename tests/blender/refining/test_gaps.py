"""A shot between two others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import pytest

from ..layouts import drawn
from ..working import SMALL
from .edits import PROMPT, number_at, number_of, pictures, show_numbers, span


def test_a_model_that_cannot_fill_a_gap_says_so_and_changes_nothing(
    numbered: Any, runtime: Any, scene: Any, set_draft: Any, installed: Any
) -> None:
    numbered(10)
    numbered(40, name="Next")
    scene.frame_set(30)
    models = installed("blender.accounts").capabilities("fal").models
    unable = next(each for each in models if not _can_join(each))
    set_draft(prompt=PROMPT, provider="fal", model=unable.id)
    before = runtime.current().draft
    with pytest.raises(RuntimeError, match=r"cannot make this: First and Last Frame\. Choose one of: "):
        bpy.ops.sessions.fill_gap()
    assert runtime.current().draft == before


def test_a_playhead_in_no_gap_is_told(numbered: Any, scene: Any) -> None:
    numbered(10)
    scene.frame_set(30)
    with pytest.raises(RuntimeError, match="The playhead is in no gap"):
        bpy.ops.sessions.fill_gap()


def test_a_gap_is_begun_with_the_frames_at_its_ends(
    numbered: Any, runtime: Any, scene: Any, joining: Any, set_draft: Any, installed: Any
) -> None:
    able = next(each for each in installed("blender.accounts").capabilities("fal").models if _can_join(each))
    numbered(10)
    numbered(40, name="Next")
    scene.frame_set(30)
    set_draft(prompt=PROMPT, provider="fal", model=able.id)
    assert bpy.ops.sessions.fill_gap() == {"FINISHED"}
    draft = runtime.current().draft
    assert {each.role.value: number_of(each.path) for each in draft.inputs} == {"first_frame": 11, "last_frame": 0}
    assert (draft.provider, draft.model, draft.mode.value) == ("fal", able.id, "first_last")
    place = joining.place(scene, draft)
    assert (place.frame, place.length, place.skip, place.tail, place.frames) == (22, 18, 1, 1, 20)
    text = " ".join(drawn(bpy.types.SESSIONS_PT_generate).texts)
    assert "Fills the gap between “Footage” and “Next”, 0.8 s" in text


def _can_join(model: Any) -> bool:
    return "first_last" in {mode.value for mode in model.modes}


def test_the_gap_is_filled_exactly_and_neither_end_plays_twice(
    numbered: Any, runtime: Any, compat: Any, scene: Any, set_draft: Any, installed: Any, tmp_path: Path
) -> None:
    before, behind = numbered(10), numbered(40, name="Next")
    set_draft(prompt=PROMPT, match_scene=False, **{**SMALL, "duration": 9.0})
    scene.frame_set(30)
    bpy.ops.sessions.fill_gap()
    assert {each.role.value: number_of(each.path) for each in runtime.current().draft.inputs} == ENDS
    assert bpy.ops.sessions.generate() == {"FINISHED"}
    (take,) = runtime.current().session.takes
    assert {each.role.value: number_of(each.path) for each in take.request.inputs} == ENDS
    assert (take.request.mode.value, take.request.duration) == ("first_last", pytest.approx(20 / 24))
    first, filled, last = pictures(compat)
    assert [span(compat, each) for each in (first, filled, last)] == [(10, 22), (22, 40), (40, 52)]
    assert (first, last) == (before, behind)
    assert compat.extent(filled) == (21, 41)
    # Animatic dissolves from the one picture to the other.
    assert [number_at(scene, frame, tmp_path) for frame in (21, 22, 39, 40)] == [11, 11, 0, 0]
    show_numbers(installed, compat, filled, 20, tmp_path)
    assert [number_at(scene, frame, tmp_path) for frame in (21, 22, 39, 40)] == [11, 1, 18, 0]
    assert runtime.current().draft.joins is None


def test_undo_and_redo_take_the_filling_away_and_bring_it_back(
    numbered: Any, compat: Any, set_draft: Any, installed: Any, scene: Any
) -> None:
    numbered(10)
    numbered(40, name="Next")
    scene.frame_set(30)
    bpy.ops.ed.undo_push(message="Before")
    set_draft(prompt=PROMPT, match_scene=False, **SMALL)
    bpy.ops.sessions.fill_gap()
    bpy.ops.sessions.generate()
    tick = installed("blender.pump").tick
    filled, empty = [(10, 22), (22, 40), (40, 52)], [(10, 22), (40, 52)]
    for step, expected in (("undo", filled), ("undo", empty), ("redo", filled)):
        getattr(bpy.ops.ed, step)()  # the clip's coming, then the placeholder's
        tick()
        assert [span(compat, each) for each in pictures(compat)] == expected
    assert compat.extent(pictures(compat)[1]) == (21, 41)


ENDS = {"first_frame": 11, "last_frame": 0}
