"""Generate."""

from __future__ import annotations

from collections.abc import Mapping

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ...core import lifecycle, refining, requesting, sessions, terms
from ...core.errors import InputError, SessionsError
from ...core.models import Draft, Request, Take, TakeState
from .. import (
    accounts,
    compat,
    files,
    form,
    inputs,
    orders,
    prompts,
    pump,
    runtime,
    timeline,
    words,
)
from ..slots import reserving
from . import given as scripted
from . import paid
from .inputs import wait
from .reporting import Result, reporting

_SETTINGS = (
    "prompt",
    "provider",
    "model",
    "count",
    "seed",
    "duration",
    "width",
    "height",
    "fps",
    "insert",
    "fill",
    "mode",
)


class SESSIONS_OT_generate(bpy.types.Operator):
    """Generate takes of the shot that the prompt describes"""

    bl_idname = "sessions.generate"
    bl_label = "Generate"
    bl_options = set()  # nothing to repeat: Repeat Last would run `execute`, which waits

    prompt: StringProperty(name="Prompt", translation_context=words.CONTEXT, options={"SKIP_SAVE"})
    provider: StringProperty(name="Provider", options={"SKIP_SAVE"})
    model: StringProperty(name="Model", options={"SKIP_SAVE"})
    count: IntProperty(name="Count", default=1, options={"SKIP_SAVE"})
    seed: IntProperty(name="Seed", options={"SKIP_SAVE"})
    duration: FloatProperty(name="Duration", description="Seconds", default=5.0, options={"SKIP_SAVE"})
    width: IntProperty(name="Width", description="Pixels", options={"SKIP_SAVE"})
    height: IntProperty(name="Height", description="Pixels", options={"SKIP_SAVE"})
    fps: FloatProperty(name="Frame Rate", options={"SKIP_SAVE"})
    insert: BoolProperty(name="Insert at Playhead", default=True, options={"SKIP_SAVE"})
    fill: BoolProperty(name="Fill Selection", default=True, options={"SKIP_SAVE"})
    mode: EnumProperty(
        name="Mode",
        translation_context=words.CONTEXT,
        description="What the clip starts from",
        items=[(mode.value, label, "") for mode, label in terms.MODES.items()],
        options={"SKIP_SAVE"},
    )
    options: CollectionProperty(
        name="Options",
        description="Settings that only some models have, each with its name and its value as text",
        type=scripted.SESSIONS_PG_given_option,
        options={"SKIP_SAVE"},
    )
    inputs: CollectionProperty(
        name="Inputs",
        description="Files that the clip starts from, each with its role and path, in place of those in the panel",
        type=scripted.SESSIONS_PG_given_input,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        files.ensure_open()
        reason = refusal(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        given = self._given()
        if self.properties.is_property_set("inputs"):
            raise InputError(
                "Files given here are copied and looked at first, which takes a while.",
                "Call Generate with “EXEC_DEFAULT”, or take the files before.",
            )
        order = _order(context, given)
        if paid.is_asked_for(order):
            paid.ask(order)
        else:
            orders.send(context, order)
        return {"FINISHED"}

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        wait()
        given = self._given()
        if self.properties.is_property_set("inputs"):
            scripted.prepare(scripted.files(self.inputs), given, lambda draft: _requests(context, draft))
            given = {}
        finish(submit(context, given))
        return {"FINISHED"}

    def _given(self) -> dict[str, object]:
        """The operator's properties that were given, as fields of the draft; the panel has the others."""
        given = {name: getattr(self, name) for name in _SETTINGS if self.properties.is_property_set(name)}
        if given.keys() & {"width", "height", "fps"}:
            given["match_scene"] = False
        if "seed" in given:
            given["random_seed"] = False
        if self.properties.is_property_set("options"):
            given["options"] = {each.name: each.value for each in self.options}
        return given


def refusal(context: bpy.types.Context) -> str:
    """Why nothing can be generated now, in the interface's language; empty if it can."""
    blocked = runtime.current().blocked
    if blocked:
        return words.sentence(blocked)
    if compat.sequencer_scene(context) is None:
        return words.tr("There is no scene to edit. Choose one in the sequencer")
    return ""


def submit(context: bpy.types.Context, given: Mapping[str, object]) -> list[str]:
    """Put `given` into the draft, add its takes to the session and let them run. Returns their ids, at once.

    Raises `SessionsError`, and changes nothing then.
    """
    return orders.send(context, _order(context, given))


def finish(ids: list[str]) -> None:
    """Wait until these takes have ended. Raises `SessionsError` if none of them has a clip."""
    pump.run_until(lambda: _have_ended(ids))
    takes = [take for take in map(_find, ids) if take]
    failed = next((take for take in takes if take.problem), None)
    if failed and failed.problem and not any(take.state is TakeState.SUCCEEDED for take in takes):
        raise SessionsError.of(failed.problem)


def _order(context: bpy.types.Context, given: Mapping[str, object]) -> orders.Order:
    """What the panel asks for with `given`, fixed from now on. Raises `SessionsError`."""
    prompts.take_over()
    inputs.check_ready()
    draft = sessions.draft(scripted.edited(given))
    place = reserving.place(context, draft)
    wanted = draft if "duration" in given else reserving.fitted(draft, place, form.provider(draft), context)
    requests = _requests(context, _with_files(wanted))
    model = requesting.model_of(draft, form.provider(draft))
    return orders.of(context, refining.unjoined(draft, model), requests, place)  # a join is for one click


def _requests(context: bpy.types.Context, draft: Draft) -> list[Request]:
    """What a draft asks for. Raises `SessionsError` if it cannot be made, or not by this provider now."""
    provider = form.provider(draft)
    problem = accounts.refusal(provider.id)
    if problem:
        raise InputError.of(problem)
    return requesting.requests(draft, provider, timeline.scene_format(compat.sequencer_scene(context)))


def _with_files(draft: Draft) -> Draft:
    """The draft with its inputs' paths absolute and as they are now. Raises `StorageError` if one is not there."""
    found = [entry.model_copy(update={"path": str(inputs.file_of(entry))}) for entry in draft.inputs]
    return draft.model_copy(update={"inputs": tuple(found)})


def _find(take_id: str) -> Take | None:
    return sessions.find_take(runtime.current().project, take_id)


def _have_ended(ids: list[str]) -> bool:
    """Whether nothing more will happen to these takes by itself, and their clips are where they belong."""
    takes = [take for take in map(_find, ids) if take]
    waiting = [take for take in takes if not lifecycle.has_ended(take) and take.state is not TakeState.UNCERTAIN]
    return not waiting and (not runtime.current().arrivals or timeline.busy(bpy.context) is not None)


CLASSES = (SESSIONS_OT_generate,)
