"""Keeps the panel and the strips together: what is selected is what the panel shows, what is generated has its name."""

from __future__ import annotations

import logging

import bpy

from ...core import sessions
from ...core.errors import SessionsError
from .. import arrivals, compat, lookup, runtime, timeline
from . import marks, placeholders, selection, usage

log = logging.getLogger(__name__)

_LOOKING = 0.002  # seconds of a tick

_followed: tuple[object, ...] | None = None


def keep_up() -> bool:
    """What a tick does for the strips. True if something changed that is shown."""
    changed = usage.look(_LOOKING)
    changed |= _follow_selection()
    if usage.placeholders() and not timeline.busy(bpy.context):
        changed |= _mend_placeholders()
    return changed


def forget() -> None:
    """Another file is open."""
    global _followed
    _followed = None
    usage.forget()


def let_be() -> None:
    """A person says what the panel is to show: whatever is selected now does not change that."""
    global _followed
    _followed, _ = _selected()


def _follow_selection() -> bool:
    """Bring the session of a strip that has just been selected into the panel."""
    global _followed
    seen, wanted = _selected()
    if seen == _followed:
        return False
    _followed = seen
    state = runtime.current()
    session = sessions.find(state.project, wanted) if wanted else None
    if session is None or session is state.session or state.blocked:
        return False
    runtime.commit(sessions.switch(state.project, session.id, runtime.now()))
    return True


def _selected() -> tuple[tuple[object, ...] | None, str]:
    """What tells the selected strip from others, and the id of its session; None and empty if there is none.

    Not by its name where it is in a slot: that changes with its takes, which is no reason to follow it.
    """
    scene = next(iter(compat.scenes_in_sequencers(bpy.context)), None)
    strip = selection.active_strip(scene) if scene is not None else None
    if scene is None or strip is None:
        return None, ""
    seen = (scene.name, marks.slot_of(strip) or strip.name, strip.channel, compat.left_handle(strip))
    return seen, marks.session_of(strip)


def _mend_placeholders() -> bool:
    """Let each placeholder say how its takes are doing.

    One whose clip is there already was brought back by undo, or copied from somewhere: it is filled, which is no undo
    step of its own, so that redo still works.
    """
    waiting = set(runtime.current().arrivals)
    done = changed = False
    for use in usage.placeholders():
        there = usage.strip_of(use)
        if there is None or not there[0].is_editable or not marks.is_placeholder(there[1]):
            continue  # since it was looked up, it was filled or taken away
        (scene, strip), asset = there, lookup.filling(use.slot)
        try:
            if asset is None:
                changed |= placeholders.refresh(strip)
            elif asset.id not in waiting:
                arrivals.fill(scene, strip, asset)
                done = changed = True
        except SessionsError as error:
            log.warning("%s", error)
    if changed:
        usage.changed()  # by its name a strip is found again
    return done
