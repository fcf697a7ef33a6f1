"""Which take or asset is selected in the panels, and which page of them is shown. `of` is "takes" or "assets"."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty, StringProperty

from .. import lookup, mirror, runtime, tips
from .reporting import NO_UNDO, Result


class SESSIONS_OT_select(bpy.types.Operator):
    """Show what this was made from"""

    bl_idname = "sessions.select"
    bl_label = "Select"
    bl_options = NO_UNDO | {"INTERNAL"}

    of: StringProperty(options={"SKIP_SAVE", "HIDDEN"})
    id: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    @classmethod
    def description(cls, _context: bpy.types.Context, given: bpy.types.OperatorProperties) -> str:
        if not runtime.is_enabled():
            return ""
        take = lookup.take(given.id) if given.of == "takes" else None
        asset = lookup.asset(given.id) if given.of == "assets" else None
        return tips.of_take(take) if take else tips.of_asset(asset) if asset else ""

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return runtime.is_enabled()

    def execute(self, _context: bpy.types.Context) -> Result:
        runtime.current().selected[self.of] = self.id
        return {"FINISHED"}


class SESSIONS_OT_turn_page(bpy.types.Operator):
    """Show newer or older ones"""

    bl_idname = "sessions.turn_page"
    bl_label = "Turn Page"
    bl_options = NO_UNDO | {"INTERNAL"}

    of: StringProperty(options={"SKIP_SAVE", "HIDDEN"})
    by: IntProperty(options={"SKIP_SAVE", "HIDDEN"})

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return runtime.is_enabled()

    def execute(self, _context: bpy.types.Context) -> Result:
        mirror.turn_page(self.of, self.by)
        return {"FINISHED"}


CLASSES = (SESSIONS_OT_select, SESSIONS_OT_turn_page)
