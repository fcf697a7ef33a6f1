"""All clips of the file."""

from __future__ import annotations

from typing import Any

import bpy

from .. import lookup, properties, runtime, thumbnails, tips
from . import grid
from .tab import Tab
from .text import wrapped


class SESSIONS_UL_assets(bpy.types.UIList):
    """All clips of the file, newest first."""

    def draw_item(
        self, _context: Any, layout: bpy.types.UILayout, _data: Any, item: Any, _icon: int, _active: Any, _prop: str
    ) -> None:
        asset = lookup.asset(item.id)
        picture = thumbnails.icon(asset) if asset else 0
        row = layout.row(align=True)
        shown: dict[str, Any] = {"icon_value": picture} if picture else {"icon": "FILE_MOVIE"}
        row.label(text=item.name, translate=False, **shown)
        row.operator("sessions.add_to_timeline", text="", icon="ADD", emboss=False).asset_id = item.id


class SESSIONS_PT_assets(Tab, bpy.types.Panel):
    """All clips of the file, those of deleted sessions included"""

    bl_label = "Assets"
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        grid.draw_switch(self.layout, "assets")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        panel = properties.panel(context)
        if not runtime.current().project.assets:
            column = layout.column(align=True)
            column.label(text="No clips yet")
            column.label(text="Describe a shot above")
            return
        chosen = lookup.asset(properties.selected(context, "assets"))
        if grid.is_chosen("assets"):
            chosen_id = chosen.id if chosen else ""
            grid.draw(layout, context, "assets", lambda cell, asset_id: _draw_cell(cell, asset_id, chosen_id))
        else:
            layout.template_list("SESSIONS_UL_assets", "", panel, "assets", panel, "asset_index", rows=3, maxrows=8)
        if chosen:
            column = layout.column(align=True)
            wrapped(column, context, tips.prompt(chosen.request))
            wrapped(column, context, tips.facts(chosen.request))
        row = layout.row(align=True)
        if chosen:
            row.operator("sessions.add_to_timeline", icon="ADD").asset_id = chosen.id
        row.operator("sessions.show_assets", text="", icon="FILE_FOLDER")


def _draw_cell(cell: Any, asset_id: str, chosen_id: str) -> None:
    """An asset as a picture, with its name below."""
    asset = lookup.asset(asset_id)
    if asset is None:
        return
    grid.draw_picture(cell, asset, "FILE_MOVIE")
    button = cell.operator("sessions.select", text=asset.title, translate=False, depress=asset_id == chosen_id)
    button.of, button.id = "assets", asset_id


CLASSES = (SESSIONS_UL_assets, SESSIONS_PT_assets)
