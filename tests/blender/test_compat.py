"""One way to say a thing in every Blender."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import bpy
import pytest


@pytest.fixture
def compat(installed: Callable[[str], ModuleType], fresh_file: None) -> Any:
    return installed("blender.compat")


@pytest.fixture
def color(compat: Any) -> Any:
    """A colour strip on channel 3 that plays 20 frames from frame 10."""
    strips = compat.strips(bpy.context.scene.sequence_editor_create())
    return compat.new_effect(strips, name="Color", type="COLOR", channel=3, start=10, length=20)


def test_an_effect_plays_as_many_frames_as_it_is_long(compat: Any, color: Any) -> None:
    assert (color.channel, compat.left_handle(color), compat.right_handle(color)) == (3, 10, 30)


@pytest.mark.parametrize("handles", [(15, 25), (50, 60), (1, 2), (5, 500)])
def test_handles_are_where_they_are_put(compat: Any, color: Any, handles: tuple[int, int]) -> None:
    compat.set_handles(color, *handles)
    assert (compat.left_handle(color), compat.right_handle(color)) == handles


def test_a_strip_without_length_is_refused(compat: Any, color: Any) -> None:
    with pytest.raises(ValueError, match="must lie after"):
        compat.set_handles(color, 20, 20)
    assert (compat.left_handle(color), compat.right_handle(color)) == (10, 30)


def test_an_editor_without_strips_has_an_empty_list_of_them(compat: Any) -> None:
    editor = bpy.context.scene.sequence_editor_create()
    assert len(compat.strips(editor)) == len(compat.strips_all(editor)) == 0


def test_strips_inside_a_meta_strip_are_among_all_strips_only(compat: Any) -> None:
    editor = bpy.context.scene.sequence_editor_create()
    meta = compat.strips(editor).new_meta(name="Meta", channel=1, frame_start=1)
    compat.new_effect(compat.strips(meta), name="Inside", type="COLOR", channel=1, start=1, length=5)
    assert compat.strips(editor).keys() == ["Meta"]
    assert set(compat.strips_all(editor).keys()) == {"Meta", "Inside"}


def test_where_no_scene_was_chosen_the_sequencer_edits_the_scene_of_the_window(compat: Any) -> None:
    assert compat.sequencer_scene(bpy.context) == bpy.context.scene


def test_the_scene_that_the_sequencer_shows_is_kept(compat: Any) -> None:
    window = bpy.context.window_manager.windows[0]
    edit, other = bpy.data.scenes.new("Edit"), bpy.data.scenes.new("Other")
    compat.show_in_sequencer(window, edit)
    compat.show_in_sequencer(window, other)
    chooses = hasattr(window.workspace, "sequencer_scene")
    assert compat.sequencer_scene(bpy.context) == (edit if chooses else bpy.context.scene)


def test_a_blender_that_only_runs_a_script_renders_nothing(compat: Any) -> None:
    assert not compat.is_rendering(bpy.context)


def test_a_scene_set_to_movies_writes_one(compat: Any, color: Any, tmp_path: Any) -> None:
    scene = bpy.context.scene
    scene.render.resolution_x = scene.render.resolution_y = 64
    scene.frame_start, scene.frame_end = 10, 12
    scene.render.filepath = str(tmp_path / "film")
    compat.set_movie_output(scene)
    bpy.ops.render.render(animation=True)
    (movie,) = tmp_path.iterdir()
    assert bpy.data.movieclips.load(str(movie)).frame_duration == 3
