"""Words that must fit: labels in Blender neither wrap nor scroll."""

from __future__ import annotations

import textwrap
from typing import Any

import bpy

from ...core.errors import Problem

_POINTS_A_CHARACTER = 6.5
_MARGIN = 55  # the tabs beside the panels, and the panels' own edges
_ICON = 22
_USUAL_POINTS = 300
_MOST_LINES = 16


def wrapped(
    layout: Any, context: bpy.types.Context, text: str, icon: Any = "NONE", translate: bool = True, inset: int = 0
) -> None:
    """Show `text` in as many label lines as the region's width needs; the first one carries `icon`.

    `inset`: how many points of that width `layout` does not have, because it lies in a box or beside a button.
    """
    scale = context.preferences.system.ui_scale  # 0 in a background Blender
    points = context.region.width / scale if context.region and scale else _USUAL_POINTS
    beside = _MARGIN + inset + (_ICON if icon != "NONE" else 0)
    characters = max(10, int((points - beside) / _POINTS_A_CHARACTER))
    column = layout.column(align=True)
    column.scale_y = 0.85
    for line in textwrap.wrap(text, characters, max_lines=_MOST_LINES, placeholder="…") or [""]:
        column.label(text=line, icon=icon, translate=translate)
        icon = "BLANK1" if icon != "NONE" else "NONE"


def draw_problem(layout: Any, context: bpy.types.Context, problem: Problem, inset: int = 0) -> None:
    """What happened, and what to do."""
    wrapped(layout, context, problem.message, icon="ERROR", inset=inset)
    if problem.remedy:
        wrapped(layout, context, problem.remedy, icon="BLANK1", inset=inset)
