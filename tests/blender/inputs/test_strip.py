"""A frame of a strip: that very frame, without the rest of the edit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import pytest

from .. import footage
from .taking import (
    HEIGHT,
    WIDTH,
    add_effect,
    from_strip,
    in_meta,
    number,
    pixels,
    set_format,
)


@pytest.mark.parametrize(("frame", "shown"), [("first", 0), ("current", 14), ("last", 47)])
def test_a_strips_frame_is_that_frame(frame: str, shown: int, scene: Any, add: Any, taken: Any) -> None:
    add(start=10)
    scene.frame_current = 24
    from_strip(frame)
    assert number(taken()) == shown
    assert taken().origin == f"Frame {shown + 1} of Clip"


@pytest.mark.parametrize(("frame", "shown"), [("first", 7), ("last", 20)])
def test_of_a_trimmed_strip_it_is_what_is_left(frame: str, shown: int, add: Any, taken: Any) -> None:
    add(start=10, left=17, right=31)
    from_strip(frame)
    assert number(taken()) == shown


def test_of_a_strip_that_goes_beyond_its_clip_it_is_the_frame_that_is_held(add: Any, taken: Any) -> None:
    add(start=10, left=10, right=80)
    from_strip("last")
    assert number(taken()) == 47


def test_of_a_reversed_strip_it_is_the_frame_that_is_seen(add: Any, taken: Any) -> None:
    add().use_reverse_frames = True
    from_strip("first")
    assert number(taken()) == 47


def test_of_a_strip_at_twice_the_speed_it_is_the_frame_that_is_seen(scene: Any, add: Any, taken: Any) -> None:
    strip = add(start=1)
    effect = add_effect(scene, strip, "SPEED")
    effect.speed_control, effect.speed_factor = "MULTIPLY", 2.0
    effect.select, strip.select = True, False
    scene.sequence_editor.active_strip = effect
    scene.frame_current = 11
    from_strip("current")
    assert number(taken()) == 20


def test_it_has_the_size_of_its_own_file_where_it_shows_all_of_it(scene: Any, add: Any, taken: Any) -> None:
    set_format(scene, (256, 144))
    strip = add()
    strip.transform.scale_x = strip.transform.scale_y = 4.0
    scene.view_settings.exposure = -1.0  # of the scene, not of the clip
    from_strip("last")
    picture = pixels(taken().path)
    assert picture.shape[:2] == (HEIGHT, WIDTH)
    assert footage.number_in(picture) == 47
    assert picture[..., :3].max() > 0.95


def test_a_strip_that_was_moved_in_the_picture_is_taken_as_it_is_seen(scene: Any, add: Any, taken: Any) -> None:
    set_format(scene, (128, 72))
    add().transform.offset_x = 32
    from_strip("last")
    picture = pixels(taken().path)
    assert picture.shape[:2] == (72, 128)
    assert picture[:, :60, :3].max() < 0.05
    assert footage.number_in(picture[18:54, 64:]) == 47


def test_a_strips_frame_is_without_what_lies_above_it(scene: Any, add: Any, taken: Any, compat: Any) -> None:
    strip = add()
    cover = compat.new_effect(
        compat.strips(scene.sequence_editor), name="Red", type="COLOR", channel=2, start=1, length=48
    )
    cover.blend_type = "REPLACE"
    cover.select = False
    scene.sequence_editor.active_strip = strip
    from_strip("last")
    assert number(taken()) == 47


def test_a_muted_strip_that_is_selected_is_seen(add: Any, taken: Any) -> None:
    add().mute = True
    from_strip("last")
    assert number(taken()) == 47


def test_a_meta_strips_frame_is_what_it_shows(scene: Any, add: Any, taken: Any, compat: Any, installed: Any) -> None:
    compat.set_handles(in_meta(scene, add(start=10), installed), 12, 40)
    from_strip("last")
    assert number(taken()) == 29


def test_a_picture_strip_gives_its_picture(scene: Any, compat: Any, taken: Any, tmp_path: Path) -> None:
    footage._write_png(tmp_path / "still.png", (96, 54), 77)
    strip = compat.strips(scene.sequence_editor).new_image(
        name="Still", filepath=str(tmp_path / "still.png"), channel=1, frame_start=5, fit_method="FIT"
    )
    scene.sequence_editor.active_strip = strip
    strip.select = True
    from_strip("first")
    assert pixels(taken().path).shape[:2] == (54, 96)
    assert number(taken()) == 77


def test_a_playhead_beside_the_strip_has_no_current_frame(scene: Any, add: Any) -> None:
    add(start=10)
    scene.frame_current = 5
    with pytest.raises(RuntimeError, match=r"The playhead \(frame 5\) is not on the strip “Clip”"):
        from_strip("current")


def test_without_a_selected_strip_it_says_so(scene: Any, add: Any) -> None:
    add().select = False
    with pytest.raises(RuntimeError, match="No strip is selected"):
        from_strip("first")


def test_of_a_retimed_strip_it_is_the_frame_that_is_seen(
    scene: Any, add: Any, taken: Any, compat: Any, installed: Any, tmp_path: Path
) -> None:
    strip = add(start=10)
    with installed("blender.timeline").sequencer(scene):
        bpy.ops.sequencer.retiming_segment_speed_set(speed=200.0)
    last = compat.right_handle(strip) - 1
    assert last in (33, 34)  # 4.2 lets it have a frame more
    from_strip("first")
    assert number(taken()) == 0
    from_strip("last")
    shown = number(taken())
    (tmp_path / "look").mkdir()
    assert shown == footage.number_in(footage.pictures(scene, last, last, tmp_path / "look")[0])
    assert shown in (46, 47)


def test_of_a_retimed_strip_that_is_trimmed_too_it_is_the_last_frame_that_is_seen(
    scene: Any, add: Any, taken: Any, compat: Any, installed: Any
) -> None:
    strip = add(start=10)
    with installed("blender.timeline").sequencer(scene):
        bpy.ops.sequencer.retiming_segment_speed_set(speed=200.0)
    compat.set_handles(strip, 15, 20)
    from_strip("last")
    assert number(taken()) == 18
