"""Adopt: a clip that was made elsewhere becomes a take of a session. Pure, from one project to the next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from . import merging, naming, sessions
from .errors import InputError
from .models import Asset, Project, Request, Session, Take, TakeState, new_id
from .provenance import Clip, Found
from .wording import Text, say

_LABELS = {
    "provider": say("provider"),
    "prompt": say("prompt"),
    "model": say("model"),
    "seed": say("seed"),
    "created_at": say("date"),
}


def request_of(found: Found, clip: Clip) -> Request:
    """The request of an adopted clip: what was found, and by name what nobody told, its date included."""
    request = found.request(clip)
    if found.asset or found.created_at:
        return request
    return request.model_copy(update={"unknown": (*request.unknown, "created_at")})


def known(project: Project, sha256: str, size: int) -> Asset | None:
    """The asset that has these bytes already, or None; rather one that is not in the trash."""
    same = [asset for asset in project.assets if asset.sha256 == sha256 and asset.size == size]
    return min(same, key=lambda asset: asset.trashed_at is not None, default=None)


def session_for(project: Project, session_id: str, prompt: str, file: str, now: datetime) -> Session:
    """The session with that id, or the one that is made with it, called after the prompt or else after the file.

    One that was deleted does not come back: it gets another id then.
    """
    session = sessions.find(project, session_id)
    if session:
        return session
    taken = [other.name for other in project.sessions]
    draft = sessions.draft(project).model_copy(update={"name": "", "prompt": "", "inputs": ()})
    return Session(
        id=new_id() if not session_id or session_id in project.deleted else session_id,
        name=naming.session_name(prompt, taken) if prompt.strip() else _name_of(file, taken),
        created_at=now,
        last_generated_at=now,
        named_at=now,
        drafted_at=now,
        draft=draft,
    )


def take_for(session: Session, request: Request, now: datetime) -> Take:
    """The take that a clip with this request becomes in the session: the next one, and it has ended."""
    return Take(
        id=new_id(),
        number=max((take.number for take in session.takes), default=0) + 1,
        state=TakeState.SUCCEEDED,
        request=request,
        created_at=now,
        changed_at=now,
    )


def asset_for(session: Session, take: Take, made: datetime | None) -> Asset:
    """The record of an adopted clip without what only its file tells. `made`: when that was, None if nobody told."""
    return Asset(
        id=new_id(),
        path="",
        sha256="",
        size=0,
        created_at=made or take.created_at,
        changed_at=take.created_at,
        request=take.request,
        session_id=session.id,
        session_name=session.name,
        take_id=take.id,
        take_number=take.number,
    )


def adopt(project: Project, session: Session, take: Take, asset: Asset) -> tuple[Project, Asset]:
    """The project in which `asset` is the clip of `take`, and the asset as it is there.

    `session` is the one of `session_for`: as it is in the project by now it gets the take, with the number that is next
    by now.
    """
    session = sessions.find(project, session.id) or session
    take = take.model_copy(update={"number": take_for(session, take.request, take.created_at).number})
    asset = asset.model_copy(
        update={
            "session_id": session.id,
            "session_name": session.name,
            "take_id": take.id,
            "take_number": take.number,
        }
    )
    take = take.model_copy(update={"asset_id": asset.id})
    project = sessions.with_session(project, session.model_copy(update={"takes": (*session.takes, take)}))
    return merging.merged(project, Project(assets=(asset,))), asset


def taken_back(project: Project, asset: Asset, session_id: str, file: str, now: datetime) -> tuple[Project, Asset]:
    """The project in which an asset that is listed is out of the trash, and a take of a session.

    Where it is one already it stays that; where its session was deleted it becomes one of the session `session_id`.
    """
    if asset.trashed_at:
        later = max(now, asset.changed_at + timedelta(microseconds=1))
        asset = asset.model_copy(update={"trashed_at": None, "changed_at": later})
        project = merging.merged(project, Project(assets=(asset,)))
    session = sessions.find(project, asset.session_id)
    if session and any(take.id == asset.take_id for take in session.takes):
        return project, asset
    session = session or session_for(project, session_id, asset.request.prompt, file, now)
    later = max(now, asset.changed_at + timedelta(microseconds=1))
    asset = asset.model_copy(update={"changed_at": later})
    return adopt(project, session, take_for(session, asset.request, now), asset)


def sentences(file: str, asset: Asset, found: Found, *, is_new: bool) -> list[Text]:
    """What became of a file, what was found out about how it was made, from where, and what nobody told."""
    if not is_new:
        return [say("“{file}” is the clip of {take} already.", file=file, take=asset.title)]
    told = [say("“{file}” is {take} now.", file=file, take=asset.title)]
    if found.asset:
        return [*told, say("Its own record tells how it was made.")]
    sources = list(dict.fromkeys(str(source.said) for source in found.sources.values()))
    if sources:
        unique = {str(source.said): source.said for source in found.sources.values()}
        told.append(say("What is known of it comes from {sources}.", sources=_listed(unique[each] for each in sources)))
    unknown = [_LABELS[name] for name in asset.request.unknown if name in _LABELS and name != "provider"]
    if not sources:
        told.append(say("Nothing tells how it was made."))
    elif unknown:
        told.append(say("Unknown: {names}.", names=_listed(unknown)))
    return told


def _listed(texts: Iterable[Text]) -> Text:
    listed: Text | None = None
    for each in texts:
        listed = say("{first}, {second}", first=listed, second=each) if listed else each
    return listed or Text(template="")


def _name_of(file: str, taken: list[str]) -> str:
    try:
        return naming.unique(naming.clean_name(file[: naming.TYPED_NAME_LIMIT]), taken)
    except InputError:
        return naming.unique(naming.UNTITLED, taken)
