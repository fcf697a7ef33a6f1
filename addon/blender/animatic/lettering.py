"""The caption of an animatic: the prompt wrapped into lines, the take, the running time, and their picture. No bpy.

Fonts are Blender's business: `render.py` measures text and hands over what is drawn of it as coverage, 0 to 1.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .scenery import Colour, Palette

Floats = NDArray[np.float32]

_PROMPT_LIMIT = 1_000  # characters read: more never fits, and a prompt may be a megabyte
_NOT_AT_START = set("、。，．・：；？！゛゜ヽヾゝゞ々ー」』】〕）］｝〉》’”ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ…‥,.;:!?)]}%")


# -- Words -------------------------------------------------------------------------------------------------------------


def wrap(prompt: str, fits: Callable[[str], bool], most: int) -> list[str]:
    """Break a prompt into at most `most` lines for which `fits` holds; what is left over becomes an ellipsis.

    Lines break at spaces, between the characters of scripts without spaces, and where nothing else helps within a
    word, but never inside a character and its accents or joiners.
    """
    pieces = _pieces(" ".join(_printable(prompt[:_PROMPT_LIMIT]).split()))
    cut = len(prompt) > _PROMPT_LIMIT
    lines: list[str] = []
    line = ""
    while pieces:
        piece = pieces.pop(0)
        if fits((line + piece).rstrip()):
            line += piece
        elif line.strip():
            if len(lines) == most - 1:
                cut = True
                break
            lines.append(line.rstrip())
            line, pieces = "", [piece, *pieces]
        else:
            characters = _characters(piece)
            if len(characters) == 1:  # wider than the line: nothing can be done
                line = piece
            else:
                pieces = [*characters, *pieces]
    lines.append(line.rstrip())
    if cut:
        lines[-1] = _ellipsised(lines[-1], fits)
    return [line for line in lines if line]


def _ellipsised(line: str, fits: Callable[[str], bool]) -> str:
    characters = _characters(line)
    while characters and not fits("".join(characters).rstrip(" ,.;:") + "…"):
        characters.pop()
    return "".join(characters).rstrip(" ,.;:") + "…"


def _printable(text: str) -> str:
    """Line breaks and other controls as spaces; joiners stay, lone surrogates go."""
    return "".join(
        character
        for character in (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
        if unicodedata.category(character) not in ("Cs", "Co", "Cn")
    )


def _pieces(text: str) -> list[str]:
    """Split where a line may break; spaces stay at the end of their piece."""
    pieces: list[str] = []
    for character in _characters(text):
        before = pieces[-1] if pieces else ""
        wide = unicodedata.east_asian_width(character[0]) in "WF"
        after_wide = bool(before) and unicodedata.east_asian_width(before[-1]) in "WF"
        breaks = before.endswith(" ") if not (wide or after_wide) else character[0] not in _NOT_AT_START
        if not pieces or (breaks and character != " "):
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces


def _characters(text: str) -> list[str]:
    """Split into what a reader sees as characters: a base with its marks, joined emoji together."""
    characters: list[str] = []
    for c in text:
        joins = unicodedata.category(c) in ("Mn", "Mc", "Me") or c in "\u200d\ufe0e\ufe0f" or "\U0001f3fb" <= c <= "\U0001f3ff"
        if characters and (joins or characters[-1].endswith("\u200d")):
            characters[-1] += c
        else:
            characters.append(c)
    return characters


def running_time(seconds: float) -> str:
    """Minutes, seconds and tenths: 0:01.3. The last digit is cut off, not rounded."""
    tenths = int(seconds * 10 + 1e-6)
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"


# -- Layout ------------------------------------------------------------------------------------------------------------


class Layout(NamedTuple):
    """Where the caption stands, in pixels from the frame's lower left corner.

    `row` is the baseline of take and running time, `rule` the bottom of the line beneath them, `lines` the prompt's
    baselines from the top, `top` where the caption ends.
    """

    left: int
    right: int
    title_size: int
    small_size: int
    lines: tuple[int, ...]
    rule: int
    rule_height: int
    row: int
    top: int


def sizes(width: int, height: int) -> tuple[int, int]:
    """The font sizes of the prompt and of take and time: readable in a small preview, calm in a large one."""
    unit = min(width, height)
    return max(12, round(0.050 * unit)), max(9, round(0.031 * unit))


def margin(width: int) -> int:
    """Free pixels at each side of the caption."""
    return round(0.065 * width)


def layout(width: int, height: int, lines: int) -> Layout:
    """Set `lines` lines of a prompt in the lower third, above what a 2.39:1 letterbox takes from a 16:9 frame."""
    title, small = sizes(width, height)
    bottom = round(0.135 * height if width > height else 0.09 * height)
    baselines = tuple(bottom + round(0.25 * title) + round(1.28 * title) * (lines - 1 - i) for i in range(lines))
    above = (baselines[0] if baselines else bottom) + round(1.28 * title)
    thick = max(1, round(min(width, height) / 360))
    row = above + thick + round(0.62 * small)
    side = margin(width)
    return Layout(side, width - side, title, small, baselines, above, thick, row, row + round(1.1 * small))


# -- Picture -----------------------------------------------------------------------------------------------------------


def caption(
    place: Layout, palette: Palette, width: int, height: int, titles: list[Floats], take: Floats
) -> NDArray[np.uint8]:
    """The part of the caption that stands still: prompt and take, on a soft shadow of themselves. As wide as the frame,
    from its bottom up.

    `titles` and `take` are coverage of whole rows, `width` wide, with the baseline `descent(size)` rows above the bottom.
    """
    rows = min(height, place.top + 2 * place.small_size)
    rows -= (height - rows) % 2
    ink = np.zeros((rows, width), np.float32)
    for baseline, cover in zip(place.lines, titles, strict=True):
        _add(ink, cover, baseline - descent(place.title_size))
    _add(ink, take, place.row - descent(place.small_size))
    return _shadowed(ink, palette, place.title_size)


def clock(place: Layout, palette: Palette, cover: Floats, share: float) -> NDArray[np.uint8]:
    """The part that runs: the time at the right, and the rule filled up to `share` (0 to 1) of the take.

    From the layout's left to its right, from its rule up; `cover` is coverage with the baseline `descent` rows up.
    """
    lift = place.row - place.rule - descent(place.small_size)
    width = place.right - place.left
    ink = np.zeros((lift + cover.shape[0], width), np.float32)
    _add(ink[:, width - cover.shape[1] :], cover, lift)
    image = _shadowed(ink, palette, place.title_size)
    done = np.clip(share * width - np.arange(width, dtype=np.float32), 0, 1)
    rule = image[: place.rule_height]
    rule[..., :3], rule[..., 3] = _bytes(np.array(_paper(palette), np.float32)), _bytes(0.30 + 0.66 * done)
    return image


def descent(size: int) -> int:
    """Rows kept free below a baseline: deep enough for every script's lowest marks."""
    return round(0.55 * size)


