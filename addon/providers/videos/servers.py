"""One's own server: which kind it is, and what its models can do, from what it says of itself.

What a server does not say is taken from the template of its kind in data/videos.json.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from ...core.capabilities import Capabilities, Model, Rate, codec
from ...core.errors import Kind, Problem
from ...core.models import Mode
from . import dialects
from .dialects import Dialect

ID = "videos"
_DATA = Path(__file__).resolve().parents[1] / "data" / "videos.json"
_OWNERS = {"sglang": dialects.SGLANG, "vllm": dialects.VLLM_OMNI}
_TIERS = (480, 720, 1080)

_UNASKED = Problem(
    kind=Kind.INPUT,
    message="Nobody has asked yet what your video server has.",
    remedy="Enter its address in the preferences and press Test Connection.",
)


@cache
def _templates() -> Capabilities:
    return codec().validate_json(_DATA.read_bytes())


def shipped() -> Capabilities:
    """Before the server was asked: one model that cannot be used, and says why."""
    whole = _templates()
    first = whole.models[0]
    unknown = replace(first, id="", label="The server’s model", problem=_UNASKED, options=(), wire={}, slots={})
    return replace(whole, models=(unknown,))


def owner(cards: Sequence[Mapping[str, Any]]) -> Dialect | None:
    """The kind of server, from whom its models belong to; None where that says nothing."""
    found = (_OWNERS.get(str(card.get("owned_by"))) for card in cards)
    return next((dialect for dialect in found if dialect), None)


def capabilities(dialect: Dialect, cards: Sequence[Mapping[str, Any]], *, needs_network: bool) -> Capabilities:
    """All that a server's models can do. `cards`: the entries of its /v1/models, those of LiteLLM's model info."""
    whole = _templates()
    template = whole.model(dialect.id)
    if template is None:
        raise LookupError(f"data/videos.json has no {dialect.id}")
    made = (_priced(card, template) if "model_info" in card else _model(card, template) for card in cards)
    return replace(
        whole,
        needs_network=needs_network,
        free=dialect.free,
        cancelling=dialect.cancelling,
        models=tuple({model.id: model for model in made if model}.values()),
    )


def _model(card: Mapping[str, Any], template: Model) -> Model | None:
    """A model from its card; None if it makes no video."""
    model_id = card.get("id")
    if not isinstance(model_id, str) or not model_id:
        return None
    told: Any = template.wire
    names = " ".join(str(card.get(name) or "") for name in ("id", "root", "pipeline_name", "pipeline_class")).lower()
    if card.get("task_type"):  # SGLang tells what a pipeline does
        tasks = card.get("supported_task_types") or [card["task_type"]]
        modes = frozenset(Mode(mode) for task in tasks for mode in told["tasks"].get(task, ()))
    else:  # elsewhere the usual names of open models do
        named = (frozenset(map(Mode, modes)) for part, modes in told.get("names", ()) if part in names)
        modes = next(named, template.modes)
    frames = next((step for part, step in told.get("frames", ()) if part in names), 1)
    wire: dict[str, JsonValue] = {"dialect": template.id, "frames": frames}
    return replace(template, id=model_id, label=_label(model_id), modes=modes, wire=wire) if modes else None


def _priced(card: Mapping[str, Any], template: Model) -> Model | None:
    """A model from LiteLLM's model info, with its price per second; None if it makes no video."""
    model_id, info = card.get("model_name"), card["model_info"]
    if not isinstance(model_id, str) or not isinstance(info, Mapping) or info.get("mode") != "video_generation":
        return None
    takes = info.get("supported_modalities")
    modes = template.modes
    if isinstance(takes, list) and "image" not in takes:
        modes = frozenset({Mode.TEXT})
    wire: dict[str, JsonValue] = {"dialect": template.id}
    return replace(template, id=model_id, label=_label(model_id), modes=modes, rates=_rates(info), wire=wire)


def _rates(info: Mapping[str, Any]) -> tuple[Rate, ...]:
    """The shorter side decides. From the smallest up, so that a tier is not taken for another's longer side."""
    made = []
    for tier in _TIERS:
        price = _price(info.get(f"output_cost_per_second_{tier}p"))
        if price is not None:
            made += [Rate(price, when={"height": tier}), Rate(price, when={"width": tier})]
    price = _price(info.get("output_cost_per_second"))
    return (*made, Rate(price)) if price is not None else tuple(made)


def _price(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def _label(model_id: str) -> str:
    """The last part of a path or of a repository's name."""
    return model_id.rstrip("/").rpartition("/")[2] or model_id


def listed(body: Any) -> list[Mapping[str, Any]]:
    """The entries of a list as OpenAI's API has it. Raises `TypeError` if it is none."""
    entries = body["data"]
    if not isinstance(entries, list):
        raise TypeError("data is no list")
    return [entry for entry in entries if isinstance(entry, Mapping)]


def is_litellm(body: Any) -> bool:
    """LiteLLM's unprotected sign of life, GET /health/liveliness."""
    return bool(body == "I'm alive!")
