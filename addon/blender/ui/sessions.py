"""The session list, in the Sessions tab and as a popover of the header."""

from __future__ import annotations

from typing import Any

import bpy

from .. import properties, runtime, searching
from . import keeping
from .tab import Tab
from .text import draw_problem

_BOX = 45  # points that a box and the button beside its text take
_POPOVER = "popover"
_MOST_ROWS = 8


class SESSIONS_UL_sessions(bpy.types.UIList):
    """Sessions, newest use first."""

    def draw_item(
        self, _context: Any, layout: bpy.types.UILayout, _data: Any, item: Any, _icon: int, _active: Any, _prop: str
    ) -> None:
        row = layout.row(align=True)
        row.prop(item, "title", text="", emboss=False)
        row.context_pointer_set("generative_session", item)
        row.emboss = "PULLDOWN_MENU"  # without the arrow that would lie on the dots
        row.menu("SESSIONS_MT_session", text="", icon="THREE_DOTS")

    def draw_filter(self, _context: Any, layout: bpy.types.UILayout) -> None:
        column = layout.column(align=True)
        row = column.row(align=True)
        row.prop(self, "filter_name", text="", icon="VIEWZOOM", placeholder="Name or prompt")
        row.popover(panel="SESSIONS_PT_filter_sessions", text="", icon="FILTER")
        found = searching.flags(self.filter_name, self.bitflag_filter_item)
        if found and not any(found):
            column.label(text="No session matches", icon="INFO")

    def filter_items(self, _context: Any, data: Any, name: str) -> tuple[list[int], list[int]]:
        if self.list_id == _POPOVER and len(getattr(data, name)) > _MOST_ROWS:
            self.use_filter_show = True  # there is more than can be seen, and no time to look for the switch
        # What is hidden hides nothing.
        return (searching.flags(self.filter_name, self.bitflag_filter_item) if self.use_filter_show else []), []


class SESSIONS_PT_sessions(Tab, bpy.types.Panel):
    """The sessions of this file"""

    bl_label = "Sessions"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        state = runtime.current()
        for problem in (state.blocked, state.unsaved, state.trouble):
            if problem:
                row = layout.box().row()
                draw_problem(row.column(), context, problem, inset=_BOX)
                if problem is state.trouble:
                    row.operator("sessions.dismiss", text="", icon="X", emboss=False)
        keeping.draw(layout, context)
        if not state.project.sessions:
            column = layout.column(align=True)
            column.label(text="No sessions yet")
            column.label(text="Describe a shot below")
            return
        row = layout.row()
        _draw_list(row, context)
        column = row.column(align=True)
        column.operator("sessions.new", text="", icon="ADD")
        column.separator()
        column.menu("SESSIONS_MT_session", text="", icon="DOWNARROW_HLT")


class SESSIONS_PT_list_popover(bpy.types.Panel):
    """Switch to another session, or start a new one"""

    bl_label = "Sessions"
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "HEADER"
    bl_options = {"INSTANCED"}
    bl_ui_units_x = 14

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        if not runtime.current().project.sessions:
            column = layout.column(align=True)
            column.label(text="No sessions yet")
            column.label(text="Describe a shot in the sidebar’s Sessions tab")
            return
        _draw_list(layout, context, _POPOVER)
        layout.operator("sessions.new", icon="ADD")


def _draw_list(layout: Any, context: bpy.types.Context, list_id: str = "") -> None:
    panel = properties.panel(context)
    layout.template_list(
        "SESSIONS_UL_sessions",
        list_id,
        panel,
        "sessions",
        panel,
        "session_index",
        item_dyntip_propname="tip",
        rows=min(max(3, len(runtime.current().project.sessions)), 5),
        maxrows=_MOST_ROWS,
    )


CLASSES = (SESSIONS_UL_sessions, SESSIONS_PT_sessions, SESSIONS_PT_list_popover)
