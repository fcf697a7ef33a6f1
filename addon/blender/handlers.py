"""Blender's events that concern the extension. Each handler is one call; it never lets an error out into Blender."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

import bpy
from bpy.app.handlers import persistent

from . import arrivals, bills, clips, files, inputs, keeping, prompts, sharing, thumbnails, trashing
from .comparing import exact
from .comparing import state as comparison
from .slots import following, usage

log = logging.getLogger(__name__)


def _handler(name: str, action: Callable[..., None]) -> tuple[str, Callable[..., None]]:
    @functools.wraps(action)
    def handle(*args: Any) -> None:
        try:
            action(*args)
        except Exception:
            log.exception("the %s handler failed", name)

    return name, persistent(handle)


def _first_argument(action: Callable[[str], None]) -> Callable[..., None]:
    @functools.wraps(action)
    def with_path(filepath: Any = "", *_rest: Any) -> None:
        action(filepath if isinstance(filepath, str) else bpy.data.filepath)

    return with_path


def _no_arguments(action: Callable[[], object]) -> Callable[..., None]:
    @functools.wraps(action)
    def without(*_args: Any) -> None:
        action()

    return without


_HANDLERS: tuple[tuple[str, Callable[..., None]], ...] = (
    _handler("load_pre", _no_arguments(prompts.take_over)),
    _handler("load_pre", _no_arguments(comparison.leave)),
    _handler("load_pre", _no_arguments(files.close_current)),
    _handler("load_pre", _no_arguments(thumbnails.forget)),
    _handler("load_pre", _no_arguments(inputs.forget)),
    _handler("load_pre", _no_arguments(sharing.forget)),
    _handler("load_pre", _no_arguments(bills.forget)),
    _handler("load_pre", _no_arguments(following.forget)),
    _handler("load_pre", _no_arguments(trashing.forget)),
    _handler("load_pre", _no_arguments(keeping.forget)),
    _handler("load_post", _no_arguments(files.open_current)),
    _handler("load_post_fail", _no_arguments(files.reopen_current)),
    _handler("undo_pre", _no_arguments(clips.before_undo)),
    _handler("undo_post", _no_arguments(arrivals.after_undo)),
    _handler("redo_pre", _no_arguments(clips.before_undo)),
    _handler("redo_post", _no_arguments(arrivals.after_undo)),
    _handler("undo_post", _no_arguments(usage.changed)),
    _handler("redo_post", _no_arguments(usage.changed)),
    _handler("undo_post", _no_arguments(trashing.look_again)),
    _handler("redo_post", _no_arguments(trashing.look_again)),
    _handler("depsgraph_update_post", _no_arguments(usage.changed)),
    _handler("depsgraph_update_post", exact.updated),
    _handler("undo_post", _no_arguments(exact.edited)),
    _handler("redo_post", _no_arguments(exact.edited)),
    _handler("save_pre", _no_arguments(prompts.take_over)),
    _handler("save_pre", _first_argument(files.before_save)),
    _handler("save_post", _first_argument(files.after_save)),
)


def attach() -> None:
    """Add the handlers to Blender's lists."""
    for name, handle in _HANDLERS:
        getattr(bpy.app.handlers, name).append(handle)


def detach() -> None:
    """Take them out again, in reverse order."""
    for name, handle in reversed(_HANDLERS):
        getattr(bpy.app.handlers, name).remove(handle)
