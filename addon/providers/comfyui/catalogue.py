"""Each workflow as a model: what a request to it can say, from the workflow and from what the server's nodes take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import JsonValue

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
from ...core.errors import InputError, Kind, Problem
from ...core.models import Mode, Role
from ..replies import plain
from . import graph as graphs
from . import library, workflow
from .binding import FILES, Parameter
from .library import Workflow
from .nodes import NONE, Nodes
from .workflow import Place

ID = "comfyui"
LABEL = "ComfyUI"
UPLOAD_BYTES = 100 << 20  # ComfyUI's own limit where --max-upload-size does not say otherwise

_PROMPT_LENGTH = 100_000
_MOST_OPTIONS = 24
_MOST_CHOICES = 500
_SECONDS = Span(0.1, 600.0)
_PIXELS = Span(16.0, 16384.0, 16.0)
_RATES = Span(1.0, 120.0)
_SEEDS = Span(0.0, 2.0**31 - 1, 1.0)
# What people change first. The rest follows in the workflow's order.
_FIRST = ("steps", "cfg", "guidance", "sampler_name", "scheduler", "denoise", "strength", "shift")
# What the names of files that are saved are, and what no one changes per take.
_NEVER = frozenset({"filename_prefix", "save_output", "pingpong", "batch_size", "weight_dtype", "device", "type"})


def capabilities(known: Capabilities | None, folder: Path | None = None) -> Capabilities:
    """What ComfyUI can do: the user's workflows in `folder` and those that come with the extension.

    `known`: what was found out when the server was last asked; it counts for every workflow that is still the same.
    """
    before = {model.id: model for model in known.models} if known else {}
    models = [_current(name, file, before.get(name)) for name, file in _listed(folder)]
    return described(tuple(models))


def described(models: tuple[Model, ...]) -> Capabilities:
    """The capabilities with these models."""
    return Capabilities(
        id=ID,
        label=LABEL,
        needs_network=False,  # the address decides: beyond this machine, the transport asks for online access
        free=True,
        at_once=4,
        models=models,
        traceable=True,
        cancelling=Cancelling.STOPS,
    )


def workflows(folder: Path | None) -> list[Workflow]:
    """Every workflow that can be read, the user's own first."""
    found = []
    for _, file in _listed(folder):
        try:
            found.append(library.load(file))
        except InputError:
            continue
    return found


def model(
    flow: Workflow,
    nodes: Nodes = NONE,
    *,
    upload: int = UPLOAD_BYTES,
    problem: Problem | None = None,
    files: Mapping[str, tuple[str, ...]] | None = None,
) -> Model:
    """What a request to `flow` can say. `upload`: the most bytes of a file; `problem`: why it cannot be used now.

    `files`: what lies in the server's model folders, by folder; None if it was not asked.
    """
    slots = _slots(flow, upload)
    mode = _mode(flow)
    fps = _numbers(flow, Parameter.FPS, nodes, _RATES) if flow.has(Parameter.FPS) else _only(graphs.own_rate(flow))
    frames = graphs.frames(flow, nodes) if fps else None
    by_seconds = flow.has(Parameter.FRAMES) and not frames
    return Model(
        id=flow.id,
        label=flow.label,
        modes=frozenset({mode}),
        prompt_length=_PROMPT_LENGTH,
        duration=_SECONDS if by_seconds else None,
        width=_side(flow, Parameter.WIDTH, nodes),
        height=_side(flow, Parameter.HEIGHT, nodes),
        fps=fps,
        frames=frames,
        seed=_SEEDS if flow.has(Parameter.SEED) else None,
        slots={mode: slots},
        options=tuple(_options(flow, nodes)),
        wire={"digest": flow.digest, "needs": _needed(flow, files)},
        problem=problem,
        prompt=flow.has(Parameter.PROMPT),
    )


