"""Has Blender draw again what shows the sessions."""

from __future__ import annotations

import bpy


def redraw(*, timelines: bool = False) -> None:
    """Have the sequencers' sidebars and headers drawn again, and the preferences: they show what providers answer.

    With `timelines` the strips, too.
    """
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            for region in area.regions:
                strips = timelines and area.type == "SEQUENCE_EDITOR" and region.type == "WINDOW"
                if strips or region.type in _SHOWN.get(area.type, ()):
                    region.tag_redraw()


_SHOWN = {"SEQUENCE_EDITOR": ("UI", "HEADER"), "PREFERENCES": ("WINDOW",)}


def redraw_previews() -> None:
    """Have the sequencers' previews and sidebars drawn again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "SEQUENCE_EDITOR":
                for region in area.regions:
                    if region.type in ("PREVIEW", "UI"):
                        region.tag_redraw()
