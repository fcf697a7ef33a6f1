"""Finds clips that were moved, rebuilds the sidecar from the JSON of the clips, adopts files, and collects a project.

Each order has a thread of its own and can be abandoned at any moment; nothing is half done then.
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ..core.errors import Kind, Problem, SessionsError
from ..core.models import Project
from ..core.records import rebuilt, unknown
from ..core.wording import Text, say
from ..storage import collecting, document, files, finding, folders, paths, records, trash
from . import adopting, background
from .errands import Adopt, Adopted, ClipsFound, Collect, Collected, Find, MovedClip, Rebuild, Rebuilt, Working
from .messages import FromWorker
from .project import OpenProject

log = logging.getLogger(__name__)

_SCRIPT = Path(__file__).resolve().parents[1] / "blender" / "media" / "run.py"
_TELL_SECONDS = 0.2
_MISTAKE = Problem(
    kind=Kind.INTERNAL,
    message="Something went wrong in the worker process.",
    remedy="Report it, with the worker's log.",
)

Tell = Callable[[FromWorker], None]
Order = Find | Rebuild | Collect | Adopt
Answer = ClipsFound | Rebuilt | Collected | Adopted


class _Stopped(Exception):
    """Nobody wants it any more."""


class Keeping:
    """The orders at work. `blender` is the command that runs a Python script in a background Blender, empty if there is
    none. `tell` is called from threads.
    """

    def __init__(self, blender: Sequence[str], scratch: Path, tell: Tell) -> None:
        self._blender = tuple(blender)
        self._scratch = scratch
        self._tell = tell
        self._lock = threading.Lock()
        self._wanted: set[str] = set()
        self._closed = threading.Event()

    def order(self, order: Order, project: OpenProject) -> None:
        """Begin an order; returns at once."""
        with self._lock:
            if order.order_id in self._wanted:
                return
            self._wanted.add(order.order_id)
        threading.Thread(target=self._work, args=(order, project), name=order.type, daemon=True).start()

    def is_busy(self) -> bool:
        """Whether an order is at work."""
        return bool(self._wanted)

    def abandon(self, order_id: str) -> None:
        """Stop an order, which is not answered then."""
        with self._lock:
            self._wanted.discard(order_id)

    def close(self) -> None:
        """Stop all."""
        self._closed.set()

    def _work(self, order: Order, project: OpenProject) -> None:
        try:
            answer = self._answer(order, project)
        except (_Stopped, finding.Stopped):
            log.info("the order %s is not wanted any more", order.order_id)
        except SessionsError as error:
            log.warning("%s", error)
            self._tell(_refusal(order, error.problem))
        except Exception:
            log.exception("the order %s failed", order)
            self._tell(_refusal(order, _MISTAKE))
        else:
            self._tell(answer)
        with self._lock:
            self._wanted.discard(order.order_id)
        if isinstance(order, Collect):
            files.remove(order.blend)

    def _answer(self, order: Order, project: OpenProject) -> Answer:
        match order:
            case Find():
                return self._find(order, project)
            case Rebuild():
                return self._rebuild(order, project)
            case Collect():
                return self._collect(order, project)
            case Adopt():
                return adopting.adopt(order, project, partial(self._check, order), partial(self._say, order))

    def _is_unwanted(self, order: Order) -> bool:
        return self._closed.is_set() or order.order_id not in self._wanted

    # -- Finding -------------------------------------------------------------------------------------------------------

    def _find(self, order: Find, project: OpenProject) -> ClipsFound:
        path = project.path
        gone = finding.missing(project.project, path)
        seen, told = 0, time.monotonic()

        def go_on(count: int) -> bool:
            nonlocal seen, told
            seen = max(seen, count)
            if time.monotonic() - told >= _TELL_SECONDS:
                told = time.monotonic()
                self._say(order, say("Searching: {count:,} files so far", count=seen))
            return not self._is_unwanted(order)

        search = finding.search(gone, order.folders, go_on) if gone else finding.Search({})
        with project.lock:
            before = {asset.id: paths.clip_path(asset.path, path) for asset in gone}
            for asset_id, clip in search.found.items():
                records.follow(clip, before[asset_id])
            project.relist({asset_id: paths.asset_path(clip, path) for asset_id, clip in search.found.items()})
            trash.note_need(project.project, path)
        return ClipsFound(
            path=path,
            order_id=order.order_id,
            found=tuple(
                MovedClip(asset_id=asset_id, before=before[asset_id], after=clip)
                for asset_id, clip in search.found.items()
            ),
            missing=tuple(clip for asset_id, clip in before.items() if asset_id not in search.found),
            cut_short=search.cut_short,
        )

    # -- Rebuilding ----------------------------------------------------------------------------------------------------

    def _rebuild(self, order: Rebuild, project: OpenProject) -> Rebuilt:
        path, root = project.path, project.root
        self._say(order, say("Reading the clips’ JSON"))
        told = folders.records(path, root, whole=False)
        if order.folder:
            below = sorted(each for each in order.folder.iterdir() if each.is_dir()) if order.folder.is_dir() else []
            for folder in (order.folder, *below):
                self._check(order)
                told += folders.records_in(folder, path, whole=False)
        found = rebuilt(told)
        with project.lock:
            self._check(order)
            before = project.project
            part = unknown(before, found)
            backup = document.copy_aside(path, "before-rebuild") if part != Project() else None
            if part != Project():
                project.take_in(part)
            after = project.project
        return Rebuilt(
            path=path,
            order_id=order.order_id,
            sessions=len({each.id for each in after.sessions} - {each.id for each in before.sessions}),
            takes=_takes(after) - _takes(before),
            clips=len({each.id for each in after.assets} - {each.id for each in before.assets}),
            deleted=len({each.id for each in before.sessions} - {each.id for each in after.sessions}),
            backup=backup,
        )

    # -- Collecting ----------------------------------------------------------------------------------------------------

    def _collect(self, order: Collect, project: OpenProject) -> Collected:
        with project.lock:
            now, path, root = project.project, project.path, project.root
        plan = collecting.plan(now, path, root, order.name, order.assets)
        missing = dict.fromkeys(plan.missing)
        with collecting.Stage(order.target) as stage:
            known = {str(clip): place for clip, (_, place) in plan.clips.items()}
            taken = {asset.id for asset in plan.project.assets}
            said = self._remapped(order, stage, known, [each.id for each in now.assets if each.id not in taken])
            media = [(Path(source), place, "") for source, place in said["files"]]
            clips = [(clip, place, asset.sha256) for clip, (asset, place) in plan.clips.items()]
            missing.update(dict.fromkeys(said["missing"]))
            with self._progress(order, [source for source, _, _ in (*clips, *media)]) as report:
                for source, place, sha256 in (*clips, *media):
                    self._check(order)
                    if not stage.copy(source, place, report, sha256):
                        missing[str(source)] = None
            stage.write(plan, order.name)
            self._check(order)
            stage.finish()
        return Collected(
            path=path,
            order_id=order.order_id,
            folder=order.target,
            files=len(clips) + len(media) + len(plan.inputs),
            missing=tuple(missing),
        )

    def _remapped(
        self, order: Collect, stage: collecting.Stage, known: dict[str, str], dropped: list[str]
    ) -> dict[str, Any]:
        self._say(order, say("Looking through the .blend"))
        wish = {
            "do": "collect",
            "file": str(order.blend),
            "out": str(stage.folder / f"{order.name}.blend"),
            "known": known,
            "media": collecting.MEDIA,
            "dropped": dropped,
        }
        with tempfile.TemporaryDirectory(dir=self._scratch, ignore_cleanup_errors=True) as scratch:
            said = background.asked(self._blender, _SCRIPT, wish, Path(scratch), partial(self._is_unwanted, order))
        if said is None:
            raise _Stopped
        return said

    @contextmanager
    def _progress(self, order: Collect, sources: list[Path]) -> Iterator[Callable[[int], None]]:
        total = sum(source.stat().st_size for source in sources if files.exists(source))
        done, told = 0, 0.0

        def report(count: int) -> None:
            nonlocal done, told
            self._check(order)
            done += count
            if time.monotonic() - told >= _TELL_SECONDS:
                told = time.monotonic()
                text = say("Copying: {done:,.0f} of {total:,.0f} MB", done=done / 1e6, total=total / 1e6)
                self._say(order, text, min(1.0, done / total) if total else None)

        yield report

    def _check(self, order: Order) -> None:
        if self._is_unwanted(order):
            raise _Stopped

    def _say(self, order: Order, text: Text, fraction: float | None = None) -> None:
        self._tell(Working(path=order.path, order_id=order.order_id, said=text, fraction=fraction))


def _takes(project: Project) -> int:
    return sum(len(session.takes) for session in project.sessions)


def _refusal(order: Order, problem: Problem) -> Answer:
    match order:
        case Find():
            return ClipsFound(path=order.path, order_id=order.order_id, problem=problem)
        case Rebuild():
            return Rebuilt(path=order.path, order_id=order.order_id, problem=problem)
        case Collect():
            return Collected(path=order.path, order_id=order.order_id, problem=problem)
        case Adopt():
            return Adopted(path=order.path, order_id=order.order_id, problem=problem)
