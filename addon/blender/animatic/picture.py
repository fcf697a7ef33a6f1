"""The layers of an animatic's picture, drawn with numpy. No bpy.

Layers are arrays of bytes (rows from the bottom up, red green blue alpha, colours as shown on screen, straight alpha)
with the place of their centre in the frame, in pixels right and up of the frame's centre. The scene is drawn in units
of the frame's shorter side, so that every size shows the same picture.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import ridges, shapes
from .scenery import Colour, Scene

Floats = NDArray[np.floating[Any]]
Bytes = NDArray[np.uint8]

# Octaves of the clouds: width, height, weight, slope.
_BANKS = ((0.95, 0.15, 0.52, 0.10), (0.40, 0.075, 0.28, -0.07), (0.17, 0.04, 0.13, 0.12), (0.07, 0.02, 0.07, 0.0))

# How near each layer is, back to front: the sky with what stands far away, the ground of the subject, the foreground.
NEARNESS = (0.0, 0.5, 1.0)


class Layer(NamedTuple):
    """One layer: its pixels, where its centre lies in the frame (pixels right and up), and how near it is."""

    pixels: Bytes
    x: float
    y: float
    nearness: float


class _Area:
    """The pixels of a layer: `x` along a row and `y` up a column, counted from the frame's centre."""

    def __init__(self, reach: tuple[int, int], unit: int, low: float = -1e9, high: float = 1e9) -> None:
        self.unit = unit
        bottom = max(-reach[1], math.floor(low))
        top = min(reach[1], math.ceil(high))
        # An even number of rows keeps the layer's pixels on the frame's: nothing is blurred while nothing moves.
        bottom -= (top - bottom) % 2
        self.x = np.arange(-reach[0], reach[0], dtype=np.float32) + np.float32(0.5)
        self.y = np.arange(bottom, max(top, bottom + 2), dtype=np.float32) + np.float32(0.5)
        self.middle = float(self.y[0] + self.y[-1]) / 2


def layers(scene: Scene, width: int, height: int, reaches: list[tuple[int, int]]) -> list[Layer]:
    """The picture's layers, back to front, one for each of `NEARNESS`.

    `reaches` has half the width and half the height, in pixels, that each must fill around the frame's centre.
    """
    unit = min(width, height)
    rng = np.random.default_rng(scene.rng.randrange(1 << 62))
    horizon = float(rng.uniform(-0.16, -0.04)) * height
    return [
        _sky(scene, _Area(reaches[0], unit), horizon, width, rng),
        _stage(scene, reaches[1], unit, horizon, width, rng),
        _foreground(scene, reaches[2], unit, height, rng),
    ]


# -- Sky and far away -------------------------------------------------------------------------------------------------


def _sky(scene: Scene, area: _Area, horizon: float, width: int, rng: np.random.Generator) -> Layer:
    zenith, glow, light = (np.array(colour, np.float32) for colour in scene.palette[:3])
    unit, night = area.unit, scene.light == "night"
    side = float(rng.choice((-1.0, 1.0)))
    sun_x = np.float32(side * float(rng.uniform(0.10, 0.34)) * width)
    sun_y = np.float32(horizon + float(rng.uniform(0.10, 0.40)) * unit * (0.6 if scene.light == "golden" else 1.0))

    # What is soft is drawn at a quarter of the pixels.
    x, y = area.x[::2] + np.float32(0.5), area.y[::2] + np.float32(0.5)
    rise = np.clip((y - horizon) / (0.62 * unit), 0, 1) ** 0.8
    image = _blend(glow, zenith, np.broadcast_to(rise[:, None], (y.size, x.size)))
    spread = {"golden": 0.34, "mist": 0.5, "storm": 0.42}.get(scene.light, 0.22) * unit
    away = np.hypot(x[None, :] - sun_x, y[:, None] - sun_y)
    image = _blend(image, light, np.exp(away / -spread) * np.float32(0.34 if night else 0.62))
    clouds = _clouds(x / unit, (y - horizon) / unit, rng)
    clouds *= np.float32({"storm": 0.85, "mist": 0.4, "night": 0.45}.get(scene.light, 0.55))
    dark = scene.light in ("storm", "night")
    shade = 0.72 * zenith if dark else np.float32(0.25) * glow + np.float32(0.75) * light
    image = _twice(_blend(image, shade, clouds), area)

    if night:
        _scatter_stars(image, area, horizon, light, rng)
    if scene.light not in ("storm", "mist"):
        radius = float(rng.uniform(0.035, 0.055) if night else rng.uniform(0.05, 0.085)) * unit
        rows = slice(*np.searchsorted(area.y, (sun_y - radius - 2, sun_y + radius + 2)))
        columns = slice(*np.searchsorted(area.x, (sun_x - radius - 2, sun_x + radius + 2)))
        away = np.hypot(area.x[None, columns] - sun_x, area.y[rows, None] - sun_y)
        image[rows, columns] = _blend(image[rows, columns], light, 0.94 * np.clip((radius - away) / 2 + 0.5, 0, 1))

    height = (ridges.FAR[scene.place](area.x / unit, rng) * unit + horizon + 0.02 * unit).astype(np.float32)
    top = int(np.searchsorted(area.y, float(height.max()) + 3))
    far = _mix(scene.palette.land, scene.palette.horizon, 0.62)
    mist = _mix(far, scene.palette.horizon, 0.55)
    image[:top] = _silhouette(image[:top], area.y[:top], unit, height, far, mist, soft=1.6)
    return Layer(_as_bytes(image), 0.0, area.middle, NEARNESS[0])


