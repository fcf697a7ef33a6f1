"""Menus: the header's Sessions menu, the row's ⋯ menu, and the entries in Blender's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import bpy

from ...core.models import Take
from .. import adopting, compat, lookup, prompts, runtime, settings, words
from ..slots import selection


class SESSIONS_MT_main(bpy.types.Menu):
    """Everything the extension does"""

    # Being in a menu is what makes the search find it.

    bl_label = "Sessions"

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("sessions.generate", icon="RENDER_ANIMATION")
        layout.operator("sessions.cancel")
        if not compat.HAS_TEXT_BOX:
            layout.operator("sessions.edit_prompt", icon="TEXT")
        layout.separator()
        layout.operator("sessions.new", icon="ADD")
        layout.operator("sessions.switch")
        layout.operator("sessions.rename")
        layout.operator("sessions.delete")
        layout.separator()
        layout.operator("sessions.add_to_timeline")
        layout.operator("sessions.adopt_strip")
        layout.operator("sessions.adopt_file", text="Adopt Files…", icon="IMPORT")
        layout.operator("sessions.swap", text="Next Take").direction = "NEXT"
        layout.operator("sessions.swap", text="Previous Take").direction = "PREVIOUS"
        layout.operator("sessions.remove_placeholder")
        layout.operator("sessions.show_assets", icon="FILE_FOLDER")
        layout.separator()
        layout.operator("sessions.star", icon="SOLO_ON")
        layout.operator("sessions.reject")
        layout.operator("sessions.note", text="Note…")
        layout.operator("sessions.keep_starred", text="Keep Starred…")
        layout.menu("SESSIONS_MT_trash", icon="TRASH")
        layout.separator()
        layout.menu("SESSIONS_MT_refine")
        layout.menu("SESSIONS_MT_compare")
        layout.menu("SESSIONS_MT_inputs")
        layout.menu("SESSIONS_MT_provider")
        layout.menu("SESSIONS_MT_export")
        layout.menu("SESSIONS_MT_keep")


class SESSIONS_MT_inputs(bpy.types.Menu):
    """What the next request starts from"""

    bl_label = "Start From"

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("sessions.input_from_playhead", icon="SEQ_PREVIEW")
        layout.operator("sessions.input_from_strip")
        layout.operator("sessions.input_from_range", icon="SEQUENCE")
        layout.operator("sessions.input_from_file", text="Use File…", icon="FILE_FOLDER")
        layout.operator("sessions.remove_input")


class SESSIONS_MT_provider(bpy.types.Menu):
    """Who generates, and whether that works"""

    bl_label = "Provider"

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("sessions.choose_model", text="Choose Model…")
        layout.operator("sessions.test_connection", icon="LINKED")
        layout.operator("sessions.import_workflow", text="Import Workflow…", icon="IMPORT")
        layout.operator("sessions.copy_diagnostics", icon="COPYDOWN")


class SESSIONS_MT_export(bpy.types.Menu):
    """Hand on the edit, a session, or an account of what was generated"""

    bl_label = "Export"

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("sessions.export_timeline", text="Timeline with Takes (.otio)…", icon="EXPORT")
        layout.operator("sessions.export_report", text="Disclosure Report…")
        layout.operator("sessions.export_session", text="Export Session…", icon="FILE_FOLDER")


class SESSIONS_MT_session(bpy.types.Menu):
    """Rename or delete the session of this row, else the one in the panel"""

    bl_label = "Session"

    def draw(self, context: bpy.types.Context) -> None:
        row = getattr(context, "generative_session", None)
        session_id = row.id if row else ""
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("sessions.rename", text="Rename…", icon="GREASEPENCIL").session_id = session_id
        keep = layout.operator("sessions.keep_starred", text="Keep Starred…", icon="SOLO_ON")
        keep.session_id = session_id
        delete = "Delete…" if settings.get().confirm_delete else "Delete"
        layout.operator("sessions.delete", text=delete, icon="TRASH").session_id = session_id


def _draw_in_header(self: Any, _context: bpy.types.Context) -> None:
    self.layout.menu("SESSIONS_MT_main")


def _draw_popover(self: Any, _context: bpy.types.Context) -> None:
    if not runtime.is_enabled():
        return
    takes = lookup.running()
    if takes:
        self.layout.popover(
            panel="SESSIONS_PT_list_popover", text=_running(takes), translate=False, icon="RENDER_ANIMATION"
        )
    else:
        self.layout.popover(panel="SESSIONS_PT_list_popover", text="", icon="COLLAPSEMENU")


def _running(takes: Sequence[Take]) -> str:
    """How many takes run, and how far they are together where that is known."""
    progress = runtime.current().progress
    told = [progress[take.id].fraction or 0.0 for take in takes if take.id in progress]
    if not any(told):
        return words.tr("{number} running").format(number=len(takes))
    percent = round(100 * sum(told) / len(takes))
    return words.tr("{number} running, {percent}%").format(number=len(takes), percent=percent)


def _draw_in_add(self: Any, _context: bpy.types.Context) -> None:
    self.layout.separator()
    self.layout.menu("SESSIONS_MT_main", icon="RENDER_ANIMATION")


def _draw_in_strip_menus(self: Any, context: bpy.types.Context) -> None:
    if runtime.is_enabled() and selection.has_picture(context):
        self.layout.separator()
        self.layout.menu("SESSIONS_MT_swap")
        column = self.layout.column()
        column.operator_context = "INVOKE_DEFAULT"  # else they would wait for what they begin
        column.operator("sessions.continue_shot")
        column.operator("sessions.regenerate_to_length")
    if runtime.is_enabled() and adopting.adoptable(compat.sequencer_scene(context)):
        self.layout.separator()
        self.layout.operator("sessions.adopt_strip", icon="IMPORT")
        self.layout.operator("sessions.adopt_strip", text="Adopt into New Session").new_session = True


def _draw_in_text_editor(self: Any, context: bpy.types.Context) -> None:
    if prompts.is_open(getattr(context.space_data, "text", None)):
        self.layout.operator("sessions.close_prompt", text="Done", icon="CHECKMARK")


_ENTRIES: tuple[tuple[str, Callable[[Any, Any], None]], ...] = (
    ("SEQUENCER_MT_editor_menus", _draw_in_header),
    ("SEQUENCER_HT_header", _draw_popover),
    ("SEQUENCER_MT_add", _draw_in_add),
    ("SEQUENCER_MT_strip", _draw_in_strip_menus),
    ("SEQUENCER_MT_context_menu", _draw_in_strip_menus),
    ("TEXT_HT_header", _draw_in_text_editor),
)


def attach() -> None:
    """Put the entries into Blender's own menus."""
    for name, draw in _ENTRIES:
        getattr(bpy.types, name).append(draw)


def detach() -> None:
    """Take them out again, in reverse order."""
    for name, draw in reversed(_ENTRIES):
        getattr(bpy.types, name).remove(draw)


CLASSES = (SESSIONS_MT_main, SESSIONS_MT_inputs, SESSIONS_MT_provider, SESSIONS_MT_export, SESSIONS_MT_session)
