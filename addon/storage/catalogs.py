"""What services said that they can do, kept from one inquiry to the next: `catalogs/<provider>.json`."""

from __future__ import annotations

import logging
import re
import threading
from pathlib import Path

from pydantic import ValidationError

from ..core.capabilities import Capabilities, codec
from . import files
from .failures import explained

_log = logging.getLogger(__name__)

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_lock = threading.Lock()
_read: dict[Path, tuple[tuple[int, int, int], Capabilities | None]] = {}


def get(folder: Path, provider: str) -> Capabilities | None:
    """What was found out about a provider last, None if nothing ever was or the file is damaged.

    Looks at the file each time, and gives the same object as long as that stays the same.
    """
    file = _path(folder, provider)
    try:
        status = files.patiently(file.stat)
        seen = status.st_ino, status.st_size, status.st_mtime_ns
        with _lock:
            if file not in _read or _read[file][0] != seen:
                _read[file] = seen, _parsed(file)
            return _read[file][1]
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.warning("%s cannot be read: %s", file, error)
        return None


def put(folder: Path, capabilities: Capabilities) -> None:
    """Keep what a provider can do, in the place of what was known before. Raises `StorageError`."""
    file = _path(folder, capabilities.id)
    with explained("written", file):
        file.parent.mkdir(parents=True, exist_ok=True)
        for left in files.abandoned(file.parent):
            files.remove(left)
        temporary = files.write_temporary(file, codec().dump_json(capabilities, indent=1) + b"\n")
        try:
            files.replace(temporary, file)
        finally:
            files.remove(temporary)


def _path(folder: Path, provider: str) -> Path:
    if not _NAME.fullmatch(provider):
        raise ValueError(f"no provider can be called {provider!r}")
    return folder / "catalogs" / f"{provider}.json"


def _parsed(file: Path) -> Capabilities | None:
    try:
        found = codec().validate_json(files.patiently(file.read_bytes))
    except ValidationError as error:
        _log.warning(
            "%s is damaged and passed over: %s", file, error.errors(include_input=False, include_url=False)[:1]
        )
        return None
    return found if found.id == file.stem else None
