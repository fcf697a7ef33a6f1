"""What the panel shows, as Blender properties: views of the runtime, kept nowhere else and never saved in a .blend.

The draft's fields read and write the draft itself, so there is no second copy to go stale.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..core import sessions
from ..core.checking import MAX_COUNT
from ..core.errors import SessionsError
from ..core.models import Draft
from . import choices, filters, form, mirror, options, runtime, searching, words
from .slots import following

log = logging.getLogger(__name__)

NAME = "generative_sessions"
"""What the window manager calls the panel's properties."""


def _get(name: str) -> Callable[[Any], Any]:
    def get(_self: Any) -> Any:
        return getattr(runtime.current().draft if runtime.is_enabled() else _NOTHING, name)

    return get


def _set(name: str) -> Callable[[Any, Any], None]:
    def set(_self: Any, value: Any) -> None:
        _edit(**{name: value})

    return set


def _edit(**changes: object) -> None:
    state = runtime.current()
    try:
        runtime.commit(sessions.edit_draft(state.project, changes, runtime.now()))
    except SessionsError as error:
        # A property cannot report: the panel shows the trouble.
        log.warning("%s", error)
        state.trouble = error.problem


def _set_match_scene(_self: Any, value: bool) -> None:
    try:
        form.choose(match_scene=value)  # the size that is shown then is one that the model makes
    except SessionsError as error:
        log.warning("%s", error)
        runtime.current().trouble = error.problem


def _draft(name: str) -> dict[str, Any]:
    return {"get": _get(name), "set": _set(name)}


_NOTHING = Draft()


def _get_session_index(_self: Any) -> int:
    session = runtime.current().session if runtime.is_enabled() else None
    return mirror.index("sessions", session.id) if session else -1


def _get_index(name: str) -> Callable[[Any], int]:
    """The row that was selected in the list `name`, wherever it is now; the first one if there is none such."""

    def get(_self: Any) -> int:
        return max(0, mirror.index(name, runtime.current().selected.get(name, ""))) if runtime.is_enabled() else 0

    return get


def _set_index(name: str) -> Callable[[Any, int], None]:
    def set(_self: Any, index: int) -> None:
        rows = mirror.rows(name)
        if 0 <= index < len(rows):
            runtime.current().selected[name] = rows[index][0]

    return set


def _set_session_index(_self: Any, index: int) -> None:
    rows = mirror.rows("sessions")
    if 0 <= index < len(rows):
        state = runtime.current()
        following.let_be()
        try:
            runtime.commit(sessions.switch(state.project, rows[index][0], runtime.now()))
        except SessionsError as error:
            log.warning("%s", error)
            state.trouble = error.problem


def _get_prompt_line(_self: Any) -> str:
    prompt: str = _get("prompt")(None)
    return prompt.replace("\n", f" {_LINE_BREAK} ")


def _set_prompt_line(_self: Any, line: str) -> None:
    _edit(prompt=re.sub(f" ?{_LINE_BREAK} ?", "\n", line))


_LINE_BREAK = "↵"


def _set_title(self: Any, name: str) -> None:
    state = runtime.current()
    try:
        runtime.commit(sessions.rename(state.project, self.id, name, runtime.now()))
    except SessionsError as error:
        log.warning("%s", error)
        state.trouble = error.problem


def _get_tip(self: Any) -> str:
    session = searching.session(self.id) if runtime.is_enabled() else None
    if session is None:
        return ""
    takes = len(session.takes)
    count = words.tr("1 take") if takes == 1 else words.tr("{number} takes").format(number=takes)
    prompt = session.draft.prompt.strip()
    shown = prompt if len(prompt) <= _TIP_CHARACTERS else f"{prompt[:_TIP_CHARACTERS]}…"
    return "\n".join(line for line in (session.name, shown, count) if line)


_TIP_CHARACTERS = 400


class SESSIONS_PG_row(bpy.types.PropertyGroup):
    """A row of a list: the id of what it shows, and the words that the list's filter looks in."""

    id: StringProperty()
    name: StringProperty()


class SESSIONS_PG_session(bpy.types.PropertyGroup):
    """A row of the session list. `title` is its name, and renames the session when it is set; `tip` tells about it."""

    id: StringProperty()
    name: StringProperty()
    title: StringProperty(
        name="Name",
        description="Name of the session",
        get=lambda self: self.name,
        set=_set_title,
    )
    tip: StringProperty(get=_get_tip)


