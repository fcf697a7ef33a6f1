"""What a clip that has arrived becomes in the .blend: a data-block that Blender keeps, and strips in their place."""

from __future__ import annotations

import logging

import bpy

from ..core import sessions
from ..core.errors import InputError, SessionsError
from ..core.models import Asset
from ..storage import paths
from . import clips, relinking, runtime, timeline, words

log = logging.getLogger(__name__)


def place_next() -> bool:
    """Place the next clip that waits, unless strips must not be changed right now. True if something was done."""
    state = runtime.current()
    if not state.arrivals or timeline.busy(bpy.context):
        return False
    asset = sessions.find_asset(state.project, state.arrivals.pop(0))
    if asset is None:
        return False
    try:
        _place(asset)
    except SessionsError as error:
        log.warning("%s", error)
        state.trouble = error.problem
    return True


def after_undo() -> None:
    """Undo or redo has changed the .blend, which knows nothing of what lies outside: the next tick mends that."""
    clips.after_undo()
    if runtime.is_enabled():
        runtime.current().undone = True


def mend_after_undo() -> None:
    """Bring back what undo took although it outlives it: data-blocks of assets, and where their files lie now."""
    state = runtime.current()
    if not state.undone or timeline.busy(bpy.context):
        return
    state.undone = False
    relinking.leave_unsaved_folder()
    for asset_id in clips.take_lost():
        asset = sessions.find_asset(state.project, asset_id)
        try:
            if asset:
                keep(asset)
        except SessionsError as error:
            log.warning("%s", error)


def add_to_timeline(asset: Asset, scene: bpy.types.Scene, frame: int, *, select: bool = True) -> None:
    """Put an asset's clip into `scene` with its left handle at `frame`. Raises `SessionsError`.

    `select` for what a person adds. What arrives by itself must not be what the next Delete or Grab is about.
    """
    keep(asset)
    timeline.add_clip(
        scene,
        paths.clip_path(asset.path, runtime.current().path),
        frame,
        name=_name(asset),
        ids={timeline.SESSION_KEY: asset.session_id, timeline.TAKE_KEY: asset.take_id, timeline.ASSET_KEY: asset.id},
        select=select,
    )


def keep(asset: Asset) -> None:
    """Let the .blend itself know the clip, as a data-block marked as asset. Raises `SessionsError`."""
    clips.ensure_clip(
        paths.clip_path(asset.path, runtime.current().path),
        asset_id=asset.id,
        name=_name(asset),
        description=asset.request.prompt,
        tags=(asset.session_name, asset.request.provider, asset.request.model),
    )


def _name(asset: Asset) -> str:
    return f"{asset.session_name} {asset.take_number}"


def _place(asset: Asset) -> None:
    state = runtime.current()
    project, placement = sessions.claim_placement(state.project, asset.session_id, asset.take_id)
    runtime.commit(project)
    if placement is None:
        keep(asset)
    else:
        keep(asset)
        scene = bpy.data.scenes.get(placement.scene)
        if scene is None:
            raise InputError(
                "“{name}” is there, but its scene “{scene}” is gone.",
                "Add it from the list of takes.",
                name=_name(asset),
                scene=placement.scene,
            )
        add_to_timeline(asset, scene, placement.frame, select=False)
    bpy.ops.ed.undo_push(message=words.tr("Add {name}").format(name=_name(asset)))
