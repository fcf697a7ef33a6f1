"""Takes that go on where a strip ends: behind its chosen frame, which they repeat, or between two strips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from ...core.models import Anchor, Draft, Join, Role
from .. import compat, timeline, words
from . import marks, selection
from .selection import Place


def behind(scene: bpy.types.Scene, strip: Any, frame: int, until: Any | None = None) -> Join:
    """The join behind what a strip shows at `frame`, up to the strip `until` where there is one."""
    return Join(
        after=_anchor(scene, strip),
        offset=frame - compat.extent(strip)[0],
        until=_anchor(scene, until) if until is not None else None,
    )


def place(scene: bpy.types.Scene, draft: Draft) -> Place | None:
    """Where the draft's takes go if they join something that is still there, else None.

    The pictures that they start from and end with are hidden, because the neighbours show them. The clip lies on the
    channel of the strip that it follows, or above it.
    """
    join = draft.joins
    found = _found(scene, join) if join else None
    if join is None or found is None:
        return None
    strip, start = found
    roles = {each.role for each in draft.inputs}
    begun = Place(start, above=strip.channel - 1, skip=int(Role.FIRST_FRAME in roles))
    other = _find(scene, join.until, 0) if join.until else None
    if other is None or compat.left_handle(other) <= start:
        return begun
    return begun._replace(length=compat.left_handle(other) - start, tail=int(Role.LAST_FRAME in roles))


def said(scene: bpy.types.Scene, join: Join) -> str:
    """What the takes join, in the interface's language; or that it is not there any more."""
    found = _found(scene, join)
    if found is None:
        gone = words.tr("“{strip}” is not on this timeline (any more): the takes go where the selection says.")
        return gone.format(strip=join.after.strip)
    strip, start = found
    other = _find(scene, join.until, 0) if join.until else None
    if other is not None and compat.left_handle(other) > start:
        seconds = (compat.left_handle(other) - start) / timeline.scene_format(scene).fps
        text = words.tr("Fills the gap between “{first}” and “{second}”, {seconds:.1f} s")
        return text.format(first=strip.name, second=other.name, seconds=seconds)
    text = words.tr("Continues “{strip}” after frame {frame}")
    return text.format(strip=strip.name, frame=start - compat.left_handle(strip))


def gap(scene: bpy.types.Scene) -> tuple[Any, Any] | None:
    """The strips with a picture before and behind the gap in which the playhead stands; None if it stands in none."""
    found = selection.place_of_gap(scene)
    if found is None or found.length is None:
        return None
    end = found.frame + found.length
    ends = [each for each in _pictures(scene) if compat.right_handle(each) == found.frame]
    starts = [each for each in _pictures(scene) if compat.left_handle(each) == end]
    if not ends or not starts:
        return None
    return max(ends, key=lambda each: each.channel), max(starts, key=lambda each: each.channel)


def _anchor(scene: bpy.types.Scene, strip: Any) -> Anchor:
    return Anchor(scene=scene.name, strip=strip.name, slot=marks.slot_of(strip))


def _found(scene: bpy.types.Scene, join: Join) -> tuple[Any, int] | None:
    """The strip that is continued, and the frame behind the chosen one."""
    strip = _find(scene, join.after, join.offset)
    return (strip, compat.extent(strip)[0] + join.offset + 1) if strip is not None else None


def _find(scene: bpy.types.Scene, anchor: Anchor, offset: int) -> Any | None:
    """An anchor's strip: of those in its slot the one that shows a frame of its content, or has its name."""
    editor = scene.sequence_editor
    if editor is None:
        return None
    named = compat.strips(compat.open_level(scene.sequence_editor)).get(anchor.strip)
    if not anchor.slot:
        return named if scene.name == anchor.scene else None
    if named is not None and marks.slot_of(named) != anchor.slot:
        named = None
    if named is not None and _shows(named, offset):
        return named
    found = [each for each in _pictures(scene) if marks.slot_of(each) == anchor.slot]
    return next((each for each in found if _shows(each, offset)), named or next(iter(found), None))


def _shows(strip: Any, offset: int) -> bool:
    frame = compat.extent(strip)[0] + offset
    return compat.left_handle(strip) <= frame < compat.right_handle(strip)


def _pictures(scene: bpy.types.Scene) -> Iterator[Any]:
    strips = compat.strips(compat.open_level(scene.sequence_editor)) if scene.sequence_editor is not None else ()
    return (each for each in strips if each.type not in ("SOUND", "ADJUSTMENT") and not each.mute)
