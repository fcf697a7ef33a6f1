"""A model's form, made from the JSON Schema of its input.

What every model has (prompt, duration, size, frame rate, seed, inputs) is found by the names services give it;
everything else becomes an option. What the form's values are called on the wire is kept in `Model.wire`: `writing`
fills a body with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import JsonValue

from ...core.capabilities import Media, Model, Numbers, Option, OptionKind, Slot, Span
from ...core.errors import Kind, Problem
from ...core.models import Mode, Role
from . import measures
from .fields import Field, fields, number

_PROMPTS = ("prompt", "text_prompt")
_SECONDS = ("duration", "duration_seconds", "video_duration", "seconds")
_FRAMES = ("num_frames", "number_of_frames", "frames")
_RATES = ("frames_per_second", "fps", "frame_rate", "export_fps")

# The first name that a model has counts.
_INPUTS: dict[Role, tuple[str, ...]] = {
    Role.FIRST_FRAME: (
        "first_frame_url",
        "first_frame_image_url",
        "first_image_url",
        "start_frame_url",
        "start_image_url",
        "image_url",
        "input_image_url",
    ),
    Role.LAST_FRAME: ("last_frame_url", "last_frame_image_url", "last_image_url", "end_frame_url", "end_image_url",
                      "tail_image_url"),
    Role.REFERENCE: (
        "reference_image_urls",
        "ref_image_urls",
        "image_urls",
        "input_image_urls",
        "reference_images",
        "reference_image_url",
        "subject_reference_image_url",
    ),
    Role.VIDEO: ("video_url", "input_video_url", "source_video_url", "reference_video_url"),
    Role.AUDIO: ("audio_url", "input_audio_url", "first_audio_url"),
}  # fmt: skip
_MEDIA = {Role.VIDEO: Media.VIDEO, Role.AUDIO: Media.AUDIO}

_CORE: dict[Mode, frozenset[Role]] = {
    Mode.TEXT: frozenset(),
    Mode.FIRST_FRAME: frozenset({Role.FIRST_FRAME}),
    Mode.FIRST_LAST: frozenset({Role.FIRST_FRAME, Role.LAST_FRAME}),
    Mode.REFERENCES: frozenset({Role.REFERENCE}),
    Mode.VIDEO: frozenset({Role.VIDEO}),
    Mode.EXTEND: frozenset({Role.VIDEO}),
}
# What a mode may ask for besides what makes it that mode.
_BESIDE: dict[Mode, frozenset[Role]] = {
    Mode.TEXT: frozenset({Role.AUDIO}),
    Mode.FIRST_FRAME: frozenset({Role.AUDIO}),
    Mode.FIRST_LAST: frozenset({Role.AUDIO}),
    Mode.REFERENCES: frozenset({Role.AUDIO, Role.FIRST_FRAME, Role.LAST_FRAME}),
    Mode.VIDEO: frozenset({Role.AUDIO, Role.FIRST_FRAME, Role.LAST_FRAME, Role.REFERENCE}),
    Mode.EXTEND: frozenset({Role.AUDIO, Role.FIRST_FRAME, Role.LAST_FRAME, Role.REFERENCE}),
}

# They change what comes back (bytes instead of an address), not what is made.
_NEVER = frozenset({"sync_mode", "webhook_url"})

_PROMPT_LENGTH = 5000
_MOST_REFERENCES = 4
_MOST_OPTIONS = 60
_MOST_CHOICES = 200
_LABEL = 60
_TIP = 300
_SEED = 2**31 - 1


class _Form(NamedTuple):
    """What is being read: the fields that nobody has used yet, and what the adapter must know of those that are."""

    left: dict[str, Field]
    wire: dict[str, JsonValue]

    def take(self, names: tuple[str, ...]) -> Field | None:
        """The first of `names` that there is; nobody else gets it."""
        return next((self.left.pop(name) for name in names if name in self.left), None)


def read(
    document: Mapping[str, Any], schema: Any, *, model_id: str, label: str, extends: bool = False, size: int = 0
) -> Model:
    """The model whose input `schema`, a part of `document` (where its references lead), describes.

    `extends`: a video that it takes is gone on with. `size`: how many bytes an input file may have. Raises
    `SchemaError` if it describes no form.
    """
    form = _Form(fields(document, schema), {})
    prompt = form.take(_PROMPTS)
    if prompt:
        form.wire["prompt"] = prompt.name
    slots = _slots(form, Mode.EXTEND if extends else Mode.VIDEO, size)
    duration, frames, fps = _time(form)
    width, height, sizes = _size(form)
    seed = _seed(form)
    missing = _fix(form)
    options = tuple(filter(None, map(_option, form.left.values())))[:_MOST_OPTIONS]
    form.wire["values"] = {
        field.name: {str(value): value for value in field.values}
        for field in form.left.values()
        if field.values and not all(isinstance(value, str) for value in field.values)
    }
    known = {option.id for option in options}
    missing += [field.name for field in form.left.values() if field.required and field.name not in known]
    return Model(
        id=model_id,
        label=label,
        modes=frozenset(slots),
        prompt_length=int(prompt.most_characters or _PROMPT_LENGTH) if prompt else 0,
        duration=duration,
        width=width,
        height=height,
        fps=fps,
        frames=frames,
        seed=seed,
        sizes=sizes,
        slots=slots,
        options=options,
        wire={name: value for name, value in form.wire.items() if value},
        problem=_unusable(label, missing, slots),
        prompt=prompt is not None,
    )


def _slots(form: _Form, with_video: Mode, size: int) -> dict[Mode, tuple[Slot, ...]]:
    """The modes, and what each takes. Of two fields for one thing, such as a first frame, a second one is an option."""
    found = {role: field for role, names in _INPUTS.items() if (field := _file(form, names))}
    form.wire["inputs"] = {
        str(role): {"field": field.name, "list": field.items is not None} for role, field in found.items()
    }
    needed = {role for role, field in found.items() if field.required}
    modes = [mode for mode in _CORE if mode not in (Mode.VIDEO, Mode.EXTEND) or mode is with_video]
    return {
        mode: tuple(
            _slot(role, found[role], 1 if role in _CORE[mode] or role in needed else 0, size)
            for role in found
            if role in _CORE[mode] or (role in _BESIDE[mode] and (role in needed or _goes_with(role, mode)))
        )
        for mode in modes
        if _CORE[mode] <= found.keys() and needed <= _CORE[mode] | _BESIDE[mode]
    }


def _goes_with(role: Role, mode: Mode) -> bool:
    """Whether an input that may be left out is offered in a mode that is not made by it."""
    return role is Role.AUDIO or (role is Role.REFERENCE and mode is Mode.VIDEO)


def _file(form: _Form, names: tuple[str, ...]) -> Field | None:
    for name in names:
        field = form.left.get(name)
        if field and (field.kind == "string" or (field.items and field.items.kind == "string")) and not field.values:
            return form.left.pop(name)
    return None


def _slot(role: Role, field: Field, least: int, size: int) -> Slot:
    if field.items is None:
        return Slot(role, _MEDIA.get(role, Media.IMAGE), least, 1, size=size)
    most = max(1, min(int(field.most_items or _MOST_REFERENCES), 20))
    least = min(max(least, int(field.least_items or 0)) if least else 0, most)
    return Slot(role, _MEDIA.get(role, Media.IMAGE), least, most, size=size)


def _time(form: _Form) -> tuple[Numbers | None, Numbers | None, Numbers | None]:
    """Duration in seconds, or the number of frames, and frames per second, if they can be told."""
    rate = next((form.left[name] for name in _RATES if name in form.left), None)
    fps = measures.rates(rate) if rate else None
    if rate and fps:
        del form.left[rate.name]
        form.wire["fps"] = _numbered(rate, measures.frames)
    seconds = next((form.left[name] for name in _SECONDS if name in form.left), None)
    duration = measures.durations(seconds) if seconds else None
    if seconds and duration:
        del form.left[seconds.name]
        form.wire["duration"] = _numbered(seconds, measures.seconds)
        return duration, None, fps
    count = next((form.left[name] for name in _FRAMES if name in form.left), None)
    whole = measures.counts(count) if count else None
    if count and whole and fps:
        del form.left[count.name]
        limits: dict[str, JsonValue] = {
            "least": whole.minimum,
            "most": whole.maximum,
            "step": count.bounds[2] or 1.0,
        }
        form.wire["frames"] = _numbered(count, measures.frames) | limits
        return None, whole, fps
    return None, None, fps


def _numbered(field: Field, number: Any) -> dict[str, JsonValue]:
    """How numbers are written in a field: as they are, whole, or as the words that mean them."""
    wire: dict[str, JsonValue] = {"field": field.name, "whole": field.kind == "integer"}
    words: list[JsonValue] = [[value, word] for word in field.words if (value := number(word)) is not None]
    return wire | ({"words": words} if words else {})


def _size(form: _Form) -> tuple[Span | None, Span | None, tuple[tuple[int, int], ...]]:
    """Width and height in pixels, and the only sizes there are."""
    width, height = form.left.get("width"), form.left.get("height")
    if width and height and width.kind == height.kind == "integer":
        del form.left["width"], form.left["height"]
        form.wire["size"] = {"width": "width", "height": "height"}
        return measures.pixels(width), measures.pixels(height), ()
    for name in ("video_size", "image_size", "size"):
        field = form.left.get(name)
        if field and {"width", "height"} <= field.inner.keys():
            del form.left[name]
            form.wire["size"] = {"field": name, "width": "width", "height": "height"}
            return measures.pixels(field.inner["width"]), measures.pixels(field.inner["height"]), ()
    table, used = measures.sizes(form.left)
    for name in used:
        del form.left[name]
    if not table:
        return None, None, ()
    form.wire["sizes"] = {f"{width}x{height}": dict(words) for (width, height), words in table.items()}
    wide, high = [size[0] for size in table], [size[1] for size in table]
    return Span(min(wide), max(wide), 1), Span(min(high), max(high), 1), tuple(table)


def _seed(form: _Form) -> Span | None:
    field = form.left.get("seed")
    if field is None or field.kind != "integer":
        return None
    del form.left["seed"]
    form.wire["seed"] = "seed"
    least, most, _ = field.bounds
    low = min(max(0, int(least or 0)), _SEED)
    return Span(low, max(low, min(_SEED, int(most) if most is not None else _SEED)), 1)


def _fix(form: _Form) -> list[str]:
    """Take out what nobody can be asked for, or need be. Returns what the model cannot do without."""
    missing = []
    fixed: dict[str, JsonValue] = {}
    for field in list(form.left.values()):
        if field.required and field.constant is not None:
            fixed[field.name] = field.constant
        elif field.required and field.name not in _NEVER and not _is_askable(field):
            missing.append(field.name)
        elif field.name not in _NEVER and _is_askable(field):
            continue
        del form.left[field.name]
    form.wire["fixed"] = fixed
    return missing


def _is_askable(field: Field) -> bool:
    """Whether a person can be asked for it: no file, nothing nested, nothing out of use, no address."""
    if field.kind not in ("boolean", "integer", "number", "string") or field.constant is not None:
        return False
    address = field.name.endswith(("_url", "_uri")) or field.format in ("uri", "url", "binary")
    return (field.required or not field.deprecated) and (not address or bool(field.values))


def _option(field: Field) -> Option | None:
    kind = {
        "boolean": OptionKind.SWITCH,
        "integer": OptionKind.WHOLE,
        "number": OptionKind.NUMBER,
        "string": OptionKind.TEXT,
    }[field.kind]
    default = field.default
    choices: tuple[str, ...] = ()
    span = None
    if field.values:
        kind, choices = OptionKind.CHOICE, tuple(map(str, field.values))[:_MOST_CHOICES]
        default = str(default) if default is not None and str(default) in choices else None
    elif kind in (OptionKind.WHOLE, OptionKind.NUMBER):
        span = measures.span(field)
        default = default if number(default) is not None else None
        if span and default is not None and not span.minimum <= float(str(default)) <= span.maximum:
            default = None
    elif not isinstance(default, bool if kind is OptionKind.SWITCH else str):
        default = None
    return Option(
        id=field.name,
        label=_short(field.title or field.name.replace("_", " ").capitalize(), _LABEL),
        kind=kind,
        default=default,
        tip=_short(field.description, _TIP),
        choices=choices,
        span=span,
        required=field.required and default is None,
    )


def _unusable(label: str, missing: list[str], slots: Mapping[Mode, object]) -> Problem | None:
    if not missing and slots:
        return None
    return Problem(
        kind=Kind.INPUT,
        message="{model} needs “{field}”, which cannot be given here."
        if missing
        else "{model} needs a combination of inputs that cannot be given here.",
        remedy="Choose another model.",
        values={"model": label, "field": _short(missing[0], _LABEL) if missing else ""},
    )


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
