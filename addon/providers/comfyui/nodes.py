"""What a ComfyUI server says its nodes take: the answers of `GET /object_info/<class>`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ...core.capabilities import Span
from . import workflow
from .workflow import Graph, Place


class Nodes(NamedTuple):
    """Node classes as the server describes them. `known`: all that were asked for; those missing here it lacks."""

    described: Mapping[str, Any]
    known: frozenset[str] = frozenset()

    def lacks(self, kind: str) -> bool:
        """Whether the server surely has no such class."""
        return kind in self.known and kind not in self.described

    def span(self, graph: Graph, place: Place) -> Span | None:
        """The numbers that an input takes, None if that is not known.

        A node that has nothing but a value takes what the nodes take that are linked to it.
        """
        spans = [span for kind, name in self._meant(graph, place) if (span := self._span(kind, name))]
        if not spans:
            return None
        first = max(spans, key=lambda each: each.step)
        return Span(first.minimum, min(each.maximum for each in spans), first.step)

    def is_whole(self, graph: Graph, place: Place) -> bool:
        """Whether an input takes whole numbers only; where that is not known, whether it is set to one."""
        kinds = {self._input(workflow.kind(graph, place.node), place.input)[0]}
        if kinds & {"INT", "FLOAT"}:
            return "INT" in kinds
        return isinstance(workflow.value(graph, place), int)

    def choices(self, kind: str, name: str) -> tuple[str, ...] | None:
        """What an input can be chosen from, None if it is no choice or not known."""
        shape, config = self._input(kind, name)
        found = shape if isinstance(shape, list) else config.get("options") if shape == "COMBO" else None
        return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else None

    def is_upload(self, kind: str, name: str) -> bool:
        """Whether an input is a file that is uploaded, so that what it can be chosen from says little."""
        config = self._input(kind, name)[1]
        return any(config.get(flag) for flag in ("image_upload", "video_upload", "audio_upload", "upload"))

    def tip(self, kind: str, name: str) -> str:
        """The server's own words for what an input does; empty if it has none."""
        tip = self._input(kind, name)[1].get("tooltip")
        return tip if isinstance(tip, str) else ""

    def _meant(self, graph: Graph, place: Place) -> Iterable[tuple[str, str]]:
        yield workflow.kind(graph, place.node), place.input
        if len(graph[place.node]["inputs"]) == 1:
            for target, source in workflow.links(graph):
                if source == place.node:
                    yield workflow.kind(graph, target.node), target.input

    def _span(self, kind: str, name: str) -> Span | None:
        shape, config = self._input(kind, name)
        if shape not in ("INT", "FLOAT"):
            return None
        least, most, step = (_number(config.get(key)) for key in ("min", "max", "step"))
        if least is None or most is None or least > most:
            return None
        return Span(least, most, max(step or 0.0, 1.0 if shape == "INT" else 0.0))

    def _input(self, kind: str, name: str) -> tuple[Any, Mapping[str, Any]]:
        """The type of an input and what else is said of it."""
        found = self.described.get(kind)
        inputs = found.get("input") if isinstance(found, dict) else None
        if isinstance(inputs, dict):
            for group in ("required", "optional"):
                spec = inputs.get(group, {}).get(name) if isinstance(inputs.get(group, {}), dict) else None
                if isinstance(spec, list) and spec:
                    config = spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}
                    return spec[0], config
        return None, {}


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None


NONE = Nodes({})
"""Nothing is known: no server was asked yet."""
