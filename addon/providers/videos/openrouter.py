"""OpenRouter's catalogue, GET /videos/models, as capabilities. A part of it is shipped, for before it was ever read."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import JsonValue, TypeAdapter

from ...core.capabilities import (
    Cancelling,
    Capabilities,
    Choices,
    Media,
    Model,
    Numbers,
    Option,
    OptionKind,
    Slot,
    Span,
)
from ...core.models import Mode, Role
from . import prices
from .dialects import OPENROUTER

log = logging.getLogger(__name__)

ID = "openrouter"
_DATA = Path(__file__).resolve().parents[1] / "data" / "openrouter.json"
_AT_ONCE = 8
_PROMPT_LENGTH = 20_000
_ANY_LENGTH = Span(1, 60, 1)
_ANY_RESOLUTION = "720p"
_ANY_ASPECT = "16:9"
# Files travel inside of the JSON; these keep the whole within what such services take.
_IMAGE_BYTES = 6 << 20
_VIDEO_BYTES = 24 << 20
_REFERENCES = 4
_AUDIO = Option("generate_audio", "Generate audio", OptionKind.SWITCH, default=True)


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_DATA.read_text(encoding="utf-8"))
    return data


@cache
def _options() -> dict[str, Option]:
    """The pass-through parameters of which is known what they take, by their names."""
    codec = TypeAdapter(Option)
    return {name: codec.validate_python({"id": name, **entry}) for name, entry in _data()["passthrough"].items()}


def shipped() -> Capabilities:
    """The models that are shipped, as they were on the day that the data file names."""
    return capabilities(_data()["catalogue"], str(_data()["read_on"]))


def capabilities(catalogue: Iterable[Mapping[str, Any]], read_on: str = "") -> Capabilities:
    """All that the catalogue's models can do, those that are shipped first. Entries that make no sense are left out."""
    order = [entry["id"] for entry in _data()["catalogue"]]
    models = [model for model in map(_read, catalogue) if model]
    models.sort(key=lambda model: order.index(model.id) if model.id in order else len(order))
    return Capabilities(
        id=ID,
        label=OPENROUTER.label,
        needs_network=True,
        free=OPENROUTER.free,
        at_once=_AT_ONCE,
        models=tuple({model.id: model for model in models}.values()),
        cancelling=Cancelling.NEVER,
        read_on=read_on or datetime.now(UTC).date().isoformat(),
    )


def _read(entry: Mapping[str, Any]) -> Model | None:
    try:
        return _model(entry)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        log.warning("OpenRouter's catalogue has an entry that makes no sense", exc_info=True)
        return None


def _model(entry: Mapping[str, Any]) -> Model | None:
    """A model; None for a tool that has no lengths to choose from, such as an upscaler: it takes no plain request."""
    if entry.get("supported_durations") == []:
        return None
    model_id = str(entry["id"])
    sizes = _sizes(entry)
    pixels = tuple(sizes)
    modes = _modes(entry, model_id)
    durations = _durations(entry.get("supported_durations"))
    audio = entry.get("generate_audio") is True
    slugs = _data()["slugs"].get(model_id.partition("/")[0], [])
    passed = [_options()[name] for name in entry.get("allowed_passthrough_parameters") or () if name in _options()]
    wire: dict[str, JsonValue] = {
        "dialect": OPENROUTER.id,
        "sizes": {f"{width}x{height}": words for (width, height), words in sizes.items()},
        "slugs": slugs,
    }
    return Model(
        id=model_id,
        label=str(entry.get("name") or model_id),
        modes=modes,
        prompt_length=_PROMPT_LENGTH,
        duration=durations,
        width=Span(min(width for width, _ in pixels), max(width for width, _ in pixels)),
        height=Span(min(height for _, height in pixels), max(height for _, height in pixels)),
        fps=None,
        seed=Span(0, 2**31 - 1, 1) if entry.get("seed") is True else None,
        sizes=pixels,
        slots={mode: _SLOTS[mode] for mode in modes if mode in _SLOTS},
        options=(*((_AUDIO,) if audio else ()), *(passed if slugs else ())),
        rates=prices.rates(entry.get("pricing_skus"), modes, pixels, durations, audio=audio),
        wire=wire,
    )


def _modes(entry: Mapping[str, Any], model_id: str) -> frozenset[Mode]:
    """Image references are, OpenRouter says, for all models; video references for those that its document names."""
    frames = entry.get("supported_frame_images") or ()
    modes = {Mode.TEXT, Mode.REFERENCES}
    if "first_frame" in frames:
        modes.add(Mode.FIRST_FRAME)
        if "last_frame" in frames:
            modes.add(Mode.FIRST_LAST)
    if model_id in _data()["video_references"]:
        modes.add(Mode.VIDEO)
    return frozenset(modes)


_SLOTS: Mapping[Mode, tuple[Slot, ...]] = {
    Mode.FIRST_FRAME: (Slot(Role.FIRST_FRAME, size=_IMAGE_BYTES),),
    Mode.FIRST_LAST: (Slot(Role.FIRST_FRAME, size=_IMAGE_BYTES), Slot(Role.LAST_FRAME, size=_IMAGE_BYTES)),
    Mode.REFERENCES: (Slot(Role.REFERENCE, most=_REFERENCES, size=_IMAGE_BYTES),),
    Mode.VIDEO: (Slot(Role.VIDEO, Media.VIDEO, size=_VIDEO_BYTES),),
}


def _sizes(entry: Mapping[str, Any]) -> dict[tuple[int, int], dict[str, JsonValue]]:
    """Width and height in pixels, each with the words for it. Nothing is said of what the catalogue does not name."""
    named = entry.get("supported_sizes") or ()
    if named:
        return {_pixels(size): {"size": size} for size in named}
    resolutions, aspects = entry.get("supported_resolutions") or (), entry.get("supported_aspect_ratios") or ()
    made: dict[tuple[int, int], dict[str, JsonValue]] = {}
    for resolution in resolutions or (_ANY_RESOLUTION,):
        for aspect in aspects or (_ANY_ASPECT,):
            words: dict[str, JsonValue] = {}
            if resolutions:
                words["resolution"] = resolution
            if aspects:
                words["aspect_ratio"] = aspect
            made.setdefault(_shaped(resolution, aspect), words)
    return made


def _pixels(size: str) -> tuple[int, int]:
    width, height = size.split("x")
    return int(width), int(height)


def _shaped(resolution: str, aspect: str) -> tuple[int, int]:
    """What a resolution and an aspect come to: the shorter side is the resolution, the longer an even number."""
    across, down = (int(part) for part in aspect.split(":"))
    short = prices.SHORT_SIDES.get(resolution.lower()) or int(resolution.lower().removesuffix("p"))
    long = -(-short * max(across, down) // min(across, down))
    long += long % 2
    return (long, short) if across >= down else (short, long)


def _durations(values: Any) -> Numbers:
    if values is None:
        return _ANY_LENGTH
    return Choices(tuple(sorted({float(value) for value in values})))
