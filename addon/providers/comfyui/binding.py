"""Which inputs of a workflow's nodes a request fills: found by itself, shown and edited in the panel, kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from ...core.errors import StorageError
from ...core.wording import N_
from . import finding, workflow
from .workflow import Graph, Place


class Parameter(StrEnum):
    """What can be bound. Each is also the tag, in square brackets in a node's title, that binds by hand in ComfyUI."""

    PROMPT = "prompt"
    NEGATIVE = "negative"
    SEED = "seed"
    WIDTH = "width"
    HEIGHT = "height"
    FRAMES = "frames"
    FPS = "fps"
    IMAGE = "image"
    IMAGE_LAST = "image_last"
    REFERENCE = "reference"
    VIDEO = "video"
    AUDIO = "audio"
    OUTPUT = "output"


LABELS = {
    Parameter.PROMPT: N_("Prompt"),
    Parameter.NEGATIVE: N_("Negative Prompt"),
    Parameter.SEED: N_("Seed"),
    Parameter.WIDTH: N_("Width"),
    Parameter.HEIGHT: N_("Height"),
    Parameter.FRAMES: N_("Frames"),
    Parameter.FPS: N_("Frame Rate"),
    Parameter.IMAGE: N_("First Frame"),
    Parameter.IMAGE_LAST: N_("Last Frame"),
    Parameter.REFERENCE: N_("Reference"),
    Parameter.VIDEO: N_("Video"),
    Parameter.AUDIO: N_("Audio"),
    Parameter.OUTPUT: N_("Output"),
}
"""What the parameters are called, for people."""

Bindings: TypeAlias = dict[Parameter, tuple[Place, ...]]
"""Each parameter with the inputs that it fills: all with the same value, references one file each, in order."""

TEXTS = frozenset({Parameter.PROMPT, Parameter.NEGATIVE})
FILES = frozenset(
    {Parameter.IMAGE, Parameter.IMAGE_LAST, Parameter.REFERENCE, Parameter.VIDEO, Parameter.AUDIO},
)


class Candidate(NamedTuple):
    """An input that a parameter could be bound to. `title` is its node's, `value` what is written there now."""

    place: Place
    title: str
    value: str


class Bindable(NamedTuple):
    """A parameter as the panel shows it: what it is bound to, and what it could be."""

    parameter: Parameter
    bound: tuple[Place, ...]
    candidates: tuple[Candidate, ...]

    def offered(self, index: int) -> tuple[Candidate, ...]:
        """What the bound input at `index` can become, or one after the last: none that is bound at another index."""
        others = {*self.bound[:index], *self.bound[index + 1 :]}
        return tuple(each for each in self.candidates if each.place not in others)


def find(graph: Graph) -> Bindings:
    """The bindings of a workflow, as far as they can be told from the workflow alone.

    Tags in titles come first, then what the inputs are called, then where the prompts lead. No input has two. Raises
    `workflow.Tangled` rather than follow links for minutes.
    """
    bound: Bindings = {}
    looked_at = workflow.Bounded(graph)
    for rule in finding.RULES:
        found: dict[Parameter, list[Place]] = {}
        for name, place in rule(looked_at):
            if Parameter(name) not in bound:
                found.setdefault(Parameter(name), []).append(place)
        taken = {place for places in bound.values() for place in places}
        for parameter in sorted(found, key=list(Parameter).index):
            free = tuple(dict.fromkeys(place for place in found[parameter] if place not in taken))
            if free:
                bound[parameter] = free
                taken.update(free)
    return {parameter: bound[parameter] for parameter in Parameter if parameter in bound}


def bindable(graph: Graph, bindings: Mapping[Parameter, tuple[Place, ...]]) -> list[Bindable]:
    """Every parameter with what it is bound to and what it could be, for the panel."""
    return [
        Bindable(parameter, bindings.get(parameter, ()), tuple(_candidates(graph, parameter)))
        for parameter in Parameter
    ]


def rebound(
    bindings: Mapping[Parameter, tuple[Place, ...]], parameter: Parameter, index: int, place: Place | None
) -> Bindings:
    """The bindings with `place` as the input at `index` of those that `parameter` fills, without that if it is None.

    An index after the last adds one.
    """
    before = bindings.get(parameter, ())
    places = (*before[:index], *((place,) if place else ()), *before[index + 1 :])
    others = {each: kept for each, kept in bindings.items() if each is not parameter}
    return {**others, parameter: tuple(dict.fromkeys(places))} if places else others


def path_of(workflow_file: Path) -> Path:
    """Where the bindings of a workflow are kept."""
    return workflow_file.with_name(f"{workflow_file.name.removesuffix('.json')}.bindings.json")


def read_bindings(workflow_file: Path, graph: Graph) -> Bindings:
    """The bindings beside a workflow's file, without those to inputs that the workflow does not have (any more).

    Those that are found where there is no such file, or none that can be read.
    """
    try:
        stored = json.loads(path_of(workflow_file).read_bytes())
        return {
            parameter: places
            for parameter in Parameter
            if (places := tuple(_present(graph, stored.get(parameter.value, ()))))
        }
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return find(graph)


def write_bindings(workflow_file: Path, bindings: Mapping[Parameter, tuple[Place, ...]]) -> None:
    """Keep bindings beside a workflow's file. Raises `StorageError`."""
    target = path_of(workflow_file)
    part = target.with_name(f"{target.name}.part")
    stored = {parameter.value: [list(place) for place in places] for parameter, places in bindings.items() if places}
    try:
        part.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", "utf-8")
        part.replace(target)
    except OSError as error:
        raise StorageError(
            "The bindings of the workflow cannot be written to {file}: {error}.",
            "Make room on the disk or check the folder, then try again.",
            file=str(target),
            error=error.strerror or str(error),
        ) from error


def _present(graph: Graph, places: Iterable[Any]) -> Iterable[Place]:
    for each in places:
        node, name = each
        if node in graph and (not name or name in graph[node]["inputs"]):
            yield Place(node, name)


def _candidates(graph: Graph, parameter: Parameter) -> Iterable[Candidate]:
    if parameter is Parameter.OUTPUT:
        for node in workflow.ends(graph):
            yield Candidate(Place(node), workflow.title(graph, node), "")
        return
    for node in graph:
        for name, written in graph[node]["inputs"].items():
            if _fits(graph, parameter, node, written):
                yield Candidate(Place(node, name), workflow.title(graph, node), str(written))


def _fits(graph: Graph, parameter: Parameter, node: str, written: Any) -> bool:
    if parameter in TEXTS:
        return isinstance(written, str)
    if parameter in FILES:
        return isinstance(written, str) and finding.loads_files(workflow.kind(graph, node))
    return isinstance(written, int | float) and not isinstance(written, bool)
