"""The ledger of what was sent to services that cost money: one JSON object a line, only ever added to.

Every worker of this user writes it, whatever project is open, so that a limit for a day counts them all.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from ..core.spending import Entry
from . import files, locks
from .failures import explained

_log = logging.getLogger(__name__)

NAME = "spending.jsonl"


class Ledger:
    """The ledger at `path`, which need not be there yet. Safe to use from any thread.

    `most`: how many bytes of it are read, the last ones; enough of them hold all that is of today. None: all.
    """

    def __init__(self, path: Path, most: int | None = None) -> None:
        self._path = path
        self._most = most
        self._mutex = threading.RLock()
        self._entries: list[Entry] = []
        self._read_to = 0

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other threads and processes from writing, to decide by what stands there. Raises `StorageError`."""
        with self._mutex:
            with explained("written", self._path):
                self._path.parent.mkdir(parents=True, exist_ok=True)
            with locks.lock(self._path.with_name(".spending.lock"), self._path):
                yield

    def entries(self) -> list[Entry]:
        """All of it, oldest first. A line that is damaged is passed over. Raises `StorageError`."""
        with self._mutex:
            with explained("read", self._path):
                try:
                    with self._path.open("rb") as file:
                        size = os.fstat(file.fileno()).st_size
                        if size < self._read_to:
                            self._entries, self._read_to = [], 0
                        if self._most is not None and self._read_to < size - self._most:
                            file.seek(size - self._most)
                            self._read_to = file.tell() + len(file.readline())  # the rest of a line that began before
                        file.seek(self._read_to)
                        whole = file.read().rpartition(b"\n")[0]
                except FileNotFoundError:
                    self._entries, self._read_to = [], 0
                    return []
            if whole:
                self._read_to += len(whole) + 1
                self._entries.extend(filter(None, map(_parsed, whole.split(b"\n"))))
            return list(self._entries)

    def add(self, entry: Entry) -> None:
        """Write an entry; it is on the drive when this returns. Raises `StorageError`."""
        line = entry.model_dump_json().encode() + b"\n"
        with self._mutex, explained("written", self._path), self._path.open("a+b") as file:
            if file.seek(0, os.SEEK_END) and not _ends_whole(file.fileno()):
                line = b"\n" + line  # the one before was cut off by a crash
            file.write(line)
            file.flush()
            files.flush(file.fileno())


def _ends_whole(descriptor: int) -> bool:
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1) == b"\n"


def _parsed(line: bytes) -> Entry | None:
    if not line.strip():
        return None
    try:
        return Entry.model_validate_json(line)
    except ValidationError:
        _log.warning("a line of the ledger is damaged")
        return None
