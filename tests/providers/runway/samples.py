"""Requests for every model in every mode, with the least and the most that each can be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from addon.core.capabilities import Media, Model, Option, OptionKind
from addon.core.models import Input, Mode, Request, Take
from addon.providers import runway
from tests.core.builders import at

CAPABILITIES = runway.capabilities()
CASES = [(model, mode) for model in CAPABILITIES.models for mode in Mode if mode in model.modes]
NAMES = [f"{model.id}-{mode}" for model, mode in CASES]

_FILES = {Media.IMAGE: "picture.png", Media.VIDEO: "clip.mp4", Media.AUDIO: "sound.wav"}


def model(name: str) -> Model:
    """One of Runway's models."""
    found = CAPABILITIES.model(name)
    assert found is not None
    return found


def files(folder: Path) -> Path:
    """The folder, with one small file of each kind in it."""
    for name in _FILES.values():
        (folder / name).write_bytes(name.encode() * 20)
    return folder


def request(model: Model, mode: Mode = Mode.TEXT, folder: Path = Path(), **changes: Any) -> Request:
    """A plain one, with as many inputs as the mode needs. What Runway decides is left to it."""
    forced = {option.id: option.default for option in model.options_in(mode) if option.default is not None}
    there = model.at(mode, forced)
    width, height = there.sizes[0] if there.sizes else (0, 0)
    fields: dict[str, Any] = {
        "prompt": "A lighthouse in a storm",
        "provider": "runway",
        "model": model.id,
        "mode": mode,
        "inputs": inputs(model, mode, folder, full=False),
        "duration": there.duration.nearest(5) if there.duration else 0,
        "width": width,
        "height": height,
        "fps": 24.0,
        "seed": 7,
        "options": forced,
    }
    return Request(**{**fields, **changes})


def inputs(model: Model, mode: Mode, folder: Path, *, full: bool) -> tuple[Input, ...]:
    """As many as the mode takes, or as it needs; one reference where it needs any."""
    slots = model.takes(mode)
    counts = {slot.role: slot.most if full else slot.least for slot in slots}
    if mode is Mode.REFERENCES and not any(counts.values()):
        counts[slots[0].role] = 1
    return tuple(
        Input(role=slot.role, path=str(folder / _FILES[slot.media])) for slot in slots for _ in range(counts[slot.role])
    )


def variants(model: Model, mode: Mode, folder: Path) -> Iterator[Request]:
    """The plain one, then each thing that can be asked for, by itself, then all options at once, twice."""
    plain = request(model, mode, folder)
    yield plain
    yield request(model, mode, folder, inputs=inputs(model, mode, folder, full=True))
    there = model.at(mode, plain.options)
    for duration in {there.duration.minimum, there.duration.maximum} if there.duration else ():
        yield plain.model_copy(update={"duration": duration})
    for width, height in there.sizes:
        yield plain.model_copy(update={"width": width, "height": height})
    for fps in model.fps.values if model.fps else ():
        yield plain.model_copy(update={"fps": fps})
    if model.seed:
        yield plain.model_copy(update={"seed": int(model.seed.maximum)})
    every = {option.id: list(values(option)) for option in model.options_in(mode)}
    for name, choices in every.items():
        for value in choices:
            yield plain.model_copy(update={"options": {**plain.options, name: value}})
    for place in (1, -1):
        chosen = {name: choices[min(place, len(choices) - 1)] for name, choices in every.items()}
        yield plain.model_copy(update={"options": chosen})
    yield plain.model_copy(update={"options": {}})


def values(option: Option) -> Iterator[Any]:
    """What an option can be set to, at its ends where it is a range."""
    match option.kind:
        case OptionKind.SWITCH:
            yield from (False, True)
        case OptionKind.CHOICE:
            yield from option.choices
        case OptionKind.TEXT:
            yield {"keyframes": "", "providerSettings.multiPrompt": "2: rain | 3: sun"}.get(option.id, "rain")
        case _:
            assert option.span
            yield from (int(option.span.minimum), int(option.span.maximum))


def take(request: Request, job_id: str | None = None) -> Take:
    """A take of that request."""
    return Take(id="take", number=1, request=request, created_at=at(0), changed_at=at(0), job_id=job_id)
