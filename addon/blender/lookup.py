"""Finds takes and assets at once, whatever their number: what is asked at every draw and every tick.

Projects are frozen and share what did not change, so what was found holds as long as the object it was found in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter, is_not
from typing import TypeVar, TypeVarTuple

from ..core import lifecycle, marking, slots
from ..core.models import Asset, Project, Session, Take
from . import runtime

_Of = TypeVarTuple("_Of")
_T = TypeVar("_T")

_forget: list[Callable[[], None]] = []


def _last(find: Callable[[*_Of], _T]) -> Callable[[*_Of], _T]:
    """Let a function give its last answer again for as long as it is asked of the very same objects."""
    held: tuple[tuple[*_Of], _T] | None = None

    def look(*of: *_Of) -> _T:
        nonlocal held
        if held is None or any(map(is_not, held[0], of)):
            held = of, find(*of)
        return held[1]

    def forget_it() -> None:
        nonlocal held
        held = None

    _forget.append(forget_it)
    return look


def forget() -> None:
    """Hold nothing of a project that is shown no more."""
    for each in _forget:
        each()
    _known.clear()


# -- Takes -------------------------------------------------------------------------------------------------------------


def take(take_id: str) -> Take | None:
    """A take of the active session, or None."""
    session = runtime.current().session
    return _takes(session).get(take_id) if session else None


@_last
def _takes(session: Session) -> Mapping[str, Take]:
    return {each.id: each for each in session.takes}


def running() -> Sequence[Take]:
    """Every take of the file that has not ended and is waiting for nobody, those of deleted sessions included."""
    return _running(runtime.current().project)


@_last
def _running(project: Project) -> Sequence[Take]:
    return [take for takes in _sorted(project) for take in takes.running]


def takes_for(slot: str) -> Sequence[Take]:
    """The takes that were made for a slot, oldest first."""
    return _by_slot(runtime.current().project).get(slot, ())


@_last
def _by_slot(project: Project) -> Mapping[str, Sequence[Take]]:
    found: dict[str, list[Take]] = {}
    for takes in _sorted(project):
        for slot, made in takes.by_slot.items():
            found.setdefault(slot, []).extend(made)
    return found


class _Sorted:
    """The takes of a session (or of none), by what they are asked for."""

    def __init__(self, takes: Sequence[Take]) -> None:
        self.takes = takes
        self.running = [take for take in takes if lifecycle.is_running(take)]
        self.by_slot: dict[str, list[Take]] = {}
        for take in takes:
            if take.slot:
                self.by_slot.setdefault(take.slot, []).append(take)


_known: dict[str, _Sorted] = {}


@_last
def _sorted(project: Project) -> Sequence[_Sorted]:
    """Those of each session, and of deleted ones: only what changed is walked over again."""
    of = {session.id: session.takes for session in project.sessions} | {"": project.detached}
    for gone in _known.keys() - of.keys():
        del _known[gone]
    for key, takes in of.items():
        if key not in _known or _known[key].takes is not takes:
            _known[key] = _Sorted(takes)
    return [_known[key] for key in of]


def same_clip(take: Take) -> Take | None:
    """The first take of the active session, before this one, whose clip is the same to the byte; None if none has it.

    A service that made a request before may answer with what it has: ComfyUI does.
    """
    state = runtime.current()
    return _same_clips(state.session, state.project.assets).get(take.id) if state.session else None


@_last
def _same_clips(session: Session, _assets: Sequence[Asset]) -> Mapping[str, Take]:
    """By the id of each take whose clip was there before: the first one with it."""
    first: dict[str, Take] = {}
    twins: dict[str, Take] = {}
    for each in sorted(session.takes, key=attrgetter("number")):
        clip = asset(each.asset_id)
        if clip is not None and first.setdefault(clip.sha256, each) is not each:
            twins[each.id] = first[clip.sha256]
    return twins


# -- Assets ------------------------------------------------------------------------------------------------------------


def asset(asset_id: str | None) -> Asset | None:
    """An asset of the file, or None."""
    return _assets(runtime.current().project.assets).get(asset_id) if asset_id else None


@_last
def _assets(assets: Sequence[Asset]) -> Mapping[str, Asset]:
    return {each.id: each for each in assets}


def trashed() -> Sequence[Asset]:
    """The clips in the trash, the one that was moved there last first."""
    return _trashed(runtime.current().project.assets)


@_last
def _trashed(assets: Sequence[Asset]) -> Sequence[Asset]:
    return marking.trashed(assets)


def choices(session_id: str) -> Sequence[Asset]:
    """The clips that a strip of a session can show, as `core.slots` sorts them; whether the session exists or not."""
    assets = runtime.current().project.assets
    known = _choices(assets)
    if session_id not in known:
        known[session_id] = slots.choices(assets, session_id)
    return known[session_id]


@_last
def _choices(_assets: Sequence[Asset]) -> dict[str, Sequence[Asset]]:
    return {}


def filling(slot: str) -> Asset | None:
    """The clip that an empty slot is to show: of those made for it, the one that was there first. None: not yet."""
    return _fillings(runtime.current().project.assets).get(slot)


@_last
def _fillings(assets: Sequence[Asset]) -> Mapping[str, Asset]:
    return slots.fillings(assets)
