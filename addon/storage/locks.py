"""Locks between processes, held by the operating system: when a process dies, however it dies, its locks are free.

A lock is a file that is there only while it is held. One left by a killed process is taken over as it is.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from ..core.errors import StorageError
from . import files
from .failures import explained

_log = logging.getLogger(__name__)

_CANNOT_LOCK = frozenset(
    getattr(errno, name) for name in ("ENOLCK", "ENOSYS", "ENOTSUP", "EOPNOTSUPP") if hasattr(errno, name)
)


class Lock:
    """A lock that is held. Use it in a `with` statement, or call `release`."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def release(self) -> None:
        """Let others have it, and remove its file. Does nothing the second time."""
        if self._descriptor < 0:
            return
        descriptor, self._descriptor = self._descriptor, -1
        if os.name == "nt":  # an open file cannot be removed there, so nobody else's ever is
            os.close(descriptor)
            files.remove(self._path)
        else:
            files.remove(self._path)
            os.close(descriptor)

    def __enter__(self) -> Lock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def try_lock(path: Path, protected: Path | None = None) -> Lock | None:
    """The lock at `path`, None if somebody has it, another thread of this process included.

    Raises `StorageError`, about the file `protected` where one is named.
    """
    with explained("written", protected or path):
        while True:
            descriptor = files.patiently(lambda: os.open(path, os.O_RDWR | os.O_CREAT, 0o666))
            try:
                if not _acquired(descriptor, path):
                    os.close(descriptor)
                    return None
                if _is_still_at(path, descriptor):
                    return Lock(path, descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)  # its last holder removed it between our opening and our locking


@contextlib.contextmanager
def lock(path: Path, protected: Path, timeout: float = 20.0) -> Iterator[None]:
    """Hold the lock at `path`, waiting for it up to `timeout` seconds. Raises `StorageError` about `protected`."""
    deadline = time.monotonic() + timeout
    pause = 0.001
    while (held := try_lock(path, protected)) is None:
        if time.monotonic() > deadline:
            raise StorageError(
                "“{name}” has been in use by another Blender for {seconds:g} seconds.",
                "Try again.",
                name=protected.name,
                seconds=timeout,
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)
    with held:
        yield


if sys.platform == "win32":
    import msvcrt

    def _acquired(descriptor: int, path: Path) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            return _unlockable(error, path)
        return True

    def _is_still_at(path: Path, descriptor: int) -> bool:
        return True

else:
    import fcntl

    def _acquired(descriptor: int, path: Path) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            return _unlockable(error, path)
        return True

    def _is_still_at(path: Path, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), path.stat())
        except FileNotFoundError:
            return False


def _unlockable(error: OSError, path: Path) -> bool:
    """Some network drives know no locks: work goes on there, two Blenders could collide at the same instant only."""
    if error.errno not in _CANNOT_LOCK:
        raise error
    _log.warning("no locks on this drive: %s (%s)", path, error)
    return True
