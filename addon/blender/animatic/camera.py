"""Which moves of the camera a prompt names, and where the camera is in each frame. No bpy.

A view is what the lens sees, relative to the start of the shot: `x` and `y` in frame widths and heights that the
camera has turned right and up, `zoom` as magnification (1 = none), `roll` in degrees, `orbit` as the sideways way
around the subject (-1 to 1). A layer of the picture follows a view the more, the nearer it is.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from typing import NamedTuple

# What may stand between verb and direction: "push slowly in", "pans gently to the left", but no "pushes a cart in".
_GAP = r"(?:[\s-]+(?:\w+ly|very|slow|fast|smooth|straight|camera|over|across|to|the))*[\s-]+"
_FROM_LEFT = r"(?:from\s+)?(?:the\s+)?left\s+to\s+(?:the\s+)?right|from\s+(?:the\s+)?left"
_FROM_RIGHT = r"(?:from\s+)?(?:the\s+)?right\s+to\s+(?:the\s+)?left|from\s+(?:the\s+)?right"
_PUSH = r"\b(?:push(?:es|ing)?|doll(?:y|ies|ying)|zoom(?:s|ing)?|truck(?:s|ing)?|track(?:s|ing)?|creep(?:s|ing)?)"
_PULL = r"\b(?:pull(?:s|ing)?|doll(?:y|ies|ying)|zoom(?:s|ing)?|track(?:s|ing)?)"
_PAN = r"\b(?:pan(?:s|ning)?|doll(?:y|ies|ying)|truck(?:s|ing)?|track(?:s|ing)?|slid(?:es|ing)|slide)"
_TILT = r"\b(?:tilt(?:s|ing)?|cran(?:e|es|ing)|boom(?:s|ing)?|pedestal(?:s|ing)?)"

# Earlier entries win where two match at the same place.
_NAMED: tuple[tuple[str, str], ...] = (
    ("push in", _PUSH + _GAP + r"(?:in|into|forwards?|closer|towards?)\b"),
    ("pull out", _PULL + _GAP + r"(?:out|back|backwards?|away)\b|\bpull-?(?:back|out)\b"),
    ("pan right", _PAN + _GAP + rf"(?:{_FROM_LEFT})\b"),
    ("pan left", _PAN + _GAP + rf"(?:{_FROM_RIGHT})\b"),
    ("pan right", _PAN + _GAP + r"right(?:wards?)?\b|\bright[\s-]+pan\b"),
    ("pan left", _PAN + _GAP + r"left(?:wards?)?\b|\bleft[\s-]+pan\b"),
    ("tilt up", _TILT + _GAP + r"up(?:wards?)?\b"),
    ("tilt down", _TILT + _GAP + r"down(?:wards?)?\b"),
    ("orbit", r"\borbit(?:s|ing)?\b|\b(?:arc|circl)(?:s|es|ing|e)?[\s-]+(?:\w+\s+)?(?:around|about|shot)\b|\b360\b"),
    ("handheld", r"\bhand[\s-]?held\b|\bshaky\s*(?:cam\w*|footage|shot)\b|\bshakycam\b"),
    (
        "static",
        r"(?<!tv )(?<!radio )\bstatic\b(?!\s+(?:electric\w*|noise|charge|hiss|on\b|sparks?))"
        r"|\block(?:ed)?[\s-]*(?:off|down)\b|\bon\s+(?:a\s+)?tripod\b|\btripod\s+shot\b"
        r"|\b(?:fixed|still|stationary|motionless)\s+(?:camera|frame|shot)\b|\bno\s+(?:camera\s+)?(?:move\w*|motion)\b",
    ),
    # Without a direction: a zoom goes in and a pan goes right. "A frying pan" is no move, so the camera must be near.
    ("push in", r"\bdolly(?:ing)?\b|\bzoom(?:s|ing)?\b|\bpush-in\b"),
    (
        "pan right",
        r"\bpanning\b|\bpans\b|\b(?:camera|slow|slowly|whip|smooth)[\s-]+pan\b|\bpan[\s-]+(?:across|over|shot)\b",
    ),
    ("tilt up", r"\b(?:camera|slow|slowly)[\s-]+tilts?\b|\btilt[\s-]+shot\b"),
)
_PATTERNS = tuple((move, re.compile(pattern, re.IGNORECASE)) for move, pattern in _NAMED)
_AXIS = {
    "push in": "zoom",
    "pull out": "zoom",
    "pan left": "pan",
    "pan right": "pan",
    "tilt up": "tilt",
    "tilt down": "tilt",
    "orbit": "orbit",
    "handheld": "hand",
    "static": "static",
}
_PROMPT_LIMIT = 20_000  # characters read: a prompt may be a megabyte


class View(NamedTuple):
    """What the camera sees in one frame; see the module's text for the units."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    roll: float = 0.0
    orbit: float = 0.0


