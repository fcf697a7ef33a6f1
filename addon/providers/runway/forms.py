"""What Runway wants to be told, from a model's `wire`: which endpoint, which fields, how sizes and files are named.

All that differs between models is in the data file; fields after Runway's SDK 5.24.0 and its OpenAPI document of
2026-08-08.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from pydantic import JsonValue, TypeAdapter

from ...core import terms
from ...core.capabilities import Model
from ...core.errors import InputError
from ...core.models import Input, Mode, Request, Role
from . import timing

Fields = dict[str, JsonValue]

_WRITTEN = frozenset({timing.KEYFRAMES, timing.SHOTS})  # texts that are read before they are sent


@dataclass(frozen=True)
class File:
    """The field for files of a role. Where two fields are for the same role, the first of "one" goes before.

    `style` "one": the first file's URI; "frames": first and last frame with their positions; "list": each as an object
    with its URI; "typed": the same with what media it is; "keyframes": with the time when it is reached.
    """

    role: Role
    field: str
    style: Literal["one", "frames", "list", "typed", "keyframes"]


@dataclass(frozen=True)
class Case:
    """Where the body has one of the values in `when` (None: nothing), it gets those in `set` (None: takes it out)."""

    when: dict[str, list[JsonValue]]
    set: Fields


@dataclass(frozen=True)
class Form:
    """How a mode is asked for. Of the ways to tell the size, a mode has one or none.

    `pixels`: as "1280:720". `shapes`: the fields for each "1280x720". `tiers`:
    the fields for each length of the short side in pixels; the shape is that of what it starts from. `rates`: the
    fields for each frame rate. `fixed`: fields that are always the same.
    """

    path: str
    fixed: Fields = field(default_factory=dict)
    pixels: bool = False
    shapes: dict[str, Fields] = field(default_factory=dict)
    tiers: dict[int, Fields] = field(default_factory=dict)
    rates: dict[float, Fields] = field(default_factory=dict)
    duration: bool = False
    seed: bool = False
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Wire:
    """A model's forms by mode. `at_once`: how many takes of it the account's plan runs side by side, 0 if unknown."""

    forms: dict[Mode, Form]
    cases: tuple[Case, ...] = ()
    at_once: int = 0


@cache
def _codec() -> TypeAdapter[Wire]:
    return TypeAdapter(Wire)


def wire(model: Model) -> Wire:
    """What is known of how to ask for a model."""
    return _codec().validate_python(model.wire)


def form(request: Request, model: Model) -> Form:
    """How a request's mode is asked for. Raises `InputError` if the model does not have it."""
    found = wire(model).forms.get(request.mode)
    if found is None:
        raise InputError(
            "{model} cannot make this: {mode}.",
            "Choose another mode or another model.",
            model=model.label,
            mode=terms.mode(request.mode),
        )
    return found


def check(request: Request, model: Model) -> None:
    """Raise `InputError` with the first thing that the model's form has no way to say."""
    units = len(request.prompt.encode("utf-16-le")) // 2
    if model.prompt and units > model.prompt_length:
        raise InputError(
            "The prompt has {count:,} characters as Runway counts them, an emoji as two; {model} takes {most:,}.",
            "Shorten it.",
            count=units,
            model=model.label,
            most=model.prompt_length,
        )
    if request.mode is Mode.REFERENCES and not request.inputs:
        raise InputError("There is no reference.", "Choose an image, a video or a sound.")
    used = form(request, model)
    _size(used, request, model)
    if any(file.style == "keyframes" for file in used.files):
        timing.keyframes(request, [each for each in request.inputs if each.role is Role.REFERENCE])
    timing.shots(request, used.duration)


def body(request: Request, model: Model, uri: Callable[[Input], str]) -> dict[str, JsonValue]:
    """What is sent to the form's path. `uri` tells where an input's file is to be had."""
    used = form(request, model)
    made: dict[str, JsonValue] = {"model": model.id}
    if model.prompt and request.prompt.strip():
        made["promptText"] = request.prompt
    made |= used.fixed | _size(used, request, model) | _rate(used, request)
    if used.duration and model.at(request.mode, request.options).duration:
        made["duration"] = round(request.duration)
    if used.seed:
        made["seed"] = request.seed
    for path, value in _options(request, model):
        _put(made, path, value)
    if shots := timing.shots(request, used.duration):
        _put(made, timing.SHOTS, shots)
    for name, found in _files(used, request, uri):
        made[name] = found
    for case in wire(model).cases:
        if all(made.get(name) in values for name, values in case.when.items()):
            made |= case.set
    return {name: value for name, value in made.items() if value is not None}


def _size(used: Form, request: Request, model: Model) -> Fields:
    sizes = model.at(request.mode, request.options).sizes
    if not sizes:
        return {}  # it follows what it starts from
    if not used.tiers and (request.width, request.height) not in sizes:
        raise _other_size(request, model, sizes)
    if used.pixels:
        return {"ratio": f"{request.width}:{request.height}"}
    if used.shapes:
        return used.shapes[f"{request.width}x{request.height}"]
    if used.tiers:
        side = min(request.width, request.height)
        return used.tiers[min(used.tiers, key=lambda each: abs(each - side))]
    return {}


def _other_size(request: Request, model: Model, sizes: Iterable[tuple[int, int]]) -> InputError:
    return InputError(
        "{model} cannot make a picture of {width} × {height} pixels here: {mode}.",
        "Choose one of: {sizes}.",
        model=model.label,
        width=request.width,
        height=request.height,
        mode=terms.mode(request.mode),
        sizes=", ".join(f"{width} × {height}" for width, height in sizes),
    )


def _rate(used: Form, request: Request) -> Fields:
    return used.rates[min(used.rates, key=lambda each: abs(each - request.fps))] if used.rates else {}


def _options(request: Request, model: Model) -> Iterator[tuple[str, JsonValue]]:
    """What was set, of what the model has. An option's id is its place in the body, with dots between names."""
    for option in model.options_in(request.mode):
        value = request.options.get(option.id)
        if value not in (None, "") and option.id not in _WRITTEN:
            yield option.id, value


def _put(made: dict[str, JsonValue], path: str, value: JsonValue) -> None:
    first, _, rest = path.partition(".")
    if not rest:
        made[first] = value
        return
    inner = made.setdefault(first, {})
    if isinstance(inner, dict):
        _put(inner, rest, value)


def _files(used: Form, request: Request, uri: Callable[[Input], str]) -> Iterator[tuple[str, JsonValue]]:
    left = list(request.inputs)

    def take(*roles: Role) -> list[Input]:
        taken = [each for each in left if each.role in roles]
        left[:] = [each for each in left if each.role not in roles]
        return taken

    for file in used.files:
        if file.style == "one":
            first, *others = take(file.role)
            left.extend(others)
            yield file.field, uri(first)
            continue
        given = take(*_POSITIONS) if file.style == "frames" else take(file.role)
        times = timing.keyframes(request, given) if file.style == "keyframes" else []
        if given:
            yield file.field, [_entry(file, place, each, times, uri) for place, each in enumerate(given)]


_POSITIONS: Mapping[Role, str] = {Role.FIRST_FRAME: "first", Role.LAST_FRAME: "last"}


def _entry(file: File, place: int, each: Input, times: list[Fields], uri: Callable[[Input], str]) -> JsonValue:
    match file.style:
        case "frames":
            return {"uri": uri(each), "position": _POSITIONS[each.role]}
        case "typed":
            return {"type": file.role.value, "uri": uri(each)}
        case "keyframes":
            return {"uri": uri(each), **times[place]}
    return {"uri": uri(each)}