def lack(flow: Workflow, nodes: Nodes, files: Mapping[str, tuple[str, ...]]) -> Problem | None:
    """What the server does not have that `flow` needs, None if nothing is known to be missing.

    `files`: what lies in the server's model folders, by folder.
    """
    unknown = next((node for node in flow.graph if nodes.lacks(workflow.kind(flow.graph, node))), None)
    if unknown is not None:
        return Problem(
            kind=Kind.SERVICE,
            message="ComfyUI does not have the node “{node}” ({kind}) of the workflow.",
            remedy="Install the custom nodes that it comes from, or update ComfyUI.",
            values={"node": workflow.title(flow.graph, unknown), "kind": workflow.kind(flow.graph, unknown)},
        )
    missing = [name for name, is_there in _needed(flow, files).items() if not is_there]
    if missing:
        return Problem(
            kind=Kind.FILE,
            message="ComfyUI does not have what {model} needs: {files}.",
            remedy="Download what is missing into ComfyUI's folder, then test the connection again.",
            values={"model": flow.label, "files": ", ".join(missing)},
        )
    return next(_unknown_choices(flow, nodes), None)


def needs(model: Model) -> dict[str, bool | None]:
    """The model files that a workflow of ours needs, by their paths in ComfyUI's folder.

    Each with whether the server has it: None as long as it was not asked.
    """
    found = model.wire.get("needs")
    if not isinstance(found, dict):
        return {}
    return {name: each if isinstance(each, bool) else None for name, each in found.items()}


def folders(flows: list[Workflow]) -> list[str]:
    """The model folders of the server in which something must lie."""
    return list(dict.fromkeys(folder for flow in flows for folder, _ in _needs(flow)))


def _listed(folder: Path | None) -> Iterator[tuple[str, Path]]:
    found = library.files(folder)
    return ((name, found[name]) for name in library.names(folder))


def _current(name: str, file: Path, before: Model | None) -> Model:
    try:
        flow = library.load(file)
    except InputError as error:
        return replace(model(Workflow(name, {}, {})), modes=frozenset(), problem=error.problem)
    if before is not None and before.wire.get("digest") == flow.digest:
        return before
    return model(flow)


def _mode(flow: Workflow) -> Mode:
    if flow.has(Parameter.VIDEO):
        return Mode.VIDEO
    if flow.has(Parameter.REFERENCE):
        return Mode.REFERENCES
    if flow.has(Parameter.IMAGE_LAST):
        return Mode.FIRST_LAST
    return Mode.FIRST_FRAME if flow.has(Parameter.IMAGE) else Mode.TEXT


def _slots(flow: Workflow, upload: int) -> tuple[Slot, ...]:
    """A place for each file. Sound may be left out: then it is what the workflow names."""
    media = {Role.VIDEO: Media.VIDEO, Role.AUDIO: Media.AUDIO}
    made = []
    for parameter, role in graphs.ROLES.items():
        if flow.has(parameter):
            count = len(flow.bindings[parameter]) if parameter is Parameter.REFERENCE else 1
            least = 0 if role is Role.AUDIO else count
            made.append(Slot(role, media.get(role, Media.IMAGE), least, count, size=upload))
    return tuple(made)


def _numbers(flow: Workflow, parameter: Parameter, nodes: Nodes, otherwise: Span) -> Numbers:
    told = flow.about.get(parameter.value)
    return (
        Choices(tuple(map(float, told["only"]))) if isinstance(told, dict) else _span(flow, parameter, nodes, otherwise)
    )


def _only(number: float | None) -> Numbers | None:
    """What is written in the workflow and cannot be chosen."""
    return Choices((number,)) if number else None


def _side(flow: Workflow, parameter: Parameter, nodes: Nodes) -> Span | None:
    """What a side of the picture can be, in pixels: one number where it is written and not bound, None if unknown."""
    if flow.has(parameter):
        return _span(flow, parameter, nodes, _PIXELS)
    written = graphs.written(flow, parameter)
    return Span(written, written) if written else None


