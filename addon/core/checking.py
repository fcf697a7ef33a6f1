"""Whether a request can be made, asked before anything is stored or sent. Each refusal is one sentence and a remedy."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from pydantic import JsonValue

from . import terms
from .capabilities import Capabilities, Choices, Model, Numbers, Option, OptionKind, Slot
from .errors import InputError
from .models import Mode, Request
from .wording import N_

MAX_COUNT = 50
_ALLOWED_CONTROLS = "\n\r\t"
_MOST_NAMED = 12


def check_count(count: int) -> None:
    """Raise `InputError` unless `count` takes can be made with one click."""
    if not 1 <= count <= MAX_COUNT:
        raise InputError(
            "{count:,} takes cannot be made at once.", "Choose a count from 1 to {most}.", count=count, most=MAX_COUNT
        )


def check_request(request: Request, capabilities: Capabilities) -> None:
    """Raise `InputError` with the first thing about `request` that the provider could not make.

    What a model does not decide, such as the frame rate of some, is not asked about.
    """
    model = capabilities.model(request.model)
    if model is None:
        raise InputError(
            "{provider} has no model “{model}”.",
            "Choose one of: {models}.",
            provider=capabilities.label,
            model=_short(request.model),
            models=_listed(known.label for known in capabilities.models),
        )
    if model.problem:
        raise InputError.of(model.problem)
    if model.prompt:
        _check_prompt(request, model)
    if request.mode not in model.modes:
        raise _without_mode(request.mode, model)
    _check_inputs(request, model)
    _check_numbers(request, model.at(request.mode, request.options))
    _check_options(request, model)


def _check_numbers(request: Request, model: Model) -> None:
    for told, value, numbers in (
        (N_("{model} cannot make a clip of {value} s."), request.duration, model.durations(request.fps)),
        (N_("{model} cannot make a picture {value} pixels wide."), request.width, model.width),
        (N_("{model} cannot make a picture {value} pixels high."), request.height, model.height),
        (N_("{model} cannot make {value} frames per second."), request.fps, model.fps),
        (N_("{model} cannot use the seed {value}."), request.seed, model.seed),
    ):
        sized = numbers is model.width or numbers is model.height
        if numbers is not None and not (sized and model.sizes) and not numbers.admits(value):
            raise _outside(told, value, numbers, model)
    if model.sizes and (request.width, request.height) not in model.sizes:
        raise InputError(
            "{model} cannot make a picture of {width} × {height} pixels.",
            "Choose one of: {sizes}.",
            model=model.label,
            width=request.width,
            height=request.height,
            sizes=_listed(f"{width} × {height}" for width, height in model.sizes),
        )


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


def _without_mode(mode: Mode, model: Model) -> InputError:
    """The error for a mode that the model does not have."""
    if mode is Mode.FIRST_FRAME:
        return InputError("{model} cannot start from an image.", "Remove the image.", model=model.label)
    if mode is not Mode.TEXT:
        return InputError(
            "{model} cannot make this: {mode}.",
            "Choose another mode or another model.",
            model=model.label,
            mode=terms.mode(mode),
        )
    remedy = N_("Choose a video.")
    if model.modes & {Mode.FIRST_FRAME, Mode.FIRST_LAST, Mode.REFERENCES}:
        remedy = N_("Choose an image.")
    return InputError("{model} cannot start from the prompt alone.", remedy, model=model.label)


def _check_inputs(request: Request, model: Model) -> None:
    slots = {slot.role: slot for slot in model.takes(request.mode)}
    for each in request.inputs:
        if each.role not in slots:
            raise InputError(
                "{model} takes no {role} here: {mode}.",
                "Remove it, or choose another mode or model.",
                model=model.label,
                role=terms.role(each.role),
                mode=terms.mode(request.mode),
            )
    for slot in slots.values():
        _check_slot(slot, sum(each.role is slot.role for each in request.inputs), model)


def _check_slot(slot: Slot, count: int, model: Model) -> None:
    if count < slot.least:
        raise InputError(
            "{model} needs more than it has for this: {role} ({count} of at least {least}).",
            "Choose one.",
            model=model.label,
            role=terms.role(slot.role),
            count=count,
            least=slot.least,
        )
    if count > slot.most:
        raise InputError(
            "{model} takes fewer for this: {role} ({count} of at most {most}).",
            "Remove some.",
            model=model.label,
            role=terms.role(slot.role),
            count=count,
            most=slot.most,
        )


def _check_options(request: Request, model: Model) -> None:
    known = {option.id: option for option in model.options_in(request.mode)}
    for name in request.options:
        if name not in known:
            raise InputError(
                "{model} has no setting “{option}” here.", "Remove it.", model=model.label, option=_short(name)
            )
    for option in known.values():
        value = request.options.get(option.id)
        if value is None or value == "":
            if option.required:
                raise InputError(
                    "{model} needs the setting “{option}”.", "Fill it in.", model=model.label, option=option.label
                )
        elif not admits(option, value):
            raise _wrong_option(option, value, model)


def admits(option: Option, value: JsonValue) -> bool:
    """Whether an option can have a value."""
    match option.kind:
        case OptionKind.SWITCH:
            return isinstance(value, bool)
        case OptionKind.CHOICE:
            return isinstance(value, str) and value in option.choices
        case OptionKind.TEXT:
            return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return False
    if option.kind is OptionKind.WHOLE and value != int(value):
        return False
    return option.span is None or option.span.admits(value)


def read(option: Option, text: str) -> JsonValue:
    """What an option is set to by a text; the text itself where it says nothing of the kind, to be refused."""
    match option.kind:
        case OptionKind.SWITCH:
            return {"true": True, "false": False}.get(text.strip().lower(), text)
        case OptionKind.WHOLE | OptionKind.NUMBER:
            try:
                number = float(text)
            except ValueError:
                return text
            return int(number) if number.is_integer() else number
    return text


def _wrong_option(option: Option, value: JsonValue, model: Model) -> InputError:
    told = N_("The setting “{option}” of {model} cannot be “{value}”.")
    values = {"option": option.label, "model": model.label, "value": _short(str(value))}
    if option.kind is OptionKind.CHOICE:
        return InputError(told, "Choose one of: {choices}.", None, **values, choices=_listed(option.choices))
    if option.kind is OptionKind.SWITCH:
        return InputError(told, "Switch it on or off.", None, **values)
    if option.kind is OptionKind.TEXT:
        return InputError(told, "Enter a text.", None, **values)
    if option.span:
        return InputError(told, _range(option.span), None, **values, **_bounds(option.span))
    return InputError(told, "Enter a number.", None, **values)


def _outside(told: str, value: float, numbers: Numbers, model: Model) -> InputError:
    """The error for a number outside of what the model can make; as text, since not every number is valid JSON."""
    values = {"model": model.label, "value": f"{value:g}", **_bounds(numbers)}
    return InputError(told, _range(numbers), None, **values)


def _range(numbers: Numbers) -> str:
    """What to choose from: a template for what `_bounds` gives."""
    if isinstance(numbers, Choices):
        return N_("Choose one of: {choices}.")
    if numbers.step not in (0.0, 1.0):
        return N_("Choose from {minimum} to {maximum} in steps of {step}.")
    return N_("Choose from {minimum} to {maximum}.")


def _bounds(numbers: Numbers) -> dict[str, str]:
    if isinstance(numbers, Choices):
        return {"choices": _listed(f"{value:g}" for value in numbers.values)}
    return {
        "minimum": f"{numbers.minimum:,.12g}",
        "maximum": f"{numbers.maximum:,.12g}",
        "step": f"{numbers.step:g}",
    }


def _listed(names: Iterable[str]) -> str:
    """Names in a row, the first few of many."""
    all_names = list(names)
    return ", ".join(all_names[:_MOST_NAMED]) + (", …" if len(all_names) > _MOST_NAMED else "")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
