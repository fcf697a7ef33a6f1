"""The takes of the active session."""

from __future__ import annotations

from typing import Any

import bpy

from ...core import lifecycle
from ...core.models import Take, TakeState
from ...core.wording import N_
from .. import accounts, bills, lookup, properties, runtime, thumbnails, tips, words
from ..slots import selection, usage
from . import filters, grid, marks, refining
from .tab import Tab, side_by_side
from .text import draw_problem, wrapped


class SESSIONS_UL_takes(bpy.types.UIList):
    """Takes of the active session, newest first."""

    def draw_item(
        self, _context: Any, layout: bpy.types.UILayout, _data: Any, item: Any, _icon: int, _active: Any, _prop: str
    ) -> None:
        take = lookup.take(item.id)
        if take is None:
            return
        split = layout.split(factor=0.45)
        asset = lookup.asset(take.asset_id)
        marks.dim(split, asset)
        picture = thumbnails.icon(asset) if asset else 0
        shown: dict[str, Any] = {"icon_value": picture} if picture else {"icon": tips.STATES[take.state][1]}
        split.label(text=tips.name(take), translate=False, **shown)
        row = split.row(align=True)
        if lifecycle.is_running(take):
            _draw_progress(row, take)
        elif asset:
            icon: Any = tips.STATES[take.state][1] if picture else "NONE"
            row.label(text=tips.length(take.request), translate=False, icon=icon)
            if usage.of_asset(asset.id):
                row.label(icon="SEQUENCE")
            marks.draw_star(row, asset)
            row.operator("sessions.add_to_timeline", text="", icon="ADD", emboss=False).asset_id = asset.id
        else:
            row.label(text=tips.state(take), translate=False)


class SESSIONS_PT_takes(Tab, bpy.types.Panel):
    """The takes of the active session"""

    bl_label = "Takes"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return runtime.is_enabled() and runtime.current().session is not None

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        filters.draw_button(self.layout, "takes")
        grid.draw_switch(self.layout, "takes")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        panel = properties.panel(context)
        session = runtime.current().session
        if session is None or not session.takes:
            column = layout.column(align=True)
            column.label(text="No takes yet")
            column.label(text="Press Generate above")
            return
        filters.draw_state(layout, "takes", len(session.takes))
        chosen = lookup.take(properties.selected(context, "takes") or "")
        if grid.is_chosen("takes"):
            grid.draw(layout, context, "takes", lambda cell, take_id: _draw_cell(cell, take_id, chosen))
        else:
            layout.template_list("SESSIONS_UL_takes", "", panel, "takes", panel, "take_index", rows=3, maxrows=8)
        if chosen:
            _draw_take(layout, context, chosen)
        total = bills.written(bills.of_project(runtime.current().project))
        if total:
            spent = bills.written(bills.of_session(session)) or words.tr("nothing")
            text = words.tr("This session {session}, all sessions {project}").format(session=spent, project=total)
            wrapped(layout, context, text)


def _draw_cell(cell: Any, take_id: str, chosen: Take | None) -> None:
    """A take as a picture, with what it is below."""
    take = lookup.take(take_id)
    if take is None:
        return
    icon = tips.STATES[take.state][1]
    running = lifecycle.is_running(take)
    asset = lookup.asset(take.asset_id)
    marks.dim(cell, asset)
    grid.draw_picture(cell, asset, "FILE_MOVIE" if asset else icon)
    row = cell.row(align=True)
    button = row.operator("sessions.select", text=tips.name(take), translate=False, icon=icon, depress=take is chosen)
    button.of, button.id = "takes", take.id
    if asset:
        marks.draw_star(row, asset)
    if running:
        _draw_progress(cell.row(align=True), take)
    elif take.state is TakeState.SUCCEEDED:
        text = " · ".join(filter(None, (tips.length(take.request), tips.seed(take.request))))
        cell.label(text=text, translate=False)
    else:
        cell.label(text=tips.state(take), translate=False)


