"""What OpenRouter's `pricing_skus` mean, as rates that say what a request costs before it is sent.

The catalogue names prices by what they are for, as in `duration_seconds_with_audio_720p`; the names differ from one
provider to the next. One that is not known here makes the model's price unknown: nothing is guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

from pydantic import JsonValue

from ...core.capabilities import Choices, Numbers, Rate
from ...core.models import Mode

# The shorter side in pixels of what OpenRouter calls a resolution.
SHORT_SIDES = {"480p": 480, "720p": 720, "1080p": 1080, "1k": 1024, "2k": 1440, "4k": 2160}

_SKU = re.compile(
    r"""(?:(?P<mode>text_to_video|image_to_video)_)?
    (?P<unit>duration_seconds|cents_per_second_output|cents_per_video_output_second|per-video-second|video_tokens)
    (?:_(?P<audio>with|without)_audio)?
    (?:[_-](?P<size>\d+p|[124]k))?
""",
    re.VERBOSE,
)
_FEES = {"reference_images": 1.0, "cents_per_image_input": 0.01}
_LEAST = "minimum_cents_per_generation"
# With a video that goes in, its own seconds may be paid for too, and its length is not known here: no price then.
_WITH_VIDEO = re.compile(r".*_with_video_input|reference_duration_seconds.*|cents_per_second_video_continuation")

# ByteDance counts width × height × frames / 1024, at 24 frames per second.
_TOKENS_PER_PIXEL_SECOND = 24 / 1024

_PREFIXES = {Mode.TEXT: "text_to_video", Mode.FIRST_FRAME: "image_to_video", Mode.FIRST_LAST: "image_to_video"}
_IMAGES = {Mode.TEXT: 0, Mode.FIRST_FRAME: 1, Mode.FIRST_LAST: 2}


class _Sku(NamedTuple):
    """For which requests a price is; None: for any."""

    mode: str | None
    audio: bool | None
    side: int | None


class _Case(NamedTuple):
    mode: Mode
    size: tuple[int, int]
    audio: bool | None


_Table = Mapping[_Case, float | None]


class _Prices(NamedTuple):
    """`seconds` in dollars, `tokens` in dollars a token; `fee` for each input image, `least` for a take."""

    seconds: dict[_Sku, float]
    tokens: dict[_Sku, float]
    fee: float
    least: float


def rates(
    skus: Any, modes: Iterable[Mode], sizes: Iterable[tuple[int, int]], durations: Numbers, *, audio: bool
) -> tuple[Rate, ...]:
    """What a model's takes cost, in US dollars. `audio`: it can be switched on and off. Empty: nobody can tell."""
    prices = _read(skus)
    if prices is None:
        return ()
    heard = (True, False) if audio else (None,)
    table = {case: _per_second(prices, case) for case in map(_Case._make, product(sorted(modes), sizes, heard))}
    told = tuple(_by_take(prices, table, durations) if prices.fee or prices.least else _shortest(table))
    return (*told, *_unsaid(told))


def _read(skus: Any) -> _Prices | None:
    prices = _Prices({}, {}, 0.0, 0.0)
    for name, text in skus.items() if isinstance(skus, Mapping) else ():
        amount = _amount(text)
        found = _SKU.fullmatch(str(name))
        if amount is None:
            return None
        if name in _FEES:
            prices = prices._replace(fee=prices.fee + amount * _FEES[name])
        elif name == _LEAST:
            prices = prices._replace(least=amount / 100)
        elif found:
            side = SHORT_SIDES.get(found["size"]) or int(found["size"][:-1]) if found["size"] else None
            audio = found["audio"] == "with" if found["audio"] else None
            sku = _Sku(found["mode"], audio, side)
            into = prices.tokens if found["unit"] == "video_tokens" else prices.seconds
            into[sku] = amount / 100 if found["unit"].startswith("cents") else amount
        elif not _WITH_VIDEO.fullmatch(str(name)):
            return None
    return prices._replace(seconds=_distinct(prices.seconds), tokens=_distinct(prices.tokens))


def _distinct(prices: Mapping[_Sku, float]) -> dict[_Sku, float]:
    """Without those for a sound or its lack that are no other than without a word about it."""
    return {
        sku: price
        for sku, price in prices.items()
        if sku.audio is None or prices.get(sku._replace(audio=None)) != price
    }


def _amount(text: Any) -> float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _per_second(prices: _Prices, case: _Case) -> float | None:
    """The most particular price there is: for the sound, then for the mode, then for the size."""
    if case.mode is Mode.VIDEO:
        return None
    side = min(case.size)
    price = _first(prices.seconds, case, side)
    if price is not None:
        return price
    price = _first(prices.tokens, case, side)
    return None if price is None else price * case.size[0] * case.size[1] * _TOKENS_PER_PIXEL_SECOND


def _first(prices: Mapping[_Sku, float], case: _Case, side: int) -> float | None:
    mode = _PREFIXES.get(case.mode)
    sounds: list[bool | None] = [case.audio, None] if case.audio is not None else [None, False]
    for sound in sounds:
        for each, at in ((mode, side), (mode, None), (None, side), (None, None)):
            price = prices.get(_Sku(each, sound, at))
            if price is not None:
                return price
    return None


def _by_take(prices: _Prices, table: _Table, durations: Numbers) -> Iterator[Rate]:
    """With a fee beside the seconds, each length has its own price; nothing where it is not known how many images."""
    if not isinstance(durations, Choices):
        return
    for case, price in table.items():
        if price is None or (prices.fee and case.mode not in _IMAGES):
            continue
        fee = prices.fee * _IMAGES.get(case.mode, 0)
        for duration in durations.values:
            amount = max(price * duration + fee, prices.least)
            yield Rate(amount, "take", {**_when(case), "duration": duration})


def _shortest(table: _Table) -> Iterator[Rate]:
    """Each price once, without the conditions that change nothing."""
    parts = [part for part in _Case._fields if _matters(part, table)]
    told: list[dict[str, JsonValue]] = []
    for case, price in table.items():
        when = _when(case, parts)
        if price is not None and when not in told:
            told.append(when)
            yield Rate(price, when=when)


def _matters(part: str, table: _Table) -> bool:
    """Whether a price changes where nothing but this part of the case does."""
    seen: dict[tuple[Any, ...], float | None] = {}
    at = _Case._fields.index(part)
    return any(seen.setdefault((*case[:at], *case[at + 1 :]), price) != price for case, price in table.items())


def _when(case: _Case, parts: Iterable[str] = _Case._fields) -> dict[str, JsonValue]:
    """The conditions of a case."""
    when: dict[str, JsonValue] = {}
    if "mode" in parts:
        when["mode"] = case.mode.value
    if "size" in parts:
        when |= {"width": case.size[0], "height": case.size[1]}
    if "audio" in parts and case.audio is not None:
        when["generate_audio"] = case.audio
    return when


def _unsaid(made: Iterable[Rate]) -> Iterator[Rate]:
    """The same rates for a request without a word about the sound: a model that can make it does."""
    for rate in made:
        if rate.when.get("generate_audio") is True:
            yield replace(rate, when={name: value for name, value in rate.when.items() if name != "generate_audio"})
