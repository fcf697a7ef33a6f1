"""Keeps the .blend and the trash apart: what is shown again is had back from it, what moved is shown where it lies.

A strip may come to show a clip that is in the trash: by undo, by a file that was not saved after it, by being pasted.
Nothing that is shown is ever in the trash, so the clip is restored then, by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

import bpy

from ..core import marking
from ..core.errors import SessionsError
from ..core.models import Asset, Project
from ..storage import paths
from . import arrivals, clips, compat, lookup, mirror, runtime, timeline
from .slots import shown, usage

log = logging.getLogger(__name__)

_look_everywhere = True  # something may be shown that carries no ids of ours
_uses: object = None
_assets: object = None
_moved: dict[str, None] = {}  # the assets whose clips lie elsewhere now, and may be shown


def keep_up() -> bool:
    """What a tick does. True if something changed that is shown."""
    global _look_everywhere, _uses, _assets
    state = runtime.current()
    if usage.everywhere() is not _uses or state.project.assets is not _assets:
        _uses, _assets = usage.everywhere(), state.project.assets
        mirror.refresh(state.project)  # a filter may ask what is used
        if any(usage.of_asset(asset.id) for asset in lookup.trashed()):
            _rescue()
    if timeline.busy(bpy.context):
        return False
    if _look_everywhere:
        _look_everywhere = False
        _rescue()
    return _show_where_they_lie()


def look_again() -> None:
    """Undo, redo or another file: what is shown may be anything."""
    global _look_everywhere
    _look_everywhere = True


def forget() -> None:
    """Another file is open."""
    global _uses, _assets
    look_again()
    _uses = _assets = None
    _moved.clear()


def note_moved(part: Project) -> None:
    """The worker tells of assets; call this before that is taken in."""
    for asset in part.assets:
        known = lookup.asset(asset.id)
        if known is not None and known.path != asset.path:
            _moved[asset.id] = None


def used(assets: Sequence[Asset] | None = None) -> set[str]:
    """The ids of those of the assets, None for all, that the .blend needs: shown in it, or on their way there."""
    state = runtime.current()
    assets = state.project.assets if assets is None else assets
    waiting = {use.slot for use in usage.placeholders()}
    coming = {*state.arrivals, *runtime.waiting_for_place(state.project)}
    expected = {asset.id for asset in assets if asset.id in coming or (asset.slot and asset.slot in waiting)}
    return expected | shown.among(assets, state.path)


def let_go(assets: Iterable[Asset]) -> None:
    """Remove the data-blocks of clips that go to the trash: they hold the files open, and nothing uses them."""
    gone = {asset.id for asset in assets}
    for clip in list(bpy.data.movieclips):
        if clip.library is None and clip.get(clips.ASSET_KEY) in gone and shown.is_kept_only(clip):
            bpy.data.movieclips.remove(clip)


def restore(asset_ids: Iterable[str]) -> None:
    """Have clips back from the trash; their data-blocks come when the files do. Raises `SessionsError`."""
    wanted = list(asset_ids)
    runtime.commit(marking.restore(runtime.current().project, wanted, runtime.now()))
    _moved.update(dict.fromkeys(wanted))


def _rescue() -> None:
    """Have back what is shown of the trash now: what was looked up by and by may be older."""
    wanted = shown.among(lookup.trashed(), runtime.current().path) if lookup.trashed() else ()
    if wanted:
        try:
            restore(wanted)
        except SessionsError as error:
            log.warning("%s", error)
            runtime.current().trouble = error.problem


def _show_where_they_lie() -> bool:
    """Let what shows clips that moved show them where they lie now. That is no undo step: undo is mended again."""
    wanted, files = {}, set()
    for asset_id in list(_moved):
        asset = lookup.asset(asset_id)
        if asset is None or asset.trashed_at is not None:
            del _moved[asset_id]
        elif f"/{paths.TRASH}/" not in asset.path:
            file = paths.clip_path(asset.path, runtime.current().path)
            if file.is_file():
                wanted[asset_id] = (asset, clips.blend_path(file))
                files.add(shown.same(str(file)))
                del _moved[asset_id]
    if not wanted:
        return False
    for scene in bpy.data.scenes:
        if scene.sequence_editor is not None and scene.library is None:
            for strip in compat.strips_all(scene.sequence_editor):
                if (asset_id := strip.get(clips.ASSET_KEY)) in wanted:
                    _show(strip, wanted[asset_id][1])
                elif strip.type == "MOVIE" and shown.same(bpy.path.abspath(strip.filepath)) in files:
                    _show(strip, strip.filepath)
    for clip in bpy.data.movieclips:
        if (asset_id := clip.get(clips.ASSET_KEY)) in wanted and clip.library is None:
            clip.filepath = wanted[asset_id][1]
    for asset, _ in wanted.values():
        try:
            arrivals.keep(asset)
        except SessionsError as error:
            log.warning("%s", error)
    return True


def _show(strip: Any, path: str) -> None:
    """Set even where it is the same: Blender has found out that nothing was there, and looks again then."""
    if strip.type == "MOVIE":
        handles = compat.left_handle(strip), compat.right_handle(strip)
        strip.filepath = path
        compat.set_handles(strip, *handles)
    elif strip.type == "SOUND" and strip.sound is not None:
        strip.sound.filepath = path
