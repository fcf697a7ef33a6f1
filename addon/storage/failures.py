"""What the operating system's refusals mean, in sentences a person can act on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..core.errors import StorageError

_WINDOWS_IN_USE = frozenset({32, 33})  # ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
_WINDOWS_TOO_LONG = 206  # ERROR_FILENAME_EXCED_RANGE
_WINDOWS_PATH_LENGTH = 248  # where long paths are not enabled, a longer one is "not found"

_NO_SPACE = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_REFUSED = frozenset({errno.EACCES, errno.EPERM})


@contextmanager
def explained(doing: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` inside into a `StorageError` that says `path` could not be … (`doing`: "read", "written")."""
    try:
        yield
    except OSError as error:
        raise explain(error, doing, path) from error


def explain(error: OSError, doing: str, path: Path) -> StorageError:
    """The `StorageError` for `error`, met while `path` was being … (`doing`: "read", "written", "moved")."""
    why, remedy = _reason(error, path)
    return StorageError(f"“{path.name}” could not be {doing}: {why}.", remedy)


def _reason(error: OSError, path: Path) -> tuple[str, str]:
    windows = getattr(error, "winerror", None)
    folder = path.parent
    if error.errno in _NO_SPACE:
        return f"there is no space left for “{folder}”", "Free some space, then try again."
    if error.errno == errno.EROFS:
        return f"“{folder}” is read-only", "Save the .blend file in a folder that can be written to."
    if windows in _WINDOWS_IN_USE:
        return "another program has it open", "Close it there, then try again."
    if _is_too_long(error, windows, path):
        return "its name or path is too long", "Save the .blend file under a shorter name or in a folder less deep."
    if error.errno == errno.EISDIR or (error.errno in _REFUSED and path.is_dir()):
        return f"there is a folder of that name in “{folder}”", "Rename or move that folder."
    if error.errno in _REFUSED:
        return "access was denied", f"Allow yourself to read and write “{folder}” and the files in it."
    if error.errno == errno.EFBIG:
        return "it is larger than its drive or your account allows", "Save the .blend file on another drive."
    if error.errno in (errno.ENOENT, errno.ENOTDIR) and not folder.is_dir():
        return f"the folder “{folder}” is gone", "Bring it back or connect its drive, or save the .blend elsewhere."
    return (error.strerror or str(error)).rstrip(".").lower(), f"Check the drive and the folder “{folder}”."


def _is_too_long(error: OSError, windows: int | None, path: Path) -> bool:
    if error.errno == errno.ENAMETOOLONG or windows == _WINDOWS_TOO_LONG:
        return True
    return os.name == "nt" and isinstance(error, FileNotFoundError) and len(str(path)) >= _WINDOWS_PATH_LENGTH
