"""What the next request starts from, taken from the timeline or a file.

An input is always a file in the project's folder of inputs (`storage.inputs`). The worker makes it, so that Blender
never waits: out of a copy of the scene, which Blender writes into its temporary folder as quickly as it saves. Until
the file is there the draft goes without, and the panel shows what is being prepared.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from ..core import lengths, requesting, sessions, terms
from ..core.capabilities import Media, Slot
from ..core.errors import InputError, SessionsError
from ..core.models import Draft, Input, Role, new_id
from ..core.wording import N_
from ..storage import files
from ..storage import inputs as stored
from ..worker import messages
from . import compat, copying, form, runtime, settings, timeline, words, workers

log = logging.getLogger(__name__)


class Moment(StrEnum):
    """Which frame of a strip."""

    FIRST = "first"
    CURRENT = "current"
    LAST = "last"


@dataclass(frozen=True)
class Preparing:
    """An input that is on its way. `session_id`: whose draft it is for, None for that of the session to come.

    `alone`: it takes the place of the one for the same. `done` of `frames` frames are rendered, 0 if nobody counts.
    """

    role: Role
    origin: str
    session_id: str | None
    order: messages.Prepare
    alone: bool
    done: int = 0
    frames: int = 0

    @property
    def name(self) -> str:
        """What it is called while it is prepared."""
        return self.origin or self.order.file.name


class _Range(NamedTuple):
    """Frames `first` to `last`, both included."""

    first: int
    last: int


_WRONG_MEDIA = {
    Media.IMAGE: N_("This has to be a picture: {role}."),
    Media.VIDEO: N_("This has to be a clip: {role}."),
    Media.AUDIO: N_("This has to be a sound: {role}."),
}
_preparing: dict[str, Preparing] = {}  # by the order's id, the first that was wanted first
_arrived: list[messages.Prepared] = []


# -- What is there -----------------------------------------------------------------------------------------------------


def preparing() -> list[Preparing]:
    """What is on its way to the draft in the panel, the first that was wanted first."""
    session = runtime.current().session
    return [each for each in _preparing.values() if each.session_id == (session.id if session else None)]


def check_ready() -> None:
    """Raise `InputError` while something is on its way to the draft in the panel."""
    for each in preparing():
        raise InputError("The input “{name}” is still being prepared.", "Generate when it is there.", name=each.name)


def slot(role: Role) -> Slot | None:
    """The place that the chosen model has for a role in the draft's mode, None if it has none or nobody knows.

    Where the inputs decide the mode, it is the one that it will be with such an input.
    """
    found = form.chosen()
    if found is None or found.model is None:
        return None
    draft = runtime.current().draft
    with_it = draft.model_copy(update={"inputs": (*draft.inputs, Input(role=role, path=""))})
    return next((each for each in found.model.takes(requesting.mode_of(with_it)) if each.role is role), None)


def file_of(entry: Input) -> Path:
    """Where an input's file is now. Raises `StorageError` if it is not there any more."""
    state = runtime.current()
    there = entry.model_copy(update={"path": bpy.path.abspath(entry.path)})
    return stored.locate(there, state.path, settings.root(state.path))


# -- What a person does ------------------------------------------------------------------------------------------------


def take_playhead(context: bpy.types.Context, role: Role) -> None:
    """Start from the frame under the playhead, as the preview shows it. Raises `SessionsError`."""
    scene = _scene(context)
    frame = scene.frame_current
    if not any(_visible(scene, _Range(frame, frame))):
        raise InputError("Nothing is shown at frame {frame}.", "Move the playhead over a strip.", frame=frame)
    origin = words.tr("Frame {frame} of {name}").format(frame=frame, name=scene.name)
    _shoot(role, Media.IMAGE, origin, scene, _Range(frame, frame))


def take_strip(context: bpy.types.Context, role: Role, moment: Moment) -> None:
    """Start from a frame of the selected strip by itself: where it shows all of its file's picture, in that size.

    Raises `SessionsError`.
    """
    scene, strip = selected_strip(context)
    first, last = compat.left_handle(strip), compat.right_handle(strip) - 1
    frame = {Moment.FIRST: first, Moment.LAST: last, Moment.CURRENT: scene.frame_current}[moment]
    if not first <= frame <= last:
        raise InputError(
            "The playhead (frame {frame}) is not on the strip “{strip}”.",
            "Move it there, or take the strip's first or last frame.",
            frame=frame,
            strip=strip.name,
        )
    take_frame(scene, strip, role, frame)


