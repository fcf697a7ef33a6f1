"""Compare Takes, and what is done with them from there."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import bpy
from bpy.props import EnumProperty, FloatProperty, IntProperty, StringProperty

from ...core import comparing
from ...core.comparing import Box, View
from ...core.errors import InputError, NotFoundError
from ...core.models import Asset
from ...core.wording import N_
from .. import arrivals, compat, files, runtime, timeline, words
from ..comparing import drawing, state
from ..slots import selection, usage
from .reporting import NO_UNDO, Result, reporting

_VIEWS = (
    ("WIPE", N_("Wipe"), N_("Two takes in one picture, with a line between them that can be dragged")),
    ("SIDE", N_("Side by Side"), N_("Two takes beside each other")),
    ("FLIP", N_("Flip"), N_("One of two takes, and the other at the press of a key")),
    ("GRID", N_("Grid"), N_("Up to nine takes at once")),
)
_REACH = 8.0  # points beside the wipe's line that still get hold of it
_REST_AFTER = 30.0  # seconds
_IDLE = 2.0  # seconds
_NUMBERS = ("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
_NUMBER_KEYS = {key: place for place, key in enumerate(_NUMBERS)} | {
    f"NUMPAD_{place}": place - 1 for place in range(1, 10)
}


class SESSIONS_OT_compare(bpy.types.Operator):
    """See takes beside each other in the preview, in the place of the selected strip; nothing in the edit changes"""

    bl_idname = "sessions.compare"
    bl_label = "Compare Takes"
    bl_options = NO_UNDO

    view: EnumProperty(
        name="View",
        description="How they are shown",
        translation_context=words.CONTEXT,
        items=_VIEWS,
        options={"SKIP_SAVE"},
    )
    asset_ids: StringProperty(
        name="Assets",
        translation_context=words.CONTEXT,
        description="Ids of the clips, with commas between; left empty, all of the session that are not rejected",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    @classmethod
    def description(cls, _context: bpy.types.Context, given: Any) -> str:
        return words.tr(cls.bl_rna.properties["view"].enum_items[given.view].description)  # type: ignore[attr-defined]

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        files.ensure_open()
        return runtime.is_enabled()

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        if state.current() is not None and not self.asset_ids:
            state.show(View(self.view))
            return {"FINISHED"}
        scene = compat.sequencer_scene(context)
        strips = selection.picture_strips(scene) if scene is not None else []
        if not strips:
            raise InputError("No strip of a session is selected.", "Select a strip that shows a take.")
        active = selection.active_strip(scene)
        names = [strip.name for strip in strips]
        strip = strips[names.index(active.name)] if active is not None and active.name in names else strips[0]
        wanted = [each for each in self.asset_ids.split(",") if each]
        state.begin(scene, strip, View(self.view), wanted)
        _listen_soon()
        return {"FINISHED"}


class SESSIONS_OT_compare_leave(bpy.types.Operator):
    """Show the cut as it is again"""

    bl_idname = "sessions.compare_leave"
    bl_label = "Leave Comparison"
    bl_options = NO_UNDO

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return state.current() is not None

    def execute(self, _context: bpy.types.Context) -> Result:
        state.leave()
        return {"FINISHED"}


class SESSIONS_OT_compare_choose(bpy.types.Operator):
    """Choose a take of those that are compared"""

    bl_idname = "sessions.compare_choose"
    bl_label = "Choose Compared Take"
    bl_options = NO_UNDO | {"INTERNAL"}

    place: IntProperty(name="Place", description="Which one, from 0; -1 for none", default=-1, options={"SKIP_SAVE"})
    side: IntProperty(
        name="Side", translation_context=words.CONTEXT,
        description="Left (0) or right (1); -1 for the chosen one", default=-1, min=-1, max=1,
        options={"SKIP_SAVE"},
    )  # fmt: skip
    step: IntProperty(
        name="Step", translation_context=words.CONTEXT, description="How many further", default=0, options={"SKIP_SAVE"}
    )
    line: FloatProperty(
        name="Line", translation_context=words.CONTEXT,
        description="Where the line of the wipe stands, from 0 to 1; -1 to leave it", default=-1.0,
        min=-1.0, max=1.0, options={"SKIP_SAVE"},
    )  # fmt: skip

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return state.current() is not None

    def execute(self, _context: bpy.types.Context) -> Result:
        if self.side >= 0:
            state.choose_side(self.side)
        if self.place >= 0:
            state.choose(self.place)
        if self.step:
            state.step(self.step)
        if self.line >= 0:
            state.move_line(self.line)
        return {"FINISHED"}


class SESSIONS_OT_compare_use(bpy.types.Operator):
    """Let the strip show the chosen take; trim, effects and keys stay"""

    bl_idname = "sessions.compare_use"
    bl_label = "Use This Take"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if state.current() is None:
            return False
        busy = timeline.busy(context)
        if busy:
            cls.poll_message_set(busy)
        return not busy

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        asset, scene = chosen(), state.scene()
        strip = state.target(scene) if scene is not None else None
        if asset is None or scene is None or strip is None:
            raise NotFoundError("There is no strip here that could show the take.", "Move the playhead over the strip.")
        for sentence in arrivals.fill(scene, strip, asset):
            self.report({"WARNING"}, words.text(sentence))
        usage.changed()
        return {"FINISHED"}


def chosen() -> Asset | None:
    """The take that is used, starred or rejected."""
    now = state.current()
    return state.asset_at(now.chosen) if now is not None else None


# -- Keys and mouse ----------------------------------------------------------------------------------------------------

_listening = False


class SESSIONS_OT_compare_keys(bpy.types.Operator):
    """The keys and the mouse over the preview while takes are compared; all else passes through"""

    # Blender writes no autosave while an operator like this one runs. So it ends now and then, when nothing is touched,
    # and `_listen` starts it again a moment later.

    bl_idname = "sessions.compare_keys"
    bl_label = "Keys of the Comparison"
    bl_options = {"INTERNAL"}

    def invoke(self, context: bpy.types.Context, _event: Any) -> Result:
        global _listening
        if state.current() is None or context.window is None or _listening:
            return {"CANCELLED"}
        manager = context.window_manager
        self._timer = manager.event_timer_add(1.0, window=context.window)
        self._begun = self._touched = time.monotonic()
        self._drags = False
        _listening = True
        manager.modal_handler_add(self)
        context.workspace.status_text_set(_status())
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: Any) -> Result:
        if state.current() is None:
            return self._end(context)
        moment = time.monotonic()
        if event.type == "TIMER":
            if moment - self._begun > _REST_AFTER and moment - self._touched > _IDLE and not self._drags:
                return self._end(context)
            return {"PASS_THROUGH"}
        self._touched = moment
        if self._drags:
            return self._drag(event)
        where = _under(context, event)
        if where is None or event.ctrl or event.alt or event.oskey:
            return {"PASS_THROUGH"}
        area, region = where
        over_preview = region.type == "PREVIEW"
        if over_preview and event.type == "LEFTMOUSE":
            if event.value == "PRESS":
                self._press(context, area, region, event)
            return {"RUNNING_MODAL"}  # a click here must not select or move what lies below
        if over_preview and event.type == "MOUSEMOVE":
            context.window.cursor_set("MOVE_X" if self._on_line(context, region, event) else "DEFAULT")
        if event.value != "PRESS" or not _press_key(context, area, region, event, over_preview):
            return {"PASS_THROUGH"}
        return self._end(context) if state.current() is None else {"RUNNING_MODAL"}

    def cancel(self, context: bpy.types.Context) -> None:
        self._end(context)

    def _end(self, context: bpy.types.Context) -> Result:
        global _listening
        _listening = False
        context.window_manager.event_timer_remove(self._timer)
        for workspace in bpy.data.workspaces if state.current() is None else ():
            workspace.status_text_set(None)
        if context.window is not None:
            context.window.cursor_set("DEFAULT")
        return {"FINISHED", "PASS_THROUGH"}

    def _press(self, context: bpy.types.Context, area: Any, region: Any, event: Any) -> None:
        now, scene = state.current(), state.scene()
        if now is None or scene is None:
            return
        if self._on_line(context, region, event):
            self._drags, self._frame, self._left = True, drawing.frame_box(region, scene), region.x
            return
        x, y = event.mouse_x - region.x, event.mouse_y - region.y
        places = drawing.boxes(region, scene, context.preferences.system.ui_scale)
        if now.view is View.WIPE:
            places = list(comparing.wiped(places[0], now.line))
        for number, box in enumerate(places):
            if box.holds(x, y) and now.view is View.GRID:
                state.choose(now.shown[number])
            elif box.holds(x, y) and now.view is not View.FLIP:
                state.choose_side(number)

    def _drag(self, event: Any) -> Result:
        frame: Box = self._frame
        state.move_line(comparing.dragged(frame, event.mouse_x - self._left))
        if event.type == "LEFTMOUSE" and event.value == "RELEASE":
            self._drags = False
        return {"RUNNING_MODAL"}

    def _on_line(self, context: bpy.types.Context, region: Any, event: Any) -> bool:
        now, scene = state.current(), state.scene()
        if now is None or scene is None or now.view is not View.WIPE:
            return False
        reach = _REACH * context.preferences.system.ui_scale
        x, y = event.mouse_x - region.x, event.mouse_y - region.y
        return comparing.is_on_line(drawing.frame_box(region, scene), now.line, x, y, reach)


def _under(context: bpy.types.Context, event: Any) -> tuple[Any, Any] | None:
    """The preview or the timeline of the compared scene that the mouse is over, and no sidebar or header above it."""
    x, y = event.mouse_x, event.mouse_y
    for area in context.window.screen.areas if context.window else ():
        if area.type == "SEQUENCE_EDITOR":
            there = [
                region
                for region in area.regions
                if region.x <= x < region.x + region.width and region.y <= y < region.y + region.height
            ]
            if there and all(region.type in ("PREVIEW", "WINDOW") for region in there):
                return area, there[0]
    return None


def _press_key(context: bpy.types.Context, area: Any, region: Any, event: Any, over_preview: bool) -> bool:
    """Do what a key stands for. False if it is none of ours.

    Over the timeline only those are that mean nothing to it: X and Enter there are about the strips.
    """
    now, key = state.current(), event.type
    if now is None or event.shift:
        return False
    if key == "ESC":
        state.leave()
    elif key == "F":
        state.flip()
    elif key in ("UP_ARROW", "DOWN_ARROW"):
        state.step(-1 if key == "UP_ARROW" else 1)
    elif not over_preview:
        return False
    elif key in _NUMBER_KEYS:
        first = comparing.page(now.chosen).start if now.view is View.GRID else 0
        state.choose(first + _NUMBER_KEYS[key])
    elif key == "TAB":
        views = list(View)
        state.show(views[(views.index(now.view) + 1) % len(views)])
    elif key in ("RET", "NUMPAD_ENTER"):
        _run(context, area, region, "compare_use")
    elif key in ("S", "X"):
        asset = chosen()
        if asset is not None:
            _run(context, area, region, "star" if key == "S" else "reject", asset_id=asset.id)
    else:
        return False
    return True


def _run(context: bpy.types.Context, area: Any, region: Any, name: str, **options: str) -> None:
    """Call an operator as its button would; what goes wrong it reports itself."""
    with context.temp_override(window=context.window, area=area, region=region), contextlib.suppress(RuntimeError):
        getattr(_ops(), name)("INVOKE_DEFAULT", **options)
    drawing.keep_up()


def _ops() -> Any:
    """The operators of the extension, of which the type checker knows nothing."""
    operators: Any = bpy.ops
    return operators.sessions


def _status() -> str:
    return words.tr(
        "F other take · ↑ ↓ another one · 1–9 choose · Tab next view · Enter use · S star · X reject · Esc leave"
    )


def _listen_soon() -> None:
    if not bpy.app.background and not bpy.app.timers.is_registered(_listen):
        bpy.app.timers.register(_listen, first_interval=0.0)


def _listen() -> float | None:
    """Keep the keys alive as long as something is compared."""
    if state.current() is None:
        for workspace in bpy.data.workspaces:
            workspace.status_text_set(None)
        return None
    if not _listening:
        window = next((each for each in bpy.context.window_manager.windows if each.parent is None), None)
        area = next((each for each in window.screen.areas if each.type == "SEQUENCE_EDITOR"), None) if window else None
        if window is not None and area is not None:
            with bpy.context.temp_override(window=window, area=area):
                _ops().compare_keys("INVOKE_DEFAULT")
    return 0.1


def attach() -> None:
    """Nothing is compared yet."""


def detach() -> None:
    """No keys any more."""
    if bpy.app.timers.is_registered(_listen):
        bpy.app.timers.unregister(_listen)


CLASSES = (
    SESSIONS_OT_compare,
    SESSIONS_OT_compare_leave,
    SESSIONS_OT_compare_choose,
    SESSIONS_OT_compare_use,
    SESSIONS_OT_compare_keys,
)
