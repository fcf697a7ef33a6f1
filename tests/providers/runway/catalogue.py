"""Bodies held against Runway's own papers: the SDK's request types, and the OpenAPI document, which is older."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema

_TYPES = {"str": str, "bool": bool, "int": int, "float": (int, float), "object": dict}


class Catalogue:
    """What lies in the folder `runway` of the specifications."""

    def __init__(self, specs: Path) -> None:
        self._folder = specs / "runway"

    @cached_property
    def sdk(self) -> dict[str, Any]:
        """Endpoint, model, field: what SDK 5.24.0 knows."""
        return json.loads((self._folder / "models-sdk-5.24.0.json").read_text("utf-8"))

    @cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        return json.loads((self._folder / "openapi-2026-08-08.json").read_text("utf-8"))

    @cached_property
    def _schemas(self) -> dict[tuple[str, str], Any]:
        found = {}
        for path in ("text_to_video", "image_to_video", "video_to_video", "video_upscale"):
            content = self.document["paths"][f"/v1/{path}"]["post"]["requestBody"]["content"]
            for schema in content["application/json"]["schema"]["oneOf"]:
                closed = {**schema, "additionalProperties": False}
                found[path, schema["properties"]["model"]["const"]] = jsonschema.Draft202012Validator(closed)
        return found

    def faults(self, path: str, body: dict[str, Any]) -> list[str]:
        """What is wrong with a body by either paper."""
        endpoint = path.removeprefix("/v1/")
        fields = self.sdk[endpoint][body["model"]]
        rest = {name: value for name, value in body.items() if name != "model"}
        found = list(_object(rest, fields, ""))
        schema = self._schemas.get((endpoint, body["model"]))
        if schema:
            known = {name: value for name, value in body.items() if name not in self.newer(path, body)}
            found += [f"{error.json_path}: {error.message[:200]}" for error in schema.iter_errors(known)]
        return found

    def knows(self, path: str, model: str) -> bool:
        """Whether the older document has this model at this path."""
        return (path.removeprefix("/v1/"), model) in self._schemas

    def newer(self, path: str, body: dict[str, Any]) -> set[str]:
        """The fields of a body that the SDK knows, or knows this value of, and the older document does not."""
        endpoint = path.removeprefix("/v1/")
        schema = self._schemas.get((endpoint, body["model"]))
        if schema is None:
            return set()
        properties = schema.schema["properties"]
        return {
            name
            for name, value in body.items()
            if name not in properties
            or ("enum" in properties[name] and value not in properties[name]["enum"])
            or (name == "duration" and value == "auto")
        }


def _faults(value: Any, spec: dict[str, Any], place: str) -> Iterator[str]:
    if "anyOf" in spec:
        tried = [list(_faults(value, each, place)) for each in spec["anyOf"]]
        if all(tried):
            yield from min(tried, key=len)
    elif "enum" in spec:
        if value not in spec["enum"] or isinstance(value, bool):
            yield f"{place}: {value!r} is none of {spec['enum']}"
    elif "object" in spec:
        yield from _object(value, spec["object"], place)
    elif "array" in spec:
        for index, each in enumerate(value):
            yield from _faults(each, spec["array"], f"{place}[{index}]")
    elif not isinstance(value, _TYPES[spec["type"]]) or (isinstance(value, bool) and spec["type"] != "bool"):
        yield f"{place}: {value!r} is no {spec['type']}"


def _object(value: Any, fields: dict[str, Any], place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place}: {value!r} is no object"
        return
    for name, spec in fields.items():
        if name in value:
            yield from _faults(value[name], spec, f"{place}.{name}")
        elif spec.get("required"):
            yield f"{place}.{name} is missing"
    for name in value.keys() - fields.keys():
        yield f"{place}.{name} is not known"
