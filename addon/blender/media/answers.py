"""What a file is, and how it is told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from ...core.wording import Words

HAS_SOUND = bool(getattr(bpy.app.build_options, "audaspace", False))


class Impossible(Exception):
    """It cannot be done: one sentence for people, a template as `str.format` has it for `values`."""

    def __init__(self, template: Words, **values: str | int | float) -> None:
        super().__init__(template.format_map(values))
        self.template = template
        self.values = values


Answer = dict[str, Any]


def look(order: dict[str, Any]) -> Answer:
    """What a file is, `Impossible` if it is no picture, clip or sound that can be read."""
    file = order["file"]
    if order["media"] == "audio":
        return {"file": file, "width": 0, "height": 0, "seconds": _sound_seconds(file), "fps": 0.0}
    if order["media"] == "video":
        clip: Any = loaded(bpy.data.movieclips, file)
        if clip is not None and clip.source == "MOVIE" and clip.frame_duration > 0 and clip.fps > 0:
            width, height = clip.size
            seconds = clip.frame_duration / clip.fps
            return {"file": file, "width": width, "height": height, "seconds": seconds, "fps": clip.fps}
        raise Impossible(
            "“{file}” cannot be read: it is no video that Blender knows, or it is damaged.", file=file_name(file)
        )
    image: Any = loaded(bpy.data.images, file)
    if image is not None and image.source == "FILE" and min(image.size) > 0 and len(image.pixels):
        return {"file": file, "width": image.size[0], "height": image.size[1], "seconds": 0.0, "fps": 0.0}
    raise Impossible(
        "“{file}” cannot be read: it is no picture that Blender knows, or it is damaged.", file=file_name(file)
    )


def too_large(order: dict[str, Any]) -> Impossible:
    """Nothing that can be done makes a file as small as an order wants."""
    return Impossible(
        "“{file}” cannot be made as small as {size:,.1f} MB.", file=file_name(order["file"]), size=order["size"] / 1e6
    )


def loaded(collection: Any, file: str) -> Any:
    """A file as a data-block, None if it cannot be read."""
    try:
        return collection.load(file)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return None


def file_name(file: str) -> str:
    """A file's name without its folders."""
    return Path(file).name


def _sound_seconds(file: str) -> float:
    """How long a sound file plays; 0 where this Blender knows no sound, as some builds without a window do."""
    if not HAS_SOUND:
        return 0.0
    import aud

    try:
        sound = aud.Sound.file(file)
        return max(0.0, float(sound.length / sound.specs[0]))
    except aud.error as error:
        print(error, file=sys.stderr)
        raise Impossible(
            "“{file}” cannot be read: it is no sound that Blender knows, or it is damaged.", file=file_name(file)
        ) from error


def has_sound(file: str) -> bool:
    """Whether a file has sound that this Blender can read."""
    return HAS_SOUND and bool(bpy.data.sounds.load(file).samplerate)