def _span(flow: Workflow, parameter: Parameter, nodes: Nodes, otherwise: Span) -> Span:
    """What all inputs that `parameter` fills take: as the server says, within what we know of the workflow."""
    told = flow.about.get(parameter.value)
    own = Span(*map(float, told)) if isinstance(told, list) else None
    spans = [span for place in flow.bindings.get(parameter, ()) if (span := nodes.span(flow.graph, place))]
    if not spans:
        return own or otherwise
    steps = max(spans, key=lambda each: each.step)
    most = min(each.maximum for each in (*spans, own or steps))
    if parameter is Parameter.FPS:  # its steps are for the arrows of ComfyUI's interface
        return Span(max(1.0, *(each.minimum for each in spans)), most)
    return Span(max(steps.minimum, (own or steps).minimum), most, steps.step)


def _options(flow: Workflow, nodes: Nodes) -> Iterator[Option]:
    """The negative prompt, then what is written in the workflow and not bound, what people change most first."""
    for place in flow.bindings.get(Parameter.NEGATIVE, ())[:1]:
        written = workflow.value(flow.graph, place)
        yield Option("negative", "Negative Prompt", OptionKind.TEXT, written if isinstance(written, str) else None)
    bound = {place for places in flow.bindings.values() for place in places}
    places = [Place(node, name) for node in flow.graph for name in flow.graph[node]["inputs"]]
    free = [place for place in places if place not in bound and place.input not in _NEVER]
    free.sort(key=lambda place: _FIRST.index(place.input) if place.input in _FIRST else len(_FIRST))
    made = [option for place in free if (option := _option(flow, place, nodes))]
    yield from made[:_MOST_OPTIONS]


def _option(flow: Workflow, place: Place, nodes: Nodes) -> Option | None:
    """The setting for one input, None for what is worked out by other nodes."""
    written = workflow.value(flow.graph, place)
    kind = workflow.kind(flow.graph, place.node)
    name = f"{place.node}.{place.input}"
    label = plain(f"{workflow.title(flow.graph, place.node)}: {place.input}", 80)
    tip = plain(nodes.tip(kind, place.input))
    span = nodes.span(flow.graph, place)
    if isinstance(written, bool):
        return Option(name, label, OptionKind.SWITCH, written, tip)
    if isinstance(written, int | float):
        whole = nodes.is_whole(flow.graph, place)
        bounds = Span(min(span.minimum, written), max(span.maximum, written)) if span else None
        return Option(name, label, OptionKind.WHOLE if whole else OptionKind.NUMBER, written, tip, span=bounds)
    if not isinstance(written, str):
        return None
    choices = nodes.choices(kind, place.input)
    if choices is None or nodes.is_upload(kind, place.input) or len(choices) > _MOST_CHOICES:
        return Option(name, label, OptionKind.TEXT, written, tip)
    return Option(name, label, OptionKind.CHOICE, written, tip, tuple(dict.fromkeys((written, *choices))))


def _needs(flow: Workflow) -> list[tuple[str, str]]:
    needs: list[dict[str, Any]] = flow.about.get("needs", [])
    return [(each["folder"], each["file"]) for each in needs]


def _needed(flow: Workflow, files: Mapping[str, tuple[str, ...]] | None) -> dict[str, JsonValue]:
    return {
        f"models/{folder}/{name}": None if files is None else _lies_in(files.get(folder, ()), name)
        for folder, name in _needs(flow)
    }


def _lies_in(files: tuple[str, ...], name: str) -> bool:
    return any(each.replace("\\", "/") == name for each in files)


def _unknown_choices(flow: Workflow, nodes: Nodes) -> Iterator[Problem]:
    """Values that are none of those that the server offers: model files and the like."""
    filled = {place for parameter in FILES for place in flow.bindings.get(parameter, ())}
    for node in flow.graph:
        kind = workflow.kind(flow.graph, node)
        for name, written in flow.graph[node]["inputs"].items():
            choices = nodes.choices(kind, name)
            known = choices is None or not isinstance(written, str) or written in choices
            if not known and Place(node, name) not in filled and not nodes.is_upload(kind, name):
                yield Problem(
                    kind=Kind.FILE,
                    message="ComfyUI does not have “{value}”, which the node “{node}” wants as “{input}”.",
                    remedy="Put the file where ComfyUI looks for it, or choose another one.",
                    values={"value": plain(written, 120), "node": workflow.title(flow.graph, node), "input": name},
                )