def named_moves(prompt: str) -> tuple[str, ...]:
    """The camera moves that a prompt names, in its order.

    Of two that exclude each other ("pan left, then pan right") the first counts; "static" counts where no other move
    is named. Empty where the prompt names none.
    """
    text = prompt[:_PROMPT_LIMIT]
    found: list[tuple[int, int, int, str]] = []
    for rank, (move, pattern) in enumerate(_PATTERNS):
        found.extend((match.start(), rank, match.end(), move) for match in pattern.finditer(text))
    moves: dict[str, str] = {}
    reached = 0
    for start, _rank, end, move in sorted(found):
        if start >= reached:
            moves.setdefault(_AXIS[move], move)
            reached = end
    if len(moves) > 1:
        moves.pop("static", None)
    return tuple(moves.values())


def path(moves: tuple[str, ...], seed: int, frames: int, seconds: float) -> list[View]:
    """The camera's view in each of `frames` frames of a shot of `seconds`; where no move is named, a gentle drift in.

    Several moves happen at once. The same arguments give the same path.
    """
    steps = [_STEPS[move](seed, seconds) for move in moves or ("drift",)]
    return [_sum([step(_eased(i / max(frames - 1, 1)), i / max(frames, 1)) for step in steps]) for i in range(frames)]


_Step = Callable[[float, float], View]  # (eased share of the move, share of the time) -> view


def _sum(views: list[View]) -> View:
    return View(
        sum(v.x for v in views),
        sum(v.y for v in views),
        math.prod(v.zoom for v in views),
        sum(v.roll for v in views),
        sum(v.orbit for v in views),
    )


def _eased(share: float) -> float:
    """Start and end softly, yet move in every frame: half a straight line, half a smooth step."""
    return 0.5 * share + 0.5 * share * share * (3 - 2 * share)


def _push(first: float, last: float) -> Callable[[int, float], _Step]:
    # A constant ratio between frames looks like a constant speed.
    return lambda seed, seconds: lambda eased, time: View(zoom=first * (last / first) ** eased)


def _turn(x: float, y: float) -> Callable[[int, float], _Step]:
    return lambda seed, seconds: lambda eased, time: View(x=x * (2 * eased - 1), y=y * (2 * eased - 1))


def _orbit(seed: int, seconds: float) -> _Step:
    return lambda eased, time: View(orbit=2 * eased - 1, zoom=1.06)


def _hand(seed: int, seconds: float) -> _Step:
    rng = random.Random(seed)
    # Breath, sway and tremor of a person holding a camera, in hertz, each weaker than the slower one.
    tones = ((0.45, 1.0), (1.1, 0.5), (2.7, 0.33))
    waves = [[(hertz, rng.uniform(0, math.tau), size) for hertz, size in tones] for _axis in range(3)]

    def sway(axis: int, time: float) -> float:
        return sum(size * math.sin(math.tau * hertz * time * seconds + phase) for hertz, phase, size in waves[axis])

    return lambda eased, time: View(0.009 * sway(0, time), 0.013 * sway(1, time), 1.05, 0.35 * sway(2, time))


_STEPS: dict[str, Callable[[int, float], _Step]] = {
    "push in": _push(1.0, 1.5),
    "pull out": _push(1.5, 1.0),
    "pan left": _turn(-0.11, 0.0),
    "pan right": _turn(0.11, 0.0),
    "tilt up": _turn(0.0, 0.13),
    "tilt down": _turn(0.0, -0.13),
    "orbit": _orbit,
    "handheld": _hand,
    "static": lambda seed, seconds: lambda eased, time: View(),
    "drift": _push(1.0, 1.1),
}


class Placement(NamedTuple):
    """Where a layer is drawn in one frame: shift of its centre in pixels (right, up), scale, turn in degrees."""

    x: float
    y: float
    scale: float
    turn: float


def placement(view: View, nearness: float, width: int, height: int) -> Placement:
    """How a layer answers a view; `nearness` 0 is the sky, 1 the foreground, 0.5 where the subject stands.

    `width` and `height` are the frame's, in pixels.
    """
    return Placement(
        -(view.x * (0.5 + nearness) + view.orbit * 0.16 * (nearness - 0.5)) * width,
        -view.y * (0.5 + nearness) * height,
        view.zoom ** (0.3 + 1.2 * nearness),
        -view.roll,
    )


def reach(placements: list[Placement], width: int, height: int) -> tuple[int, int]:
    """Half the width and half the height, in pixels, that a layer needs to fill the frame in all placements."""
    half_width, half_height = 0.0, 0.0
    for place in placements:
        cos, sin = abs(math.cos(math.radians(place.turn))), abs(math.sin(math.radians(place.turn)))
        across = width / 2 * cos + height / 2 * sin + abs(place.x)
        upright = width / 2 * sin + height / 2 * cos + abs(place.y)
        half_width, half_height = max(half_width, across / place.scale), max(half_height, upright / place.scale)
    return math.ceil(half_width) + 2, math.ceil(half_height) + 2
