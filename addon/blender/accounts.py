"""The providers as Blender sees them: what they can do, whether there is a key, what they answered last.

Blender itself never asks a service: the worker does, and leaves what it found in the user's folder.
"""

from __future__ import annotations

from typing import NamedTuple

import bpy

from ..core.capabilities import Capabilities
from ..core.errors import Kind, Problem
from ..core.models import Cost
from ..core.wording import Text
from ..providers import catalog
from ..storage import catalogs, keys
from ..worker import messages
from . import places, runtime, workers

MASK = "•" * 12
"""What the field of a key shows instead of it."""


class Answer(NamedTuple):
    """What a provider answered to the last inquiry. All empty: it is being asked."""

    said: Text | None = None
    problem: Problem | None = None
    balance: Cost | None = None


_known: dict[str, Capabilities | None] = {}
_keyed: dict[str, bool] = {}
_answers: dict[str, Answer] = {}


def capabilities(provider_id: str) -> Capabilities | None:
    """What a provider can do, None if this version has none of that name. Reads files once only."""
    if provider_id not in _known:
        found = catalogs.get(places.user_folder(""), provider_id) if provider_id in catalog.PROVIDERS else None
        _known[provider_id] = catalog.find(provider_id, found, places.user_folder(""))
    return _known[provider_id]


def has_key(provider_id: str) -> bool:
    """Whether there is a key, in the environment or in the user's file."""
    if provider_id not in _keyed:
        variable = catalog.PROVIDERS[provider_id].variable
        _keyed[provider_id] = keys.has(places.user_folder(""), provider_id, variable)
    return _keyed[provider_id]


def in_environment(provider_id: str) -> bool:
    """Whether the key comes from an environment variable, which wins."""
    return bool(keys.from_environment(catalog.PROVIDERS[provider_id].variable))


def set_key(provider_id: str, key: str) -> None:
    """Keep a key in the user's file; an empty one is forgotten. Raises `SessionsError`."""
    if key != MASK:
        keys.put(places.user_folder(""), provider_id, key)
        _keyed.pop(provider_id, None)
        _answers.pop(provider_id, None)


def answer(provider_id: str) -> Answer | None:
    """What the provider answered last; None if it was not asked since Blender started."""
    return _answers.get(provider_id)


def ask(provider_id: str) -> None:
    """Ask a provider whether it is there and what it can do. Raises `WorkerUnavailable`."""
    _answers[provider_id] = Answer()
    workers.send(messages.Inquire(provider=provider_id), runtime.current().path)


def answered(message: messages.Inquired) -> None:
    """A provider has answered."""
    _answers[message.provider] = Answer(message.said, message.problem, message.balance)
    forget_capabilities(message.provider)
    capabilities(message.provider)  # now, not while the panel is drawn


def forget_capabilities(provider_id: str) -> None:
    """A provider can do something else now: look again."""
    _known.pop(provider_id, None)


def worker_died() -> None:
    """Nobody answers what was asked."""
    for provider_id in [name for name, found in _answers.items() if found == Answer()]:
        del _answers[provider_id]


def forget() -> None:
    """The extension is enabled or disabled: nothing is known for sure."""
    for found in (_known, _keyed, _answers):
        found.clear()


def refusal(provider_id: str) -> Problem | None:
    """What keeps a provider from being used now, as far as that can be told without asking it."""
    facts = catalog.PROVIDERS.get(provider_id)
    if facts is None:
        return None
    found = capabilities(provider_id)
    if facts.needs_key and not has_key(provider_id):
        return Problem(
            kind=Kind.KEY,
            message="{provider} needs a key.",
            remedy="Enter it in the preferences.",
            values={"provider": facts.label},
        )
    if found and found.needs_network and not bpy.app.online_access:
        return Problem(
            kind=Kind.OFFLINE,
            message="Blender's online access is off, so {provider} is not reached.",
            remedy="Turn on Allow Online Access in the preferences, under System."
            if not bpy.app.online_access_override
            else "Blender was started with it off: start it anew without that.",
            values={"provider": facts.label},
        )
    return None
