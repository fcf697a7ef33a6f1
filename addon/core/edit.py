"""The edit as plain data: what stands on the timeline of a scene, and what of it shows which take.

Whoever can see strips gathers it; reports, exports and the question where a take is used are answered from it alone.
Frames are the scene's, `end` is always the first frame after. Times in a source are seconds from its beginning: that
is the one measure that holds for pictures and sound, for other frame rates, and for strips that are played faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

_EXACT = 1e-5
_LARGEST_DENOMINATOR = 1001


class Rate(NamedTuple):
    """Frames per second as a fraction, such as 24000/1001."""

    numerator: int
    denominator: int = 1

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self.numerator / self.denominator

    def seconds(self, frames: float) -> float:
        """How long so many frames take."""
        return frames * self.denominator / self.numerator

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}" if self.denominator != 1 else str(self.numerator)


def rate(fps: float, base: float = 1.0) -> Rate:
    """The fraction that `fps` / `base` is meant to be: Blender has the base in single precision, 1.00100005 for 1.001.

    29.97 and 30/1.001 are 30000/1001. Raises `ValueError` for what is no rate.
    """
    value = fps / base if base else 0.0
    if not 0.0 < value < 1e6:
        raise ValueError(f"{fps}/{base} is no frame rate")
    nominal = round(value)
    for exact in (Fraction(nominal), Fraction(nominal * 1000, 1001)):
        if exact and abs(value / float(exact) - 1) < _EXACT:
            return Rate(exact.numerator, exact.denominator)
    near = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR) or Fraction(1, _LARGEST_DENOMINATOR)
    return Rate(near.numerator, near.denominator)


class Kind(StrEnum):
    """What a strip is. `Strip.type` has Blender's finer word."""

    MOVIE = "movie"
    SOUND = "sound"
    IMAGE = "image"
    META = "meta"
    SCENE = "scene"
    COLOR = "color"
    TEXT = "text"
    EFFECT = "effect"
    OTHER = "other"


class Source(NamedTuple):
    """The file that a strip plays. `path` is absolute, as the system writes it; of an image sequence, its first file.

    `rate` and `seconds` (the whole length) are None where they are not known. `names` are the file names of an image
    sequence, in the order in which they play.
    """

    path: str
    rate: Rate | None = None
    seconds: float | None = None
    names: tuple[str, ...] = ()


class Channel(NamedTuple):
    """A channel that has a name of its own, or is muted. `number` counts from 1, the lowest."""

    number: int
    name: str = ""
    muted: bool = False


class Strip(NamedTuple):
    """One strip, from its left handle at `start` to before its right handle at `end`.

    It plays its source from `source_in` to `source_out` (`source_span` tells them for one that plays evenly). A time
    before 0 or behind the source's end stands for a held frame. None: for as long as the strip is, from `source_in`.
    `backwards`: from `source_out` to `source_in`. `uneven`: at more than one speed.

    The ids are those that the strip itself carries, empty where it has none. `color` is that of a color strip (0 to 1
    each), `text` what a text strip says, `inputs` the names of the strips that an effect works on, `scene` the name of
    the one that a scene strip shows. `strips` is what plays inside: of a meta strip, or of a scene strip that shows
    that scene's edit; in the frames of the edit that this strip stands in, on `channels` of its own.
    """

    name: str
    kind: Kind
    channel: int
    start: int
    end: int
    type: str = ""
    source: Source | None = None
    source_in: float = 0.0
    source_out: float | None = None
    backwards: bool = False
    uneven: bool = False
    muted: bool = False
    session_id: str = ""
    take_id: str = ""
    asset_id: str = ""
    slot: str = ""
    color: tuple[float, float, float] | None = None
    text: str = ""
    scene: str = ""
    inputs: tuple[str, ...] = ()
    strips: tuple[Strip, ...] = ()
    channels: tuple[Channel, ...] = ()


class Marker(NamedTuple):
    """A marker of the timeline."""

    name: str
    frame: int


class Edit(NamedTuple):
    """The timeline of a scene. What is rendered are the frames from `start` to before `end`.

    `timecode` is how many frames the film's timecode has counted at its first frame: 0 for a film from 00:00:00:00 on.
    """

    scene: str
    rate: Rate
    start: int
    end: int
    strips: tuple[Strip, ...] = ()
    channels: tuple[Channel, ...] = ()
    markers: tuple[Marker, ...] = ()
    timecode: int = 0


class Place(NamedTuple):
    """A strip and the frames in which it can be seen or heard. Not `shown`: muted, or outside what is rendered.

    It is shown where nothing mutes or cuts it: neither itself, its channel, a strip that it is inside of, nor the range
    of frames. What another strip covers counts as shown: that cannot be told without rendering.
    """

    strip: Strip
    start: int
    end: int
    shown: bool


class Use(NamedTuple):
    """Where a take stands: a strip by its name, its channel and frames, in a scene."""

    scene: str
    strip: str
    channel: int
    start: int
    end: int
    shown: bool
    slot: str = ""


def source_span(rate: Rate, offset: float, frames: float, speed: float = 1.0) -> tuple[float, float]:
    """`source_in` and `source_out` of a strip that plays evenly.

    It has `offset` frames of the timeline cut off at its beginning (`frame_offset_start`) and shows `frames` of them;
    `speed` is how many seconds of the source a second of the timeline shows.
    """
    return rate.seconds(offset) * speed, rate.seconds(offset + frames) * speed


def source_end(strip: Strip, rate: Rate) -> float:
    """Where in its source a strip ends, in seconds. `rate` is the edit's."""
    if strip.source_out is not None:
        return strip.source_out
    return strip.source_in + rate.seconds(strip.end - strip.start)


def speed(strip: Strip, rate: Rate) -> float:
    """How many seconds of the source a second of the strip shows, on the mean; negative for backwards."""
    length = rate.seconds(strip.end - strip.start)
    shown = source_end(strip, rate) - strip.source_in
    if length <= 0:
        return 1.0
    return -shown / length if strip.backwards else shown / length


def places(edit: Edit) -> Iterator[Place]:
    """Every strip of the edit, those inside others behind them."""
    return _places(edit.strips, edit.channels, edit.start, edit.end, shown=True)


def uses(edits: Iterable[Edit]) -> dict[str, list[Use]]:
    """Where each take is used, by its id, in the order of the timeline; picture and sound each for themselves."""
    found: dict[str, list[Use]] = {}
    for edit in edits:
        for place in places(edit):
            strip = place.strip
            if strip.take_id:
                use = Use(edit.scene, strip.name, strip.channel, strip.start, strip.end, place.shown, strip.slot)
                found.setdefault(strip.take_id, []).append(use)
    for each in found.values():
        each.sort(key=lambda use: (use.scene, use.start, use.channel))
    return found


def _places(
    strips: Iterable[Strip], channels: Iterable[Channel], start: int, end: int, *, shown: bool
) -> Iterator[Place]:
    closed = {channel.number for channel in channels if channel.muted}
    for strip in strips:
        first, last = max(start, strip.start), min(end, strip.end)
        is_shown = shown and first < last and not strip.muted and strip.channel not in closed
        yield Place(strip, first, last, shown=True) if is_shown else Place(strip, strip.start, strip.end, shown=False)
        if strip.strips:
            yield from _places(strip.strips, strip.channels, first, last, shown=is_shown)
