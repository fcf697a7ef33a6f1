"""From a request to the graph that is queued: what is bound is filled in, rounded to what the nodes take."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from ...core.capabilities import Choices, Numbers, Span
from ...core.errors import InputError
from ...core.models import Request, Role
from . import binding, finding, workflow
from .binding import Parameter
from .library import Workflow
from .nodes import NONE, Nodes
from .workflow import Graph, Place

ROLES = {
    Parameter.IMAGE: Role.FIRST_FRAME,
    Parameter.IMAGE_LAST: Role.LAST_FRAME,
    Parameter.REFERENCE: Role.REFERENCE,
    Parameter.VIDEO: Role.VIDEO,
    Parameter.AUDIO: Role.AUDIO,
}
"""Which inputs of a request fill which parameters."""

_FALLBACK_RATE = 24.0


def fill(flow: Workflow, request: Request, files: Mapping[Role, Sequence[str]], nodes: Nodes = NONE) -> Graph:
    """The graph of `request`. `files`: the names by which the server knows the uploaded inputs, in their order.

    Raises `InputError` if there are more files of a role than the workflow has places for.
    """
    graph = copy.deepcopy(flow.graph)
    for name, value in request.options.items():
        _set_option(graph, flow, name, value)
    for parameter, wanted in (
        (Parameter.PROMPT, request.prompt),
        (Parameter.NEGATIVE, request.options.get("negative")),
    ):
        for place in flow.bindings.get(parameter, ()) if isinstance(wanted, str) else ():
            _set(graph, place, wanted)
    numbers = {
        Parameter.SEED: float(request.seed),
        Parameter.WIDTH: float(request.width),
        Parameter.HEIGHT: float(request.height),
        Parameter.FRAMES: request.duration * rate(flow, request.fps),
        Parameter.FPS: request.fps,
    }
    for parameter, number in numbers.items():
        for place in flow.bindings.get(parameter, ()):
            _set(graph, place, _rounded(flow, parameter, place, number, nodes))
    for parameter, role in ROLES.items():
        _set_files(graph, flow, parameter, files.get(role, ()))
    return graph


def rate(flow: Workflow, wanted: float) -> float:
    """The frame rate of the clips: what is wanted where that can be told, else the one written in the workflow."""
    return wanted if flow.has(Parameter.FPS) else own_rate(flow) or _FALLBACK_RATE


def own_rate(flow: Workflow) -> float | None:
    """The frame rate that is written in the workflow; None if there is none."""
    found = [workflow.value(flow.graph, place) for _, place in finding.rates(flow.graph)]
    return float(found[0]) if found and found[0] > 0 else None


def frames(flow: Workflow, nodes: Nodes = NONE) -> Numbers | None:
    """How many frames the clips can have: one number where it is written and not bound; None if it cannot be told."""
    places = flow.bindings.get(Parameter.FRAMES)
    if places:
        return _span(flow, Parameter.FRAMES, places[0], nodes)
    fixed = written(flow, Parameter.FRAMES)
    return Choices((fixed,)) if fixed else None


def written(flow: Workflow, parameter: Parameter) -> float | None:
    """The number in the workflow where `parameter` would be bound; None if there is no such place."""
    places = binding.find(flow.graph).get(parameter, ())
    found = workflow.value(flow.graph, places[0]) if places else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) and found > 0 else None


def _span(flow: Workflow, parameter: Parameter, place: Place, nodes: Nodes) -> Span | None:
    """What the server says that an input takes, else what we know of the workflow."""
    found = nodes.span(flow.graph, place)
    told = flow.about.get(parameter.value)
    own = Span(*map(float, told)) if isinstance(told, list) else None
    if found is None or own is None:
        return found or own
    return Span(max(found.minimum, own.minimum), min(found.maximum, own.maximum), found.step)


def _rounded(flow: Workflow, parameter: Parameter, place: Place, number: float, nodes: Nodes) -> int | float:
    span = _span(flow, parameter, place, nodes)
    # Steps of a frame rate and of a seed are for the arrows of ComfyUI's interface; those of sizes and lengths count.
    if span and parameter in (Parameter.SEED, Parameter.FPS):
        span = Span(span.minimum, span.maximum)
    number = span.nearest(number) if span else number
    if parameter is not Parameter.FPS or nodes.is_whole(flow.graph, place):
        return max(0 if parameter is Parameter.SEED else 1, round(number))
    return number


def _set_files(graph: Graph, flow: Workflow, parameter: Parameter, names: Sequence[str]) -> None:
    places = flow.bindings.get(parameter, ())
    if parameter is not Parameter.REFERENCE and names:
        names = [names[0]] * len(places)
    if len(names) > len(places):
        raise InputError(
            "The workflow “{workflow}” has no place for {count} of these files.",
            "Remove some, or bind more inputs of the workflow.",
            workflow=flow.label,
            count=len(names) - len(places),
        )
    for place, name in zip(places, names, strict=False):
        _set(graph, place, name)


def _set_option(graph: Graph, flow: Workflow, name: str, value: JsonValue) -> None:
    """Set an input that is not bound, called `node.input`."""
    place = Place(*name.partition(".")[::2])
    bound = any(place in places for places in flow.bindings.values())
    before = workflow.value(graph, place)
    if bound or value is None or before is None or isinstance(before, list | dict):
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = int(value) if isinstance(before, int) and value == int(value) else float(value)
    _set(graph, place, value)


def _set(graph: Graph, place: Place, value: Any) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(
            "The input “{input}” of the workflow cannot be {value}.", "Change it.", input=place.input, value=str(value)
        )
    if place.input:
        graph[place.node]["inputs"][place.input] = value
