"""Clips as data-blocks: each asset is a MovieClip marked as an asset, so that Blender itself keeps and offers it.

A MovieClip cannot have a preview (Blender: "Data-block does not support previews", 4.2 to 5.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from .timeline import missing, unreadable

ASSET_KEY = "sessions_asset"
"""Custom property of data-blocks and strips: the id of the asset that they show."""

_TAG_BYTES = 63

_held: frozenset[str] = frozenset()
_lost: set[str] = set()


class Source(NamedTuple):
    """What a clip is like: pixels, frames per second, and how many frames it has."""

    width: int
    height: int
    fps: float
    frames: int


def source_of(clip: bpy.types.MovieClip) -> Source:
    """What the file of a data-block is like, as Blender reads it."""
    size: Any = clip.size
    return Source(size[0], size[1], clip.fps, clip.frame_duration)


def find(asset_id: str) -> bpy.types.MovieClip | None:
    """The data-block of an asset, by the id it carries, or None."""
    return next((clip for clip in _local() if clip.get(ASSET_KEY) == asset_id), None)


def ensure_clip(path: Path, *, asset_id: str, name: str, description: str, tags: Iterable[str]) -> bpy.types.MovieClip:
    """The data-block of an asset, made if it is not there: marked as an asset, with a fake user, its path relative to
    the .blend where it can be. Tags are cut to the 63 bytes that Blender has for them; empty ones are left out.

    Raises `StorageError` if the clip cannot be read; nothing is left behind then.
    """
    found = find(asset_id)
    if found is not None:
        return found
    try:
        clip = bpy.data.movieclips.load(str(path))
    except RuntimeError as error:
        raise missing(path) from error
    if clip.frame_duration < 1:
        bpy.data.movieclips.remove(clip)
        raise unreadable(path)
    clip.filepath = blend_path(path)
    clip.name = name
    clip[ASSET_KEY] = asset_id
    clip.use_fake_user = True
    clip.asset_mark()
    clip.asset_data.description = description
    for tag in dict.fromkeys(map(_as_tag, tags)):
        if tag:  # a tag without a name crashes Blender, 4.2 to 5.2
            clip.asset_data.tags.new(tag)
    return clip


def _as_tag(name: str) -> str:
    return name.encode()[:_TAG_BYTES].decode(errors="ignore").strip()


def blend_path(file: Path) -> str:
    """A file as Blender writes it down: relative (`//…`) to the .blend once that is saved and on the same drive."""
    if not bpy.data.filepath:
        return str(file)
    try:
        return bpy.path.relpath(str(file))
    except ValueError:  # Windows: another drive
        return str(file)


def before_undo() -> None:
    """Undo or redo is about to change the file: remember which assets have a data-block."""
    global _held
    _held = _present()


def after_undo() -> None:
    """Undo or redo has changed the file: note which assets lost their data-block by it."""
    _lost.update(_held)
    _lost.difference_update(_present())


def take_lost() -> list[str]:
    """The ids of the assets whose data-block vanished with an undo since the last call; they are to be made again.

    What arrives is one undo step with its strip, but an asset outlives that. Making it again is no undo step, so redo
    still works, and brings back the state with the first data-block alone.
    """
    lost = sorted(_lost)
    _lost.clear()
    return lost


def forget() -> None:
    """Another file was opened: what vanished with it is not missed."""
    _lost.clear()


def _present() -> frozenset[str]:
    return frozenset(clip[ASSET_KEY] for clip in _local() if clip.get(ASSET_KEY))


def _local() -> Iterable[bpy.types.MovieClip]:
    return (clip for clip in bpy.data.movieclips if clip.library is None)