def take_frame(scene: bpy.types.Scene, strip: Any, role: Role, frame: int) -> None:
    """Start from the frame of a strip by itself that it shows at `frame`. Raises `SessionsError`."""
    origin = words.tr("Frame {frame} of {name}").format(frame=frame - compat.left_handle(strip) + 1, name=strip.name)
    _shoot(role, Media.IMAGE, origin, scene, _Range(frame, frame), strip.name)


def take_clip_frame(file: Path, name: str, role: Role, frame: int) -> None:
    """Start from a frame of a clip, counted from 1; past its end, from its last one. Raises `SessionsError`."""
    if not file.is_file():
        raise InputError("The file {path} is not there.", "Choose another one.", path=str(file))
    origin = words.tr("Frame {frame} of {name}").format(frame=frame, name=name)
    _order(role, Media.IMAGE, origin, file, frame=frame)


def selected_strip(context: bpy.types.Context) -> tuple[bpy.types.Scene, Any]:
    """The selected strip that has a picture, and its scene. Raises `InputError`."""
    scene = _scene(context)
    return scene, _selected_strip(scene)


def take_range(context: bpy.types.Context, role: Role) -> None:
    """Start from a clip of what is seen and heard from the first to the last frame of the selected strips.

    A single clip that is there uncut and unchanged is taken as it is. Raises `SessionsError`.
    """
    scene = _scene(context)
    chosen = [strip for strip in _level_strips(scene) if strip.select]
    if not chosen:
        raise InputError("No strip is selected.", "Select the strips whose range you want.")
    span = _Range(min(map(compat.left_handle, chosen)), max(map(compat.right_handle, chosen)) - 1)
    if not any(_visible(scene, span)):
        raise InputError("The selected strips have no picture.", "Select strips with a picture.")
    origin = words.tr("Frames {first} to {last} of {name}").format(first=span.first, last=span.last, name=scene.name)
    _check_length(role, (span.last - span.first + 1) / timeline.scene_format(scene).fps, origin)
    _shoot(role, Media.VIDEO, origin, scene, span)


def take_file(path: str, role: Role, media: Media) -> None:
    """Start from a copy of a file. Raises `SessionsError`."""
    file = Path(bpy.path.abspath(path))
    if not path or not file.is_file():
        raise InputError("The file {path} is not there.", "Choose another one.", path=path and str(file))
    _order(role, media, "", file)


def remove(number: int) -> None:
    """Take an input out of the draft, counted from 0. Its file stays. Raises `InputError`."""
    inputs = runtime.current().draft.inputs
    if not 0 <= number < len(inputs):
        raise InputError("There is no input number {number}.", "Choose one that is there.", number=number + 1)
    left = tuple(entry for at, entry in enumerate(inputs) if at != number)
    runtime.commit(sessions.edit_draft(runtime.current().project, {"inputs": left}, runtime.now()))


def abandon(order_id: str) -> None:
    """Stop preparing an input."""
    gone = _preparing.pop(order_id, None)
    if gone:
        workers.send(messages.Abandon(path=runtime.current().path, order_id=order_id), runtime.current().path)


# -- What the worker says ----------------------------------------------------------------------------------------------


def arrived(message: messages.Prepared) -> None:
    """The worker has made an input, or cannot: the next tick sees to it."""
    _arrived.append(message)


def progressed(message: messages.Underway) -> None:
    """The worker has rendered more of an input."""
    each = _preparing.get(message.order_id)
    if each:
        _preparing[message.order_id] = replace(each, done=message.done, frames=message.frames)


def is_waiting() -> bool:
    """Whether something is on its way to a draft of this file."""
    return bool(_preparing)


def put_arrived() -> bool:
    """Put what has arrived into the drafts that it is for. True if anything has."""
    changed = bool(_arrived)
    while _arrived:
        _put(_arrived.pop(0))
    return changed


def _put(message: messages.Prepared) -> None:
    wanted = _preparing.pop(message.order_id, None)
    if wanted is None:
        return
    if message.problem or message.file is None:
        runtime.current().trouble = message.problem
        return
    project = runtime.current().project
    session = sessions.find(project, wanted.session_id) if wanted.session_id else None
    draft = session.draft if session else project.desk.draft if project.desk else Draft()
    new = Input(role=wanted.role, path=str(message.file), sha256=message.sha256, origin=wanted.origin)
    changes = {"inputs": with_input(draft.inputs, new, wanted.alone)}
    try:
        runtime.commit(sessions.edit_draft_of(project, wanted.session_id, changes, runtime.now()))
    except SessionsError as error:
        runtime.current().trouble = error.problem


def with_input(inputs: tuple[Input, ...], new: Input, alone: bool) -> tuple[Input, ...]:
    """The inputs with a new one: in the place of the one for the same if there can be just one, else beside it."""
    if alone:
        return (*(entry for entry in inputs if entry.role is not new.role), new)
    return (*(entry for entry in inputs if (entry.role, entry.sha256) != (new.role, new.sha256)), new)


