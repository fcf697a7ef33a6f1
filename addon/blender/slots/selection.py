"""Where the takes of the next click go, as the selection says: into a strip's place, into a gap, or to the playhead."""

from __future__ import annotations

from typing import Any, NamedTuple

import bpy

from .. import compat
from . import marks, usage


class Place(NamedTuple):
    """A place in a scene. `slot` is the id of the one that is there already, empty for a new one.

    `frame` is its first, `length` how many it has, None for as many as the clip has. What comes there lies on channels
    higher than `above`. `strip` is the name of the one that is selected, empty for a gap or the playhead. `skip` frames
    of the clip are hidden at its left handle and `tail` at its right one: those that its neighbours show already.
    `anew`: what comes into the slot begins with its first picture, whatever the strip hides of the clip before it.
    """

    frame: int
    length: int | None = None
    above: int = 0
    slot: str = ""
    strip: str = ""
    skip: int = 0
    tail: int = 0
    anew: bool = False

    @property
    def frames(self) -> int | None:
        """How many frames the clip is to have, None if it decides."""
        return None if self.length is None else self.skip + self.length + self.tail


def place(scene: bpy.types.Scene, session_id: str | None) -> Place:
    """The place for takes of a session (None: of one to come): the selected strip's, the gap's, else at the playhead.

    A strip that shows another session's take is not asked: what is generated belongs to the session in the panel.
    """
    strip = active_strip(scene)
    if strip is not None and strip.type != marks.SOUND:
        left, right = compat.left_handle(strip), compat.right_handle(strip)
        owner = marks.session_of(strip)
        if not owner:
            return Place(left, right - left, strip.channel, strip=strip.name)
        if owner == session_id and marks.slot_of(strip):
            skip, tail = marks.repeated(strip)
            return Place(left, right - left, slot=marks.slot_of(strip), strip=strip.name, skip=skip, tail=tail)
    return place_of_gap(scene) or Place(scene.frame_current)


def active_strip(scene: bpy.types.Scene) -> Any | None:
    """The active strip of a scene if it is selected, too; else None."""
    editor = scene.sequence_editor
    strip: Any = editor.active_strip if editor is not None else None
    return strip if strip is not None and strip.select else None


def active_picture(context: bpy.types.Context) -> Any | None:
    """The active strip if it is selected, too, and shows a session's take, or waits for it; else None."""
    scene = compat.sequencer_scene(context)
    strip = active_strip(scene) if scene is not None else None
    return strip if strip is not None and strip.type == marks.PICTURE and marks.session_of(strip) else None


def has_picture(context: bpy.types.Context) -> bool:
    """Whether a strip is selected that shows a session's take, or waits for it."""
    scene = compat.sequencer_scene(context)
    return scene is not None and bool(picture_strips(scene))


def picture_strips(scene: bpy.types.Scene) -> list[Any]:
    """The selected picture strips of sessions, of those that the sequencer shows at once."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    level = compat.open_level(editor)
    return [
        strip
        for strip in compat.strips(level)
        if strip.select and strip.type == marks.PICTURE and marks.session_of(strip)
    ]


_seen: tuple[tuple[str, int, int], Place | None] | None = None


def place_of_gap(scene: bpy.types.Scene) -> Place | None:
    """The gap that the playhead stands in; looked for once, until the playhead moves or the edit changes."""
    global _seen
    key = (scene.name, scene.frame_current, usage.revision())
    if _seen is None or _seen[0] != key:
        _seen = key, _found_gap(scene)
    return _seen[1]


def _found_gap(scene: bpy.types.Scene) -> Place | None:
    """A gap: no picture at the playhead on any channel, one before it and one behind it."""
    editor = scene.sequence_editor
    if editor is None:
        return None
    level = compat.open_level(editor)
    spans = compat.spans(level)
    now = scene.frame_current
    before = [end for _, end in spans if end <= now]
    behind = [start for start, _ in spans if start > now]
    if not before or not behind or any(start <= now < end for start, end in spans):
        return None
    return Place(max(before), min(behind) - max(before))
