"""Star, Reject, Note, Keep Starred, and the trash."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty

from ...core import marking, sessions
from ...core.errors import InputError, NotFoundError
from ...core.marking import Keeping
from ...core.models import Asset, Mark
from .. import files, filters, lookup, properties, runtime, trashing, words
from .reporting import NO_UNDO, Result, reporting
from .sessions import writable


def _target(context: bpy.types.Context, asset_id: str) -> Asset:
    """The clip an operator is about: the one named, else that of the selected take. Raises `NotFoundError`."""
    take = lookup.take(properties.selected(context, "takes") or "")
    asset = sessions.find_asset(runtime.current().project, asset_id or (take.asset_id if take else "") or "")
    if asset is None:
        raise NotFoundError("There is no clip to mark.", "Choose a take that is done.")
    return asset


class _Marking:
    """What starring and rejecting have in common."""

    mark: Mark

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return writable(cls)

    @reporting
    def execute(self: Any, context: bpy.types.Context) -> Result:
        asset = _target(context, self.asset_id)
        wanted = marking.toggled(asset, self.mark)
        runtime.commit(marking.mark(runtime.current().project, asset.id, wanted, runtime.now()))
        return {"FINISHED"}


class SESSIONS_OT_star(_Marking, bpy.types.Operator):
    """Give the clip a star, or take it away"""

    bl_idname = "sessions.star"
    bl_label = "Star"
    bl_options = NO_UNDO
    mark = Mark.STARRED

    asset_id: StringProperty(
        name="Asset",
        description="Id of the clip; left empty, the one of the take that is selected in the panel",
        options={"HIDDEN", "SKIP_SAVE"},
    )


class SESSIONS_OT_reject(_Marking, bpy.types.Operator):
    """Reject the clip, or take that back. Next Take and Previous Take leave it out"""

    bl_idname = "sessions.reject"
    bl_label = "Reject"
    bl_options = NO_UNDO
    mark = Mark.REJECTED

    asset_id: StringProperty(
        name="Asset",
        description="Id of the clip; left empty, the one of the take that is selected in the panel",
        options={"HIDDEN", "SKIP_SAVE"},
    )


class SESSIONS_OT_note(bpy.types.Operator):
    """Write a note to the clip"""

    bl_idname = "sessions.note"
    bl_label = "Note"
    bl_translation_context = words.CONTEXT
    bl_options = NO_UNDO

    asset_id: StringProperty(
        name="Asset",
        description="Id of the clip; left empty, the one of the take that is selected in the panel",
        options={"HIDDEN", "SKIP_SAVE"},
    )
    text: StringProperty(
        name="Note",
        translation_context=words.CONTEXT,
        description="What is to be remembered about the clip; left empty, nothing",
        maxlen=marking.MOST_NOTE_CHARACTERS,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return writable(cls)

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        asset = _target(context, self.asset_id)
        self.asset_id, self.text = asset.id, asset.note
        result: Result = context.window_manager.invoke_props_dialog(self, width=360, title="Note", confirm_text="Write")
        return result

    def draw(self, _context: bpy.types.Context) -> None:
        self.layout.activate_init = True
        self.layout.prop(self, "text", text="")

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        asset = _target(context, self.asset_id)
        runtime.commit(marking.note(runtime.current().project, asset.id, self.text, runtime.now()))
        return {"FINISHED"}


class SESSIONS_OT_keep_starred(bpy.types.Operator):
    """Move the clips without a star to the trash, from which they can be had back. What the edit shows stays"""

    bl_idname = "sessions.keep_starred"
    bl_label = "Keep Starred"
    bl_options = NO_UNDO

    session_id: StringProperty(
        name="Session",
        description="Id of the session; left empty, the one in the panel",
        options={"HIDDEN", "SKIP_SAVE"},
    )
    all_sessions: BoolProperty(
        name="All Sessions",
        description="Do it in every session of this file that has a star",
        default=False,
        options={"SKIP_SAVE"},
    )

    lines: StringProperty(options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        if not writable(cls):
            return False
        if not any(asset.mark is Mark.STARRED for asset in runtime.current().project.assets):
            cls.poll_message_set("No clip has a star yet")
            return False
        return True

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        if not self.session_id:
            session = runtime.current().session
            self.session_id = session.id if session else ""
            self.all_sessions = self.all_sessions or session is None
        self.check(context)
        result: Result = context.window_manager.invoke_props_dialog(
            self, width=360, title="Keep Starred?", confirm_text="Move to Trash", cancel_default=True
        )
        return result

    def check(self, _context: bpy.types.Context) -> bool:
        self.lines = "\n".join(_consequences(self._plan()))
        return True

    def draw(self, _context: bpy.types.Context) -> None:
        column = self.layout.column(align=True)
        for line in self.lines.splitlines():
            column.label(text=line, translate=False)
        self.layout.prop(self, "all_sessions")

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        plan = self._plan()
        if not plan.starred:
            raise InputError("No clip of this session has a star.", "Star those that are to be kept.")
        if not plan.going:
            raise InputError("Every clip without a star is used in the edit, or there is none.")
        state = runtime.current()
        runtime.commit(marking.trash(state.project, [asset.id for asset in plan.going], runtime.now()))
        trashing.let_go(plan.going)
        self.report({"INFO"}, words.tr("Moved to the trash: {count}").format(count=len(plan.going)))
        return {"FINISHED"}

    def _plan(self) -> Keeping:
        state = runtime.current()
        session = "" if self.all_sessions else self.session_id or (state.session.id if state.session else "")
        if not (session or self.all_sessions):
            return Keeping((), (), ())
        unused = marking.keeping(state.project, (), session)
        return marking.keeping(state.project, trashing.used(unused.going), session)


def _consequences(plan: Keeping) -> list[str]:
    """What goes and what stays, a line each, in the interface's language."""
    lines = [
        words.tr("1 clip goes to the trash.")
        if len(plan.going) == 1
        else words.tr("{count} clips go to the trash.").format(count=len(plan.going)),
        words.tr("1 starred clip stays.")
        if len(plan.starred) == 1
        else words.tr("{count} starred clips stay.").format(count=len(plan.starred)),
    ]
    if len(plan.used) == 1:
        lines.append(words.tr("1 without a star stays, because the edit uses it."))
    elif plan.used:
        lines.append(words.tr("{count} without a star stay, because the edit uses them.").format(count=len(plan.used)))
    if plan.going:
        lines.append(words.tr("They can be had back until the trash is emptied."))
    return lines


