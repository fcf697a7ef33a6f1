"""Adopt: strips and files that were made elsewhere become takes of a session. The worker copies them; strips follow."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from ..core import sessions
from ..core.errors import InputError, SessionsError
from ..core.models import Asset, new_id
from ..core.provenance import Clip, Found, of_properties
from ..storage import paths
from ..worker.errands import Adopt, Adopted, Adoptee
from . import arrivals, clips, compat, keeping, runtime, timeline, words
from .slots import marks, sounds, usage

log = logging.getLogger(__name__)


class _Strip(NamedTuple):
    """A strip that is to show its file's copy: no strip is kept, only how it is found again."""

    scene: str
    name: str
    file: Path


class _Ordered(NamedTuple):
    """What belongs to an order. `session_id`: the new one that the panel is to show then, empty for none."""

    strips: tuple[_Strip, ...] = ()
    session_id: str = ""


_ordered: dict[str, _Ordered] = {}


def adoptable(scene: bpy.types.Scene | None) -> list[Any]:
    """The selected movie strips that are no session's, of those that the sequencer shows at once."""
    editor: Any = scene.sequence_editor if scene is not None else None
    if editor is None:
        return []
    level = compat.open_level(editor)
    project = runtime.current().project
    return [
        strip
        for strip in compat.strips(level)
        if strip.select and strip.type == marks.PICTURE and sessions.find(project, marks.session_of(strip)) is None
    ]


def adopt_strips(scene: bpy.types.Scene, strips: Sequence[Any], session_id: str) -> str:
    """Let strips of `scene` become takes of a session, and belong to it from then on.

    `session_id` empty: a new one. Returns the order's id, at once. Raises `SessionsError`.
    """
    adoptees: dict[Path, Adoptee] = {}
    wanted = []
    for strip in strips:
        file = _file_of(strip)
        if not file.is_file():
            raise timeline.missing(file)
        left = Found() if marks.take_of(strip) else of_properties(dict(strip.items()))
        if file not in adoptees or (left and not adoptees[file].strip):
            adoptees[file] = Adoptee(file=file, clip=_clip_of(strip, file), strip=left)
        wanted.append(_Strip(scene.name, strip.name, file))
    return _send(tuple(adoptees.values()), tuple(wanted), session_id)


def adopt_files(files: Iterable[Path], session_id: str) -> str:
    """Let movie files become takes of a session; `session_id` empty: of a new one.

    Returns the order's id, at once. Raises `SessionsError` if one is not there or Blender cannot read it.
    """
    return _send(tuple(Adoptee(file=file, clip=_clip_in(file)) for file in dict.fromkeys(files)), (), session_id)


def keep_up() -> bool:
    """Let the .blend know the clips that were adopted, and the strips show them: one undo step. True if any came."""
    if not _ordered or timeline.busy(bpy.context):
        return False
    answers = keeping.take_adopted()
    for answer in answers:
        if _taken_in(answer, _ordered.pop(answer.order_id, _Ordered())):
            usage.changed()
            bpy.ops.ed.undo_push(message=words.tr("Adopt"))
    for order_id in [each for each in _ordered if not keeping.is_waiting(each)]:
        del _ordered[order_id]  # stopped, or another file was opened
    return bool(answers)


def _send(adoptees: tuple[Adoptee, ...], strips: tuple[_Strip, ...], session_id: str) -> str:
    if not adoptees:
        raise InputError("Nothing was chosen to adopt.", "Select movie strips, or choose movie files.")
    new = "" if session_id else new_id()
    order = Adopt(path=runtime.current().path, order_id=new_id(), session_id=session_id or new, files=adoptees)
    _ordered[keeping.adopt(order)] = _Ordered(strips, new)
    return order.order_id


