"""What the preferences say, for whoever acts on it; without any, as in some tests, what a fresh install has."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from ..core import numbering, sessions
from ..core.capabilities import Capabilities
from ..core.errors import InputError
from ..core.models import Draft, Session
from ..providers import catalog
from . import places


class Settings(NamedTuple):
    """The preferences as plain values.

    `provider`: id of the default one. `assets_folder`: as it was typed, empty for beside each .blend. `pattern`: how
    new sessions are numbered (see `core.numbering`), empty for names from the prompt.
    """

    provider: str = ""
    assets_folder: str = ""
    pattern: str = ""
    confirm_delete: bool = True


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
    )


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


def root(sidecar: Path) -> Path | None:
    """The folder in which `<name>.assets` is made for new clips of a project (see `storage.folders`).

    None: beside the sidecar, where a file without a name always has them.
    """
    typed = get().assets_folder.strip()
    if not typed or places.unsaved_key(sidecar):
        return None
    folder = typed[2:] if typed.startswith("//") else os.path.expanduser(typed)  # noqa: PTH111 (that one may raise)
    return Path(os.path.normpath(sidecar.parent / folder))


def provider(draft: Draft, session: Session | None) -> Capabilities:
    """Who generates from `draft`: the provider chosen there, else the one of the session's last take, else the default.

    Raises `InputError` if this version does not have the chosen one.
    """
    known = {each.id: each for each in catalog.capabilities()}
    wanted = sessions.provider(draft, session)
    if wanted in known:
        return known[wanted]
    if draft.provider:
        names = ", ".join(known)
        raise InputError(
            "There is no provider “{provider}”.", "Choose one of: {names}.", provider=wanted[:40], names=names
        )
    return known.get(get().provider) or next(iter(known.values()))
