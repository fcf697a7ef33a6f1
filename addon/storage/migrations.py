"""From the sidecar of an older version to that of this one, one version at a time. Pure functions on parsed JSON.

A migration takes the object of version n and returns that of version n + 1; it stands in `MIGRATIONS` under n. Each
version that was ever released has a file under tests/storage/sidecars/ that must load for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from ..core.models import SCHEMA_VERSION
from ..core.wording import Text, say

Sidecar = dict[str, JsonValue]
Migration = Callable[[Sidecar], Sidecar]


def _inputs_for_image(sidecar: Sidecar) -> Sidecar:
    """Version 1: a draft had one `image`, now it has `inputs` for what each is for."""

    def changed(holder: JsonValue) -> JsonValue:
        draft = holder.get("draft") if isinstance(holder, dict) else None
        if not isinstance(holder, dict) or not isinstance(draft, dict):
            return holder
        kept = {name: value for name, value in draft.items() if name != "image"}
        image = draft.get("image")
        inputs: list[JsonValue] = [{"role": "first_frame", "path": image}] if image else []
        return {**holder, "draft": {"inputs": inputs, **kept}}

    new = {**sidecar}
    if "desk" in sidecar:
        new["desk"] = changed(sidecar["desk"])
    sessions = sidecar.get("sessions")
    if isinstance(sessions, list):
        new["sessions"] = [changed(session) for session in sessions]
    return new


MIGRATIONS: Mapping[int, Migration] = {1: _inputs_for_image}


class UnknownVersion(ValueError):
    """The sidecar is of no version that ever was. `reason` is half a sentence."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


def migrated(
    sidecar: Sidecar, migrations: Mapping[int, Migration] = MIGRATIONS, version: int = SCHEMA_VERSION
) -> Sidecar:
    """`sidecar` brought up to `version`. Raises `UnknownVersion` if it is of no version that ever was."""
    while True:
        found = sidecar.get("schema_version")
        if not isinstance(found, int) or isinstance(found, bool):
            raise UnknownVersion(say("it does not say its version"))
        if found >= version:
            return sidecar
        if found not in migrations:
            raise UnknownVersion(say("there never was a version {version}", version=found))
        sidecar = {**migrations[found](sidecar), "schema_version": found + 1}
