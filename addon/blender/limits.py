"""Money in the preferences: what a day may cost and what it has cost, and from which amount on a click asks first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy
from bpy.props import FloatProperty

from ..core import spending
from . import bills, settings, words
from .ui.columns import labelled, sentence


def properties() -> Mapping[str, Any]:
    """A limit and a question for each unit that money is counted in, by their names, as a class of Blender's has them.

    The credits of one provider are worth nothing at another one, so each has its own.
    """
    found: dict[str, Any] = {}
    for unit, called in settings.UNITS.items():
        digits = 0 if spending.provider_of(unit) else 2
        found[f"limit_{called}"] = FloatProperty(
            name="Daily Limit",
            description="Takes that would cost more in a day, in all files together, are not sent. 0 for no limit",
            min=0.0,
            precision=digits,
            step=100,
        )
        found[f"ask_{called}"] = FloatProperty(
            name="Ask Above",
            description="A click on Generate that costs more asks first. 0 to never ask",
            min=0.0,
            default=settings.ASK_ABOVE[unit],
            precision=digits,
            step=100,
        )
    return found


def draw(preferences: Any, layout: Any, context: bpy.types.Context) -> None:
    """The limits, and what was spent today, beside each other."""
    for name, label in (("limit", words.tr("Limit per Day")), ("ask", words.tr("Ask Above"))):
        row = labelled(layout, label).row(align=True)
        for unit, called in settings.UNITS.items():
            row.prop(preferences, f"{name}_{called}", text=bills.unit_name(unit), translate=False)
    spent = bills.written(bills.of_today()) or words.tr("Nothing")
    labelled(layout, words.tr("Sent Today")).label(text=spent, translate=False)
    explained = words.tr(
        "Prices are estimates from the providers' lists. What a take did cost is shown with it. 0 is no limit. "
        "What was sent today counts in all files together, also where nobody knows whether it is billed."
    )
    sentence(labelled(layout, "").column(), context, explained)
    layout.separator()
