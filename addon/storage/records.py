"""Keeping the JSON beside a clip up to date: what it tells is what a lost sidecar is made from again."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from ..core.models import SCHEMA_VERSION, Asset
from ..core.records import Record, joined
from . import assets, files
from .failures import explained


def bring_up_to_date(clip: Path, record: Record) -> bool:
    """Let the JSON beside a clip tell all that `record` does; what it tells besides stays. True if it was written.

    One that is not there is made if the clip is there. Another clip's JSON, one that cannot be understood, and one of a
    newer version are left alone. At every moment it is whole, the old or the new. Raises `StorageError`.
    """
    json = assets.json_path(clip)
    record = record.model_copy(update={"asset": _as_listed(record.asset, clip)})
    with explained("written", json):
        try:
            found = Record.model_validate_json(files.patiently(json.read_bytes))
        except FileNotFoundError:
            return files.exists(clip) and _make(json, record)
        except ValidationError:
            return False
        if found.asset.id != record.asset.id or found.schema_version > SCHEMA_VERSION:
            return False
        after = joined(found, record)
        if after == found:
            return False
        temporary = files.write_temporary(json, encoded(after))
        try:
            files.replace(temporary, json)
        finally:
            files.remove(temporary)
    return True


def follow(clip: Path, before: Path) -> None:
    """Somebody moved a clip from `before`: its JSON comes to lie beside it again, where it can and there is none."""
    left, wanted = assets.json_path(before), assets.json_path(clip)
    with suppress(OSError):
        if files.exists(left) and not files.exists(before) and not files.exists(wanted):
            files.move_new(left, wanted)


def encoded(record: Record) -> bytes:
    """A record as a file."""
    return (record.model_dump_json(indent=2) + "\n").encode()


def _make(json: Path, record: Record) -> bool:
    temporary = files.write_temporary(json, encoded(record))
    try:
        files.move_new(temporary, json)
    except FileExistsError:
        return False
    finally:
        files.remove(temporary)
    return True


def _as_listed(asset: Asset, clip: Path) -> Asset:
    """An asset as the folder of its clip lists it."""
    return asset.model_copy(update={"path": f"{clip.parent.name}/{clip.name}"})
