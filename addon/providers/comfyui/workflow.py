"""Workflows in ComfyUI's API format: graphs of nodes, `{id: {class_type, inputs, _meta}}`.

An input is a value or a link, `[node, output]`. What the interface of ComfyUI saves for itself is another format, with
a list `nodes`; it cannot be queued.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeAlias

from ...core.errors import InputError, Kind

Graph: TypeAlias = dict[str, dict[str, Any]]

_LARGEST = 16 << 20
_DEEPEST = 6
_MOST_LOOKS = 300_000  # a workflow of 220 nodes takes 8,000


class Place(NamedTuple):
    """An input of a node. `input` empty: the node itself."""

    node: str
    input: str = ""


class Tangled(InputError):
    """Following a workflow's links takes longer than that of any that somebody works with."""


class Bounded(dict[str, dict[str, Any]]):
    """A workflow that lets itself be looked at only so often, then raises `Tangled`: links may be made to mislead."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self._looks = _MOST_LOOKS

    def __getitem__(self, node: str) -> dict[str, Any]:
        self._looks -= 1
        if self._looks < 0:
            raise Tangled(
                "The workflow's nodes are linked in too many ways to find out what a request fills.",
                "Simplify it in ComfyUI, or put tags such as [prompt] in the titles of its nodes and export it again.",
            )
        return super().__getitem__(node)


def read(path: Path) -> Graph:
    """The workflow in a file. Raises `InputError` if it cannot be read or is none in the API format."""
    try:
        if path.stat().st_size > _LARGEST:
            raise _no_workflow(path.name)
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            "The workflow {file} cannot be read: {error}.",
            "Check the file, or choose another one.",
            Kind.FILE,
            file=path.name,
            error=error.strerror or str(error),
        ) from error
    return parse(data, path.name)


def parse(data: bytes, name: str) -> Graph:
    """The workflow in `data`, which is called `name` in errors. Raises `InputError`."""
    try:
        found = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise _no_workflow(name) from error
    if isinstance(found, dict) and isinstance(found.get("nodes"), list):
        raise InputError(
            "The workflow {file} is saved as ComfyUI's interface needs it, so it cannot be queued.",
            "In ComfyUI’s menu, choose “Export (API)” or “Export Workflow (API)”, then import that file.",
            file=name,
        )
    if not isinstance(found, dict) or not found or not all(map(_is_node, found.values())):
        raise _no_workflow(name)
    return found


def title(graph: Graph, node: str) -> str:
    """What a node is called for people: its title, else its class."""
    meta = graph[node].get("_meta")
    named = meta.get("title") if isinstance(meta, dict) else None
    return named if isinstance(named, str) and named.strip() else str(graph[node]["class_type"])


def kind(graph: Graph, node: str) -> str:
    """The class of a node."""
    return str(graph[node]["class_type"])


def kinds(graph: Graph) -> set[str]:
    """The classes of all nodes."""
    return {kind(graph, node) for node in graph}


def value(graph: Graph, place: Place) -> Any:
    """What an input is set to: a value or a link; None if there is no such input."""
    return graph[place.node]["inputs"].get(place.input) if place.node in graph else None


def linked(graph: Graph, place: Place) -> str | None:
    """The node that an input is linked to, None if it is a value or the node is not there."""
    link = value(graph, place)
    if isinstance(link, list) and len(link) == 2 and isinstance(link[0], str) and link[0] in graph:
        return link[0]
    return None


def links(graph: Graph) -> Iterator[tuple[Place, str]]:
    """Every linked input with the node it is linked to."""
    for node in graph:
        for name in graph[node]["inputs"]:
            source = linked(graph, Place(node, name))
            if source is not None:
                yield Place(node, name), source


def origin(graph: Graph, place: Place, wanted: type | tuple[type, ...]) -> Place | None:
    """Where the value of an input of the type `wanted` is written: there, or in a node that has nothing but a value.

    None if it is of another type or worked out by nodes.
    """
    for _ in range(_DEEPEST):
        source = linked(graph, place)
        if source is None:
            found = value(graph, place)
            return place if isinstance(found, wanted) and not isinstance(found, bool | list) else None
        inputs = graph[source]["inputs"]
        if len(inputs) != 1:
            return None
        place = Place(source, next(iter(inputs)))
    return None


def ends(graph: Graph) -> list[str]:
    """The nodes that no other is linked to: where the results are."""
    used = {source for _, source in links(graph)}
    return [node for node in graph if node not in used]


def _is_node(found: Any) -> bool:
    return (
        isinstance(found, dict) and isinstance(found.get("class_type"), str) and isinstance(found.get("inputs"), dict)
    )


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _no_workflow(name: str) -> InputError:
    return InputError(
        "{file} is no workflow of ComfyUI.",
        "In ComfyUI’s menu, choose “Export (API)” or “Export Workflow (API)”, then import that file.",
        file=name,
    )
