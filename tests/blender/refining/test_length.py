"""A take as long as the cut is now."""

from __future__ import annotations

from typing import Any

import bpy
import pytest

from ..working import SMALL, generate
from .edits import PROMPT, pictures, select, span


def test_the_length_that_is_asked_is_the_cuts_and_the_clip_fills_the_same_strip(
    runtime: Any, compat: Any, scene: Any, installed: Any, marks: Any
) -> None:
    generate(PROMPT, seed=7, duration=1.0)
    (strip,) = pictures(compat)
    compat.set_handles(strip, 1, 19)
    select(scene, strip)
    slot = marks.slot_of(strip)
    assert bpy.ops.sessions.regenerate_to_length() == {"FINISHED"}
    old, new = runtime.current().session.takes
    assert new.request == old.request.model_copy(update={"duration": pytest.approx(18 / 24)})
    (strip,) = pictures(compat)
    assert (span(compat, strip), compat.extent(strip)) == ((1, 19), (1, 19))
    assert (marks.slot_of(strip), marks.take_of(strip)) == (slot, new.id)


def test_a_strip_that_hides_its_begin_shows_all_of_the_new_clip(
    runtime: Any, compat: Any, scene: Any, installed: Any, marks: Any
) -> None:
    generate(PROMPT, seed=7, duration=1.0)
    (strip,) = pictures(compat)
    compat.set_handles(strip, 9, 19)
    select(scene, strip)
    bpy.ops.sessions.regenerate_to_length()
    assert runtime.current().session.takes[-1].request.duration == pytest.approx(0.5)  # Animatic's shortest
    (strip,) = pictures(compat)
    assert (span(compat, strip), compat.extent(strip)) == ((9, 19), (9, 21))
    bpy.ops.ed.undo()
    installed("blender.pump").tick()
    (strip,) = pictures(compat)
    assert (span(compat, strip), compat.extent(strip)) == ((9, 19), (1, 25))
    bpy.ops.ed.redo()
    installed("blender.pump").tick()
    (strip,) = pictures(compat)
    assert (span(compat, strip), compat.extent(strip)) == ((9, 19), (9, 21))


def test_a_joined_strip_is_regenerated_with_the_frame_that_it_repeats(
    numbered: Any, runtime: Any, compat: Any, scene: Any, set_draft: Any
) -> None:
    numbered(10)
    set_draft(prompt=PROMPT, match_scene=False, **{**SMALL, "duration": 1.0})
    bpy.ops.sessions.continue_shot()
    bpy.ops.sessions.generate()
    _, strip = pictures(compat)
    compat.set_handles(strip, 22, 36)
    select(scene, strip)
    bpy.ops.sessions.regenerate_to_length()
    assert runtime.current().session.takes[-1].request.duration == pytest.approx(15 / 24)
    _, strip = pictures(compat)
    assert (span(compat, strip), compat.extent(strip)) == ((22, 36), (21, 36))
