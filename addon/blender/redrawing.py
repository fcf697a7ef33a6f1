"""Has Blender draw again what shows the sessions."""

from __future__ import annotations

import bpy


def redraw() -> None:
    """Have the sequencers' sidebars and headers drawn again, and the preferences: they show what providers answer."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            for region in area.regions:
                if region.type in _SHOWN.get(area.type, ()):
                    region.tag_redraw()


_SHOWN = {"SEQUENCE_EDITOR": ("UI", "HEADER"), "PREFERENCES": ("WINDOW",)}
