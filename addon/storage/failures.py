"""What the operating system's refusals mean, in sentences a person can act on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..core.errors import StorageError
from ..core.wording import N_, say

_WINDOWS_IN_USE = frozenset({32, 33})  # ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
_WINDOWS_TOO_LONG = 206  # ERROR_FILENAME_EXCED_RANGE
_WINDOWS_PATH_LENGTH = 248  # where long paths are not enabled, a longer one is "not found"

_COULD_NOT = {
    "read": N_("“{name}” could not be read: {why}."),
    "written": N_("“{name}” could not be written: {why}."),
    "made": N_("“{name}” could not be made: {why}."),
    "moved aside": N_("“{name}” could not be moved aside: {why}."),
    "removed": N_("“{name}” could not be removed: {why}."),
}

_NO_SPACE = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_REFUSED = frozenset({errno.EACCES, errno.EPERM})


@contextmanager
def explained(doing: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` inside into a `StorageError` that says what could not be done to `path`.

    `doing`: "read", "written", "made", "moved aside" or "removed".
    """
    try:
        yield
    except OSError as error:
        raise explain(error, doing, path) from error


def explain(error: OSError, doing: str, path: Path) -> StorageError:
    """The `StorageError` for `error`, met while `path` was being … (`doing`, as in `explained`)."""
    why, remedy = _reason(error, path)
    folder = str(path.parent)
    reason = say(why, folder=folder, said=(error.strerror or str(error)).rstrip(".").lower())
    return StorageError(_COULD_NOT[doing], remedy, name=path.name, why=reason, folder=folder)


def _reason(error: OSError, path: Path) -> tuple[str, str]:
    """Why, as half a sentence, and what to do: templates for the `folder` and what the system `said`."""
    windows = getattr(error, "winerror", None)
    folder = path.parent
    if error.errno in _NO_SPACE:
        return N_("there is no space left for “{folder}”"), N_("Free some space, then try again.")
    if error.errno == errno.EROFS:
        return N_("“{folder}” is read-only"), N_("Save the .blend file in a folder that can be written to.")
    if windows in _WINDOWS_IN_USE:
        return N_("another program has it open"), N_("Close it there, then try again.")
    if _is_too_long(error, windows, path):
        return (
            N_("its name or path is too long"),
            N_("Save the .blend file under a shorter name or in a folder less deep."),
        )
    if error.errno == errno.EISDIR or (error.errno in _REFUSED and path.is_dir()):
        return N_("there is a folder of that name in “{folder}”"), N_("Rename or move that folder.")
    if error.errno in _REFUSED:
        return N_("access was denied"), N_("Allow yourself to read and write “{folder}” and the files in it.")
    if error.errno == errno.EFBIG:
        return N_("it is larger than its drive or your account allows"), N_("Save the .blend file on another drive.")
    if error.errno in (errno.ENOENT, errno.ENOTDIR) and not folder.is_dir():
        return (
            N_("the folder “{folder}” is gone"),
            N_("Bring it back or connect its drive, or save the .blend elsewhere."),
        )
    return "{said}", N_("Check the drive and the folder “{folder}”.")


def _is_too_long(error: OSError, windows: int | None, path: Path) -> bool:
    if error.errno == errno.ENAMETOOLONG or windows == _WINDOWS_TOO_LONG:
        return True
    return os.name == "nt" and isinstance(error, FileNotFoundError) and len(str(path)) >= _WINDOWS_PATH_LENGTH
