"""Takes beside each other: what differs between their requests in words, and where their pictures stand.

All boxes and points are in pixels of the region that they are drawn in, from its lower left corner.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from pathlib import PurePath
from typing import NamedTuple

from pydantic import JsonValue

from . import terms
from .models import Input, Request
from .wording import N_, Text, Words, joined, say

MOST_CELLS = 9
"""How many takes the grid shows at once."""

# Chinese and Japanese have no spaces: each character is a word.
_WIDE = "\u2e80-\u30ff\u31f0-\u9fff\uff00-\uff60"
_WORD = rf"\s*(?:[{_WIDE}]|[^\s{_WIDE}]+)"  # compiled when it is first used: that takes as long as all the rest here
_AROUND = 2  # words beside a difference that say where it is


class View(StrEnum):
    """How takes are shown beside each other."""

    WIPE = "WIPE"
    SIDE = "SIDE"
    FLIP = "FLIP"
    GRID = "GRID"


# -- What differs ------------------------------------------------------------------------------------------------------


class Difference(NamedTuple):
    """A parameter that is not the same: what it is called, and what each request has for it, in the requests' order.

    An option of the service, which `is_option`, is called as the service calls it.
    """

    name: Words
    values: tuple[Text, ...]
    is_option: bool = False


def differences(requests: Sequence[Request]) -> list[Difference]:
    """Every parameter in which the requests are not all alike; of prompts, the words that are not."""
    rows = [
        Difference(N_("Prompt"), tuple(map(_plain, differing_words([each.prompt for each in requests])))),
        Difference(N_("Provider"), tuple(_plain(each.maker) for each in requests)),
        Difference(N_("Model"), tuple(_plain(each.model) for each in requests)),
        Difference(N_("Mode"), tuple(terms.mode(each.mode) for each in requests)),
        Difference(N_("Inputs"), tuple(_inputs(each.inputs) for each in requests)),
        Difference(N_("Duration"), tuple(say("{seconds:g} s", seconds=each.duration) for each in requests)),
        Difference(
            N_("Size"), tuple(say("{width} × {height}", width=each.width, height=each.height) for each in requests)
        ),
        Difference(N_("Frame Rate"), tuple(say("{fps:g} fps", fps=each.fps) for each in requests)),
        Difference(
            N_("Seed"), tuple(_plain("" if each.told_seed is None else str(each.told_seed)) for each in requests)
        ),
    ]
    for key in dict.fromkeys(key for request in requests for key in request.options):
        rows.append(Difference(key, tuple(_option(request.options.get(key)) for request in requests), is_option=True))
    return [row for row in rows if len(set(map(str, row.values))) > 1]


def differing_words(texts: Sequence[str]) -> list[str]:
    """Of two texts, the parts of each that the other has not, with … for what both have, and a few words around.

    More than two are given back whole. Two that say the same come out alike.
    """
    if len(texts) != 2:
        return [" ".join(text.split()) for text in texts]
    first, second = (re.findall(_WORD, text) for text in texts)
    matcher = SequenceMatcher(None, [each.strip() for each in first], [each.strip() for each in second], autojunk=False)
    parts: tuple[list[str], list[str]] = ([], [])
    for group in matcher.get_grouped_opcodes(_AROUND):
        for words, part, start, end in (
            (first, parts[0], group[0][1], group[-1][2]),
            (second, parts[1], group[0][3], group[-1][4]),
        ):
            before = "… " if start > 0 else ""
            after = " …" if end < len(words) else ""
            part.append(before + " ".join("".join(words[start:end]).split()) + after)
    return [" ".join(part).replace("… …", "…") for part in parts]


def _plain(text: str) -> Text:
    return say("{text}", text=text)


def _inputs(inputs: Sequence[Input]) -> Text:
    told: Text | None = None
    for each in inputs:
        name = each.origin or PurePath(each.path).name
        told = joined(told, say("{role}: {name}", role=terms.role(each.role), name=name))
    return told or say("none")


def _option(value: JsonValue) -> Text:
    if value is None:
        return say("not set")
    if isinstance(value, bool):
        return say("on") if value else say("off")
    return _plain(f"{value:g}" if isinstance(value, float) else str(value))


# -- Where the pictures stand ------------------------------------------------------------------------------------------


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in the box."""
        return self.left <= x < self.right and self.bottom <= y < self.top

    def shared(self, other: Box) -> Box:
        """The part that lies in the other box, too; without width or height if there is none."""
        left, bottom = max(self.left, other.left), max(self.bottom, other.bottom)
        return Box(left, bottom, max(left, min(self.right, other.right)), max(bottom, min(self.top, other.top)))


def wiped(frame: Box, line: float) -> tuple[Box, Box]:
    """The parts of the frame at the left and right of a wipe's line, which stands at `line`, from 0 to 1."""
    x = line_at(frame, line)
    return frame._replace(right=x), frame._replace(left=x)


def line_at(frame: Box, line: float) -> float:
    """Where the line of a wipe stands across."""
    return frame.left + frame.width * line


def dragged(frame: Box, x: float) -> float:
    """Where the line is, from 0 to 1, when it is dragged to `x`."""
    return min(1.0, max(0.0, (x - frame.left) / frame.width)) if frame.width > 0 else 0.5


def is_on_line(frame: Box, line: float, x: float, y: float, reach: float) -> bool:
    """Whether a point is within `reach` of a wipe's line."""
    return frame.bottom - reach <= y <= frame.top + reach and abs(x - line_at(frame, line)) <= reach


