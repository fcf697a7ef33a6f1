"""Clips of a file without a name lie in the user folder until its first save: this lets the .blend follow them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..storage import paths
from . import clips, compat, places, runtime, timeline


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
                    _leave(strip, where.get(strip.get(timeline.ASSET_KEY, "")))
                elif strip.type == "SOUND" and strip.sound is not None:
                    _leave(strip.sound, where.get(strip.get(timeline.ASSET_KEY, "")))
    for clip in bpy.data.movieclips:
        _leave(clip, where.get(clip.get(timeline.ASSET_KEY, "")))


def _leave(shown: Any, file: Path | None) -> None:
    if file is not None and places.unsaved_key(Path(bpy.path.abspath(shown.filepath))):
        shown.filepath = clips.blend_path(file)
