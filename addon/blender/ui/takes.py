"""The takes of the active session."""

from __future__ import annotations

from typing import Any

import bpy

from ...core.models import Take, TakeState
from .. import properties, runtime
from .tab import Tab
from .text import draw_problem, wrapped

STATES: dict[TakeState, tuple[str, Any]] = {
    TakeState.QUEUED: ("Queued", "TIME"),
    TakeState.SUBMITTING: ("Starting", "TIME"),
    TakeState.RUNNING: ("Generating", "RENDER_ANIMATION"),
    TakeState.UNCERTAIN: ("Uncertain", "QUESTION"),
    TakeState.SUCCEEDED: ("Done", "CHECKMARK"),
    TakeState.FAILED: ("Failed", "ERROR"),
    TakeState.CANCELLED: ("Cancelled", "CANCEL"),
}


class SESSIONS_UL_takes(bpy.types.UIList):
    """Takes of the active session, newest first."""

    def draw_item(
        self, _context: Any, layout: bpy.types.UILayout, _data: Any, item: Any, _icon: int, _active: Any, _prop: str
    ) -> None:
        take = _take(item.id)
        if take is None:
            return
        label, icon = STATES[take.state]
        split = layout.split(factor=0.45)
        split.label(text=f"Take {take.number}", icon=icon)
        row = split.row(align=True)
        if take.state in (TakeState.QUEUED, TakeState.SUBMITTING, TakeState.RUNNING):
            _draw_running(row, take, label)
        elif take.state is TakeState.SUCCEEDED and take.asset_id:
            row.label(text=f"{take.request.duration:g} s")
            row.operator("sessions.add_to_timeline", text="", icon="ADD", emboss=False).asset_id = take.asset_id
        else:
            row.label(text=label)


class SESSIONS_PT_takes(Tab, bpy.types.Panel):
    """The takes of the active session."""

    bl_label = "Takes"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return runtime.is_enabled() and runtime.current().session is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        panel = properties.panel(context)
        layout.template_list("SESSIONS_UL_takes", "", panel, "takes", panel, "take_index", rows=3, maxrows=8)
        _draw_take(layout, context)


def _take(take_id: str) -> Take | None:
    session = runtime.current().session
    return next((take for take in session.takes if take.id == take_id), None) if session else None


def _draw_running(row: bpy.types.UILayout, take: Take, label: str) -> None:
    state = runtime.current()
    progress = state.progress.get(take.id)
    if take.id in state.cancelling:
        row.label(text="Cancelling")
        return
    if progress and progress.fraction is not None:
        row.progress(factor=progress.fraction, text=f"{progress.fraction:.0%}")
    else:
        row.label(text=(progress.text if progress else "") or label)
    row.operator("sessions.cancel", text="", icon="X", emboss=False).take_id = take.id


def _draw_take(layout: Any, context: bpy.types.Context) -> None:
    """The selected take: what became of it, and what it was made from."""
    session = runtime.current().session
    take_id = properties.selected(context, "takes")
    take = next((take for take in session.takes if take.id == take_id), None) if session else None
    if take is None:
        return
    column = layout.column(align=True)
    if take.problem:
        draw_problem(column, context, take.problem)
        if take.state is TakeState.UNCERTAIN:
            _draw_choices(column, take)
    elif take.state is not TakeState.SUCCEEDED:
        progress = runtime.current().progress.get(take.id)
        wrapped(column, context, (progress.text if progress else "") or STATES[take.state][0])
    request = take.request
    wrapped(column, context, " ".join(request.prompt[:400].split()), translate=False)
    facts = f"{request.width} × {request.height}, {request.fps:g} fps, {request.duration:g} s, seed {request.seed}"
    wrapped(column, context, facts, translate=False)


def _draw_choices(layout: Any, take: Take) -> None:
    """What can be done about a take of which nobody knows what became."""
    row = layout.row(align=True)
    for choice, label in (("look_again", "Look Again"), ("send_again", "Send Again"), ("give_up", "Give Up")):
        if choice != "look_again" or take.job_id:
            button = row.operator("sessions.settle", text=label)
            button.take_id = take.id
            button.choice = choice


CLASSES = (SESSIONS_UL_takes, SESSIONS_PT_takes)
