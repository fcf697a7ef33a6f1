"""What the preferences say, for whoever acts on it; without any, as in some tests, what a fresh install has."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from ..core import numbering, sessions, spending
from ..core.errors import InputError
from ..core.models import Draft, Session
from ..providers import catalog
from ..worker import messages
from . import places

UNITS = {"USD": "usd"} | {
    spending.unit("credits", each.id): f"{each.id}_credits" for each in catalog.PROVIDERS.values() if each.credits
}
"""What money can be limited in, by `core.spending.unit`, each with how the preferences call it."""

ASK_ABOVE = {unit: 5.0 if unit == "USD" else 500.0 for unit in UNITS}


class Settings(NamedTuple):
    """The preferences as plain values.

    `provider`: id of the default one. `assets_folder`: as it was typed, empty for beside each .blend. `pattern`: how
    new sessions are numbered (see `core.numbering`), empty for names from the prompt. `addresses`: where providers are,
    by id, empty for where they usually are. `daily_limit`: how much may be spent in a day, by `core.spending.unit`.
    `ask_above`: how much a click may cost without a question, likewise.
    """

    provider: str = ""
    assets_folder: str = ""
    pattern: str = ""
    confirm_delete: bool = True
    addresses: Mapping[str, str] = {}
    daily_limit: Mapping[str, float] = {}
    ask_above: Mapping[str, float] = ASK_ABOVE


def get() -> Settings:
    """What the preferences say now."""
    said = stored()
    if said is None:
        return Settings()
    return Settings(
        provider=said.default_provider,
        assets_folder=said.assets_folder,
        pattern=_usable(said.name_pattern) if said.naming == "NUMBERED" else "",
        confirm_delete=said.confirm_delete,
        addresses={
            each.id: typed
            for each in catalog.PROVIDERS.values()
            if each.base and (typed := getattr(said, address(each.id)).strip())
        },
        daily_limit={unit: each for unit, name in UNITS.items() if (each := getattr(said, f"limit_{name}"))},
        ask_above={unit: each for unit, name in UNITS.items() if (each := getattr(said, f"ask_{name}"))},
    )


def address(provider_id: str) -> str:
    """What the preference is called that says where a provider is."""
    return f"{provider_id}_address"


def key(provider_id: str) -> str:
    """What the preference is called in which a provider's key is entered."""
    return f"{provider_id}_key"


def stored() -> Any:
    """The preferences as Blender has them (`preferences.SESSIONS_AP_preferences`), or None."""
    addon = bpy.context.preferences.addons.get(places.PACKAGE)
    return addon.preferences if addon else None


def _usable(pattern: str) -> str:
    """A pattern, or nothing: that it makes no names must not keep anybody from generating; the preferences tell."""
    try:
        numbering.check(pattern)
    except InputError:
        return ""
    return pattern


def configuration() -> messages.Configure:
    """What the worker must know of the preferences."""
    said = get()
    return messages.Configure(
        online=bpy.app.online_access,
        online_fixed=bpy.app.online_access_override,
        accounts=dict(said.addresses),
        folder=places.user_folder(""),
        daily_limit=dict(said.daily_limit),
    )


def root(sidecar: Path) -> Path | None:
    """The folder in which `<name>.assets` is made for new clips of a project (see `storage.folders`).

    None: beside the sidecar, where a file without a name always has them.
    """
    typed = get().assets_folder.strip()
    if not typed or places.unsaved_key(sidecar):
        return None
    folder = typed[2:] if typed.startswith("//") else os.path.expanduser(typed)  # noqa: PTH111 (that one may raise)
    return Path(os.path.normpath(sidecar.parent / folder))


def provider(draft: Draft, session: Session | None) -> str:
    """The id of who generates from `draft`: chosen there, else as the session's last take, else the default.

    Raises `InputError` if this version does not have the chosen one.
    """
    wanted = sessions.provider(draft, session)
    if wanted in catalog.PROVIDERS:
        return wanted
    if draft.provider:
        names = ", ".join(catalog.PROVIDERS)
        raise InputError(
            "There is no provider “{provider}”.", "Choose one of: {names}.", provider=wanted[:40], names=names
        )
    default = get().provider
    return default if default in catalog.PROVIDERS else next(iter(catalog.PROVIDERS))
