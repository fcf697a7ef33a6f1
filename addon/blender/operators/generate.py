"""Generate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, StringProperty

from ...core import lifecycle, pricing, requesting, sessions
from ...core.errors import InputError, SessionsError
from ...core.models import Cost, Draft, Placement, Take, TakeState
from .. import (
    accounts,
    bills,
    compat,
    files,
    form,
    inputs,
    prompts,
    properties,
    pump,
    runtime,
    settings,
    timeline,
    words,
    workers,
)
from .inputs import wait
from .reporting import Result, reporting

_SETTINGS = ("prompt", "provider", "model", "count", "seed", "duration", "width", "height", "fps", "insert")


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
        if _wants_question(context, given):
            ours: Any = bpy.ops
            ours.sessions.generate_paid("INVOKE_DEFAULT", given=json.dumps(given))
        else:
            submit(context, given)
        return {"FINISHED"}

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        wait()
        ids = submit(context, self._given())
        pump.run_until(lambda: _have_ended(ids))
        takes = [take for take in map(_find, ids) if take]
        failed = next((take for take in takes if take.problem), None)
        if failed and failed.problem and not any(take.state is TakeState.SUCCEEDED for take in takes):
            raise SessionsError.of(failed.problem)
        return {"FINISHED"}

    def _given(self) -> dict[str, object]:
        """The operator's properties that were given, as fields of the draft; the panel has the others."""
        given = {name: getattr(self, name) for name in _SETTINGS if self.properties.is_property_set(name)}
        if given.keys() & {"width", "height", "fps"}:
            given["match_scene"] = False
        if "seed" in given:
            given["random_seed"] = False
        return given


class SESSIONS_OT_generate_paid(bpy.types.Operator):
    """Generate although it costs more than may be spent without a question"""

    bl_idname = "sessions.generate_paid"
    bl_label = "Generate"
    bl_options = {"INTERNAL"}

    given: StringProperty(options={"HIDDEN", "SKIP_SAVE"})

    @reporting
    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        cost = _cost(context, json.loads(self.given))
        about = bills.money(cost.amount, cost.currency) if cost else "?"
        return context.window_manager.invoke_confirm(
            self,
            event,
            title=words.tr("Generate Paid Takes?"),
            message=words.tr("This costs about {cost}.").format(cost=about),
            confirm_text=words.tr("Generate"),
            icon="QUESTION",
        )

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        submit(context, json.loads(self.given))
        return {"FINISHED"}


def _wants_question(context: bpy.types.Context, given: Mapping[str, object]) -> bool:
    cost = _cost(context, given)
    limit = settings.get().ask_above.get(cost.currency) if cost else None
    return bool(cost and limit is not None and cost.amount > limit)


def _cost(context: bpy.types.Context, given: Mapping[str, object]) -> Cost | None:
    """What the takes of a click cost together, None if nobody can tell or it is refused anyway."""
    scene = compat.sequencer_scene(context)
    if scene is None:
        return None
    try:
        draft = sessions.draft(sessions.edit_draft(runtime.current().project, given, runtime.now()))
        provider = form.provider(draft)
        requests = requesting.requests(draft, provider, timeline.scene_format(scene))
    except SessionsError:
        return None
    costs = [pricing.estimate(request, provider) for request in requests]
    if not costs or None in costs:
        return None
    return Cost(amount=sum(cost.amount for cost in costs if cost), currency=provider.currency)


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
    scene = compat.sequencer_scene(context)
    prompts.take_over()
    inputs.check_ready()
    project = sessions.edit_draft(runtime.current().project, given, runtime.now())
    draft = sessions.draft(project)
    provider = form.provider(draft)
    problem = accounts.refusal(provider.id)
    if problem:
        raise InputError.of(problem)
    requests = requesting.requests(_with_files(draft), provider, timeline.scene_format(scene))

    def place(batch: str) -> Placement:
        return Placement(scene=scene.name, frame=scene.frame_current, batch=batch)

    project, _, takes = sessions.generate(
        project, requests, runtime.now(), place=place if draft.insert else None, pattern=settings.get().pattern
    )
    ids = [take.id for take in takes]
    workers.open_project(runtime.current().path)  # without a worker nothing would ever run
    runtime.commit(project, run=ids)
    runtime.current().notes = ()
    properties.panel(context).take_index = 0
    return ids


def _with_files(draft: Draft) -> Draft:
    """The draft with its inputs' paths absolute, as the worker needs them. Raises `InputError` if one is not there."""
    found = []
    for entry in draft.inputs:
        file = Path(bpy.path.abspath(entry.path))
        if not file.is_file():
            raise InputError("The input {path} is not there.", "Choose another one, or none.", path=str(file))
        found.append(entry.model_copy(update={"path": str(file)}))
    return draft.model_copy(update={"inputs": tuple(found)})


def _find(take_id: str) -> Take | None:
    return sessions.find_take(runtime.current().project, take_id)


def _have_ended(ids: list[str]) -> bool:
    """Whether nothing more will happen to these takes by itself, and their clips are where they belong."""
    takes = [take for take in map(_find, ids) if take]
    waiting = [take for take in takes if not lifecycle.has_ended(take) and take.state is not TakeState.UNCERTAIN]
    return not waiting and (not runtime.current().arrivals or timeline.busy(bpy.context) is not None)


CLASSES = (SESSIONS_OT_generate, SESSIONS_OT_generate_paid)
