"""Writing, replacing and moving files so that a crash or a full disk never leaves half of one. All raise `OSError`."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

_PATIENCE = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
_NO_LINKS = frozenset(
    getattr(errno, name)
    for name in ("EPERM", "EACCES", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EXDEV", "EMLINK", "EINVAL")
    if hasattr(errno, name)
)


def write_temporary(target: Path, data: bytes) -> Path:
    """Write `data` to a new file beside `target`, flushed to the drive, to be moved to `target` next."""
    temporary = temporary_path(target)
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            flush(file.fileno())
    except BaseException:
        remove(temporary)
        raise
    return temporary


def temporary_path(target: Path) -> Path:
    """A new name beside `target`. Short, whatever the target's name is, so that it always fits."""
    return target.with_name(f"{_temporary_prefix(target)}{os.urandom(4).hex()}.tmp")


def leftovers(target: Path) -> list[Path]:
    """Temporary files of `target` that a killed process left. Only whoever holds the target's lock may remove them."""
    return list(target.parent.glob(f"{_temporary_prefix(target)}*.tmp"))


def abandoned(folder: Path) -> list[Path]:
    """Temporary files in `folder` that nobody has written to for an hour: whoever made them was killed."""
    oldest = time.time() - 3600
    return [path for path in folder.glob(".*-*.tmp") if path.stat().st_mtime < oldest]


def replace(source: Path, target: Path) -> None:
    """Move `source` to `target` in one step, in the place of what is there."""
    patiently(lambda: source.replace(target))


def move_new(source: Path, target: Path) -> None:
    """Move `source` to `target` in one step; `FileExistsError` if anything is there, even when it came this moment.

    Between drives it is copied beside the target first. Killed in the middle, it may leave an empty file at `target`
    on a drive without links, never half of one.
    """
    try:
        if os.name == "nt":
            patiently(lambda: source.rename(target))
        else:
            target.hardlink_to(source)
            source.unlink()
    except OSError as error:
        if isinstance(error, FileExistsError) or error.errno not in _NO_LINKS:
            raise
        if error.errno == errno.EXDEV:
            copy_new(source, target)
            source.unlink()
        elif os.name == "nt":
            raise
        else:
            target.open("xb").close()
            try:
                source.replace(target)
            except BaseException:
                remove(target)
                raise


def link_or_copy_new(source: Path, target: Path) -> None:
    """Make `target` a second name for the file at `source`, or a copy where the drive has no such thing.

    `FileExistsError` if anything is at `target`.
    """
    try:
        target.hardlink_to(source)
    except OSError as error:
        if isinstance(error, FileExistsError) or error.errno not in _NO_LINKS:
            raise
        copy_new(source, target)


def copy_new(source: Path, target: Path) -> None:
    """Copy `source` to `target`, flushed; `FileExistsError` if anything is there."""
    temporary = temporary_path(target)
    try:
        with source.open("rb") as original, temporary.open("xb") as copy:
            shutil.copyfileobj(original, copy, 1024 * 1024)
            copy.flush()
            flush(copy.fileno())
        move_new(temporary, target)
    except BaseException:
        remove(temporary)
        raise


def exists(path: Path) -> bool:
    """Whether there is anything at `path` that can be seen."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def is_same(one: Path, other: Path) -> bool:
    """Whether both paths lead to the same file, by whatever letters."""
    try:
        return one == other or one.samefile(other)
    except OSError:
        return False


def real(path: Path) -> Path:
    """Where `path` leads if it is a link, else `path` itself."""
    try:
        return path.resolve() if path.is_symlink() else path
    except OSError:
        return path


def remove(path: Path) -> None:
    """Remove a file if it is there and can be removed."""
    with contextlib.suppress(OSError):
        path.unlink()


def flush(descriptor: int) -> None:
    """Return when the open file is on the drive itself."""
    if sys.platform == "darwin":
        import fcntl

        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # macOS: fsync only reaches the drive's cache
            return
        except OSError:
            pass
    os.fsync(descriptor)


def flush_file(path: Path) -> None:
    """Return when the file at `path` is on the drive itself."""
    with path.open("r+b") as file:
        flush(file.fileno())


def flush_folder(folder: Path) -> None:
    """Return when the names in `folder` are on the drive. Windows needs and has no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):  # network drives cannot
            raise
    finally:
        os.close(descriptor)


def patiently(operation: Callable[[], Result]) -> Result:
    """Run `operation`; on Windows again for up to 1.6 s while another program, a virus scanner say, is in the way."""
    if os.name == "nt":
        for pause in _PATIENCE:
            try:
                return operation()
            except PermissionError:
                time.sleep(pause)
    return operation()


def _temporary_prefix(target: Path) -> str:
    return f".{zlib.crc32(os.fsencode(target.name)):08x}-"
