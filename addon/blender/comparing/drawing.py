"""Draws what is compared over the sequencer's preview."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

import bpy

from ...core import comparing
from ...core.comparing import Box, Corner, Timing, Transform, View
from ...core.models import Asset, Mark
from ...storage import paths
from .. import compat, redrawing, runtime, words
from ..clips import Source
from ..slots import marks, swapping
from . import exact, frames, shading, state

log = logging.getLogger(__name__)

_GAP = 6.0  # points between the pictures of a grid
_LABEL = 12.0  # points, the size of its letters
_LINE = 2.0  # points, the width of the wipe's line
_BLACK = (0.0, 0.0, 0.0, 1.0)
_GROUND = (0.04, 0.04, 0.04, 1.0)
_WHITE = (1.0, 1.0, 1.0, 1.0)
_SHADE = (0.0, 0.0, 0.0, 0.65)
_CHOSEN = (0.28, 0.45, 0.70, 0.95)

_handle: Any = None
_last: float = 0.0


def keep_up() -> None:
    """Draw while something is compared, and draw again what has changed."""
    global _handle
    if state.current() is not None and _handle is None and not bpy.app.background:
        _handle = bpy.types.SpaceSequenceEditor.draw_handler_add(_draw, (), "PREVIEW", "POST_PIXEL")
    elif state.current() is None:
        if _handle is not None:
            bpy.types.SpaceSequenceEditor.draw_handler_remove(_handle, "PREVIEW")
            _handle = None
        frames.close()
        exact.forget()
    redrawing.redraw_previews()


def attach() -> None:
    """Follow what is compared."""
    state.watch(keep_up)


def detach() -> None:
    """Leave, and follow no more."""
    state.leave()
    state.unwatch(keep_up)


def seconds() -> float:
    """How long the last picture took to draw, in seconds."""
    return _last


def boxes(region: Any, scene: bpy.types.Scene, scale: float) -> list[Box]:
    """Where the pictures that are shown stand in a preview's region, in their order; `scale` is the interface's."""
    now = state.current()
    if now is None:
        return []
    frame = frame_box(region, scene)
    if now.view in (View.WIPE, View.FLIP):
        return [frame] * len(now.shown)
    gap = _GAP * scale
    inside = Box(gap, gap, region.width - gap, region.height - gap)
    across, up = _frame_size(scene)
    aspect = across * scene.render.pixel_aspect_x / (up * scene.render.pixel_aspect_y)
    return comparing.cells(inside, len(now.shown), aspect, gap)


def frame_box(region: Any, scene: bpy.types.Scene) -> Box:
    """Where the scene's frame is in a preview's region, as it is zoomed and moved."""
    across, up = _frame_size(scene)
    across *= scene.render.pixel_aspect_x / scene.render.pixel_aspect_y
    left, bottom = region.view2d.view_to_region(-across / 2, -up / 2, clip=False)
    right, top = region.view2d.view_to_region(across / 2, up / 2, clip=False)
    return Box(left, bottom, right, top)


def _frame_size(scene: bpy.types.Scene) -> tuple[float, float]:
    return scene.render.resolution_x, scene.render.resolution_y


def timing(strip: Any) -> Timing:
    """How a strip plays its file."""
    left, right, *trimmed = compat.cut_off(strip)
    source = marks.source_of(strip)
    return Timing(
        start=compat.left_handle(strip) - left,
        end=compat.right_handle(strip) + right,
        fps=source.fps,
        frames=source.frames,
        trimmed=(round(trimmed[0]), round(trimmed[1])),
        by_hand=swapping.is_retimed_by_hand(strip),
        backwards=strip.use_reverse_frames,
    )


def transform(strip: Any) -> Transform:
    """How a strip places its picture, with its key frames as they are now."""
    how, crop = strip.transform, strip.crop
    return Transform(
        offset=(how.offset_x, how.offset_y),
        scale=(how.scale_x, how.scale_y),
        rotation=how.rotation,
        origin=(how.origin[0], how.origin[1]),
        crop=(crop.min_x, crop.max_x, crop.min_y, crop.max_y),
        flip=(strip.use_flip_x, strip.use_flip_y),
    )


def _draw() -> None:
    global _last
    try:
        begun = time.perf_counter()
        context = bpy.context
        scene, space, region = compat.sequencer_scene(context), context.space_data, context.region
        now = state.current()
        if (
            now is None
            or not runtime.is_enabled()
            or region is None
            or scene.name != now.scene
            or getattr(space, "display_mode", "") != "IMAGE"
        ):
            return
        strip = state.strip_at(scene, scene.frame_current)
        if strip is not None:
            _draw_takes(region, scene, strip, now, context.preferences.system.ui_scale)
        _last = time.perf_counter() - begun
    except Exception:
        log.exception("drawing what is compared failed")


def _draw_takes(region: Any, scene: bpy.types.Scene, strip: Any, now: state.Comparison, scale: float) -> None:
    places = boxes(region, scene, scale)
    whole = Box(0, 0, region.width, region.height)
    clips = list(places)
    if now.view is View.WIPE:
        clips = list(comparing.wiped(places[0], now.line))
    if now.view in (View.SIDE, View.GRID):
        shading.fill(whole, _GROUND)
    for place, where, clip in zip(now.shown, places, clips, strict=True):
        asset = state.asset_at(place)
        shading.fill(clip.shared(whole), _BLACK)
        if asset is not None:
            _draw_take(scene, strip, asset, where, clip.shared(whole))
    if now.view is View.WIPE:
        x, half = comparing.line_at(places[0], now.line), _LINE * scale / 2
        shading.fill(Box(x - half, places[0].bottom, x + half, places[0].top).shared(whole), _WHITE)
    for number, (place, clip) in enumerate(zip(now.shown, clips, strict=True), 1):
        asset = state.asset_at(place)
        text = label(asset) if asset else words.tr("The take is gone")
        if now.view is View.GRID:
            text = f"{number}   {text}"
        at_right = now.view is View.WIPE and number == 2
        shading.write(text, clip.shared(whole), at_right, _LABEL * scale, _CHOSEN if place == now.chosen else _SHADE)


def label(asset: Asset) -> str:
    """What stands on a take's picture."""
    text = words.tr("Take {number}").format(number=asset.take_number)
    if asset.mark is Mark.STARRED:
        text += " ★"
    elif asset.mark is Mark.REJECTED:
        text += " ✕"
    return text


def _draw_take(scene: bpy.types.Scene, strip: Any, asset: Asset, where: Box, clip: Box) -> None:
    rendered = exact.picture(asset.id, scene, strip)
    texture = frames.still(rendered) if rendered else None
    if texture is not None:
        shading.picture(texture, comparing.whole(where), clip)
        return
    path = paths.clip_path(asset.path, runtime.current().path)
    source = frames.source(path)
    if source is None or not clip.width or not clip.height:
        return
    frame = comparing.source_frame(timing(strip), scene.frame_current, source.fps, source.frames)
    texture = frames.texture(path, frame)
    if texture is not None:
        shading.picture(texture, corners(scene, strip, source, where), clip)


def corners(scene: bpy.types.Scene, strip: Any, source: Source, where: Box) -> Sequence[Corner]:
    """Where the corners of a clip are if the strip shows it and `where` is the scene's frame."""
    before = marks.source_of(strip)
    size = _frame_size(scene)
    how = comparing.refitted(transform(strip), size, (before.width, before.height), (source.width, source.height))
    return comparing.corners(how, size, (source.width, source.height), where)
