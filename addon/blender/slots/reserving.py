"""The place in the edit that a click on Generate takes at once, before there is a clip."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from ...core import requesting
from ...core.capabilities import Capabilities
from ...core.models import Draft, Request, Session, new_id
from .. import compat, runtime, timeline, words
from . import joining, marks, placeholders, selection, sounds, swapping, usage
from .selection import Place


def place(context: bpy.types.Context, draft: Draft, session: Session | None = None) -> Place | None:
    """Where the takes of the next click go; None if they are not to be put anywhere, or the edit is busy just now.

    They are of `session`, or of the one in the panel. In the second case the first clip is put at the playhead's frame
    when it comes.
    """
    scene = compat.sequencer_scene(context)
    if scene is None or not draft.insert or timeline.busy(context):
        return None
    joined = joining.place(scene, draft)
    if joined is not None:
        return joined
    return offered(scene, session) if draft.fill else Place(scene.frame_current)


def offered(scene: bpy.types.Scene, session: Session | None = None) -> Place:
    """The place that the selection offers to takes of a session; None: of the one in the panel."""
    session = session or runtime.current().session
    return selection.place(scene, session.id if session else None)


def fitted(draft: Draft, where: Place | None, provider: Capabilities, context: bpy.types.Context) -> Draft:
    """The draft with the length that its place asks for, as near as the model can make it and no shorter if it can."""
    model = requesting.model_of(draft, provider)
    if where is None or where.frames is None or model is None:
        return draft
    form = timeline.scene_format(compat.sequencer_scene(context))
    there = model.at(requesting.mode_of(draft), draft.options)
    fps = requesting.output_format(draft, there, form)[2]
    return draft.model_copy(update={"duration": requesting.duration_for(where.frames / form.fps, there, fps)})


def slot_for(scene: bpy.types.Scene, where: Place) -> str:
    """The id of the slot that takes for a place are made for.

    A copy of a strip gets a slot of its own by this, with its sound: what is generated for it is not for the others.
    """
    strip = selection.active_strip(scene)
    if not where.slot or strip is None:
        return new_id()
    copies = [each for _, each in marks.of_slot(where.slot) if each.type == marks.PICTURE]
    if len(copies) < 2:
        return where.slot
    slot, sound = new_id(), sounds.partner(scene, strip)
    for each in filter(None, (strip, sound)):
        marks.put_slot(each, session_id=marks.session_of(each), slot=slot)
    return slot


@contextmanager
def reserved(
    scene: bpy.types.Scene | None, where: Place | None, request: Request, *, session_id: str, slot: str
) -> Iterator[None]:
    """Put a placeholder in a place that has no strip yet, and take it away again if what is done inside fails."""
    if scene is None or where is None or where.slot:
        yield
        return
    placeholders.put(
        scene,
        request,
        where.frame,
        session_id=session_id,
        slot=slot,
        length=where.length,
        above=where.above,
        skip=where.skip,
        tail=where.tail,
    )
    try:
        yield
    except BaseException:
        for owner, strip in list(marks.of_slot(slot)):
            compat.strips(sounds.level_of(owner, strip)).remove(strip)
        raise
    bpy.ops.ed.undo_push(message=words.tr("Generate"))
    usage.meet(slot)
    usage.changed()


def begin_anew(slot: str, take_id: str) -> None:
    """Let the strips of a slot begin with the first picture of a take when that comes. An undo step of its own."""
    for _, strip in marks.of_slot(slot):
        if strip.type == marks.PICTURE:
            swapping.begin_anew(strip, take_id)
    bpy.ops.ed.undo_push(message=words.tr("Generate"))
