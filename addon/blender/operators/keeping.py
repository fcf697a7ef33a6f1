"""Find Missing Clips, Rebuild Sessions from Assets, Collect into Folder."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ...core.errors import InputError, SessionsError
from .. import files, keeping, pump, runtime, words
from .reporting import NO_UNDO, Result, reporting
from .sessions import writable


def finish(operator: Any, order_id: str) -> Result:
    """Without a window wait for an order and tell what came of it; with one the panel tells, and nobody waits.

    Raises `SessionsError` with the order's problem.
    """
    if not bpy.app.background:
        return {"FINISHED"}
    pump.run_until(lambda: not keeping.is_waiting(order_id))
    answer = keeping.outcome()
    if answer and answer.order_id == order_id and answer.problem:
        raise SessionsError.of(answer.problem)
    if answer:
        operator.report({"INFO"}, " ".join(words.text(each) for each in keeping.sentences(answer)))
    return {"FINISHED"}


class _Errand:
    """Orders something of the worker: with a window the panel tells how far that is, a script waits until it is done.

    The worker takes messages in their order: what was changed before is in its project when it gets to the order.
    """

    filter_folder: BoolProperty(default=True, options={"HIDDEN"})

    def order(self) -> str:
        """Send the order; returns its id. Raises `SessionsError`."""
        raise NotImplementedError

    @reporting
    def execute(self: Any, _context: bpy.types.Context) -> Result:
        return finish(self, self.order())

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        if not writable(cls):
            return False
        if keeping.is_waiting():
            cls.poll_message_set("Something of that kind is being done already")  # type: ignore[attr-defined]
            return False
        return True


class SESSIONS_OT_find_clips(_Errand, bpy.types.Operator):
    """Look for clips that were moved or renamed, by what is in them, and let sessions and strips show them again"""

    bl_idname = "sessions.find_clips"
    bl_label = "Find Missing Clips"
    bl_options = NO_UNDO

    directory: StringProperty(
        name="Folder",
        description="Where to look, in all folders below too; left empty, around this file and its clips",
        subtype="DIR_PATH",
        options={"SKIP_SAVE"},
    )

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        self.directory = self.directory or str(runtime.current().path.parent)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def order(self) -> str:
        return keeping.find(self.directory)


class SESSIONS_OT_rebuild(_Errand, bpy.types.Operator):
    """Bring back sessions, takes, names and stars from the JSON beside each clip; what is here stays"""

    bl_idname = "sessions.rebuild"
    bl_label = "Rebuild Sessions from Assets"
    bl_options = NO_UNDO

    directory: StringProperty(
        name="Folder",
        description="A folder of clips to read besides this file's own; may be left empty",
        subtype="DIR_PATH",
        options={"SKIP_SAVE"},
    )

    @reporting
    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        return context.window_manager.invoke_props_dialog(self, width=420)

    def draw(self, _context: bpy.types.Context) -> None:
        column: Any = self.layout.column(align=True)
        column.label(text="Sessions that were deleted do not come back")
        column.label(text="The sidecar as it is now is kept beside it")
        self.layout.prop(self, "directory")

    def order(self) -> str:
        return keeping.rebuild(self.directory)


class SESSIONS_OT_collect(_Errand, bpy.types.Operator):
    """Copy the file with everything it needs into one new folder, which opens on another machine"""

    bl_idname = "sessions.collect"
    bl_label = "Collect into Folder"
    bl_options = NO_UNDO

    directory: StringProperty(
        name="Folder", description="Where the new folder is made", subtype="DIR_PATH", options={"SKIP_SAVE"}
    )
    folder: StringProperty(
        name="Folder Name",
        description="Name of the new folder; left empty, this file's name",
        options={"SKIP_SAVE"},
    )
    clips: EnumProperty(
        name="Clips",
        translation_context=words.CONTEXT,
        items=(
            ("USED", "Used", "Only the clips that the edit shows; the sessions are there whole"),
            ("ALL", "All", "Every clip of this file but those in the trash"),
        ),
        default="ALL",
    )

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        self.directory = self.directory or str(runtime.current().path.parent)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def order(self) -> str:
        if not self.directory:
            raise InputError("No folder was chosen.", "Give the path of one.")
        target = _target(Path(bpy.path.abspath(self.directory)), self.folder)
        return keeping.collect(str(target), files.write_copy, every=self.clips == "ALL")


def _target(parent: Path, name: str) -> Path:
    """The new folder: of the name that was chosen, else called like the file, with a number where that is taken."""
    if name:
        return parent / name
    stem = Path(bpy.data.filepath).stem or words.tr("Untitled")
    names = (stem if number == 1 else f"{stem} {number}" for number in count(1))
    return next(parent / each for each in names if not (parent / each).exists())


class SESSIONS_OT_stop_errand(bpy.types.Operator):
    """Stop this; nothing is half done then"""

    bl_idname = "sessions.stop_errand"
    bl_label = "Stop"
    bl_options = {"INTERNAL"}

    order_id: StringProperty(options={"HIDDEN", "SKIP_SAVE"})

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        keeping.stop(self.order_id)
        return {"FINISHED"}


class SESSIONS_OT_copy_list(bpy.types.Operator):
    """Copy the whole list of what was found, and of what was not, to the clipboard"""

    bl_idname = "sessions.copy_list"
    bl_label = "Copy List"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> Result:
        answer = keeping.outcome()
        if answer:
            context.window_manager.clipboard = keeping.listing(answer)
        return {"FINISHED"}


class SESSIONS_OT_dismiss_result(bpy.types.Operator):
    """I have read this"""

    bl_idname = "sessions.dismiss_result"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> Result:
        keeping.dismiss()
        return {"FINISHED"}


CLASSES = (
    SESSIONS_OT_find_clips,
    SESSIONS_OT_rebuild,
    SESSIONS_OT_collect,
    SESSIONS_OT_stop_errand,
    SESSIONS_OT_copy_list,
    SESSIONS_OT_dismiss_result,
)
