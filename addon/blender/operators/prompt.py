"""The prompt in the Text Editor, where panels have no text fields of many lines."""

from __future__ import annotations

import bpy

from .. import compat, prompts, runtime
from .reporting import Result, reporting
from .sessions import writable


class SESSIONS_OT_edit_prompt(bpy.types.Operator):
    """Write the prompt in a Text Editor, with as many lines as you like; the panel follows"""

    bl_idname = "sessions.edit_prompt"
    bl_label = "Edit in Text Editor"
    bl_options = {"UNDO"}  # the text is part of the file, and undoing in it must not end before it began

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        if not writable(cls):
            return False
        if runtime.current().open_prompt:
            cls.poll_message_set("The prompt is open in a Text Editor already")
            return False
        return True

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        prompts.open_in_editor(context)
        return {"FINISHED"}


class SESSIONS_OT_close_prompt(bpy.types.Operator):
    """Close the text; what stands in it is the session's prompt"""

    bl_idname = "sessions.close_prompt"
    bl_label = "Done Editing Prompt"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return runtime.is_enabled() and runtime.current().open_prompt is not None

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        prompts.close()
        return {"FINISHED"}


CLASSES = () if compat.HAS_TEXT_BOX else (SESSIONS_OT_edit_prompt, SESSIONS_OT_close_prompt)