def _clouds(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    """Long banks above the horizon, drawn out by the wind; `x` and `y` in units. 0 is clear sky."""
    # Drawn coarsely and without a grid to be seen (each octave is turned and bent), then smoothed up to size.
    coarse_x = np.linspace(float(x[0]), float(x[-1]), 220, dtype=np.float32)[None, :]
    coarse_y = np.linspace(float(y[0]), float(y[-1]), 130, dtype=np.float32)[:, None]
    total = np.zeros((130, 220), np.float32)
    for wide, high, share, lean in _BANKS:
        bent = coarse_y + lean * coarse_x + 0.4 * high * np.sin(coarse_x * (1.3 / wide) + rng.uniform(0, math.tau))
        total += share * _lattice(coarse_x / wide + bent, bent / high, rng)
    bank = np.clip((total - 0.46) / 0.24, 0, 1)
    bank = bank * bank * (3 - 2 * bank) * np.clip(1.15 - np.abs(coarse_y - 0.24) / 0.45, 0, 1)
    down, across = (_weights(np.linspace(0, n - 1.001, to), n) for n, to in ((130, y.size), (220, x.size)))
    return down @ bank.astype(np.float32) @ across.T


def _lattice(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    """Smooth noise from 0 to 1 at any points, with one random value at each whole pair of numbers."""
    table = rng.random((64, 64), dtype=np.float32)
    x, y = np.broadcast_arrays(x, y)
    column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    across, up = x - column, y - row
    across, up = across * across * (3 - 2 * across), up * up * (3 - 2 * up)
    below = table[row % 64, column % 64] * (1 - across) + table[row % 64, (column + 1) % 64] * across
    above = table[(row + 1) % 64, column % 64] * (1 - across) + table[(row + 1) % 64, (column + 1) % 64] * across
    return (below * (1 - up) + above * up).astype(np.float32)


def _weights(at: Any, cells: int) -> Floats:
    """A matrix that interpolates `cells` values at positions `at` (in cells; it repeats)."""
    cell = np.floor(at).astype(np.int64)
    share = at - cell
    matrix = np.zeros((at.size, cells), np.float32)
    rows = np.arange(at.size)
    matrix[rows, cell % cells] = 1 - share
    matrix[rows, (cell + 1) % cells] = share
    return matrix


def _twice(image: Floats, area: _Area) -> Floats:
    """An image at twice its size, in between the mean of its neighbours."""
    for axis, size in ((0, area.y.size), (1, area.x.size)):
        shifted = np.take(image, np.minimum(np.arange(1, image.shape[axis] + 1), image.shape[axis] - 1), axis)
        pair = np.stack([image, (image + shifted) * np.float32(0.5)], axis + 1)
        shape = list(image.shape)
        shape[axis] *= 2
        image = np.take(pair.reshape(shape), np.arange(size), axis)
    return image


def _scatter_stars(image: Floats, area: _Area, horizon: float, light: Floats, rng: np.random.Generator) -> None:
    size = max(1, round(area.unit / 540))
    for x, y, bright in rng.uniform((-1.6, 0.05, 0.15), (1.6, 1.1, 0.9), (260, 3)):
        column, row = round(x * area.unit - area.x[0]), round(horizon + y * area.unit - area.y[0])
        if 0 <= column < area.x.size - size and 0 <= row < area.y.size - size:
            spot = image[row : row + size, column : column + size]
            spot += (light - spot) * np.float32(bright * min(1.0, 0.2 + 1.4 * y))


# -- Where the subject stands ------------------------------------------------------------------------------------------


def _stage(
    scene: Scene, reach: tuple[int, int], unit: int, horizon: float, width: int, rng: np.random.Generator
) -> Layer:
    palette = scene.palette
    at = float(rng.choice((-1.0, 1.0))) * float(rng.uniform(0.06, 0.2)) * width
    size = scene.size * unit
    columns = np.arange(-reach[0], reach[0], dtype=np.float32) + np.float32(0.5)
    ground = ridges.MIDDLE[scene.place](columns / unit, rng) * unit + horizon - 0.05 * unit
    if scene.place == "sea" and scene.subject != "boat":  # something to stand on
        rock = np.exp(-(((columns - at) / (0.30 * size + 0.07 * unit)) ** 2))
        ground += rock * (0.05 * unit + 0.018 * unit * ridges.rough(columns / unit, rng))
    foot = float(np.interp(at, columns, ground)) - 0.012 * unit
    ground = ground.astype(np.float32)
    area = _Area(reach, unit, high=max(float(ground.max()), foot + 1.25 * size) + 3)

    land = _mix(palette.land, palette.horizon, 0.20)
    image = np.zeros((area.y.size, area.x.size, 4), np.float32)
    image[..., :3] = land
    if scene.subject == "lighthouse":
        image = _beam(image, area, at, foot + 0.82 * size, size, palette.light, -1.0 if at > 0 else 1.0)
    image = _silhouette(image, area.y, unit, ground, land, _mix(land, palette.horizon, 0.30))
    if scene.place == "sea":
        image = _glints(image, area, ground, palette.horizon, rng)
    if scene.place == "city":
        image = _windows(image, area, ground, scene, rng)
    tones = {
        "land": _mix(palette.land, palette.horizon, 0.06),
        "pale": _mix(land, palette.horizon, 0.42),
        "light": palette.light,
    }
    for tone, polygon in shapes.MARKS[scene.subject]:
        _stamp(image, area, polygon, at, foot, size, tones[tone])
    return Layer(_as_bytes(image), 0.0, area.middle, NEARNESS[1])


def _stamp(
    image: Floats, area: _Area, polygon: shapes.Polygon, x: float, y: float, size: float, colour: Colour
) -> None:
    """Draw a polygon of unit size with its origin at `x`, `y`, in place."""
    left, right = (float(f(p[0] for p in polygon)) * size + x for f in (min, max))
    low, high = (float(f(p[1] for p in polygon)) * size + y for f in (min, max))
    columns = slice(*np.searchsorted(area.x, (left - 1, right + 1)))
    rows = slice(*np.searchsorted(area.y, (low - 1, high + 1)))
    if area.x[columns].size < 2 or area.y[rows].size < 2:
        return
    cover = shapes.coverage(polygon, (area.x[columns] - x) / size, (area.y[rows] - y) / size)
    image[rows, columns] = _over(image[rows, columns], colour, cover)


def _beam(image: Floats, area: _Area, x: float, y: float, size: float, light: Colour, side: float) -> Floats:
    """The lamp's beam: a soft wedge that fades with the distance."""
    along = np.maximum((area.x[None, :] - np.float32(x)) * np.float32(side), 0)
    across = np.abs(area.y[:, None] - np.float32(y))
    wedge = np.clip(1.15 - across / (np.float32(0.035 * size) + along * np.float32(0.13)), 0, 1)
    fade = np.clip(1 - along / np.float32(2.9 * size), 0, 1) ** 1.6
    return _over(image, light, wedge * fade * np.float32(0.6) * (along > 0))


def _glints(image: Floats, area: _Area, surface: Floats, colour: Colour, rng: np.random.Generator) -> Floats:
    """Light on water: thin streaks, closer together towards the horizon."""
    level = float(np.median(surface))
    depth = np.maximum(level - area.y, 0) / area.unit
    water = slice(0, int(np.searchsorted(area.y, level)))
    rows, depth = area.y[water], depth[water]
    across, down = area.x / np.float32(0.05 * area.unit), np.sqrt(depth) * np.float32(90)
    cover = np.clip((_lattice(across[None, :], down[:, None], rng) - 0.66) / 0.16, 0, 1)
    cover *= np.exp(-depth / 0.16)[:, None] * 0.6 * (rows[:, None] < surface[None, :])
    image[water, :, :3] = _blend(image[water, :, :3], np.array(colour, np.float32), cover)
    return image


def _windows(image: Floats, area: _Area, roofs: Floats, scene: Scene, rng: np.random.Generator) -> Floats:
    """Some windows are lit; more of them when it is dark."""
    share = {"night": 0.34, "golden": 0.16, "storm": 0.14}.get(scene.light, 0.05)
    pitch_x, pitch_y = 0.0135 * area.unit, 0.022 * area.unit
    column, row = (np.floor(area.x / pitch_x).astype(int), np.floor(area.y / pitch_y).astype(int))
    lit = rng.random((211, 199)) < share
    pane = (np.mod(area.x / pitch_x, 1) < 0.55)[None, :] & (np.mod(area.y / pitch_y, 1) < 0.6)[:, None]
    inside = area.y[:, None] < roofs[None, :] - 0.6 * pitch_y
    inside &= (area.y > float(roofs.min()) - 0.02 * area.unit)[:, None]  # below lies the street
    mask = pane & inside & lit[row[:, None] % 211, column[None, :] % 199]
    image[..., :3] = _blend(image[..., :3], np.array(scene.palette.light, np.float32), mask * np.float32(0.75))
    return image


# -- Foreground --------------------------------------------------------------------------------------------------------


def _foreground(scene: Scene, reach: tuple[int, int], unit: int, height: int, rng: np.random.Generator) -> Layer:
    columns = np.arange(-reach[0], reach[0], dtype=np.float32) + np.float32(0.5)
    # Higher at one side than at the other: the picture is framed, its middle stays open.
    across = columns / unit
    lean = float(rng.choice((-1.0, 1.0)))
    rise = 0.05 * across * across + 0.045 * lean * across
    top = (ridges.NEAR[scene.place](across, rng) + rise) * unit - 0.41 * height
    area = _Area(reach, unit, high=float(top.max()) + 3)
    image = np.zeros((area.y.size, area.x.size, 4), np.float32)
    dark = _mix(scene.palette.land, (0.0, 0.0, 0.0), 0.38)
    return Layer(_as_bytes(_silhouette(image, area.y, unit, top, dark, dark)), 0.0, area.middle, NEARNESS[2])


# -- Pixels ------------------------------------------------------------------------------------------------------------


def _mix(a: Colour, b: Colour, share: float) -> Colour:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share


def _blend(under: Floats, colour: Floats, cover: Floats) -> Floats:
    return under + (colour - under) * cover[..., None].astype(np.float32, copy=False)


def _over(image: Floats, colour: Colour, cover: Floats) -> Floats:
    """A colour over an image with straight alpha."""
    alpha = cover + image[..., 3] * (1 - cover)
    share = np.divide(cover, alpha, out=np.zeros_like(alpha), where=alpha > 0)
    result = np.empty_like(image)
    result[..., :3] = _blend(image[..., :3], np.array(colour, np.float32), share)
    result[..., 3] = alpha
    return result


def _silhouette(
    image: Floats, rows: Floats, unit: int, top: Floats, crest: Colour, foot: Colour, soft: float = 1.0
) -> Floats:
    """Fill below `top` (one height for each column), from the crest's colour down to the foot's: mist lies low."""
    depth = top[None, :] - rows[:, None]
    steep = np.minimum(np.hypot(1.0, np.gradient(top)), 4.0).astype(np.float32)
    cover = np.clip(depth / (np.float32(soft) * steep)[None, :] + np.float32(0.5), 0, 1)
    level = _smoothed(top, max(1, round(0.12 * unit)))
    down = np.clip((level[None, :] - rows[:, None]) / np.float32(0.30 * unit), 0, 1)
    fill = _blend(np.array(crest, np.float32), np.array(foot, np.float32), down)
    if image.shape[2] == 3:
        return _blend(image, fill, cover)
    result = np.empty_like(image)
    result[..., 3] = cover + image[..., 3] * (1 - cover)
    share = np.divide(cover, result[..., 3], out=np.ones_like(cover), where=result[..., 3] > 0)
    result[..., :3] = _blend(image[..., :3], fill, share)
    return result


def _smoothed(line: Floats, radius: int) -> Floats:
    total = np.cumsum(np.pad(line.astype(np.float64), (radius + 1, radius), "edge"))
    return ((total[2 * radius + 1 :] - total[: -2 * radius - 1]) / (2 * radius + 1)).astype(np.float32)


def _as_bytes(image: Floats) -> Bytes:
    """Round to bytes, with a little fixed noise in the colours so that gradients show no bands."""
    noise = np.random.default_rng(7).random((64, 64), dtype=np.float32)
    rows, columns = image.shape[:2]
    tiled = np.tile(noise, (rows // 64 + 1, columns // 64 + 1))[:rows, :columns]
    pixels = np.full((rows, columns, 4), 255, np.uint8)
    pixels[..., :3] = np.clip(image[..., :3] * np.float32(255) + tiled[..., None], 0, 255)
    if image.shape[2] == 4:
        pixels[..., 3] = np.clip(image[..., 3] * np.float32(255) + np.float32(0.5), 0, 255)
    return pixels
