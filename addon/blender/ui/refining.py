"""From a take to the next one: what the panels and the Sessions menu offer for it."""

from __future__ import annotations

from typing import Any

import bpy

from ...core import refining
from .. import properties, words
from .tab import side_by_side


def draw(layout: Any, take_id: str = "", asset_id: str = "", clip: str | None = None) -> None:
    """What can be made of a take, or of a clip: its settings once more, others like it, and what comes behind.

    `clip` is the id of the asset that a take has.
    """
    row = side_by_side(layout, bpy.context)
    row.menu("SESSIONS_MT_use_clip_settings" if asset_id else "SESSIONS_MT_use_settings")
    row.operator_context = "INVOKE_DEFAULT"
    button = row.operator("sessions.vary", icon="RNDCURVE")
    button.take_id, button.asset_id = take_id, asset_id
    if clip:
        row.operator("sessions.continue_clip", text="Continue", icon="TRACKING_FORWARDS_SINGLE").asset_id = clip


def _draw_settings(layout: Any, asset_id: str = "") -> None:
    for what, label in refining.LABELS.items():
        button = layout.operator("sessions.use_settings", text=words.tr(label), translate=False)
        button.what, button.asset_id = what.value, asset_id


class SESSIONS_MT_use_settings(bpy.types.Menu):
    """Put what the selected take was made with into the form"""

    bl_label = "Use Settings"

    def draw(self, _context: bpy.types.Context) -> None:
        _draw_settings(self.layout)


class SESSIONS_MT_use_clip_settings(bpy.types.Menu):
    """Put what the selected clip was made with into the form"""

    bl_label = "Use Settings"

    def draw(self, context: bpy.types.Context) -> None:
        _draw_settings(self.layout, properties.selected(context, "assets") or "")


class SESSIONS_MT_refine(bpy.types.Menu):
    """From a take to the next one"""

    bl_label = "Refine"
    bl_translation_context = words.CONTEXT

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        for what, label in refining.LABELS.items():
            text = words.tr("Use Settings: {what}").format(what=words.tr(label))
            layout.operator("sessions.use_settings", text=text, translate=False).what = what.value
        layout.operator("sessions.vary")
        layout.separator()
        layout.operator("sessions.continue_shot")
        layout.operator("sessions.continue_clip")
        layout.operator("sessions.fill_gap")
        layout.operator("sessions.regenerate_to_length")
        layout.operator("sessions.forget_join")


CLASSES = (SESSIONS_MT_use_settings, SESSIONS_MT_use_clip_settings, SESSIONS_MT_refine)
