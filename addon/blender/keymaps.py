"""The keys of the extension, in the sequencer's timeline; shown and changed in Blender's own keymap preferences."""

from __future__ import annotations

from typing import Any

import bpy

_SWAPS = (("PAGE_DOWN", "NEXT"), ("PAGE_UP", "PREVIOUS"))

_items: list[tuple[Any, Any]] = []


def attach() -> None:
    """Add the keys. A background Blender has no keymaps of add-ons."""
    configuration = bpy.context.window_manager.keyconfigs.addon
    if configuration is None:
        return
    keymap = configuration.keymaps.new(name="Sequencer", space_type="SEQUENCE_EDITOR")
    for key, direction in _SWAPS:
        items: Any = keymap.keymap_items
        item = items.new("sessions.swap", key, "PRESS", shift=True)
        item.properties.direction = direction
        _items.append((keymap, item))


def detach() -> None:
    """Take them out again."""
    for keymap, item in reversed(_items):
        keymap.keymap_items.remove(item)
    _items.clear()
