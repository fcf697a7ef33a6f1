"""Write SGI images ("The SGI image file format", version 1.00): bytes as they are, with alpha. No bpy.

Blender 4.x reads a still's file again for each frame of a strip, and reads these several times faster than PNG. They
are written here because Blender 4.2 writes some that it cannot read back: flat ones, which it packs small.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_MAGIC, _VERBATIM, _ONE_BYTE, _CHANNELS = 474, 0, 1, 3  # 3: rows, columns and channels
_HEADER = 512


def write(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write `pixels` (rows from the bottom up, columns, four channels; at most 65,535 rows and columns) to `path`.

    Of three channels Blender 4.2 says that the file is corrupt.
    """
    rows, columns, channels = pixels.shape
    header = struct.pack(">hBBHHHHii", _MAGIC, _VERBATIM, _ONE_BYTE, _CHANNELS, columns, rows, channels, 0, 255)
    with path.open("wb") as file:
        file.write(header.ljust(_HEADER, b"\0"))
        file.write(np.ascontiguousarray(pixels.transpose(2, 0, 1)).tobytes())
