"""Which of the takes play in the edit, and where. Looked up by walking over the strips, now and then, not in `draw`."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import bpy

from .. import compat
from . import marks


class Use(NamedTuple):
    """A picture strip that belongs to a session. `start` and `end` are its handles' frames, `end` the first after it.

    `asset_id` is empty for a placeholder.
    """

    scene: str
    strip: str
    session_id: str
    slot: str
    asset_id: str
    channel: int
    start: int
    end: int


class _Found(NamedTuple):
    """All that was found, and ways to find it again at once."""

    uses: tuple[Use, ...] = ()
    by_asset: Mapping[str, Sequence[Use]] = {}
    copies: Mapping[str, int] = {}
    placeholders: tuple[Use, ...] = ()


_SLICE = 100  # strips between two looks at the clock

_found = _Found()
_met: set[str] = set()  # the slots that had a strip since the file was opened
_stale = True
_revision = 0
_walking: list[Use] | None = None
_at = (0, 0)  # the scene and the strip in it where the walk goes on


def everywhere() -> tuple[Use, ...]:
    """Every strip of every session, in all scenes, as it was when that was last looked up."""
    return _found.uses


def of_asset(asset_id: str) -> Sequence[Use]:
    """The strips that show a clip, by scene and frame."""
    return _found.by_asset.get(asset_id, ())


def strip_of(use: Use) -> tuple[bpy.types.Scene, Any] | None:
    """Where a strip is now, with its scene; None if it is not there any more, or not by that name."""
    scene = bpy.data.scenes.get(use.scene)
    editor = scene.sequence_editor if scene is not None else None
    strip = compat.strips_all(editor).get(use.strip) if editor is not None else None
    return (scene, strip) if scene is not None and strip is not None else None


def copies(slot: str) -> int:
    """How many strips a slot has."""
    return _found.copies.get(slot, 0)


def placeholders() -> tuple[Use, ...]:
    """The strips that wait for their clip."""
    return _found.placeholders


def has_met(slot: str) -> bool:
    """Whether a slot had a strip at some time since the file was opened: if it has none now, a person took it away."""
    return slot in _met


def meet(slot: str) -> None:
    """A slot has a strip now."""
    _met.add(slot)


def changed() -> None:
    """The .blend was changed: look again when there is time."""
    global _stale, _revision
    _stale = True
    _revision += 1


def revision() -> int:
    """Counts the changes of the .blend that were noticed."""
    return _revision


def look(budget: float = math.inf) -> bool:
    """Walk over the strips if something may have changed, for about `budget` seconds, and go on at the next call.

    True if something other than before was found. No strip is kept from one call to the next, only how far it came.
    """
    global _found, _stale, _walking, _at
    if _walking is None:
        if not _stale:
            return False
        _stale, _walking, _at = False, [], (0, 0)
    end = time.perf_counter() + budget
    while _at[0] < len(bpy.data.scenes):
        scene = bpy.data.scenes[_at[0]]
        editor: Any = scene.sequence_editor
        some = compat.strips_all(editor)[_at[1] : _at[1] + _SLICE] if editor is not None else ()
        _walking += _uses_of(scene, some)
        _at = (_at[0], _at[1] + _SLICE) if len(some) == _SLICE else (_at[0] + 1, 0)
        if time.perf_counter() > end:
            return False
    walked, _walking = tuple(_walking), None
    _met.update(use.slot for use in walked)
    if walked == _found.uses:
        return False
    _found = _indexed(walked)
    return True


def forget() -> None:
    """Another file is open."""
    global _found, _stale, _walking
    _found, _stale, _walking = _Found(), True, None
    _met.clear()


def _indexed(uses: tuple[Use, ...]) -> _Found:
    by_asset: dict[str, list[Use]] = {}
    for use in sorted(uses, key=lambda use: (use.scene, use.start, use.channel)):
        by_asset.setdefault(use.asset_id, []).append(use)
    waiting = tuple(use for use in uses if use.slot and not use.asset_id)
    return _Found(uses, by_asset, Counter(use.slot for use in uses), waiting)


def _uses_of(scene: bpy.types.Scene, strips: Iterable[Any]) -> Iterator[Use]:
    for strip in strips:
        session_id = marks.session_of(strip)
        if session_id and strip.type == marks.PICTURE:
            yield Use(
                scene=scene.name,
                strip=strip.name,
                session_id=session_id,
                slot=marks.slot_of(strip),
                asset_id=marks.shown_by(strip),
                channel=strip.channel,
                start=compat.left_handle(strip),
                end=compat.right_handle(strip),
            )
