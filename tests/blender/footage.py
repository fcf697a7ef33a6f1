"""Real clips for tests, which tell their own time: the picture shows its frame's number, and the sound clicks.

Each frame is eight upright bars, the bits of its number, the lowest at the left, white for one. A click begins every
half second.
"""

from __future__ import annotations

import array
import functools
import math
import struct
import tempfile
import wave
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import bpy
import numpy as np

HAS_AUDIO = bool(bpy.app.build_options.audaspace)
"""Whether this Blender knows sound at all: the bpy wheel 4.2 does not."""

_BITS = 8
_RATE = 48_000
_CLICK_SECONDS = 0.01


class Rate(NamedTuple):
    """A frame rate as Blender has it: `fps / base` frames per second."""

    fps: int
    base: float = 1.0

    @property
    def value(self) -> float:
        return self.fps / self.base


FILM = Rate(24)


def make_clip(
    path: Path,
    compat: Any,
    *,
    rate: Rate = FILM,
    frames: int = 48,
    size: tuple[int, int] = (64, 36),
    sound: bool = True,
) -> Path:
    """Write an H.264 clip with AAC sound (without, where this Blender has no sound) and return its path.

    Clips of which all of this is the same are the same to the byte.
    """
    path.write_bytes(_rendered(compat, rate, frames, size, sound and HAS_AUDIO))
    return path


@functools.cache  # nearly every test wants one, most the same
def _rendered(compat: Any, rate: Rate, frames: int, size: tuple[int, int], sound: bool) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sessions-footage-") as folder:
        work = Path(folder)
        scene = bpy.data.scenes.new("Footage")
        set_rate(scene, rate)
        scene.render.resolution_x, scene.render.resolution_y = size
        scene.render.resolution_percentage = 100
        scene.view_settings.view_transform = "Standard"
        strips = compat.strips(scene.sequence_editor_create())
        for number in range(frames):
            _write_png(work / f"{number:04}.png", size, number)
        picture = strips.new_image(name="Picture", filepath=str(work / "0000.png"), channel=1, frame_start=1)
        for number in range(1, frames):
            picture.elements.append(f"{number:04}.png")
        compat.set_handles(picture, 1, 1 + frames)
        if sound:
            _write_wav(work / "clicks.wav", frames / rate.value)
            strips.new_sound(name="Sound", filepath=str(work / "clicks.wav"), channel=2, frame_start=1)
        scene.frame_start, scene.frame_end = 1, frames
        compat.set_movie_output(scene, audio="AAC" if sound else "NONE")
        scene.render.use_file_extension = False
        scene.render.filepath = str(work / "clip.mp4")
        bpy.ops.render.render(animation=True, scene=scene.name)
        bpy.data.scenes.remove(scene)
        return (work / "clip.mp4").read_bytes()


def set_rate(scene: bpy.types.Scene, rate: Rate) -> None:
    scene.render.fps, scene.render.fps_base = rate


def pictures(scene: bpy.types.Scene, first: int, last: int, folder: Path) -> list[np.ndarray]:
    """The frames `first` to `last` of the sequencer as (height, width, RGBA), the lowest row first."""
    image: Any = scene.render.image_settings
    if hasattr(image, "media_type"):
        image.media_type = "IMAGE"
    image.file_format, image.color_mode = "PNG", "RGBA"
    scene.frame_start, scene.frame_end = first, last
    scene.render.filepath = str(folder / "frame-")
    bpy.ops.render.render(animation=True, scene=scene.name)
    found = []
    for frame in range(first, last + 1):
        loaded = bpy.data.images.load(scene.render.frame_path(frame=frame))
        pixels = np.empty(len(loaded.pixels), dtype=np.float32)
        loaded.pixels.foreach_get(pixels)
        found.append(pixels.reshape(loaded.size[1], loaded.size[0], 4))
        bpy.data.images.remove(loaded)
    return found


def number_in(picture: np.ndarray) -> int:
    """The frame number that a picture shows which is filled by a clip."""
    row = picture[picture.shape[0] // 2, :, 0]
    return sum(1 << bit for bit in range(_BITS) if row[int((bit + 0.5) * len(row) / _BITS)] > 0.5)


def clicks(path: Path) -> list[float]:
    """When the clicks of a sound file begin, in seconds."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)[:: file.getnchannels()]
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 6000) / file.getframerate()
    return [float(time) for at, time in enumerate(loud) if at == 0 or time - loud[at - 1] > 0.2]


def _write_png(path: Path, size: tuple[int, int], number: int) -> None:
    width, height = size
    row = b"\0" + b"".join(b"\xff" * 3 if number >> (x * _BITS // width) & 1 else b"\0" * 3 for x in range(width))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks: Sequence[tuple[bytes, bytes]] = (
        (b"IHDR", header),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    )
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks
        )
    )


def _write_wav(path: Path, seconds: float) -> None:
    samples = array.array("h", bytes(2 * int(seconds * _RATE)))
    for half in range(int(seconds * 2) + 1):
        start = half * _RATE // 2
        for at in range(start, min(start + int(_CLICK_SECONDS * _RATE), len(samples))):
            samples[at] = int(20_000 * math.sin((at - start) * 2 * math.pi * 1000 / _RATE))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(samples.tobytes())
