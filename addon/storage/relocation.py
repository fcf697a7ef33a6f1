"""Bringing a project to another place: the first save of a file that had no name, and Save As.

What a failure or a crash leaves: the project at its old place, whole; and at the new one either what was there before
or the project, whole. Until all is done clips are there twice: under two names, or copied where a drive has no links.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ..core import sessions
from ..core.errors import StorageError
from ..core.merging import merged
from ..core.models import Asset, Project
from . import assets, document, files, paths, sidecar
from .document import Lines
from .failures import explained
from .locks import lock

_log = logging.getLogger(__name__)


def relocate(project: Project, source: Path, target: Path, *, move: bool) -> Project:
    """Write `project`, whose sidecar is at `source`, to a sidecar at `target`; returns it as it is there.

    `move`: its clips go along, and nothing is left at `source`. Else `source` stays as it is, and the copy lists the
    clips where they are. May take as long as copying the clips to another drive. Raises `StorageError`.

    A sidecar at `target` belongs to a .blend that is being overwritten. It is set aside as `.sessions.replaced-1.json`.
    Its assets, whose clips stay in the folder, are listed in the project from now on, and its takes that have not ended
    end there, for they may be paid for. Its sessions stay behind, so none that was deleted in `project` can come back.
    """
    if files.is_same(source, target):
        return project
    brought: list[Path] = []
    with lock(paths.lock_path(target), target):
        try:
            found = _assets_at(target, project, source, brought if move else None)
            relocated = _with_overwritten(project.model_copy(update={"assets": found}), target)
            _write(relocated, target)
        except BaseException:
            for clip in brought:
                assets.remove(clip)
            with suppress(OSError):
                paths.assets_folder(target).rmdir()
            raise
    if move:
        _clear(source, project)
    return relocated


def _assets_at(target: Path, project: Project, source: Path, brought: list[Path] | None) -> tuple[Asset, ...]:
    """The project's assets as `target` names them. With `brought` their clips are taken along, and noted there."""
    now = datetime.now(UTC)
    folder = paths.assets_folder(target)
    there = {} if brought is None else {asset.id: asset for asset in assets.scan(folder)}  # after a crash, all of them
    found = []
    for asset in project.assets:
        clip = paths.clip_path(asset.path, source)
        moved = asset.model_copy(update={"path": paths.asset_path(clip, target), "changed_at": now})
        if brought is not None and clip.parent == paths.assets_folder(source) and files.exists(clip):
            if asset.id in there:
                moved = moved.model_copy(update={"path": there[asset.id].path})
            else:
                moved = assets.take_along(clip, folder, moved)
                brought.append(paths.clip_path(moved.path, target))
        found.append(asset if moved.path == asset.path else moved)
    return tuple(found)


def _with_overwritten(project: Project, target: Path) -> Project:
    """`project` with what must not be lost of the one that has been at `target`."""
    try:
        old = sidecar.read(target).project
    except StorageError:  # of a newer version, say
        old = Project(assets=tuple(assets.scan(paths.assets_folder(target))))
    unfinished = [take for session in old.sessions for take in sessions.detached_takes(session)]
    detached = [take for take in (*old.detached, *unfinished) if sessions.find_take(project, take.id) is None]
    return merged(project, Project(assets=old.assets, detached=tuple(detached)))


def _write(project: Project, target: Path) -> None:
    asides: list[tuple[Path, Path]] = []
    try:
        for old in _old_files(target):
            asides.append((document.set_aside(target, "replaced", old), old))
        document.write(target, Lines().encoded(project), renew_backup=True)
    except BaseException:
        for aside, old in asides:
            with suppress(OSError):
                files.move_new(aside, old)
        raise


def _old_files(target: Path) -> list[Path]:
    """What is to be set aside: a sidecar, and its backup too where that may hold what the sidecar does not."""
    try:
        if document.read(target):
            return [target]
    except StorageError:
        pass
    return [old for old in (target, paths.backup_path(target)) if files.exists(old)]


def _clear(source: Path, project: Project) -> None:
    """Remove what was taken along from its old place, the sidecar first: from then on it is no project any more."""
    try:
        with explained("removed", source), lock(paths.lock_path(source), source):
            source.unlink(missing_ok=True)
    except StorageError as error:
        _log.warning("left where it was: %s", error)
        return
    files.remove(paths.backup_path(source))
    folder = paths.assets_folder(source)
    for asset in project.assets:
        clip = paths.clip_path(asset.path, source)
        if clip.parent == folder:
            assets.remove(clip)
    for empty in (folder, source.parent):
        with suppress(OSError):
            empty.rmdir()
