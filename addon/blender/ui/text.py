"""Words that must fit: labels in Blender neither wrap nor scroll."""

from __future__ import annotations

import textwrap
from typing import Any

import bpy

_POINTS_A_CHARACTER = 6.5
_MARGIN = 40
_USUAL_POINTS = 300
_MOST_LINES = 8


def wrapped(layout: Any, context: bpy.types.Context, text: str, icon: Any = "NONE", translate: bool = True) -> None:
    """Show `text` in as many label lines as the region's width needs; the first one carries `icon`."""
    scale = context.preferences.system.ui_scale  # 0 in a background Blender
    points = context.region.width / scale if context.region and scale else _USUAL_POINTS
    characters = max(16, int((points - _MARGIN) / _POINTS_A_CHARACTER))
    column = layout.column(align=True)
    column.scale_y = 0.85
    for line in textwrap.wrap(text, characters, max_lines=_MOST_LINES, placeholder="…") or [""]:
        column.label(text=line, icon=icon, translate=translate)
        icon = "BLANK1" if icon != "NONE" else "NONE"
