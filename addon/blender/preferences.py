"""The add-on's preferences: for now, where things are."""

from __future__ import annotations

import os

import bpy

from . import places


class SESSIONS_AP_preferences(bpy.types.AddonPreferences):
    """Where the extension keeps what, with a way there."""

    bl_idname = places.PACKAGE

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.label(text="Sessions and clips lie beside each .blend, in <name>.sessions.json and <name>.assets")
        for text, folder in (
            ("Clips of files that were never saved", places.unsaved_folder()),
            ("Logs", places.log_file().parent),
        ):
            row = layout.row()
            row.label(text=text)
            row.operator("wm.path_open", text="Show Folder", icon="FILE_FOLDER").filepath = os.fspath(folder)


CLASSES = (SESSIONS_AP_preferences,)
