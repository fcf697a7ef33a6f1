"""Finding clips, rebuilding the sidecar, collecting, adopting: what was ordered of the worker, and what came of it.

No more than the last result is kept, until it is dismissed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import bpy

from ..core import sessions
from ..core.errors import InputError, SessionsError
from ..core.models import Draft, new_id
from ..core.wording import Text, say
from ..storage import files, folders, paths
from ..worker import messages
from ..worker.errands import (
    Adopt,
    Adopted,
    ClipsFound,
    Collect,
    Collected,
    Find,
    MovedClip,
    Rebuild,
    Rebuildable,
    Rebuilt,
    Working,
)
from . import places, relinking, runtime, settings, thumbnails, timeline, trashing, words, workers

Order = Find | Rebuild | Collect | Adopt
Answer = ClipsFound | Rebuilt | Collected | Adopted

_ordered: dict[str, Order] = {}
_working: dict[str, Working] = {}
_unplaced: list[ClipsFound] = []
_unadopted: list[Adopted] = []
_came_back = False
_result: Answer | None = None
_offer: Rebuildable | None = None


def find(folder: str = "") -> str:
    """Look for the clips that are not where they should be, in `folder` or, without one, around the project.

    Returns the order's id, at once. Raises `SessionsError`.
    """
    runtime.check_writable()
    path = runtime.current().path
    searched = [_absolute(folder)] if folder else _around()
    gone = next((each for each in searched if not each.is_dir()), None)
    if gone:
        raise InputError("There is no folder {folder}.", "Choose another one.", folder=str(gone))
    return _send(Find(path=path, order_id=new_id(), folders=tuple(searched)))


def rebuild(folder: str = "") -> str:
    """Take in what the JSONs of the clips tell and the project lacks, those in `folder` too. Returns the order's id.

    Raises `SessionsError`.
    """
    global _offer
    runtime.check_writable()
    order = Rebuild(path=runtime.current().path, order_id=new_id(), folder=_absolute(folder) if folder else None)
    _offer = None
    return _send(order)


def collect(folder: str, write_copy: Callable[[Path], None], *, every: bool) -> str:
    """Put a copy of all that the open file needs into `folder`, with `every` clip or only with those it shows.

    `write_copy` writes the open file to a path. Returns the order's id, as soon as that is done. Raises
    `SessionsError`.
    """
    from ..storage import collecting

    runtime.check_writable()
    if not folder:
        raise InputError("No folder was chosen.", "Give the path of one.")
    target = _absolute(folder)
    collecting.check(target)
    copy = Path(bpy.app.tempdir, f"collect-{new_id()}.blend")
    write_copy(copy)
    order = Collect(
        path=runtime.current().path,
        order_id=new_id(),
        target=target,
        blend=copy,
        name=Path(bpy.data.filepath).stem or words.tr("Untitled"),
        assets=None if every else tuple(sorted(trashing.used())),
    )
    try:
        return _send(order)
    except SessionsError:
        files.remove(copy)
        raise


def adopt(order: Adopt) -> str:
    """Let files become takes. Returns the order's id, at once. Raises `SessionsError`."""
    runtime.check_writable()
    return _send(order)


def take_adopted() -> list[Adopted]:
    """The answers of which the strips do not know yet. They count as waiting until this is called."""
    answers = list(_unadopted)
    _unadopted.clear()
    return answers


def is_waiting(order_id: str = "") -> bool:
    """Whether an order, or any, has not been answered and done yet."""
    unplaced = {each.order_id for each in _unplaced} | {each.order_id for each in _unadopted}
    waiting = _ordered.keys() | unplaced
    return order_id in waiting if order_id else bool(waiting)


def stop(order_id: str) -> None:
    """What was ordered is not wanted any more. Raises `SessionsError`."""
    order = _ordered.pop(order_id, None)
    _working.pop(order_id, None)
    if order:
        workers.send(messages.Abandon(path=order.path, order_id=order_id), order.path)


def working() -> list[tuple[str, Text, float | None]]:
    """Of each order at work its id, what is happening, and how far it is, 0 to 1, where that is known."""
    found = []
    for order_id in _ordered:
        told = _working.get(order_id)
        found.append((order_id, told.said if told else say("Beginning"), told.fraction if told else None))
    return found


def outcome() -> Answer | None:
    """The last answer, until it is dismissed."""
    return _result


def offer() -> Rebuildable | None:
    """What the folders know of and the project does not, if anything."""
    return _offer


def dismiss() -> None:
    """The last result, or the offer where there is none, was read."""
    global _result, _offer
    if _result:
        _result = None
    else:
        _offer = None


def sentences(answer: Answer) -> list[Text]:
    """What came of an order, in sentences; not the lists."""
    if answer.problem:
        return [answer.problem.what, answer.problem.advice] if answer.problem.remedy else [answer.problem.what]
    match answer:
        case ClipsFound():
            return _of_search(answer)
        case Rebuilt():
            return _of_rebuilding(answer)
        case Collected():
            return _of_collecting(answer)
        case Adopted():
            return list(answer.said)


def listing(answer: Answer) -> str:
    """All that was found, and all that was not, a whole path a line: to be copied."""
    lines: list[str] = []
    if isinstance(answer, ClipsFound):
        lines += [f"{each.before} → {each.after}" for each in _in_order(answer)]
        lines += [f"{each} → ?" for each in answer.missing]
    elif isinstance(answer, Collected):
        lines += answer.missing
    return "\n".join(lines)


