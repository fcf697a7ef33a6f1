"""Add to Timeline, and Show Assets Folder."""

from __future__ import annotations

import os
from pathlib import Path

import bpy
from bpy.props import StringProperty

from ...core import marking
from ...core.errors import StorageError
from ...storage import folders, paths
from .. import arrivals, compat, files, properties, runtime, settings, timeline
from .reporting import NO_UNDO, Result, reporting


class SESSIONS_OT_add_to_timeline(bpy.types.Operator):
    """Put the clip into the sequencer at the playhead, on the lowest channel with room"""

    bl_idname = "sessions.add_to_timeline"
    bl_label = "Add to Timeline"
    bl_options = {"REGISTER", "UNDO"}

    asset_id: StringProperty(
        name="Asset",
        description="Id of the asset; left empty, the one selected in the panel",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        files.ensure_open()
        if not runtime.current().project.assets:
            cls.poll_message_set("There are no assets yet. Describe a shot and generate")
            return False
        busy = timeline.busy(context)
        if busy:
            cls.poll_message_set(busy)
        return not busy

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        asset_id = self.asset_id or properties.selected(context, "assets") or ""
        asset = marking.available(runtime.current().project, asset_id)
        scene = compat.sequencer_scene(context)
        arrivals.add_to_timeline(asset, scene, scene.frame_current)
        return {"FINISHED"}


class SESSIONS_OT_show_assets(bpy.types.Operator):
    """Show the folder of this file's clips in the File Browser beside the sequencer, or in the file manager"""

    bl_idname = "sessions.show_assets"
    bl_label = "Show Assets Folder"
    bl_options = NO_UNDO

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        files.ensure_open()
        return True

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        folder = _assets_folder()
        if not _show_in_browser(context, os.fspath(folder)) and not bpy.app.background:
            bpy.ops.wm.path_open(filepath=os.fspath(folder))
        self.report({"INFO"}, os.fspath(folder))
        return {"FINISHED"}


def _assets_folder() -> Path:
    """The folder that new clips go to, else the one of the newest clip. Raises `StorageError` if there is none yet."""
    state = runtime.current()
    root = settings.root(state.path)
    folder = folders.find(state.path, root)
    if folder:
        return folder
    for asset in reversed(state.project.assets):
        folder = paths.clip_path(asset.path, state.path).parent
        if folder.is_dir():
            return folder
    raise StorageError(
        "There is no assets folder yet in {folder}.",
        "It is made with the first clip.",
        folder=str(root or state.path.parent),
    )


def _show_in_browser(context: bpy.types.Context, folder: str) -> bool:
    for area in context.screen.areas if context.screen else ():
        params = area.spaces.active.params if area.ui_type == "FILES" else None
        if params is not None:
            params.directory = os.fsencode(folder)
            area.tag_redraw()
            return True
    return False


CLASSES = (SESSIONS_OT_add_to_timeline, SESSIONS_OT_show_assets)
