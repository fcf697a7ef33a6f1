"""The next request: prompt, settings, and Generate."""

from __future__ import annotations

from typing import Any

import bpy

from .. import compat, properties, runtime, settings
from ..operators import generate
from .tab import Tab, is_narrow
from .text import wrapped


class SESSIONS_PT_generate(Tab, bpy.types.Panel):
    """The prompt and settings of the active session"""

    bl_label = "Shot"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        panel = properties.panel(context)
        _draw_prompt(layout, panel)
        if runtime.current().session is None:
            unnamed = "Name, else by number" if settings.get().pattern else "Name, else from the prompt"
            layout.prop(panel, "name", text="", placeholder=unnamed)
        fields = layout.column(align=True) if is_narrow(context) else layout.row(align=True)
        fields.prop(panel, "duration")
        fields.prop(panel, "count")
        row = layout.row()
        row.scale_y = 1.4
        row.operator_context = "INVOKE_DEFAULT"
        row.operator("sessions.generate", icon="RENDER_ANIMATION")
        reason = generate.refusal(context)
        if reason and not runtime.current().blocked:  # that is told above
            wrapped(layout, context, reason, icon="INFO")


def _draw_prompt(layout: Any, panel: Any) -> None:
    """The prompt with all its lines, as far as this Blender can show them in a panel."""
    if compat.HAS_TEXT_BOX:
        layout.textbox(panel, "prompt", initial_visible_lines=4, placeholder="Describe the shot")
        return
    column = layout.column(align=True)
    column.prop(panel, "prompt_line", text="", placeholder="Describe the shot")
    if runtime.current().open_prompt:
        column.operator("sessions.close_prompt", icon="CHECKMARK")
    else:
        column.operator("sessions.edit_prompt", icon="TEXT")


class SESSIONS_PT_settings(Tab, bpy.types.Panel):
    """Settings that are rarely changed"""

    bl_label = "Settings"
    bl_parent_id = "SESSIONS_PT_generate"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = not is_narrow(context)
        layout.use_property_decorate = False
        panel = properties.panel(context)
        layout.prop(panel, "provider")
        layout.prop(panel, "image")
        layout.prop(panel, "insert")
        column = layout.column(align=True)
        column.prop(panel, "match_scene")
        if not panel.match_scene:
            column.prop(panel, "width")
            column.prop(panel, "height")
            column.prop(panel, "fps")
        column = layout.column(align=True)
        column.prop(panel, "random_seed")
        if not panel.random_seed:
            column.prop(panel, "seed")


CLASSES = (SESSIONS_PT_generate, SESSIONS_PT_settings)
