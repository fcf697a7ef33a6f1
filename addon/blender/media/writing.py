"""Frames of a scene's sequencer as files."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from .. import compat
from . import framing
from .answers import HAS_SOUND, Answer, Impossible

SOUND_KBITS = 128
_TELL_SECONDS = 0.2


def still(scene: Any, frame: int, out: str, quality: int | None = None) -> Answer:
    """Write a frame as PNG, or as JPEG of a `quality` from 1 to 100."""
    file = out + (".png" if quality is None else ".jpg")
    compat.set_image_output(scene, quality)
    scene.frame_start = scene.frame_end = frame
    scene.render.filepath = out
    # As an animation: of a single picture, a scene strip that is to show another sequencer stays black (4.2 to 5.2).
    bpy.ops.render.render(animation=True, scene=scene.name)
    written = Path(scene.render.frame_path(frame=frame))
    _check_written(str(written))
    written.replace(file)
    return {"file": file, **_size(scene), "seconds": 0.0, "fps": 0.0}


def movie(scene: Any, first: int, last: int, out: str, sound: bool, kbits: float = 0.0) -> Answer:
    """Write frames as MP4 with H.264 and AAC, with `kbits` a second for the picture (0: as many as it takes).

    How many of how many frames are done stands in a file called `out` with ".progress" added, as two numbers.
    """
    file = out + ".mp4"
    compat.set_movie_output(scene, audio="AAC" if sound and HAS_SOUND else "NONE")
    ffmpeg = scene.render.ffmpeg
    ffmpeg.use_autosplit, ffmpeg.use_lossless_output, ffmpeg.audio_bitrate = False, False, SOUND_KBITS
    if kbits:
        ffmpeg.constant_rate_factor = "NONE"
        ffmpeg.video_bitrate = ffmpeg.maxrate = max(1, int(kbits))
        ffmpeg.minrate, ffmpeg.buffersize = 0, max(1, int(kbits) * 2)
    else:
        ffmpeg.constant_rate_factor = "HIGH"
    scene.frame_start, scene.frame_end = first, last
    scene.render.filepath = file
    with _counted(last - first + 1, Path(f"{out}.progress")):
        bpy.ops.render.render(animation=True, scene=scene.name)
    _check_written(file)
    fps = scene.render.fps / scene.render.fps_base
    return {"file": file, **_size(scene), "seconds": (last - first + 1) / fps, "fps": fps}


@contextmanager
def _counted(frames: int, told: Path) -> Iterator[None]:
    done, next_at = 0, 0.0

    def count(*_: Any) -> None:
        nonlocal done, next_at
        done += 1
        if time.monotonic() >= next_at or done == frames:
            next_at = time.monotonic() + _TELL_SECONDS
            told.write_text(f"{done} {frames}", "ascii")

    handlers: list[Callable[..., None]] = bpy.app.handlers.render_write
    handlers.append(count)
    try:
        yield
    finally:
        handlers.remove(count)


def _size(scene: Any) -> dict[str, int]:
    width, height = framing.size(scene)
    return {"width": width, "height": height}


def _check_written(file: str) -> None:
    if not Path(file).is_file() or not Path(file).stat().st_size:
        raise Impossible("Blender did not write the picture. Is the disk full?")


def even(length: int) -> int:
    """The length in pixels that is even: H.264 stores no other."""
    return max(2, length // 2 * 2)


def rate(fps: float) -> tuple[int, float]:
    """Blender's `fps` and `fps_base`: 23.976, 29.97 and 59.94 are 24, 30 and 60 by 1.001."""
    whole = max(1, round(fps))
    if abs(fps - whole / 1.001) < 0.006 and whole in (24, 30, 48, 60, 120):
        return whole, 1.001
    return whole, whole / fps
