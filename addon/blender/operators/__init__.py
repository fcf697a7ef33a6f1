"""What a person can do. Each `execute` is complete without a window; `invoke` only adds the dialog."""

from . import assets, generate, prompt, sessions, takes, views

CLASSES = (*sessions.CLASSES, *prompt.CLASSES, *generate.CLASSES, *takes.CLASSES, *assets.CLASSES, *views.CLASSES)
