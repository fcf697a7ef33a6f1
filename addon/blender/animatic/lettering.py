"""The caption of an animatic: where the prompt, the take and the running time stand, and their picture. No bpy.

Fonts are Blender's business: `render.py` measures text and hands over what is drawn of it as coverage, 0 to 1.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .scenery import Colour, Palette

Floats = NDArray[np.floating[Any]]

# -- Layout ------------------------------------------------------------------------------------------------------------


class Layout(NamedTuple):
    """Where the caption stands, in pixels from the frame's lower left corner.

    `row` is the baseline of take and running time, `rule` the bottom of the line beneath them, `lines` the prompt's
    baselines from the top; the caption's picture reaches from `bottom` to `top`.
    """

    bottom: int
    top: int

    left: int
    right: int
    title_size: int
    small_size: int
    lines: tuple[int, ...]
    rule: int
    rule_height: int
    row: int


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
    lowest = round(0.135 * height if width > height else 0.09 * height) + round(0.25 * title)
    baselines = tuple(lowest + round(1.28 * title) * (lines - 1 - i) for i in range(lines))
    rule = (baselines[0] if baselines else lowest) + round(1.28 * title)
    thick = max(1, round(min(width, height) / 360))
    row = rule + thick + round(0.62 * small)
    bottom = max(0, lowest - descent(title) - small)
    top = min(height, row + band(small) + small)
    top -= (height - (top - bottom)) % 2  # so that its pixels lie on the frame's
    side = margin(width)
    return Layout(bottom, top, side, width - side, title, small, baselines, rule, thick, row)


# -- Picture -----------------------------------------------------------------------------------------------------------


def caption(place: Layout, palette: Palette, titles: list[Floats], take: Floats) -> NDArray[np.uint8]:
    """The part of the caption that stands still: prompt and take, on a soft shadow of themselves.

    From the layout's bottom to its top, as wide as `titles` and `take`: coverage of whole rows of the frame, with the
    baseline `descent(size)` rows above their bottom.
    """
    ink = np.zeros((place.top - place.bottom, take.shape[1]), np.float32)
    for baseline, cover in zip(place.lines, titles, strict=True):
        _add(ink, cover, baseline - descent(place.title_size) - place.bottom)
    _add(ink, take, place.row - descent(place.small_size) - place.bottom)
    return _shadowed(ink, palette, place.title_size)


def clock(place: Layout, palette: Palette, cover: Floats, share: float) -> NDArray[np.uint8]:
    """The part that runs: the time at the right, and the rule filled up to `share` (0 to 1) of the take.

    From the layout's left to its right, from its rule up; `cover` is coverage with the baseline `descent` rows up.
    """
    lift = place.row - place.rule - descent(place.small_size)
    rows, width = lift + cover.shape[0], place.right - place.left
    image = np.zeros((rows, width, 4), np.uint8)
    ink = np.zeros((rows, min(width, cover.shape[1] + 2 * place.title_size)), np.float32)
    _add(ink[:, -cover.shape[1] :], cover, lift)
    image[:, width - ink.shape[1] :] = _shadowed(ink, palette, place.title_size)
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
    shadow = np.clip(2.6 * _blurred(ink, max(2, round(0.26 * size))), 0, 0.70)
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
