"""Lets the .blend follow clips: at its first save, until which they lie in the user folder, and when they are found."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import bpy

from ..storage import paths
from . import clips, compat, places, runtime


def leave_unsaved_folder() -> None:
    """Let every strip and data-block that shows a clip where it lay before the first save show it where it lies now.

    For that save itself, and for each undo that goes back beyond it.
    """
    state = runtime.current()
    if not bpy.data.filepath and places.unsaved_key(state.path):
        return
    where = {asset.id: paths.clip_path(asset.path, state.path) for asset in state.project.assets}
    for scene in bpy.data.scenes:
        if scene.sequence_editor is not None:
            for strip in compat.strips_all(scene.sequence_editor):
                if strip.type == "MOVIE":
                    _leave(strip, where.get(strip.get(clips.ASSET_KEY, "")))
                elif strip.type == "SOUND" and strip.sound is not None:
                    _leave(strip.sound, where.get(strip.get(clips.ASSET_KEY, "")))
    for clip in bpy.data.movieclips:
        _leave(clip, where.get(clip.get(clips.ASSET_KEY, "")))


def _leave(shown: Any, file: Path | None) -> None:
    if file is not None and places.unsaved_key(Path(bpy.path.abspath(shown.filepath))):
        shown.filepath = clips.blend_path(file)


def relink(found: Mapping[Path, Path]) -> int:
    """Let everything that shows one of the clips that were `found`, by where each was, show it where it is.

    What carries the id of an asset and shows nothing that is there shows the asset's clip. Handles and all else stay.
    Returns how many strips and data-blocks show one of those clips now. The caller pushes the undo step.
    """
    state = runtime.current()
    after = {_key(old): new for old, new in found.items()}
    by_id = {asset.id: paths.clip_path(asset.path, state.path) for asset in state.project.assets}
    shown = {_key(new) for new in found.values()}
    there: dict[str, bool] = {}
    count = 0
    for carrier, owner in _showing():
        now = _key(bpy.path.abspath(owner.filepath))
        if now not in there:
            there[now] = Path(now).is_file()
        wanted = after.get(now)
        if wanted is None and not there[now]:
            mine = by_id.get(carrier.get(clips.ASSET_KEY, ""))
            wanted = after.get(_key(mine), mine) if mine else None
        if wanted is not None and _key(wanted) != now and wanted.is_file():
            _set(carrier, owner, clips.blend_path(wanted))
            now = _key(wanted)
            count += now not in shown
        count += now in shown
    return count


def _showing() -> Iterator[tuple[Any, Any]]:
    """What carries an asset's id, and what has the path: every strip of a movie or sound, and every clip."""
    for scene in bpy.data.scenes:
        if scene.sequence_editor is not None and scene.library is None:
            for strip in compat.strips_all(scene.sequence_editor):
                if strip.type == "MOVIE":
                    yield strip, strip
                elif strip.type == "SOUND" and strip.sound is not None and strip.sound.library is None:
                    yield strip, strip.sound
    for clip in bpy.data.movieclips:
        if clip.library is None:
            yield clip, clip


def _set(carrier: Any, owner: Any, path: str) -> None:
    if owner is not carrier or carrier.id_data == carrier:
        owner.filepath = path
        return
    handles = compat.left_handle(carrier), compat.right_handle(carrier)
    owner.filepath = path
    compat.set_handles(carrier, *handles)


def _key(path: Path | str) -> str:
    return os.path.normcase(os.path.normpath(path))
