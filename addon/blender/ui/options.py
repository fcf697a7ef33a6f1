"""The settings that only the chosen model has."""

from __future__ import annotations

from typing import Any

import bpy

from ...core.capabilities import Option, OptionKind
from .. import options
from .tab import is_narrow
from .text import fits


def draw(layout: Any, context: bpy.types.Context, panel: Any, shown: tuple[Option, ...]) -> None:
    """A field for each option, with the name that the service gives it: above the field where it is long."""
    column = layout.column()
    shares = _NARROW if is_narrow(context) else _WIDE
    for field, option in zip(panel.options, shown, strict=False):
        name, text = options.PROPERTIES[option.kind], options.label(option)
        if fits(context, text, shares[option.kind]):
            column.prop(field, name, text=text, translate=False)
            continue
        whole = column.column(align=True)
        whole.use_property_split = False
        if option.kind is OptionKind.SWITCH:
            whole.prop(field, name, text=text, translate=False)
        else:
            whole.label(text=text, translate=False)
            whole.prop(field, name, text="")


# The share of the width that Blender gives to the label of a field: as columns, and where there is no room for them.
_WIDE = dict.fromkeys(OptionKind, 0.4) | {OptionKind.SWITCH: 0.5}
_NARROW = dict.fromkeys(OptionKind, 0.25) | {OptionKind.SWITCH: 0.9, OptionKind.WHOLE: 0.6, OptionKind.NUMBER: 0.6}
