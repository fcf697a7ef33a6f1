"""From a frame to the next shot: Continue, Fill Gap."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import IntProperty, StringProperty

from ...core import fitting, marking, refining, requesting, sessions
from ...core.errors import InputError, SessionsError
from ...core.models import Asset, Join, Mode, Request, Role
from ...core.wording import Text
from ...storage import paths
from .. import accounts, clips, compat, form, inputs, lookup, prompts, properties, runtime, words
from ..slots import following, joining, marks
from .inputs import wait
from .refining import can_send
from .reporting import NO_UNDO, Result, reporting
from .sessions import writable


class _Join:
    """Begins a shot that goes on from strips; a button begins, a script waits until its pictures are there."""

    @classmethod
    def poll(cls: Any, context: bpy.types.Context) -> bool:
        return can_send(cls, context)

    def begin(self, context: bpy.types.Context) -> None:
        """Begin. Raises `SessionsError`."""
        raise NotImplementedError

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        self.begin(context)
        return {"FINISHED"}

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        self.begin(context)
        wait()
        return {"FINISHED"}


class SESSIONS_OT_continue_shot(_Join, bpy.types.Operator):
    """Begin a shot right behind the frame of the selected strip under the playhead, else behind its last one"""

    bl_idname = "sessions.continue_shot"
    bl_label = "Continue"
    bl_translation_context = words.CONTEXT
    bl_options = set()

    def begin(self, context: bpy.types.Context) -> None:
        scene, strip = inputs.selected_strip(context)
        if marks.is_placeholder(strip):
            raise InputError("“{strip}” has no clip yet.", "Continue it when the clip is there.", strip=strip.name)
        first, last = compat.left_handle(strip), compat.right_handle(strip) - 1
        frame = scene.frame_current if first <= scene.frame_current <= last else last
        asset = sessions.find_asset(runtime.current().project, marks.shown_by(strip))
        join = joining.behind(scene, strip, frame)
        _begin(Mode.FIRST_FRAME, join, asset.request if asset else None)
        _take_pictures(scene, [(strip, Role.FIRST_FRAME, frame)])


class SESSIONS_OT_continue_clip(bpy.types.Operator):
    """Begin a shot from a frame of this clip"""

    bl_idname = "sessions.continue_clip"
    bl_label = "Continue Clip"
    bl_options = set()

    asset_id: StringProperty(
        name="Asset",
        description="Id of the clip; left empty, the one of the take that is selected in the panel",
        options={"HIDDEN", "SKIP_SAVE"},
    )
    frame: IntProperty(
        name="Frame",
        translation_context=words.CONTEXT,
        description="Frame of the clip to go on from, counted from 1; the last one where it has fewer",
        default=1_000_000,
        min=1,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return can_send(cls, context)

    def _asset(self, context: bpy.types.Context) -> Asset:
        take = lookup.take(properties.selected(context, "takes") or "")
        wanted = self.asset_id or (take.asset_id if take else None)
        if not wanted:
            raise InputError("No clip is selected.", "Choose a take that is done.")
        return marking.available(runtime.current().project, wanted)

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        self.frame = _frames(self._asset(context))
        self.from_dialog = True
        result: Result = context.window_manager.invoke_props_dialog(
            self, width=240, title="Continue", confirm_text="Continue"
        )
        return result

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        asset = self._asset(context)
        file = paths.clip_path(asset.path, runtime.current().path)
        _begin(Mode.FIRST_FRAME, None, asset.request)
        inputs.take_clip_frame(file, asset.title, Role.FIRST_FRAME, min(self.frame, _frames(asset)))
        if not getattr(self, "from_dialog", False):  # there nobody should have to wait
            wait()
        return {"FINISHED"}


class SESSIONS_OT_fill_gap(_Join, bpy.types.Operator):
    """Begin a shot for the gap at the playhead, from the last frame before it to the first one behind it"""

    bl_idname = "sessions.fill_gap"
    bl_label = "Fill Gap"
    bl_options = set()

    def begin(self, context: bpy.types.Context) -> None:
        scene = compat.sequencer_scene(context)
        found = joining.gap(scene)
        if found is None:
            raise InputError("The playhead is in no gap.", "Move it between two strips with a picture.")
        for strip in found:
            if marks.is_placeholder(strip):
                raise InputError("“{strip}” has no clip yet.", "Fill the gap when the clip is there.", strip=strip.name)
        before, behind = found
        last, first = compat.right_handle(before) - 1, compat.left_handle(behind)
        _begin(Mode.FIRST_LAST, joining.behind(scene, before, last, behind), None)
        _take_pictures(scene, [(before, Role.FIRST_FRAME, last), (behind, Role.LAST_FRAME, first)])


class SESSIONS_OT_forget_join(bpy.types.Operator):
    """Let the takes go where the selection says; the pictures that they start from stay"""

    bl_idname = "sessions.forget_join"
    bl_label = "Do Not Continue"
    bl_options = NO_UNDO

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        if not writable(cls):
            return False
        if runtime.current().draft.joins is None:
            cls.poll_message_set("The next takes continue nothing")
            return False
        return True

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        draft = runtime.current().draft
        left = refining.unjoined(draft, requesting.model_of(draft, form.provider(draft)))
        changes = {"joins": left.joins, "mode": left.mode}
        runtime.commit(sessions.edit_draft(runtime.current().project, changes, runtime.now()))
        return {"FINISHED"}


def _begin(mode: Mode, join: Join | None, request: Request | None) -> None:
    """Put the draft of a new shot into the panel. Raises `SessionsError`, and changes nothing then.

    The take's own model makes it if it can, else the one in the panel. A prompt that was typed for a session to come,
    and never sent, stays.
    """
    following.keep_up()  # a strip that was just selected brings its session: before, not over what comes now
    prompts.take_over()
    inputs.check_ready()
    state = runtime.current()
    before = state.project
    shown = form.provider(state.draft)
    means, notes = request, list[Text]()
    provider = accounts.capabilities(request.provider) if request and request.provider else None
    if request is None or provider is None or not refining.can(mode, provider.model(request.model)):
        refining.check_mode(mode, requesting.model_of(state.draft, shown), shown)
        means, provider = None, shown
    project = sessions.start_draft(before, runtime.now())
    draft = sessions.draft(project)
    changes = {"provider": provider.id, **refining.joined(join, mode, means)}
    changes["prompt"] = draft.prompt if refining.is_typed(before, draft) or request is None else request.prompt
    if means is None:  # an unsent draft may have been left with another model
        changes |= {name: getattr(state.draft, name) for name in ("model", "options")}
    draft = draft.model_copy(update=changes)
    model = requesting.model_of(draft, provider)
    if model is not None:
        named = draft.model
        draft, notes = fitting.fit(draft, model, form.scene_format())
        draft = draft.model_copy(update={"model": named})
    new = {name: getattr(draft, name) for name in type(draft).model_fields}
    runtime.commit(sessions.edit_draft(project, new, runtime.now()))
    state.notes = tuple(notes)


def _take_pictures(scene: bpy.types.Scene, wanted: list[tuple[Any, Role, int]]) -> None:
    """Have the draft start from frames of strips. Raises `SessionsError`; the draft joins nothing then."""
    try:
        for strip, role, frame in wanted:
            inputs.take_frame(scene, strip, role, frame)
    except SessionsError:
        runtime.commit(sessions.edit_draft(runtime.current().project, {"joins": None}, runtime.now()))
        raise


def _frames(asset: Asset) -> int:
    """How many frames a clip has; as many as were asked for where its data-block is gone."""
    clip = clips.find(asset.id)
    return clip.frame_duration if clip else max(1, round(asset.request.duration * asset.request.fps))


CLASSES = (SESSIONS_OT_continue_shot, SESSIONS_OT_continue_clip, SESSIONS_OT_fill_gap, SESSIONS_OT_forget_join)
