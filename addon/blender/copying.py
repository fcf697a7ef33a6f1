"""A copy of a scene for a Blender in the background, which renders what this one must not wait for."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..core.errors import StorageError


def copy_scene(scene: bpy.types.Scene, copy: Path) -> None:
    """Write a scene, with all that it needs, to a .blend of its own. Raises `StorageError`.

    Unlike saving a copy this runs no handlers, and the open file, whether it is changed and its undo steps stay as they
    are. Paths become absolute in the copy alone.
    """
    for each in bpy.data.scenes:
        for layer in each.view_layers:
            _ = layer.objects.active  # brings it up to date: 5.2 crashes when it writes a layer that never was
    try:
        bpy.data.libraries.write(str(copy), {scene}, path_remap="ABSOLUTE", compress=False)
    except (OSError, RuntimeError) as error:
        raise StorageError(
            "The scene “{scene}” could not be copied to {folder}: {error}.",
            "Free some space there, or choose another folder for temporary files in Blender's preferences.",
            scene=scene.name,
            folder=str(copy.parent),
            error=str(error).strip().rstrip("."),
        ) from error
