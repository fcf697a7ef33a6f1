"""Adopt Strips, Adopt Files: what was made elsewhere becomes takes of a session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, StringProperty

from ...core import sessions
from .. import adopting, compat, keeping, runtime
from .keeping import finish
from .reporting import NO_UNDO, Result, reporting
from .sessions import writable


class _Adopting:
    """What both have."""

    session_id: StringProperty(
        name="Session",
        description="Id of the session; left empty, the one in the panel or, where there is none, a new one",
        options={"HIDDEN", "SKIP_SAVE"},
    )
    new_session: BoolProperty(
        name="New Session",
        description="Make a session for it, called after its prompt or its file",
        default=False,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def _is_free(cls: Any) -> bool:
        if not writable(cls):
            return False
        if keeping.is_waiting():
            cls.poll_message_set("Something of that kind is being done already")
            return False
        return True

    def _session(self) -> str:
        """The session that was asked for, empty for a new one. Raises `NotFoundError`."""
        if self.new_session:
            return ""
        state = runtime.current()
        if self.session_id:
            return sessions.get(state.project, self.session_id).id
        return state.session.id if state.session else ""


class SESSIONS_OT_adopt_strip(_Adopting, bpy.types.Operator):
    """Make takes of the selected movie strips, which stay as they are; what tells how they were made is read"""

    bl_idname = "sessions.adopt_strip"
    bl_label = "Adopt Strips"
    bl_options = NO_UNDO

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not cls._is_free():
            return False
        if not adopting.adoptable(compat.sequencer_scene(context)):
            cls.poll_message_set("Select a movie strip that belongs to no session")
            return False
        return True

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        scene = compat.sequencer_scene(context)
        return finish(self, adopting.adopt_strips(scene, adopting.adoptable(scene), self._session()))


class SESSIONS_OT_adopt_file(_Adopting, bpy.types.Operator):
    """Make takes of movie files, which are copied; what tells how they were made is read"""

    bl_idname = "sessions.adopt_file"
    bl_label = "Adopt Files"
    bl_options = NO_UNDO

    filepath: StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE"})
    directory: StringProperty(name="Folder", subtype="DIR_PATH", options={"SKIP_SAVE"})
    files: CollectionProperty(type=bpy.types.OperatorFileListElement, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})
    filter_movie: BoolProperty(default=True, options={"HIDDEN"})

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return cls._is_free()

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        return finish(self, adopting.adopt_files(self._chosen(), self._session()))

    def _chosen(self) -> list[Path]:
        """The files that were chosen, as absolute paths."""
        folder = Path(bpy.path.abspath(self.directory)) if self.directory else None
        named = [folder / each.name for each in self.files if each.name] if folder else []
        if not named and self.filepath:
            named = [Path(bpy.path.abspath(self.filepath))]
        return [file.absolute() for file in named]


CLASSES = (SESSIONS_OT_adopt_strip, SESSIONS_OT_adopt_file)
