"""Which clips something in the .blend shows, whatever that is and whether it carries our ids or not."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import bpy

from ...core.models import Asset
from ...storage import paths
from .. import clips, compat
from . import marks


def among(assets: Iterable[Asset], sidecar: Path) -> set[str]:
    """The ids of those of the assets that anything in the .blend shows. Walks over all of it.

    Strips of all scenes, muted or in metas; sounds, images, and clips that are used for more than being kept. What has
    no id of ours is known by its file: for a clip in the trash by the one that it was before.
    """
    ids, files = set(_ids()), {same(path) for path in _files() if path}
    folders: dict[str, tuple[str, ...]] = {}
    found = set()
    for asset in assets:
        folder, _, name = asset.path.rpartition("/")
        if folder not in folders:
            lies = paths.clip_path(folder, sidecar)
            places = (lies, lies.parent) if lies.name == paths.TRASH else (lies,)
            folders[folder] = tuple(same(os.fspath(place)) for place in places)
        if asset.id in ids or any(f"{place}{os.sep}{os.path.normcase(name)}" in files for place in folders[folder]):
            found.add(asset.id)
    return found


def is_kept_only(clip: bpy.types.MovieClip) -> bool:
    """Whether nothing uses a data-block: Blender keeps it because it was told to."""
    return clip.users == int(clip.use_fake_user)


def _strips() -> Iterator[Any]:
    for scene in bpy.data.scenes:
        if scene.sequence_editor is not None:
            yield from compat.strips_all(scene.sequence_editor)


def _ids() -> Iterator[str]:
    for strip in _strips():
        yield marks.shown_by(strip)
    for clip in bpy.data.movieclips:
        if not is_kept_only(clip):
            yield clip.get(clips.ASSET_KEY, "")


def _files() -> Iterator[str]:
    """The absolute paths; nothing but sounds and clips is kept without users to be used later."""
    for strip in _strips():
        if strip.type == "MOVIE":
            yield bpy.path.abspath(strip.filepath)
        elif strip.type == "IMAGE":
            yield from (bpy.path.abspath(f"{strip.directory}/{each.filename}") for each in strip.elements)
    blocks: Iterable[Any] = (
        *(sound for sound in bpy.data.sounds if sound.users),
        *(image for image in bpy.data.images if image.users),
        *(clip for clip in bpy.data.movieclips if not is_kept_only(clip)),
    )
    for block in blocks:
        yield bpy.path.abspath(block.filepath, library=block.library)


def same(path: str) -> str:
    """A path by which the same file is known however it is written."""
    return os.path.normcase(os.path.realpath(path))
