"""Two columns, as in the preferences: labels at the left, what they stand for at the right."""

from __future__ import annotations

from typing import Any

import bpy

from .tab import points
from .text import wrapped

_LABELS = 0.3  # of the width


def labelled(layout: Any, label: str) -> Any:
    """What stands right of a label, which is in the interface's language already."""
    split = layout.split(factor=_LABELS)
    left = split.row()
    left.alignment = "RIGHT"
    left.label(text=label, translate=False)
    return split


def sentence(layout: Any, context: bpy.types.Context, text: str) -> None:
    """What explains the fields above, less strongly than they are drawn."""
    column = layout.column()
    column.active = False
    wrapped(column, context, text, inset=inset(context))


def inset(context: bpy.types.Context) -> int:
    """The points of the region's width that the labels take from the sentences."""
    return int(points(context) * _LABELS)
