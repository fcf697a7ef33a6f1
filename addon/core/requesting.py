"""From the draft in the panel to the requests of one click."""

from __future__ import annotations

import math
import random
from typing import NamedTuple

from pydantic import JsonValue

from . import checking
from .capabilities import Capabilities, Choices, Model, Numbers, is_open
from .errors import InputError
from .models import Draft, Mode, Request, Role

_SAME_SHAPE = 0.02
_TOO_SHORT = 0.01  # seconds: less than a frame


class SceneFormat(NamedTuple):
    """What the edited scene renders: size in pixels, frame rate in frames per second."""

    width: int
    height: int
    fps: float


def is_adopted(request: Request) -> bool:
    """Whether a clip was made elsewhere, so that no provider here could make it again as it is."""
    return not request.provider


def check_ours(request: Request) -> None:
    """Raise `InputError` for a clip that was made elsewhere: it cannot be made once more."""
    if is_adopted(request):
        raise InputError(
            "This take was made elsewhere: there is no provider to make it again.",
            "Write its prompt into the panel, choose a model and generate.",
        )


def requests(draft: Draft, capabilities: Capabilities, scene: SceneFormat) -> list[Request]:
    """One checked request for each take of a click. Raises `InputError` if the provider could not make them.

    With a fixed seed the takes count up from it, so that they differ and can each be made again. Of the options only
    those are taken that the model has in this mode, those with a default always.
    """
    checking.check_count(draft.count)
    first = draft_request(draft, capabilities, scene)
    model = model_of(draft, capabilities)
    if model is None:
        checking.check_request(first, capabilities)
        raise AssertionError("an unknown model passed the check")
    made = [first.model_copy(update={"seed": seed}) for seed in _seeds(draft, model)]
    for request in made:
        checking.check_request(request, capabilities)
    return made


def draft_request(draft: Draft, capabilities: Capabilities, scene: SceneFormat) -> Request:
    """What a draft asks for as it stands, unchecked, with the seed that stands in it."""
    model = model_of(draft, capabilities)
    mode = mode_of(draft)
    if model is not None:
        model = as_drafted(draft, model)
    width, height, fps = output_format(draft, model, scene)
    return Request(
        prompt=draft.prompt.strip(),
        provider=capabilities.id,
        model=model.id if model else draft.model,
        mode=mode,
        inputs=draft.inputs,
        duration=duration_of(draft, model, fps),
        width=width,
        height=height,
        fps=fps,
        seed=draft.seed,
        options=options_of(draft, model, mode) if model else {},
    )


def model_of(draft: Draft, capabilities: Capabilities) -> Model | None:
    """The model the draft names, the provider's first one if it names none, None if the provider has no such model."""
    if draft.model:
        return capabilities.model(draft.model)
    return capabilities.models[0] if capabilities.models else None


def as_drafted(draft: Draft, model: Model) -> Model:
    """The model as it is for what the draft asks for: with what a clip can be in its mode, with its options."""
    mode = mode_of(draft)
    return model.at(mode, options_of(draft, model, mode))


def mode_of(draft: Draft) -> Mode:
    """What the draft starts from: as it says, else as its inputs let one expect."""
    if draft.mode:
        return draft.mode
    roles = {each.role for each in draft.inputs}
    for role, mode in (
        (Role.LAST_FRAME, Mode.FIRST_LAST),
        (Role.FIRST_FRAME, Mode.FIRST_FRAME),
        (Role.VIDEO, Mode.VIDEO),
        (Role.REFERENCE, Mode.REFERENCES),
    ):
        if role in roles:
            return mode
    return Mode.TEXT


def output_format(draft: Draft, model: Model | None, scene: SceneFormat) -> tuple[int, int, float]:
    """Width and height in pixels and frames per second: the draft's own, or the nearest to the scene's.

    Where there is nothing to choose, it is what there is; 0 if the service decides by itself. `model` is as drafted.
    """
    if model is None:
        return draft.width, draft.height, draft.fps
    if draft.match_scene:
        fps = model.fps.nearest(scene.fps) if model.fps else 0.0
        return *nearest_size(scene.width, scene.height, model), fps
    fps = _chosen(draft.fps, model.fps)
    if model.sizes:
        return draft.width, draft.height, fps
    return int(_chosen(draft.width, model.width)), int(_chosen(draft.height, model.height)), fps


def _chosen(wanted: float, numbers: Numbers | None) -> float:
    if is_open(numbers):
        return wanted
    return numbers.minimum if numbers else 0.0


def nearest_size(width: int, height: int, model: Model) -> tuple[int, int]:
    """The size in pixels that `model` can make nearest to `width` × `height`: by its aspect, then by its area.

    Where any size can be made, the aspect is kept if it must shrink or grow. A side that the service decides is 0.
    """
    if model.sizes:
        shape = math.log(width / height)
        off = {size: abs(math.log(size[0] / size[1]) - shape) for size in model.sizes}
        alike = [size for size in model.sizes if off[size] <= min(off.values()) + _SAME_SHAPE]
        return min(alike, key=lambda size: abs(math.log(size[0] * size[1] / (width * height))))
    sides = [(span, side) for span, side in ((model.width, width), (model.height, height)) if span]
    scale = min([1.0, *(span.maximum / side for span, side in sides)])
    scale = max([scale, *(span.minimum / side for span, side in sides)])
    return (
        int(model.width.nearest(width * scale)) if model.width else 0,
        int(model.height.nearest(height * scale)) if model.height else 0,
    )


def duration_of(draft: Draft, model: Model | None, fps: float) -> float:
    """The clip's length in seconds: the draft's, or where that is to match, the nearest between those of the model.

    One that is shorter or longer than any that the model makes stays as it is, to be refused. Where the model counts
    frames, it is always what whole ones last at `fps`. Where there is nothing to choose, it is what there is; 0 if the
    service decides by itself.
    """
    if model is None:
        return draft.duration
    lengths = model.durations(fps)
    if not is_open(lengths):
        return _chosen(draft.duration, lengths)
    slack = 0.5 / fps if model.frames and fps else 0.0
    within = lengths.minimum - slack <= draft.duration <= lengths.maximum + slack
    return lengths.nearest(draft.duration) if within and (draft.match_scene or model.frames) else draft.duration


def duration_for(seconds: float, model: Model, fps: float) -> float:
    """The shortest duration of the model that fills `seconds`; where all are shorter, its longest. 0: it decides."""
    lengths = model.durations(fps)
    if lengths is None:
        return 0.0
    nearest = lengths.nearest(seconds)
    if nearest >= min(seconds, lengths.maximum) - _TOO_SHORT:
        return nearest
    if isinstance(lengths, Choices):
        return min(value for value in lengths.values if value >= seconds - _TOO_SHORT)
    return min(nearest + lengths.step, lengths.maximum)


def options_of(draft: Draft, model: Model, mode: Mode) -> dict[str, JsonValue]:
    """The options that go into a request: those of the model in this mode that are set or have a default."""
    values = {option.id: draft.options.get(option.id, option.default) for option in model.options_in(mode)}
    return {name: value for name, value in values.items() if value is not None}


def _seeds(draft: Draft, model: Model) -> list[int]:
    if model.seed is None:
        return [0] * draft.count
    if not draft.random_seed:
        return [draft.seed + offset for offset in range(draft.count)]
    low, high = int(model.seed.minimum), int(model.seed.maximum)
    return [random.SystemRandom().randint(low, high) for _ in range(draft.count)]
