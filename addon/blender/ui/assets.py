"""All clips of the file."""

from __future__ import annotations

from typing import Any

import bpy

from .. import properties, runtime
from .tab import Tab


class SESSIONS_UL_assets(bpy.types.UIList):
    """All clips of the file, newest first."""

    def draw_item(
        self, _context: Any, layout: bpy.types.UILayout, _data: Any, item: Any, _icon: int, _active: Any, _prop: str
    ) -> None:
        row = layout.row(align=True)
        row.label(text=item.name, icon="FILE_MOVIE", translate=False)
        row.operator("sessions.add_to_timeline", text="", icon="ADD", emboss=False).asset_id = item.id


class SESSIONS_PT_assets(Tab, bpy.types.Panel):
    """All clips of the file, those of deleted sessions included."""

    bl_label = "Assets"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        panel = properties.panel(context)
        if not runtime.current().project.assets:
            layout.label(text="Generated clips appear here")
            return
        row = layout.row()
        row.template_list("SESSIONS_UL_assets", "", panel, "assets", panel, "asset_index", rows=3, maxrows=8)
        column = row.column(align=True)
        column.operator("sessions.show_assets", text="", icon="FILE_FOLDER")
        if 0 <= panel.asset_index < len(panel.assets):
            asset_id: Any = properties.selected(context, "assets")
            layout.operator("sessions.add_to_timeline", icon="ADD").asset_id = asset_id or ""


CLASSES = (SESSIONS_UL_assets, SESSIONS_PT_assets)
