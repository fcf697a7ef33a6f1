"""What stands in a slot until its clip comes: a movie strip from the start, so whatever is done to it stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ...core import slots
from ...core.models import Request
from ...storage import still_movie
from .. import clips, compat, lookup, places, timeline, tips, words
from ..clips import Source
from . import marks

_USUAL = 5.0  # seconds


def put(
    scene: bpy.types.Scene,
    request: Request,
    frame: int,
    *,
    session_id: str,
    slot: str,
    length: int | None = None,
    above: int = 0,
    skip: int = 0,
    tail: int = 0,
) -> None:
    """Put a placeholder of what `request` will become into `scene`, its left handle at `frame`, selected.

    `length` in frames, None for that of the clip; `above` is the channel that it must be higher than; `skip` frames of
    the clip are hidden at its left handle, `tail` at its right one. Raises `SessionsError` as `timeline.add_clip` does.
    """
    source, name = source_for(request, scene), _name(tips.queued(), request)
    placed = timeline.add_clip(scene, file(source), frame, name=name, length=length, above=above, skip=skip)
    strip = compat.strips_all(scene.sequence_editor)[placed.picture]
    marks.christen(strip, name)
    marks.put_slot(strip, session_id=session_id, slot=slot)
    marks.put_shown(strip, None, source)
    marks.put_repeated(strip, skip, tail)
    marks.playback_rate(strip)


def source_for(request: Request, scene: bpy.types.Scene) -> Source:
    """What a placeholder's file is like: as the clip will be, and where the service decides that, like the scene."""
    form = timeline.scene_format(scene)
    width, height = (request.width, request.height) if request.width and request.height else (form.width, form.height)
    fps = request.fps or form.fps
    return Source(width, height, fps, max(1, round((request.duration or _USUAL) * fps)))


def file(source: Source) -> Path:
    """The movie that a placeholder shows, made if it is not there. Raises `StorageError`."""
    path = places.user_folder("placeholders") / still_movie.file_name(*source)
    still_movie.write(path, *source)
    return path


def refresh(strip: Any) -> bool:
    """Let a placeholder say by its name how its takes are doing, and find its file, which another machine has not.

    True if it has another name now.
    """
    before = strip.name
    take = slots.standing(lookup.takes_for(marks.slot_of(strip)))
    if take is not None:
        marks.call(strip, _name(tips.state(take), take.request))
    if not Path(bpy.path.abspath(strip.filepath)).is_file():
        strip.filepath = clips.blend_path(file(marks.source_of(strip)))
    return bool(strip.name != before)


def _name(state: str, request: Request) -> str:
    return words.tr("{state}: {prompt}").format(state=state, prompt=" ".join(request.prompt.split()))
