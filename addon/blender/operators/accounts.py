"""Providers: whether one is there, its models, where its keys are had, and what to send when something is wrong."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty, StringProperty

from ...core.errors import InputError, NotFoundError
from ...providers import catalog
from .. import accounts, choices, diagnostics, files, form, pump, words
from .reporting import NO_UNDO, Result, reporting


class SESSIONS_OT_test_connection(bpy.types.Operator):
    """Ask the provider whether it is there, takes the key, and which models it has now"""

    bl_idname = "sessions.test_connection"
    bl_label = "Test Connection"
    bl_options = NO_UNDO

    provider: StringProperty(name="Provider", options={"SKIP_SAVE"})

    @reporting
    def invoke(self, _context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        self._ask()
        return {"FINISHED"}

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        name = self._ask()
        pump.run_until(lambda: accounts.answer(name) != accounts.Answer())
        found = accounts.answer(name)
        if found and found.problem:
            raise InputError.of(found.problem)
        if found and found.said:
            self.report({"INFO"}, words.text(found.said))
        return {"FINISHED"}

    def _ask(self) -> str:
        files.ensure_open()
        current = form.chosen()
        name = self.provider or (current.capabilities.id if current else "")
        if name not in catalog.PROVIDERS:
            raise NotFoundError("There is no provider “{provider}”.", "Choose another one.", provider=name)
        problem = accounts.refusal(name)
        if problem:
            raise InputError.of(problem)
        accounts.ask(name)
        return name


def _models(_self: Any, _context: Any) -> list[tuple[str, str, str]]:
    return choices.models()


class SESSIONS_OT_choose_model(bpy.types.Operator):
    """Choose one of the provider's models"""

    bl_idname = "sessions.choose_model"
    bl_label = "Choose Model"
    bl_options = NO_UNDO
    bl_property = "model"

    model: EnumProperty(name="Model", items=_models, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        files.ensure_open()
        found = form.chosen()
        if found is None or len(found.capabilities.models) < 2:
            cls.poll_message_set("The provider has no other model")
            return False
        return True

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        context.window_manager.invoke_search_popup(self)
        return {"FINISHED"}

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        form.choose(model=self.model)
        return {"FINISHED"}


class SESSIONS_OT_copy_diagnostics(bpy.types.Operator):
    """Copy versions, settings and the last errors to the clipboard, without keys and user names"""

    bl_idname = "sessions.copy_diagnostics"
    bl_label = "Copy Diagnostics"
    bl_options = NO_UNDO

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        context.window_manager.clipboard = diagnostics.collect()
        self.report({"INFO"}, words.tr("The diagnostics are on the clipboard"))
        return {"FINISHED"}


CLASSES = (SESSIONS_OT_test_connection, SESSIONS_OT_choose_model, SESSIONS_OT_copy_diagnostics)
