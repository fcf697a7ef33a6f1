"""From a take to the next one: Use Settings, Vary, Continue, Fill Gap, Regenerate to Length."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty, StringProperty

from ...core import fitting, refining, requesting, sessions
from ...core.capabilities import Capabilities
from ...core.errors import InputError, NotFoundError, SessionsError
from ...core.models import Join, Mode, Request, Role, Session
from ...core.wording import Text
from .. import accounts, compat, form, inputs, orders, prompts, properties, runtime, timeline, words
from ..slots import following, joining, marks, reserving, selection, swapping
from ..slots.selection import Place
from . import generate, paid
from .inputs import wait
from .reporting import NO_UNDO, Result, reporting
from .sessions import writable


def _take_id() -> Any:
    return StringProperty(
        name="Take", description="Id of the take; left empty, the one selected in the panel", options={"SKIP_SAVE"}
    )


def _asset_id() -> Any:
    return StringProperty(name="Asset", description="Id of the clip, in place of a take's", options={"SKIP_SAVE"})


class SESSIONS_OT_use_settings(bpy.types.Operator):
    """Put what this take was made with into the form"""

    bl_idname = "sessions.use_settings"
    bl_label = "Use Settings"
    bl_options = NO_UNDO

    take_id: _take_id()
    asset_id: _asset_id()
    what: EnumProperty(
        name="What",
        items=(
            ("all", "All Settings", "The prompt, all settings, what it starts from, and the seed"),
            ("all_but_seed", "All but the Seed", "The prompt, all settings, and what it starts from"),
            ("prompt", "Prompt", "The prompt alone"),
            ("seed", "Seed", "The seed alone"),
        ),
        options={"SKIP_SAVE"},
    )

    @classmethod
    def description(cls, _context: bpy.types.Context, given: Any) -> str:
        return words.tr(cls.bl_rna.properties["what"].enum_items[given.what].description)  # type: ignore[attr-defined]

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return writable(cls)

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        request, _ = _request(self.take_id, self.asset_id, context)
        prompts.take_over()
        form.choose(**refining.settings(request, refining.What(self.what)))
        return {"FINISHED"}


class SESSIONS_OT_vary(bpy.types.Operator):
    """Generate this take again with new seeds, as many times as the form says"""

    bl_idname = "sessions.vary"
    bl_label = "Vary"
    bl_options = set()  # nothing to repeat: Repeat Last would run `execute`, which waits

    take_id: _take_id()
    asset_id: _asset_id()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _can_send(cls, context)

    def order(self, context: bpy.types.Context) -> orders.Order:
        """What is to be sent. Raises `SessionsError`."""
        request, session = _request(self.take_id, self.asset_id, context)
        count = runtime.current().draft.count
        made = refining.varied(_with_files(request), _provider(request), count)
        shown = session.draft if session else runtime.current().draft
        place = reserving.place(context, shown.model_copy(update={"joins": None}), session)
        return _order(context, session, made, place)

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        _ask_or_send(context, self.order(context))
        return {"FINISHED"}

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        generate.finish(orders.send(context, self.order(context)))
        return {"FINISHED"}


class SESSIONS_OT_regenerate_to_length(bpy.types.Operator):
    """Generate the selected strip's take again, as long as the strip is now; it comes in its place"""

    bl_idname = "sessions.regenerate_to_length"
    bl_label = "Regenerate to Length"
    bl_options = set()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _can_send(cls, context)

    def order(self, context: bpy.types.Context) -> orders.Order:
        """What is to be sent. Raises `SessionsError`."""
        scene, strip = _session_strip(context)
        request, session = _request("", marks.shown_by(strip), context)
        left, right = compat.left_handle(strip), compat.right_handle(strip)
        skip, tail = marks.repeated(strip)
        place = Place(
            left,
            right - left,
            slot=marks.slot_of(strip),
            strip=strip.name,
            skip=skip,
            tail=tail,
            anew=swapping.begins_late(strip),
        )
        seconds = (skip + right - left + tail) / timeline.scene_format(scene).fps
        made = refining.to_length(_with_files(request), _provider(request), seconds)
        if abs(made.duration - seconds) * timeline.scene_format(scene).fps >= 1:
            text = words.tr("The place has {wanted:.1f} s, and the nearest that can be made is {made:.1f} s.")
            self.report({"WARNING"}, text.format(wanted=seconds, made=made.duration))
        return _order(context, session, [made], place)

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        _ask_or_send(context, self.order(context))
        return {"FINISHED"}

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        generate.finish(orders.send(context, self.order(context)))
        return {"FINISHED"}


