"""What a prompt says about the scene: light, place and subject, and the palette that a seed picks for them. No bpy.

Only hints: a placeholder need not be right, it must be quick to read and unlike the one beside it.
"""

from __future__ import annotations

import colorsys
import random
import re
import zlib
from typing import NamedTuple

Colour = tuple[float, float, float]  # red, green, blue as shown on screen (sRGB), 0 to 1


class Palette(NamedTuple):
    """Colours of one picture; silhouettes lie between `horizon` (far away) and `land` (near)."""

    zenith: Colour
    horizon: Colour
    light: Colour  # sun or moon, windows, the accent of the caption
    land: Colour


class Scene(NamedTuple):
    """What to draw. `light`: day, golden, night, storm, mist. `place` and `subject`: see `_PLACES`, `_SUBJECTS`.

    `size` is the subject's height as a share of the frame's shorter side; `rng` draws whatever the prompt leaves open.
    """

    light: str
    place: str
    subject: str
    size: float
    palette: Palette
    rng: random.Random


# zenith, horizon, light, land. Chosen by eye to sit quietly under white type.
_PALETTES: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "day": (
        ("3f7fae", "cfe3e6", "fff6dc", "23424f"),
        ("5a8f9e", "efe6cf", "fffbe8", "34473f"),
        ("6c86b8", "f0dcd2", "fff1e0", "39405e"),
        ("4d9a97", "e8ecd2", "fffdea", "1f4a46"),
        ("8a9bb0", "f3e3c7", "fff4d6", "4c4a55"),
    ),
    "golden": (
        ("34406e", "f2a766", "ffe3b0", "2a2138"),
        ("5b3f6b", "f28c7a", "ffd9b8", "2d1c33"),
        ("29546b", "f3c07c", "fff0c4", "1c2b33"),
        ("7a3f4f", "f6b25f", "ffe9b5", "32161f"),
        ("45508c", "eea6b4", "ffe6dc", "232547"),
    ),
    "night": (
        ("0a1026", "2f4a78", "f0f3ff", "070b17"),
        ("10142e", "54487e", "f6ecff", "0b0a1c"),
        ("061a26", "236070", "eafcff", "04121a"),
        ("14101f", "6b4258", "fff0e4", "0e0912"),
    ),
    "storm": (
        ("222c38", "76858c", "dfe9ec", "12191f"),
        ("2a2a3a", "857f92", "ece6f2", "15141d"),
        ("1f3133", "6d8a82", "e2f0e8", "0f1b1b"),
        ("33302f", "98887a", "f2e6d6", "1b1716"),
    ),
    "mist": (
        ("a9b7bd", "e3e5e0", "ffffff", "4d5c62"),
        ("b3abb8", "ebe2de", "fffaf5", "57505f"),
        ("9db3ad", "e2e8dc", "ffffff", "455a55"),
    ),
}

