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
from ..core.wording import Text, joined, say
from . import document, files, folders, paths
from .document import DamagedError, Fingerprint


class Loaded(NamedTuple):
    """A project and where it is from. `fingerprint` None: not from its sidecar.

    `problem` is what a person must know then: what `happened` to the sidecar, and what was recovered.
    """

    project: Project
    fingerprint: Fingerprint | None
    problem: Problem | None = None
    happened: Text | None = None


def read(path: Path, root: Path | None = None) -> Loaded:
    """The project of the sidecar at `path`. Changes nothing, waits for nobody. Raises `StorageError`.

    `root`: where clips are besides, see `folders`.
    """
    try:
        found = document.read(path)
    except DamagedError as damage:
        return recovered(path, damage.problem.what, root)
    return Loaded(*found) if found else recovered(path, root=root)


def load(path: Path, root: Path | None = None) -> Loaded:
    """As `read`, for whoever is about to write. The caller holds the lock, and writes the project if it was recovered.

    A damaged sidecar, and a backup that cannot be read when it is needed, are set aside under other names. Raises
    `StorageError` if the sidecar is there and cannot be read, or cannot be set aside.
    """
    happened = None
    try:
        found = document.read(path)
        if found:
            return Loaded(*found)
    except DamagedError as damage:
        aside = document.set_aside(path, "damaged")
        happened = _kept(damage, aside)
    backup = paths.backup_path(path)
    try:
        document.read(backup)
    except StorageError as damage:
        aside = document.set_aside(path, "damaged", backup)
        happened = joined(happened, _kept(damage, aside))
    return recovered(path, happened, root)


def recovered(path: Path, happened: Text | None = None, root: Path | None = None) -> Loaded:
    """What can be had without the sidecar: its backup, and every clip in the assets folders. Changes nothing.

    `happened` says in whole sentences why, None if the sidecar is just not there. A project that has nothing at all
    is a new one, and no problem.
    """
    backup = _backup(path)
    listed = backup or Project()
    project = merged(listed, Project(assets=tuple(folders.scan(path, root))))
    found = len(project.assets) - len(listed.assets)
    if not (happened or backup or found):
        return Loaded(project, None)
    happened = happened or say("“{name}” is missing.", name=path.name)
    if backup:
        kept = paths.backup_path(path).name
        rest = say("The project was brought back from “{name}”; its last change may be lost.", name=kept)
    else:
        rest = say("There was no backup: the list of sessions is empty.")
    if found == 1:
        rest = joined(rest, say("1 clip was found again in the assets folder."))
    elif found:
        rest = joined(rest, say("{count:,} clips were found again in the assets folder.", count=found))
    problem = Problem(
        kind=Kind.FILE,
        message="{first} {second}",
        remedy="Look through the sessions before you go on.",
        values={"first": happened, "second": rest},
    )
    return Loaded(project, None, problem, happened)


def _kept(damage: StorageError, aside: Path) -> Text:
    return joined(damage.problem.what, say("It was kept as “{name}”.", name=aside.name))


def is_new(path: Path, root: Path | None = None) -> bool:
    """Whether there is nothing at `path` and nothing to recover it from."""
    there = any(files.exists(place) for place in (path, paths.backup_path(path), paths.assets_folder(path)))
    return not there and folders.find(path, root) is None


def _backup(path: Path) -> Project | None:
    try:
        found = document.read(paths.backup_path(path))
    except StorageError:
        return None
    return found[0] if found else None
