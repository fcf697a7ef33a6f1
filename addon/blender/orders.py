"""What a click on Generate asked for: fixed at the click, whatever is switched to before it is sent."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import bpy

from ..core import pricing, sessions
from ..core.errors import InputError
from ..core.models import Cost, Draft, Placement, Request
from . import accounts, compat, properties, runtime, settings, workers
from .slots import reserving
from .slots.selection import Place


class Order(NamedTuple):
    """Takes to make. `path`: the sidecar that was open; `session_id`: the session, None for a new one.

    `draft`: what stood in the panel, `scene` and `frame`: where the playhead was, if the clip is to be put there.
    `place`: where in that scene the takes go at once; None if nowhere, or if strips could not be changed at the click.
    """

    path: Path
    session_id: str | None
    draft: Draft
    requests: list[Request]
    scene: str
    frame: int
    place: Place | None

    @property
    def cost(self) -> Cost | None:
        """What its takes cost together, None if nobody can tell."""
        provider = accounts.capabilities(self.requests[0].provider)
        costs = [pricing.estimate(request, provider) for request in self.requests] if provider else []
        known = [cost for cost in costs if cost]
        if not known or len(known) < len(costs):
            return None
        return known[0].model_copy(update={"amount": sum(cost.amount for cost in known)})


def of(context: bpy.types.Context, draft: Draft, requests: list[Request], place: Place | None) -> Order:
    """What `draft`, which stands in the panel, asks for at this moment."""
    scene = compat.sequencer_scene(context)
    state = runtime.current()
    session_id = state.session.id if state.session else None
    return Order(state.path, session_id, draft, requests, scene.name, scene.frame_current, place)


def send(context: bpy.types.Context, order: Order) -> list[str]:
    """Add the takes to the session and let them run. Returns their ids, at once.

    Raises `SessionsError`, and changes nothing then.
    """
    state = runtime.current()
    if state.path != order.path:
        raise InputError("Another file is open now.", "Press Generate again.")

    scene = bpy.data.scenes.get(order.scene)
    place = order.place if scene is not None else None
    slot = reserving.slot_for(scene, place) if scene is not None and place is not None else ""

    def placed(batch: str) -> Placement:
        return Placement(scene=order.scene, frame=place.frame if place else order.frame, batch=batch)

    shown = state.session.id if state.session else None
    project, session, takes = sessions.add_takes(
        state.project,
        order.session_id,
        order.draft,
        order.requests,
        runtime.now(),
        place=placed if order.draft.insert else None,
        pattern=settings.get().pattern,
        slot=slot,
    )
    if shown == order.session_id:
        project = sessions.switch(project, session.id, runtime.now())
    ids = [take.id for take in takes]
    workers.open_project(state.path)  # without a worker nothing would ever run
    with reserving.reserved(scene, place, order.requests[0], session_id=session.id, slot=slot):
        runtime.commit(project, run=ids)
    if place is not None and place.anew:
        reserving.begin_anew(slot, ids[0])
    state.notes = ()
    if shown == order.session_id:
        properties.panel(context).take_index = 0
    return ids
