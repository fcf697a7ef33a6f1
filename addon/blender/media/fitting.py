"""Files made small enough for a service, and single frames of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from .. import compat
from . import framing, sounds
from .answers import Answer, has_sound, look, too_large
from .writing import SOUND_KBITS, even, movie, rate, still

_TRIES = 8
_LEAST_KBITS = 24
_BITS_PER_PIXEL = 0.04  # below that H.264 shows blocks: fewer pixels look better
_JPEG_QUALITIES = (95, 88, 80, 70)


def fit(order: dict[str, Any]) -> Answer:
    """Make a picture, clip or sound smaller. Raises `Impossible`."""
    if order["media"] == "audio":
        return sounds.fit(order)
    known = look(order)
    scale = min(1.0, *(most / known[side] for side in ("width", "height") if (most := order[side])), 1.0)
    return (_fit_video if order["media"] == "video" else _fit_image)(order, known, scale)


def still_of(order: dict[str, Any]) -> Answer:
    """A frame of a clip as a picture, in the clip's size. Raises `Impossible`."""
    known = look({"file": order["file"], "media": "video"})
    scene = _scene_of({**order, "media": "video"}, known["width"], known["height"], known["fps"])
    return still(scene, min(order["frame"], scene.frame_end), order["out"])


def _fit_image(order: dict[str, Any], known: Answer, scale: float) -> Answer:
    """PNG of what was lossless, then JPEG of falling quality, then fewer pixels."""
    lossy = Path(order["file"]).suffix.lower() in (".jpg", ".jpeg")
    qualities = [*(() if lossy else (None,)), *_JPEG_QUALITIES]
    for _ in range(_TRIES):
        width, height = (max(1, round(known[side] * scale)) for side in ("width", "height"))
        for quality in qualities:
            scene = _scene_of(order, width, height)
            made = still(scene, 1, order["out"], quality)
            if not order["size"] or Path(made["file"]).stat().st_size <= order["size"]:
                return made
            Path(made["file"]).unlink()
        qualities = list(_JPEG_QUALITIES)
        scale *= 0.75
    raise too_large(order)


def _fit_video(order: dict[str, Any], known: Answer, scale: float) -> Answer:
    """H.264 of good quality; if that is too large, with as many bits as there is room for."""
    kbits = 0.0
    for _ in range(_TRIES):
        width, height = (even(max(2, round(known[side] * scale))) for side in ("width", "height"))
        scene = _scene_of(order, width, height, known["fps"])
        sound = _add_sound(scene, order["file"])
        least = max(2 * _LEAST_KBITS, width * height * known["fps"] * _BITS_PER_PIXEL / 1000)
        made = movie(scene, scene.frame_start, scene.frame_end, order["out"], sound, kbits)
        weight = Path(made["file"]).stat().st_size
        if not order["size"] or weight <= order["size"]:
            return made
        Path(made["file"]).unlink()
        room = order["size"] * 8 / 1000 / made["seconds"] - (SOUND_KBITS if sound else 0)
        kbits = max(_LEAST_KBITS, room * 0.92 if not kbits else kbits * 0.9 * order["size"] / weight)
        if kbits < least:
            scale *= max(0.5, min(0.8, (kbits / least) ** 0.5))
    raise too_large(order)


def _scene_of(order: dict[str, Any], width: int, height: int, fps: float = 24.0) -> Any:
    """A scene that shows nothing but a file, stretched to `width` × `height` pixels, its colours as they are."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    framing.set_size(scene, width, height)
    framing.render_sequencer(scene)
    framing.plain_colours(scene)
    scene.render.fps, scene.render.fps_base = rate(fps)
    strips = compat.strips(scene.sequence_editor_create())
    add = strips.new_movie if order["media"] == "video" else strips.new_image
    strip = add(name="Input", filepath=order["file"], channel=1, frame_start=1, fit_method="STRETCH")
    strip.blend_type = "REPLACE"
    strip.transform.filter = "BOX"  # the mean of the pixels that become one
    compat.keep_no_frames(scene.sequence_editor)
    scene.frame_start, scene.frame_end = 1, max(1, compat.right_handle(strip) - 1)
    return scene


def _add_sound(scene: Any, file: str) -> bool:
    """Add the sound of a clip, if it has any."""
    if not has_sound(file):
        return False
    compat.strips(scene.sequence_editor).new_sound(name="Sound", filepath=file, channel=2, frame_start=1)
    return True
