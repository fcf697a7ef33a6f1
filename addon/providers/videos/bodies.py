"""From a request to what goes over the wire: the fields of the body, and the files beside or inside of it."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from ...core.capabilities import Model
from ...core.errors import InputError
from ...core.models import Input, Request, Role

_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
}
# Where a model says nothing of its own: bytes of one file.
_MOST_BYTES = 200 << 20

_FRAME_TYPES = {Role.FIRST_FRAME: "first_frame", Role.LAST_FRAME: "last_frame"}


def counted_in_frames(request: Request, model: Model) -> dict[str, JsonValue]:
    """For servers of open models, which count frames and take the settings of a sampler by their usual names."""
    return {
        "model": model.id,
        "prompt": request.prompt,
        "size": f"{request.width}x{request.height}",
        "num_frames": frames(request, model),
        "fps": round(request.fps),
        **({"seed": request.seed} if model.seed else {}),
        **chosen(request, model),
    }


def counted_in_seconds(request: Request, model: Model) -> dict[str, JsonValue]:
    """As OpenAI's own API had it, and no field more: whole seconds, as text."""
    return {
        "model": model.id,
        "prompt": request.prompt,
        "size": f"{request.width}x{request.height}",
        "seconds": str(round(request.duration)),
        **chosen(request, model),
    }


def for_openrouter(request: Request, model: Model) -> dict[str, JsonValue]:
    """OpenRouter's form of it: the size as the model's own words for it, files as data addresses."""
    body: dict[str, JsonValue] = {"model": model.id, "prompt": request.prompt, "duration": round(request.duration)}
    sizes = model.wire.get("sizes")
    if isinstance(sizes, dict):
        size = sizes.get(f"{request.width}x{request.height}")
        body |= size if isinstance(size, dict) else {}
    if model.seed:
        body["seed"] = request.seed
    options = chosen(request, model)
    if "generate_audio" in options:
        body["generate_audio"] = options.pop("generate_audio")
    slugs = model.wire.get("slugs")
    if options and isinstance(slugs, list):
        body["provider"] = {"options": {str(slug): dict(options) for slug in slugs}}
    framed = [each for each in request.inputs if each.role in _FRAME_TYPES]
    others = [each for each in request.inputs if each.role not in _FRAME_TYPES]
    if framed:
        body["frame_images"] = [{**_part(each, model), "frame_type": _FRAME_TYPES[each.role]} for each in framed]
    if others:
        body["input_references"] = [_part(each, model) for each in others]
    return body


def frames(request: Request, model: Model) -> int:
    """How many frames are asked for: the fewest that last at least as long as the request and that the model can make.

    Most open models make a multiple of 4 (or 8) frames and one more; what lies between, a server rounds down.
    """
    step = model.wire.get("frames")
    step = step if isinstance(step, int) and step > 0 else 1
    wanted = math.ceil(round(request.duration * round(request.fps), 6))
    return max(1, math.ceil((wanted - 1) / step) * step + 1)


def chosen(request: Request, model: Model) -> dict[str, JsonValue]:
    """The options that were set and that the model has in this mode."""
    known = {option.id for option in model.options_in(request.mode)}
    return {name: value for name, value in request.options.items() if name in known and value not in (None, "")}


def content(
    body: Mapping[str, JsonValue], uploads: Iterable[tuple[str, Input]], model: Model, *, always_form: bool
) -> dict[str, Any]:
    """The body as `requests` takes it: JSON, or a form where files go along or the server takes nothing else."""
    files = [(name, (_name(each), read(each, model), _media_type(each))) for name, each in uploads]
    if not files and not always_form:
        return {"json": dict(body)}
    fields = [(name, (None, _field(value))) for name, value in body.items()]
    return {"files": [*fields, *files]}


def check(request: Request, model: Model) -> None:
    """Raise `InputError` if a file is not there, too large, or of a kind that no server takes."""
    for each in request.inputs:
        path = Path(each.path)
        _media_type(each)
        try:
            size = path.stat().st_size
        except OSError as error:
            raise _missing(each) from error
        most = _most(each.role, request, model)
        if size > most:
            raise InputError(
                "{path} has {size:,} bytes; {model} takes {most:,}.",
                "Choose a smaller file.",
                path=each.path,
                size=size,
                model=model.label,
                most=most,
            )


def read(each: Input, model: Model) -> bytes:
    """A whole input file. Its size was checked; should it have grown since, no more than is sensible is read."""
    try:
        with Path(each.path).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise _missing(each) from error
    if len(data) > _MOST_BYTES:
        raise InputError("{path} is too large to be sent.", "Choose a smaller file.", path=each.path)
    return data


def _most(role: Role, request: Request, model: Model) -> int:
    sizes = [slot.size for slot in model.takes(request.mode) if slot.role is role and slot.size]
    return min([*sizes, _MOST_BYTES])


def _part(each: Input, model: Model) -> dict[str, JsonValue]:
    kind = "video_url" if each.role is Role.VIDEO else "image_url"
    coded = base64.b64encode(read(each, model)).decode("ascii")
    return {"type": kind, kind: {"url": f"data:{_media_type(each)};base64,{coded}"}}


def _name(each: Input) -> str:
    """A name that says nothing of this machine."""
    return f"{each.role}{Path(each.path).suffix.lower()}"


def _media_type(each: Input) -> str:
    media_type = _TYPES.get(Path(each.path).suffix.lower())
    if media_type is None:
        raise InputError(
            "{path} is of a kind that is not taken.", "Choose a PNG, JPEG, WebP, MP4 or WebM file.", path=each.path
        )
    return media_type


def _field(value: JsonValue) -> str:
    """As a form has it: texts as they are, all else as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(value)


def _missing(each: Input) -> InputError:
    return InputError("The file {path} cannot be read.", "Choose another file, or none.", path=each.path)
