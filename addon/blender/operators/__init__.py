"""What a person can do. Each `execute` is complete without a window; `invoke` only adds the dialog."""

from . import accounts, assets, generate, given, inputs, paid, prompt, sessions, takes, views, workflows

CLASSES = (
    *sessions.CLASSES,
    *prompt.CLASSES,
    *inputs.CLASSES,
    *given.CLASSES,
    *generate.CLASSES,
    *paid.CLASSES,
    *takes.CLASSES,
    *assets.CLASSES,
    *views.CLASSES,
    *accounts.CLASSES,
    *workflows.CLASSES,
)