def briefly(answer: Answer) -> list[str]:
    """The same list to be looked over: names, and where each clip is now, seen from the file's folder."""
    if isinstance(answer, ClipsFound):
        found = []
        for each in _in_order(answer):
            now = each.after.parent if each.after.name == each.before.name else each.after
            found.append(f"{each.before.name} → {paths.asset_path(now, answer.path)}")
        return [*found, *(f"{each.name} → ?" for each in answer.missing)]
    return [Path(each).name for each in answer.missing] if isinstance(answer, Collected) else []


def _in_order(answer: ClipsFound) -> list[MovedClip]:
    return sorted(answer.found, key=lambda each: each.before)


# -- What the worker says ----------------------------------------------------------------------------------------------


def arrived(message: Answer | Working | Rebuildable) -> None:
    """Take in what the worker says; strips are relinked with the next tick that may."""
    global _result, _offer, _came_back
    if isinstance(message, Rebuildable):
        if message.path == runtime.current().path:
            _offer = message
        return
    if message.order_id not in _ordered:
        return
    if isinstance(message, Working):
        _working[message.order_id] = message
        return
    del _ordered[message.order_id]
    _working.pop(message.order_id, None)
    _result = message
    if isinstance(message, ClipsFound) and not message.problem:
        _unplaced.append(message)
    elif isinstance(message, Rebuilt):
        _came_back = message.sessions > 0
    elif isinstance(message, Adopted):
        _unadopted.append(message)


def keep_up() -> bool:
    """Go on where an order ended. True if something changed that is shown."""
    return _open_rebuilt() | _relink()


def _open_rebuilt() -> bool:
    """If sessions came back while none was open and nothing stood in the form, open the one that was used last."""
    global _came_back
    came_back, _came_back = _came_back, False
    state = runtime.current()
    if not came_back or state.blocked or state.session or sessions.draft(state.project) != Draft():
        return False
    for last in sessions.listed(state.project)[:1]:
        runtime.commit(sessions.switch(state.project, last.id, runtime.now()))
    return True


def _relink() -> bool:
    """Let strips and data-blocks show the clips that were found where they are now: one undo step. True if any did."""
    if not _unplaced or timeline.busy(bpy.context):
        return False
    while _unplaced:
        found = _unplaced.pop(0)
        thumbnails.forget()  # there was nothing to make them of
        if relinking.relink({each.before: each.after for each in found.found}):
            bpy.ops.ed.undo_push(message=words.tr("Relink Clips"))
    return True


def worker_died() -> None:
    """Order again what was not answered."""
    for order in list(_ordered.values()):
        try:
            workers.send(order, runtime.current().path)
        except SessionsError as error:
            runtime.current().trouble = error.problem
            _ordered.clear()
            return


def forget() -> None:
    """Another file is opened."""
    global _result, _offer, _came_back
    _ordered.clear()  # what is at work goes on, and is not told
    _working.clear()
    _unplaced.clear()
    _unadopted.clear()
    _result = _offer = None
    _came_back = False


def _send(order: Order) -> str:
    global _result
    if places.unsaved_key(order.path):
        order.path.parent.mkdir(parents=True, exist_ok=True)
    workers.send(order, order.path)
    _result = None
    _ordered[order.order_id] = order
    return order.order_id


def _absolute(folder: str) -> Path:
    found = Path(os.path.normpath(bpy.path.abspath(folder)))
    return found if found.is_absolute() else Path.cwd() / found


def _around() -> list[Path]:
    """Where clips of the project most likely are: its folder, the folder of new clips, and those that clips were in."""
    state = runtime.current()
    root = settings.root(state.path)
    known: Iterable[Path | None] = (
        state.path.parent,
        folders.find(state.path, root),
        root,
        *(paths.clip_path(asset.path, state.path).parent for asset in state.project.assets),
    )
    return [folder for folder in dict.fromkeys(known) if folder and folder.is_dir()]


# -- In words ----------------------------------------------------------------------------------------------------------


def _of_search(answer: ClipsFound) -> list[Text]:
    if not answer.found and not answer.missing:
        return [say("Every clip is where it should be.")]
    lines = []
    if answer.found:
        one = len(answer.found) == 1
        lines.append(say("1 clip was found.") if one else say("{count:,} clips were found.", count=len(answer.found)))
    if len(answer.missing) == 1:
        lines.append(say("1 clip was not found."))
    elif answer.missing:
        lines.append(say("{count:,} clips were not found.", count=len(answer.missing)))
    if answer.cut_short:
        lines.append(say("There were too many files to look at all of them: choose a folder nearer to the clips."))
    return lines


def _of_rebuilding(answer: Rebuilt) -> list[Text]:
    if not any((answer.sessions, answer.takes, answer.clips, answer.deleted, answer.backup)):
        return [say("The clips tell nothing that is not here already.")]
    lines = [
        say(
            "Brought back: sessions {sessions:,}, takes {takes:,}, clips {clips:,}.",
            sessions=answer.sessions,
            takes=answer.takes,
            clips=answer.clips,
        ),
        say("What the clips cannot tell is not there: prompts that were not sent, and takes that have no clip."),
    ]
    if answer.deleted:
        lines.append(say("Sessions that had been deleted, and are gone again: {count:,}.", count=answer.deleted))
    if answer.backup:
        lines.append(say("The sidecar as it was is kept as “{name}”.", name=answer.backup.name))
    return lines


def _of_collecting(answer: Collected) -> list[Text]:
    lines = [say("{count:,} files were collected in {folder}.", count=answer.files, folder=str(answer.folder))]
    if len(answer.missing) == 1:
        lines.append(say("1 file is missing there."))
    elif answer.missing:
        lines.append(say("{count:,} files are missing there.", count=len(answer.missing)))
    return lines
