"""What ComfyUI says is wrong, as sentences that name the node by its title and the input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.errors import Kind, Problem
from ...core.wording import N_, Words
from ..replies import Reply, plain
from . import workflow
from .workflow import Graph

_CHANGE = N_("Change it, or the workflow, then generate again.")

# What the errors of one input mean, by their type; see `execution.py` of ComfyUI.
_INPUTS: dict[str, tuple[Words, Words]] = {
    "required_input_missing": (
        N_("The node “{node}” lacks its input “{input}”."),
        N_("Complete the workflow in ComfyUI, then export and import it again."),
    ),
    "value_bigger_than_max": (N_("“{input}” of the node “{node}” is {value}; the most is {limit}."), _CHANGE),
    "value_smaller_than_min": (N_("“{input}” of the node “{node}” is {value}; the least is {limit}."), _CHANGE),
    "invalid_input_type": (N_("“{input}” of the node “{node}” cannot be “{value}”."), _CHANGE),
    "value_not_in_list": (
        N_("ComfyUI does not have “{value}”, which the node “{node}” wants as “{input}”."),
        N_("Put the file where ComfyUI looks for it, or choose another one."),
    ),
    "custom_validation_failed": (N_("ComfyUI refuses “{input}” of the node “{node}”: {why}."), _CHANGE),
}

_WHOLE: dict[str, tuple[Words, Words]] = {
    "missing_node_type": (
        N_("ComfyUI does not have the node “{node}” ({kind}) of the workflow."),
        N_("Install the custom nodes that it comes from, or update ComfyUI."),
    ),
    "prompt_no_outputs": (
        N_("The workflow saves nothing."),
        N_("Add a Save Video node in ComfyUI, then export and import it again."),
    ),
}

_MEMORY = ("outofmemory", "out of memory", "allocation on device")


def refused(reply: Reply, graph: Graph) -> Problem | None:
    """Why ComfyUI did not queue `graph`, None where its answer does not say."""
    body = reply.body if isinstance(reply.body, dict) else {}
    wrong = [
        (node, error)
        for node, found in _mapping(body.get("node_errors")).items()
        for error in _list(_mapping(found).get("errors"))
    ]
    if wrong:
        return _of_input(*wrong[0], graph, others=len(wrong) - 1)
    error = _mapping(body.get("error"))
    extra = _mapping(error.get("extra_info"))
    found = _WHOLE.get(str(error.get("type")))
    if found is None:
        return None
    node = str(extra.get("node_id", ""))
    values = {"node": _title(graph, node), "kind": plain(str(extra.get("class_type", "?")), 80)}
    return Problem(kind=Kind.INPUT, message=found[0], remedy=found[1], values=values)


def failed(told: Mapping[str, Any], graph: Graph) -> Problem:
    """Why a job failed, from an `execution_error` message."""
    why = plain(str(told.get("exception_message") or told.get("exception_type") or "?")).rstrip(".")
    kind = f"{told.get('exception_type', '')} {why}".lower()
    values = {"node": _title(graph, str(told.get("node_id", "")), str(told.get("node_type", "?"))), "why": why}
    if any(word in kind for word in _MEMORY):
        return Problem(
            kind=Kind.SERVICE,
            message="ComfyUI ran out of memory in the node “{node}”.",
            remedy="Make the clip smaller or shorter, then generate again.",
            values=values,
        )
    return Problem(
        kind=Kind.SERVICE,
        message="The node “{node}” failed in ComfyUI: {why}.",
        remedy="Look at the workflow in ComfyUI, then generate again.",
        values=values,
    )


def forbidden(reply: Reply) -> Problem | None:
    """What a refusal for everybody means: ComfyUI has no keys, it only looks where a request comes from."""
    if reply.status != 403:
        return None
    return Problem(
        kind=Kind.KEY,
        message="ComfyUI refuses what comes from here (HTTP 403).",
        remedy="Enter the address that ComfyUI names when it starts, without a proxy in between.",
    )


def _of_input(node: str, error: Any, graph: Graph, others: int) -> Problem:
    error = _mapping(error)
    extra = _mapping(error.get("extra_info"))
    config = _list(extra.get("input_config"))
    limits = _mapping(config[1]) if len(config) > 1 else {}
    kind = str(error.get("type"))
    message, remedy = _INPUTS.get(kind, (N_("ComfyUI refuses “{input}” of the node “{node}”: {why}."), _CHANGE))
    name = plain(str(extra.get("input_name") or "?"), 80)
    why = plain(str(error.get("details") or error.get("message") or "?")).removeprefix(f"{name} - ").rstrip(".")
    values: dict[str, Any] = {
        "node": _title(graph, node),
        "input": name,
        "value": plain(str(extra.get("received_value", "?")), 80),
        "limit": str(limits.get("max" if kind == "value_bigger_than_max" else "min", "?")),
        "why": why,
    }
    if not others:
        return Problem(kind=Kind.INPUT, message=message, remedy=remedy, values=values)
    first = Problem(kind=Kind.INPUT, message=message, values=values).what
    return Problem(
        kind=Kind.INPUT,
        message="{first} And {count} more.",
        remedy=remedy,
        values={"first": first, "count": others},
    )


def _title(graph: Graph, node: str, otherwise: str = "?") -> str:
    return plain(workflow.title(graph, node) if node in graph else otherwise, 80)


def _mapping(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
