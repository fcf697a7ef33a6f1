"""How a clip was made, from all that is known: its own record, what is in its file, on its strip and beside it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..core.errors import StorageError
from ..core.provenance import (
    Found,
    Kind,
    Source,
    combined,
    of_asset,
    of_mapping,
    of_moment,
    of_parameters,
)
from ..providers.comfyui import provenance as comfyui
from ..storage import tags
from ..storage.assets import AssetFile, json_path

_LONGEST = 2 << 20  # bytes of a file beside a clip that are read
_COMMENTS = (
    "parameters",
    "comment",
    "usercomment",
    "description",
    "synopsis",
    "information",
    "invokeai_metadata",
    "metadata",
)
_OF_THE_FILE = frozenset({"workflow", "title", "encoder", "duration", "creation_time", "date"})
_NOTHING = Found()
_log = logging.getLogger(__name__)


def of_file(clip: Path, strip: Found = _NOTHING) -> Found:
    """What can be found out about how `clip` was made; empty if nobody says anything.

    `strip` is what the strip that shows it says (`of_properties`). The first of these that tells something is
    believed, the later ones only add what is missing, and only if they tell of the same prompt:

    1. its own record `<clip>.json`, if the clip is one of ours and as long as it was: exact, nothing else counts;
    2. what is in the file: ComfyUI's graph, then parameters and JSON in comments. It cannot get lost on the way;
    3. `ai_meta_…` on the strip, which outlives a change of the strip's source;
    4. beside it: `<clip>.json`, `<clip>.txt`, and the picture `<clip>.png` in which ComfyUI's Video Helper Suite keeps
       the graph. These may be of another clip of that name.

    Reads some MiB at most. Raises `StorageError` if the clip cannot be read; what is beside it may be missing.
    """
    record = _record(clip)
    if record:
        return record
    return combined((*_of_tags(tags.read(clip), clip.name), strip, *_beside(clip)))


def _of_tags(texts: Mapping[str, str], file: str) -> Iterator[Found]:
    written = {name: text for name, text in texts.items() if name in ("prompt", "workflow")}
    said = [comfyui.of_graph(written, Source(kind=Kind.GRAPH, file=file))]
    for name in _COMMENTS:
        said += _of_text(texts.get(name, ""), file)
    plain = {name: text for name, text in texts.items() if name not in (*_COMMENTS, *_OF_THE_FILE)}
    said.append(of_mapping(plain, Source(kind=Kind.NAMES, file=file)))  # a tool that gives each setting its own tag
    if any(said):
        said.append(of_moment(texts.get("creation_time"), Source(kind=Kind.NAMES, file=file)))
    yield from said


def _of_text(text: str, file: str) -> Iterator[Found]:
    """What a text says that may be JSON or parameters; one that is neither is somebody's words, no prompt."""
    said = _json(text)
    if said is None:
        yield of_parameters(text, Source(kind=Kind.PARAMETERS, file=file))
    else:
        yield comfyui.of_graph(said, Source(kind=Kind.GRAPH, file=file))
        yield of_mapping(said, Source(kind=Kind.NAMES, file=file))


def _beside(clip: Path) -> Iterator[Found]:
    for file in (json_path(clip), clip.with_name(f"{clip.name}.json"), clip.with_name(f"{clip.stem}.txt")):
        yield from _of_text(_read(file).decode("utf-8-sig", "replace"), file.name)
    picture = clip.with_name(f"{clip.stem}.png")
    if picture != clip:
        with suppress(StorageError):
            yield from _of_tags(tags.read(picture), picture.name)


def _record(clip: Path) -> Found:
    """What our own JSON beside a clip says, if it is there and the clip is still as long as it was."""
    file = json_path(clip)
    try:
        asset = AssetFile.model_validate_json(_read(file)).asset
        return of_asset(asset, file.name) if asset.size == clip.stat().st_size else Found()
    except (ValidationError, OSError):
        return Found()


def _read(file: Path) -> bytes:
    """A file beside a clip; empty if it is not there, cannot be read or is too long to be what is looked for."""
    try:
        with file.open("rb") as opened:
            data = opened.read(_LONGEST + 1)
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            _log.info("passed over: %s (%s)", file, error)
        return b""
    return data if len(data) <= _LONGEST else b""


def _json(text: str) -> Any:
    """The object or list that a text is; None if it is none."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
