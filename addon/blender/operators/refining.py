"""From a take to the next one: Use Settings, Vary, Regenerate to Length."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty, StringProperty

from ...core import refining, requesting, sessions
from ...core.capabilities import Capabilities
from ...core.errors import InputError, NotFoundError
from ...core.models import Request, Session
from .. import accounts, compat, form, inputs, orders, prompts, properties, runtime, timeline, words
from ..slots import marks, reserving, selection, swapping
from ..slots.selection import Place
from . import generate, paid
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
        translation_context=words.CONTEXT,
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
        return can_send(cls, context)

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
        return can_send(cls, context)

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


# -- What an operator is about -----------------------------------------------------------------------------------------


def can_send(cls: Any, context: bpy.types.Context) -> bool:
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
    owner = sessions.session_of(project, wanted)
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


CLASSES = (
    SESSIONS_OT_use_settings,
    SESSIONS_OT_vary,
    SESSIONS_OT_regenerate_to_length,
)
