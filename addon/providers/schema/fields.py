"""The properties of a JSON Schema, each made flat: references followed, alternatives chosen, nothing taken on trust.

Reads what OpenAPI 3.0 and 3.1 and JSON Schema 2020-12 have in common.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import JsonValue

_DEEPEST = 12
_MOST_FIELDS = 300
_MOST_VALUES = 500
# Of several alternatives the first of these: what a form can ask for as precisely as may be.
_PREFERRED = ("integer", "number", "enum", "boolean", "string", "array", "object", "")


class SchemaError(ValueError):
    """What was to be read describes no form."""


class Field(NamedTuple):
    """One property. `kind` is its JSON type, empty if unknown; `values` the only ones it takes, if there are such.

    `bounds`: least, most and step, None where there is none. `items` is what an array holds, `inner` what an object
    holds, `words` what a text may be as far as is known, `constant` the only value there is.
    """

    name: str
    kind: str
    required: bool
    values: tuple[JsonValue, ...] = ()
    default: JsonValue = None
    title: str = ""
    description: str = ""
    format: str = ""
    deprecated: bool = False
    bounds: tuple[float | None, float | None, float | None] = (None, None, None)
    most_characters: float | None = None
    least_items: float | None = None
    most_items: float | None = None
    items: Field | None = None
    inner: Mapping[str, Field] = {}
    words: tuple[JsonValue, ...] = ()
    constant: JsonValue = None


def fields(document: Mapping[str, Any], schema: Any) -> dict[str, Field]:
    """The properties of `schema` by name, in the order in which they are to be shown. Raises `SchemaError`."""
    found = dict(_properties(document, _whole(document, schema, _DEEPEST), _DEEPEST))
    if not found:
        raise SchemaError("no properties")
    return found


def number(value: Any) -> float | None:
    """`value` if it is a number, and not what Python calls one besides."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18 else None


def _properties(document: Mapping[str, Any], whole: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Field]]:
    properties = _mapping(whole.get("properties"))
    required = {name for name in _sequence(whole.get("required")) if isinstance(name, str)}
    order = [name for name in _sequence(whole.get("x-fal-order-properties")) if name in properties]
    for name in list(dict.fromkeys([*order, *properties]))[:_MOST_FIELDS]:
        if isinstance(name, str) and name:
            yield name, _field(document, name, properties[name], name in required, depth - 1)


def _field(document: Mapping[str, Any], name: str, schema: Any, required: bool, depth: int) -> Field:
    own = _whole(document, schema, depth)
    variants = [each for each in _alternatives(document, own, depth) if _kind(each) != "null"]
    whole = min(variants, key=_preference, default=own)
    values = _values(variants) if _preference(whole) == _PREFERRED.index("enum") else ()
    default = own.get("default")
    objects = [each for each in variants if _kind(each) == "object"]
    items = whole.get("items")
    return Field(
        name=name,
        kind=_kind(whole),
        required=required,
        values=values,
        default=default if isinstance(default, bool | int | float | str) else None,
        title=_text(own, "title"),
        description=_text(own, "description") or _text(whole, "description"),
        format=_text(whole, "format"),
        deprecated=own.get("deprecated") is True,
        bounds=_bounds(whole),
        most_characters=number(whole.get("maxLength")),
        least_items=number(whole.get("minItems")),
        most_items=number(whole.get("maxItems")),
        items=_field(document, name, items, False, depth - 1) if isinstance(items, Mapping) and depth > 0 else None,
        inner=dict(_properties(document, objects[0], depth)) if objects and depth > 0 else {},
        words=values or tuple(_known_words(own, whole)),
        constant=_constant(whole),
    )


