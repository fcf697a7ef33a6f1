"""What a script gives to Generate beyond plain values: settings by name and files by role, as Blender's collections.

bpy.ops.sessions.generate(
    mode="first_frame",
    inputs=[{"role": "first_frame", "name": "//start.png"}],
    options=[{"name": "audio", "value": "false"}],
)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import bpy
from bpy.props import EnumProperty, StringProperty
from pydantic import JsonValue

from ...core import checking, requesting, sessions, terms
from ...core.errors import InputError, SessionsError
from ...core.models import Draft, Input, Mode, Project, Role
from .. import form, inputs, runtime, settings
from .inputs import wait


class SESSIONS_PG_given_option(bpy.types.PropertyGroup):
    """A setting that only some models have."""

    name: StringProperty(name="Name", description="As the service calls it")
    value: StringProperty(name="Value", description="As text: true or false, a number, a choice, or the text itself")


class SESSIONS_PG_given_input(bpy.types.PropertyGroup):
    """A file that the clip starts from. Its path is its name, as in Blender's own `files`."""

    name: StringProperty(name="File", description="Its path; // stands for the folder of the .blend")
    role: EnumProperty(name="Use As", items=[(role.value, label, "") for role, label in terms.ROLES.items()])


class File(NamedTuple):
    """A file that was given, and what it is for."""

    role: Role
    path: str


def files(collection: Sequence[Any]) -> list[File]:
    """The files in an operator's collection."""
    return [File(Role(each.role), each.name) for each in collection]


def edited(changes: Mapping[str, object]) -> Project:
    """The project with `changes` in its draft: fields of `Draft` as JSON has them, of the options those to be set.

    Raises `InputError` for a setting that the model does not have.
    """
    state = runtime.current()
    whole = {name: value for name, value in changes.items() if name != "options"}
    if "mode" in whole:
        whole["mode"] = Mode(str(whole["mode"]))
    project = sessions.edit_draft(state.project, whole, runtime.now())
    if "provider" in whole and "model" not in whole:
        project = sessions.edit_draft(project, {"model": _model(state.draft, sessions.draft(project))}, runtime.now())
    options = changes.get("options")
    if isinstance(options, Mapping):
        project = sessions.edit_draft(project, {"options": _with(options, sessions.draft(project))}, runtime.now())
    return project


def _model(before: Draft, draft: Draft) -> str:
    """The model of a draft with another provider than `before`: the first that can make what is asked for."""
    if draft.provider == settings.provider(before, runtime.current().session):
        return draft.model
    return form.first_fitting(draft, form.provider(draft))


def _with(texts: Mapping[str, str], draft: Draft) -> dict[str, JsonValue]:
    """The draft's options with those given as texts."""
    capabilities = form.provider(draft)
    model = requesting.model_of(draft, capabilities)
    if model is None:
        return draft.options  # which is refused for that
    known = {option.id: option for option in model.options_in(requesting.mode_of(draft))}
    for name in texts:
        if name not in known:
            raise InputError(
                "{model} has no setting “{option}” here.",
                "Choose one of: {options}." if known else "Remove it.",
                model=model.label,
                option=name[:40],
                options=", ".join(known),
            )
    return {**draft.options, **{name: checking.read(known[name], text) for name, text in texts.items()}}


def prepare(given: Sequence[File], changes: Mapping[str, object], check: Callable[[Draft], object]) -> None:
    """Put `changes` and the files into the draft, in place of those that are there; the files are waited for.

    `check` is asked first whether such a draft can be made. Raises `SessionsError`, and the draft stays as it was then.
    """
    before = runtime.current().draft
    project = edited(changes)
    draft = sessions.draft(project)
    whole = draft.model_copy(update={"inputs": tuple(map(_found, given))})
    check(whole)
    model = requesting.model_of(draft, form.provider(draft))
    media = {slot.role: slot.media for slot in model.takes(requesting.mode_of(whole))} if model else {}
    runtime.commit(sessions.edit_draft(project, {"inputs": ()}, runtime.now()))
    try:
        for each in given:  # one after the other: their order may mean something
            inputs.take_file(each.path, each.role, media[each.role])
            wait()
    except SessionsError:
        old = {name: getattr(before, name) for name in type(before).model_fields}
        runtime.commit(sessions.edit_draft(runtime.current().project, old, runtime.now()))
        raise


def _found(given: File) -> Input:
    path = Path(bpy.path.abspath(given.path))
    if not given.path or not path.is_file():
        raise InputError("The file {path} is not there.", "Choose another one.", path=given.path and str(path))
    return Input(role=given.role, path=str(path))


CLASSES = (SESSIONS_PG_given_option, SESSIONS_PG_given_input)