def worker_died() -> None:
    """Order again what the worker had not made."""
    path = runtime.current().path
    for order_id, each in list(_preparing.items()):
        order = each.order.model_copy(update={"path": path})  # the file may have been saved elsewhere since
        _preparing[order_id] = replace(each, order=order, done=0, frames=0)
        try:
            workers.send(order, path)
        except SessionsError as error:
            _preparing.clear()
            runtime.current().trouble = error.problem
            return


def forget() -> None:
    """Another file is opened: what was on its way is not waited for."""
    for each in _preparing.values():
        if each.order.shot:
            files.remove(each.order.file)
    _preparing.clear()
    _arrived.clear()


# -- Ordering ----------------------------------------------------------------------------------------------------------


def _shoot(role: Role, media: Media, origin: str, scene: bpy.types.Scene, span: _Range, strip: str = "") -> None:
    editor: Any = scene.sequence_editor
    level = compat.open_level(editor)
    meta = "" if level == editor else level.name
    shot = messages.Shot(scene=scene.name, first=span.first, last=span.last, meta=meta, strip=strip)
    copy = Path(bpy.app.tempdir, f"input-{new_id()}.blend")
    copying.copy_scene(scene, copy)
    try:
        _order(role, media, origin, copy, shot)
    except SessionsError:
        files.remove(copy)
        raise


def _order(
    role: Role, media: Media, origin: str, file: Path, shot: messages.Shot | None = None, frame: int = 0
) -> None:
    state = runtime.current()
    runtime.check_writable()
    place = slot(role)
    if place and place.media is not media:
        raise InputError(_WRONG_MEDIA[place.media], "Take another one.", role=terms.role(role))
    alone = place.most == 1 if place else role is not Role.REFERENCE
    order = messages.Prepare(path=state.path, order_id=new_id(), media=media, file=file, shot=shot, frame=frame)
    workers.send(order, state.path)
    if alone:  # the last word counts
        for order_id in [each.order.order_id for each in preparing() if each.role is role]:
            abandon(order_id)
    session_id = state.session.id if state.session else None
    _preparing[order.order_id] = Preparing(role, origin, session_id, order, alone)


def _check_length(role: Role, seconds: float, name: str) -> None:
    """Raise `InputError` if the chosen model takes no clip of that length: before it is rendered."""
    place, found = slot(role), form.chosen()
    if place and found and found.model:
        lengths.check(seconds, place, found.model, name)


# -- Looking at the timeline -------------------------------------------------------------------------------------------


def _scene(context: bpy.types.Context) -> bpy.types.Scene:
    scene = compat.sequencer_scene(context)
    if scene is None or scene.sequence_editor is None:
        raise InputError("There is nothing on the timeline.", "Add a strip first.")
    if scene.library is not None:
        raise InputError(
            "The scene “{scene}” is linked from another file.",
            "Take the picture there, or show a scene of this file in the sequencer.",
            scene=scene.name,
        )
    return scene


def _level_strips(scene: bpy.types.Scene) -> list[Any]:
    return list(compat.strips(compat.open_level(scene.sequence_editor)))


def _overlapping(scene: bpy.types.Scene, span: _Range) -> Iterator[Any]:
    """The strips that play within a range."""
    channels = compat.open_level(scene.sequence_editor).channels
    for strip in _level_strips(scene):
        within = compat.left_handle(strip) <= span.last and compat.right_handle(strip) > span.first
        if within and not strip.mute and not channels[strip.channel].mute:
            yield strip


def _visible(scene: bpy.types.Scene, span: _Range) -> Iterator[Any]:
    return (strip for strip in _overlapping(scene, span) if strip.type != "SOUND")


def _selected_strip(scene: bpy.types.Scene) -> Any:
    """The active strip, else the only one that is selected. Raises `InputError` if it has no picture of its own."""
    editor: Any = scene.sequence_editor
    chosen = [strip for strip in _level_strips(scene) if strip.select and strip.type != "SOUND"]
    active = editor.active_strip
    strip = active if active is not None and active.select else chosen[0] if len(chosen) == 1 else None
    if strip is None:
        raise InputError("No strip is selected.", "Select one.")
    if strip.type == "SOUND" and len(chosen) == 1:
        return chosen[0]  # a clip's sound was clicked on, and its picture is selected with it
    if strip.type in ("SOUND", "ADJUSTMENT"):
        raise InputError("The strip “{strip}” has no picture of its own.", "Select another one.", strip=strip.name)
    return strip
