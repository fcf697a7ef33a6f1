"""What a person asks the lists of sessions, takes and clips for. Not saved, not undone: a view."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import bpy
from bpy.props import EnumProperty, StringProperty

from ..core import filtering
from ..core.filtering import Marked, Query
from ..core.models import TakeState
from . import mirror, runtime
from .words import CONTEXT

_LISTS = ("sessions", "takes", "assets")
_DAYS = {"TODAY": 0, "WEEK": 6, "MONTH": 29}
_EVERYTHING = Query()
_USED = {"ANY": None, "USED": True, "UNUSED": False}


def _changed(_self: Any, context: bpy.types.Context) -> None:
    if runtime.is_enabled():
        for name in _LISTS:  # Blender would take a second to tell which one it is, where there are 10,000 clips
            asked = _query(of(context, name))
            if asked != mirror.query(name):
                mirror.ask(name, asked)
        mirror.refresh(runtime.current().project)


def _suggestions(place: int) -> Any:
    def suggest(_self: Any, _context: bpy.types.Context, typed: str) -> list[str]:
        if not runtime.is_enabled():
            return []
        known = {pair[place] for pair in filtering.made_with(runtime.current().project)}
        return sorted(each for each in known if each and typed.casefold() in each.casefold())

    return suggest


class SESSIONS_PG_filter(bpy.types.PropertyGroup):
    """What one list is asked for."""

    words: StringProperty(
        name="Words",
        description="Words in the name, the prompt or the note. “*” stands for any characters",
        options={"TEXTEDIT_UPDATE"},
        update=_changed,
    )
    provider: StringProperty(
        name="Provider",
        description="Who generated it; a part of the name is enough",
        search=_suggestions(0),
        search_options={"SUGGESTION"},
        update=_changed,
    )
    model: StringProperty(
        name="Model",
        description="The model that generated it; a part of the name is enough",
        search=_suggestions(1),
        search_options={"SUGGESTION"},
        update=_changed,
    )
    state: EnumProperty(
        name="State",
        translation_context=CONTEXT,
        items=(
            ("ANY", "Any", "In whatever state"),
            ("queued", "Queued", "Waits for its turn"),
            ("submitting", "Starting", "On its way to the provider"),
            ("running", "Generating", "Being generated"),
            ("uncertain", "Uncertain", "Waits for you to decide"),
            ("succeeded", "Done", "Has its clip"),
            ("failed", "Failed", "Ended without a clip"),
            ("cancelled", "Cancelled", "Ended by you"),
        ),
        update=_changed,
    )
    marked: EnumProperty(
        name="Mark",
        translation_context=CONTEXT,
        items=(
            ("any", "Any", "With a star, rejected or neither"),
            ("starred", "Starred", "With a star"),
            ("not_rejected", "Not Rejected", "With a star or no mark"),
            ("rejected", "Rejected", "Rejected"),
        ),
        update=_changed,
    )
    used: EnumProperty(
        name="In the Edit",
        translation_context=CONTEXT,
        items=(
            ("ANY", "Any", "Whether it is used or not"),
            ("USED", "Used", "Shown by a strip of any scene"),
            ("UNUSED", "Not Used", "Shown by no strip"),
        ),
        update=_changed,
    )
    made: EnumProperty(
        name="Made",
        translation_context=CONTEXT,
        items=(
            ("ANY", "Any Time", "Whenever it was made"),
            ("TODAY", "Today", "Since midnight"),
            ("WEEK", "Last 7 Days", "Today and the six days before"),
            ("MONTH", "Last 30 Days", "Today and the 29 days before"),
        ),
        update=_changed,
    )


def of(context: bpy.types.Context, name: str) -> Any:
    """The properties of the filter of the list `name`: "sessions", "takes" or "assets"."""
    return getattr(context.window_manager.generative_sessions, f"{name}_filter")


def is_on(name: str) -> bool:
    """Whether the list `name` is asked for less than everything."""
    return mirror.query(name) != _EVERYTHING


def clear(context: bpy.types.Context, name: str) -> None:
    """Ask the list `name` for everything."""
    asked = of(context, name)
    for field in SESSIONS_PG_filter.__annotations__:
        asked.property_unset(field)
    _changed(None, context)


def _query(asked: Any) -> Query:
    return Query(
        words=asked.words.strip(),
        provider=asked.provider.strip(),
        model=asked.model.strip(),
        state=None if asked.state == "ANY" else TakeState(asked.state),
        marked=Marked(asked.marked),
        used=_USED[asked.used],
        since=_midnight(_DAYS[asked.made]) if asked.made in _DAYS else None,
    )


def _midnight(days: int) -> datetime:
    """The beginning of the day that many days ago, by this machine's calendar."""
    today = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return (today - timedelta(days=days)).astimezone(UTC)
