"""The frame under the playhead is what Blender's own render of the sequencer makes of it, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

from .. import footage
from .taking import from_playhead, pixels, set_format

FRAME = 21


class Table:
    """The timeline that a test lays: a scene of 96 × 54 pixels with strips of every kind."""

    def __init__(self, scene: Any, compat: Any, clip: Path, folder: Path) -> None:
        self.scene = scene
        self.compat = compat
        self.clip = clip
        self.folder = folder

    @property
    def strips(self) -> Any:
        return self.compat.strips(self.scene.sequence_editor)

    def movie(self, channel: int = 1, start: int = 1) -> Any:
        return self.strips.new_movie(name="Movie", filepath=str(self.clip), channel=channel, frame_start=start)

    def effect(self, kind: str, channel: int, *inputs: Any) -> Any:
        if not inputs:
            return self.compat.new_effect(self.strips, name=kind, type=kind, channel=channel, start=1, length=48)
        known = self.strips.bl_rna.functions["new_effect"].parameters
        ends = {"length": 48} if "length" in known else {"frame_end": 49}
        names = ("input1", "input2") if "input1" in known else ("seq1", "seq2")
        return self.strips.new_effect(
            name=kind, type=kind, channel=channel, frame_start=1, **ends, **dict(zip(names, inputs, strict=False))
        )

    def colour(self, channel: int = 2, rgb: tuple[float, float, float] = (0.2, 0.6, 0.3)) -> Any:
        strip = self.effect("COLOR", channel)
        strip.color = rgb
        return strip

    def picture(self, name: str, number: int, size: tuple[int, int] = (96, 54)) -> Path:
        footage._write_png(self.folder / name, size, number)
        return self.folder / name


@pytest.fixture
def table(scene: bpy.types.Scene, compat: Any, clip: Path, tmp_path: Path) -> Table:
    set_format(scene, (96, 54))
    return Table(scene, compat, clip, tmp_path)


def transformed(table: Table) -> None:
    place = table.movie().transform
    place.offset_x, place.offset_y, place.rotation = 11.5, -6.0, 0.4
    place.scale_x, place.scale_y = 1.6, 0.7
    place.origin = (0.25, 0.8)


def cropped(table: Table) -> None:
    crop = table.movie().crop
    crop.min_x, crop.max_x, crop.min_y, crop.max_y = 9, 17, 4, 6


def flipped_and_tinted(table: Table) -> None:
    strip = table.movie()
    strip.use_flip_x = strip.use_flip_y = True
    strip.color_saturation, strip.color_multiply = 0.3, 0.6


def modified(table: Table) -> None:
    table.colour(1, (0.7, 0.3, 0.1))
    strip = table.movie(channel=2)
    strip.blend_type, strip.blend_alpha = "ALPHA_OVER", 0.5
    contrast = strip.modifiers.new("Contrast", "BRIGHT_CONTRAST")
    contrast.bright, contrast.contrast = 12.0, -20.0
    balance = strip.modifiers.new("Balance", "COLOR_BALANCE")
    balance.color_balance.gain = (1.0, 0.6, 0.4)
    white = strip.modifiers.new("White", "WHITE_BALANCE")
    white.white_value = (0.8, 0.7, 0.9)
    muted = strip.modifiers.new("Muted", "BRIGHT_CONTRAST")
    muted.bright, muted.mute = 90.0, True


def blended(table: Table) -> None:
    table.colour(1, (0.3, 0.1, 0.5))
    for channel, kind in enumerate(("ADD", "MULTIPLY", "OVERLAY", "DIFFERENCE", "SCREEN"), 2):
        strip = table.movie(channel=channel, start=channel)
        strip.blend_type, strip.blend_alpha = kind, 0.4
        strip.transform.offset_x = 3 * channel


def crossed(table: Table) -> None:
    table.effect("GAMMA_CROSS", 4, table.movie(), table.colour(2)).name = "Cross"


def wiped(table: Table) -> None:
    wipe = table.effect("WIPE", 4, table.movie(), table.colour(2))
    wipe.transition_type, wipe.blur_width, wipe.angle = "CLOCK", 0.2, 0.7


def blurred_and_adjusted(table: Table) -> None:
    blur = table.effect("GAUSSIAN_BLUR", 3, table.movie())
    blur.size_x = blur.size_y = 4.0
    adjustment = table.effect("ADJUSTMENT", 5)
    adjustment.modifiers.new("Contrast", "BRIGHT_CONTRAST").bright = 20.0


def glowing(table: Table) -> None:
    glow = table.effect("GLOW", 3, table.movie())
    glow.threshold, glow.blur_radius, glow.boost_factor = 0.1, 5.0, 2.0


def muted(table: Table) -> None:
    table.movie()
    table.colour(2).mute = True
    table.colour(3, (1.0, 0.0, 0.0))
    table.scene.sequence_editor.channels[3].mute = True


def text(table: Table) -> None:
    table.movie()
    strip = table.effect("TEXT", 2)
    strip.text, strip.font_size, strip.color = "Äg 7", 30.0, (0.9, 0.8, 0.1, 0.7)
    strip.location, strip.use_shadow, strip.use_box = (0.4, 0.6), True, True


def text_in_a_font_of_its_own(table: Table) -> None:
    fonts = Path(bpy.utils.system_resource("DATAFILES", path="fonts"))
    strip = table.effect("TEXT", 1)
    strip.text, strip.font_size = "Fox", 40.0
    strip.font = bpy.data.fonts.load(str(fonts / "DejaVuSansMono.woff2"))


def image_sequence(table: Table) -> None:
    files = [table.picture(f"{number:03}.png", number) for number in range(48)]
    strip = table.strips.new_image(name="Images", filepath=str(files[0]), channel=1, frame_start=3)
    for file in files[1:]:
        strip.elements.append(file.name)
    table.compat.set_handles(strip, 5, 40)


def a_still_that_is_held(table: Table) -> None:
    strip = table.strips.new_image(name="Still", filepath=str(table.picture("still.png", 77)), channel=1, frame_start=1)
    table.compat.set_handles(strip, 1, 49)
    strip.transform.scale_x = strip.transform.scale_y = 0.5


def meta_of_a_meta(table: Table) -> None:
    outer = table.strips.new_meta(name="Outer", channel=1, frame_start=1)
    inner = table.compat.strips(outer).new_meta(name="Inner", channel=1, frame_start=1)
    inside = table.compat.strips(inner)
    inside.new_movie(name="Deep", filepath=str(table.clip), channel=1, frame_start=3)
    for meta, left, right in ((inner, 1, 48), (outer, 5, 40)):
        table.compat.set_handles(meta, left, right)
    outer.transform.offset_y, outer.blend_alpha = 9.0, 0.8


def animated(table: Table) -> None:
    strip = table.movie()
    strip.blend_type = "ALPHA_OVER"
    for frame, alpha, offset in ((1, 0.0, -40.0), (48, 1.0, 40.0)):
        strip.blend_alpha, strip.transform.offset_x = alpha, offset
        strip.keyframe_insert("blend_alpha", frame=frame)
        strip.transform.keyframe_insert("offset_x", frame=frame)


def at_another_speed(table: Table) -> None:
    strip = table.movie()
    speed = table.effect("SPEED", 3, strip)
    speed.speed_control, speed.speed_factor = "MULTIPLY", 1.7


def with_a_proxy_asked_for(table: Table) -> None:
    strip = table.movie()
    strip.use_proxy = True
    strip.proxy.build_25 = True
    table.scene.sequence_editor.proxy_storage = "PROJECT"
    table.scene.sequence_editor.proxy_dir = "//proxies"


def in_agx_with_a_look(table: Table) -> None:
    table.movie()
    table.colour(2, (0.9, 0.5, 0.1)).blend_alpha = 0.5
    view = table.scene.view_settings
    view.view_transform = "AgX"
    view.look = "AgX - High Contrast"
    view.exposure, view.gamma = 0.7, 1.3


def with_curves(table: Table) -> None:
    table.movie()
    view = table.scene.view_settings
    view.use_curve_mapping = True
    view.curve_mapping.curves[3].points[1].location = (1.0, 0.5)
    view.curve_mapping.update()


def blended_in_linear_light(table: Table) -> None:
    table.scene.sequencer_colorspace_settings.name = "Linear Rec.709"
    table.colour(1, (0.3, 0.1, 0.5))
    strip = table.movie(channel=2)
    strip.blend_type, strip.blend_alpha = "ALPHA_OVER", 0.4


def at_half_of_the_size(table: Table) -> None:
    transformed(table)
    table.scene.render.resolution_percentage = 50


def a_scene_of_clips(table: Table) -> None:
    other = bpy.data.scenes.new("Other")
    set_format(other, (96, 54))
    table.compat.strips(other.sequence_editor_create()).new_movie(
        name="In", filepath=str(table.clip), channel=1, frame_start=1
    )
    other.frame_start, other.frame_end = 1, 48
    strip = table.strips.new_scene(name="Scene strip", scene=other, channel=1, frame_start=4)
    strip.scene_input = "SEQUENCER"
    strip.transform.rotation = 0.2


def a_movie_clip_strip(table: Table) -> None:
    clip = bpy.data.movieclips.load(str(table.clip))
    table.strips.new_clip(name="Clip", clip=clip, channel=1, frame_start=2)


def a_mask(table: Table) -> None:
    mask = bpy.data.masks.new("Mask")
    layer = mask.layers.new()
    spline = layer.splines.new()
    spline.points.add(3)
    for point, at in zip(spline.points, ((0.2, 0.2), (0.8, 0.3), (0.7, 0.9), (0.1, 0.7)), strict=True):
        point.co = point.handle_left = point.handle_right = at
    spline.use_cyclic = True
    strip = table.movie()
    modifier = strip.modifiers.new("Mask", "MASK")
    modifier.input_mask_type, modifier.input_mask_id = "ID", mask


ALL: tuple[Callable[[Table], None], ...] = (
    transformed,
    cropped,
    flipped_and_tinted,
    modified,
    blended,
    crossed,
    wiped,
    blurred_and_adjusted,
    glowing,
    muted,
    text,
    text_in_a_font_of_its_own,
    image_sequence,
    a_still_that_is_held,
    meta_of_a_meta,
    animated,
    at_another_speed,
    with_a_proxy_asked_for,
    in_agx_with_a_look,
    with_curves,
    blended_in_linear_light,
    at_half_of_the_size,
    a_scene_of_clips,
    a_movie_clip_strip,
    a_mask,
)


# Adding any modifier to a strip from Python ends the bpy module 5.0.1.
POSSIBLE = [lay for lay in ALL if bpy.app.version[:2] != (5, 0) or lay not in (modified, blurred_and_adjusted, a_mask)]


def rendered(table: Table, frame: int, folder: Path) -> np.ndarray:
    """A frame as this Blender renders it when it is asked to render the animation, without what shines through."""
    scene = table.scene
    table.compat.set_image_output(scene)
    scene.render.dither_intensity = 0.0
    scene.frame_start = scene.frame_end = frame
    scene.render.filepath = str(folder / "frame-")
    bpy.ops.render.render(animation=True, scene=scene.name)
    return pixels(scene.render.frame_path(frame=frame))[..., :3]


@pytest.mark.parametrize("lay", POSSIBLE, ids=lambda lay: lay.__name__)
def test_the_frame_is_what_blender_renders(
    lay: Callable[[Table], None], table: Table, taken: Any, tmp_path: Path
) -> None:
    lay(table)
    table.scene.frame_current = FRAME
    from_playhead()
    seen = pixels(taken().path)[..., :3]
    wanted = rendered(table, FRAME, tmp_path / "rendered")
    assert seen.shape == wanted.shape
    assert wanted.std() > 0.01  # there is something to compare
    far = np.abs(seen - wanted)
    assert far.max() <= 1.5 / 255, (far.max(), far.mean())
