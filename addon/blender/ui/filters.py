"""The filters of the lists, each in a popover, so that the panels stay calm."""

from __future__ import annotations

from typing import Any

import bpy

from .. import filters, mirror, words


class _Filter:
    """What the popovers of all lists have in common."""

    bl_label = "Filter"
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "HEADER"
    bl_options = {"INSTANCED"}
    bl_ui_units_x = 13
    bl_translation_context = words.CONTEXT

    of: str
    fields: tuple[str, ...]

    def draw(self: Any, context: bpy.types.Context) -> None:
        asked = filters.of(context, self.of)
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column()
        for name in self.fields:
            column.prop(asked, name)
        layout.operator("sessions.clear_filter", icon="X").of = self.of


class SESSIONS_PT_filter_sessions(_Filter, bpy.types.Panel):
    """Show only the sessions with a take that is looked for"""

    of = "sessions"
    fields = ("provider", "model", "state", "marked", "used", "made")


class SESSIONS_PT_filter_takes(_Filter, bpy.types.Panel):
    """Show only the takes that are looked for"""

    of = "takes"
    fields = ("words", "provider", "model", "state", "marked", "used", "made")


class SESSIONS_PT_filter_assets(_Filter, bpy.types.Panel):
    """Show only the clips that are looked for"""

    of = "assets"
    fields = ("words", "provider", "model", "marked", "used", "made")


def draw_button(layout: Any, name: str) -> None:
    """What opens the filter of the list `name`."""
    row = layout.row(align=True)
    row.emboss = "NORMAL"
    row.popover(panel=f"SESSIONS_PT_filter_{name}", text="", icon="FILTER")


def draw_state(layout: Any, name: str, most: int) -> None:
    """That the list `name` shows only some of its `most` rows, and the way back."""
    if filters.is_on(name):
        row = layout.row(align=True)
        text = words.tr("Filtered: {count} of {most}").format(count=len(mirror.rows(name)), most=most)
        row.label(text=text, translate=False, icon="FILTER")
        row.operator("sessions.clear_filter", text="", icon="X", emboss=False).of = name


CLASSES = (SESSIONS_PT_filter_sessions, SESSIONS_PT_filter_takes, SESSIONS_PT_filter_assets)
