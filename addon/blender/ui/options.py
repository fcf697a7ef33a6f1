"""The settings that only the chosen model has."""

from __future__ import annotations

from typing import Any

from ...core.capabilities import Option
from .. import options


def draw(layout: Any, panel: Any, shown: tuple[Option, ...]) -> None:
    """A field for each option, under the name that the service gives it."""
    column = layout.column()
    for number, option in enumerate(shown[: len(panel.options)]):
        field = panel.options[number]
        column.prop(field, options.PROPERTIES[option.kind], text=options.label(option), translate=False)
