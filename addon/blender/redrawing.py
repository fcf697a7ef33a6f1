"""Has Blender draw again what shows the sessions."""

from __future__ import annotations

import bpy


def redraw() -> None:
    """Have the sequencers' sidebars and headers drawn again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "SEQUENCE_EDITOR":
                for region in area.regions:
                    if region.type in ("UI", "HEADER"):
                        region.tag_redraw()
