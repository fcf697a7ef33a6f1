"""Brings clips to where their records want them: to the trash, back from it, away for good (`storage.trash`).

In a thread of its own, a few at a time: the worker goes on meanwhile. Killed in between, it goes on when the project is
opened again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterable, Sequence

from ..core import sessions
from ..core.errors import Problem, StorageError
from ..core.models import Asset, Project
from ..storage import trash
from .project import OpenProject

log = logging.getLogger(__name__)

_AT_ONCE = 32


def after_save(project: OpenProject, part: Project, known: Iterable[Asset]) -> None:
    """Blender changed the records in `part`; `known` are the assets before."""
    gone = [asset for asset in known if asset.id in part.deleted] if part.deleted else []
    if part.assets or gone:
        _start(project, [asset.id for asset in part.assets], gone)


def after_opening(project: OpenProject) -> None:
    """Go on with what was not ended when the project was open the last time; let others know what it needs of them."""
    threading.Thread(target=lambda: _go_on(project), name="placing", daemon=True).start()


def put_right(project: OpenProject, asset_ids: Sequence[str], gone: Sequence[Asset] = ()) -> None:
    """Bring the files of those assets to where their records want them, and delete those of the ones that are `gone`.

    What cannot be moved stays where it is, and Blender is told why, once.
    """
    problem: Problem | None = None
    needed = _needed(project, asset_ids, gone)
    for first in range(0, len(asset_ids), _AT_ONCE):
        lying: dict[str, str] = {}
        for asset_id in asset_ids[first : first + _AT_ONCE]:
            try:
                with project.lock:
                    asset = sessions.find_asset(project.project, asset_id)
                    if asset:
                        lying[asset_id] = trash.put_right(asset, project.path, needed).path
            except StorageError as error:
                log.warning("%s: %s", project.path, error)
                problem = problem or error.problem
        project.relist(lying)
    with project.lock:
        trash.delete(gone, project.path, needed)
    if problem:
        project.tell_trouble(problem)


def _start(project: OpenProject, asset_ids: Sequence[str], gone: Sequence[Asset]) -> None:
    threading.Thread(target=put_right, args=(project, asset_ids, gone), name="placing", daemon=True).start()


def _go_on(project: OpenProject) -> None:
    trash.note_need(project.project, project.path)
    wanted = trash.misplaced(project.project, project.path, project.root)
    gone = trash.left_behind(project.project, project.path, project.root)
    if wanted or gone:
        put_right(project, [asset.id for asset in wanted], gone)


def _needed(project: OpenProject, asset_ids: Collection[str], gone: Iterable[Asset]) -> set[str]:
    wanted = set(asset_ids)
    moving = [
        asset.id
        for asset in project.project.assets
        if asset.id in wanted and (asset.trashed_at or trash.is_in_trash(asset, project.path))
    ]
    return trash.needed_elsewhere(project.path, [*moving, *(asset.id for asset in gone)], project.root)
