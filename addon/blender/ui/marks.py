"""What a person thinks of a clip, where it is drawn: star, mark and note."""

from __future__ import annotations

from typing import Any

import bpy

from ...core.models import Asset, Mark
from .tab import side_by_side
from .text import wrapped


def draw_star(row: Any, asset: Asset) -> None:
    """The star beside a clip: a click gives it, or takes it away."""
    icon: Any = "SOLO_ON" if asset.mark is Mark.STARRED else "SOLO_OFF"
    row.operator("sessions.star", text="", icon=icon, emboss=False).asset_id = asset.id


def dim(layout: Any, asset: Asset | None) -> None:
    """Let what is drawn of a rejected clip step back."""
    if asset and asset.mark is Mark.REJECTED:
        layout.active = False


def draw_marks(layout: Any, context: bpy.types.Context, asset: Asset) -> None:
    """Star, reject and note of the selected clip, and what the note says."""
    row = side_by_side(layout, context)
    starred, rejected = asset.mark is Mark.STARRED, asset.mark is Mark.REJECTED
    row.operator("sessions.star", icon="SOLO_ON" if starred else "SOLO_OFF", depress=starred).asset_id = asset.id
    row.operator("sessions.reject", icon="X", depress=rejected).asset_id = asset.id
    row.operator("sessions.note", text="Note…", icon="GREASEPENCIL").asset_id = asset.id
    if asset.note:
        wrapped(layout.column(align=True), context, asset.note, icon="INFO")
