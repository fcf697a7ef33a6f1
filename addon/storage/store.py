"""One project's sidecar as a process holds it open: its changes in, the changes of other processes out."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from ..core.errors import Problem, StorageError
from ..core.merging import Item, changes, merged
from ..core.models import Project, Session
from ..core.wording import Text
from . import document, files, paths, sidecar
from .document import DamagedError, Fingerprint, Lines
from .locks import lock

_log = logging.getLogger(__name__)
_NEVER = object()


def _to_the_log(problem: Problem) -> None:
    _log.warning("%s", problem)


class Store:
    """The project of the sidecar at `path`. All methods may be called from any thread.

    Making one reads the file. It never raises: what a person must know goes to `report`, then and later, and a file
    that cannot be read now is read with the next call. Nothing is ever written over a file that could not be read.
    `report` must not call the store. `root`: where clips are besides, see `folders`.
    """

    def __init__(self, path: Path, report: Callable[[Problem], None] = _to_the_log, root: Path | None = None) -> None:
        self.path = files.real(path)
        self.root = root
        self._report = report
        self._mutex = threading.Lock()
        self._project = Project()
        self._lines = Lines()
        self._on_disk: Fingerprint | None = None  # of the file that our project has taken in
        self._looked_at: object = _NEVER  # what `refresh` last saw, good or bad
        self._deleted_on_disk: frozenset[str] = frozenset()
        self._is_behind = False  # our project has something that the file has not
        self._untold: Project | None = None
        self._is_tidy = False
        try:
            self.refresh()
        except StorageError as error:
            report(error.problem)
        self._untold = None  # it stands in `project`

    @property
    def project(self) -> Project:
        """The project as it is now, with changes that are not on the disk yet."""
        return self._project

    def save(self, part: Project) -> Project | None:
        """Take `part` in and make it durable. Returns the part that others changed since the last call, or None.

        Raises `StorageError`. Then `part` stays in `project` and is written with the next save (but a part that could
        not be read again is refused altogether).
        """
        with self._mutex:
            document.check(part)
            self._project = merged(self._project, part)
            self._is_behind = True
            with lock(paths.lock_path(self.path), self.path):
                self._tidy()
                self._catch_up()
                self._write()
            return self._tell()

    def refresh(self) -> Project | None:
        """Take in what others wrote; returns that part, or None. Costs one look at the file while nothing has changed.

        A file that was removed is written anew, a damaged one set aside and written anew. Raises `StorageError`, once
        for each state of the file.
        """
        with self._mutex:
            found = document.fingerprint(self.path)
            if found == self._looked_at:
                return self._tell()
            self._looked_at = found
            damage: Text | None = None
            try:
                loaded = document.read(self.path)  # needs no lock: files are only ever replaced whole
            except DamagedError as error:
                loaded, damage = None, error.problem.what
            if loaded:
                self._take_in(*loaded)
            elif damage or self._has_something() or not sidecar.is_new(self.path, self.root):
                self._repair(damage)
            return self._tell()

    def _repair(self, damage: Text | None) -> None:
        caught_up = False
        try:
            with lock(paths.lock_path(self.path), self.path):
                self._catch_up()
                caught_up = True
                if self._is_behind:
                    self._write()
        except StorageError:
            if not caught_up:
                found = sidecar.recovered(
                    self.path, damage, self.root
                )  # where nothing can be written it can still be looked at
                self._take_in(found.project, None)
                if found.problem:
                    self._report(found.problem)
            raise

    def _tidy(self) -> None:
        """Remove what a writer that was killed left. The lock is held."""
        if not self._is_tidy:
            for leftover in files.leftovers(self.path):
                files.remove(leftover)
            self._is_tidy = True

    def _catch_up(self) -> None:
        """Read the file if it is not what we last read or wrote. The lock is held."""
        if self._on_disk is not None and document.fingerprint(self.path) == self._on_disk:
            return
        loaded = sidecar.load(self.path, self.root)
        was_open = self._on_disk is not None
        self._take_in(loaded.project, loaded.fingerprint)
        happened = loaded.happened
        if loaded.problem and happened and was_open:
            self._report(
                Problem(
                    kind=loaded.problem.kind,
                    message="{happened} It is written anew with all that is open here.",
                    values={"happened": happened},
                )
            )
        elif loaded.problem:
            self._report(loaded.problem)

    def _take_in(self, theirs: Project, found: Fingerprint | None) -> None:
        before = self._project
        self._project = merged(before, different(before, theirs))
        others = changes(before, self._project)
        if others:
            self._untold = merged(self._untold or Project(), others)
        self._on_disk = found
        self._deleted_on_disk = frozenset(theirs.deleted) if found else frozenset()
        self._is_behind = self._is_behind or (found is None and self._has_something())

    def _write(self) -> None:
        deleted = frozenset(self._project.deleted)
        data = self._lines.encoded(self._project)
        self._on_disk = document.write(self.path, data, renew_backup=not deleted <= self._deleted_on_disk)
        self._looked_at = self._on_disk
        self._deleted_on_disk = deleted
        self._is_behind = False

    def _has_something(self) -> bool:
        return self._project != Project()

    def _tell(self) -> Project | None:
        untold, self._untold = self._untold, None
        return untold


def different(mine: Project, theirs: Project) -> Project:
    """The part of `theirs` whose content is not in `mine`.

    What is equal is left out, so that merging the rest keeps the objects that `mine` has.
    """
    known = {session.id: session for session in mine.sessions}
    sessions = (
        _different_takes(known.get(session.id), session)
        for session in theirs.sessions
        if known.get(session.id) != session
    )
    return theirs.model_copy(
        update={
            "desk": theirs.desk if theirs.desk != mine.desk else None,
            "sessions": tuple(sessions),
            "assets": _different(mine.assets, theirs.assets),
            "detached": _different(mine.detached, theirs.detached),
        }
    )


def _different_takes(mine: Session | None, theirs: Session) -> Session:
    return theirs.model_copy(update={"takes": _different(mine.takes, theirs.takes)}) if mine else theirs


def _different(mine: tuple[Item, ...], theirs: tuple[Item, ...]) -> tuple[Item, ...]:
    known = {item.id: item for item in mine}
    return tuple(item for item in theirs if known.get(item.id) != item)