class _Join:
    """Begins a shot that goes on from strips; a button begins, a script waits until its pictures are there."""

    @classmethod
    def poll(cls: Any, context: bpy.types.Context) -> bool:
        return _can_send(cls, context)

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
        runtime.commit(sessions.edit_draft(runtime.current().project, {"joins": None}, runtime.now()))
        return {"FINISHED"}


# -- What an operator is about -----------------------------------------------------------------------------------------


def _can_send(cls: Any, context: bpy.types.Context) -> bool:
    if not writable(cls):
        return False
    reason = generate.refusal(context)
    if reason:
        cls.poll_message_set(reason)
    return not reason


def _request(take_id: str, asset_id: str, context: bpy.types.Context) -> tuple[Request, Session | None]:
    """What a take or clip was made from, and its session if that is still there. Raises `NotFoundError`."""
    project = runtime.current().project
    asset = sessions.find_asset(project, asset_id) if asset_id else None
    if asset is not None:
        return asset.request, sessions.find(project, asset.session_id)
    wanted = take_id or ("" if asset_id else properties.selected(context, "takes") or "")
    owner = next((each for each in project.sessions if any(take.id == wanted for take in each.takes)), None)
    take = sessions.find_take(project, wanted)
    if take is None:
        raise NotFoundError("That take is not in this file (any more).", "Choose one from the list of takes.")
    return take.request, owner


def _session_strip(context: bpy.types.Context) -> tuple[bpy.types.Scene, Any]:
    """The selected strip that shows a session's take, made the active one. Raises `InputError`."""
    scene = compat.sequencer_scene(context)
    strips = selection.picture_strips(scene)
    active = selection.active_strip(scene)
    named = [each for each in strips if active is not None and each.name == active.name]
    strip = named[0] if named else strips[0] if len(strips) == 1 else None
    if strip is None:
        raise InputError("No strip of a session is selected.", "Select a strip that shows a take.")
    if marks.is_placeholder(strip):
        raise InputError("“{strip}” has no clip yet.", "Wait for it, or remove the placeholder.", strip=strip.name)
    scene.sequence_editor.active_strip = strip
    return scene, strip


def _with_files(request: Request) -> Request:
    """The request with its inputs where they are now. Raises `StorageError` if one is not there."""
    found = [entry.model_copy(update={"path": str(inputs.file_of(entry))}) for entry in request.inputs]
    return request.model_copy(update={"inputs": tuple(found)})


# -- Sending -----------------------------------------------------------------------------------------------------------


def _provider(request: Request) -> Capabilities:
    """Who makes a request again. Raises `InputError` if nobody can now."""
    requesting.check_ours(request)
    found = accounts.capabilities(request.provider)
    if found is None:
        raise InputError("There is no provider “{provider}”.", "Choose another one.", provider=request.provider[:40])
    problem = accounts.refusal(request.provider)
    if problem:
        raise InputError.of(problem)
    return found


def _order(
    context: bpy.types.Context, session: Session | None, requests: list[Request], place: Place | None
) -> orders.Order:
    """An order for a session, whichever the panel shows; for the one that it shows where the session is gone."""
    shown = runtime.current().draft.model_copy(update={"joins": None})  # a new session's takes go on from nothing
    order = orders.of(context, session.draft if session else shown, requests, place)
    return order._replace(session_id=session.id) if session else order


def _ask_or_send(context: bpy.types.Context, order: orders.Order) -> None:
    if paid.is_asked_for(order):
        paid.ask(order)
    else:
        orders.send(context, order)


# -- Joining -----------------------------------------------------------------------------------------------------------


def _begin(mode: Mode, join: Join, request: Request | None) -> None:
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


CLASSES = (
    SESSIONS_OT_use_settings,
    SESSIONS_OT_vary,
    SESSIONS_OT_regenerate_to_length,
    SESSIONS_OT_continue_shot,
    SESSIONS_OT_fill_gap,
    SESSIONS_OT_forget_join,
)
