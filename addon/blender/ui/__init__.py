"""What a person sees: panels, lists, menus. `draw` only reads the runtime: no file, no computing, no change."""

from . import assets, comparing, filters, keeping, menus, refining, sessions, shot, start, strip, takes, workflow

# The order of the panels in the tab.
CLASSES = (
    *menus.CLASSES,
    *keeping.CLASSES,
    *refining.CLASSES,
    *filters.CLASSES,
    *start.CLASSES,
    *sessions.CLASSES,
    *shot.CLASSES,
    *workflow.CLASSES,
    *strip.CLASSES,
    *comparing.CLASSES,
    *takes.CLASSES,
    *assets.CLASSES,
)