def cells(region: Box, count: int, aspect: float, gap: float) -> list[Box]:
    """`count` boxes as wide as `aspect` times their height, as large as the region allows with `gap` between them.

    They stand in rows from the upper left, in the middle of the region.
    """
    if count < 1:
        return []
    widest, columns = max((_width(region, count, each, aspect, gap), -each) for each in range(1, count + 1))
    columns, rows = -columns, math.ceil(count / -columns)
    width, height = widest, widest / aspect
    left = (region.left + region.right - columns * width - (columns - 1) * gap) / 2
    top = (region.bottom + region.top + rows * height + (rows - 1) * gap) / 2
    return [
        Box(x, y - height, x + width, y)
        for x, y in (
            (left + (at % columns) * (width + gap), top - (at // columns) * (height + gap)) for at in range(count)
        )
    ]


def _width(region: Box, count: int, columns: int, aspect: float, gap: float) -> float:
    """How wide the boxes are if there are so many in a row."""
    rows = math.ceil(count / columns)
    across = (region.width - (columns - 1) * gap) / columns
    up = (region.height - (rows - 1) * gap) / rows
    return max(1.0, min(across, up * aspect))


def page(chosen: int) -> range:
    """The numbers of those that the grid shows, if it is to show that one; counted from 0."""
    first = chosen - chosen % MOST_CELLS
    return range(first, first + MOST_CELLS)


class Transform(NamedTuple):
    """How a strip places its picture in the frame: Blender's own values, in the frame's pixels and in radians.

    `origin` is the point that is scaled and turned about, from 0 to 1; `crop` is left, right, bottom, top, in pixels of
    the picture. What is mirrored by `flip` is the frame with the picture in it, as it is placed.
    """

    offset: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)
    rotation: float = 0.0
    origin: tuple[float, float] = (0.5, 0.5)
    crop: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    flip: tuple[bool, bool] = (False, False)


class Corner(NamedTuple):
    """A corner of a picture: where it is, and which point of the picture that is, from 0 to 1."""

    x: float
    y: float
    u: float
    v: float


Size = tuple[float, float]


def refitted(how: Transform, frame: Size, before: Size, after: Size) -> Transform:
    """The transform with which a picture of another size fills the same part of the frame (see `slots.swapping`)."""
    if not all((*before, *after)):
        return how
    factor = _fit(frame, after) / _fit(frame, before)
    across, up = after[0] / before[0], after[1] / before[1]
    left, right, bottom, top = how.crop
    return how._replace(
        scale=(how.scale[0] * factor, how.scale[1] * factor),
        crop=(left * across, right * across, bottom * up, top * up),
    )


def _fit(frame: Size, picture: Size) -> float:
    return min(frame[0] / picture[0], frame[1] / picture[1])


def corners(how: Transform, frame: Size, picture: Size, where: Box) -> list[Corner]:
    """The corners of a picture of so many pixels, from the lower left on against the clock, as a strip shows it.

    `frame` is the scene's size in pixels; `where` is what stands for it in the region.
    """
    return list(_corners(how, frame, picture, where)) if all(picture) and all(frame) else []


def whole(where: Box) -> list[Corner]:
    """The corners of a picture that fills a box, in the same order."""
    return [
        Corner(where.left, where.bottom, 0, 0),
        Corner(where.right, where.bottom, 1, 0),
        Corner(where.right, where.top, 1, 1),
        Corner(where.left, where.top, 0, 1),
    ]


def _corners(how: Transform, frame: Size, picture: Size, where: Box) -> Iterator[Corner]:
    (width, height), (left, right, bottom, top) = picture, how.crop
    pivot = width * how.origin[0], height * how.origin[1]
    shift = (frame[0] - width) / 2 + how.offset[0] + pivot[0], (frame[1] - height) / 2 + how.offset[1] + pivot[1]
    sine, cosine = math.sin(how.rotation), math.cos(how.rotation)
    right, top = max(left, width - right), max(bottom, height - top)
    for x, y in ((left, bottom), (right, bottom), (right, top), (left, top)):
        across, up = (x - pivot[0]) * how.scale[0], (y - pivot[1]) * how.scale[1]
        place = across * cosine - up * sine + shift[0], across * sine + up * cosine + shift[1]
        yield Corner(
            where.left + (frame[0] - place[0] if how.flip[0] else place[0]) * where.width / frame[0],
            where.bottom + (frame[1] - place[1] if how.flip[1] else place[1]) * where.height / frame[1],
            x / width,
            y / height,
        )


# -- In sync -----------------------------------------------------------------------------------------------------------


class Timing(NamedTuple):
    """How a strip plays the content of its file: from frame `start` of the scene to `end`, the first after it.

    `trimmed` are the file's frames that are left out before and behind. `by_hand`: somebody changed its speed, and what
    that holds are frames, not seconds. `backwards`: it plays from its end.
    """

    start: float
    end: float
    fps: float
    frames: int
    trimmed: tuple[int, int] = (0, 0)
    by_hand: bool = False
    backwards: bool = False


def source_frame(timing: Timing, moment: float, fps: float, frames: int) -> int:
    """Which frame of a clip, counted from 0, the strip would show at a scene's frame if it showed that clip.

    `fps` and `frames` are the clip's. Where the clip has no more, its last frame is held.
    """
    trimmed, last = timing.trimmed[0], max(0, frames - 1)
    content = max(1, timing.frames - sum(timing.trimmed))
    length = timing.end - timing.start
    if length <= 0 or timing.fps <= 0:
        return min(trimmed, last)
    speed = content / length
    if not timing.by_hand:
        speed *= fps / timing.fps
    at = math.floor((moment - timing.start) * speed + 0.5)
    if timing.backwards:
        at = frames - sum(timing.trimmed) - 1 - at
    return min(last, max(0, at + trimmed))
