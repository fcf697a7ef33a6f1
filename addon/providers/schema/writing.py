"""A body, made from a request and from what `reading` noted in `Model.wire`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from ...core.capabilities import Choices, Model, Numbers, OptionKind, Span
from ...core.errors import InputError
from ...core.models import Request, Role


def check(model: Model, request: Request) -> None:
    """Raise `InputError` if a duration and a frame rate that are each possible are not so together."""
    frames = _mapping(model.wire.get("frames"))
    if not frames:
        return
    count = round(request.duration * request.fps)
    least, most = int(frames["least"]), int(frames["most"])
    if not least <= count <= most:
        raise InputError(
            "{model} makes {least} to {most} frames; {seconds} s at {fps} frames per second are {count}.",
            "Choose another length or frame rate.",
            model=model.label,
            least=least,
            most=most,
            seconds=f"{request.duration:g}",
            fps=f"{request.fps:g}",
            count=count,
        )


def body(model: Model, request: Request, files: Mapping[Role, Sequence[str]]) -> dict[str, JsonValue]:
    """What is sent for `request`. `files`: the addresses of its inputs.

    What is not in the model is not sent; an option that the request leaves out is not sent, unless the model needs it.
    """
    wire = model.wire
    made: dict[str, JsonValue] = dict(_mapping(wire.get("fixed")))
    if isinstance(name := wire.get("prompt"), str) and request.prompt.strip():
        made[name] = request.prompt
    made |= _inputs(_mapping(wire.get("inputs")), files)
    made |= _size(wire, request)
    for name, value in (("duration", request.duration), ("fps", request.fps)):
        if name in wire:
            made |= _number(_mapping(wire[name]), value)
    if "frames" in wire:
        made |= _frames(_mapping(wire["frames"]), request)
    if isinstance(name := wire.get("seed"), str):
        made[name] = request.seed
    return made | _options(model, request)


def _inputs(names: Mapping[str, Any], files: Mapping[Role, Sequence[str]]) -> dict[str, JsonValue]:
    made: dict[str, JsonValue] = {}
    for role, urls in files.items():
        place = _mapping(names.get(str(role)))
        if urls and place:
            made[str(place["field"])] = list(urls) if place.get("list") else urls[0]
    return made


def _size(wire: Mapping[str, JsonValue], request: Request) -> dict[str, JsonValue]:
    words = _mapping(_mapping(wire.get("sizes")).get(f"{request.width}x{request.height}"))
    names = _mapping(wire.get("size"))
    if not names:
        return dict(words)
    size: dict[str, JsonValue] = {str(names["width"]): request.width, str(names["height"]): request.height}
    return {str(names["field"]): size} if "field" in names else size


def _number(place: Mapping[str, Any], value: float) -> dict[str, JsonValue]:
    if place.get("words"):
        word = min(place["words"], key=lambda each: abs(float(each[0]) - value))[1]
        return {str(place["field"]): word}
    return {str(place["field"]): round(value) if place.get("whole") or value == int(value) else value}


def _frames(place: Mapping[str, Any], request: Request) -> dict[str, JsonValue]:
    numbers: Numbers = Span(place["least"], place["most"], place["step"])
    if place.get("words"):
        numbers = Choices(tuple(sorted(float(each[0]) for each in place["words"])))
    return _number({**place, "whole": True}, numbers.nearest(round(request.duration * request.fps)))


def _options(model: Model, request: Request) -> dict[str, JsonValue]:
    values = _mapping(model.wire.get("values"))
    made: dict[str, JsonValue] = {}
    for option in model.options_in(request.mode):
        value = request.options.get(option.id)
        if value is None or value == "":
            continue
        if option.kind is OptionKind.WHOLE and isinstance(value, float):
            value = round(value)
        made[option.id] = _mapping(values.get(option.id)).get(str(value), value)
    return made


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
