"""Rows of the three lists. Blender draws only the visible ones."""

from __future__ import annotations

from typing import Any

import bpy

from ...core.models import Take, TakeState
from .. import runtime

STATES: dict[TakeState, tuple[str, Any]] = {
    TakeState.QUEUED: ("Queued", "TIME"),
    TakeState.SUBMITTING: ("Starting", "TIME"),
    TakeState.RUNNING: ("Generating", "RENDER_ANIMATION"),
    TakeState.UNCERTAIN: ("Uncertain", "QUESTION"),
    TakeState.SUCCEEDED: ("Done", "CHECKMARK"),
    TakeState.FAILED: ("Failed", "ERROR"),
    TakeState.CANCELLED: ("Cancelled", "CANCEL"),
}


class SESSIONS_UL_sessions(bpy.types.UIList):
    """Sessions, newest use first."""

    def draw_item(
        self, _context: Any, layout: bpy.types.UILayout, _data: Any, item: Any, _icon: int, _active: Any, _prop: str
    ) -> None:
        row = layout.row(align=True)
        row.label(text=item.name, translate=False)
        row.context_pointer_set("generative_session", item)
        row.emboss = "NONE"
        row.menu("SESSIONS_MT_session", text="", icon="THREE_DOTS")


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


class SESSIONS_UL_assets(bpy.types.UIList):
    """All clips of the file, newest first."""

    def draw_item(
        self, _context: Any, layout: bpy.types.UILayout, _data: Any, item: Any, _icon: int, _active: Any, _prop: str
    ) -> None:
        row = layout.row(align=True)
        row.label(text=item.name, icon="FILE_MOVIE", translate=False)
        row.operator("sessions.add_to_timeline", text="", icon="ADD", emboss=False).asset_id = item.id


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


CLASSES = (SESSIONS_UL_sessions, SESSIONS_UL_takes, SESSIONS_UL_assets)
