"""What people write of when things happen in a clip, as Runway wants to be told: key frames, and shot after shot.

After Runway's SDK 5.24.0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from pydantic import JsonValue

from ...core.errors import InputError
from ...core.models import Input, Request

KEYFRAMES = "keyframes"
"""The option that tells when each key frame is reached, and what part of the clip it changes."""

SHOTS = "providerSettings.multiPrompt"
"""The option that tells what each shot shows, and how long it is."""

_LATEST = 30.0  # seconds
_KEYFRAME = re.compile(r"\s*([\d.]+)\s*(?:\(\s*(\d+)\s*-\s*(\d+)\s*\))?\s*")
_SHOT = re.compile(r"\s*(\d+)\s*s?\s*:\s*(\S.*?)\s*", re.DOTALL)
_SECONDS = (3, 15)  # of all shots together
_PROMPT = 1000


def keyframes(request: Request, images: Sequence[Input]) -> list[dict[str, JsonValue]]:
    """When each key frame is reached: in seconds where that was said, else spread evenly from start to end.

    A range in whole seconds after it is what it changes; all have one, or none has. Raises `InputError`.
    """
    text = str(request.options.get(KEYFRAMES) or "").strip()
    if not text:
        return [{"at": place / max(1, len(images) - 1)} for place in range(len(images))]
    made = [_keyframe(each) for each in text.replace(";", ",").split(",")]
    found = [each for each in made if each is not None]
    if len(found) != len(images) or len(found) != len(made) or len({"range" in each for each in found}) > 1:
        raise InputError(
            "The times of the key frames, “{text}”, do not fit: there are {count} reference images.",
            "Enter a time of 0 to {most:g} s for each, with commas between, or none at all; after all of them or none, "
            "the range that it changes: 1 (0-2), 4 (2-6).",
            text=text[:40],
            count=len(images),
            most=_LATEST,
        )
    return found


def shots(request: Request, lasts: bool) -> list[JsonValue]:
    """The shots with their prompts; none where nothing was said of them. Raises `InputError`.

    `lasts`: the clip's length is known, and the shots fill it.
    """
    text = str(request.options.get(SHOTS) or "").strip()
    if not text:
        return []
    found = [_SHOT.fullmatch(each) for each in text.split("|")]
    parts = [(int(match[1]), match[2]) for match in found if match]
    total = sum(seconds for seconds, _ in parts)
    whole = round(request.duration) if lasts else total
    right = len(parts) == len(found) and all(seconds and len(prompt) <= _PROMPT for seconds, prompt in parts)
    if not right or total != whole or not _SECONDS[0] <= total <= _SECONDS[1]:
        raise InputError(
            "The shots, “{text}”, do not fit: together they must last {seconds}.",
            "Enter the seconds and the prompt of each, with | between: 2: A fox runs | 3: It sleeps.",
            text=text[:40],
            seconds=f"{whole} s" if lasts else f"{_SECONDS[0]}–{_SECONDS[1]} s",
        )
    return [{"prompt": prompt, "duration": seconds} for seconds, prompt in parts]


def _keyframe(text: str) -> dict[str, JsonValue] | None:
    match = _KEYFRAME.fullmatch(text)
    try:
        seconds = float(match[1]) if match else math.nan
    except ValueError:
        return None
    if match is None or not 0 <= seconds <= _LATEST:
        return None
    if match[2] is None:
        return {"seconds": seconds}
    start, end = int(match[2]), int(match[3])
    if not start <= seconds < end <= _LATEST:
        return None
    return {"seconds": seconds, "range": {"start_seconds": start, "end_seconds": end}}
