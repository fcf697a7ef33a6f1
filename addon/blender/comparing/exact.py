"""What is compared as the cut would show it: below what lies above it, with its modifiers, effects and colours.

Blender renders its sequencer in no other way than into the preview. So pictures of the cut with each take are rendered
by one in the background, from a copy of the scene, once the playhead rests; until then takes are drawn as they are.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from ...core.errors import SessionsError
from ...core.models import new_id
from ...storage import paths
from ...worker import messages
from .. import compat, copying, redrawing, runtime, workers
from ..media import framing
from ..slots import marks
from . import state

log = logging.getLogger(__name__)

REST_SECONDS = 0.4
"""How long the playhead stands still before anything is rendered."""


class _Moment(NamedTuple):
    """What pictures are of. `meta` is the name of the meta strip that is open, empty for none."""

    scene: str
    meta: str
    strip: str
    frame: int
    edit: int


_edit = 0  # goes up with each change of the edit
_frame: int | None = None  # where the playhead stood at Blender's last update
_moment: _Moment | None = None
_since = 0.0
_seen: tuple[object, ...] | None = None  # what was looked at, and the name of the strip that there was, if any
_strip = ""
_pictures: dict[str, Path | None] = {}  # of the moment, by asset; None for one that cannot be made
_order_id = ""
_ordered: Sequence[str] = ()  # the assets that the order is of
_folder: Path | None = None
_is_copying = False
_copied: int | None = None  # the edit that the copy in the folder is of


def picture(asset_id: str, scene: bpy.types.Scene, strip: Any) -> Path | None:
    """The picture of the cut with a take in a strip, at the scene's frame as it is now; None if there is none (yet)."""
    if _moment is None or (scene.name, strip.name, scene.frame_current, _edit) != (
        _moment.scene,
        _moment.strip,
        _moment.frame,
        _moment.edit,
    ):
        return None
    return _pictures.get(asset_id)


def is_rendering() -> bool:
    """Whether pictures are on their way."""
    return bool(_order_id)


def edited() -> None:
    """What was rendered is not the edit any more."""
    global _edit
    _edit += 1


def updated(_scene: bpy.types.Scene, graph: Any) -> None:
    """Blender has updated a scene: because of a change of the edit, unless the playhead has moved."""
    global _frame
    scene = state.scene()
    if scene is None or _is_copying or not len(graph.updates):  # 5.2 says of a copy that it has updated nothing
        return
    if scene.frame_current == _frame:
        edited()
    _frame = scene.frame_current


def keep_up() -> bool:
    """Order what is missing once the playhead rests. True if what there is to say has changed."""
    global _moment, _since, _frame
    now = _looked_at()
    if now is not None:
        _frame = now.frame
    if now != _moment:
        waited = is_rendering()
        _abandon()
        _pictures.clear()
        _moment, _since = now, time.monotonic()
        return waited
    if now is None or is_rendering() or time.monotonic() - _since < REST_SECONDS:
        return False
    missing = [asset_id for asset_id in _shown() if asset_id not in _pictures]
    if not missing:
        return False
    _order(now, missing)
    return True


def arrived(message: messages.Tried) -> None:
    """The worker has made pictures."""
    global _order_id
    if message.order_id != _order_id:
        return
    _order_id = ""
    _pictures.update(dict.fromkeys(_ordered))
    _pictures.update(message.pictures)
    redrawing.redraw_previews()


def worker_died() -> None:
    """What was ordered is ordered again."""
    global _order_id
    _order_id = ""


def forget() -> None:
    """Nothing is compared any more: remove all that was rendered."""
    global _moment, _folder, _copied, _frame, _seen
    _abandon()
    _pictures.clear()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)
    _moment = _folder = _copied = _frame = _seen = None


def _looked_at() -> _Moment | None:
    """What there have to be pictures of; None while it is played, and where takes are drawn as the cut shows them."""
    global _seen, _strip
    scene = state.scene()
    if scene is None or scene.sequence_editor is None or not runtime.is_enabled() or _is_played():
        return None
    editor: Any = scene.sequence_editor
    level = compat.open_level(editor)
    meta = "" if level == editor else level.name
    seen = (state.current(), meta, scene.frame_current, _edit)
    if seen != _seen:  # else the same would be found: to walk over all strips takes time
        strip = state.strip_at(scene, scene.frame_current)
        _seen, _strip = seen, "" if strip is None or _is_seen_alone(scene, strip) else strip.name
    return _Moment(scene.name, meta, _strip, scene.frame_current, _edit) if _strip else None


def _is_played() -> bool:
    return any(window.screen.is_animation_playing for window in bpy.context.window_manager.windows)


def _is_seen_alone(scene: bpy.types.Scene, strip: Any) -> bool:
    """Whether the cut shows nothing but the strip, and that as it is in its file."""
    frame, level = scene.frame_current, compat.open_level(scene.sequence_editor)
    for other in compat.strips(level):
        hidden = other.mute or other.type == "SOUND" or level.channels[other.channel].mute
        there = compat.left_handle(other) <= frame < compat.right_handle(other)
        if there and not hidden and other != strip:
            return False
    source = marks.source_of(strip)
    return framing.has_plain_colours(scene) and framing.shows_its_file(strip, source.width, source.height)


def _shown() -> Sequence[str]:
    """The ids of the assets that there have to be pictures of."""
    now = state.current()
    return [now.assets[place] for place in now.compared] if now is not None else ()


def _order(moment: _Moment, asset_ids: Sequence[str]) -> None:
    global _order_id, _ordered
    sidecar = runtime.current().path
    found = [asset for asset in map(state.asset_of, asset_ids) if asset is not None]
    clips = {asset.id: paths.clip_path(asset.path, sidecar) for asset in found}
    try:
        file = _copy(moment)
        _order_id, _ordered = new_id(), asset_ids
        order = messages.Try(
            path=sidecar,
            order_id=_order_id,
            file=file,
            scene=moment.scene,
            meta=moment.meta,
            strip=moment.strip,
            frame=moment.frame,
            folder=file.parent,
            clips={asset_id: clip for asset_id, clip in clips.items() if clip.is_file()},
        )
        workers.send(order, sidecar)
    except (OSError, SessionsError) as error:
        log.warning("takes are shown without the rest of the cut: %s", error)
        _order_id = ""
        _pictures.update(dict.fromkeys(asset_ids, None))


def _copy(moment: _Moment) -> Path:
    """The scene in a file, as it is now."""
    global _folder, _copied, _is_copying
    if _folder is None:
        _folder = Path(bpy.app.tempdir, f"compare-{new_id()}")
        _folder.mkdir()
    file = _folder / f"cut-{moment.edit}.blend"
    if _copied != moment.edit:
        for before in _folder.iterdir():
            with contextlib.suppress(OSError):  # on Windows while a Blender reads it
                before.unlink()
        scene = bpy.data.scenes[moment.scene]
        _is_copying = True
        try:
            copying.copy_scene(scene, file)
            for layer in scene.view_layers:
                layer.update()  # 4.2 takes what was copied for changed: let it, before that looks like an edit
        finally:
            _is_copying = False
        _copied = moment.edit
    return file


def _abandon() -> None:
    global _order_id
    order_id, _order_id = _order_id, ""
    if order_id and runtime.is_enabled() and workers.is_running():  # else the file is closed, and an answer not heard
        sidecar = runtime.current().path
        workers.send(messages.Abandon(path=sidecar, order_id=order_id), sidecar)