class SESSIONS_PG_panel(bpy.types.PropertyGroup):
    """What stands in the Sessions tab."""

    sessions: CollectionProperty(type=SESSIONS_PG_session)
    session_index: IntProperty(
        name="Session",
        description="The session in the panel",
        get=_get_session_index,
        set=_set_session_index,
    )
    takes: CollectionProperty(type=SESSIONS_PG_row)
    take_index: IntProperty(
        name="Take", description="The take whose details are shown", get=_get_index("takes"), set=_set_index("takes")
    )
    assets: CollectionProperty(type=SESSIONS_PG_row)
    asset_index: IntProperty(
        name="Asset", description="The selected clip", get=_get_index("assets"), set=_set_index("assets")
    )

    sessions_filter: PointerProperty(type=filters.SESSIONS_PG_filter)
    takes_filter: PointerProperty(type=filters.SESSIONS_PG_filter)
    assets_filter: PointerProperty(type=filters.SESSIONS_PG_filter)

    name: StringProperty(
        name="Name",
        description="Name of the session to be; left empty, it is made as the preferences say",
        **_draft("name"),
    )
    prompt: StringProperty(
        name="Prompt",
        translation_context=words.CONTEXT,
        description="What the shot shows, and how the camera moves",
        **_draft("prompt"),
    )
    prompt_line: StringProperty(
        name="Prompt",
        translation_context=words.CONTEXT,
        description="What the shot shows, and how the camera moves. “↵” stands for a line break",
        get=_get_prompt_line,
        set=_set_prompt_line,
    )
    provider: EnumProperty(name="Provider", description="Who generates the clip", **choices.PROVIDER)
    model: EnumProperty(name="Model", description="Which of the provider's models generates it", **choices.MODEL)
    mode: EnumProperty(name="Mode", description="What the clip starts from", **choices.MODE)
    size: EnumProperty(name="Size", description="Width and height of the clip in pixels", **choices.SIZE)
    options: CollectionProperty(type=options.SESSIONS_PG_option)
    duration: FloatProperty(
        name="Duration",
        description="Length of the clip in seconds",
        min=0.1,
        soft_max=30.0,
        precision=1,
        step=50,
        unit="TIME_ABSOLUTE",
        **_draft("duration"),
    )
    count: IntProperty(
        name="Count",
        description="How many takes to make with one click",
        min=1,
        max=MAX_COUNT,
        soft_max=8,
        **_draft("count"),
    )
    match_scene: BoolProperty(
        name="Match Scene",
        description="Use the size and frame rate nearest to the scene's",
        get=_get("match_scene"),
        set=_set_match_scene,
    )
    width: IntProperty(
        name="Width", description="Width of the clip in pixels", min=16, subtype="PIXEL", **_draft("width")
    )
    height: IntProperty(
        name="Height", description="Height of the clip in pixels", min=16, subtype="PIXEL", **_draft("height")
    )
    fps: FloatProperty(
        name="Frame Rate", description="Frames per second of the clip", min=1.0, precision=2, **_draft("fps")
    )
    random_seed: BoolProperty(
        name="Random Seed",
        description="Give each take another seed; otherwise the takes count up from the one below",
        **_draft("random_seed"),
    )
    seed: IntProperty(
        name="Seed", description="The same prompt with the same seed makes the same picture", min=0, **_draft("seed")
    )
    fill: BoolProperty(
        name="Fill Selection",
        description="Put the takes where the selected strip or the gap at the playhead is, and make them as long",
        **_draft("fill"),
    )
    insert: BoolProperty(
        name="Insert at Playhead",
        description="Put the first clip that arrives where the playhead stands when Generate is pressed",
        **_draft("insert"),
    )


def attach() -> None:
    """Hang the panel's properties on the window manager: not saved, not undone."""
    setattr(bpy.types.WindowManager, NAME, PointerProperty(type=SESSIONS_PG_panel))


def detach() -> None:
    """Take them off again."""
    delattr(bpy.types.WindowManager, NAME)
    mirror.forget()


def panel(context: bpy.types.Context) -> Any:
    """The panel's properties."""
    return getattr(context.window_manager, NAME)


def selected(context: bpy.types.Context, name: str) -> str | None:
    """The id of the selected row of the list `name` ("takes" or "assets"), or None."""
    rows = mirror.rows(name)
    index: int = getattr(panel(context), f"{name.removesuffix('s')}_index")
    return rows[index][0] if 0 <= index < len(rows) else None
