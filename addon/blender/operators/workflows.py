"""Import Workflow, and which of its inputs a request fills."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ...core.errors import InputError
from ...providers.comfyui.workflow import Place
from .. import files, words, workflows
from .reporting import NO_UNDO, Result, reporting
from .sessions import writable


class SESSIONS_OT_import_workflow(bpy.types.Operator):
    """Bring a workflow that ComfyUI exported for its API: “Export (API)” in its menu"""

    bl_idname = "sessions.import_workflow"
    bl_label = "Import Workflow"
    bl_options = NO_UNDO

    filepath: StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.json", options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return writable(cls)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        files.ensure_open()
        workflows.bring(self.filepath)
        return {"FINISHED"}


_NONE = "none"
# Kept here because Blender does not keep the strings of a dynamic enumeration alive.
_items: list[tuple[str, str, str]] = []


def _places(operator: Any, _context: Any) -> list[tuple[str, str, str]]:
    file = workflows.chosen()
    found = workflows.bindable(file) if file else []
    offered = next((each.offered(operator.index) for each in found if each.parameter.value == operator.parameter), ())
    _items[:] = [(_NONE, words.tr("Nothing"), "")]
    _items.extend(
        ("\n".join(each.place), f"{each.title}: {each.place[1]} = {each.value}"[:120], "") for each in offered
    )
    return _items


class SESSIONS_OT_bind_parameter(bpy.types.Operator):
    """Choose which input of the workflow this fills"""

    bl_idname = "sessions.bind_parameter"
    bl_label = "Bind Parameter"
    bl_options = NO_UNDO | {"INTERNAL"}
    bl_property = "place"

    parameter: StringProperty(options={"HIDDEN", "SKIP_SAVE"})
    index: IntProperty(min=0, options={"HIDDEN", "SKIP_SAVE"})
    place: EnumProperty(name="Input", items=_places, options={"SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        context.window_manager.invoke_search_popup(self)
        return {"FINISHED"}

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        file = workflows.chosen()
        if file is None:
            raise InputError("No workflow of your own is chosen.", "Import one, or choose one.")
        node, _, name = self.place.partition("\n")
        workflows.bind(file, self.parameter, self.index, None if self.place == _NONE else Place(node, name))
        return {"FINISHED"}


CLASSES = (SESSIONS_OT_import_workflow, SESSIONS_OT_bind_parameter)
