"""The settings that only some models have, as Blender properties: the n-th of these is the model's n-th option."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty
from pydantic import JsonValue

from ..core.capabilities import Option, OptionKind, Span
from ..core.errors import SessionsError
from ..core.wording import N_
from . import form, runtime

log = logging.getLogger(__name__)

PROPERTIES: dict[OptionKind, str] = {
    OptionKind.SWITCH: "switch",
    OptionKind.WHOLE: "whole",
    OptionKind.NUMBER: "number",
    OptionKind.CHOICE: "choice",
    OptionKind.TEXT: "text",
}
"""Which property shows which kind of option."""

_LARGEST = 2**31 - 1
_UNSET = N_("As the Model Has It")


def _option(slot: Any) -> Option | None:
    found = form.chosen() if runtime.is_enabled() else None
    number = int(slot.name or -1)
    return found.options[number] if found and 0 <= number < len(found.options) else None


def _getter(read: Callable[[Option, JsonValue], Any], nothing: Any) -> Callable[[Any], Any]:
    def get(slot: Any) -> Any:
        option = _option(slot)
        return nothing if option is None else read(option, form.value(option))

    return get


def _setter(written: Callable[[Option, Any], JsonValue]) -> Callable[[Any, Any], None]:
    def set(slot: Any, value: Any) -> None:
        option = _option(slot)
        if option is None:
            return
        try:
            form.set_value(option, written(option, value))
        except SessionsError as error:  # a property cannot report: the panel shows the trouble
            log.warning("%s", error)
            runtime.current().trouble = error.problem

    return set


def _number(option: Option, value: JsonValue) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return option.span.minimum if option.span else 0


def _whole(option: Option, value: JsonValue) -> int:
    return int(max(-_LARGEST, min(_LARGEST, _number(option, value))))


def _within(option: Option, value: float) -> float:
    return option.span.nearest(value) if option.span else value


# Kept here because Blender does not keep the strings of a dynamic enumeration alive.
_items: dict[tuple[str, tuple[str, ...]], list[tuple[str, str, str]]] = {}


def _choices(slot: Any, _context: Any) -> list[tuple[str, str, str]]:
    option = _option(slot)
    if option is None:
        return [("", "", "")]
    unset = [] if _has_value(option) else [("UNSET", _UNSET, "")]
    made = [*unset, *((choice, choice, option.tip) for choice in option.choices)]
    return _items.setdefault((option.id, (str(len(unset)), *option.choices)), made)


def _has_value(option: Option) -> bool:
    """Whether an option is always sent."""
    return option.required or option.default is not None


def _get_choice(slot: Any) -> int:
    option = _option(slot)
    if option is None:
        return 0
    wanted = form.value(option)
    names = [item[0] for item in _choices(slot, None)]
    return names.index(wanted) if isinstance(wanted, str) and wanted in names else 0


def _chosen(option: Option, index: int) -> JsonValue:
    at = index if _has_value(option) else index - 1
    return option.choices[at] if 0 <= at < len(option.choices) else None


class SESSIONS_PG_option(bpy.types.PropertyGroup):
    """The option whose number is the name."""

    switch: BoolProperty(get=_getter(lambda _, value: value is True, False), set=_setter(lambda _, value: bool(value)))
    whole: IntProperty(get=_getter(_whole, 0), set=_setter(lambda option, value: int(_within(option, value))))
    number: FloatProperty(get=_getter(_number, 0.0), set=_setter(_within))
    choice: EnumProperty(items=_choices, get=_get_choice, set=_setter(_chosen))
    text: StringProperty(
        get=_getter(lambda _, value: value if isinstance(value, str) else "", ""),
        set=_setter(lambda _, value: value or None),
    )


def label(option: Option) -> str:
    """What stands before an option: its name, and the range of a number."""
    span: Span | None = option.span if option.kind in (OptionKind.WHOLE, OptionKind.NUMBER) else None
    if span and span.maximum < _LARGEST:
        return f"{option.label} ({span.minimum:g}–{span.maximum:g})"
    return option.label
