"""How far a take is, drawn over its placeholder in the timeline: nothing of that is in the .blend."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import bpy

from .. import compat, lookup, runtime
from . import usage

log = logging.getLogger(__name__)

_HEIGHT = 4.0  # points
_BACK, _FRONT = (0.0, 0.0, 0.0, 0.5), (1.0, 1.0, 1.0, 0.85)

_handle: Any = None


def attach() -> None:
    """Have Blender draw it. Not in the background, where nothing is drawn and no GPU is there to ask."""
    global _handle
    if not bpy.app.background:
        _handle = bpy.types.SpaceSequenceEditor.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL")


def detach() -> None:
    """No longer."""
    global _handle
    if _handle is not None:
        bpy.types.SpaceSequenceEditor.draw_handler_remove(_handle, "WINDOW")
    _handle = None


def bars(scene: bpy.types.Scene) -> Iterator[tuple[usage.Use, float]]:
    """The placeholders of `scene` whose takes tell how far they are, from 0 to 1."""
    state = runtime.current()
    for use in usage.placeholders():
        if use.scene == scene.name:
            told = [state.progress.get(take.id) for take in lookup.takes_for(use.slot)]
            fractions = [each.fraction for each in told if each and each.fraction is not None]
            if fractions:
                yield use, max(fractions)


def _draw() -> None:
    try:
        if runtime.is_enabled() and usage.placeholders():
            _draw_bars(bpy.context)
    except Exception:
        log.exception("drawing how far the takes are failed")


def _draw_bars(context: bpy.types.Context) -> None:
    scene = compat.sequencer_scene(context)
    space = context.space_data
    region: Any = context.region
    if scene is None or region is None or getattr(space, "view_type", "PREVIEW") == "PREVIEW":
        return
    height = _HEIGHT * context.preferences.system.ui_scale
    for use, fraction in bars(scene):
        left, low = region.view2d.view_to_region(use.start, use.channel, clip=False)
        right, high = region.view2d.view_to_region(use.end, use.channel + 1, clip=False)
        bottom = low + (high - low) * 0.12
        _fill(left, bottom, right, bottom + height, _BACK)
        _fill(left, bottom, left + (right - left) * fraction, bottom + height, _FRONT)


def _fill(left: float, bottom: float, right: float, top: float, color: tuple[float, float, float, float]) -> None:
    import gpu
    from gpu_extras.batch import batch_for_shader

    shader: Any = gpu.shader.from_builtin("UNIFORM_COLOR")
    corners = ((left, bottom), (right, bottom), (right, top), (left, top))
    batch = batch_for_shader(shader, "TRIS", {"pos": corners}, indices=((0, 1, 2), (0, 2, 3)))
    gpu.state.blend_set("ALPHA")
    shader.uniform_float("color", color)
    batch.draw(shader)
    gpu.state.blend_set("NONE")
