"""Whether a request can be made, asked before anything is stored or sent. Each refusal is one sentence and a remedy."""

from __future__ import annotations

import unicodedata

from .capabilities import Capabilities, Model, Span
from .errors import InputError
from .models import Request

MAX_COUNT = 50
_ALLOWED_CONTROLS = "\n\r\t"


def check_count(count: int) -> None:
    """Raise `InputError` unless `count` takes can be made with one click."""
    if not 1 <= count <= MAX_COUNT:
        raise InputError(f"{count:,} takes cannot be made at once.", f"Choose a count from 1 to {MAX_COUNT}.")


def check_request(request: Request, capabilities: Capabilities) -> None:
    """Raise `InputError` with the first thing about `request` that the provider could not make."""
    model = capabilities.model(request.model)
    if model is None:
        raise InputError(
            f"{capabilities.label} has no model “{_short(request.model)}”.",
            f"Choose one of: {', '.join(m.label for m in capabilities.models)}.",
        )
    _check_prompt(request, model)
    if request.mode not in model.modes:
        raise InputError(
            f"{model.label} cannot start from this input ({request.mode.replace('_', ' ')}).", "Remove the input."
        )
    _check_number("duration", request.duration, model.duration, "s", model)
    _check_number("width", request.width, model.width, "pixels", model)
    _check_number("height", request.height, model.height, "pixels", model)
    _check_number("frame rate", request.fps, model.fps, "fps", model)
    _check_number("seed", request.seed, model.seed, "", model)


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
            f"The prompt has {len(request.prompt):,} characters; {model.label} takes {model.prompt_length:,}.",
            "Shorten it.",
        )
    for place, character in enumerate(request.prompt, start=1):
        if character not in _ALLOWED_CONTROLS and unicodedata.category(character) in ("Cc", "Cs"):
            raise InputError(
                f"The prompt has a control character (U+{ord(character):04X}) at position {place:,}.", "Remove it."
            )


def _check_number(what: str, value: float, span: Span, unit: str, model: Model) -> None:
    if span.admits(value):
        return
    steps = f" in steps of {span.step:g}" if span.step not in (0.0, 1.0) else ""
    raise InputError(
        f"{model.label} cannot make a {what} of {value:g} {unit}".rstrip() + ".",
        f"Choose from {span.minimum:,.12g} to {span.maximum:,.12g} {unit}".rstrip() + f"{steps}.",
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
