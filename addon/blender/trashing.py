"""Keeps the .blend and the trash apart: what is shown again is had back from it, what moved is shown where it lies.

A strip may come to show a clip that is in the trash: by undo, by a file that was not saved after it, by being pasted.
Nothing that is shown is ever in the trash, so the clip is restored then, by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import bpy

from ..core import marking
from ..core.errors import SessionsError
from ..core.models import Asset, Project
from ..storage import paths
from . import arrivals, clips, lookup, mirror, relinking, runtime, timeline
from .slots import shown, usage

log = logging.getLogger(__name__)

_look_everywhere = True  # something may be shown that carries no ids of ours
_uses: object = None
_assets: object = None
_moved: dict[str, Path] = {}  # the assets whose clips lie elsewhere now, and where they were shown


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
            _moved[asset.id] = _shown_at(known)


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
    wanted = [asset for asset in map(lookup.asset, asset_ids) if asset]
    runtime.commit(marking.restore(runtime.current().project, [asset.id for asset in wanted], runtime.now()))
    _moved.update({asset.id: _shown_at(asset) for asset in wanted})


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
    came: dict[str, Asset] = {}
    moved: dict[Path, Path] = {}
    for asset_id, before in list(_moved.items()):
        asset = lookup.asset(asset_id)
        if asset is None or asset.trashed_at is not None:
            del _moved[asset_id]
        elif f"/{paths.TRASH}/" not in asset.path:
            file = paths.clip_path(asset.path, runtime.current().path)
            if file.is_file():
                came[asset_id] = asset
                moved |= {before: file, file: file}
                del _moved[asset_id]
    if not moved:
        return False
    relinking.relink(moved)
    for asset in came.values():
        try:
            arrivals.keep(asset)
        except SessionsError as error:
            log.warning("%s", error)
    return True


def _shown_at(asset: Asset) -> Path:
    """Where something that shows a clip looks for it: nothing follows it into the trash."""
    clip = paths.clip_path(asset.path, runtime.current().path)
    return clip.parent.with_name(clip.name) if clip.parent.name == paths.TRASH else clip
