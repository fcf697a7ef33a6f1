"""The selected strip of a session: which take it shows, and the way to the others."""

from __future__ import annotations

from typing import Any

import bpy

from ...core import lifecycle, slots
from ...core.models import TakeState
from .. import lookup, runtime, tips, words
from ..slots import marks, selection, usage
from .tab import Tab, side_by_side
from .text import wrapped


class SESSIONS_PT_strip(Tab, bpy.types.Panel):
    """The selected strip"""

    bl_label = "Selected Strip"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return runtime.is_enabled() and selection.active_picture(context) is not None

    def draw(self, context: bpy.types.Context) -> None:
        strip = selection.active_picture(context)
        if strip is None:
            return
        if marks.is_placeholder(strip):
            _draw_placeholder(self.layout, context, strip)
        else:
            _draw_shown(self.layout, context, strip)


def _draw_shown(layout: Any, context: bpy.types.Context, strip: Any) -> None:
    shown = marks.shown_by(strip)
    choices = lookup.choices(marks.session_of(strip))
    asset = lookup.asset(shown)
    row = layout.row(align=True)
    row.operator("sessions.swap", text="", icon="TRIA_LEFT").direction = "PREVIOUS"
    name = asset.title if asset else words.tr("Clip of another file")
    row.menu("SESSIONS_MT_swap", text=name, translate=False)
    row.operator("sessions.swap", text="", icon="TRIA_RIGHT").direction = "NEXT"
    at = next((place for place, each in enumerate(choices, 1) if each.id == shown), 0)
    copies = usage.copies(marks.slot_of(strip))
    column = layout.column(align=True)
    column.label(text=words.tr("Clip {at} of {count}").format(at=at or "–", count=len(choices)), translate=False)
    if copies > 1 and asset is not None:
        text = words.tr("Show in All {count} Copies").format(count=copies)
        button = column.operator("sessions.swap", text=text, translate=False, icon="DUPLICATE")
        button.direction, button.asset_id, button.all_copies = "CHOSEN", shown, True
    row = side_by_side(layout, context)
    row.operator_context = "INVOKE_DEFAULT"
    row.operator("sessions.continue_shot", icon="TRACKING_FORWARDS_SINGLE")
    row.operator("sessions.regenerate_to_length", text="To Length", icon="ARROW_LEFTRIGHT")


def _draw_placeholder(layout: Any, context: bpy.types.Context, strip: Any) -> None:
    """A slot that waits: how its takes are doing, and what to do when nothing comes any more."""
    take = slots.standing(lookup.takes_for(marks.slot_of(strip)))
    column = layout.column(align=True)
    if take is None:
        wrapped(column, context, words.tr("Nothing is being generated for this placeholder."), icon="INFO")
    else:
        column.label(
            text=words.tr("{name}: {state}").format(name=tips.name(take), state=tips.state(take)),
            translate=False,
            icon=tips.STATES[take.state][1],
        )
    row = side_by_side(layout, context)
    if take is not None and take.state in (TakeState.FAILED, TakeState.CANCELLED):
        row.operator("sessions.retry", icon="FILE_REFRESH").take_id = take.id
    elif take is not None and lifecycle.is_running(take):
        row.operator("sessions.cancel", text="Cancel", icon="X").take_id = take.id
    row.operator("sessions.remove_placeholder", text="Remove", icon="TRASH").slot = marks.slot_of(strip)


class SESSIONS_MT_swap(bpy.types.Menu):
    """The takes that the selected strip can show"""

    bl_label = "Swap Take"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator("sessions.swap", text="Next Take", icon="TRIA_RIGHT").direction = "NEXT"
        layout.operator("sessions.swap", text="Previous Take", icon="TRIA_LEFT").direction = "PREVIOUS"
        strip = selection.active_picture(context) if runtime.is_enabled() else None
        if strip is None:
            return
        layout.separator()
        shown = marks.shown_by(strip)
        choices = lookup.choices(marks.session_of(strip))
        for asset in reversed(choices[-_MOST:]):
            icon: Any = "RADIOBUT_ON" if asset.id == shown else "RADIOBUT_OFF"
            text = words.tr("Take {number}").format(number=asset.take_number)
            button = layout.operator("sessions.swap", text=text, translate=False, icon=icon)
            button.direction, button.asset_id = "CHOSEN", asset.id


_MOST = 24  # a menu longer than the window is no help: arrows and list have them all

CLASSES = (SESSIONS_MT_swap, SESSIONS_PT_strip)
