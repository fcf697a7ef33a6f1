"""Words that must fit: labels in Blender neither wrap nor scroll."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

import bpy

from ...core.errors import Problem
from .. import words
from .tab import points

_POINTS_A_CHARACTER = 6.5
_MARGIN = 55  # the tabs beside the panels, and the panels' own edges
_ICON = 22
_MOST_LINES = 16

# Where a line may end: at spaces, and after each Chinese and Japanese character with the punctuation that closes it.
_WIDE = "\u2e80-\u30ff\u31f0-\u9fff\uf900-\ufaff\uff00-\uff60"
_OPENING = "「『（【“‘"
_CLOSING = "、。」』）】，．：；？！’”"
_PIECES = re.compile(rf"\s+|[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_CLOSING}]*")


def wrapped(layout: Any, context: bpy.types.Context, text: str, icon: Any = "NONE", inset: int = 0) -> None:
    """Show `text` in as many label lines as the region's width needs; the first one carries `icon`.

    `text` is in the interface's language already, or a person's own.
    `inset`: how many points of that width `layout` does not have, because it lies in a box or beside a button.
    """
    beside = _MARGIN + inset + (_ICON if icon != "NONE" else 0)
    characters = max(10, int((points(context) - beside) / _POINTS_A_CHARACTER))
    column = layout.column(align=True)
    column.scale_y = 0.85
    for line in lines(text, characters):
        column.label(text=line, icon=icon, translate=False)
        icon = "BLANK1" if icon != "NONE" else "NONE"


def fits(context: bpy.types.Context, text: str, share: float) -> bool:
    """Whether `text` stands on one line in that `share` of the region's width."""
    return _width(text) <= int(share * (points(context) - _MARGIN) / _POINTS_A_CHARACTER)


@lru_cache(256)
def lines(text: str, width: int) -> tuple[str, ...]:
    """`text` in lines of at most `width` Latin characters; those of Chinese and Japanese take the room of two.

    What has no place in the most lines that are shown is left out, as an … says.
    """
    found = [""]
    for piece in _PIECES.findall(text):
        if piece.isspace():
            found[-1] += " " if found[-1] else ""
            continue
        if found[-1] and _width(found[-1] + piece) > width:
            found.append("")
        for character in piece:
            if _width(found[-1] + character) > width:
                found.append("")
            found[-1] += character
    if len(found) > _MOST_LINES:
        found = [*found[: _MOST_LINES - 1], found[_MOST_LINES - 1][:-2].rstrip() + "…"]
    return tuple(line.rstrip() for line in found)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def draw_problem(layout: Any, context: bpy.types.Context, problem: Problem, inset: int = 0) -> None:
    """What happened, and what to do."""
    happened, remedy = words.problem(problem)
    wrapped(layout, context, happened, icon="ERROR", inset=inset)
    if remedy:
        wrapped(layout, context, remedy, icon="BLANK1", inset=inset)