def _taken_in(answer: Adopted, ordered: _Ordered) -> bool:
    """Whether the .blend was changed."""
    state = runtime.current()
    is_changed = False
    for each in answer.files:
        asset = sessions.find_asset(state.project, each.asset_id)
        if asset is None:
            continue
        try:
            arrivals.keep(asset)
            is_changed = True
            for wanted in ordered.strips:
                if wanted.file == each.file:
                    _show(wanted, asset)
        except SessionsError as error:
            log.warning("%s", error)
            state.trouble = error.problem
    if ordered.session_id and sessions.find(state.project, ordered.session_id):
        runtime.commit(sessions.switch(state.project, ordered.session_id, runtime.now()))
    return is_changed


def _show(wanted: _Strip, asset: Asset) -> None:
    """Let the strip belong to the asset's session and show its clip; all else about it stays. Raises `InputError`."""
    scene = bpy.data.scenes.get(wanted.scene)
    editor: Any = scene.sequence_editor if scene is not None and scene.is_editable else None
    strip = compat.strips_all(editor).get(wanted.name) if editor is not None else None
    if scene is None or strip is None or strip.type != marks.PICTURE or _file_of(strip) != wanted.file:
        raise InputError(
            "“{take}” is there, but its strip “{strip}” is gone.",
            "Add it from the list of takes.",
            take=asset.title,
            strip=wanted.name,
        )
    clip = clips.find(asset.id)
    path = paths.clip_path(asset.path, runtime.current().path)
    partner = _sound_of(scene, strip, wanted.file)
    slot = marks.slot_of(strip) or new_id()
    if path != wanted.file:
        left, right = compat.left_handle(strip), compat.right_handle(strip)
        strip.filepath = clips.blend_path(path)
        compat.set_handles(strip, left, right)
    marks.put_slot(strip, session_id=asset.session_id, slot=slot)
    marks.put_shown(strip, asset, clips.source_of(clip) if clip else None)
    if partner is not None:
        marks.put_slot(partner, session_id=asset.session_id, slot=slot)
        sounds.follow(scene, strip, partner, asset, path)


def _sound_of(scene: bpy.types.Scene, picture: Any, file: Path) -> Any | None:
    """The sound strip of the same file that plays most of the time with a picture strip, and is no session's."""
    begin, end = compat.left_handle(picture), compat.right_handle(picture)
    found = [
        (min(end, compat.right_handle(strip)) - max(begin, compat.left_handle(strip)), strip.name, strip)
        for strip in compat.strips(sounds.level_of(scene, picture))
        if strip.type == marks.SOUND
        and strip.sound is not None
        and not marks.shown_by(strip)
        and _path(strip.sound.filepath) == file
    ]
    best = max(found, key=lambda each: each[:2], default=None)
    return best[2] if best and best[0] > 0 else None


def _clip_of(strip: Any, file: Path) -> Clip:
    """What the file of a strip is by itself, as Blender read it when the strip was added."""
    source = marks.source_of(strip)
    if len(strip.retiming_keys) or not all((source.width, source.height, source.fps, source.frames)):
        return _clip_in(file)  # Blender counts the frames of a strip with another speed as it plays them
    return Clip(source.frames / source.fps, source.width, source.height, source.fps)


def _clip_in(file: Path) -> Clip:
    """What a file is by itself. Raises `StorageError` if it is not there, `InputError` if Blender cannot read it."""
    if not file.is_file():
        raise timeline.missing(file)
    try:
        clip = bpy.data.movieclips.load(str(file))
    except RuntimeError as error:
        log.warning("%s: %s", file, error)
        source = None
    else:
        source = clips.source_of(clip)
        bpy.data.movieclips.remove(clip)
    if source is None or source.frames < 1 or not source.fps:
        raise InputError(
            "Blender cannot read “{name}”: it is damaged or not a movie.", "Choose another file.", name=file.name
        )
    return Clip(source.frames / source.fps, source.width, source.height, source.fps)


def _file_of(strip: Any) -> Path:
    return _path(strip.filepath)


def _path(blend_path: str) -> Path:
    return Path(os.path.normpath(bpy.path.abspath(blend_path)))
