"""The explicit, ordered list of what is added to Blender; taken out in reverse, and rolled back if a step fails."""

from __future__ import annotations

import logging
from collections.abc import Callable

import bpy

from . import (
    accounts,
    commands,
    files,
    filters,
    handlers,
    keymaps,
    logs,
    operators,
    options,
    preferences,
    prompts,
    properties,
    pump,
    runtime,
    thumbnails,
    ui,
    words,
    workers,
)
from .comparing import drawing
from .operators import comparing
from .slots import overlay
from .ui import menus

log = logging.getLogger(__name__)

Step = tuple[Callable[[], None], Callable[[], None]]

_CLASSES = (
    properties.SESSIONS_PG_row,
    properties.SESSIONS_PG_session,
    options.SESSIONS_PG_option,
    filters.SESSIONS_PG_filter,
    properties.SESSIONS_PG_panel,
    *preferences.CLASSES,
    *operators.CLASSES,
    *ui.CLASSES,
)


def _class_step(cls: type) -> Step:
    return (lambda: bpy.utils.register_class(cls), lambda: bpy.utils.unregister_class(cls))


def _leave_file() -> None:
    if bpy.app.timers.is_registered(files.ensure_open):
        bpy.app.timers.unregister(files.ensure_open)
    try:
        if runtime.is_enabled():
            files.flush()
    finally:
        runtime.leave()


_STEPS: tuple[Step, ...] = (
    (logs.attach, logs.detach),
    (words.register, words.unregister),
    (workers.forget_deaths, workers.close),
    *map(_class_step, _CLASSES),
    (properties.attach, properties.detach),
    (thumbnails.attach, thumbnails.detach),
    (accounts.forget, accounts.forget),
    (menus.attach, menus.detach),
    (commands.attach, commands.detach),
    (keymaps.attach, keymaps.detach),
    (overlay.attach, overlay.detach),
    (drawing.attach, drawing.detach),
    (comparing.attach, comparing.detach),
    (handlers.attach, handlers.detach),
    (files.open_soon, _leave_file),
    (prompts.attach, prompts.detach),
    (pump.start, pump.stop),
)


def register() -> None:
    """Do every step; if one fails, undo those before it and let the error out."""
    done: list[Step] = []
    try:
        for step in _STEPS:
            step[0]()
            done.append(step)
    except Exception:
        for step in reversed(done):
            _undo(step)
        raise


def unregister() -> None:
    """Undo every step, last first. One that fails does not keep the others from being undone."""
    for step in reversed(_STEPS):
        _undo(step)


def _undo(step: Step) -> None:
    try:
        step[1]()
    except Exception:
        log.exception("a step of unregistering failed")
