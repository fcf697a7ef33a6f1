"""Marks that stand for a shot's subject: flat polygons, one unit tall, standing on the origin. No bpy.

Each mark is a list of parts, drawn in order: a tone ("land", "pale" or "light") and the polygon's corners, x right and
y up.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Polygon = tuple[tuple[float, float], ...]
Mark = tuple[tuple[str, Polygon], ...]

_SAMPLES = 4  # per pixel and axis: edges get 16 steps of grey


def coverage(polygon: Polygon, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much of each pixel the polygon covers, 0 to 1, rows of `y` by columns of `x`.

    `x` and `y` are the evenly spaced centres of the pixels, in the polygon's units.
    """
    fine_x, fine_y = _finer(x), _finer(y)
    inside = np.zeros((fine_y.size, fine_x.size), bool)
    for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if ay == by:
            continue
        rows = slice(*np.searchsorted(fine_y, (min(ay, by), max(ay, by))))
        crossing = ax + (fine_y[rows] - ay) * ((bx - ax) / (by - ay))
        inside[rows] ^= fine_x[None, :] < crossing[:, None]
    parts = inside.reshape(y.size, _SAMPLES, x.size, _SAMPLES)
    return parts.mean(axis=(1, 3), dtype=np.float32)


def _finer(centres: NDArray[np.float32]) -> NDArray[np.float32]:
    step = (centres[-1] - centres[0]) / max(centres.size - 1, 1)
    offsets = (np.arange(_SAMPLES, dtype=np.float32) + 0.5) / _SAMPLES - 0.5
    return (centres[:, None] + offsets[None, :] * step).ravel()


def _disc(x: float, y: float, radius: float, upright: float = 1.0) -> Polygon:
    angles = [math.tau * i / 36 for i in range(36)]
    return tuple((x + radius * math.cos(a), y + radius * upright * math.sin(a)) for a in angles)


def _box(left: float, bottom: float, right: float, top: float) -> Polygon:
    return (left, bottom), (right, bottom), (right, top), (left, top)


def _tapered(bottom: float, top: float, wide: float, narrow: float) -> Polygon:
    return (-wide, bottom), (wide, bottom), (narrow, top), (-narrow, top)


MARKS: dict[str, Mark] = {
    "person": (
        ("land", ((-0.115, 0.0), (-0.035, 0.0), (0.0, 0.42), (-0.13, 0.45))),
        ("land", ((0.03, 0.0), (0.11, 0.0), (0.135, 0.45), (0.0, 0.42))),
        (
            "land",
            (
                *((-0.165, 0.34), (0.17, 0.34), (0.15, 0.60), (0.165, 0.72), (0.125, 0.81), (0.045, 0.85)),
                *((-0.045, 0.85), (-0.125, 0.81), (-0.165, 0.72), (-0.145, 0.60)),
            ),
        ),
        ("land", _disc(0.0, 0.915, 0.068, 1.2)),
    ),
    "animal": (
        ("land", ((-0.34, 0.58), (-0.70, 0.74), (-0.88, 0.66), (-0.74, 0.56), (-0.38, 0.42))),
        ("land", _disc(0.0, 0.52, 0.43, 0.42)),
        ("land", ((-0.40, 0.52), (-0.18, 0.46), (-0.36, 0.0), (-0.45, 0.0))),
        ("land", ((-0.26, 0.46), (-0.10, 0.42), (-0.13, 0.0), (-0.21, 0.0))),
        ("land", ((0.10, 0.42), (0.24, 0.44), (0.24, 0.0), (0.16, 0.0))),
        ("land", ((0.22, 0.46), (0.40, 0.52), (0.47, 0.0), (0.38, 0.0))),
        ("land", ((0.22, 0.62), (0.40, 0.48), (0.60, 0.62), (0.46, 0.80))),
        ("land", _disc(0.52, 0.75, 0.14, 0.9)),
        ("land", ((0.54, 0.86), (0.84, 0.68), (0.82, 0.63), (0.52, 0.63))),
        ("land", ((0.40, 0.82), (0.42, 1.0), (0.54, 0.86))),
    ),
    "lighthouse": (
        ("land", _tapered(-0.07, 0.74, 0.15, 0.085)),
        ("pale", ((-0.128, 0.16), (0.128, 0.16), (0.117, 0.33), (-0.117, 0.33))),
        ("pale", ((-0.107, 0.47), (0.107, 0.47), (0.097, 0.62), (-0.097, 0.62))),
        ("land", _box(-0.13, 0.73, 0.13, 0.765)),
        ("light", _box(-0.06, 0.765, 0.06, 0.875)),
        ("land", _box(-0.006, 0.765, 0.006, 0.875)),
        ("land", ((-0.085, 0.875), (0.085, 0.875), (0.0, 0.98))),
        ("land", _box(-0.006, 0.96, 0.006, 1.02)),
    ),
    "boat": (
        ("land", ((-0.44, 0.16), (-0.34, 0.0), (0.30, 0.0), (0.46, 0.18))),
        ("land", _box(-0.012, 0.1, 0.012, 1.0)),
        ("pale", ((0.03, 0.24), (0.40, 0.24), (0.03, 0.96))),
        ("land", ((-0.03, 0.24), (-0.32, 0.24), (-0.03, 0.84))),
    ),
    "car": (
        (
            "land",
            (
                *((-1.0, 0.16), (1.02, 0.16), (1.02, 0.40), (0.94, 0.50), (0.52, 0.56), (0.28, 0.88)),
                *((0.16, 0.94), (-0.42, 0.94), (-0.54, 0.88), (-0.78, 0.56), (-0.98, 0.50)),
            ),
        ),
        ("pale", ((-0.62, 0.57), (-0.44, 0.84), (-0.12, 0.84), (-0.12, 0.57))),
        ("pale", ((-0.04, 0.57), (-0.04, 0.84), (0.17, 0.84), (0.37, 0.57))),
        ("land", _disc(-0.58, 0.16, 0.19)),
        ("land", _disc(0.60, 0.16, 0.19)),
        ("light", _disc(0.985, 0.40, 0.05)),
    ),
    "house": (
        ("land", _box(-0.46, -0.08, 0.46, 0.56)),
        ("land", ((-0.56, 0.54), (0.56, 0.54), (0.22, 0.94), (-0.22, 0.94))),
        ("land", _box(0.20, 0.80, 0.31, 1.06)),
        ("light", _box(-0.30, 0.22, -0.14, 0.40)),
        ("light", _box(0.12, 0.22, 0.28, 0.40)),
        ("pale", _box(-0.07, 0.0, 0.05, 0.32)),
    ),
    "tower": (
        ("land", _tapered(-0.08, 0.70, 0.17, 0.115)),
        ("land", _box(-0.155, 0.68, 0.155, 0.76)),
        *(("land", _box(x, 0.75, x + 0.055, 0.80)) for x in (-0.155, -0.0567, 0.0417, 0.1)),
        ("land", ((-0.10, 0.76), (0.10, 0.76), (0.0, 1.02))),
        ("light", _box(-0.025, 0.48, 0.025, 0.58)),
        ("light", _box(-0.025, 0.26, 0.025, 0.34)),
    ),
    "tree": (
        ("land", ((-0.055, -0.1), (0.06, -0.1), (0.03, 0.50), (-0.025, 0.50))),
        ("land", _disc(-0.16, 0.56, 0.18)),
        ("land", _disc(0.17, 0.58, 0.19)),
        ("land", _disc(0.0, 0.74, 0.24)),
        ("land", _disc(-0.02, 0.55, 0.20)),
    ),
}
