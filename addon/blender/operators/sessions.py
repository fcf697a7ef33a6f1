"""New, Switch, Rename, Delete."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import StringProperty

from ...core import sessions
from ...core.errors import NotFoundError
from ...core.models import Session
from .. import files, runtime, settings, words
from ..slots import following
from .reporting import NO_UNDO, Result, reporting


def writable(cls: Any) -> bool:
    """Whether the open file's sessions can be changed; the tooltip says why not."""
    files.ensure_open()
    blocked = runtime.current().blocked
    if blocked:
        cls.poll_message_set(words.sentence(blocked))
    return blocked is None


def has_sessions(cls: Any) -> bool:
    """Whether there is a session to do something with; the tooltip says why not."""
    if not writable(cls):
        return False
    if not runtime.current().project.sessions:
        cls.poll_message_set("There are no sessions yet. Describe a shot and generate")
        return False
    return True


def _target(session_id: str) -> Session:
    """The session an operator is about: the one named, else the one in the panel. Raises `NotFoundError`."""
    state = runtime.current()
    if session_id:
        return sessions.get(state.project, session_id)
    if state.session is None:
        raise NotFoundError("No session is active.", "Choose one from the session list.")
    return state.session


class SESSIONS_OT_new(bpy.types.Operator):
    """Start a new session with an empty prompt; it is listed once something is generated in it"""

    bl_idname = "sessions.new"
    bl_label = "New Session"
    bl_options = NO_UNDO

    name: StringProperty(
        name="Name",
        description="Name of the session; left empty, it is made as the preferences say",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return writable(cls)

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        following.let_be()
        state = runtime.current()
        runtime.commit(sessions.start_draft(state.project, runtime.now(), self.name))
        return {"FINISHED"}


class SESSIONS_OT_switch(bpy.types.Operator):
    """Bring a session back into the panel, with its prompt, settings and takes"""

    bl_idname = "sessions.switch"
    bl_label = "Switch Session"
    bl_options = NO_UNDO

    session_id: StringProperty(name="Session", description="Id of the session", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return has_sessions(cls)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        if self.session_id:
            return self.execute(context)
        bpy.ops.wm.call_panel(name="SESSIONS_PT_list_popover")
        return {"FINISHED"}

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        session = _target(self.session_id)
        following.let_be()
        runtime.commit(sessions.switch(runtime.current().project, session.id, runtime.now()))
        return {"FINISHED"}


class SESSIONS_OT_rename(bpy.types.Operator):
    """Give the session another name"""

    bl_idname = "sessions.rename"
    bl_label = "Rename Session"
    bl_options = NO_UNDO

    session_id: StringProperty(
        name="Session",
        description="Id of the session; left empty, the one in the panel",
        options={"HIDDEN", "SKIP_SAVE"},
    )
    name: StringProperty(name="Name", description="The new name", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return has_sessions(cls)

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        session = _target(self.session_id)
        self.session_id = session.id
        self.name = session.name
        result: Result = context.window_manager.invoke_props_dialog(
            self, width=320, title="Rename Session", confirm_text="Rename"
        )
        return result

    def draw(self, _context: bpy.types.Context) -> None:
        self.layout.activate_init = True
        self.layout.prop(self, "name", text="")

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        session = _target(self.session_id)
        runtime.commit(sessions.rename(runtime.current().project, session.id, self.name, runtime.now()))
        return {"FINISHED"}


class SESSIONS_OT_delete(bpy.types.Operator):
    """Delete the session and its takes' records for good; its clips stay in the assets folder and in the edit"""

    bl_idname = "sessions.delete"
    bl_label = "Delete Session"
    bl_options = NO_UNDO

    session_id: StringProperty(
        name="Session",
        description="Id of the session; left empty, the one in the panel",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return has_sessions(cls)

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        self.session_id = _target(self.session_id).id
        if not settings.get().confirm_delete:
            return self.execute(context)
        result: Result = context.window_manager.invoke_props_dialog(
            self, width=360, title="Delete Session?", confirm_text="Delete", cancel_default=True
        )
        return result

    def draw(self, _context: bpy.types.Context) -> None:
        session = sessions.find(runtime.current().project, self.session_id)
        if session is None:
            return
        column = self.layout.column(align=True)
        column.label(text=f"“{session.name}”", translate=False)
        column.separator()
        for line in _consequences(session):
            column.label(text=line, translate=False)

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        session = _target(self.session_id)
        runtime.commit(sessions.delete(runtime.current().project, session.id, runtime.now()))
        return {"FINISHED"}


def _consequences(session: Session) -> list[str]:
    """What goes and what stays when a session is deleted, a line each, in the interface's language."""
    assets = len(sessions.assets_of(runtime.current().project, session.id))
    running = len(sessions.detached_takes(session))
    takes = len(session.takes)
    lines = [
        words.tr("The record of its take goes for good.")
        if takes == 1
        else words.tr("The records of its {count} takes go for good.").format(count=takes)
    ]
    if assets == 0:
        lines.append(words.tr("It has no assets."))
    elif assets == 1:
        lines.append(words.tr("Its asset stays."))
    else:
        lines.append(words.tr("Its {count} assets stay.").format(count=assets))
    if running == 1:
        lines.append(words.tr("A running take still ends as an asset."))
    elif running:
        lines.append(words.tr("{count} running takes still end as assets.").format(count=running))
    return lines


class SESSIONS_OT_dismiss(bpy.types.Operator):
    """Close this message; what it says stands in the log as well"""

    bl_idname = "sessions.dismiss"
    bl_label = "Dismiss Message"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> Result:
        runtime.current().trouble = None
        return {"FINISHED"}


CLASSES = (SESSIONS_OT_new, SESSIONS_OT_switch, SESSIONS_OT_rename, SESSIONS_OT_delete, SESSIONS_OT_dismiss)
