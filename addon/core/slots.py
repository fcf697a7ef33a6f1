"""Slots: the places in the edit where one of a session's takes plays.

The strips themselves carry the id of their slot; copies of a strip share it. Here is what a project knows about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from . import lifecycle
from .models import Asset, Mark, Take, TakeState


def fillings(assets: Iterable[Asset]) -> dict[str, Asset]:
    """By slot: the clip that it is to show if it is empty: of those made for it, the one that was there first."""
    made: dict[str, Asset] = {}
    for asset in assets:
        if asset.slot and asset.trashed_at is None:
            first = made.setdefault(asset.slot, asset)
            if asset.created_at < first.created_at:
                made[asset.slot] = asset
    return made


def standing(takes: Sequence[Take]) -> Take | None:
    """The take that says how a slot without a clip is doing: one that still runs, else the last one that ended."""
    running = next((take for take in takes if lifecycle.is_running(take)), None)
    uncertain = next((take for take in takes if take.state is TakeState.UNCERTAIN), None)
    return running or uncertain or (takes[-1] if takes else None)


def choices(assets: Iterable[Asset], session_id: str) -> list[Asset]:
    """The clips that a strip of a session can show, by the numbers of their takes; whether the session exists or not.

    Those in the trash are not among them.
    """
    found = [asset for asset in assets if asset.session_id == session_id and asset.trashed_at is None]
    return sorted(found, key=lambda asset: (asset.take_number, asset.created_at))


def neighbour(assets: Sequence[Asset], shown: str, step: int) -> Asset | None:
    """The clip `step` further in the row than the one with the id `shown`, and around its ends; rejected ones are left
    out. None if there is no other.
    """
    row = [asset for asset in assets if asset.mark is not Mark.REJECTED or asset.id == shown]
    at = next((place for place, asset in enumerate(row) if asset.id == shown), -1 if step > 0 else 0)
    if not row or (len(row) == 1 and row[0].id == shown):
        return None
    return row[(at + step) % len(row)]
