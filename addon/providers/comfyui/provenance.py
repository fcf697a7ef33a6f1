"""What a graph of ComfyUI that stands in a clip says of how the clip was made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from pydantic import JsonValue

from ...core.provenance import Found, Source, of_mapping
from . import binding, finding, interface, workflow
from .binding import Parameter
from .workflow import Graph, Place

_TOOL = "ComfyUI"
_MOST_NODES = 1000  # the largest workflows have some hundreds
_MODELS = ("unet_name", "ckpt_name", "model_name", "diffusion_model", "gguf_name", "model_path", "model")
_SETTINGS = ("steps", "cfg", "guidance", "sampler_name", "scheduler", "denoise", "shift", "lora_name")
_ENDINGS = (".safetensors", ".gguf", ".ckpt", ".pt", ".pth", ".sft", ".bin")


def of_graph(said: Any, source: Source) -> Found:
    """What `said` tells, the JSON of a tag or a file. Empty if there is no graph in it.

    It may be a graph as ComfyUI queues it or as its interface saves it, or have one as its `prompt` or `workflow`.
    """
    for candidate in _candidates(said):
        graph = _graph(candidate) or _graph(interface.graph(candidate))
        with suppress(RecursionError, workflow.Tangled):
            found = _of(graph, source) if graph else Found()
            if found:
                return found
    return Found()


def _candidates(said: Any) -> Iterator[Any]:
    yield said
    if isinstance(said, Mapping):
        for name in ("prompt", "workflow"):
            inner = said.get(name)
            if isinstance(inner, str) and inner.lstrip().startswith("{"):
                try:
                    inner = json.loads(inner)
                except (ValueError, RecursionError):
                    continue
            yield inner


def _graph(said: Any) -> Graph:
    """The nodes of a graph without those that load files, which tell nothing of how it was made; none if too many."""
    if not isinstance(said, Mapping) or len(said) > _MOST_NODES:
        return {}
    nodes = {
        node: {**content, "class_type": kind, "inputs": inputs}
        for node, content in said.items()
        if isinstance(node, str)
        and isinstance(content, Mapping)
        and isinstance(kind := content.get("class_type"), str)
        and isinstance(inputs := content.get("inputs"), dict)
        and not finding.loads_files(kind)
    }
    return workflow.Bounded(nodes)


def _of(graph: Graph, source: Source) -> Found:
    bound = binding.find(graph)
    rates = [place for _, place in finding.rates(graph)]
    told = {name: _first(graph, bound.get(Parameter(name), ())) for name in ("seed", "width", "height", "frames")}
    return of_mapping(
        {
            "prompt": _texts(graph, bound.get(Parameter.PROMPT, ())),
            "negative": _texts(graph, bound.get(Parameter.NEGATIVE, ())),
            "model": next(_models(graph), None),
            "tool": _TOOL,
            "fps": _first(graph, bound.get(Parameter.FPS, rates)),
            **told,
            **_settings(graph),
        },
        source,
    )


def _texts(graph: Graph, places: Iterable[Place]) -> str:
    """The texts at these places, each once: some models are told the same twice, some workflows have more than one."""
    texts = [text.strip() for place in places if isinstance(text := workflow.value(graph, place), str)]
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _first(graph: Graph, places: Iterable[Place]) -> JsonValue:
    return next((workflow.value(graph, place) for place in places), None)


def _models(graph: Graph) -> Iterator[str]:
    for name in _MODELS:
        for node in graph:
            place = workflow.origin(graph, Place(node, name), str)
            file = workflow.value(graph, place) if place else ""
            if isinstance(file, str) and file.lower().endswith(_ENDINGS):
                yield file


def _settings(graph: Graph) -> dict[str, JsonValue]:
    """What else is set in the first node that has it."""
    found: dict[str, JsonValue] = {}
    for name in _SETTINGS:
        places = (workflow.origin(graph, Place(node, name), (int, float, str)) for node in graph)
        first = next(filter(None, places), None)
        if first:
            found[name] = workflow.value(graph, first)
    return found
