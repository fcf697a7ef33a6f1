"""Generate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, StringProperty

from ...core import lifecycle, requesting, sessions
from ...core.capabilities import Capabilities
from ...core.errors import InputError, SessionsError
from ...core.models import Draft, Placement, Take, TakeState
from ...providers import catalog
from .. import compat, properties, pump, runtime, timeline, workers
from .reporting import Result, reporting
from .sessions import writable

_SETTINGS = ("prompt", "provider", "model", "count", "seed", "duration", "width", "height", "fps", "insert")


class SESSIONS_OT_generate(bpy.types.Operator):
    """Generate takes of the shot that the prompt describes"""

    bl_idname = "sessions.generate"
    bl_label = "Generate"
    bl_options = set()  # nothing to repeat: Repeat Last would run `execute`, which waits

    prompt: StringProperty(name="Prompt", options={"SKIP_SAVE"})
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
        if not writable(cls):
            return False
        if compat.sequencer_scene(context) is None:
            cls.poll_message_set("There is no scene to edit. Choose one in the sequencer")
            return False
        return True

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        submit(context, self._settings())
        return {"FINISHED"}

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        ids = submit(context, self._settings())
        pump.run_until(lambda: _have_ended(ids))
        takes = [take for take in map(_find, ids) if take]
        failed = next((take for take in takes if take.problem), None)
        if failed and failed.problem and not any(take.state is TakeState.SUCCEEDED for take in takes):
            raise SessionsError(failed.problem.message, failed.problem.remedy, failed.problem.kind)
        return {"FINISHED"}

    def _settings(self) -> dict[str, object]:
        """The operator's properties that were given, as fields of the draft; the panel has the others."""
        given = {name: getattr(self, name) for name in _SETTINGS if self.properties.is_property_set(name)}
        if given.keys() & {"width", "height", "fps"}:
            given["match_scene"] = False
        if "seed" in given:
            given["random_seed"] = False
        return given


def submit(context: bpy.types.Context, settings: Mapping[str, object]) -> list[str]:
    """Put `settings` into the draft, add its takes to the session and let them run. Returns their ids, at once.

    Raises `SessionsError`, and changes nothing then.
    """
    scene = compat.sequencer_scene(context)
    project = sessions.edit_draft(runtime.current().project, settings, runtime.now())
    draft = sessions.draft(project)
    requests = requesting.requests(_with_picture(draft), _capabilities(draft), _format(scene))

    def place(batch: str) -> Placement:
        return Placement(scene=scene.name, frame=scene.frame_current, batch=batch)

    project, _, takes = sessions.generate(project, requests, runtime.now(), place=place if draft.insert else None)
    ids = [take.id for take in takes]
    workers.open_project(runtime.current().path)  # without a worker nothing would ever run
    runtime.commit(project, run=ids)
    properties.panel(context).take_index = 0
    return ids


def _with_picture(draft: Draft) -> Draft:
    """The draft with its picture's path absolute, as the worker needs it. Raises `InputError` if it is not there."""
    if not draft.image:
        return draft
    picture = Path(bpy.path.abspath(draft.image))
    if not picture.is_file():
        raise InputError(f"The picture {picture} is not there.", "Choose another one, or none.")
    return draft.model_copy(update={"image": str(picture)})


def _capabilities(draft: Draft) -> Capabilities:
    known = {each.id: each for each in catalog.capabilities()}
    if not draft.provider:
        return next(iter(known.values()))
    if draft.provider not in known:
        names = ", ".join(known)
        raise InputError(f"There is no provider “{draft.provider[:40]}”.", f"Choose one of: {names}.")
    return known[draft.provider]


def _format(scene: bpy.types.Scene) -> requesting.SceneFormat:
    render = scene.render
    scale = render.resolution_percentage / 100
    return requesting.SceneFormat(
        max(1, round(render.resolution_x * scale)),
        max(1, round(render.resolution_y * scale)),
        render.fps / render.fps_base,
    )


def _find(take_id: str) -> Take | None:
    return sessions.find_take(runtime.current().project, take_id)


def _have_ended(ids: list[str]) -> bool:
    """Whether nothing more will happen to these takes by itself, and their clips are where they belong."""
    takes = [take for take in map(_find, ids) if take]
    waiting = [take for take in takes if not lifecycle.has_ended(take) and take.state is not TakeState.UNCERTAIN]
    return not waiting and (not runtime.current().arrivals or timeline.busy(bpy.context) is not None)


CLASSES = (SESSIONS_OT_generate,)
