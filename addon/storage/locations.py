"""Files as URLs (RFC 8089), from paths as any system writes them, whichever this one is."""

from __future__ import annotations

import re
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import quote

_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


def url(path: str, base: str = "") -> str:
    """The URL of an absolute path: relative where the file lies in the folder `base` or below, else `file://…`.

    Blanks, other scripts and what means something in a URL are percent-encoded, by the bytes of the name.
    """
    file = _parsed(path)
    folder = _parsed(base) if base else None
    if folder is not None and type(folder) is type(file) and file.is_relative_to(folder):
        return quoted(file.relative_to(folder).as_posix())
    text = file.as_posix()
    if isinstance(file, PureWindowsPath):
        if text.startswith("//"):
            return "file:" + quoted(text)
        return "file:///" + text[:2] + quoted(text[2:])
    return "file://" + quoted(text)


def _parsed(path: str) -> PurePath:
    return PureWindowsPath(path) if _WINDOWS.match(path) else PurePosixPath(path)


def quoted(text: str) -> str:
    """A part of a path as it stands in a URL."""
    try:
        return quote(text.encode("utf-8", "surrogateescape"), safe="/")
    except UnicodeEncodeError:  # half a character in a name of Windows
        return quote(text.encode("utf-8", "surrogatepass"), safe="/")
