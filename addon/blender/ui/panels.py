"""The Sessions tab of the sequencer's sidebar, and the session list as a popover."""

from __future__ import annotations

from typing import Any

import bpy

from ...core.errors import Problem
from ...core.models import Take, TakeState
from .. import properties, runtime
from .lists import STATES
from .text import wrapped

_BOX = 45  # points that a box and the button beside its text take


class _Tab:
    """Where the panels stand: the sidebar of sequencer and preview alike."""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Sessions"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return runtime.is_enabled()


class SESSIONS_PT_sessions(_Tab, bpy.types.Panel):
    """The session list."""

    bl_label = "Sessions"

    def draw(self, context: bpy.types.Context) -> None:
        state = runtime.current()
        for problem in (state.blocked, state.unsaved, state.trouble):
            if problem:
                row = self.layout.box().row()
                _draw_problem(row.column(), context, problem, inset=_BOX)
                if problem is state.trouble:
                    row.operator("sessions.dismiss", text="", icon="X", emboss=False)
        row = _draw_sessions(self.layout, context)
        if row is not None:
            column = row.column(align=True)
            column.operator("sessions.new", text="", icon="ADD")
            column.separator()
            column.menu("SESSIONS_MT_session", text="", icon="DOWNARROW_HLT")


class SESSIONS_PT_list_popover(bpy.types.Panel):
    """The session list, opened from the header: switch, or start a new one."""

    bl_label = "Sessions"
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "HEADER"
    bl_options = {"INSTANCED"}
    bl_ui_units_x = 14

    def draw(self, context: bpy.types.Context) -> None:
        if _draw_sessions(self.layout, context) is not None:
            self.layout.operator("sessions.new", text="New", icon="ADD")


def _draw_sessions(layout: Any, context: bpy.types.Context) -> Any:
    """The session list, or that there is none yet and what to do. Returns the list's row, with room beside it."""
    state = runtime.current()
    panel = properties.panel(context)
    if not state.project.sessions:
        row = layout.row()
        row.label(text="No sessions yet")
        row.operator("sessions.new", text="New", icon="ADD")
        return None
    row = layout.row()
    rows = min(max(2, len(state.project.sessions)), 5)
    row.template_list("SESSIONS_UL_sessions", "", panel, "sessions", panel, "session_index", rows=rows, maxrows=8)
    return row


class SESSIONS_PT_generate(_Tab, bpy.types.Panel):
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


class SESSIONS_PT_settings(_Tab, bpy.types.Panel):
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


class SESSIONS_PT_takes(_Tab, bpy.types.Panel):
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


def _draw_take(layout: Any, context: bpy.types.Context) -> None:
    """The selected take: what became of it, and what it was made from."""
    session = runtime.current().session
    take_id = properties.selected(context, "takes")
    take = next((take for take in session.takes if take.id == take_id), None) if session else None
    if take is None:
        return
    column = layout.column(align=True)
    if take.problem:
        _draw_problem(column, context, take.problem)
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


def _draw_problem(layout: Any, context: bpy.types.Context, problem: Problem, inset: int = 0) -> None:
    """What happened, and what to do."""
    wrapped(layout, context, problem.message, icon="ERROR", inset=inset)
    if problem.remedy:
        wrapped(layout, context, problem.remedy, icon="BLANK1", inset=inset)


class SESSIONS_PT_assets(_Tab, bpy.types.Panel):
    """All clips of the file, those of deleted sessions included."""

    bl_label = "Assets"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        panel = properties.panel(context)
        if not runtime.current().project.assets:
            layout.label(text="Generated clips appear here")
            return
        row = layout.row()
        row.template_list("SESSIONS_UL_assets", "", panel, "assets", panel, "asset_index", rows=3, maxrows=8)
        column = row.column(align=True)
        column.operator("sessions.show_assets", text="", icon="FILE_FOLDER")
        if 0 <= panel.asset_index < len(panel.assets):
            asset_id: Any = properties.selected(context, "assets")
            layout.operator("sessions.add_to_timeline", icon="ADD").asset_id = asset_id or ""


CLASSES = (
    SESSIONS_PT_sessions,
    SESSIONS_PT_list_popover,
    SESSIONS_PT_generate,
    SESSIONS_PT_settings,
    SESSIONS_PT_takes,
    SESSIONS_PT_assets,
)
