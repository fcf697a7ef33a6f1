"""Makes the files that requests start from: from the timeline or a file first, small enough for a service before it is
sent. By a background Blender, the one program at hand that reads and writes every picture and video.
"""

from __future__ import annotations

import contextlib
import logging
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..core import lengths
from ..core.capabilities import Media, Model, Slot
from ..core.errors import InputError, Kind, Problem, SessionsError, StorageError
from ..core.models import Input, Request
from ..core.wording import N_
from ..storage import files, inputs
from ..storage.inputs import Facts
from . import background
from .messages import Prepare, Prepared, Underway

log = logging.getLogger(__name__)

_SCRIPT = Path(__file__).resolve().parents[1] / "blender" / "media" / "run.py"
_AT_ONCE = 2

# What services that take files at all take.
_SENT_AS_IT_IS = {
    Media.IMAGE: frozenset({".png", ".jpg", ".jpeg", ".webp"}),
    Media.VIDEO: frozenset({".mp4", ".mov", ".webm"}),
    Media.AUDIO: frozenset({".mp3", ".wav", ".m4a", ".flac", ".ogg"}),
}
_MISTAKE = Problem(
    kind=Kind.INTERNAL,
    message="The input could not be made because of a mistake in the extension.",
    remedy="Report it, with the worker's log.",
)

Tell = Callable[[Prepared | Underway], None]
Folder = Callable[[], Path]
Count = Callable[[int, int], None]
"""Told how many frames of how many are rendered."""


class Stopped(Exception):
    """Nobody wants it any more."""


@dataclass(frozen=True)
class _Wanted:
    """Where what is made is to go, whether nobody wants it any more, and whom to tell how far it is."""

    folder: Folder
    stopped: Callable[[], bool]
    count: Count


