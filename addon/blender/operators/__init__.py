"""What a person can do. Each `execute` is complete without a window; `invoke` only adds the dialog."""

from . import assets, generate, sessions, takes

CLASSES = (*sessions.CLASSES, *generate.CLASSES, *takes.CLASSES, *assets.CLASSES)
