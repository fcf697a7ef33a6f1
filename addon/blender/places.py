"""Where the extension's own files lie: the folder that Blender gives every extension for its user's data."""

from __future__ import annotations

import functools
from pathlib import Path

import bpy

from ..storage import paths

PACKAGE = __package__.rpartition(".")[0]
_UNSAVED = "unsaved"


@functools.cache
def user_folder(name: str) -> Path:
    """The folder `name` within the extension's user data, made if need be."""
    return Path(bpy.utils.extension_path_user(PACKAGE, path=name, create=True))


def log_file() -> Path:
    """The log of the extension inside Blender; the worker's stands beside it."""
    return user_folder("logs") / "generative-sessions.log"


def sidecar_of(blend: str) -> Path:
    """The sidecar of a saved .blend, given by its absolute path."""
    return paths.sidecar_path(Path(blend))


def unsaved_sidecar(key: str) -> Path:
    """The sidecar of a file that has no name yet, each in a folder of its own, which is made with the first change."""
    return unsaved_folder() / key / "Unsaved.sessions.json"


def unsaved_folder() -> Path:
    """Where the sessions and clips of files without a name lie."""
    return user_folder(_UNSAVED)


def unsaved_key(file: Path) -> str | None:
    """Which unsaved file's folder `file` lies in, or None."""
    try:
        return file.relative_to(unsaved_folder()).parts[0]
    except (ValueError, IndexError):
        return None