def _whole(document: Mapping[str, Any], schema: Any, depth: int) -> Mapping[str, Any]:
    """`schema` with what it refers to and what it is composed of; what it says itself counts before that."""
    own = _mapping(schema)
    if depth <= 0:
        return {}
    parts = [_whole(document, part, depth - 1) for part in _sequence(own.get("allOf"))[:10]]
    reference = own.get("$ref")
    if isinstance(reference, str):
        parts.append(_whole(document, _referred(document, reference), depth - 1))
    if not parts:
        return own
    merged: dict[str, Any] = {}
    for part in [*parts, own]:
        merged |= {
            **part,
            "properties": {**_mapping(merged.get("properties")), **_mapping(part.get("properties"))},
            "required": [*_sequence(merged.get("required")), *_sequence(part.get("required"))],
        }
    return {name: value for name, value in merged.items() if name not in ("$ref", "allOf")}


def _referred(document: Mapping[str, Any], reference: str) -> Any:
    """What a reference within the document leads to; nothing else is followed."""
    if not reference.startswith("#/"):
        raise SchemaError("a reference leads out of the document")
    found: Any = document
    for step in reference[2:].split("/"):
        step = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, Mapping) or step not in found:
            raise SchemaError("a reference leads nowhere")
        found = found[step]
    return found


def _alternatives(document: Mapping[str, Any], whole: Mapping[str, Any], depth: int) -> list[Mapping[str, Any]]:
    alternatives = [*_sequence(whole.get("anyOf")), *_sequence(whole.get("oneOf"))][:20]
    if not alternatives or depth <= 0:
        return [whole]
    shared = {name: value for name, value in whole.items() if name not in ("anyOf", "oneOf", "default")}
    return [
        {**shared, **variant}
        for each in alternatives
        for variant in _alternatives(document, _whole(document, each, depth - 1), depth - 1)
    ]


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):  # OpenAPI 3.1
        kind = next((each for each in kind if each != "null"), "null")
    if isinstance(kind, str):
        return kind
    if schema.get("properties"):
        return "object"
    values = [*_sequence(schema.get("enum")), *([schema["const"]] if "const" in schema else [])]
    return next((name for name, of in _TYPES if values and all(isinstance(each, of) for each in values)), "")


_TYPES = (("boolean", bool), ("integer", int), ("number", (int, float)), ("string", str))


def _preference(schema: Mapping[str, Any]) -> int:
    kind = _kind(schema)
    return _PREFERRED.index(("enum" if _values([schema]) else kind) if kind in _PREFERRED else "")


def _values(schemas: list[Mapping[str, Any]]) -> tuple[JsonValue, ...]:
    """The only values that there are in the alternatives which name some, if they can be shown."""
    found = [
        value
        for schema in schemas
        for value in _sequence(schema.get("enum"))[:_MOST_VALUES]
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
    ]
    return tuple(dict.fromkeys(found))[:_MOST_VALUES]


def _known_words(own: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[JsonValue]:
    """What a free text may be, as far as its default and its examples tell."""
    for value in dict.fromkeys(map(_text_or_nothing, [own.get("default"), *_sequence(whole.get("examples"))[:20]])):
        if value:
            yield value


def _text_or_nothing(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _bounds(schema: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    """Least, most and step; a bound that is not admitted itself is moved by a whole step, or by very little."""
    step = number(schema.get("multipleOf"))
    step = step if step and step > 0 else 1.0 if _kind(schema) == "integer" else None
    least, most = number(schema.get("minimum")), number(schema.get("maximum"))
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    beside = step or 1e-3
    if above is True and least is not None:  # OpenAPI 3.0
        least += beside
    elif (bound := number(above)) is not None:
        least = bound + beside
    if below is True and most is not None:
        most -= beside
    elif (bound := number(below)) is not None:
        most = bound - beside
    if step and least is not None:  # multiples count from 0
        least = math.ceil(least / step - 1e-9) * step
    return least, most, step


def _constant(schema: Mapping[str, Any]) -> JsonValue:
    value = schema.get("const")
    return value if isinstance(value, bool | int | float | str) else None


def _text(schema: Mapping[str, Any], name: str) -> str:
    return _text_or_nothing(schema.get(name))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
