"""From the draft in the panel to the requests of one click."""

from __future__ import annotations

import random
from typing import NamedTuple

from . import checking
from .capabilities import Capabilities, Model
from .models import Draft, Input, Mode, Request


class SceneFormat(NamedTuple):
    """What the edited scene renders: size in pixels, frame rate in frames per second."""

    width: int
    height: int
    fps: float


def requests(draft: Draft, capabilities: Capabilities, scene: SceneFormat) -> list[Request]:
    """One checked request for each take of a click. Raises `InputError` if the provider could not make them.

    With a fixed seed the takes count up from it, so that they differ and can each be made again.
    """
    checking.check_count(draft.count)
    model = model_of(draft, capabilities)
    width, height, fps = output_format(draft, model, scene)
    first = Request(
        prompt=draft.prompt.strip(),
        provider=capabilities.id,
        model=model.id if model else draft.model,
        mode=Mode.FIRST_FRAME if draft.image else Mode.TEXT,
        inputs=(Input(role=Mode.FIRST_FRAME, path=draft.image),) if draft.image else (),
        duration=draft.duration,
        width=width,
        height=height,
        fps=fps,
        seed=draft.seed,
    )
    if model is None:
        checking.check_request(first, capabilities)
        raise AssertionError("an unknown model passed the check")
    made = [first.model_copy(update={"seed": seed}) for seed in _seeds(draft, model)]
    for request in made:
        checking.check_request(request, capabilities)
    return made


def model_of(draft: Draft, capabilities: Capabilities) -> Model | None:
    """The model the draft names, the provider's first one if it names none, None if the provider has no such model."""
    return capabilities.model(draft.model) if draft.model else capabilities.models[0]


def output_format(draft: Draft, model: Model | None, scene: SceneFormat) -> tuple[int, int, float]:
    """Width and height in pixels and frames per second: the draft's own, or the nearest to the scene's."""
    if not draft.match_scene or model is None:
        return draft.width, draft.height, draft.fps
    return *checking.nearest_size(scene.width, scene.height, model), model.fps.nearest(scene.fps)


def _seeds(draft: Draft, model: Model) -> list[int]:
    if not draft.random_seed:
        return [draft.seed + offset for offset in range(draft.count)]
    low, high = int(model.seed.minimum), int(model.seed.maximum)
    return [random.SystemRandom().randint(low, high) for _ in range(draft.count)]
