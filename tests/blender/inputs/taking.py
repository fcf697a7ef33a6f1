"""Taking inputs from a timeline as a script does, and looking at what was taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from .. import animatics, footage

WIDTH, HEIGHT = 64, 36


def set_format(scene: bpy.types.Scene, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.view_settings.view_transform = "Standard"
    footage.set_rate(scene, footage.FILM)


def pixels(file: str) -> np.ndarray:
    """A picture as (height, width, RGBA), the lowest row first."""
    image: Any = bpy.data.images.load(file)
    found = np.empty(len(image.pixels), dtype=np.float32)
    image.pixels.foreach_get(found)
    shape = (image.size[1], image.size[0], image.channels)
    bpy.data.images.remove(image)
    return found.reshape(shape)


def number(entry: Any) -> int:
    """The number of the frame that an input shows."""
    return footage.number_in(pixels(entry.path))


def from_playhead(role: str = "first_frame") -> None:
    bpy.ops.sessions.input_from_playhead("EXEC_DEFAULT", role=role)


def from_strip(frame: str, role: str = "first_frame") -> None:
    bpy.ops.sessions.input_from_strip("EXEC_DEFAULT", frame=frame, role=role)


def from_range(role: str = "video") -> None:
    bpy.ops.sessions.input_from_range("EXEC_DEFAULT", role=role)


def from_file(file: Path, media: str = "image", role: str = "first_frame") -> None:
    bpy.ops.sessions.input_from_file("EXEC_DEFAULT", filepath=str(file), media=media, role=role)


def shown_in(clip: str, compat: Any, folder: Path) -> list[int]:
    return [footage.number_in(picture) for picture in animatics.frames(Path(clip), compat, folder)]


def add_effect(scene: Any, strip: Any, kind: str) -> Any:
    editor = scene.sequence_editor
    if hasattr(editor, "strips"):  # 4.4 renamed it, 5.0 its arguments
        length: Any = "length" in editor.strips.bl_rna.functions["new_effect"].parameters
        ends = {"length": 48} if length else {"frame_end": 49}
        return editor.strips.new_effect(name=kind, type=kind, channel=3, frame_start=1, input1=strip, **ends)
    return editor.sequences.new_effect(name=kind, type=kind, channel=3, frame_start=1, frame_end=49, seq1=strip)


def in_meta(scene: Any, strip: Any, installed: Any) -> Any:
    """The strip in a meta strip, which is selected and active, as Blender's Make Meta Strip makes it."""
    with installed("blender.timeline").sequencer(scene):
        bpy.ops.sequencer.meta_make()
    meta = scene.sequence_editor.active_strip
    assert (meta.type, strip.type) == ("META", "MOVIE")
    return meta
