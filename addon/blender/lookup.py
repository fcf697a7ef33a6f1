"""Finds takes and assets at once, whatever their number: what is asked at every draw and every tick.

Projects are frozen and share what did not change, so what was found holds as long as the object it was found in.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..core import lifecycle, marking
from ..core.models import Asset, Project, Session, Take
from . import runtime

_takes: tuple[Session | None, dict[str, Take]] = (None, {})
_assets: tuple[Sequence[Asset], dict[str, Asset]] = ((), {})
_trashed: tuple[Sequence[Asset], list[Asset]] = ((), [])
_running: tuple[Project | None, tuple[Take, ...]] = (None, ())
_running_in: dict[str, tuple[Session, tuple[Take, ...]]] = {}


def take(take_id: str) -> Take | None:
    """A take of the active session, or None."""
    global _takes
    session = runtime.current().session
    if _takes[0] is not session:
        _takes = session, {each.id: each for each in session.takes} if session else {}
    return _takes[1].get(take_id)


def asset(asset_id: str | None) -> Asset | None:
    """An asset of the file, or None."""
    global _assets
    assets = runtime.current().project.assets
    if _assets[0] is not assets:
        _assets = assets, {each.id: each for each in assets}
    return _assets[1].get(asset_id) if asset_id else None


def trashed() -> list[Asset]:
    """The clips in the trash, the one that was moved there last first."""
    global _trashed
    project = runtime.current().project
    if _trashed[0] is not project.assets:
        _trashed = project.assets, marking.trashed(project)
    return _trashed[1]


def same_clip(take: Take) -> Take | None:
    """The first take of the active session, before this one, whose clip is the same to the byte; None if none has it.

    A service that made a request before may answer with what it has: ComfyUI does.
    """
    session, clip = runtime.current().session, asset(take.asset_id)
    if session is None or clip is None:
        return None
    earlier = (each for each in session.takes if each.number < take.number)
    return next((each for each in earlier if (its := asset(each.asset_id)) and its.sha256 == clip.sha256), None)


def running() -> tuple[Take, ...]:
    """Every take of the file that has not ended and is waiting for nobody, those of deleted sessions included."""
    global _running, _running_in
    project = runtime.current().project
    if _running[0] is not project:
        found = {}
        for session in project.sessions:
            known = _running_in.get(session.id)
            found[session.id] = known if known and known[0] is session else (session, _unended(session.takes))
        _running_in = found
        _running = project, (*(each for _, takes in found.values() for each in takes), *_unended(project.detached))
    return _running[1]


def forget() -> None:
    """Hold nothing of a project that is shown no more."""
    global _takes, _assets, _trashed, _running
    _takes, _assets, _trashed, _running = (None, {}), ((), {}), ((), []), (None, ())
    _running_in.clear()


def _unended(takes: Sequence[Take]) -> tuple[Take, ...]:
    return tuple(each for each in takes if lifecycle.is_running(each))
