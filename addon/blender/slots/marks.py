"""What strips carry so that they are known again: custom properties, which are saved, copied and undone with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import bpy

from ...core.models import Asset
from .. import compat
from ..clips import ASSET_KEY, Source

SESSION_KEY = "sessions_session"
TAKE_KEY = "sessions_take"
SLOT_KEY = "sessions_slot"
_SOURCE_KEY = "sessions_source"
_RATE_KEY = "sessions_rate"
_NAME_KEY = "sessions_name"
_REPEATED_KEY = "sessions_repeated"

_NAME_BYTES = 59  # Blender has 63 for a strip's name, and puts .001 at the end of a second one
_NUMBERED = re.compile(r"\.\d{3,}$")

PICTURE, SOUND = "MOVIE", "SOUND"


def put_slot(strip: Any, *, session_id: str, slot: str) -> None:
    """Let a strip belong to a session's slot; what it shows is told by `put_shown`."""
    strip[SESSION_KEY], strip[SLOT_KEY] = session_id, slot


def put_shown(strip: Any, asset: Asset | None, source: Source | None = None) -> None:
    """Note which clip a strip shows, None for a placeholder, and what its file is like."""
    strip[TAKE_KEY], strip[ASSET_KEY] = (asset.take_id, asset.id) if asset else ("", "")
    if source is not None:
        strip[_SOURCE_KEY] = list(map(float, source))


def call(strip: Any, name: str) -> None:
    """Give a strip a name, unless a person has given it another one since."""
    given = strip.get(_NAME_KEY)
    if given is None or given != _NUMBERED.sub("", strip.name):
        return
    if given != (cut := _cut(name)):
        strip.name = strip[_NAME_KEY] = cut


def christen(strip: Any, name: str) -> None:
    """Give a new strip its first name; `call` changes it as long as no person does."""
    strip.name = strip[_NAME_KEY] = _cut(name)


def session_of(strip: Any) -> str:
    """The id of the session that a strip belongs to, empty for none."""
    return _text(strip, SESSION_KEY)


def slot_of(strip: Any) -> str:
    """The id of the slot that a strip is in, empty for none."""
    return _text(strip, SLOT_KEY)


def take_of(strip: Any) -> str:
    """The id of the take that a strip shows, empty for none."""
    return _text(strip, TAKE_KEY)


def shown_by(strip: Any) -> str:
    """The id of the asset that a strip shows, empty for none."""
    return _text(strip, ASSET_KEY)


def is_placeholder(strip: Any) -> bool:
    """Whether a strip waits for its clip."""
    return bool(slot_of(strip)) and not shown_by(strip)


def noted_source(strip: Any) -> Source | None:
    """What the file that a strip shows is like, as was noted when it was put there; None if that was not."""
    noted = strip.get(_SOURCE_KEY)
    if noted is None or len(noted) != len(Source._fields):
        return None
    width, height, fps, frames = noted
    return Source(round(width), round(height), fps, round(frames))


def source_of(strip: Any) -> Source:
    """What the file that a picture strip shows is like: as was noted, else as Blender read it when it was added."""
    noted = noted_source(strip)
    if noted is not None:
        return noted
    element = strip.elements[0] if strip.elements else None
    width, height = (element.orig_width, element.orig_height) if element else (0, 0)
    return Source(width, height, strip.fps, compat.content_length(strip))


def playback_rate(strip: Any) -> float:
    """At how many frames per second Blender takes the source of a picture strip to be made.

    It decides that when a strip is added and never again, whatever file the strip shows later; no property tells.
    """
    if _RATE_KEY not in strip:
        strip[_RATE_KEY] = strip.fps
    return float(strip[_RATE_KEY])


def put_repeated(strip: Any, skip: int, tail: int) -> None:
    """Note how many frames of its clip a strip hides at either end because its neighbours show them."""
    strip[_REPEATED_KEY] = [skip, tail]


def repeated(strip: Any) -> tuple[int, int]:
    """How many frames of its clip a strip hides at its left and right because its neighbours show them."""
    noted = strip.get(_REPEATED_KEY)
    return (int(noted[0]), int(noted[1])) if noted is not None and len(noted) == len(("skip", "tail")) else (0, 0)


def of_slot(slot: str) -> Iterator[tuple[bpy.types.Scene, Any]]:
    """Every strip of a slot, with its scene; in all scenes of the file that can be changed."""
    for scene in bpy.data.scenes:
        if scene.sequence_editor is not None and scene.is_editable:
            for strip in compat.strips_all(scene.sequence_editor):
                if slot_of(strip) == slot:
                    yield scene, strip


def _cut(name: str) -> str:
    return name.encode()[:_NAME_BYTES].decode(errors="ignore").rstrip()


def _text(strip: Any, key: str) -> str:
    value = strip.get(key)
    return value if isinstance(value, str) else ""
