"""A project that the worker has open: its store, and what Blender is told of it. Safe to use from any thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..core import lifecycle, sessions
from ..core.errors import NotFoundError, Problem, StorageError
from ..core.models import Asset, Project, Take
from ..core.wording import Value, Words
from ..storage import inputs, relocation
from ..storage.store import Store, different
from . import record
from .messages import Changed, Ended, FromWorker, Progress, Saved, Trouble

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0

Step = Callable[[Take, datetime], Take]
"""A change of a take's state: `lifecycle`'s functions, with all but the take and the time filled in."""


class OpenProject:
    """One sidecar. `shown`: Blender shows it. `unsaved`: why its last change is not on the disk. `waiting`: the takes
    to run as soon as that can be written. `lock` is held by whoever needs it to stay as it is for a while.
    """

    def __init__(self, path: Path, tell: Callable[[FromWorker], None], root: Path | None = None) -> None:
        self.path = path
        self.shown = False
        self.unsaved: Problem | None = None
        self.waiting: dict[str, bool] = {}  # each with whether Blender knows why
        self._tell = tell
        self.lock = threading.RLock()
        self._revision = 0
        self._tried = 0.0
        self._store = Store(path, self.tell_trouble, root)

    @property
    def root(self) -> Path | None:
        """Where its new clips go (`storage.folders`)."""
        return self._store.root

    @root.setter
    def root(self, root: Path | None) -> None:
        self._store.root = root

    def inputs_folder(self) -> Path:
        """Where the files are kept that its takes start from, made if need be. Raises `StorageError`."""
        with self.lock:
            return inputs.folder(self.path, self.root)

    @property
    def project(self) -> Project:
        """All of it, what is not on the disk yet included."""
        return self._store.project

    def find(self, take_id: str) -> Take | None:
        """The take as it is now."""
        return sessions.find_take(self.project, take_id)

    def get(self, take_id: str) -> Take:
        """The take as it is now. Raises `NotFoundError`."""
        take = self.find(take_id)
        if take is None:
            raise NotFoundError("That take is not in this file (any more).")
        return take

    def save(self, part: Project, revision: int | None = None) -> None:
        """Make `part` durable. Raises `StorageError`; the part is kept then and goes with the next save.

        With a `revision` of Blender's, Blender hears when it is on the disk, even if that is later.
        """
        with self.lock:
            self._revision = max(self._revision, revision or 0)
            self._tried = time.monotonic()
            was_unsaved = self.unsaved is not None
            try:
                foreign = self._store.save(part)
            except StorageError as error:
                self.unsaved = error.problem
                raise
            self.unsaved = None
            self._tell_changed(foreign)
            if revision or was_unsaved:
                self._tell(Saved(path=self.path, revision=self._revision))

    def save_again(self, *, now: bool = False) -> bool:
        """Write what could not be written before, if some time has gone by. Whether everything is on the disk."""
        with self.lock:
            if self.unsaved and (now or time.monotonic() - self._tried >= RETRY_SECONDS):
                try:
                    self.save(Project())
                except StorageError as error:
                    log.info("still not written: %s", error)
            return self.unsaved is None

    def copy_to(self, target: Path, root: Path | None) -> OpenProject:
        """Make a copy at `target` and open it. Raises `StorageError`."""
        relocation.relocate(self.project, self.path, target, move=False, root=root)
        return OpenProject(target, self._tell, root)

    def move_to(self, target: Path, root: Path | None) -> Project:
        """Bring the project with its clips to `target` and go on there; returns the part that is new to Blender.

        Raises `StorageError`; it is where it was then.
        """
        before = self.project
        relocation.relocate(before, self.path, target, move=True, root=root)
        self.path = target
        self.unsaved = None
        self._store = Store(target, self.tell_trouble, root)
        return different(before, self.project)

    def refresh(self) -> None:
        """Take in what another Blender wrote, and tell Blender."""
        with self.lock:
            try:
                self._tell_changed(self._store.refresh())
            except StorageError as error:
                self.tell_trouble(error.problem)

    def tell_all(self) -> None:
        """Tell Blender everything, because it may have read another version."""
        with self.lock:
            if self.project != Project():
                self._tell_changed(self.project)

    def change(self, take_id: str, step: Step) -> Take:
        """Change a take's state with one of `lifecycle`'s steps, durably, and tell Blender.

        Raises `StorageError` if it could not be written, then it is made in memory only; `NotFoundError` for a
        take that is not there.
        """
        with self.lock:
            take = self._after(step, self.get(take_id))
            part = record.part(self.project, take)
            self.save(part)
            self._tell_changed(part)
            return take

    def settle(self, take_id: str, step: Step) -> None:
        """Like `change`, but a disk without room is only reported: nothing is about to be done that it must precede."""
        with self.lock:
            take = self.find(take_id)
            if take is None or lifecycle.has_ended(take):
                return
            part = record.part(self.project, self._after(step, take))
            self._save_or_tell(part)
            self._tell_changed(part)

    def end(self, take_id: str, step: Step, asset: Asset | None = None) -> None:
        """Bring a take to its end, with its asset, in one durable change, and tell Blender with its one `Ended`.

        A change that cannot be written is kept and tried again: the take has ended, whatever the disk says.
        """
        with self.lock:
            take = self.find(take_id)
            if take is None or lifecycle.has_ended(take):  # gone with its session; but a clip that was paid for stays
                part = Project(assets=(asset,) if asset else ())
            else:
                take = self._after(step, take)
                part = record.part(self.project, take, asset)
            self._save_or_tell(part)
            left = self.find(take_id)
            if take is not None and left is not None and not lifecycle.has_ended(left):
                self._save_or_tell(record.part(self.project, take, asset))  # its session was deleted elsewhere
            self._tell(Ended(path=self.path, take_id=take_id, part=part))

    def take_in(self, part: Project) -> None:
        """Make a part durable that does not come from Blender, and tell Blender. Raises `StorageError`; see `save`."""
        with self.lock:
            self.save(part)
            self._tell_changed(part)

    def relist(self, lying: Mapping[str, str]) -> None:
        """Note where clips lie now (`Asset.path` by the assets' ids), durably, and tell Blender.

        It counts as done right after each record's last change: what a person changes meanwhile is later, and wins.
        """
        with self.lock:
            part = Project(
                assets=tuple(
                    asset.model_copy(update={"path": path, "changed_at": asset.changed_at + timedelta(microseconds=1)})
                    for asset in self.project.assets
                    if (path := lying.get(asset.id, asset.path)) != asset.path
                )
            )
            if part.assets:
                self._save_or_tell(part)
                self._tell_changed(part)

    def report(self, take_id: str, text: Words, fraction: float | None = None, /, **values: Value) -> None:
        """Tell Blender how far a take is. `text` is a template for `values`."""
        self._tell(Progress(path=self.path, take_id=take_id, fraction=fraction, text=text, values=values))

    def _after(self, step: Step, take: Take) -> Take:
        """The take after `step`, always later than before it: a clock that was set back must not undo anything."""
        return step(take, max(datetime.now(UTC), take.changed_at + timedelta(microseconds=1)))

    def _save_or_tell(self, part: Project) -> None:
        try:
            self.save(part)
        except StorageError as error:
            self.tell_trouble(error.problem)

    def tell_trouble(self, problem: Problem) -> None:
        """Tell Blender what a person must know that belongs to no single take."""
        log.warning("%s: %s", self.path, problem)
        self._tell(Trouble(path=self.path, problem=problem))

    def _tell_changed(self, part: Project | None) -> None:
        if part is not None:
            self._tell(Changed(path=self.path, part=part))
