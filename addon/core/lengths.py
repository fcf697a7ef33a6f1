"""Whether a clip or sound that a request starts from is as long as its place takes it."""

from __future__ import annotations

from .capabilities import Model, Slot
from .errors import InputError
from .wording import N_

_SLACK = 0.01  # seconds: containers round


def check(seconds: float, slot: Slot, model: Model, name: str) -> None:
    """Raise `InputError` if a file or range called `name` is shorter or longer than `slot` takes; 0: nobody knows."""
    least, most = slot.seconds
    if not seconds or (least - _SLACK <= seconds and (not most or seconds <= most + _SLACK)):
        return
    told = N_("“{name}” is {seconds:g} s long; {model} takes {least:g} to {most:g} s.")
    if not least:
        told = N_("“{name}” is {seconds:g} s long; {model} takes at most {most:g} s.")
    elif not most:
        told = N_("“{name}” is {seconds:g} s long; {model} takes {least:g} s or more.")
    raise InputError(
        told,
        "Choose one of that length.",
        name=name,
        seconds=round(seconds, 2),
        model=model.label,
        least=least,
        most=most,
    )
