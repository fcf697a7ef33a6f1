"""Reads the words on a picture of the screen, as a person does: where what stands."""

from __future__ import annotations

import functools
from collections.abc import Callable
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[numpy.uint8]
Recognized = tuple[str, float]
"""What a line says, and how sure that is, up to 1."""
Recognize = Callable[[list[Pixels], bool], tuple[list[Recognized], float]]
"""Reads lines. The seconds that it took, which it tells as well, are of no use."""

_GRID = 32  # pixels
_MARGIN = 12  # pixels around what has changed that are read again with it
_ALIKE = 0.86  # of a text's letters; the reader mistakes one in ten small ones
_ALIKE_SIGNS = {"0": "o", "1": "l", "i": "l", "|": "l", "ı": "l", "’": "'", "，": ",", "：": ":", "…": "", ".": ""}
_CONFUSED = str.maketrans(_ALIKE_SIGNS)


class Box(NamedTuple):
    """A rectangle on the screen in pixels from its upper left corner; right and bottom lie outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def center(self) -> tuple[int, int]:
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    def meets(self, other: Box) -> bool:
        """Whether the two share a pixel."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def around(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def moved(self, right: int, down: int) -> Box:
        """The box elsewhere."""
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def grown(self, pixels: int) -> Box:
        """The box with a margin."""
        return Box(self.left - pixels, self.top - pixels, self.right + pixels, self.bottom + pixels)

    def within(self, other: Box) -> Box:
        """The part of the box that lies in the other one."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )


class Line(NamedTuple):
    """A line of text and where it stands."""

    text: str
    box: Box


class Reader:
    """Remembers what it read last, so that only what has changed on the screen since is read again."""

    def __init__(self) -> None:
        self._seen: Pixels | None = None
        self._lines: list[Line] = []

    def read(self, picture: Image.Image, within: Box | None = None) -> list[Line]:
        """All lines of text on a picture of the whole screen, or at least those in a part of it."""
        pixels = numpy.asarray(picture)
        whole = Box(0, 0, picture.width, picture.height)
        if self._seen is None or self._seen.shape != pixels.shape:
            self._seen, self._lines = 255 - pixels, []
        asked = (within or whole).within(whole)
        now, before = (each[asked.top : asked.bottom, asked.left : asked.right] for each in (pixels, self._seen))
        rows, columns = numpy.nonzero((now != before).any(axis=2))
        if rows.size:
            changed = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
            changed = changed.moved(asked.left, asked.top).grown(_MARGIN)
            changed = self._whole_lines(_on_grid(changed)).within(whole)
            kept = [line for line in self._lines if not line.box.meets(changed)]
            self._lines = kept + _recognized(pixels, changed)
            part = slice(changed.top, changed.bottom), slice(changed.left, changed.right)
            self._seen[part] = pixels[part]
        return self._lines

    def _whole_lines(self, changed: Box) -> Box:
        while True:
            whole = functools.reduce(Box.around, (line.box for line in self._lines if line.box.meets(changed)), changed)
            if whole == changed:
                return changed
            changed = _on_grid(whole)


def _on_grid(box: Box) -> Box:
    """The box with its edges where the reader's network has its own: then it finds a line in the same pixels again."""
    return Box(*(edge // _GRID * _GRID for edge in box[:2]), *(-(-edge // _GRID) * _GRID for edge in box[2:]))


def find(lines: list[Line], text: str, within: Box | None = None, *, everywhere: bool = False) -> list[Box]:
    """Where `text` stands, in the order of reading, whatever its case and spaces.

    Lines that say just that, but for a mark before or after it, come alone; where there is none, those that it is a
    part of; where there is none, those that look like it. With `everywhere` all of them come.
    """
    ranked: list[list[Box]] = [[], [], []]
    for line in lines:
        part = _part(line.text, text)
        if part is None:
            continue
        box = line.box
        wide = box.right - box.left
        if box.bottom - box.top < wide:  # else it is a tab's
            box = box._replace(left=box.left + int(wide * part.start), right=box.left + int(wide * part.end))
        if within is None or _inside(box, within):
            ranked[part.rank].append(box)
    found = [box for boxes in ranked for box in boxes] if everywhere else next((boxes for boxes in ranked if boxes), [])
    return sorted(found, key=lambda box: (box.top // 8, box.left))


def _inside(box: Box, outer: Box) -> bool:
    x, y = box.center
    return outer.left <= x < outer.right and outer.top <= y < outer.bottom


class _Part(NamedTuple):
    """Where on a line a text stands, from 0 to 1; `rank` 0: it is the line, 1: a part of it, 2: it looks like it."""

    start: float
    end: float
    rank: int


def _part(line: str, text: str) -> _Part | None:
    have, want = _plain(line), _plain(text)
    if not want or not have:
        return None
    at = have.find(want)
    if at >= 0:
        return _Part(at / len(have), (at + len(want)) / len(have), 0 if len(have) <= len(want) + 1 else 1)
    if len(want) < 6:
        return None
    for start in range(max(1, len(have) - len(want) + 1)):
        if SequenceMatcher(None, have[start : start + len(want)], want).ratio() >= _ALIKE:
            return _Part(start / len(have), min(1.0, (start + len(want)) / len(have)), 2)
    return None


def _plain(text: str) -> str:
    return "".join(text.casefold().split()).translate(_CONFUSED)


def marks(picture: Image.Image, where: Box, gap: int = 5) -> list[Box]:
    """What is drawn on a line of the picture, from left to right: icons, and words.

    Whatever looks the same from top to bottom is ground. Marks with fewer than `gap` pixels between them are one.
    """
    edge = where.height // 4  # a word's box may reach over the edges of its row or button
    middle = where._replace(top=where.top + edge, bottom=where.bottom - edge)
    part = numpy.asarray(picture.crop(middle)).astype(int)
    columns = (part.max(axis=0) - part.min(axis=0)).sum(axis=1) > 90
    boxes: list[Box] = []
    for column in numpy.nonzero(columns)[0]:
        x = where.left + int(column)
        if boxes and x - boxes[-1].right < gap:
            boxes[-1] = boxes[-1]._replace(right=x + 1)
        else:
            boxes.append(Box(x, where.top, x + 1, where.bottom))
    return boxes


def read_closely(picture: Image.Image, where: Box) -> list[Line]:
    """The words in a part of the picture, looked at twice as large: slower, and surer with small words."""
    part = picture.crop(where)
    large = part.resize((2 * part.width, 2 * part.height), Image.Resampling.LANCZOS)
    lines = _recognized(numpy.asarray(large), Box(0, 0, large.width, large.height))
    return [Line(text, Box(*(edge // 2 for edge in box)).moved(where.left, where.top)) for text, box in lines]


def difference(one: Image.Image, other: Image.Image) -> Box | None:
    """The smallest box around all that differs between two pictures of one size."""
    rows, columns = numpy.nonzero((numpy.asarray(one) != numpy.asarray(other)).any(axis=2))
    if not rows.size:
        return None
    return Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)


def tabs(picture: Image.Image, where: Box) -> list[Line]:
    """The words on a strip of tabs, which are written downwards."""
    turned = picture.crop(where).rotate(90, expand=True)
    turned = turned.resize((2 * turned.width, 2 * turned.height), Image.Resampling.LANCZOS)
    lines = _recognized(numpy.asarray(turned), Box(0, 0, turned.width, turned.height))
    return [
        Line(text, Box(where.left, where.top + box.left // 2, where.right, where.top + box.right // 2))
        for text, box in lines
    ]


def _recognized(pixels: Pixels, part: Box) -> list[Line]:
    crop = numpy.ascontiguousarray(pixels[part.top : part.bottom, part.left : part.right, ::-1])
    if not crop.size:
        return []
    # Very flat pictures are read badly: they get some ground around them.
    high, wide = crop.shape[:2]
    padded = numpy.pad(crop, ((0, max(0, 64 - high)), (0, max(0, 64 - wide)), (0, 0)), mode="edge")
    found, _ = _engine()(padded, use_cls=False)  # nothing stands upside down
    lines = []
    for corners, text, _ in found or ():
        xs, ys = [point[0] for point in corners], [point[1] for point in corners]
        box = Box(int(min(xs)), int(min(ys)), int(max(xs)) + 1, int(max(ys)) + 1)
        lines.append(
            Line(
                text,
                Box(box.left + part.left, box.top + part.top, box.right + part.left, box.bottom + part.top),
            )
        )
    return lines


@functools.cache
def _engine():  # type: ignore[no-untyped-def]
    from rapidocr_onnxruntime import RapidOCR

    # Several threads spin while they wait for each other: beside a Blender that costs more and reads no faster.
    engine = RapidOCR(det_limit_side_len=64, det_limit_type="min", intra_op_num_threads=1)
    engine.text_rec = _remembered(engine.text_rec)
    return engine


def _remembered(recognize: Recognize) -> Recognize:
    """What a line of pixels says is asked once: to read costs most, and most of a screen was there before."""
    known: dict[bytes, Recognized] = {}

    def look(pictures: list[Pixels], words: bool) -> tuple[list[Recognized], float]:
        names = [b"%d %b" % (len(picture), picture.tobytes()) for picture in pictures]
        new = {name: picture for name, picture in zip(names, pictures, strict=True) if name not in known}
        if new:
            known.update(zip(new, recognize(list(new.values()), words)[0], strict=True))
        return [known[name] for name in names], 0.0

    return look
