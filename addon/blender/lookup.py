"""Finds takes and assets at once, whatever their number: what is asked at every draw and every tick.

Projects are frozen and share what did not change, so what was found holds as long as the object it was found in.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from ..core import lifecycle, marking
from ..core.models import Asset, Project, Session, Take
from . import runtime

_takes: tuple[Session | None, dict[str, Take]] = (None, {})
_assets: tuple[Sequence[Asset], dict[str, Asset]] = ((), {})
_twins: tuple[Session | None, Sequence[Asset], dict[str, Take]] = (None, (), {})
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
    global _twins
    session, assets = runtime.current().session, runtime.current().project.assets
    if _twins[0] is not session or _twins[1] is not assets:
        _twins = session, assets, _same_clips(session.takes if session else ())
    return _twins[2].get(take.id)


def _same_clips(takes: Sequence[Take]) -> dict[str, Take]:
    """By the id of each take whose clip was there before: the first one with it."""
    first: dict[str, Take] = {}
    twins: dict[str, Take] = {}
    for each in sorted(takes, key=attrgetter("number")):
        clip = asset(each.asset_id)
        if clip is not None and first.setdefault(clip.sha256, each) is not each:
            twins[each.id] = first[clip.sha256]
    return twins


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
    global _takes, _assets, _twins, _trashed, _running
    _takes, _assets, _twins, _trashed, _running = (None, {}), ((), {}), (None, (), {}), ((), []), (None, ())
    _running_in.clear()


def _unended(takes: Sequence[Take]) -> tuple[Take, ...]:
    return tuple(each for each in takes if lifecycle.is_running(each))
