"""The session list, in the Sessions tab and as a popover of the header."""

from __future__ import annotations

from typing import Any

import bpy

from .. import properties, runtime
from .tab import Tab
from .text import draw_problem

_BOX = 45  # points that a box and the button beside its text take


class SESSIONS_UL_sessions(bpy.types.UIList):
    """Sessions, newest use first."""

    def draw_item(
        self, _context: Any, layout: bpy.types.UILayout, _data: Any, item: Any, _icon: int, _active: Any, _prop: str
    ) -> None:
        row = layout.row(align=True)
        row.label(text=item.name, translate=False)
        row.context_pointer_set("generative_session", item)
        row.emboss = "NONE"
        row.menu("SESSIONS_MT_session", text="", icon="THREE_DOTS")


class SESSIONS_PT_sessions(Tab, bpy.types.Panel):
    """The session list."""

    bl_label = "Sessions"

    def draw(self, context: bpy.types.Context) -> None:
        state = runtime.current()
        for problem in (state.blocked, state.unsaved, state.trouble):
            if problem:
                row = self.layout.box().row()
                draw_problem(row.column(), context, problem, inset=_BOX)
                if problem is state.trouble:
                    row.operator("sessions.dismiss", text="", icon="X", emboss=False)
        row = _draw_sessions(self.layout, context)
        if row is not None:
            column = row.column(align=True)
            column.operator("sessions.new", text="", icon="ADD")
            column.separator()
            column.menu("SESSIONS_MT_session", text="", icon="DOWNARROW_HLT")


class SESSIONS_PT_list_popover(bpy.types.Panel):
    """The session list, opened from the header: switch, or start a new one."""

    bl_label = "Sessions"
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "HEADER"
    bl_options = {"INSTANCED"}
    bl_ui_units_x = 14

    def draw(self, context: bpy.types.Context) -> None:
        if _draw_sessions(self.layout, context) is not None:
            self.layout.operator("sessions.new", text="New", icon="ADD")


def _draw_sessions(layout: Any, context: bpy.types.Context) -> Any:
    """The session list, or that there is none yet and what to do. Returns the list's row, with room beside it."""
    state = runtime.current()
    panel = properties.panel(context)
    if not state.project.sessions:
        row = layout.row()
        row.label(text="No sessions yet")
        row.operator("sessions.new", text="New", icon="ADD")
        return None
    row = layout.row()
    rows = min(max(2, len(state.project.sessions)), 5)
    row.template_list("SESSIONS_UL_sessions", "", panel, "sessions", panel, "session_index", rows=rows, maxrows=8)
    return row


CLASSES = (SESSIONS_UL_sessions, SESSIONS_PT_sessions, SESSIONS_PT_list_popover)