class Preparation:
    """The orders at work, each in a thread and a Blender of its own, a few at once.

    `blender` is the command that runs a Python script in a background Blender. `tell` is called from threads.
    """

    def __init__(self, blender: Sequence[str], scratch: Path, tell: Tell) -> None:
        self._blender = tuple(blender)
        self._scratch = scratch
        self._tell = tell
        self._lock = threading.Lock()
        self._wanted: set[str] = set()
        self._closed = threading.Event()
        self._room = threading.BoundedSemaphore(_AT_ONCE)
        self._making: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def order(self, order: Prepare, folder: Folder) -> None:
        """Make an input; returns at once. `folder` finds where it is kept (`storage.inputs`) and may raise.

        It is asked again once the input is made: the project may have been saved elsewhere.
        """
        with self._lock:
            if order.order_id in self._wanted:
                return
            self._wanted.add(order.order_id)
        threading.Thread(target=self._work, args=(order, folder), name="preparation", daemon=True).start()

    def abandon(self, order_id: str) -> None:
        """Stop making an input, which is not answered then."""
        with self._lock:
            self._wanted.discard(order_id)

    def close(self) -> None:
        """Stop all. The processes end within a moment, and in any case with this one."""
        self._closed.set()

    def fitted(
        self,
        request: Request,
        model: Model,
        folder: Folder,
        stopped: Callable[[], bool],
        count: Count = lambda _done, _frames: None,
    ) -> Request:
        """The request with inputs that keep to what `model` takes; those that do are left as they are.

        A smaller one is made once and kept in the folder beside its original; the request that is stored names the
        original. To be called before each submission. Raises `InputError` where it cannot be made to fit,
        `StorageError` if a file is not there or cannot be written, `Stopped` when `stopped` says so.
        """
        if not request.inputs:
            return request
        slots = {slot.role: slot for slot in model.takes(request.mode)}
        wanted = _Wanted(folder, stopped, count)
        fitted = tuple(
            self._fitted(entry, slots[entry.role], model, wanted) if entry.role in slots else entry
            for entry in request.inputs
        )
        return request.model_copy(update={"inputs": fitted})

    # -- Orders --------------------------------------------------------------------------------------------------------

    def _work(self, order: Prepare, folder: Folder) -> None:
        problem = None
        try:
            with self._room:
                wanted = _Wanted(folder, lambda: self._is_unwanted(order), partial(self._count, order))
                file, facts = self._made(order, wanted)
            self._answer(order, file, facts.sha256)
        except Stopped:
            log.info("the input %s is not wanted any more", order.order_id)
        except SessionsError as error:
            log.warning("no input: %s", error)
            problem = error.problem
        except Exception:
            log.exception("no input was made")
            problem = _MISTAKE
        if problem:
            self._answer(order, None, "", problem)
        with self._lock:
            self._wanted.discard(order.order_id)
        if order.shot and not self._closed.is_set():  # a worker that comes after this one may want it
            files.remove(order.file)

    def _is_unwanted(self, order: Prepare) -> bool:
        return self._closed.is_set() or order.order_id not in self._wanted

    def _answer(self, order: Prepare, file: Path | None, sha256: str, problem: Problem | None = None) -> None:
        if not self._is_unwanted(order):
            self._tell(
                Prepared(path=order.path, order_id=order.order_id, file=file, sha256=sha256, problem=problem),
            )

    def _count(self, order: Prepare, done: int, frames: int) -> None:
        self._tell(Underway(path=order.path, order_id=order.order_id, done=done, frames=frames))

    def _made(self, order: Prepare, wanted: _Wanted) -> tuple[Path, Facts]:
        wanted.folder()  # what is wrong with it is told before anything is made
        if order.shot:
            wish = {"do": "shoot", "media": order.media, **order.shot.model_dump(mode="json")}
        elif order.frame:
            wish = {"do": "still", "media": order.media, "frame": order.frame}
        else:
            facts = self._known(order.file, inputs.sha256(order.file), order.media, wanted)
            return _kept(order.file, wanted.folder, facts), facts
        with self._said({**wish, "file": str(order.file)}, wanted) as (said, file):
            facts = _facts(said, inputs.sha256(file))
            return _kept(file, wanted.folder, facts), facts

    # -- Making smaller ------------------------------------------------------------------------------------------------

    def _fitted(self, entry: Input, slot: Slot, model: Model, wanted: _Wanted) -> Input:
        if Path(entry.path).is_file() and _is_unlimited(slot, Path(entry.path)):
            return entry
        file = inputs.resolve(entry, wanted.folder())
        sha256 = entry.sha256 or inputs.sha256(file)
        facts = self._known(file, sha256, slot.media, wanted)
        lengths.check(facts.seconds, slot, model, entry.origin or file.name)
        if not _fits(file, facts, slot):
            file = self._smaller(file, sha256, slot, wanted)
            sha256 = inputs.sha256(file)
        return entry.model_copy(update={"path": str(file), "sha256": sha256})

    def _smaller(self, file: Path, sha256: str, slot: Slot, wanted: _Wanted) -> Path:
        variant = inputs.limits_name(slot.pixels, slot.size)
        with self._lock:
            making = self._making[f"{sha256} {variant}"]
        with making:  # takes of one click want the same at the same time
            found = inputs.find(wanted.folder(), sha256, variant)
            if found:
                return found[0]
            width, height = slot.pixels
            wish = {"do": "fit", "file": str(file), "media": slot.media, "width": width, "height": height}
            with self._room, self._said({**wish, "size": slot.size}, wanted) as (said, made):
                return _kept(made, wanted.folder, _facts(said, sha256), variant)

    def _known(self, file: Path, sha256: str, media: Media, wanted: _Wanted) -> Facts:
        """What a file is, from when it was looked at before or by looking."""
        found = inputs.find(wanted.folder(), sha256)
        if found and found[1].media is media:
            return found[1]
        with self._said({"do": "look", "file": str(file), "media": media}, wanted) as (said, _):
            return _facts(said, sha256)

    # -- The process ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _said(self, wish: dict[str, Any], wanted: _Wanted) -> Iterator[tuple[dict[str, Any], Path]]:
        """What the script said to a wish, and the file it made: both are gone afterwards.

        Raises `InputError` with what was wrong, `StorageError` if no Blender can be started, `Stopped`.
        """
        if wanted.stopped() or self._closed.is_set():
            raise Stopped
        with tempfile.TemporaryDirectory(dir=self._scratch, ignore_cleanup_errors=True) as name:
            folder = Path(name)
            asked = {**wish, "out": str(folder / "made")}
            try:
                said = background.asked(self._blender, _SCRIPT, asked, folder, self._watcher(folder, wanted))
            except InputError as error:
                raise InputError.of(error.problem.model_copy(update={"remedy": N_("Choose another input.")})) from error
            if said is None:
                raise Stopped
            yield said, Path(said["file"])

    def _watcher(self, folder: Path, wanted: _Wanted) -> Callable[[], bool]:
        """What looks how far the script in `folder` is, tells it, and knows whether it is still wanted."""
        told: tuple[int, int] | None = None

        def stopped() -> bool:
            nonlocal told
            progress = _progress(folder / "made.progress")
            if progress and progress != told:
                told = progress
                wanted.count(*progress)
            return wanted.stopped() or self._closed.is_set()

        return stopped


def _kept(file: Path, folder: Folder, facts: Facts, variant: str = "") -> Path:
    """The file in the project's folder, wherever that is by then: a first save may move it just now."""
    while True:
        place = folder()
        try:
            kept = inputs.keep(file, place, facts, variant)
        except StorageError:
            if folder() == place:
                raise
        else:
            if folder() == place:
                return kept


def _progress(told: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError, ValueError):  # not there yet, or just being written
        done, frames = told.read_text("ascii").split()
        return int(done), int(frames)
    return None


def _is_unlimited(slot: Slot, file: Path) -> bool:
    """Whether a file can be sent without looking at it."""
    return not (any(slot.pixels) or slot.size or any(slot.seconds)) and _is_sent_as_it_is(slot, file)


def _is_sent_as_it_is(slot: Slot, file: Path) -> bool:
    known = _SENT_AS_IT_IS.get(slot.media)
    return known is None or file.suffix.lower() in known


def _fits(file: Path, facts: Facts, slot: Slot) -> bool:
    width, height = slot.pixels
    with contextlib.suppress(OSError):
        if slot.size and file.stat().st_size > slot.size:
            return False
    if (width and facts.width > width) or (height and facts.height > height):
        return False
    return _is_sent_as_it_is(slot, file)


def _facts(said: dict[str, Any], sha256: str) -> Facts:
    return Facts.model_validate({**said, "sha256": sha256})
