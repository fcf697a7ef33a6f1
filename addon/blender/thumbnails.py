"""The clips' frames that panels show. `draw` asks for an icon and is given what is there; the pump loads the others.

Pictures are made by the worker, as small files in the extension's own folder. One that is there is loaded within a
tenth of a millisecond, which is what lets Blender's main thread do it. (Blender's own previews of a movie are of a size
that takes four times as long to draw, and have the whole window drawn anew while they load.)
"""

from __future__ import annotations

import array
import contextlib
import logging
import os
import time
from pathlib import Path
from typing import Any

import bpy
import bpy.utils.previews

from ..core.models import Asset
from ..storage import paths, pictures
from ..worker import messages
from . import lookup, places, runtime, workers

log = logging.getLogger(__name__)

MOST = 128
"""How many are loaded at most; the one that was shown least recently goes first."""

MOST_STILLS = 16
"""How many picture files, likewise."""

_STILL = "still:"  # before the file's path, among the assets' ids
_AT_ONCE = 24
_LARGE_INTERFACE = 1.25
_USUAL_PIXELS, _LARGE_PIXELS = 96, 192

_collection: Any = None
_icons: dict[str, int] = {}  # by asset, the one shown least recently first
_stills: dict[str, int] = {}  # by file, likewise
_wanted: dict[str, None] = {}  # assets, the one wanted last is the last
_ordered: dict[str, str] = {}  # the assets of pictures that the worker makes, by the picture's name
_failed: set[str] = set()  # names of pictures that cannot be made


def icon(asset: Asset) -> int:
    """The icon that shows a frame of the asset's clip; 0 while there is none, which the pump then sees to."""
    found = _icons.pop(asset.id, None)
    if found is not None:
        _icons[asset.id] = found
        return found
    if asset.picture not in _failed:
        _wanted[asset.id] = None
    return 0


def still(file: str) -> int:
    """The icon that shows a picture file; 0 if there is none. Blender itself reads it, beside its work, to draw it."""
    known = _stills.pop(file, None)
    if known is None:
        if not os.path.isfile(file):  # noqa: PTH113 (a path of another system may be no path here)
            return 0
        known = _collection.load(f"{_STILL}{file}", file, "IMAGE").icon_id
    _stills[file] = known
    while len(_stills) > MOST_STILLS:
        oldest = next(iter(_stills))
        del _stills[oldest], _collection[f"{_STILL}{oldest}"]
    return known


def attach() -> None:
    """Begin with no picture."""
    global _collection
    _collection = bpy.utils.previews.new()


def detach() -> None:
    """Take every picture out of Blender again."""
    global _collection
    forget()
    if _collection is not None:
        bpy.utils.previews.remove(_collection)
    _collection = None


def forget() -> None:
    """Another file is opened: its clips are others."""
    for found in (_icons, _stills, _wanted, _ordered, _failed):
        found.clear()
    lookup.forget()
    if _collection is not None:
        _collection.clear()


def is_waiting() -> bool:
    """Whether pictures are wanted that `load` has not looked for."""
    return bool(_wanted)


def load(until: float) -> bool:
    """Load what was wanted, what was wanted last first, `until` that time (`time.perf_counter`). True if one came.

    What is not there is ordered from the worker.
    """
    missing: dict[str, Path] = {}
    loaded = False
    while _wanted and len(missing) < _AT_ONCE:
        asset = lookup.asset(_wanted.popitem()[0])
        if asset is None or asset.id in _icons:
            continue
        if _load(asset):
            loaded = True
        elif (name := asset.picture) not in _ordered and name not in _failed:
            missing[name] = paths.clip_path(asset.path, runtime.current().path)
            _ordered[name] = asset.id
        if time.perf_counter() >= until:
            break
    if missing:
        _order(missing)
    while len(_wanted) > MOST:
        del _wanted[next(iter(_wanted))]
    return loaded


def arrived(message: messages.Depicted) -> None:
    """The worker has made pictures, or cannot."""
    for name in message.made:
        asset_id = _ordered.pop(name, None)
        if asset_id:
            _wanted[asset_id] = None
    for name in message.failed:
        _ordered.pop(name, None)
        _failed.add(name)


def worker_died() -> None:
    """Nobody makes what was ordered: it is ordered again when it is wanted again."""
    _ordered.clear()


def _load(asset: Asset) -> bool:
    ui_scale = bpy.context.preferences.system.ui_scale
    size = _LARGE_PIXELS if ui_scale > _LARGE_INTERFACE else _USUAL_PIXELS
    file = pictures.path(folder(), asset.picture)
    try:
        image, small = pictures.read(file, size)
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        log.warning("%s cannot be read", file, exc_info=True)
        with contextlib.suppress(OSError):
            file.unlink()  # it is made anew when the file is opened again: at once could go on for ever
        _failed.add(asset.picture)
        return False
    preview = _collection.get(asset.id) or _collection.new(asset.id)
    for kind, level in (("image", image), ("icon", small)):
        setattr(preview, f"{kind}_size", (level.width, level.height))
        getattr(preview, f"{kind}_pixels").foreach_set(array.array("i", level.pixels))
    _icons[asset.id] = preview.icon_id  # 0 in a background Blender, which shows none
    while len(_icons) > MOST:
        oldest = next(iter(_icons))
        del _icons[oldest], _collection[oldest]
    return True


def _order(clips: dict[str, Path]) -> None:
    state = runtime.current()
    try:
        workers.send(messages.Depict(path=state.path, folder=folder(), clips=clips), state.path)
    except workers.WorkerUnavailable as error:
        log.warning("there are no pictures of clips: %s", error)
        _failed.update(clips)
        for name in clips:
            _ordered.pop(name, None)


def folder() -> Path:
    """Where the pictures are kept."""
    return places.user_folder("pictures")