_LIGHTS = (
    ("night", "night|midnight|moon|moonlit|moonlight|stars?|starry|nocturnal|neon|noir|dark"),
    ("storm", "storm|stormy|rain|rainy|raining|thunder|lightning|tempest|hurricane|overcast|cloudy|battle|apocaly\\w+"),
    ("golden", "dawn|dusk|sunrise|sunset|golden|evening|twilight|morning|autumn|fall|warm|fire|campfire|burning"),
    ("mist", "mist|misty|fog|foggy|haze|hazy|smoke|snow|snowy|snowing|winter|blizzard|ice|dream\\w*|ghost\\w*"),
    ("day", "day|daylight|noon|sunny|sun|summer|spring|bright|clear|blue sky"),
)
_PLACES = (
    (
        "sea",
        "sea|ocean|lighthouse|ship|boat|sail\\w*|beach|coast|shore|waves?|harbou?r|island|lake|river|cliffs?|surfer",
    ),
    (
        "city",
        "city|town|street|alley|skyline|skyscraper|building|buildings|rooftops?|downtown|market|traffic|taxi|subway|cafe|"
        "office|apartment|new york|tokyo|paris|london|urban|cyberpunk|neon",
    ),
    ("forest", "forest|woods|woodland|trees?|jungle|pines?|cabin|park|garden|deer|bear|wolf|fox|owl"),
    (
        "mountains",
        "mountains?|peaks?|alps|himalayas?|summit|canyon|valley|glacier|ridge|climb\\w*|volcano|dragon|castle",
    ),
    ("desert", "desert|dunes?|sahara|sand|mars|camel|western|cowboy|wasteland|savann?ah?"),
    ("hills", "hills?|field|fields|meadow|countryside|farm|village|prairie|road|horse|house|farmhouse|grass|train"),
)
_SUBJECTS = (
    ("lighthouse", "lighthouse"),
    ("boat", "boat|ship|sail\\w*|yacht|vessel|canoe|fisherman"),
    ("car", "car|taxi|truck|van|driv\\w+|pickup|bus"),
    ("house", "house|farmhouse|cabin|cottage|barn|home|hut|farm|village|church"),
    ("tower", "tower|castle|skyscraper|fortress|rocket|monument|obelisk"),
    ("tree", "tree|oak|forest|woods|jungle|garden"),
    (
        "animal",
        "animals?|fox(?:es)?|wol(?:f|ves)|dogs?|hounds?|pupp(?:y|ies)|cats?|kittens?|horses?|deer|stags?|bears?|lions?|"
        "tigers?|leopards?|cows?|bulls?|sheep|goats?|rabbits?|hares?|boars?",
    ),
    (
        "person",
        "man|woman|person|people|boy|girl|child|children|hero|heroine|detective|cowboy|soldier|she|he|her|his|astronaut|"
        "dancer|king|queen|couple|girls|boys|men|women|figure|face|portrait|close-?up|walks?|walking|runs?|running",
    ),
)
_SHOTS = (
    ("close", "close-?up|closeup|portrait|face|macro|detail|eyes?"),
    ("wide", "wide|establishing|aerial|drone|landscape|panorama|vista|long shot|epic"),
)
_LOW = {"car": 0.42, "animal": 0.6}  # beside the others, whose height is the frame's business
_SIZES = {"close": 0.52, "medium": 0.34, "wide": 0.25}
_PROMPT_LIMIT = 20_000  # characters read: a prompt may be a megabyte


def scene(prompt: str, seed: int) -> Scene:
    """The scene for a prompt; where the prompt says nothing (or in a language not known here), the seed decides."""
    rng = random.Random(zlib.crc32(prompt.encode("utf-8", "replace")) << 64 | (seed & (1 << 64) - 1))
    lights = _named(prompt, _LIGHTS)
    light = (
        "night"
        if "night" in lights
        else lights[0]
        if lights
        else rng.choice(("day", "golden", "golden", "mist", "storm", "night"))
    )
    place = (_named(prompt, _PLACES) or [rng.choice(("hills", "mountains", "sea", "city", "forest", "desert"))])[0]
    subject = (_named(prompt, _SUBJECTS) or ["person"])[0]
    shot = (_named(prompt, _SHOTS) or ["medium"])[0]
    size = _SIZES[shot] * _LOW.get(subject, 1.0) * rng.uniform(0.9, 1.1)
    return Scene(light, place, subject, size, _palette(light, rng), rng)


def _named(prompt: str, words: tuple[tuple[str, str], ...]) -> list[str]:
    """The entries of which a word stands in the prompt, in the prompt's order."""
    text = prompt[:_PROMPT_LIMIT].casefold()
    found = [(match.start(), name) for name, word in words if (match := re.search(rf"\b(?:{word})\b", text))]
    return [name for _at, name in sorted(found)]


def _palette(light: str, rng: random.Random) -> Palette:
    """One of the light's palettes, its hues turned together a little, so that few seeds look alike."""
    turn, strength = rng.uniform(-0.035, 0.035), rng.uniform(0.85, 1.15)
    chosen = rng.choice(_PALETTES[light])
    return Palette(*(_shifted(_rgb(code), turn, strength) for code in chosen))


def _rgb(code: str) -> Colour:
    return int(code[0:2], 16) / 255, int(code[2:4], 16) / 255, int(code[4:6], 16) / 255


def _shifted(colour: Colour, turn: float, strength: float) -> Colour:
    hue, lightness, saturation = colorsys.rgb_to_hls(*colour)
    return colorsys.hls_to_rgb((hue + turn) % 1.0, lightness, min(saturation * strength, 1.0))