def band(size: int) -> int:
    """Rows of a line of text, from `descent` below its baseline to above the highest mark."""
    return descent(size) + round(1.25 * size)


def _add(ink: Floats, cover: Floats, row: int) -> None:
    """Put coverage into `ink`, in place, its lowest row at `row`."""
    low, high = max(row, 0), min(row + cover.shape[0], ink.shape[0])
    part = ink[low:high]
    np.maximum(part, cover[low - row : high - row], out=part)


def _paper(palette: Palette) -> Colour:
    red, green, blue = (0.94 + 0.06 * c for c in palette.light)
    return red, green, blue


def _shadowed(ink: Floats, palette: Palette, size: int) -> NDArray[np.uint8]:
    """Ink in the palette's lightest colour over a soft dark shadow of itself, so that it reads on any picture."""
    shadow = np.clip(2.2 * _blurred(ink, max(2, round(0.22 * size))), 0, 0.62)
    image = np.empty((*ink.shape, 4), np.float32)
    image[..., 3] = ink + shadow * (1 - ink)
    share = np.divide(ink, image[..., 3], out=np.zeros_like(ink), where=image[..., 3] > 0)
    dark = np.array([0.2 * c for c in palette.land], np.float32)
    image[..., :3] = dark + (np.array(_paper(palette), np.float32) - dark) * share[..., None]
    return _bytes(image)


def _blurred(ink: Floats, radius: int) -> Floats:
    """A running mean over `radius` pixels to each side, three times in each direction: nearly a Gaussian."""
    for axis in (0, 1):
        for _pass in range(3):
            padding = [(radius + 1, radius) if a == axis else (0, 0) for a in (0, 1)]
            total = np.cumsum(np.pad(ink, padding), axis=axis, dtype=np.float64)
            size = ink.shape[axis]
            upper = np.take(total, np.arange(2 * radius + 1, 2 * radius + 1 + size), axis)
            ink = ((upper - np.take(total, np.arange(size), axis)) / (2 * radius + 1)).astype(np.float32)
    return ink


def _bytes(image: Floats) -> NDArray[np.uint8]:
    return np.clip(image * np.float32(255) + np.float32(0.5), 0, 255).astype(np.uint8)
