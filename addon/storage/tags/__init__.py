"""The texts that other tools left in a file, by name: tags of MP4, MOV, WebM, Matroska, AVI, PNG and WebP.

Only what holds texts is read, never pictures or sound, and never more than a few MiB, whatever a file says of itself. A
file that is cut off, damaged or made up yields what could be read of it. Nothing is ever written: Content Credentials
(C2PA) are neither read nor touched.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ..failures import explained
from . import boxes, matroska, png, riff
from .window import Spent, Window

_FORMATS = (boxes, matroska, png, riff)


def read(path: Path) -> dict[str, str]:
    """The texts in the file at `path`, as `texts` has them. Raises `StorageError` if it cannot be read."""
    with explained("read", path), path.open("rb") as file:
        return texts(file)


def texts(file: BinaryIO) -> dict[str, str]:
    """The texts in a file by their names in lower case, the first of each name; empty if it is of another kind.

    Raises `OSError`.
    """
    found: dict[str, str] = {}
    window = Window(file, file.seek(0, 2))
    with suppress(Spent):  # what has been found until then is what there is
        start = window.at(0, 16)
        for module in _FORMATS:
            if module.begins(start):
                for name, text in module.texts(window):
                    if text:
                        found.setdefault(name.lower(), text)
    return found
