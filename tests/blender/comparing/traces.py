"""What is in the open file: to see that a comparison leaves nothing in it."""

from __future__ import annotations

from typing import Any

import bpy

from ..working import strips


def contents() -> dict[str, Any]:
    """Every data-block of the open file with its users, and the strips with their own properties."""
    found: dict[str, Any] = {}
    for each in bpy.data.bl_rna.properties:
        if each.type == "COLLECTION":
            found[each.identifier] = sorted(
                (block.name_full, block.users) for block in getattr(bpy.data, each.identifier)
            )
    found["strips"] = sorted(
        (strip.name, strip.channel, strip.select, strip.filepath, sorted(strip.keys()))
        for strip in strips()
        if strip.type == "MOVIE"
    )
    return found
