"""The draft's prompt as a text in the Text Editor, for the Blenders whose panels have one-line fields only.

While it is open, text and draft follow each other at every tick of the pump, so there is nothing to apply and nothing
to lose. A mark on the text tells which one it is. The editor that was opened for a marked text is closed when that is
not, or no longer, the open one: that alone ends the editing, whatever the reason (the button, another session, the
editor closed by hand, another file, an undo that brought the text back).

A text that is done with has no users, so Blender saves it no more. It is not removed, because Blender crashes when it
undoes what was typed into a text that is gone.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from typing import Any

import bpy

from ..core import sessions
from ..core.errors import SessionsError
from ..core.models import new_id
from . import runtime, timeline

log = logging.getLogger(__name__)

_MARK = "generative_sessions_prompt"
_FORMER = "generative_sessions_former"
_EDITOR = "TEXT_EDITOR"
_NAME = "Prompt"
_SECONDS_BETWEEN = 0.4

_looked_at = 0.0


def attach() -> None:
    """Nothing is open yet; what a file may hold from before goes with the first tick."""
    global _looked_at
    _looked_at = 0.0


def detach() -> None:
    """Take over the last words and leave no text and no editor behind."""
    if runtime.is_enabled():
        close()
        _clear_away()


def open_in_editor(context: bpy.types.Context) -> None:
    """Show the draft's prompt in a Text Editor of this window; where there is none, beside the sequencer."""
    state = runtime.current()
    text = bpy.data.texts.new(_NAME)
    text.write(state.draft.prompt)  # unlike from_string, leaves the cursor at the end
    mark = new_id()
    text[_MARK] = mark
    text.use_fake_user = False
    state.open_prompt = runtime.OpenPrompt(mark, state.session.id if state.session else None, state.draft.prompt)
    if context.window is not None and not bpy.app.background:
        _show(context, text)


def close() -> None:
    """Take over the last words. The editor goes with the next tick, when no button of its own is at work."""
    take_over()
    runtime.current().open_prompt = None


def is_open(text: bpy.types.Text | None) -> bool:
    """Whether `text` is the prompt that is being edited."""
    shown = runtime.current().open_prompt if runtime.is_enabled() else None
    return text is not None and shown is not None and text.get(_MARK) == shown.mark


def take_over() -> bool:
    """Bring text and draft together, now. Returns whether either changed. The text's change wins, it is being typed."""
    if not runtime.is_enabled():
        return False
    state = runtime.current()
    shown = state.open_prompt
    if shown is None:
        return False
    text = next((text for text in bpy.data.texts if text.get(_MARK) == shown.mark), None)
    if text is None:  # deleted, or undone: the draft has what was written
        state.open_prompt = None
        return True
    session_id = state.session.id if state.session else None
    written = text.as_string()
    changed = written != shown.content
    if changed:
        project = sessions.edit_draft_of(state.project, shown.session_id, {"prompt": written}, runtime.now())
        try:
            runtime.commit(project)
        except SessionsError as error:
            log.warning("%s", error)
            state.trouble = error.problem
    elif session_id == shown.session_id and state.draft.prompt != written:
        written = state.draft.prompt
        text.from_string(written)
        changed = True
    if session_id != shown.session_id and state.draft.prompt != written:
        state.open_prompt = None  # another session is in the panel
        return True
    state.open_prompt = dataclasses.replace(shown, session_id=session_id, content=written)
    return changed


def follow() -> bool:
    """For the pump: bring text and draft together and clear away, some times a second. Returns whether to redraw."""
    global _looked_at
    now = time.monotonic()
    if now - _looked_at < _SECONDS_BETWEEN:
        return False
    _looked_at = now
    changed = take_over()
    state = runtime.current()
    if state.open_prompt and not bpy.app.background and not _is_shown(state.open_prompt.mark):
        state.open_prompt = None  # its editor was closed, or shows another text
        changed = True
    return _clear_away() or changed


def _clear_away() -> bool:
    """Let go of marked texts that are not open, and close the editors that were opened for them."""
    shown = runtime.current().open_prompt
    strays = [text for text in bpy.data.texts if text.get(_MARK) not in (None, shown.mark if shown else None)]
    used = [text for text in strays if text.users]
    if not used or timeline.busy(bpy.context):
        return False
    for text in used:
        text.use_fake_user = False
        _close_editors(text)
        text.user_clear()  # Blender counts an editor that showed it until the file is read again, and would save it
    return True


def _show(context: bpy.types.Context, text: bpy.types.Text) -> None:
    area = next((area for area in context.window.screen.areas if area.type == _EDITOR), None)
    if area is not None:
        space: Any = area.spaces.active
        text[_FORMER] = space.text.name if space.text else ""
    else:
        area = _new_area(context)
        area.ui_type = _EDITOR
        space = area.spaces.active
        space.show_word_wrap = True
        space.show_line_numbers = False
        space.show_syntax_highlight = False
    space.text = text


def _new_area(context: bpy.types.Context) -> bpy.types.Area:
    """Half of the sequencer, or the area of a new window where that cannot be split, as in full screen."""
    screen: Any = context.window.screen
    before = {area.as_pointer() for area in screen.areas}
    split: Any = bpy.ops.screen.area_split
    if context.area is not None and split.poll():
        split(direction="VERTICAL", factor=0.5)
    added = [area for area in screen.areas if area.as_pointer() not in before]
    if added:
        return added[0]
    bpy.ops.wm.window_new()
    window = context.window_manager.windows[-1]
    return window.screen.areas[0]


def _is_shown(mark: str) -> bool:
    areas = (area for screen in bpy.data.screens for area in screen.areas if area.type == _EDITOR)
    spaces: Any = (area.spaces.active for area in areas)
    return any(space.text and space.text.get(_MARK) == mark for space in spaces)


def _close_editors(text: bpy.types.Text) -> None:
    """Give each editor that shows `text` back what it showed before; the ones opened for it go."""
    former = text.get(_FORMER)
    for window in list(bpy.context.window_manager.windows):
        for area in list(window.screen.areas):
            space: Any = area.spaces.active
            if area.type != _EDITOR or space.text != text:
                continue
            if former is not None:
                space.text = bpy.data.texts.get(former)
                continue
            with bpy.context.temp_override(window=window, area=area):
                if len(window.screen.areas) > 1:
                    bpy.ops.screen.area_close()
                else:
                    bpy.ops.wm.window_close()
