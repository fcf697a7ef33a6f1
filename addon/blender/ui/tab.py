"""Where the panels stand."""

from __future__ import annotations

from typing import Any

import bpy

from .. import runtime, words


class Tab:
    """Where the panels stand: the sidebar of sequencer and preview alike."""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Sessions"
    bl_translation_context = words.CONTEXT

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return runtime.is_enabled()


def is_narrow(context: bpy.types.Context) -> bool:
    """Whether the sidebar is so narrow that two fields side by side would be cut."""
    return points(context) < _NARROW


def side_by_side(layout: Any, context: bpy.types.Context) -> Any:
    """Where buttons stand beside each other, or below each other where they would be cut."""
    return layout.column(align=True) if is_narrow(context) else layout.row(align=True)


def points(context: bpy.types.Context) -> float:
    """How wide the region is, in points: pixels at a resolution scale of 1."""
    scale = context.preferences.system.ui_scale  # 0 in a background Blender
    return context.region.width / scale if context.region and scale else _USUAL


_NARROW = 260
_USUAL = 300  # of a sidebar as Blender opens it in the sequencer
