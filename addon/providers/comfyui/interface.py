"""Workflows as ComfyUI's interface saves them, made into graphs to be read: not good enough to be queued.

`{nodes: [{id, type, title, inputs: [{name, link, widget?}], widgets_values}], links: [[id, node, output, …]]}`. What
the interface calls a widget is an input that is set to a value; the values come in the order of the widgets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from .workflow import Graph

# What older interfaces did not say: the names of the widgets of the nodes that matter most.
_WIDGETS: dict[str, tuple[str, ...]] = {
    "CLIPTextEncode": ("text",),
    "KSampler": ("seed", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "RandomNoise": ("noise_seed",),
    "UNETLoader": ("unet_name", "weight_dtype"),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "EmptyLatentImage": ("width", "height", "batch_size"),
    "EmptyHunyuanLatentVideo": ("width", "height", "length", "batch_size"),
    "CreateVideo": ("fps",),
}
_AFTER_SEEDS = frozenset({"fixed", "increment", "decrement", "randomize"})
_SEEDS = frozenset({"seed", "noise_seed"})
_LEFT_OUT = frozenset({2, 4})  # modes of nodes that do not run: never, bypassed
_MOST = 1000


def graph(said: Any) -> Graph:
    """The graph in `said`, what was read from JSON; empty if it is no such workflow."""
    nodes = said.get("nodes") if isinstance(said, Mapping) else None
    if not isinstance(nodes, list) or len(nodes) > _MOST:
        return {}
    sources = dict(_links(said.get("links")))
    return {
        str(node.get("id")): {
            "class_type": kind,
            "inputs": {**dict(_values(node, kind)), **dict(_linked(node, sources))},
            "_meta": {"title": node.get("title") or kind},
        }
        for node in nodes
        if isinstance(node, Mapping)
        and isinstance(kind := node.get("type"), str)
        and node.get("mode") not in tuple(_LEFT_OUT)
    }


def _links(said: Any) -> Iterator[tuple[int, list[Any]]]:
    for link in islice(said, 20 * _MOST) if isinstance(said, list) else ():
        if isinstance(link, list) and len(link) >= 3 and isinstance(link[0], int):
            yield link[0], [str(link[1]), link[2]]


def _inputs(node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    inputs = node.get("inputs")
    for each in islice(inputs, _MOST) if isinstance(inputs, list) else ():
        if isinstance(each, Mapping) and isinstance(name := each.get("name"), str):
            yield name, each


def _linked(node: Mapping[str, Any], sources: Mapping[int, list[Any]]) -> Iterator[tuple[str, list[Any]]]:
    for name, each in _inputs(node):
        link = each.get("link")
        if isinstance(link, int) and link in sources:
            yield name, sources[link]


def _values(node: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Any]]:
    values = node.get("widgets_values")
    if isinstance(values, Mapping):
        yield from ((name, value) for name, value in islice(values.items(), _MOST) if isinstance(name, str))
    elif isinstance(values, list):
        names = [name for name, each in _inputs(node) if "widget" in each]
        names = names if len(names) >= len(_WIDGETS.get(kind, ())) else list(_WIDGETS[kind])
        position = 0
        for name in names:
            if position < len(values):
                yield name, values[position]
            position += 1
            after = values[position] if position < len(values) else None
            if name in _SEEDS and isinstance(after, str) and after in _AFTER_SEEDS:
                position += 1
