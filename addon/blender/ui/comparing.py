"""Compare: how takes are shown beside each other, and what they were not made alike with."""

from __future__ import annotations

from typing import Any

import bpy

from ...core import comparing
from ...core.comparing import Difference, View
from ...core.models import Asset
from ...core.wording import N_
from .. import lookup, runtime, words
from ..comparing import drawing, exact, state
from ..slots import marks, selection
from .tab import Tab, is_narrow
from .text import wrapped


class SESSIONS_PT_compare(Tab, bpy.types.Panel):
    """Takes beside each other in the preview"""

    bl_label = "Compare"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return runtime.is_enabled() and (state.current() is not None or _can_compare(context))

    def draw(self, context: bpy.types.Context) -> None:
        now = state.current()
        layout = self.layout
        grid = layout.grid_flow(columns=1 if is_narrow(context) else 2, even_columns=True, align=True)
        for view, text in _VIEWS:
            is_shown = now is not None and now.view is view
            button = grid.operator("sessions.compare", text=words.tr(text), depress=is_shown, translate=False)
            button.view = view.value
        if now is None:
            return
        if exact.is_rendering():
            layout.label(text=words.tr("Rendering the cut with each take…"), icon="SORTTIME", translate=False)
        if now.view is not View.GRID:
            _draw_pair(layout, now)
        _draw_deeds(layout, now)
        _draw_differences(layout, context, now)


class SESSIONS_MT_compare(bpy.types.Menu):
    """Takes beside each other in the preview"""

    bl_label = "Compare"

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator("sessions.compare").view = View.WIPE.value
        layout.operator("sessions.compare_use")
        layout.operator("sessions.compare_leave")


_VIEWS: tuple[tuple[View, str], ...] = (
    (View.WIPE, N_("Wipe")),
    (View.SIDE, N_("Side by Side")),
    (View.FLIP, N_("Flip")),
    (View.GRID, N_("Grid")),
)


def _can_compare(context: bpy.types.Context) -> bool:
    strip = selection.active_picture(context)
    return strip is not None and len(lookup.choices(marks.session_of(strip))) > 1


def _draw_pair(layout: Any, now: state.Comparison) -> None:
    row = layout.row(align=True)
    for side, place in enumerate(now.pair):
        asset = state.asset_at(place)
        text = drawing.label(asset) if asset else "–"
        button = row.operator("sessions.compare_choose", text=text, translate=False, depress=side == now.side)
        button.side = side
    back = row.operator("sessions.compare_choose", text="", icon="TRIA_UP")
    back.step = -1
    further = row.operator("sessions.compare_choose", text="", icon="TRIA_DOWN")
    further.step = 1


def _draw_deeds(layout: Any, now: state.Comparison) -> None:
    asset = state.asset_at(now.chosen)
    if asset is None:
        return
    column = layout.column(align=True)
    text = words.tr("Use {take}").format(take=drawing.label(asset))
    column.operator("sessions.compare_use", text=text, translate=False, icon="CHECKMARK")
    row = column.row(align=True)
    row.operator("sessions.star", icon="SOLO_ON").asset_id = asset.id
    row.operator("sessions.reject", icon="X").asset_id = asset.id
    layout.operator("sessions.compare_leave", icon="LOOP_BACK")


def _draw_differences(layout: Any, context: bpy.types.Context, now: state.Comparison) -> None:
    assets = [asset for asset in map(state.asset_at, now.compared) if asset is not None]
    rows = comparing.differences([asset.request for asset in assets])
    box = layout.box()
    if not rows:
        wrapped(box, context, words.tr("Nothing that they were made with differs."), icon="INFO", inset=12)
    for row in rows:
        _draw_difference(box, context, row, assets)


def _draw_difference(box: Any, context: bpy.types.Context, row: Difference, assets: list[Asset]) -> None:
    column = box.column(align=True)
    name = row.name.replace("_", " ").capitalize() if row.is_option else words.tr(row.name)
    column.label(text=name, translate=False)
    for asset, value in zip(assets, row.values, strict=True):
        line = words.tr("{number}: {value}").format(number=asset.take_number, value=words.text(value))
        wrapped(column, context, line, inset=24)


CLASSES = (SESSIONS_PT_compare, SESSIONS_MT_compare)
