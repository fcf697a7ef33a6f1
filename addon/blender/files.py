"""Which project belongs to the open .blend: opening, saving, saving under another name, and files without a name.

A file without a name works in the extension's user folder. Its clips move beside the .blend, or where the preferences
have them, just before its first save, so that what is written already points at them.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path

import bpy

from ..core.errors import Problem, SessionsError, StorageError
from ..core.models import Project, new_id
from ..storage import sidecar
from ..worker import messages
from . import clips, form, places, pump, redrawing, relinking, runtime, settings, workers

log = logging.getLogger(__name__)

_SAVE_SECONDS = 10.0
_MOVE_SECONDS = 600.0

_own_copy = ""  # where the file is being written for the extension's own use


def open_soon() -> None:
    """Open the project as soon as Blender allows it: while extensions are enabled, bpy.data and bpy.context are closed.

    In the background, where timers never fire, the first operator opens it.
    """
    if not bpy.app.background:
        bpy.app.timers.register(ensure_open, first_interval=0.0, persistent=True)


def ensure_open() -> None:
    """Open the project of the current file if that has not happened yet."""
    if not runtime.is_enabled():
        open_current()


def open_current() -> None:
    """Take up the project of the file that Blender has just opened, or of a new file without a name."""
    clips.forget()
    runtime.leave()  # whatever goes wrong now, nothing goes into the file that was open before
    path = Path(bpy.app.tempdir, "Unsaved.sessions.json")
    blocked = trouble = None
    project, seen = Project(), None
    try:
        path = _sidecar_of_open_file()
        loaded = sidecar.read(path)
        project, seen, trouble = loaded.project, loaded.fingerprint, loaded.problem
    except StorageError as error:
        log.warning("%s", error)
        blocked = error.problem
    except (OSError, ValueError) as error:
        log.exception("the extension's user folder cannot be used")
        blocked = Problem(
            kind=StorageError.kind,
            message="Blender's folder for the files of extensions cannot be used: {error}.",
            remedy="Save the file, or give Blender a user folder that can be written.",
            values={"error": str(error)},
        )
    runtime.begin(path, project, blocked, trouble)
    form.prepare()
    redrawing.redraw()  # a sidebar that is open already has no tab of ours until then
    if _has_content(project) and not bpy.app.background:
        try:
            workers.open_project(path, seen)
        except SessionsError as error:
            runtime.current().trouble = error.problem


def close_current() -> None:
    """Blender is about to show another file: running takes go on and end in the one they began in.

    It may be the same file again (Revert), which must not be read before the last change is in it.
    """
    if runtime.is_enabled() and not runtime.current().blocked:
        flush()
    workers.close_project()


def reopen_current() -> None:
    """Blender could not open another file and shows the one before."""
    if runtime.is_enabled() and workers.is_running():
        workers.open_project(runtime.current().path)


def flush(seconds: float = _SAVE_SECONDS) -> None:
    """Wait until the last change is on the disk, at most `seconds`. The panel says what is not written by then."""
    deadline = time.monotonic() + seconds
    while runtime.has_unsaved_changes() and workers.is_running() and time.monotonic() < deadline:
        workers.wait(0.1)
        pump.read(0.1)
    if runtime.has_unsaved_changes() and not workers.is_running():
        runtime.save_here()
    if runtime.has_unsaved_changes() and runtime.current().unsaved is None:
        runtime.current().unsaved = Problem(
            kind=StorageError.kind,
            message="The last change to the sessions is not on the disk yet.",
            remedy="Save the file again.",
        )


def before_save(filepath: str) -> None:
    """Blender is about to write `filepath` (empty: the start-up file). A first save takes the clips along."""
    if not filepath or filepath == _own_copy or not runtime.is_enabled():
        return
    flush()
    state = runtime.current()
    target = places.sidecar_of(filepath)
    has_name = bpy.data.filepath or not places.unsaved_key(state.path)
    if has_name or state.path == target or _is_nothing_to_bring(target):
        return
    if _relocate(target, move=True):
        relinking.leave_unsaved_folder()


def after_save(filepath: str) -> None:
    """Blender has written `filepath`. Under another name the sidecar is copied; a saved copy gets one too."""
    if not filepath or filepath == _own_copy or not runtime.is_enabled():
        return
    state = runtime.current()
    target = places.sidecar_of(filepath)
    if target == state.path:
        return
    stays = Path(bpy.data.filepath) != Path(filepath)
    if _is_nothing_to_bring(target):
        if not stays:
            state.path = target
        return
    _relocate(target, move=False, stays=stays)


def write_copy(path: Path) -> None:
    """Write the open file to `path` for the extension's own use: no project comes with it. Raises `StorageError`."""
    global _own_copy
    _own_copy = str(path)
    try:
        bpy.ops.wm.save_as_mainfile("EXEC_DEFAULT", filepath=str(path), copy=True, check_existing=False)
    except RuntimeError as error:
        raise StorageError(
            "The file could not be copied to {folder}: {error}.",
            "Free some space there, or choose another folder for temporary files in Blender's preferences.",
            folder=str(path.parent),
            error=str(error).strip().rstrip("."),
        ) from error
    finally:
        _own_copy = ""


def _relocate(target: Path, *, move: bool, stays: bool = False) -> bool:
    """Have the worker bring the project to `target`; go on there unless it `stays`.

    False if that cannot be; the panel says why then.
    """
    state = runtime.current()
    was_saved = not runtime.has_unsaved_changes()
    state.revision += 1
    state.moving_to = None if stays else target
    root = settings.root(target)
    order = messages.Relocate(path=state.path, target=target, root=root, revision=state.revision, move=move)
    problem: Problem | None = _no_answer(target)
    try:
        workers.send(order, state.path)
        answer = _answer_to(order)
        problem = answer.problem if isinstance(answer, messages.SaveFailed) else None if answer else problem
    except SessionsError as error:
        problem = error.problem
    state.moving_to = None
    if problem:
        state.trouble = problem
        if was_saved:  # nothing of the project itself is missing on the disk
            state.saved, state.unsaved = state.revision, None
        return False
    if stays:
        workers.close_copy(target)
    else:
        workers.open_project(target)
    return True


def _answer_to(order: messages.Relocate) -> messages.Relocated | messages.SaveFailed | None:
    deadline = time.monotonic() + _MOVE_SECONDS
    while workers.is_running() and time.monotonic() < deadline:
        workers.wait(0.1)
        for message in pump.read(0.1):
            if isinstance(message, messages.Relocated | messages.SaveFailed) and message.revision == order.revision:
                return message
    return None


def _no_answer(target: Path) -> Problem:
    return Problem(
        kind=StorageError.kind,
        message="The sessions could not be brought to {folder}: the worker process gave no answer.",
        remedy="They are still where they were; save the file again.",
        values={"folder": str(target.parent)},
    )


def _sidecar_of_open_file() -> Path:
    if bpy.data.filepath:
        return places.sidecar_of(bpy.data.filepath)
    return places.unsaved_sidecar(_recovered_key() or new_id())


def _recovered_key() -> str | None:
    """The folder that a recovered file without a name worked in: its clips still lie there."""
    for clip in bpy.data.movieclips:
        key = places.unsaved_key(Path(bpy.path.abspath(clip.filepath)))
        if key:
            return key
    return None


def _is_nothing_to_bring(target: Path) -> bool:
    """Whether the open file has no project yet, and none lies at `target` that a .blend written over has left there."""
    return not _has_content(runtime.current().project) and not target.exists()


def _has_content(project: Project) -> bool:
    return bool(project.sessions or project.assets or project.detached or project.deleted or project.desk)
