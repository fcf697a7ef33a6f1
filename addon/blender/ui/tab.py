"""Where the panels stand."""

from __future__ import annotations

import bpy

from .. import runtime


class Tab:
    """Where the panels stand: the sidebar of sequencer and preview alike."""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Sessions"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return runtime.is_enabled()
