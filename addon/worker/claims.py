"""Which takes this process runs: each by a lock that other processes on the same project see, and that dies with us."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from ..core.errors import StorageError
from ..storage import failures, locks, paths


class Claims:
    """The takes of this process. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._locks: dict[tuple[Path, str], locks.Lock] = {}

    def take(self, sidecar: Path, take_id: str) -> bool:
        """Claim a take, unless another process has it. True also if it is ours already. Raises `StorageError`."""
        with self._mutex:
            if (sidecar, take_id) in self._locks:
                return True
            lock = _try_lock(paths.take_lock_path(sidecar, take_id))
            if lock is not None:
                self._locks[sidecar, take_id] = lock
            return lock is not None

    def release(self, sidecar: Path, take_id: str) -> None:
        """Let other processes have the take. Does nothing for one that is not ours."""
        with self._mutex:
            lock = self._locks.pop((sidecar, take_id), None)
            if lock is not None:
                lock.release()
                with contextlib.suppress(OSError):
                    paths.assets_folder(sidecar).rmdir()  # there only for the lock, where no clip came of it


def _try_lock(path: Path) -> locks.Lock | None:
    for last in (False, True):
        with failures.explained("made", path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return locks.try_lock(path, path.parent)
        except StorageError:
            if last or path.parent.exists():
                raise  # else another process removed the empty folder in this very moment
    raise AssertionError("the last try returns or raises")
