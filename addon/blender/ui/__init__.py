"""What a person sees: lists, panels, menus. `draw` only reads the runtime: no file, no computing, no change."""

from . import lists, menus, panels

CLASSES = (*lists.CLASSES, *menus.CLASSES, *panels.CLASSES)
