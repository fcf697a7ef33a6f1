"""What a clip that has arrived becomes in the .blend: a data-block that Blender keeps, and strips in their place."""

from __future__ import annotations

import logging
from typing import Any

import bpy

from ..core import sessions
from ..core.errors import InputError, SessionsError
from ..core.models import Asset, new_id
from ..core.wording import Text
from ..storage import paths
from . import clips, compat, relinking, runtime, timeline, words
from .slots import marks, swapping, usage

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
            if asset and asset.trashed_at is None:
                keep(asset)
        except SessionsError as error:
            log.warning("%s", error)


def add_to_timeline(asset: Asset, scene: bpy.types.Scene, frame: int, *, select: bool = True, slot: str = "") -> None:
    """Put an asset's clip into `scene` with its left handle at `frame`, in a `slot` or a new one.

    Raises `SessionsError`. `select` for what a person adds. What arrives by itself must not be what the next Delete or
    Grab is about.
    """
    keep(asset)
    placed = timeline.add_clip(
        scene, paths.clip_path(asset.path, runtime.current().path), frame, name=_name(asset), select=select
    )
    slot = slot or new_id()
    for name in filter(None, (placed.picture, placed.sound)):
        strip = compat.strips_all(scene.sequence_editor)[name]
        marks.christen(strip, _name(asset))
        marks.put_slot(strip, session_id=asset.session_id, slot=slot)
        marks.put_shown(strip, asset)
    usage.changed()


def fill(scene: bpy.types.Scene, strip: Any, asset: Asset) -> list[Text]:
    """Let a strip of `scene` show an asset's clip, and call it so, unless a person has called it something else.

    Returns what the clip cannot fill, as sentences. The caller pushes the undo step. Raises `SessionsError`.
    """
    keep(asset)
    said = swapping.swap(scene, strip, asset, paths.clip_path(asset.path, runtime.current().path))
    marks.call(strip, _name(asset))
    return said


def keep(asset: Asset) -> None:
    """Let the .blend itself know the clip, as a data-block marked as asset. Raises `SessionsError`."""
    clips.ensure_clip(
        paths.clip_path(asset.path, runtime.current().path),
        asset_id=asset.id,
        name=_name(asset),
        description=asset.request.prompt,
        tags=(asset.session_name, asset.request.maker, asset.request.model),
    )


def _name(asset: Asset) -> str:
    return f"{asset.session_name} {asset.take_number}"


def _place(asset: Asset) -> None:
    """Keep a clip that came, and put it into its place, if it has one: only that is an undo step.

    Its data-block needs none, which would take away what can be done again: what undo takes is brought back.
    """
    state = runtime.current()
    take = sessions.find_take(state.project, asset.take_id)
    slot = take.slot if take else ""
    project, placement = sessions.claim_placement(state.project, asset.session_id, asset.take_id)
    runtime.commit(project)
    keep(asset)
    if placement is None:
        return
    waiting = list(marks.of_slot(slot)) if slot else []
    if not waiting and usage.has_met(slot):
        return  # a person took the strip away: the clip is in the list
    if waiting:
        empty = [each for each in waiting if marks.is_placeholder(each[1])]
        for owner, strip in empty or waiting:
            fill(owner, strip, asset)
        usage.changed()
    else:  # also where Blender ended, or another file was opened, before the placeholder was saved
        scene = bpy.data.scenes.get(placement.scene)
        if scene is None:
            raise InputError(
                "“{name}” is there, but its scene “{scene}” is gone.",
                "Add it from the list of takes.",
                name=_name(asset),
                scene=placement.scene,
            )
        add_to_timeline(asset, scene, placement.frame, select=False, slot=slot)
    bpy.ops.ed.undo_push(message=words.tr("Add {name}").format(name=_name(asset)))
