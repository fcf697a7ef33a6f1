"""The sound strip that goes with a picture strip: it follows when the picture changes to another take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ...core.models import Asset
from .. import clips, compat, timeline
from . import marks

_SILENT_KEY = "sessions_silent"

_silent: dict[Path, int] = {}  # clips without sound, by when they were written: Blender takes a while to find out


def partner(scene: bpy.types.Scene, picture: Any) -> Any | None:
    """The sound strip of a picture strip: of those in the same slot the one that plays most of the time with it."""
    slot = marks.slot_of(picture)
    begin, end = compat.left_handle(picture), compat.right_handle(picture)
    found = [
        (
            min(end, compat.right_handle(strip)) - max(begin, compat.left_handle(strip)),
            -abs(strip.channel - picture.channel),
            strip,
        )
        for strip in compat.strips(level_of(scene, picture))
        if strip.type == marks.SOUND and slot and marks.slot_of(strip) == slot
    ]
    best = max(found, key=lambda each: each[:2], default=None)
    return best[2] if best and best[0] > 0 else None


def level_of(scene: bpy.types.Scene, strip: Any) -> Any:
    """Where a strip lies: the meta strip that holds it, else the sequence editor."""
    return strip.parent_meta() or scene.sequence_editor


def follow(scene: bpy.types.Scene, picture: Any, strip: Any | None, asset: Asset, path: Path) -> None:
    """Let the sound strip of a picture play the sound of the clip at `path`; make one where there is none yet.

    Where the clip has no sound the strip is muted, so that its volume and its effects are still there for the next one.
    """
    if not compat.HAS_SOUND:
        return
    sound = _load(path)
    if strip is None:
        if sound is not None:
            _add(scene, picture, asset, path)
        return
    if sound is None:
        if not strip.mute:
            strip.mute = strip[_SILENT_KEY] = True
    else:
        left, right = compat.left_handle(strip), compat.right_handle(strip)
        strip.sound = sound
        compat.set_handles(strip, left, right)
        if strip.pop(_SILENT_KEY, False):
            strip.mute = False
    marks.put_shown(strip, asset)


def _load(path: Path) -> Any | None:
    """The sound of a clip as a data-block, None if it has none."""
    written = path.stat().st_mtime_ns
    if _silent.get(path) == written:
        return None
    shown = clips.blend_path(path)
    known = next((sound for sound in bpy.data.sounds if sound.filepath == shown and sound.library is None), None)
    sound: Any = known or bpy.data.sounds.load(str(path))
    if sound.channels == "INVALID":
        if not sound.users:
            bpy.data.sounds.remove(sound)
        _silent[path] = written
        return None
    sound.filepath = shown
    return sound


def _add(scene: bpy.types.Scene, picture: Any, asset: Asset, path: Path) -> None:
    """Put the sound on the nearest channel with room, as long as its picture. Where there is none, it is left out."""
    level = level_of(scene, picture)
    left, right = compat.left_handle(picture), compat.right_handle(picture)
    channel = timeline.nearest_channel(level, picture.channel, left, right)
    if channel is None:
        return
    begin = compat.extent(picture)[0]
    strip = compat.strips(level).new_sound(name=picture.name, filepath=str(path), channel=channel, frame_start=begin)
    compat.set_handles(strip, left, right)
    strip.sound.filepath = clips.blend_path(path)
    strip.channel = channel
    marks.put_slot(strip, session_id=marks.session_of(picture), slot=marks.slot_of(picture))
    marks.put_shown(strip, asset)
