"""What the numbers and words of a schema mean in seconds, frames and pixels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from typing import Any

from pydantic import JsonValue

from ...core.capabilities import Choices, Numbers, Span
from .fields import Field, number

_Size = tuple[int, int]

_SECONDS = re.compile(r"(\d{1,4}(?:\.\d{1,3})?) ?(?:s|sec|seconds?)?")
_FRAMES = re.compile(r"(\d{1,5}(?:\.\d{1,3})?) ?(?:fps)?")
_RATIO = re.compile(r"(\d{1,2}(?:\.\d{1,2})?) ?[:/x] ?(\d{1,2}(?:\.\d{1,2})?)")
_PIXELS = re.compile(r"(\d{3,4}) ?[x*×:] ?(\d{3,4})p?")
_LINES = re.compile(r"(\d{3,4})p?")
_NAMED_LINES = {"1k": 1080, "2k": 1440, "4k": 2160, "8k": 4320, "fhd": 1080, "uhd": 2160}
_NAMED_RATIOS = {"landscape": (16.0, 9.0), "portrait": (9.0, 16.0), "square": (1.0, 1.0)}
# As fal's models have them.
_NAMED_SIZES = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
}

_ASPECTS = ("aspect_ratio", "ratio", "orientation")
_RESOLUTIONS = ("resolution", "video_size", "image_size", "size", "video_resolution")
_USUAL_RATIOS = ((16.0, 9.0), (9.0, 16.0), (1.0, 1.0), (4.0, 3.0), (3.0, 4.0))
_USUAL_LINES = 720
_LONGEST = 10.0
_FASTEST = 60.0
_WIDEST = 4096


def seconds(value: Any) -> float | None:
    """The seconds that a value means, None for a word like "auto"."""
    return _parsed(_SECONDS, value)


def frames(value: Any) -> float | None:
    """The frames, or frames per second, that a value means."""
    return _parsed(_FRAMES, value)


def durations(field: Field) -> Numbers | None:
    """How long a clip can be, in seconds."""
    return _numbers(field, seconds, 1.0, _LONGEST)


def rates(field: Field) -> Numbers | None:
    """The frame rates there are. None where nothing is usual: the service then keeps to its input."""
    return _numbers(field, frames, 1.0, _FASTEST) if frames(field.default) else None


def counts(field: Field) -> Numbers | None:
    """How many frames a clip can have."""
    return _numbers(field, frames, 1.0, max(_LONGEST * 16, frames(field.default) or 0.0))


def span(field: Field) -> Span | None:
    """What a number may be; None where a bound is missing."""
    least, most, step = field.bounds
    if least is None or most is None or most < least:
        return None
    return Span(least, most, step or 0.0)


def pixels(field: Field) -> Span:
    """What a width or height may be."""
    least, most, step = field.bounds
    low = max(step or 1.0, least or 64.0)
    return Span(low, max(low, min(most or _WIDEST, 16384)), step or 1.0)


def sizes(fields: Mapping[str, Field]) -> tuple[dict[_Size, dict[str, JsonValue]], list[str]]:
    """The sizes there are, with the words for each, and the names of the fields that they are in.

    Where only the aspect is told, the short side is taken as 720; where only the resolution is, the usual aspects are
    offered, because the clip follows its first frame. Larger ones come first where two words mean the same.
    """
    ratio_field = next((fields[name] for name in _ASPECTS if name in fields), None)
    ratios = _meanings(ratio_field, _ratio)
    lines_field = next((fields[name] for name in _RESOLUTIONS if name in fields), None)
    whole = {**_meanings(lines_field, _whole_size), **_meanings(ratio_field, _whole_size)}
    lines = _meanings(lines_field, _lines)
    table: dict[_Size, dict[str, JsonValue]] = {}
    if whole and not lines and not ratios:
        field = lines_field if _meanings(lines_field, _whole_size) else ratio_field
        assert field is not None
        return {size: {field.name: word} for size, word in whole.items()}, [field.name]
    if not lines and not ratios:
        return {}, []
    for (ratio, ratio_word), (line, line_word) in product(
        list(ratios.items()) or [(ratio, None) for ratio in _USUAL_RATIOS],
        list(lines.items()) or [(_USUAL_LINES, None)],
    ):
        words: dict[str, JsonValue] = {}
        if ratio_field and ratio_word is not None:
            words[ratio_field.name] = ratio_word
        if lines_field and line_word is not None:
            words[lines_field.name] = line_word
        table.setdefault(_size(ratio, line), words)
    used = [field.name for field, found in ((ratio_field, ratios), (lines_field, lines)) if field and found]
    return table, used


def _numbers(field: Field, meaning: Any, least: float, most: float) -> Numbers | None:
    if field.kind in ("integer", "number") and not field.values:
        low, high, step = field.bounds
        low = max(low if low is not None else least, 1e-3)
        high = high if high is not None else max(most, number(field.default) or 0.0, low)
        return Span(low, high, step or 0.0) if low <= high else None
    found = sorted({value for word in field.words if (value := meaning(word)) is not None and value > 0})
    return Choices(tuple(found)) if found else None


def _parsed(pattern: re.Pattern[str], value: Any) -> float | None:
    if isinstance(value, str):
        match = pattern.fullmatch(value.strip().lower())
        return float(match[1]) if match else None
    return number(value)


def _meanings(field: Field | None, meaning: Any) -> dict[Any, JsonValue]:
    """What the words of a field mean, with the words; those that mean nothing are left out."""
    found: dict[Any, JsonValue] = {}
    for word in field.words if field else ():
        value = meaning(str(word).strip().lower())
        if value is not None:
            found.setdefault(value, word)
    return found


def _ratio(word: str) -> tuple[float, float] | None:
    if word in _NAMED_RATIOS:
        return _NAMED_RATIOS[word]
    match = _RATIO.fullmatch(word)
    if not match or not float(match[1]) or not float(match[2]):
        return None
    wide, high = float(match[1]), float(match[2])
    return (wide, high) if 0.2 <= wide / high <= 5 else None


def _lines(word: str) -> int | None:
    match = _LINES.fullmatch(word)
    return int(match[1]) if match and 120 <= int(match[1]) <= 4320 else _NAMED_LINES.get(word)


def _whole_size(word: str) -> _Size | None:
    match = _PIXELS.fullmatch(word)
    return (int(match[1]), int(match[2])) if match else _NAMED_SIZES.get(word)


def _size(ratio: tuple[float, float], lines: int) -> _Size:
    """The size whose shorter side is `lines`, both sides even."""
    wide, high = ratio
    longer = 2 * round(lines * max(wide, high) / min(wide, high) / 2)
    return (longer, lines) if wide >= high else (lines, longer)
