"""Reading a sidecar, whatever happened to it.

One that is damaged is never written over: it is set aside. In its place, or if it is gone, stands what its backup
holds, with every clip that is in the assets folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..core.errors import Kind, Problem, StorageError
from ..core.merging import merged
from ..core.models import Project
from . import assets, document, files, paths
from .document import DamagedError, Fingerprint


class Loaded(NamedTuple):
    """A project and where it is from. `fingerprint` None: not from its sidecar.

    `problem` is what a person must know then: what `happened` to the sidecar, and what was recovered.
    """

    project: Project
    fingerprint: Fingerprint | None
    problem: Problem | None = None
    happened: str = ""


def read(path: Path) -> Loaded:
    """The project of the sidecar at `path`. Changes nothing, waits for nobody. Raises `StorageError`."""
    try:
        found = document.read(path)
    except DamagedError as damage:
        return recovered(path, damage.problem.message)
    return Loaded(*found) if found else recovered(path)


def load(path: Path) -> Loaded:
    """As `read`, for whoever is about to write. The caller holds the lock, and writes the project if it was recovered.

    A damaged sidecar, and a backup that cannot be read when it is needed, are set aside under other names. Raises
    `StorageError` if the sidecar is there and cannot be read, or cannot be set aside.
    """
    happened = ""
    try:
        found = document.read(path)
        if found:
            return Loaded(*found)
    except DamagedError as damage:
        aside = document.set_aside(path, "damaged")
        happened = f"{damage.problem.message} It was kept as “{aside.name}”."
    backup = paths.backup_path(path)
    try:
        document.read(backup)
    except StorageError as damage:
        aside = document.set_aside(path, "damaged", backup)
        happened = f"{happened} {damage.problem.message} It was kept as “{aside.name}”.".strip()
    return recovered(path, happened)


def recovered(path: Path, happened: str = "") -> Loaded:
    """What can be had without the sidecar: its backup, and every clip in the assets folder. Changes nothing.

    `happened` says in whole sentences why, nothing if the sidecar is just not there. A project that has nothing at all
    is a new one, and no problem.
    """
    backup = _backup(path)
    listed = backup or Project()
    project = merged(listed, Project(assets=tuple(assets.scan(paths.assets_folder(path)))))
    found = len(project.assets) - len(listed.assets)
    if not (happened or backup or found):
        return Loaded(project, None)
    happened = happened or f"“{path.name}” is missing."
    says = [happened]
    if backup:
        says.append(f"The project was brought back from “{paths.backup_path(path).name}”; its last change may be lost.")
    else:
        says.append("There was no backup: the list of sessions is empty.")
    if found:
        says.append(f"{found:,} {'clip was' if found == 1 else 'clips were'} found again in the assets folder.")
    remedy = "Look through the sessions before you go on."
    return Loaded(project, None, Problem(kind=Kind.FILE, message=" ".join(says), remedy=remedy), happened)


def is_new(path: Path) -> bool:
    """Whether there is nothing at `path` and nothing to recover it from."""
    return not any(files.exists(place) for place in (path, paths.backup_path(path), paths.assets_folder(path)))


def _backup(path: Path) -> Project | None:
    try:
        found = document.read(paths.backup_path(path))
    except StorageError:
        return None
    return found[0] if found else None
