"""What a person sees: panels, lists, menus. `draw` only reads the runtime: no file, no computing, no change."""

from . import assets, menus, sessions, shot, start, takes, workflow

# The order of the panels in the tab.
CLASSES = (
    *menus.CLASSES,
    *start.CLASSES,
    *sessions.CLASSES,
    *shot.CLASSES,
    *workflow.CLASSES,
    *takes.CLASSES,
    *assets.CLASSES,
)
