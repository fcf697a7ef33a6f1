"""Takes and assets as pictures: as many side by side as the sidebar is wide, a page of them at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import bpy

from ...core.models import Asset
from .. import mirror, settings, thumbnails, words
from .tab import points

_PICTURE = 4.6  # lines that a picture is high
_CELL = 86  # points that a cell is wide at least
_BESIDE = 40  # points of the sidebar that no cell has: the tabs, and the panels' own edges


def draw_switch(layout: Any, name: str) -> None:
    """The choice between pictures and list, for a panel's header."""
    row = layout.row(align=True)
    row.emboss = "NORMAL"
    row.prop(settings.stored(), f"{name}_view", text="", expand=True, icon_only=True)


def is_chosen(name: str) -> bool:
    """Whether the list `name` is shown as pictures."""
    return bool(getattr(settings.stored(), f"{name}_view") == "GRID")


def draw(layout: Any, context: bpy.types.Context, name: str, cell: Callable[[Any, str], None]) -> None:
    """The page of the list `name` that is turned to: `cell` draws one, given its id; below, the way to the others."""
    shown, first, count = mirror.page(name)
    if not shown:
        return
    flow = layout.grid_flow(row_major=True, columns=columns(context), even_columns=True, even_rows=False, align=False)
    for row_id in shown:
        cell(flow.column(align=True), row_id)
    if count > len(shown):
        _draw_pager(layout, name, first, shown, count)


def columns(context: bpy.types.Context) -> int:
    """How many cells fit side by side."""
    return max(1, int((points(context) - _BESIDE) / _CELL))


def draw_picture(cell: Any, asset: Asset | None, icon: str) -> None:
    """A frame of the asset's clip; while there is none, `icon` in the middle of the same room."""
    picture = thumbnails.icon(asset) if asset else 0
    if picture:
        cell.template_icon(picture, scale=_PICTURE)
    else:
        room = cell.row()
        room.alignment = "CENTER"
        room.scale_y = _PICTURE
        room.label(text="", icon=icon)


def _draw_pager(layout: Any, name: str, first: int, shown: Sequence[str], count: int) -> None:
    row = layout.row(align=True)
    for icon, by, enabled in (("TRIA_LEFT", -1, first > 0), ("TRIA_RIGHT", 1, first + len(shown) < count)):
        if by > 0:
            middle = row.row()
            middle.alignment = "CENTER"
            text = words.tr("{first}–{last} of {count}")
            middle.label(text=text.format(first=first + 1, last=first + len(shown), count=count), translate=False)
        side = row.row()
        side.enabled = enabled
        button = side.operator("sessions.turn_page", text="", icon=icon)
        button.of, button.by = name, by
