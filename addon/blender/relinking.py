"""Lets the .blend follow clips: at its first save, until which they lie in the user folder, and when they moved."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import bpy

from ..storage import paths
from . import clips, compat, lookup, places, runtime
from .slots import marks, shown


def leave_unsaved_folder() -> None:
    """Let every strip and data-block that shows a clip where it lay before the first save show it where it lies now.

    For that save itself, and for each undo that goes back beyond it.
    """
    state = runtime.current()
    if not bpy.data.filepath and places.unsaved_key(state.path):
        return
    for carrier, owner in _showing():
        clip = _clip_of(carrier)
        if clip is not None and places.unsaved_key(Path(bpy.path.abspath(owner.filepath))):
            _set(carrier, owner, clip)


def relink(moved: Mapping[Path, Path]) -> int:
    """Let everything that shows a clip that was `moved`, by where each was, show it where it is. Strips keep their
    handles, and all else.

    What carries the id of an asset shows the asset's clip, also where it showed nothing that is there; unless a person
    has let it show another file. A clip that only came back is `moved` to where it was: Blender has found out that
    nothing was there, and looks again. Returns how many strips and data-blocks show one of those clips now. The caller
    pushes the undo step.
    """
    after = {shown.same(os.fspath(old)): new for old, new in moved.items()}
    known = functools.cache(shown.same)
    is_there = functools.cache(os.path.isfile)
    found = {known(os.fspath(new)) for new in moved.values()}
    count = 0
    for carrier, owner in _showing():
        now = known(bpy.path.abspath(owner.filepath))
        wanted = _clip_of(carrier) or after.get(now)
        if wanted is not None and is_there(os.fspath(wanted)):
            then = known(os.fspath(wanted))
            if now in after or (now != then and not is_there(now)):
                _set(carrier, owner, wanted)
                now = then
        count += now in found
    return count


def _clip_of(carrier: Any) -> Path | None:
    """Where the clip lies of the asset whose id something carries; None of one in the trash."""
    asset = lookup.asset(carrier.get(clips.ASSET_KEY))
    return paths.clip_path(asset.path, runtime.current().path) if asset and asset.trashed_at is None else None


def _showing() -> Iterator[tuple[Any, Any]]:
    """What carries an asset's id, and what has the path: every strip of a movie or sound, and every clip."""
    for scene in bpy.data.scenes:
        if scene.sequence_editor is not None and scene.library is None:
            for strip in compat.strips_all(scene.sequence_editor):
                if strip.type == marks.PICTURE:
                    yield strip, strip
                elif strip.type == marks.SOUND and strip.sound is not None and strip.sound.library is None:
                    yield strip, strip.sound
    for clip in bpy.data.movieclips:
        if clip.library is None:
            yield clip, clip


def _set(carrier: Any, owner: Any, clip: Path) -> None:
    path = clips.blend_path(clip)
    if owner is not carrier or carrier.id_data == carrier:
        owner.filepath = path
        return
    handles = compat.left_handle(carrier), compat.right_handle(carrier)
    owner.filepath = path
    compat.set_handles(carrier, *handles)
