"""The use cases: what a person does with sessions. Pure functions from one project to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from operator import attrgetter

from . import lifecycle
from .errors import InputError, NotFoundError
from .models import (
    Asset,
    Desk,
    DetachedTake,
    Draft,
    Placement,
    Project,
    Request,
    Session,
    Take,
    new_id,
)


def listed(project: Project) -> list[Session]:
    """The sessions as the list shows them: by when they were last used to start a generation, newest first."""
    return sorted(project.sessions, key=attrgetter("last_generated_at"), reverse=True)


def active(project: Project) -> Session | None:
    """The session in the panel, or None when the panel holds the draft of a new one."""
    wanted = project.desk.active_session_id if project.desk else None
    return find(project, wanted) if wanted else None


def draft(project: Project) -> Draft:
    """What stands in the panel: the active session's draft, else that of the session to come."""
    session = active(project)
    if session:
        return session.draft
    return project.desk.draft if project.desk else Draft()


def provider(draft: Draft, session: Session | None) -> str:
    """The provider for a draft: chosen there, else that of the session's last take that has one. Empty: none yet.

    So a session keeps its provider, whichever is the default now.
    """
    made = (take.request.provider for take in reversed(session.takes if session else ()))
    return draft.provider or next(filter(None, made), "")


def find(project: Project, session_id: str) -> Session | None:
    """The session with that id, or None."""
    return next((session for session in project.sessions if session.id == session_id), None)


def get(project: Project, session_id: str) -> Session:
    """The session with that id. Raises `NotFoundError`."""
    session = find(project, session_id)
    if session is None:
        raise NotFoundError("That session is not in this file (any more).", "Choose one from the session list.")
    return session


def find_take(project: Project, take_id: str) -> Take | None:
    """The take with that id, of a session or detached from a deleted one, or None."""
    takes: Iterable[Take] = (take for session in project.sessions for take in session.takes)
    return next((take for take in (*project.detached, *takes) if take.id == take_id), None)


def find_asset(project: Project, asset_id: str) -> Asset | None:
    """The asset with that id, or None."""
    return next((asset for asset in project.assets if asset.id == asset_id), None)


def unfinished(project: Project) -> list[Take]:
    """Every take that has not ended, those of deleted sessions included."""
    takes = [take for session in project.sessions for take in session.takes]
    return [take for take in (*takes, *project.detached) if not lifecycle.has_ended(take)]


def assets_of(project: Project, session_id: str) -> list[Asset]:
    """The assets made in a session, whether it still exists or not."""
    return [asset for asset in project.assets if asset.session_id == session_id]


def start_draft(project: Project, now: datetime, name: str = "") -> Project:
    """Begin a new session: an empty draft that keeps the current settings. Pressed again it changes nothing more.

    A draft that was begun before, and never sent, is taken up again. The session itself comes into being with its first
    generation. `name` as a person typed it, empty for one from the prompt. Raises `InputError` for a name that cannot
    be used.
    """
    from . import naming  # its tables take a while to load, and enabling the extension should not

    checked = naming.clean_name(name) if name else ""
    desk = project.desk
    is_draft = desk is None or desk.active_session_id is None
    if is_draft and not checked:
        return project
    if desk and (is_draft or desk.draft.prompt):  # what was typed and never sent is not thrown away
        fresh = desk.draft.model_copy(update={"name": checked or desk.draft.name})
    else:
        fresh = draft(project).model_copy(update={"prompt": "", "name": checked, "inputs": (), "joins": None})
    return _with_desk(project, None, fresh, now)


def switch(project: Project, session_id: str, now: datetime) -> Project:
    """Bring a session back into the panel. Its place in the list stays. Raises `NotFoundError`."""
    get(project, session_id)
    return _with_desk(project, session_id, project.desk.draft if project.desk else Draft(), now)


def edit_draft(project: Project, changes: Mapping[str, object], now: datetime) -> Project:
    """Put `changes` (fields of `Draft`) into what stands in the panel."""
    session = active(project)
    return edit_draft_of(project, session.id if session else None, changes, now)


def edit_draft_of(project: Project, session_id: str | None, changes: Mapping[str, object], now: datetime) -> Project:
    """Put `changes` into the draft of one session, or with None into that of the session to come.

    Nothing changes if the session is gone.
    """
    if session_id is None:
        desk = project.desk or Desk(changed_at=now)
        return _with_desk(project, desk.active_session_id, desk.draft.model_copy(update=changes), now)
    session = find(project, session_id)
    if session is None:
        return project
    drafted = {"draft": session.draft.model_copy(update=changes), "drafted_at": _after(session.drafted_at, now)}
    return with_session(project, session.model_copy(update=drafted))


def rename(project: Project, session_id: str, name: str, now: datetime) -> Project:
    """Give a session another name; its place in the list stays. Raises `NotFoundError`, `InputError`."""
    from . import naming

    session = get(project, session_id)
    others = [other.name for other in project.sessions if other.id != session_id]
    unique = naming.unique(naming.clean_name(name), others)
    return with_session(project, session.model_copy(update={"name": unique, "named_at": _after(session.named_at, now)}))


def delete(project: Project, session_id: str, now: datetime) -> Project:
    """Remove a session and its takes' records for good.

    Assets stay; takes still running are detached and end as assets. Raises `NotFoundError`.
    """
    session = get(project, session_id)
    if project.desk and project.desk.active_session_id == session_id:
        left = session.draft.model_copy(update={"prompt": "", "inputs": ()})
        project = _with_desk(project, None, left, now)
    return project.model_copy(
        update={
            "sessions": tuple(other for other in project.sessions if other.id != session_id),
            "detached": (*project.detached, *detached_takes(session)),
            "deleted": {**project.deleted, session_id: now},
        }
    )


