"""From a take's new state to the part of the project that has to be written because of it."""

from __future__ import annotations

from ..core import lifecycle
from ..core.models import Asset, DetachedTake, Project, Take


def origin(project: Project, take_id: str) -> tuple[str, str]:
    """Id and name of the session a take belongs to, whether it still exists or not. Empty for an unknown take."""
    for detached in project.detached:
        if detached.id == take_id:
            return detached.session_id, detached.session_name
    for session in project.sessions:
        if any(take.id == take_id for take in session.takes):
            return session.id, session.name
    return "", ""


def part(project: Project, take: Take, asset: Asset | None = None) -> Project:
    """The part that makes `take` the new state of a take that `project` has, with the asset it ended as.

    A take of a deleted session is forgotten when it has ended; its asset stays.
    """
    assets = (asset,) if asset else ()
    for session in project.sessions:
        if any(each.id == take.id for each in session.takes):
            return Project(sessions=(session.model_copy(update={"takes": (_attached(take),)}),), assets=assets)
    session_id, session_name = origin(project, take.id)
    detached = DetachedTake(**{**dict(take), "session_id": session_id, "session_name": session_name})
    gone = {take.id: take.changed_at} if lifecycle.has_ended(take) else {}
    return Project(detached=(detached,), assets=assets, deleted=gone)


def _attached(take: Take) -> Take:
    if not isinstance(take, DetachedTake):
        return take
    return Take(**{name: value for name, value in take if name not in ("session_id", "session_name")})
