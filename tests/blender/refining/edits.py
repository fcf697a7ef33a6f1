"""What an edit shows, and in which frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from .. import footage
from ..working import strips

PROMPT = "A lighthouse in a storm"


def pictures(compat: Any) -> list[Any]:
    return sorted((strip for strip in strips() if strip.type == "MOVIE"), key=compat.left_handle)


def span(compat: Any, strip: Any) -> tuple[int, int]:
    return compat.left_handle(strip), compat.right_handle(strip)


def select(scene: bpy.types.Scene, strip: Any) -> None:
    for each in strips(scene):
        each.select = each == strip
    scene.sequence_editor.active_strip = strip


def number_at(scene: bpy.types.Scene, frame: int, folder: Path) -> int:
    before = scene.frame_current
    work = folder / f"seen-{len(list(folder.iterdir()))}"
    work.mkdir()
    (picture,) = footage.pictures(scene, frame, frame, work)
    scene.frame_set(before)
    return footage.number_in(picture)


def number_of(path: str) -> int:
    """The number that a picture file shows."""
    image = bpy.data.images.load(path)
    pixels = np.empty(len(image.pixels), dtype=np.float32)
    image.pixels.foreach_get(pixels)
    shown = pixels.reshape(image.size[1], image.size[0], 4)
    bpy.data.images.remove(image)
    return footage.number_in(shown)


def show_numbers(installed: Any, compat: Any, strip: Any, frames: int, folder: Path) -> None:
    """Let a strip of a session show a clip with numbers, as a swap does."""
    runtime, marks = installed("blender.runtime"), installed("blender.slots.marks")
    path = footage.make_clip(folder / f"numbers-{frames}.mp4", compat, frames=frames, sound=False)
    known = next(each for each in runtime.current().project.assets if each.id == marks.shown_by(strip))
    asset = known.model_copy(update={"id": f"{frames:032x}", "path": str(path)})
    installed("blender.clips").ensure_clip(path, asset_id=asset.id, name="Numbers", description="", tags=())
    assert not installed("blender.slots.swapping").swap(bpy.context.scene, strip, asset, path)
