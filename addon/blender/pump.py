"""Applies what the worker says, a little at a time.

`tick` is a plain function: a timer calls it where there is a window; scripts and tests call it themselves, because
timers never fire in a background Blender.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator

import bpy

from ..core import merging
from ..core.errors import SessionsError
from ..core.models import Project, Take, TakeState
from ..worker import messages
from ..worker.errands import Adopted, ClipsFound, Collected, Rebuildable, Rebuilt, Working
from . import (
    accounts,
    adopting,
    arrivals,
    bills,
    inputs,
    keeping,
    prompts,
    redrawing,
    runtime,
    sharing,
    thumbnails,
    trashing,
    workers,
)
from .comparing import exact
from .slots import following, usage

log = logging.getLogger(__name__)

BUDGET = 0.003
"""Seconds that one tick may spend on messages."""

_BUSY_SECONDS = 0.05
_IDLE_SECONDS = 0.2


def tick(budget: float = BUDGET) -> None:
    """Apply the worker's messages and load thumbnails, for at most about `budget` seconds; then place one clip."""
    if not runtime.is_enabled():
        return
    begin = time.perf_counter()
    changed = bool(read(budget))
    _revive_worker()
    workers.configure()
    arrivals.mend_after_undo()
    changed |= prompts.follow()
    changed |= bills.keep_up()
    changed |= following.keep_up()
    changed |= keeping.keep_up()
    changed |= adopting.keep_up()
    changed |= trashing.keep_up()
    changed |= inputs.put_arrived()
    changed |= exact.keep_up()
    changed |= thumbnails.load(begin + budget)
    if arrivals.place_next() or changed:
        redrawing.redraw(timelines=bool(usage.placeholders()))


def read(budget: float) -> list[messages.FromWorker]:
    """Apply the messages that are there, reading for at most `budget` seconds, and return them."""
    received = workers.receive(budget)
    project = runtime.current().project
    for message in received:
        project = _applied(message, project)
    if project is not runtime.current().project:
        runtime.show(project)
    return received


def run_until(done: Callable[[], bool]) -> None:
    """Work on until `done`: for scripts, which want their clips before the next line.

    Raises `SessionsError` if nothing will be done because the worker cannot be had, or the sidecar cannot be written.
    """
    state = runtime.current()
    known = state.trouble
    while not done():
        workers.wait(0.1)
        tick(budget=0.1)
        stuck = not state.progress and state.trouble is not known
        problem = state.unsaved or (state.trouble if stuck or not workers.is_running() else None)
        if problem:
            raise SessionsError.of(problem)
    if state.trouble is not None and state.trouble is not known:
        raise SessionsError.of(state.trouble)


def start() -> None:
    """Let a timer call `tick`. Not in the background, where timers never fire and would keep Python from ending."""
    if not bpy.app.background and not bpy.app.timers.is_registered(_timer):
        bpy.app.timers.register(_timer, first_interval=_IDLE_SECONDS, persistent=True)


def stop() -> None:
    """Take the timer away."""
    if bpy.app.timers.is_registered(_timer):
        bpy.app.timers.unregister(_timer)


def _timer() -> float:
    try:
        tick()
    except (
        Exception
    ):  # an error would end the timer, and with it all progress: it goes to the log, and the next tick comes
        log.exception("a pump tick failed")
    busy = runtime.is_enabled() and (
        runtime.has_running_takes()
        or runtime.has_unsaved_changes()
        or thumbnails.is_waiting()
        or inputs.is_waiting()
        or exact.is_rendering()
        or sharing.is_waiting()
    )
    return _BUSY_SECONDS if busy else _IDLE_SECONDS


def _applied(message: messages.FromWorker, project: Project) -> Project:
    """Take in what a message says; returns the project as it is then. Shown once, after the last one."""
    state = runtime.current()
    if isinstance(message, messages.Trouble):
        log.warning("%s", message.problem)
        if message.path in (None, state.path):
            state.trouble = message.problem
            state.cancelling.clear()  # it may be the answer to a cancel, and the button must come back
        return project
    if isinstance(message, messages.Depicted):
        thumbnails.arrived(message)
        return project
    if isinstance(message, messages.Inquired):
        accounts.answered(message)
        bills.forget()  # prices may be others now
        return project
    if isinstance(message, messages.Underway):
        inputs.progressed(message)
        return project
    if isinstance(message, messages.Shared):
        sharing.arrived(message)
        return project
    if isinstance(message, messages.Prepared):
        inputs.arrived(message)
        return project
    if isinstance(message, messages.Tried):
        exact.arrived(message)
        return project
    if isinstance(message, Adopted | ClipsFound | Collected | Rebuildable | Rebuilt | Working):
        keeping.arrived(message)
        return project
    if message.path != state.path:
        return project  # about a file that was open before: the worker has written it there
    match message:
        case messages.Saved():
            state.saved = max(state.saved, message.revision)
            state.unsaved = None
        case messages.SaveFailed():
            log.warning("%s", message.problem)
            state.unsaved = message.problem
        case messages.Relocated():
            state.saved = max(state.saved, message.revision)
            if message.target == state.moving_to:
                state.path = message.target
                return merging.merged(project, message.part)
        case messages.Changed():
            for take in _uncertain(message.part):
                state.cancelling.discard(take.id)
                state.drop_progress(take.id)
            trashing.note_moved(message.part)
            # Each Blender's panel is its own: what another one has open or types does not show here.
            return merging.merged(project, message.part.model_copy(update={"desk": None}))
        case messages.Progress():
            state.note_progress(message, time.monotonic())
        case messages.Ended():
            state.drop_progress(message.take_id)
            state.cancelling.discard(message.take_id)
            state.arrivals += [asset.id for asset in message.part.assets if asset.id not in state.arrivals]
            return merging.merged(project, message.part)
    return project


def _uncertain(part: Project) -> Iterator[Take]:
    takes = (take for session in part.sessions for take in session.takes)
    return (take for take in (*takes, *part.detached) if take.state is TakeState.UNCERTAIN)


def _revive_worker() -> None:
    """Replace a worker that died, and tell it everything again: what it had not written yet is written now."""
    if workers.has_died():
        log.error("the worker process ended unexpectedly")
        runtime.current().progress.clear()
        runtime.current().paces.clear()
        thumbnails.worker_died()
        accounts.worker_died()
        workers.close()
        runtime.send_again()
        inputs.worker_died()
        exact.worker_died()
        sharing.worker_died()
        keeping.worker_died()
        state = runtime.current()
        for take_id in state.cancelling:
            with contextlib.suppress(SessionsError):  # told already
                workers.send(messages.Cancel(path=state.path, take_id=take_id), state.path)
