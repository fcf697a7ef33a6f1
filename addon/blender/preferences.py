"""The add-on's preferences, each with a sentence on what it does, and what is stored where."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..core import numbering
from ..core.errors import InputError
from ..core.wording import N_
from ..providers import catalog
from . import connections, files, limits, places, redrawing, runtime, settings, words, workers
from .operators.reporting import Result, reporting
from .ui.columns import inset, labelled, sentence
from .ui.text import wrapped

# The number is what Blender saves of a choice: it must stay the same whichever providers come and go.
_PROVIDERS = [
    (each.id, each.label, N_("Generate with this provider"), zlib.crc32(each.id.encode()) & 0x7FFFFFFF)
    for each in catalog.PROVIDERS.values()
]

_VIEWS = (
    ("GRID", N_("Pictures"), N_("Show a frame of each clip"), "IMGDISPLAY", 0),
    ("LIST", N_("List"), N_("Show a row for each clip"), "LONGDISPLAY", 1),
)


def _show(_self: Any, _context: bpy.types.Context) -> None:
    redrawing.redraw()


def _go_to_folder(self: Any, _context: bpy.types.Context) -> None:
    """Make what was typed say where it is by itself, and tell the worker."""
    typed = self.assets_folder.strip()
    meant = os.path.expanduser(typed)  # noqa: PTH111 (that of pathlib may raise)
    if typed and not typed.startswith("//") and not Path(meant).is_absolute():
        meant = f"//{meant}"
    if meant != self.assets_folder:
        self.assets_folder = meant  # which calls this again
    elif runtime.is_enabled() and workers.is_running():
        workers.open_project(runtime.current().path)


class SESSIONS_AP_preferences(bpy.types.AddonPreferences):
    """How new sessions and clips come to be, and what is stored where."""

    bl_idname = places.PACKAGE

    default_provider: EnumProperty(
        name="Default Provider",
        description="Who generates in new sessions, unless another one is chosen there",
        items=_PROVIDERS,
        update=_show,
    )
    assets_folder: StringProperty(
        name="Assets Folder",
        description="Folder for new clips; left empty, they lie beside each .blend. “//” stands for that one's folder",
        update=_go_to_folder,
    )
    naming: EnumProperty(
        name="New Session Names",
        description="How a new session gets its name when none is typed",
        items=(
            ("PROMPT", "From the Prompt", "Name a session after the shot that its first prompt describes"),
            ("NUMBERED", "Numbered", "Name sessions by a pattern, with the next free number"),
        ),
        update=_show,
    )
    name_pattern: StringProperty(
        name="Pattern",
        translation_context=words.CONTEXT,
        description="Name with # for each digit of the number; digits after them count in larger steps, as in sh###0",
        default=numbering.PATTERN,
        maxlen=numbering.PATTERN_LIMIT,
        update=_show,
    )
    confirm_delete: BoolProperty(
        name="Confirm Deleting Sessions",
        description="Ask before a session and the records of its takes are deleted for good",
        default=True,
    )
    takes_view: EnumProperty(
        name="Takes View",
        description="How takes are shown",
        items=_VIEWS,
        options={"HIDDEN"},
    )
    assets_view: EnumProperty(
        name="Assets View",
        description="How assets are shown",
        items=_VIEWS,
        default="LIST",
        options={"HIDDEN"},
    )

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.use_property_decorate = False
        for name, heading, draw in (
            ("new", words.tr("New Sessions and Clips"), _draw_new),
            ("providers", words.tr("Providers"), connections.draw),
            ("money", words.tr("Money"), limits.draw),
            ("confirmations", words.tr("Confirmations"), _draw_confirmations),
            ("stored", words.tr("What Is Stored Where"), _draw_stored),
        ):
            header, body = self.layout.panel(f"SESSIONS_preferences_{name}")
            header.label(text=heading, translate=False)
            if body is not None:
                draw(self, body.column(), context)


SESSIONS_AP_preferences.__annotations__.update({**connections.properties(), **limits.properties()})


def _draw_new(preferences: Any, layout: Any, context: bpy.types.Context) -> None:
    labelled(layout, words.tr("Default Provider")).prop(preferences, "default_provider", text="")
    _explain(layout, context, words.tr("New sessions start with it. A session with takes keeps its own."))
    row = labelled(layout, words.tr("Assets Folder")).row(align=True)
    row.prop(preferences, "assets_folder", text="", placeholder="Beside each .blend")
    row.operator("sessions.choose_assets_folder", text="", icon="FILE_FOLDER")
    _explain(
        layout,
        context,
        words.tr(
            "New clips go into <name>.assets beside each .blend, or in this folder if one is chosen. "
            "Clips that are there already stay where they are."
        ),
    )
    labelled(layout, words.tr("New Session Names")).row().prop(preferences, "naming", expand=True)
    if preferences.naming == "NUMBERED":
        labelled(layout, words.tr("Pattern")).prop(preferences, "name_pattern", text="")
        _explain(layout, context, _examples(preferences.name_pattern))
    else:
        _explain(layout, context, words.tr("A session is named after its first prompt, unless a name is typed."))


def _draw_confirmations(preferences: Any, layout: Any, context: bpy.types.Context) -> None:
    labelled(layout, "").prop(preferences, "confirm_delete")
    _explain(layout, context, words.tr("Deleted sessions cannot be brought back. Their clips stay in any case."))


def _draw_stored(_preferences: Any, layout: Any, context: bpy.types.Context) -> None:
    beside = words.tr("Sessions, takes and prompts are in <name>.sessions.json beside each .blend, with a backup.")
    row = _stored(layout, context, words.tr("Sessions"), beside)
    row.operator("sessions.show_folder", text="Show Folder", icon="FILE_FOLDER").folder = "BLEND"
    clips = words.tr(
        "Clips are in <name>.assets as they were delivered, each beside a .json that says how it was made."
    )
    row = _stored(layout, context, words.tr("Clips"), clips)
    row.operator("sessions.show_assets", text="Show Folder", icon="FILE_FOLDER")
    unsaved = words.tr("Until a file is saved, its sessions and clips are in Blender's folder for this add-on.")
    row = _stored(layout, context, words.tr("Unsaved Files"), unsaved)
    row.operator("sessions.show_folder", text="Show Folder", icon="FILE_FOLDER").folder = "UNSAVED"
    logs = words.tr("What the add-on and its worker process did, to look into when something went wrong.")
    row = _stored(layout, context, words.tr("Logs"), logs)
    row.operator("sessions.show_folder", text="Show Folder", icon="FILE_FOLDER").folder = "LOGS"
    row.operator("sessions.copy_diagnostics", icon="COPYDOWN")
    secret = words.tr("Keys are in a file that only you can read, never in a .blend, nor in Blender's preferences.")
    row = _stored(layout, context, words.tr("Keys"), secret)
    row.operator("sessions.show_folder", text="Show Folder", icon="FILE_FOLDER").folder = "KEYS"


def _explain(layout: Any, context: bpy.types.Context, text: str) -> None:
    """A sentence on the field above, and room for the next one."""
    sentence(labelled(layout, ""), context, text)
    layout.separator()


def _stored(layout: Any, context: bpy.types.Context, label: str, text: str) -> Any:
    """A sentence on what lies where; returns the row for the button."""
    column = labelled(layout, label).column()
    wrapped(column, context, text, inset=inset(context))
    row = column.row()
    row.alignment = "LEFT"
    layout.separator()
    return row


def _examples(pattern: str) -> str:
    """What a pattern makes, or what is wrong with it."""
    try:
        return ", ".join((*numbering.examples(pattern), "…"))
    except InputError as error:
        return words.tr("{problem} Until then, names come from the prompt.").format(
            problem=words.sentence(error.problem)
        )


class SESSIONS_OT_choose_assets_folder(bpy.types.Operator):
    """Choose the folder for new clips"""

    bl_idname = "sessions.choose_assets_folder"
    bl_label = "Choose Assets Folder"
    bl_options = {"INTERNAL"}

    directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"})
    filter_folder: BoolProperty(default=True, options={"SKIP_SAVE", "HIDDEN"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        chosen = settings.root(runtime.current().path) if runtime.is_enabled() else None
        if chosen:
            self.directory = os.fspath(chosen)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> Result:
        settings.stored().assets_folder = os.path.normpath(self.directory)
        context.preferences.is_dirty = True
        return {"FINISHED"}


class SESSIONS_OT_show_folder(bpy.types.Operator):
    """Show a folder in the file manager"""

    bl_idname = "sessions.show_folder"
    bl_label = "Show Folder"
    bl_options = {"INTERNAL"}

    folder: EnumProperty(
        name="Folder",
        translation_context=words.CONTEXT,
        items=(
            ("BLEND", "Blend", "Show the folder of the open .blend in the file manager"),
            ("UNSAVED", "Unsaved Files", "Show the clips of files that have no name yet in the file manager"),
            ("LOGS", "Logs", "Show the logs in the file manager"),
            ("KEYS", "Keys", "Show the folder of the file with the keys in the file manager"),
        ),
        options={"SKIP_SAVE"},
    )

    @classmethod
    def description(cls, _context: bpy.types.Context, given: bpy.types.OperatorProperties) -> str:
        item = cls.bl_rna.properties["folder"].enum_items[given.folder]  # type: ignore[attr-defined]
        return words.tr(item.description)

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        folder = self._path()
        if not bpy.app.background:
            bpy.ops.wm.path_open(filepath=os.fspath(folder))
        self.report({"INFO"}, os.fspath(folder))
        return {"FINISHED"}

    def _path(self) -> Path:
        if self.folder == "UNSAVED":
            return places.unsaved_folder()
        if self.folder == "KEYS":
            return places.user_folder("")
        if self.folder == "LOGS":
            return places.log_file().parent
        files.ensure_open()
        if not bpy.data.filepath:
            raise InputError("This file has no folder yet.", "Save it first.")
        return runtime.current().path.parent


CLASSES = (SESSIONS_AP_preferences, SESSIONS_OT_choose_assets_folder, SESSIONS_OT_show_folder)
