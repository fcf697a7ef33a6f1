"""What the JSON beside each clip tells, so that the sidecar can be made again from all of them.

Pure: from a project to the record of each of its assets, and from records back to a project. The present sidecar is
right in all that it knows; a record may know more, where the sidecar was lost or is an old one from a backup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from pydantic import AwareDatetime

from . import refining, sessions
from .models import SCHEMA_VERSION, Asset, Project, Session, Stored, Take, TakeState

_BEFORE = timedelta(microseconds=1)


class SessionRecord(Stored):
    """An asset's session, as it is now. `deleted_at`: when it was deleted; what else is known of it may be None then.

    The other times are those of `Session`.
    """

    id: str
    name: str
    created_at: AwareDatetime | None = None
    last_generated_at: AwareDatetime | None = None
    named_at: AwareDatetime | None = None
    deleted_at: AwareDatetime | None = None


class TakeRecord(Stored):
    """What a take has and its asset has not; the fields are those of `Take`."""

    created_at: AwareDatetime
    changed_at: AwareDatetime
    job_id: str | None = None


class Record(Stored):
    """What stands in `<clip>.json`. Without `session` and `take`: written by an older version, or just now."""

    schema_version: int = SCHEMA_VERSION
    asset: Asset
    session: SessionRecord | None = None
    take: TakeRecord | None = None


class Source(NamedTuple):
    """What the record of an asset is made of. `session` None: the project does not know what became of it."""

    asset: Asset
    session: SessionRecord | None
    take: Take | None


def sources(project: Project) -> Iterator[Source]:
    """Of each asset what its record is made of: quick, however many there are."""
    known = {session.id: _of_session(session) for session in project.sessions}
    takes = {take.id: take for session in project.sessions for take in session.takes}
    for asset in project.assets:
        session = known.get(asset.session_id)
        if session is None and (deleted_at := project.deleted.get(asset.session_id)):
            session = SessionRecord(id=asset.session_id, name=asset.session_name, deleted_at=deleted_at)
            known[asset.session_id] = session
        yield Source(asset, session, takes.get(asset.take_id))


def is_same(one: Source, other: Source) -> bool:
    """Whether both make the same record, by identity where there are many."""
    return one.asset is other.asset and one.take is other.take and one.session == other.session


def record_of(source: Source) -> Record:
    """The record of an asset as its project knows it."""
    return Record(asset=source.asset, session=source.session, take=_of_take(source.take))


def wanted(project: Project) -> Iterator[Record]:
    """The record of each asset as `project` knows it."""
    return map(record_of, sources(project))


def joined(found: Record, project: Record) -> Record:
    """What is to stand where `found` stands: all that the `project` knows, and what only the record does."""
    newer = project.asset if project.asset.changed_at >= found.asset.changed_at else found.asset
    return found.model_copy(
        update={
            "schema_version": max(found.schema_version, project.schema_version),
            "asset": newer,
            "session": _joined_session(found.session, project.session),
            "take": project.take or found.take,
        }
    )


def rebuilt(records: Iterable[Record]) -> Project:
    """The sessions, takes and assets that the records tell of; of several about one asset the first counts.

    Sessions that were deleted are not among them, but in `deleted`. What no record tells is not there: takes without a
    clip, drafts, and what lay on the panel. Where an older version wrote a record, names and times are those of the
    clips. The form of a session is that of its last take.
    """
    first: dict[str, Record] = {}
    for record in records:
        first.setdefault(record.asset.id, record)
    every = sorted(first.values(), key=lambda record: (record.asset.created_at, record.asset.id))
    grouped = groupby(sorted(every, key=lambda record: record.asset.session_id), lambda each: each.asset.session_id)
    found: list[Session] = []
    deleted: dict[str, datetime] = {}
    for session_id, group in grouped:
        of_session = list(group)
        gone = [each.session.deleted_at for each in of_session if each.session and each.session.deleted_at]
        if gone:
            deleted[session_id] = max(gone)
        elif session_id:
            found.append(_session(session_id, of_session))
    found.sort(key=lambda session: (session.created_at, session.id))
    return Project(sessions=tuple(found), assets=tuple(record.asset for record in every), deleted=deleted)


def unknown(project: Project, found: Project) -> Project:
    """The part of a `rebuilt` project that is news to `project`.

    What `project` has stays, except for a session that was deleted and that nobody has used since. A take that is on
    its way in `project` ends there by itself.
    """
    on_its_way = {take.id for take in sessions.unfinished(project)}
    known = {asset.id: asset for asset in project.assets}
    assets = tuple(
        asset
        for asset in found.assets
        if asset.id not in project.deleted and asset.take_id not in on_its_way and _is_news(asset, known.get(asset.id))
    )
    alive = {session.id: session for session in project.sessions}
    parts = [_unknown_of(alive.get(session.id), session, on_its_way, project) for session in found.sessions]
    return Project(
        sessions=tuple(session for session in parts if session),
        assets=assets,
        deleted={
            key: at
            for key, at in found.deleted.items()
            if key not in project.deleted and not _is_used_after(alive.get(key), at)
        },
    )


def _is_news(asset: Asset, known: Asset | None) -> bool:
    return known is None or asset.changed_at > known.changed_at


def _unknown_of(known: Session | None, session: Session, on_its_way: set[str], project: Project) -> Session | None:
    if session.id in project.deleted:
        return None
    has = {take.id for take in known.takes} if known else set()
    left = (has, on_its_way, project.deleted)
    takes = tuple(take for take in session.takes if not any(take.id in each for each in left))
    if known is None:
        return session.model_copy(update={"takes": takes}) if takes else None
    if not takes and session.named_at <= known.named_at and session.last_generated_at <= known.last_generated_at:
        return None
    return session.model_copy(update={"takes": takes, "draft": known.draft, "drafted_at": known.drafted_at})


def _of_session(session: Session) -> SessionRecord:
    return SessionRecord(
        id=session.id,
        name=session.name,
        created_at=session.created_at,
        last_generated_at=session.last_generated_at,
        named_at=session.named_at,
    )


def _of_take(take: Take | None) -> TakeRecord | None:
    if take is None or take.state is not TakeState.SUCCEEDED:
        return None
    return TakeRecord(created_at=take.created_at, changed_at=take.changed_at, job_id=take.job_id)


def _is_used_after(session: Session | None, moment: datetime) -> bool:
    return session is not None and max(session.last_generated_at, session.named_at) > moment


def _is_deleted(found: SessionRecord, present: SessionRecord) -> bool:
    """Whether a session that is there was deleted: an older sidecar brought it back, and nobody has used it since."""
    used = _latest(present.last_generated_at, present.named_at)
    return found.deleted_at is not None and (used is None or used <= found.deleted_at)


def _joined_session(found: SessionRecord | None, project: SessionRecord | None) -> SessionRecord | None:
    if found is None or project is None or found.id != project.id:  # another one has adopted the clip
        return project or found
    if project.deleted_at:
        return found if found.deleted_at else found.model_copy(update={"deleted_at": project.deleted_at})
    is_renamed = found.named_at and project.named_at and found.named_at > project.named_at
    return found.model_copy(
        update={
            "name": found.name if is_renamed else project.name,
            "named_at": found.named_at if is_renamed else project.named_at,
            "created_at": project.created_at,
            "last_generated_at": _latest(found.last_generated_at, project.last_generated_at),
            "deleted_at": found.deleted_at if _is_deleted(found, project) else None,
        }
    )


def _session(session_id: str, records: list[Record]) -> Session:
    """The session of some records, which come in the order in which their clips did."""
    takes = _takes(records)
    told = [record.session for record in records if record.session]
    last = max(told, key=lambda each: (each.named_at is not None, each.named_at), default=None)
    first_taken = min(take.created_at for take in takes)
    created_at = min((each.created_at for each in told if each.created_at), default=first_taken)
    last_taken = max(take.created_at for take in takes)
    return Session(
        id=session_id,
        name=last.name if last else records[-1].asset.session_name,
        created_at=created_at,
        last_generated_at=max((each.last_generated_at for each in told if each.last_generated_at), default=last_taken),
        named_at=(last.named_at if last else None) or created_at,
        drafted_at=created_at - _BEFORE,  # any draft of the session itself is later
        draft=refining.draft(takes[-1].request),
        takes=takes,
    )


def _takes(records: list[Record]) -> tuple[Take, ...]:
    """The takes of a session's records by number, each later than the one before, even where only the clips tell."""
    takes: list[Take] = []
    for record in sorted(records, key=lambda each: (each.asset.take_number, each.asset.created_at), reverse=True):
        asset, told = record.asset, record.take
        created_at = told.created_at if told else min([asset.created_at, *(take.created_at for take in takes[-1:])])
        takes.append(
            Take(
                id=asset.take_id,
                number=asset.take_number,
                state=TakeState.SUCCEEDED,
                request=asset.request,
                created_at=created_at,
                changed_at=told.changed_at if told else asset.created_at,
                job_id=told.job_id if told else None,
                asset_id=asset.id,
                cost=asset.cost,
                slot=asset.slot,
            )
        )
    unique = {take.id: take for take in takes}
    return tuple(sorted(unique.values(), key=lambda take: (take.created_at, take.number, take.id)))


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each), default=None)
