"""Outlines of land: heights along the picture's width, both in units of the frame's shorter side. No bpy.

Each outline is a function of the columns' positions and a random generator that gives one height for each column.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Outline = Callable[[Floats, np.random.Generator], Floats]

_TABLE = 512


def _noise(at: Floats, rng: np.random.Generator) -> Floats:
    """Smooth noise from 0 to 1 with one random value at each whole number."""
    table = rng.random(_TABLE, dtype=np.float32)
    cell = np.floor(at).astype(np.int64)
    share = at - cell
    share = share * share * (3 - 2 * share)
    return table[cell % _TABLE] * (1 - share) + table[(cell + 1) % _TABLE] * share


def _octaves(x: Floats, rng: np.random.Generator, waves: tuple[tuple[float, float], ...]) -> Floats:
    """Waves of (frequency, height) added up, around zero."""
    return np.sum([height * (_noise(x * frequency + 100, rng) - 0.5) for frequency, height in waves], axis=0)


def _ridged(x: Floats, rng: np.random.Generator, waves: tuple[tuple[float, float], ...]) -> Floats:
    """Like `_octaves`, folded into sharp crests."""
    return np.sum([height * (0.5 - np.abs(2 * _noise(x * f + 100, rng) - 1)) for f, height in waves], axis=0)


def rough(x: Floats, rng: np.random.Generator) -> Floats:
    """Rock, at the scale of a person: -1 to 1."""
    return np.clip(_ridged(x, rng, ((9.0, 1.2), (23.0, 0.6), (51.0, 0.3))), -1, 1)


def hills(x: Floats, rng: np.random.Generator) -> Floats:
    return _octaves(x, rng, ((1.1, 0.16), (2.7, 0.05), (6.0, 0.012)))


def mountains(x: Floats, rng: np.random.Generator) -> Floats:
    return 0.12 + _ridged(x, rng, ((1.5, 0.26), (3.4, 0.10), (8.0, 0.04), (19.0, 0.016), (41.0, 0.008)))


def dunes(x: Floats, rng: np.random.Generator) -> Floats:
    return _ridged(x, rng, ((0.9, 0.13), (2.1, 0.05)))


def water(x: Floats, rng: np.random.Generator) -> Floats:
    return np.full_like(x, 0.045)


def islands(x: Floats, rng: np.random.Generator) -> Floats:
    return np.maximum(_octaves(x, rng, ((1.3, 0.16), (4.0, 0.05), (11.0, 0.02))), 0.0) - 0.02


def _skyline(x: Floats, rng: np.random.Generator, low: float, high: float, wide: float, gap: float = 0.0) -> Floats:
    """Blocks `wide` on average, from `low` to `high`; within `gap` of the middle they are low."""
    edges = np.cumsum(rng.uniform(0.4, 1.3, 400) * wide) - 200 * wide * 0.85
    centres = (edges + np.concatenate([edges[:1] - wide, edges[:-1]])) / 2
    roofs = low + (high - low) * rng.random(400) ** 2.2 * np.clip((np.abs(centres) - gap) * 2.5 + (gap == 0), 0, 1)
    block = np.clip(np.searchsorted(edges, x), 0, 399)
    # A mast on some of the tall ones.
    mast = (rng.random(400) < 0.14) & (roofs > low + 0.45 * (high - low))
    masts = np.where(mast[block] & (np.abs(x - centres[block]) < 0.0022), 0.06, 0.0)
    return (roofs[block] + masts).astype(np.float32)


def _conifers(x: Floats, rng: np.random.Generator, spacing: float, low: float, high: float) -> Floats:
    crowns = np.zeros_like(x)
    for at in np.arange(-3.2, 3.2, spacing) + rng.uniform(-0.6, 0.6, int(np.ceil(6.4 / spacing))) * spacing:
        tall = rng.uniform(low, high)
        away = np.abs(x - np.float32(at)) / np.float32(0.22 * tall)
        steps = 1 - away + 0.10 * np.mod(away * 5.0, 1.0)
        crowns = np.maximum(crowns, tall * np.clip(np.where(away < 1, steps, 0), 0, 1))
    return crowns.astype(np.float32)


def skyline_far(x: Floats, rng: np.random.Generator) -> Floats:
    return _skyline(x, rng, 0.08, 0.36, 0.055)


def skyline(x: Floats, rng: np.random.Generator) -> Floats:
    # Low in the middle, so that the subject stands free.
    return _skyline(x, rng, 0.0, 0.40, 0.10, gap=0.22)


def treeline_far(x: Floats, rng: np.random.Generator) -> Floats:
    return hills(x, rng) + 0.04 + _conifers(x, rng, 0.035, 0.03, 0.09)


def treeline(x: Floats, rng: np.random.Generator) -> Floats:
    return 0.5 * hills(x, rng) + _conifers(x, rng, 0.06, 0.05, 0.30) * np.clip(np.abs(x) * 2.2 - 0.45, 0.0, 1.0)


def grass(x: Floats, rng: np.random.Generator) -> Floats:
    blades = _noise(x * 95 + 900, rng) ** 2 * _noise(x * 6 + 300, rng) * 0.075
    return 0.4 * hills(x, rng) + blades


def rocks(x: Floats, rng: np.random.Generator) -> Floats:
    return 0.7 * dunes(x, rng) + 0.02 * rough(x, rng)


def roofs(x: Floats, rng: np.random.Generator) -> Floats:
    return _skyline(x, rng, -0.05, 0.05, 0.22)


def firs(x: Floats, rng: np.random.Generator) -> Floats:
    return grass(x, rng) + _conifers(x, rng, 0.16, 0.05, 0.62) * np.clip(np.abs(x) * 1.8 - 0.9, 0.0, 1.0)


FAR: dict[str, Outline] = {
    "hills": hills,
    "mountains": mountains,
    "sea": islands,
    "city": skyline_far,
    "forest": treeline_far,
    "desert": dunes,
}
MIDDLE: dict[str, Outline] = {
    "hills": hills,
    "mountains": hills,
    "sea": water,
    "city": skyline,
    "forest": treeline,
    "desert": dunes,
}
NEAR: dict[str, Outline] = {
    "hills": grass,
    "mountains": rocks,
    "sea": rocks,
    "city": roofs,
    "forest": firs,
    "desert": dunes,
}
