"""What a clip will have other than the scene it is made for, told before it is made."""

from __future__ import annotations

import math

from .capabilities import Model, is_open
from .models import Draft
from .requesting import SceneFormat, as_drafted, duration_of, output_format
from .wording import Text, say

_SAME_ASPECT = 0.03  # sides in steps of 16 or 32 pixels are no other shape
_SAME_RATE = 0.005
_SAME_LENGTH = 0.005  # seconds


def is_possible(model: Model) -> bool:
    """Whether anything of a clip can follow the scene or not. `model` is as drafted."""
    return len(model.sizes) > 1 or any(
        map(is_open, (model.width, model.height, model.fps, model.duration, model.frames))
    )


def length(draft: Draft, model: Model, scene: SceneFormat) -> Text | None:
    """How long the clip is, where that cannot be chosen; None where it can."""
    model = as_drafted(draft, model)
    lengths = model.durations(output_format(draft, model, scene)[2])
    if is_open(lengths):
        return None
    if lengths is None:
        return say("{model} decides how long the clip is.", model=model.label)
    return say("{model} makes clips of {seconds:g} s.", model=model.label, seconds=round(lengths.minimum, 2))


def size(draft: Draft, model: Model) -> Text | None:
    """A sentence where nothing is known of the picture's size, because the service decides; None elsewhere."""
    model = as_drafted(draft, model)
    if model.sizes or model.width or model.height:
        return None
    return say("{model} decides the size of the picture.", model=model.label)


def differences(draft: Draft, model: Model, scene: SceneFormat) -> list[Text]:
    """One sentence for each thing that differs: shape or size of the picture, frame rate, length.

    What the service decides is none yet, but for the frame rate: that hardly ever is the scene's.
    """
    model = as_drafted(draft, model)
    width, height, fps = output_format(draft, model, scene)
    said = []
    known = width and height
    if known and abs(math.log((width / height) / (scene.width / scene.height))) > _SAME_ASPECT:
        said.append(
            say(
                "The picture has another shape than the scene: {width} × {height} instead of {wanted} × {high} pixels.",
                width=width,
                height=height,
                wanted=scene.width,
                high=scene.height,
            )
        )
    elif known and (width, height) != (scene.width, scene.height):
        said.append(
            say(
                "The picture is scaled to the scene: {width} × {height} to {wanted} × {high} pixels.",
                width=width,
                height=height,
                wanted=scene.width,
                high=scene.height,
            )
        )
    if model.fps is None:
        said.append(say("The service decides the frame rate; the scene has {wanted:g}.", wanted=round(scene.fps, 3)))
    elif abs(fps - scene.fps) > _SAME_RATE:
        said.append(
            say(
                "The clip has {fps:g} frames per second, the scene {wanted:g}.",
                fps=round(fps, 3),
                wanted=round(scene.fps, 3),
            )
        )
    duration = duration_of(draft, model, fps)
    if is_open(model.durations(fps)) and abs(duration - draft.duration) > _SAME_LENGTH:
        said.append(
            say(
                "The clip is {duration:g} s long instead of {wanted:g} s.",
                duration=round(duration, 2),
                wanted=round(draft.duration, 2),
            )
        )
    return said
