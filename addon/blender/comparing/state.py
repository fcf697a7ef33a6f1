"""What is being compared, and how. It lives in this process alone: there is nothing of it in the .blend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import bpy

from ...core import comparing
from ...core.comparing import View
from ...core.errors import InputError
from ...core.models import Asset, Mark
from .. import compat, lookup, runtime
from ..slots import marks, selection


@dataclass(frozen=True)
class Comparison:
    """Takes that are compared in the place of a strip.

    `slot` is the strip's; its copies show the comparison, too. A strip without a slot is known by its name, `strip`.
    `assets` are the ids of all that can be compared. `pair` are the places of two of them there, the first of which
    stands left, and `side` says which of the two is chosen. `line` is where the wipe's line stands, from 0 to 1.
    """

    scene: str
    strip: str
    slot: str
    assets: tuple[str, ...]
    pair: tuple[int, int]
    side: int = 1
    view: View = View.WIPE
    line: float = 0.5

    @property
    def chosen(self) -> int:
        """The place of the take that is used, starred or rejected."""
        return self.pair[self.side]

    @property
    def shown(self) -> tuple[int, ...]:
        """The places of all that are seen now, in the order in which they stand there."""
        if self.view is View.GRID:
            return tuple(place for place in comparing.page(self.chosen) if place < len(self.assets))
        return (self.chosen,) if self.view is View.FLIP else self.pair

    @property
    def compared(self) -> tuple[int, ...]:
        """The places of those whose parameters are told apart."""
        return self.shown if self.view is View.GRID else self.pair


_current: Comparison | None = None
_listeners: list[Callable[[], None]] = []


def current() -> Comparison | None:
    """What is being compared now, or None."""
    return _current


def watch(listener: Callable[[], None]) -> None:
    """Have `listener` called whenever something of it changes."""
    _listeners.append(listener)


def unwatch(listener: Callable[[], None]) -> None:
    """No longer."""
    _listeners.remove(listener)


def _be(comparison: Comparison | None) -> None:
    global _current
    _current = comparison
    for listener in _listeners:
        listener()


def leave() -> None:
    """Compare nothing any more."""
    if _current is not None:
        _be(None)


def begin(scene: bpy.types.Scene, strip: Any, view: View, asset_ids: Sequence[str] = ()) -> None:
    """Compare takes in the place of a strip: those with these ids, else all of its session but the rejected ones.

    The strip's own comes first, where it is among them. Raises `InputError` if there are fewer than two.
    """
    shown = marks.shown_by(strip)
    wanted = [asset.id for asset in _choices(strip, asset_ids)]
    if len(wanted) < 2:
        raise InputError("There is no other take to compare with.", "Generate more takes of the shot.")
    first = wanted.index(shown) if shown in wanted else 0
    second = (first + 1) % len(wanted)
    _be(
        Comparison(
            scene=scene.name,
            strip=strip.name,
            slot=marks.slot_of(strip),
            assets=tuple(wanted),
            pair=(first, second),
            view=view,
        )
    )


def _choices(strip: Any, asset_ids: Sequence[str]) -> list[Asset]:
    if asset_ids:
        found = [lookup.asset(each) for each in dict.fromkeys(asset_ids)]
        return [asset for asset in found if asset is not None and asset.trashed_at is None]
    shown = marks.shown_by(strip)
    choices = lookup.choices(marks.session_of(strip))
    return [asset for asset in choices if asset.mark is not Mark.REJECTED or asset.id == shown]


def show(view: View) -> None:
    """Show them another way."""
    if _current is not None:
        _be(replace(_current, view=view))


def move_line(line: float) -> None:
    """Let the line of the wipe stand somewhere else, from 0 to 1."""
    if _current is not None and line != _current.line:
        _be(replace(_current, line=line))


def flip() -> None:
    """Choose the other of the two, which is also the one that is seen where only one is."""
    if _current is not None:
        _be(replace(_current, side=1 - _current.side))


def choose_side(side: int) -> None:
    """Choose the left (0) or right (1) one of the two."""
    if _current is not None and side != _current.side:
        _be(replace(_current, side=side))


def choose(place: int) -> None:
    """Have another take where the chosen one is; the two change places if it is the other one already."""
    if _current is None or not 0 <= place < len(_current.assets):
        return
    pair = [place, place]
    other = _current.pair[1 - _current.side]
    pair[1 - _current.side] = _current.chosen if other == place else other
    _be(replace(_current, pair=(pair[0], pair[1])))


def step(by: int) -> None:
    """Have the next take, or the one before, where the chosen one is; around the ends, past the other of the two."""
    if _current is None:
        return
    count, place = len(_current.assets), _current.chosen
    place = (place + by) % count
    if _current.view is not View.GRID and place == _current.pair[1 - _current.side] and count > 2:
        place = (place + by) % count
    choose(place)


def asset_at(place: int) -> Asset | None:
    """The take at a place, or None if the file has it no more."""
    if _current is None or not 0 <= place < len(_current.assets):
        return None
    return asset_of(_current.assets[place])


def asset_of(asset_id: str) -> Asset | None:
    """The take that an asset's id means, or None if the file has it no more."""
    return lookup.asset(asset_id) if runtime.is_enabled() else None


def scene() -> bpy.types.Scene | None:
    """The scene in which they are compared, or None if it is gone."""
    return bpy.data.scenes.get(_current.scene) if _current is not None else None


def strip_at(scene: bpy.types.Scene, frame: int) -> Any | None:
    """The strip in whose place they stand at a frame of the scene: the topmost one there, or None."""
    there = [strip for strip in _strips(scene) if compat.left_handle(strip) <= frame < compat.right_handle(strip)]
    return max((strip for strip in there if not strip.mute), key=lambda strip: strip.channel, default=None)


def target(scene: bpy.types.Scene) -> Any | None:
    """The strip that gets the take that is used: the one under the playhead, else the only one there is."""
    under = strip_at(scene, scene.frame_current)
    if under is not None:
        return under
    there = list(_strips(scene))
    chosen = selection.active_strip(scene)
    if chosen is not None and any(strip.name == chosen.name for strip in there):
        return chosen
    return there[0] if len(there) == 1 else None


def _strips(scene: bpy.types.Scene) -> list[Any]:
    """The strips in whose place takes are compared."""
    now = _current
    if now is None or scene.name != now.scene or scene.sequence_editor is None:
        return []
    return [
        strip
        for strip in compat.strips_all(scene.sequence_editor)
        if strip.type == marks.PICTURE and (marks.slot_of(strip) == now.slot if now.slot else strip.name == now.strip)
    ]