def detached_takes(session: Session) -> list[DetachedTake]:
    """The takes of a session about to be deleted that have not ended: they may be paid for, so they live on."""
    return [
        DetachedTake(**dict(take), session_id=session.id, session_name=session.name)
        for take in session.takes
        if not lifecycle.has_ended(take)
    ]


def session_of(project: Project, take_id: str) -> Session | None:
    """The session that a take belongs to; None if there is none, or if it was deleted."""
    return next((each for each in project.sessions if any(take.id == take_id for take in each.takes)), None)


def generate(
    project: Project,
    requests: list[Request],
    now: datetime,
    place: Callable[[str], Placement] | None = None,
    pattern: str = "",
    slot: str = "",
) -> tuple[Project, Session, list[Take]]:
    """Add takes to the active session, or to a new one, which is active then. As `add_takes`."""
    session = active(project)
    project, session, takes = add_takes(
        project, session.id if session else None, draft(project), requests, now, place=place, pattern=pattern, slot=slot
    )
    return switch(project, session.id, now), session, takes


def add_takes(
    project: Project,
    session_id: str | None,
    drafted: Draft,
    requests: list[Request],
    now: datetime,
    place: Callable[[str], Placement] | None = None,
    pattern: str = "",
    slot: str = "",
) -> tuple[Project, Session, list[Take]]:
    """Add a queued take for each request, all of one click, to a session, which moves to the top; the panel stays.

    `drafted` is what stood in the panel, and stands there again when the session is. With None for a session one is
    made. It has the name that a person gave in the draft, else one by number as `pattern` says (see `numbering`), or
    from the prompt where that is empty too. `place` makes the placement from the click's batch id; None leaves the
    clips in the list; `slot` is the place in the edit that they are for.

    Raises:
        InputError: there are no requests, or the name or pattern cannot be used.
        NotFoundError: the session is not there (any more).
    """
    if not requests:
        raise InputError("There is nothing to generate.", "Choose a count of at least 1.")
    if session_id is None:
        session = _new_session(project, drafted, requests[0].prompt, pattern, now)
    else:
        project = edit_draft_of(project, session_id, dict(drafted), now)
        session = get(project, session_id)
    first = max((take.number for take in session.takes), default=0) + 1
    batch = new_id()
    takes = [
        Take(
            id=new_id(),
            number=number,
            request=request,
            created_at=now,
            changed_at=now,
            placement=place(batch) if place else None,
            slot=slot,
        )
        for number, request in enumerate(requests, start=first)
    ]
    newest = max((other.last_generated_at for other in project.sessions), default=session.last_generated_at)
    used = {"takes": (*session.takes, *takes), "last_generated_at": _after(newest, now)}
    session = session.model_copy(update=used)
    project = with_session(project, session)
    desk = project.desk
    if session_id is None and desk and desk.draft.prompt == drafted.prompt:  # another one was typed since, for the next
        blank = drafted.model_copy(update={"name": "", "prompt": "", "inputs": (), "joins": None})
        project = _with_desk(project, desk.active_session_id, blank, now)
    return project, session, takes


def claim_placement(project: Project, session_id: str, take_id: str) -> tuple[Project, Placement | None]:
    """Take the place on the timeline that waits for a take, for good and for all takes of its click.

    None if there is none (any more): a sibling came first, or the session was deleted.
    """
    session = find(project, session_id)
    take = next((take for take in session.takes if take.id == take_id), None) if session else None
    if session is None or take is None or take.placement is None:
        return project, None
    batch = take.placement.batch
    takes = tuple(
        other.model_copy(update={"placement": None}) if other.placement and other.placement.batch == batch else other
        for other in session.takes
    )
    return with_session(project, session.model_copy(update={"takes": takes})), take.placement


def with_session(project: Project, session: Session) -> Project:
    """The project with `session` in the place of the one with its id, or added."""
    if find(project, session.id) is None:
        sessions = (*project.sessions, session)
    else:
        sessions = tuple(session if other.id == session.id else other for other in project.sessions)
    return project.model_copy(update={"sessions": sessions})


def _with_desk(project: Project, active_id: str | None, on_it: Draft, now: datetime) -> Project:
    changed_at = _after(project.desk.changed_at, now) if project.desk else now
    return project.model_copy(update={"desk": Desk(changed_at=changed_at, active_session_id=active_id, draft=on_it)})


def _after(before: datetime, now: datetime) -> datetime:
    """The present, but later than `before` even if the clock was set back: the later change wins everywhere."""
    return max(now, before + timedelta(microseconds=1))


def _new_session(project: Project, drafted: Draft, prompt: str, pattern: str, now: datetime) -> Session:
    return Session(
        id=new_id(),
        name=_new_name(drafted.name, prompt, pattern, [session.name for session in project.sessions]),
        created_at=now,
        last_generated_at=now,
        named_at=now,
        drafted_at=now,
        draft=drafted.model_copy(update={"name": ""}),
    )


def _new_name(typed: str, prompt: str, pattern: str, taken: list[str]) -> str:
    from . import naming, numbering

    if typed:
        return naming.unique(naming.clean_name(typed), taken)
    return numbering.next_name(pattern, taken) if pattern else naming.session_name(prompt, taken)
