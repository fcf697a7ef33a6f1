"""The next request: prompt, settings, and Generate."""

from __future__ import annotations

import bpy

from .. import properties, runtime
from .tab import Tab


class SESSIONS_PT_generate(Tab, bpy.types.Panel):
    """The prompt and settings of the active session, and Generate."""

    bl_label = "Shot"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        state = runtime.current()
        panel = properties.panel(context)
        if state.session is None:
            layout.prop(panel, "name", text="", placeholder="New session, named from the prompt")
        layout.prop(panel, "prompt", text="", placeholder="Describe the shot")
        row = layout.row(align=True)
        row.prop(panel, "duration")
        row.prop(panel, "count")
        row = layout.row()
        row.scale_y = 1.4
        row.operator_context = "INVOKE_DEFAULT"
        row.operator("sessions.generate", icon="RENDER_ANIMATION")


class SESSIONS_PT_settings(Tab, bpy.types.Panel):
    """Settings that are rarely changed."""

    bl_label = "Settings"
    bl_parent_id = "SESSIONS_PT_generate"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
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
