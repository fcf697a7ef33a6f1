"""Whether a request can be made, asked before anything is stored or sent. Each refusal is one sentence and a remedy."""

from __future__ import annotations

import unicodedata

from .capabilities import Capabilities, Model, Span
from .errors import InputError
from .models import Mode, Request
from .wording import N_

MAX_COUNT = 50
_ALLOWED_CONTROLS = "\n\r\t"


def check_count(count: int) -> None:
    """Raise `InputError` unless `count` takes can be made with one click."""
    if not 1 <= count <= MAX_COUNT:
        raise InputError(
            "{count:,} takes cannot be made at once.", "Choose a count from 1 to {most}.", count=count, most=MAX_COUNT
        )


def check_request(request: Request, capabilities: Capabilities) -> None:
    """Raise `InputError` with the first thing about `request` that the provider could not make."""
    model = capabilities.model(request.model)
    if model is None:
        raise InputError(
            "{provider} has no model “{model}”.",
            "Choose one of: {models}.",
            provider=capabilities.label,
            model=_short(request.model),
            models=", ".join(known.label for known in capabilities.models),
        )
    _check_prompt(request, model)
    if request.mode not in model.modes:
        if request.mode is Mode.TEXT:
            raise InputError("{model} cannot start from the prompt alone.", "Choose an image.", model=model.label)
        raise InputError("{model} cannot start from an image.", "Remove the image.", model=model.label)
    for told, value, span in (
        (N_("{model} cannot make a clip of {value} s."), request.duration, model.duration),
        (N_("{model} cannot make a picture {value} pixels wide."), request.width, model.width),
        (N_("{model} cannot make a picture {value} pixels high."), request.height, model.height),
        (N_("{model} cannot make {value} frames per second."), request.fps, model.fps),
        (N_("{model} cannot use the seed {value}."), request.seed, model.seed),
    ):
        if not span.admits(value):
            raise _outside(told, value, span, model)


def nearest_size(width: int, height: int, model: Model) -> tuple[int, int]:
    """The size in pixels that `model` can make nearest to `width` × `height`, keeping the aspect if it must shrink."""
    scale = min(1.0, model.width.maximum / width, model.height.maximum / height)
    scale = max(scale, model.width.minimum / width, model.height.minimum / height)
    return int(model.width.nearest(width * scale)), int(model.height.nearest(height * scale))


def _check_prompt(request: Request, model: Model) -> None:
    if not request.prompt.strip():
        raise InputError("The prompt is empty.", "Describe the shot, then generate.")
    if len(request.prompt) > model.prompt_length:
        raise InputError(
            "The prompt has {count:,} characters; {model} takes {most:,}.",
            "Shorten it.",
            count=len(request.prompt),
            model=model.label,
            most=model.prompt_length,
        )
    for place, character in enumerate(request.prompt, start=1):
        if character not in _ALLOWED_CONTROLS and unicodedata.category(character) in ("Cc", "Cs"):
            raise InputError(
                "The prompt has a control character (U+{code:04X}) at position {place:,}.",
                "Remove it.",
                code=ord(character),
                place=place,
            )


def _outside(told: str, value: float, span: Span, model: Model) -> InputError:
    """The error for a number outside of what the model can make; as text, since not every number is valid JSON."""
    stepped = span.step not in (0.0, 1.0)
    return InputError(
        told,
        "Choose from {minimum} to {maximum} in steps of {step}." if stepped else "Choose from {minimum} to {maximum}.",
        model=model.label,
        value=f"{value:g}",
        minimum=f"{span.minimum:,.12g}",
        maximum=f"{span.maximum:,.12g}",
        step=f"{span.step:g}",
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
