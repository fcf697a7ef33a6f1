"""Joining two versions of a project, and telling what changed between them.

Blender and its worker each hold the project, and so may a second Blender on the same file. They send each other a
*part*: a Project with only what changed. Everything is joined by id, the later change wins field by field where two
people may change different things, and what was deleted stays deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from . import lifecycle
from .models import Asset, Desk, DetachedTake, Project, Session, Take
from .sessions import detached_takes

Item = TypeVar("Item", Asset, DetachedTake, Session, Take)
Dated = TypeVar("Dated", Asset, DetachedTake, Take)


def changes(before: Project, after: Project) -> Project | None:
    """The part of `after` that is not in `before`, or None if nothing changed.

    By identity: what is shared between the two versions is unchanged. A session in the part has only its changed takes.
    """
    old_sessions = {session.id: session for session in before.sessions}
    sessions = tuple(
        _session_part(old_sessions.get(session.id), session)
        for session in after.sessions
        if old_sessions.get(session.id) is not session
    )
    part = Project(
        desk=after.desk if after.desk is not before.desk else None,
        sessions=sessions,
        assets=_new_items(before.assets, after.assets),
        detached=_new_items(before.detached, after.detached),
        deleted={key: when for key, when in after.deleted.items() if key not in before.deleted},
    )
    empty = not (part.desk or part.sessions or part.assets or part.detached or part.deleted)
    return None if empty else part


def merged(mine: Project, theirs: Project) -> Project:
    """Both projects (or a project and a part of one) in one; nothing of either is lost."""
    deleted = {**mine.deleted, **theirs.deleted}
    sessions = _joined(mine.sessions, theirs.sessions, _joined_session)
    detached = _joined(mine.detached, theirs.detached, _later)
    orphans = [take for session in sessions if session.id in deleted for take in detached_takes(session)]
    assets = _joined(mine.assets, theirs.assets, _later)
    settled = {asset.take_id for asset in assets} if detached or orphans else set()
    detached = _joined(detached, tuple(orphans), _later)
    return mine.model_copy(
        update={
            "schema_version": max(mine.schema_version, theirs.schema_version),
            "desk": _later_desk(mine, theirs, deleted),
            "sessions": tuple(session for session in sessions if session.id not in deleted),
            "assets": tuple(asset for asset in assets if asset.id not in deleted),
            "detached": tuple(
                take
                for take in detached
                if take.id not in deleted and take.id not in settled and not lifecycle.has_ended(take)
            ),
            "deleted": deleted,
            **_unknown_fields(mine, theirs),
        }
    )


def _session_part(old: Session | None, new: Session) -> Session:
    if old is None:
        return new
    return new.model_copy(update={"takes": _new_items(old.takes, new.takes)})


def _new_items(before: tuple[Item, ...], after: tuple[Item, ...]) -> tuple[Item, ...]:
    if before is after:
        return ()
    known = {item.id: item for item in before}
    return tuple(item for item in after if known.get(item.id) is not item)


def _joined(mine: tuple[Item, ...], theirs: Iterable[Item], join: Callable[[Item, Item], Item]) -> tuple[Item, ...]:
    incoming: dict[str, Item] = {item.id: item for item in theirs}
    if not incoming:
        return mine
    kept: list[Item] = [join(item, incoming.pop(item.id)) if item.id in incoming else item for item in mine]
    return tuple(kept) + tuple(incoming.values())


def _joined_session(mine: Session, theirs: Session) -> Session:
    takes = _joined(mine.takes, theirs.takes, _joined_take)
    return theirs.model_copy(
        update={
            "name": theirs.name if theirs.named_at >= mine.named_at else mine.name,
            "named_at": max(mine.named_at, theirs.named_at),
            "draft": theirs.draft if theirs.drafted_at >= mine.drafted_at else mine.draft,
            "drafted_at": max(mine.drafted_at, theirs.drafted_at),
            "last_generated_at": max(mine.last_generated_at, theirs.last_generated_at),
            "takes": tuple(sorted(takes, key=lambda take: (take.created_at, take.number, take.id))),
            **(mine.model_extra or {}),
            **(theirs.model_extra or {}),
        }
    )


def _joined_take(mine: Take, theirs: Take) -> Take:
    newer = _later(mine, theirs)
    if newer.placement and not (mine.placement and theirs.placement):
        return newer.model_copy(update={"placement": None})
    return newer


def _later(mine: Dated, theirs: Dated) -> Dated:
    return theirs if theirs.changed_at >= mine.changed_at else mine


def _later_desk(mine: Project, theirs: Project, deleted: Mapping[str, object]) -> Desk | None:
    desks = [project.desk for project in (mine, theirs) if project.desk]
    desk = max(desks, key=lambda desk: desk.changed_at, default=None)
    if desk and desk.active_session_id in deleted:
        return desk.model_copy(update={"active_session_id": None})
    return desk


def _unknown_fields(mine: Project, theirs: Project) -> dict[str, object]:
    return {**(mine.model_extra or {}), **(theirs.model_extra or {})}
