"""Makes small pictures of clips. Run in a background Blender, which is the one program at hand that reads every video.

    blender --background --factory-startup --python depict.py -- ORDER.json
    python depict.py -- ORDER.json

Give it a profile of its own (BLENDER_USER_RESOURCES): Blender tidies up the extensions of the one it finds.

ORDER.json is a list of [clip, picture]. Each picture is written whole, as soon as it is made; `storage.pictures` says
what is in it. A clip that cannot be read makes none, and is told on stderr.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import bpy  # isort: skip  (as a module, bpy is what brings the other modules of Blender)
import bpy.utils.previews
import numpy as np

SIZES = (192, 96, 32)
"""Pixels of the longer side: for interfaces of twice the size, for usual ones, and for rows of lists."""


def main(arguments: list[str]) -> int:
    """Exit code: 0 if every clip has its picture."""
    order: list[list[str]] = json.loads(Path(arguments[0]).read_text("utf-8"))
    return max([_depict(clip, Path(picture)) for clip, picture in order], default=0)


def _depict(clip: str, picture: Path) -> int:
    # Blender's own thumbnail, which it keeps where the desktop's programs keep theirs: the File Browser shows it too.
    previews = bpy.utils.previews.new()
    try:
        pixels = _pixels(previews.load(clip, clip, "MOVIE"))
    except (OSError, RuntimeError, ValueError) as error:
        print(f"{clip}: {error}", file=sys.stderr)
        return 1
    finally:
        bpy.utils.previews.remove(previews)
    pictures = _package("pictures", Path(__file__).resolve().parents[1] / "storage" / "pictures.py")
    levels = [_reduced(pixels, size) for size in SIZES]
    pictures.write(picture, [(level.shape[1], level.shape[0], level.tobytes()) for level in levels])
    return 0


def _pixels(preview: Any) -> Any:
    """A thumbnail as rows of RGBA pixels, four bytes each, lowest row first."""
    width, height = preview.image_size  # this is what loads it
    if not width or not height:
        raise ValueError("no picture can be made of it")
    pixels = np.empty(width * height, dtype=np.int32)
    preview.image_pixels.foreach_get(pixels)
    return pixels.view(np.uint8).reshape(height, width, 4)


def _reduced(pixels: Any, size: int) -> Any:
    """The picture with its longer side brought down to `size` pixels, each the mean of those it covers."""
    height, width = pixels.shape[:2]
    scale = min(1.0, size / max(width, height))
    for axis, count in ((0, max(1, round(height * scale))), (1, max(1, round(width * scale)))):
        length = pixels.shape[axis]
        edges = np.arange(count) * length // count
        spans = np.diff(np.append(edges, length)).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        pixels = np.add.reduceat(pixels.astype(np.float32), edges, axis=axis) / spans
    return np.ascontiguousarray(np.rint(pixels).astype(np.uint8))


def _package(name: str, file: Path) -> Any:
    """Load a module by path: this process is the script's own, nothing else of the extension is loaded in it."""
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main(sys.argv[sys.argv.index("--") + 1 :]))
