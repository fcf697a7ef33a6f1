"""Running Animatic's script as its provider does, and looking at the clips it makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from . import footage

JOB: dict[str, Any] = {
    "prompt": "A lighthouse in a storm, static",
    "seed": 7,
    "take": 1,
    "duration": 0.5,
    "width": 192,
    "height": 108,
    "fps": 24.0,
    "image": None,
}
"""A clip that is drawn quickly: 12 frames."""


@dataclass(frozen=True)
class Drawn:
    """One run of the script: its exit code, what it said, and where the clip should be."""

    code: int
    said: list[dict[str, Any]]
    output: str
    clip: Path

    @property
    def error(self) -> str:
        return str(self.said[-1]["error"]).format_map(self.said[-1].get("values", {}))

    @property
    def progress(self) -> list[float]:
        return [message["progress"] for message in self.said if "progress" in message]


def write_job(folder: Path, **settings: Any) -> Path:
    path = folder / "job.json"
    path.write_text(json.dumps({**JOB, **settings}), "utf-8")
    return path


def environment(folder: Path) -> dict[str, str]:
    """This process's, with a Blender profile of its own: Blender tidies up the extensions of the one it is given."""
    return {**os.environ, "BLENDER_USER_RESOURCES": str(folder.with_name(f"{folder.name}-profile"))}


def run(script: Path, job: Path, out: Path) -> Drawn:
    done = subprocess.run(
        [sys.executable, str(script), "--", str(job), str(out)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(job.parent),
        timeout=300,
    )
    output = done.stdout.decode("utf-8", "replace")
    said = [json.loads(line[9:]) for line in output.splitlines() if line.startswith("ANIMATIC ")]
    return Drawn(done.returncode, said, output, out)


def facts(clip: Path) -> tuple[tuple[int, int], int, float]:
    """A clip's size, number of frames and frames per second, as Blender reads them."""
    loaded: Any = bpy.data.movieclips.load(str(clip))
    found = (int(loaded.size[0]), int(loaded.size[1])), int(loaded.frame_duration), float(loaded.fps)
    bpy.data.movieclips.remove(loaded)
    return found


def frames(clip: Path, compat: Any, folder: Path) -> list[np.ndarray]:
    """A clip's frames as (height, width, RGB), the lowest row first."""
    size, count, _fps = facts(clip)
    scene = bpy.data.scenes.new("Look")
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.view_settings.view_transform = "Standard"
    strips = compat.strips(scene.sequence_editor_create())
    strips.new_movie(name="Clip", filepath=str(clip), channel=1, frame_start=1)
    folder.mkdir(exist_ok=True)
    found = [picture[..., :3] for picture in footage.pictures(scene, 1, count, folder)]
    bpy.data.scenes.remove(scene)
    return found


def shift(before: np.ndarray, after: np.ndarray) -> tuple[int, int]:
    """By how many pixels a picture went right and up, by phase correlation."""
    spectra = [np.fft.fft2(grey(picture) - grey(picture).mean()) for picture in (before, after)]
    cross = np.conj(spectra[0]) * spectra[1]
    peak = np.fft.ifft2(cross / np.maximum(np.abs(cross), 1e-9)).real
    up, right = np.unravel_index(int(np.argmax(peak)), peak.shape)
    rows, columns = peak.shape
    return int((right + columns // 2) % columns - columns // 2), int((up + rows // 2) % rows - rows // 2)


def growth(before: np.ndarray, after: np.ndarray) -> float:
    """How much larger a picture became around its middle: the best of some scales."""
    first, last = grey(before), grey(after)
    rows, columns = first.shape
    errors = {}
    for scale in np.arange(0.5, 2.01, 0.05):
        wide, high = columns / max(scale, 1.0) * 0.45, rows / max(scale, 1.0) * 0.45
        y, x = np.mgrid[-high:high:40j, -wide:wide:60j]  # in the picture before
        was = _at(first, x, y)
        errors[float(scale)] = np.abs(was - _at(last, x * scale, y * scale)).mean()
    return min(errors, key=lambda scale: errors[scale])


def _at(picture: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    rows, columns = picture.shape
    row = np.clip(np.round(y + rows / 2 - 0.5), 0, rows - 1).astype(int)
    column = np.clip(np.round(x + columns / 2 - 0.5), 0, columns - 1).astype(int)
    return picture[row, column]


def grey(picture: np.ndarray) -> np.ndarray:
    return picture.mean(axis=2)
