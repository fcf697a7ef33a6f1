"""What a person can do. Each `execute` is complete without a window; `invoke` only adds the dialog."""

from . import assets, generate, sessions

CLASSES = (*sessions.CLASSES, *generate.CLASSES, *assets.CLASSES)
