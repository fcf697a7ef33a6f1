"""Settings under the names that tools mostly give them: properties of strips, JSON beside clips and in their tags.

The names are those that Pallaidium writes on strips (as `ai_meta_…`), and those of the JSON that WanGP, SwarmUI,
Fooocus, InvokeAI and the services' own answers have.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from pydantic import JsonValue

from . import values
from .found import Found, Kind, Source, made

PREFIX = "ai_meta_"
"""What the names of custom properties on strips begin with that say how a clip was made."""

# Each field's names, without case and punctuation, the surest first.
_NAMES: dict[str, tuple[str, ...]] = {
    "prompt": ("prompt", "positiveprompt", "promptpositive", "textprompt", "prompttext", "positive"),
    "negative": ("negativeprompt", "promptnegative", "negprompt", "negative", "uncond"),
    "model": ("model", "modelname", "modelid", "basemodel", "modelfilename", "checkpoint", "ckptname", "modeltype"),
    "tool": ("tool", "software", "generator", "app", "platform", "provider", "service"),
    "seed": ("seed", "noiseseed", "randomseed", "rngseed", "usedseed"),
    "duration": ("duration", "durationseconds", "videoduration", "seconds", "durations"),
    "frames": ("frames", "numframes", "framecount", "nframes", "videolength", "numberofframes"),
    "fps": ("fps", "framerate", "framespersecond", "videofps"),
    "width": ("width",),
    "height": ("height",),
    "size": ("size", "resolution", "dimensions", "videosize"),
    "created_at": ("createdat", "created", "creationtime", "creationdate", "generatedat", "date", "timestamp"),
}
_KNOWN = frozenset(name for names in _NAMES.values() for name in names)
_MODEL_NAMES = ("name", "modelname", "label", "title", "id", "key", "path")

_ENTRIES = 500  # of one mapping that are looked at
_OPTIONS = 60
_NAME_CHARACTERS, _VALUE_CHARACTERS = 60, 400
_LONGEST, _MOST_FRAMES, _MOST_FPS = 86_400.0, 10_000_000, 1000.0  # seconds, frames, frames per second
_WORD = re.compile(r"[^\W_]+")
_SECRET = re.compile(r"key|token|secret|passw|auth|cookie|credential|signature|session", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][\w+.-]{0,20}://|[a-z]:[\\/]|[\\/~]|(data|file):", re.IGNORECASE)


def of_properties(properties: Mapping[str, Any]) -> Found:
    """What the custom properties of a strip say, those that begin with `PREFIX`. Empty if there are none."""
    said = {
        name[len(PREFIX) :]: _plain(value)
        for name, value in properties.items()
        if isinstance(name, str) and name.lower().startswith(PREFIX)
    }
    return of_mapping(said, Source(kind=Kind.STRIP)) if said else Found()


def of_mapping(said: Any, source: Source) -> Found:
    """What a JSON object says by its names, or one of the objects in it; a list counts by its first entry.

    Empty where neither a prompt nor a seed is in it: many a file tells sizes. (On a strip any name will do.)
    """
    if isinstance(said, list) and said:
        said = said[0]
    if not isinstance(said, Mapping):
        return Found()
    entries = dict(_entries(said))
    fields = _fields(entries)
    if source.kind is not Kind.STRIP and not (fields["prompt"] or fields["seed"] is not None):
        return Found()
    return made(source, fields, dict(islice(_options(entries), _OPTIONS)))


def of_moment(said: Any, source: Source) -> Found:
    """When a file was made, as a text or number says. Empty if it is none."""
    return made(source, {"created_at": values.moment(said)}, {})


def _entries(said: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """The entries with their names, the inner ones last and only where the outer ones have none of that name."""
    outer = [(name, value) for name, value in islice(said.items(), _ENTRIES) if isinstance(name, str)]
    inner = [
        entry
        for name, value in outer
        if isinstance(value, Mapping) and _short(name) not in _KNOWN
        for entry in islice(value.items(), _ENTRIES)
        if isinstance(entry[0], str)
    ]
    seen: set[str] = set()
    for name, value in [*outer, *islice(inner, _ENTRIES)]:
        short = _short(name)
        if short not in seen and value is not None:
            seen.add(short)
            yield name, value


def _fields(entries: Mapping[str, Any]) -> dict[str, Any]:
    by_name = {_short(name): value for name, value in entries.items()}
    fields = {
        field: _first(field, [by_name[name] for name in names if name in by_name]) for field, names in _NAMES.items()
    }
    pair = fields.pop("size")
    if pair and not (fields["width"] and fields["height"]):
        fields["width"], fields["height"] = pair
    return fields


def _first(field: str, found: list[Any]) -> Any:
    return next((value for each in found if (value := _read(field, each)) not in (None, "")), None)


def _read(field: str, value: Any) -> Any:
    match field:
        case "prompt" | "negative":
            found = values.text(value)
            return "" if found.startswith(("{", '["')) else found  # JSON of some tool's own, such as a graph
        case "model" | "tool":
            if isinstance(value, Mapping):
                value = next((value[name] for name in _MODEL_NAMES if isinstance(value.get(name), str)), "")
            return values.text(value, _VALUE_CHARACTERS)
        case "seed":
            return values.whole(value, 0, values.LARGEST_SEED)
        case "duration":
            return values.number(value, _LONGEST)
        case "frames":
            return values.whole(value, 1, _MOST_FRAMES)
        case "fps":
            return values.number(value, _MOST_FPS)
        case "width" | "height":
            return values.pixels(value)
        case "size":
            return values.size(value)
        case _:
            return values.moment(value)


def _options(entries: Mapping[str, Any]) -> Iterator[tuple[str, JsonValue]]:
    """What else is said in plain values. What looks like a secret or leads to a file or an address is left out."""
    for name, value in entries.items():
        named = values.text(name, _NAME_CHARACTERS)
        if not named or _short(name) in _KNOWN or _SECRET.search(name):
            continue
        if _is_plain_number(value):
            yield named, value
        elif isinstance(value, str) and not _ADDRESS.match(value.strip()):
            kept = values.text(value, _VALUE_CHARACTERS)
            if kept:
                yield named, kept


def _is_plain_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and abs(value) <= values.LARGEST_SEED


def _plain(value: Any) -> Any:
    """A custom property as Python has it: Blender's arrays and groups know how to become that."""
    for method in ("to_list", "to_dict"):
        convert = getattr(value, method, None)
        if callable(convert):
            return convert()
    return value


def _short(name: str) -> str:
    return "".join(_WORD.findall(name[: _NAME_CHARACTERS * 2])).lower()