def _draw_progress(row: Any, take: Take) -> None:
    state = runtime.current()
    progress = state.progress.get(take.id)
    if take.id in state.cancelling:
        row.label(text=tips.told(take), translate=False)
        return
    if progress and progress.fraction is not None:
        row.progress(factor=progress.fraction, text=f"{progress.fraction:.0%}", translate=False)
    else:
        row.label(text=tips.told(take), translate=False)  # its place in a line, for one
    row.operator("sessions.cancel", text="", icon="X", emboss=False).take_id = take.id


def _draw_take(layout: Any, context: bpy.types.Context, take: Take) -> None:
    """The selected take: what became of it, and what it was made from."""
    column = layout.column(align=True)
    if take.problem:
        draw_problem(column, context, take.problem)
        if take.state is TakeState.UNCERTAIN:
            _draw_choices(column, context, take)
    elif take.state is not TakeState.SUCCEEDED:
        wrapped(column, context, tips.happening(take))
    if take.state in (TakeState.FAILED, TakeState.CANCELLED):
        column.operator("sessions.retry", icon="FILE_REFRESH").take_id = take.id
    same = lookup.same_clip(take)
    if same:
        wrapped(column, context, words.tr("The same clip as take {number}").format(number=same.number), icon="INFO")
    wrapped(column, context, tips.prompt(take.request))
    wrapped(column, context, tips.facts(take.request))
    if take.cost and take.cost.amount:
        cost = words.tr("Cost {amount}").format(amount=bills.money(take.cost.amount, take.cost.currency))
        column.label(text=cost, translate=False)
    elif estimated := bills.estimated(take):
        column.label(text=words.tr("Estimated {amount}").format(amount=estimated), translate=False)
    if lost := bills.lost(take):
        wrapped(column, context, words.tr("Sent before, and perhaps paid too: {amount}").format(amount=lost))
    refining.draw(layout, take_id=take.id, clip=take.asset_id)
    asset = lookup.asset(take.asset_id)
    if asset:
        marks.draw_marks(layout, context, asset)
        row = side_by_side(layout, context)
        row.operator("sessions.add_to_timeline", icon="ADD").asset_id = asset.id
        if selection.active_picture(context):
            button = row.operator("sessions.swap", text="Swap In", icon="UV_SYNC_SELECT")
            button.direction, button.asset_id = "CHOSEN", asset.id
        _draw_uses(layout, asset.id)


def _draw_uses(layout: Any, asset_id: str) -> None:
    """Where in the edit a take is used, with the way there."""
    uses = usage.of_asset(asset_id)
    column = layout.column(align=True)
    for number, use in enumerate(uses[:_MOST_USES]):
        text = words.tr("{scene}, frame {frame}, channel {channel}").format(
            scene=use.scene, frame=use.start, channel=use.channel
        )
        button = column.operator("sessions.show_use", text=text, translate=False, icon="SEQUENCE")
        button.asset_id, button.number = asset_id, number
    if len(uses) > _MOST_USES:
        text = words.tr("and {count} more").format(count=len(uses) - _MOST_USES)
        column.label(text=text, translate=False)


def _draw_choices(layout: Any, context: bpy.types.Context, take: Take) -> None:
    """What can be done about a take of which nobody knows what became."""
    row = side_by_side(layout, context)
    capabilities = accounts.capabilities(take.request.provider)
    can_look = take.job_id or (capabilities and capabilities.traceable)
    for choice, label in (
        ("look_again", N_("Look Again")),
        ("send_again", N_("Send Again")),
        ("give_up", N_("Give Up")),
    ):
        if choice != "look_again" or can_look:
            button = row.operator("sessions.settle", text=words.tr(label), translate=False)
            button.take_id = take.id
            button.choice = choice


_MOST_USES = 6

CLASSES = (SESSIONS_UL_takes, SESSIONS_PT_takes)
