"""All clips of the file."""

from __future__ import annotations

from typing import Any

import bpy

from .. import lookup, properties, runtime, thumbnails, tips, words
from . import filters, grid, marks, refining
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
        marks.dim(row, asset)
        shown: dict[str, Any] = {"icon_value": picture} if picture else {"icon": "FILE_MOVIE"}
        row.label(text=item.name, translate=False, **shown)
        if asset:
            marks.draw_star(row, asset)
        row.operator("sessions.add_to_timeline", text="", icon="ADD", emboss=False).asset_id = item.id


class SESSIONS_PT_assets(Tab, bpy.types.Panel):
    """All clips of the file, those of deleted sessions included"""

    bl_label = "Assets"
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        filters.draw_button(self.layout, "assets")
        grid.draw_switch(self.layout, "assets")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        panel = properties.panel(context)
        assets, trashed = runtime.current().project.assets, lookup.trashed()
        if not assets:
            column = layout.column(align=True)
            column.label(text="No clips yet")
            column.label(text="Describe a shot above")
            return
        filters.draw_state(layout, "assets", len(assets) - len(trashed))
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
            refining.draw(layout, asset_id=chosen.id, clip=chosen.id)
            marks.draw_marks(layout, context, chosen)
        row = layout.row(align=True)
        if chosen:
            row.operator("sessions.add_to_timeline", icon="ADD").asset_id = chosen.id
        row.operator("sessions.show_assets", text="", icon="FILE_FOLDER")
        row = layout.row(align=True)
        row.operator("sessions.keep_starred", text="Keep Starred…", icon="SOLO_ON")
        if trashed:
            row.menu("SESSIONS_MT_trash", text=words.tr("Trash ({count})").format(count=len(trashed)), translate=False)


class SESSIONS_MT_trash(bpy.types.Menu):
    """The clips in the trash"""

    bl_label = "Trash"

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        trashed = lookup.trashed()
        for asset in trashed[:_MOST_IN_MENU]:
            text = words.tr("Restore {title}").format(title=asset.title)
            layout.operator("sessions.restore", text=text, translate=False).asset_id = asset.id
        if len(trashed) > _MOST_IN_MENU:
            text = words.tr("and {count} more").format(count=len(trashed) - _MOST_IN_MENU)
            layout.label(text=text, translate=False)
        layout.separator()
        layout.operator("sessions.restore", text="Restore All", icon="LOOP_BACK")
        layout.operator("sessions.empty_trash", text="Empty Trash…", icon="TRASH")


def _draw_cell(cell: Any, asset_id: str, chosen_id: str) -> None:
    """An asset as a picture, with its name below."""
    asset = lookup.asset(asset_id)
    if asset is None:
        return
    marks.dim(cell, asset)
    grid.draw_picture(cell, asset, "FILE_MOVIE")
    row = cell.row(align=True)
    button = row.operator("sessions.select", text=asset.title, translate=False, depress=asset_id == chosen_id)
    button.of, button.id = "assets", asset_id
    marks.draw_star(row, asset)


_MOST_IN_MENU = 24  # a menu longer than the window is no help

CLASSES = (SESSIONS_UL_assets, SESSIONS_MT_trash, SESSIONS_PT_assets)