def _has_trash(cls: Any) -> bool:
    if not writable(cls):
        return False
    if not lookup.trashed():
        cls.poll_message_set("The trash is empty")
        return False
    return True


class SESSIONS_OT_restore(bpy.types.Operator):
    """Have the clip back from the trash"""

    bl_idname = "sessions.restore"
    bl_label = "Restore"
    bl_translation_context = words.CONTEXT
    bl_options = NO_UNDO

    asset_id: StringProperty(
        name="Asset",
        description="Id of the clip; left empty, all that are in the trash",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    @classmethod
    def description(cls, _context: bpy.types.Context, given: Any) -> str:
        if not given.asset_id:
            return words.tr("Have all clips back from the trash")
        return words.tr("Have the clip back from the trash")

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return _has_trash(cls)

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        wanted = [asset.id for asset in lookup.trashed() if self.asset_id in ("", asset.id)]
        if not wanted:
            raise NotFoundError("That clip is not in the trash.", "Choose one from the trash.")
        trashing.restore(wanted)
        return {"FINISHED"}


class SESSIONS_OT_empty_trash(bpy.types.Operator):
    """Delete the clips in the trash for good"""

    bl_idname = "sessions.empty_trash"
    bl_label = "Empty Trash"
    bl_options = NO_UNDO

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return _has_trash(cls)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        result: Result = context.window_manager.invoke_props_dialog(
            self, width=360, title="Empty Trash?", confirm_text="Delete", cancel_default=True
        )
        return result

    def draw(self, _context: bpy.types.Context) -> None:
        trashed = lookup.trashed()
        megabytes = sum(asset.size for asset in trashed) / 1e6
        column = self.layout.column(align=True)
        text = words.tr("1 clip is deleted for good: {megabytes:,.1f} MB.")
        if len(trashed) != 1:
            text = words.tr("{count} clips are deleted for good: {megabytes:,.1f} MB.")
        column.label(text=text.format(count=len(trashed), megabytes=megabytes), translate=False)
        column.label(text="This cannot be undone.")

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        state = runtime.current()
        used = trashing.used(lookup.trashed())
        going = [asset.id for asset in lookup.trashed() if asset.id not in used]
        runtime.commit(marking.empty(state.project, going, runtime.now()))
        self.report({"INFO"}, words.tr("Deleted for good: {count}").format(count=len(going)))
        return {"FINISHED"}


class SESSIONS_OT_clear_filter(bpy.types.Operator):
    """Show everything again"""

    bl_idname = "sessions.clear_filter"
    bl_label = "Clear Filter"
    bl_translation_context = words.CONTEXT
    bl_options = NO_UNDO | {"INTERNAL"}

    of: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        files.ensure_open()
        return True

    def execute(self, context: bpy.types.Context) -> Result:
        filters.clear(context, self.of)
        return {"FINISHED"}


CLASSES = (
    SESSIONS_OT_star,
    SESSIONS_OT_reject,
    SESSIONS_OT_note,
    SESSIONS_OT_keep_starred,
    SESSIONS_OT_restore,
    SESSIONS_OT_empty_trash,
    SESSIONS_OT_clear_filter,
)
