"""What a clip will have other than the scene it is made for, told before it is made."""

from __future__ import annotations

import math

from .capabilities import Model
from .models import Draft
from .requesting import SceneFormat, duration_of, output_format
from .wording import Text, say

_SAME_ASPECT = 0.03  # sides in steps of 16 or 32 pixels are no other shape
_SAME_RATE = 0.005


def differences(draft: Draft, model: Model, scene: SceneFormat) -> list[Text]:
    """One sentence for each thing that differs: shape or size of the picture, frame rate, length."""
    width, height, fps = output_format(draft, model, scene)
    said = []
    if abs(math.log((width / height) / (scene.width / scene.height))) > _SAME_ASPECT:
        said.append(
            say(
                "The picture has another shape than the scene: {width} × {height} instead of {wanted} × {high} pixels.",
                width=width,
                height=height,
                wanted=scene.width,
                high=scene.height,
            )
        )
    elif (width, height) != (scene.width, scene.height):
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
    duration = duration_of(draft, model)
    if duration != draft.duration:
        said.append(
            say("The clip is {duration:g} s long instead of {wanted:g} s.", duration=duration, wanted=draft.duration)
        )
    return said
