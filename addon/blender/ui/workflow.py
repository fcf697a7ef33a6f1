"""The workflow that runs, where the provider runs people's own: which of its inputs the form fills."""

from __future__ import annotations

from typing import Any

import bpy

from ...core.errors import SessionsError
from ...providers.comfyui import binding, catalogue
from ...providers.comfyui.workflow import Place
from .. import form, runtime, words, workflows
from .tab import Tab
from .text import draw_problem, wrapped


class SESSIONS_PT_workflow(Tab, bpy.types.Panel):
    """The workflow and what of it a request fills"""

    bl_label = "Workflow"
    bl_parent_id = "SESSIONS_PT_generate"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        found = form.chosen() if runtime.is_enabled() else None
        return found is not None and found.capabilities.id == workflows.OWNER

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator("sessions.import_workflow", text="Import Workflow…", icon="IMPORT")
        file = workflows.chosen()
        if file is None:
            _draw_needs(layout, context)
            return
        try:
            found = workflows.bindable(file)
        except SessionsError as error:
            draw_problem(layout.column(align=True), context, error.problem)
            return
        column = layout.column(align=True)
        for each in found:
            if not each.candidates and not each.bound:
                continue
            _draw_parameter(column, each)


def _draw_parameter(column: Any, found: binding.Bindable) -> None:
    """Each input that it fills in a row of its own; the last has a button for one more."""
    titles = {candidate.place: candidate.title for candidate in found.candidates}
    texts = [_named(place, titles.get(place, place.node)) for place in found.bound] or [words.tr("Nothing")]
    for index, text in enumerate(texts):
        row = column.split(factor=0.4, align=True)
        row.label(text="" if index else words.tr(binding.LABELS[found.parameter]), translate=False)
        row = row.row(align=True)
        _button(row, found, index, text=text, translate=False)
    if found.bound and found.offered(len(found.bound)):
        _button(row, found, len(found.bound), text="", icon="ADD")


def _button(row: Any, found: binding.Bindable, index: int, **look: Any) -> None:
    button = row.operator("sessions.bind_parameter", **look)
    button.parameter = found.parameter.value
    button.index = index


_IS_THERE: dict[bool | None, Any] = {True: "CHECKMARK", False: "ERROR", None: "QUESTION"}


def _draw_needs(layout: Any, context: bpy.types.Context) -> None:
    """The model files that a workflow of ours needs, and whether the server has them."""
    found = form.chosen()
    needs = catalogue.needs(found.model) if found and found.model else {}
    if not needs:
        return
    column = layout.column(align=True)
    column.label(text="Model Files")
    for name, is_there in needs.items():
        wrapped(column, context, name, icon=_IS_THERE[is_there])
    if None in needs.values():
        wrapped(column, context, words.tr("Test Connection tells whether the server has them."))


def _named(place: Place, title: str) -> str:
    """A node, and which of its inputs, where it is one."""
    return f"{title}: {place.input}" if place.input else title


CLASSES = (SESSIONS_PT_workflow,)
