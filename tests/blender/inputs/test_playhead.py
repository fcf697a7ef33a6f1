"""The frame under the playhead, as the preview shows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy
import pytest

from .taking import (
    from_playhead,
    in_meta,
    number,
    pixels,
    set_format,
)


def test_the_frame_under_the_playhead_is_that_frame(scene: Any, add: Any, taken: Any) -> None:
    add(start=10)
    scene.frame_current = 31
    from_playhead()
    assert number(taken()) == 21
    assert taken().role == "first_frame"
    assert taken().origin == "Frame 31 of Scene"


def test_it_lies_in_the_project_as_a_png_of_the_scenes_size(scene: Any, add: Any, taken: Any, tmp_path: Path) -> None:
    set_format(scene, (128, 72))
    add().transform.scale_x = 2.0
    from_playhead()
    file = Path(taken().path)
    assert file.parent == tmp_path / "shot.assets" / "inputs"
    assert file.name == f"{taken().sha256[:16]}.png"
    assert pixels(str(file)).shape[:2] == (72, 128)
    facts = json.loads(file.with_suffix(".json").read_text("utf-8"))
    assert (facts["width"], facts["height"], facts["sha256"]) == (128, 72, taken().sha256)


def test_it_shows_all_that_lies_above_as_the_preview_does(scene: Any, add: Any, taken: Any, compat: Any) -> None:
    add()
    cover = compat.new_effect(
        compat.strips(scene.sequence_editor), name="Red", type="COLOR", channel=2, start=1, length=48
    )
    cover.color = (1.0, 0.0, 0.0)
    cover.blend_type = "REPLACE"
    from_playhead()
    assert pixels(taken().path)[18, 32, :3] == pytest.approx([1, 0, 0], abs=0.01)


def test_its_colours_are_those_of_the_scenes_view(scene: Any, add: Any, taken: Any) -> None:
    add()
    scene.frame_current = 1 + 255 % 48
    scene.view_settings.exposure = -1.0
    from_playhead()
    assert 0.6 < pixels(taken().path)[..., :3].max() < 0.8  # half the light of white


def test_nothing_burnt_in_and_no_border_cuts_it(scene: Any, add: Any, taken: Any) -> None:
    add()
    scene.render.use_stamp = scene.render.use_border = True
    scene.render.border_max_x = 0.5
    scene.frame_current = 14
    from_playhead()
    assert number(taken()) == 13


def test_a_playhead_beside_every_strip_says_so(scene: Any, add: Any, draft: Any) -> None:
    add(start=10)
    for frame in (9, 58):
        scene.frame_current = frame
        with pytest.raises(
            RuntimeError, match=rf"Nothing is shown at frame {frame}\. Move the playhead over a strip\."
        ):
            from_playhead()
    assert draft().inputs == ()


def test_a_muted_strip_is_nothing_to_see(scene: Any, add: Any) -> None:
    add().mute = True
    with pytest.raises(RuntimeError, match="Nothing is shown at frame 1"):
        from_playhead()


def test_without_a_strip_it_cannot_be_pressed(fresh_file: None) -> None:
    assert not bpy.ops.sessions.input_from_playhead.poll()
    assert not bpy.ops.sessions.input_from_strip.poll()
    assert not bpy.ops.sessions.input_from_range.poll()
    assert bpy.ops.sessions.input_from_file.poll()


def test_a_missing_file_is_told_and_no_pink_picture_is_made(scene: Any, add: Any, draft: Any, clip: Path) -> None:
    add()
    clip.unlink()
    with pytest.raises(RuntimeError, match="The file of the strip “Clip” is not there"):
        from_playhead()
    assert draft().inputs == ()


def test_inside_an_open_meta_strip_the_preview_shows_that(scene: Any, add: Any, taken: Any, installed: Any) -> None:
    meta = in_meta(scene, add(start=10), installed)
    add(start=1, channel=meta.channel + 1)  # above, but not in it
    scene.sequence_editor.display_stack(meta)
    scene.frame_current = 15
    from_playhead()
    assert number(taken()) == 5


def test_a_scene_strip_shows_that_scene(scene: Any, clip: Path, compat: Any, taken: Any) -> None:
    other = bpy.data.scenes.new("Other")
    set_format(other)
    compat.strips(other.sequence_editor_create()).new_movie(name="In", filepath=str(clip), channel=1, frame_start=1)
    other.frame_start, other.frame_end = 1, 48
    strip = compat.strips(scene.sequence_editor).new_scene(name="Scene strip", scene=other, channel=1, frame_start=11)
    strip.scene_input = "SEQUENCER"
    scene.frame_current = 20
    from_playhead()
    assert number(taken()) == 9


def test_a_scene_that_was_never_shown_gives_its_frames(scene: Any, clip: Path, compat: Any, taken: Any) -> None:
    other = bpy.data.scenes.new("Never shown")  # writing it ends Blender 5.2, unless it is brought up to date first
    set_format(other)
    compat.strips(other.sequence_editor_create()).new_movie(name="In", filepath=str(clip), channel=1, frame_start=1)
    other.frame_current = 6
    with bpy.context.temp_override(**compat.sequencer_override(other)):
        from_playhead()
    assert number(taken()) == 5


def test_a_picture_that_a_model_takes_no_picture_for_is_not_taken(scene: Any, add: Any, draft: Any) -> None:
    add()
    with pytest.raises(RuntimeError, match="This has to be a clip: video"):
        from_playhead("video")
    assert draft().inputs == ()
