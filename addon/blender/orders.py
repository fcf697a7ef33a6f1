"""What a click on Generate asked for: fixed at the click, whatever is switched to before it is sent."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import bpy

from ..core import pricing, sessions
from ..core.errors import InputError
from ..core.models import Cost, Draft, Placement, Project, Request
from . import accounts, compat, properties, runtime, settings, workers


class Order(NamedTuple):
    """Takes to make. `path`: the sidecar that was open; `session_id`: the session, None for a new one.

    `draft`: what stood in the panel, `scene` and `frame`: where the playhead was, if the clip is to be put there.
    """

    path: Path
    session_id: str | None
    draft: Draft
    requests: list[Request]
    scene: str
    frame: int

    @property
    def cost(self) -> Cost | None:
        """What its takes cost together, None if nobody can tell."""
        provider = accounts.capabilities(self.requests[0].provider)
        costs = [pricing.estimate(request, provider) for request in self.requests] if provider else []
        known = [cost for cost in costs if cost]
        if not known or len(known) < len(costs):
            return None
        return known[0].model_copy(update={"amount": sum(cost.amount for cost in known)})


def of(context: bpy.types.Context, draft: Draft, requests: list[Request]) -> Order:
    """What `draft`, which stands in the panel, asks for at this moment."""
    scene = compat.sequencer_scene(context)
    state = runtime.current()
    return Order(
        state.path, state.session.id if state.session else None, draft, requests, scene.name, scene.frame_current
    )


def send(context: bpy.types.Context, order: Order) -> list[str]:
    """Add the takes to the session and let them run. Returns their ids, at once.

    Raises `SessionsError`, and changes nothing then.
    """
    state = runtime.current()
    if state.path != order.path:
        raise InputError("Another file is open now.", "Press Generate again.")

    def place(batch: str) -> Placement:
        return Placement(scene=order.scene, frame=order.frame, batch=batch)

    project = sessions.edit_draft_of(state.project, order.session_id, dict(order.draft), runtime.now())
    project, _, takes = sessions.generate(
        _switched(project, order.session_id),
        order.requests,
        runtime.now(),
        place=place if order.draft.insert else None,
        pattern=settings.get().pattern,
    )
    shown = state.session.id if state.session else None
    if shown != order.session_id:
        project = _as_before(project, shown)
    ids = [take.id for take in takes]
    workers.open_project(state.path)  # without a worker nothing would ever run
    runtime.commit(project, run=ids)
    state.notes = ()
    if shown == order.session_id:
        properties.panel(context).take_index = 0
    return ids


def _switched(project: Project, session_id: str | None) -> Project:
    active = sessions.active(project)
    if (active.id if active else None) == session_id:
        return project
    if session_id is None:
        return sessions.start_draft(project, runtime.now())
    return sessions.switch(project, session_id, runtime.now())


def _as_before(project: Project, session_id: str | None) -> Project:
    """The panel as it was, with what was typed there for a session to come."""
    project = _switched(project, session_id)
    desk = runtime.current().project.desk
    return sessions.edit_draft_of(project, None, dict(desk.draft), runtime.now()) if desk else project
