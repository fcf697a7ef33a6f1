"""Menus: the header's Sessions menu, the row's ⋯ menu, and the entries in Blender's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from .. import runtime


class SESSIONS_MT_main(bpy.types.Menu):
    """Everything the extension does; being in a menu is what makes the search find it."""

    bl_label = "Sessions"

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("sessions.generate", icon="RENDER_ANIMATION")
        layout.operator("sessions.cancel")
        layout.separator()
        layout.operator("sessions.new", icon="ADD")
        layout.operator("sessions.switch")
        layout.operator("sessions.rename")
        layout.operator("sessions.delete")
        layout.separator()
        layout.operator("sessions.add_to_timeline")
        layout.operator("sessions.show_assets", icon="FILE_FOLDER")


class SESSIONS_MT_session(bpy.types.Menu):
    """Rename or delete the session of the row that this menu stands in, else the one in the panel."""

    bl_label = "Session"

    def draw(self, context: bpy.types.Context) -> None:
        row = getattr(context, "generative_session", None)
        session_id = row.id if row else ""
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("sessions.rename", text="Rename…", icon="GREASEPENCIL").session_id = session_id
        layout.operator("sessions.delete", text="Delete…", icon="TRASH").session_id = session_id


def _draw_in_header(self: Any, _context: bpy.types.Context) -> None:
    self.layout.menu("SESSIONS_MT_main")


def _draw_popover(self: Any, _context: bpy.types.Context) -> None:
    if runtime.is_enabled():
        self.layout.popover(panel="SESSIONS_PT_list_popover", text="", icon="COLLAPSEMENU")


def _draw_in_add(self: Any, _context: bpy.types.Context) -> None:
    self.layout.separator()
    self.layout.menu("SESSIONS_MT_main", icon="RENDER_ANIMATION")


_ENTRIES: tuple[tuple[str, Callable[[Any, Any], None]], ...] = (
    ("SEQUENCER_MT_editor_menus", _draw_in_header),
    ("SEQUENCER_HT_header", _draw_popover),
    ("SEQUENCER_MT_add", _draw_in_add),
)


def attach() -> None:
    """Put the entries into Blender's own menus."""
    for name, draw in _ENTRIES:
        getattr(bpy.types, name).append(draw)


def detach() -> None:
    """Take them out again, in reverse order."""
    for name, draw in reversed(_ENTRIES):
        getattr(bpy.types, name).remove(draw)


CLASSES = (SESSIONS_MT_main, SESSIONS_MT_session)
