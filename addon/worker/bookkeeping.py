"""Keeps the JSON beside each clip up to date with the project, so that the sidecar can be made again from all of them.

In the background, a little at a time: a change of the project, or a running take, never waits for more than one such
file. What a crash left undone is done at the next opening, when all are looked through once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from ..core.errors import StorageError
from ..core.models import Project
from ..core.records import Record, Source, is_same, rebuilt, record_of, sources, unknown
from ..storage import folders, paths, records
from .errands import Rebuildable
from .project import OpenProject

log = logging.getLogger(__name__)

_LAST_SECONDS = 0.5
_REST = 1.0
"""How long it rests after each file: as long as that took, so that nobody who wants the project is kept from it."""

Tell = Callable[[Rebuildable], None]


class _Book:
    """Of one open project: which records are known to stand in its folders, and as what project it was last seen."""

    def __init__(self) -> None:
        self.seen: Project | None = None
        self.written: dict[str, Source] = {}
        self.searched = False


class Bookkeeping:
    """The thread that writes, and the projects it looks after. `tell` is called from that thread."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._changed = threading.Condition()
        self._waiting: dict[OpenProject, None] = {}
        self._books: dict[OpenProject, _Book] = {}
        self._closing = False
        self._deadline = float("inf")
        self._thread: threading.Thread | None = None

    def look_after(self, project: OpenProject) -> None:
        """Have the project's records brought up to date if it has changed; returns at once."""
        with self._changed:
            book = self._books.setdefault(project, _Book())
            if book.seen is project.project or project.unsaved or self._closing:
                return
            self._waiting[project] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="bookkeeping", daemon=True)
                self._thread.start()
            self._changed.notify()

    def look_again(self, project: OpenProject) -> None:
        """Look through all records, and whether they know of more than the project: it is opened, maybe once more."""
        with self._changed:
            if project in self._books:
                self._books[project] = _Book()

    def forget(self, project: OpenProject) -> None:
        """The project is closed for good."""
        with self._changed:
            self._books.pop(project, None)

    def close(self) -> None:
        """Write what is left, for half a second at most, and end."""
        with self._changed:
            self._closing = True
            self._deadline = time.monotonic() + _LAST_SECONDS
            self._changed.notify()
            thread = self._thread
        if thread:
            thread.join(2 * _LAST_SECONDS)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                if not self._waiting:
                    return
                project = next(iter(self._waiting))
                del self._waiting[project]
                book = self._books.get(project) or _Book()
            try:
                self._bring_up_to_date(project, book)
                if not book.searched and not self._closing:
                    book.searched = True
                    self._search(project)
            except Exception:
                log.exception("the records of %s could not be looked through", project.path)

    def _bring_up_to_date(self, project: OpenProject, book: _Book) -> None:
        now, path = project.project, project.path
        anothers: dict[str, bool] = {}
        for source in sources(now):
            known = book.written.get(source.asset.id)
            if known and is_same(known, source):
                continue
            if time.monotonic() > self._deadline or project.path != path:
                return
            begun = time.monotonic()
            self._write(project, record_of(source), anothers)
            book.written[source.asset.id] = source
            if not self._closing:
                time.sleep(min(_REST, time.monotonic() - begun))
        book.seen = now

    def _write(self, project: OpenProject, record: Record, anothers: dict[str, bool]) -> None:
        with project.lock:  # so that it is not on its way to another folder
            clip = paths.clip_path(record.asset.path, project.path)
            folder = str(clip.parent)
            if folder not in anothers:
                anothers[folder] = folders.is_anothers(clip.parent, project.path)
            if anothers[folder]:
                return
            try:
                records.bring_up_to_date(clip, record)
            except StorageError as error:  # a drive that is not there: the clip itself is missing then, too
                log.info("%s", error)

    def _search(self, project: OpenProject) -> None:
        """Tell what the folders know of and the project does not: it was made from an old sidecar, or from none."""
        with project.lock:
            path, root = project.path, project.root
        told = rebuilt(folders.records(path, root))
        news = unknown(project.project, told)  # as it is now: a clip that came meanwhile is in it
        if news.sessions or news.assets:
            known = {asset.id for asset in project.project.assets}
            clips = sum(asset.id not in known for asset in news.assets)
            self._tell(Rebuildable(path=path, sessions=len(news.sessions), clips=clips))
