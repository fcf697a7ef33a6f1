"""The keys of services, in a file of the user's own: nowhere else, never in a log, never in an error.

An environment variable wins over the file. The file is `keys.json` in the extension's user folder: `{"fal": "…"}`.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

from ..core.errors import InputError
from . import files, locks
from .failures import explained

_log = logging.getLogger(__name__)


def get(folder: Path, provider: str, variable: str = "") -> str:
    """The key of a provider: what the environment `variable` holds, else the file; empty if there is none.

    Read anew each time, so that a change counts at once.
    """
    return from_environment(variable) or _read(folder).get(provider, "")


def has(folder: Path, provider: str, variable: str = "") -> bool:
    """Whether there is a key."""
    return bool(get(folder, provider, variable))


def from_environment(variable: str) -> str:
    """The key in an environment variable, empty if there is none."""
    return os.environ.get(variable, "").strip() if variable else ""


def put(folder: Path, provider: str, key: str) -> None:
    """Keep a provider's key; an empty one is forgotten. Raises `InputError` for what no key can be, `StorageError`."""
    key = key.strip()
    if not (key.isascii() and key.isprintable()) or any(map(str.isspace, key)):
        raise InputError("This is no key: it has spaces or signs that keys do not have.", "Copy the key again.")
    _change(folder, lambda keys: {**keys, provider: key} if key else _without(keys, provider))


def forget(folder: Path, provider: str) -> None:
    """Have no key of a provider in the file any more. Raises `StorageError`."""
    _change(folder, lambda keys: _without(keys, provider))


def path(folder: Path) -> Path:
    """Where the keys are."""
    return folder / "keys.json"


def _without(keys: dict[str, str], provider: str) -> dict[str, str]:
    return {name: key for name, key in keys.items() if name != provider}


def _change(folder: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    file = path(folder)
    with explained("written", file):
        folder.mkdir(parents=True, exist_ok=True)
    with locks.lock(folder / ".keys.lock", file):
        before = _read(folder)
        after = change(before)
        if after == before:
            return
        with explained("written", file):
            if not before and file.exists() and file.stat().st_size:
                files.replace(file, file.with_name("keys.damaged.json"))
            _write(file, json.dumps(after, indent=2).encode() + b"\n")


def _write(file: Path, data: bytes) -> None:
    """Replace the file by one that nobody else could read at any moment."""
    for left in files.leftovers(file):
        files.remove(left)
    temporary = files.temporary_path(file)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as output:
            output.write(data)
            output.flush()
            files.flush(output.fileno())
        files.replace(temporary, file)
        files.flush_folder(file.parent)
    finally:
        files.remove(temporary)


def _read(folder: Path) -> dict[str, str]:
    """All keys in the file. One that is damaged has none: what is wrong with it is told without what is in it."""
    try:
        data = files.patiently(path(folder).read_bytes)
    except FileNotFoundError:
        return {}
    except OSError as error:
        _log.warning("the keys cannot be read: %s", error)
        return {}
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        _log.warning("the file of keys is damaged: %s", path(folder))
        return {}
    return {name: key for name, key in found.items() if isinstance(key, str)}
