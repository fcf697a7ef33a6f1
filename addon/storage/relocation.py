"""Bringing a project to another place: the first save of a file that had no name, and Save As.

Inputs go with the clips. What starts from them is not rewritten: they are found by their hashes (`inputs.resolve`).

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
from ..core.models import Asset, Project, TakeState
from . import assets, document, files, folders, inputs, paths, sidecar, trash
from .document import Lines
from .failures import explained
from .locks import lock

_log = logging.getLogger(__name__)


def relocate(project: Project, source: Path, target: Path, *, move: bool, root: Path | None = None) -> Project:
    """Write `project`, whose sidecar is at `source`, to a sidecar at `target`; returns it as it is there.

    `move`: its clips and inputs go along, into the `root` (see `folders`), and nothing is left at `source`, except for
    what is being sent just now. Else `source` stays as it is, and the copy lists the clips where they are. May take as
    long as copying the clips to another drive. Raises `StorageError`.

    A sidecar at `target` belongs to a .blend that is being overwritten. It is set aside as `.sessions.replaced-1.json`.
    Its assets, whose clips stay in the folder, are listed in the project from now on, and its takes that have not ended
    end there, for they may be paid for. Its sessions stay behind, so none that was deleted in `project` can come back.
    """
    if files.is_same(source, target):
        return project
    brought: list[Path] = []
    inputs_brought: list[Path] = []
    with lock(paths.lock_path(target), target):
        try:
            if move:
                _bring_inputs(source, target, root, inputs_brought)
            found = _brought(target, project, source, root, brought) if move else _listed(target, project, source)
            relocated = _with_overwritten(project.model_copy(update={"assets": found}), target, root)
            _write(relocated, target)
        except BaseException:
            for clip in brought:
                assets.remove(clip)
            for file in inputs_brought:
                files.remove(file)
            folder = folders.find(target, root)
            if folder:
                with suppress(OSError):
                    inputs.beside(folder).rmdir()
                with suppress(OSError):
                    (folder / paths.TRASH).rmdir()
                folders.drop_empty(folder)
            raise
    if move:
        _clear(source, project)
    else:
        trash.note_need(relocated, target)
    return relocated


def _listed(target: Path, project: Project, source: Path) -> tuple[Asset, ...]:
    """The project's assets, their clips where they are, as `target` names them."""
    now = datetime.now(UTC)
    found = []
    for asset in project.assets:
        path = paths.asset_path(paths.clip_path(asset.path, source), target)
        found.append(asset if path == asset.path else asset.model_copy(update={"path": path, "changed_at": now}))
    return tuple(found)


def _brought(target: Path, project: Project, source: Path, root: Path | None, brought: list[Path]) -> tuple[Asset, ...]:
    """As `_listed`, but the clips in the assets folder at `source` are taken along, and noted in `brought`."""
    there = {asset.id: asset for asset in folders.scan(target, root)}  # after a crash, all of them
    found = []
    for asset, moved in zip(project.assets, _listed(target, project, source), strict=True):
        clip = paths.clip_path(asset.path, source)
        if clip.parent in _folders(source) and files.exists(clip):
            if asset.id in there:
                moved = moved.model_copy(update={"path": there[asset.id].path})
            else:
                folder = folders.make(target, root)
                folder = folder / paths.TRASH if clip.parent.name == paths.TRASH else folder
                moved = folders.listed(assets.take_along(clip, folder, moved), folder, target)
                brought.append(paths.clip_path(moved.path, target))
        found.append(moved)
    return tuple(found)


def _bring_inputs(source: Path, target: Path, root: Path | None, brought: list[Path]) -> None:
    there = inputs.beside(paths.assets_folder(source))
    if there.is_dir():
        inputs.take_along(there, inputs.folder(target, root), brought)


def _with_overwritten(project: Project, target: Path, root: Path | None) -> Project:
    """`project` with what must not be lost of the one that has been at `target`."""
    try:
        old = sidecar.read(target, root).project
    except StorageError:  # of a newer version, say
        old = Project(assets=tuple(folders.scan(target, root)))
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
    for asset in project.assets:
        clip = paths.clip_path(asset.path, source)
        if clip.parent in _folders(source):
            assets.remove(clip)
    inputs.remove(inputs.beside(paths.assets_folder(source)), keep=_being_sent(project))
    for empty in (*_folders(source), source.parent):
        with suppress(OSError):
            empty.rmdir()


def _folders(source: Path) -> tuple[Path, Path]:
    """Where the clips lie that go along: those in the trash, too."""
    folder = paths.assets_folder(source)
    return folder / paths.TRASH, folder


def _being_sent(project: Project) -> frozenset[str]:
    """The SHA-256 of the inputs that are being read just now, where they were."""
    takes = [*(take for session in project.sessions for take in session.takes), *project.detached]
    return frozenset(
        entry.sha256 for take in takes if take.state is TakeState.SUBMITTING for entry in take.request.inputs
    )
