"""A frame of the cut as it would be with other takes in the place of one: with all above it, and its effects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from .. import clips, compat
from ..slots import swapping
from . import framing
from .answers import loaded
from .shooting import opened
from .writing import still


def pictures(order: dict[str, Any]) -> dict[str, Any]:
    """Render what a `messages.Try` wants, each take in the strip as a swap would have it.

    The answer has the `pictures`, by the assets' ids. Takes whose clip cannot be read are missing.
    """
    made = {}
    for number, (asset_id, clip) in enumerate(order["clips"].items()):
        scene = opened(order)
        strip = compat.strips_all(scene.sequence_editor).get(order["strip"])
        found: Any = loaded(bpy.data.movieclips, clip)
        if strip is None or found is None or found.frame_duration < 1:
            continue
        swapping.show(scene, strip, Path(clip), clips.source_of(found))
        framing.render_sequencer(scene)
        out = str(Path(order["folder"], f"{order['order_id']}-{number}"))
        made[asset_id] = still(scene, order["frame"], out)["file"]
    return {"pictures": made}
