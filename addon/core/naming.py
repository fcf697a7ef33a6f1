"""Names: of sessions from their prompts, as people type them, and of clip files.

A character is counted as a code point, the stricter way: 40 code points are never more than 40 of what people see as
characters. Nothing is ever cut inside a grapheme cluster.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from . import graphemes, phrase
from .errors import InputError

SESSION_NAME_LIMIT = 40
"""Code points of a name that was made from a prompt, "… 2" included."""

TYPED_NAME_LIMIT = 120
"""Code points of a name that a person typed."""

CLIP_STEM_LIMIT = 60
"""Bytes of UTF-8 in a clip's file name without its extension: leaves room for a path, ".part", ".json" everywhere."""

UNTITLED = "Untitled"

# Windows' list, then what Blender (# and {}) and ffmpeg (%) read as patterns in a path.
_NOT_IN_FILE_NAMES = re.compile(r'[<>:"/\\|?*\s#%{}]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)


def session_name(prompt: str, taken: Collection[str] = ()) -> str:
    """What a person would call the shot in `prompt`: a short phrase of at most `SESSION_NAME_LIMIT` code points.

    "A lighthouse in a storm, dramatic wide shot" is "Lighthouse in a storm". What has no letter, digit or picture is
    "Untitled". Unlike every name in `taken` (see `unique`). Never fails; a megabyte takes hardly longer than a page.
    """
    return unique(phrase.short_phrase(prompt, SESSION_NAME_LIMIT) or UNTITLED, taken, SESSION_NAME_LIMIT)


def clean_name(text: str) -> str:
    """A name as a person typed it, in NFC, on one line, without what cannot be seen.

    Raises `InputError` where nothing is left, or more than `TYPED_NAME_LIMIT` code points.
    """
    text = " ".join(text.split())
    name = graphemes.visible(text) if len(text) <= 4 * TYPED_NAME_LIMIT else text
    if not name or graphemes.first_visible(name) == len(name):
        raise InputError("The name is empty.", "Type at least one letter, digit or sign.")
    if len(name) > TYPED_NAME_LIMIT:
        raise InputError(
            "The name has {count:,} characters; at most {most} fit.",
            "Shorten it.",
            count=len(name),
            most=TYPED_NAME_LIMIT,
        )
    return name


def unique(name: str, taken: Collection[str], limit: int = TYPED_NAME_LIMIT) -> str:
    """`name`, or the first of "`name` 2", "`name` 3"… not in `taken`, whatever the case; at most `limit` code points.

    Where the number would not fit, the name before it gets shorter at a word. `limit` is at least 12.
    """
    names = {_key(other) for other in taken}
    candidate = name = phrase.cut(name, limit)
    number = 1
    while _key(candidate) in names:
        number += 1
        suffix = f" {number}"
        candidate = phrase.cut(name, limit - len(suffix)) + suffix
    return candidate


def clip_stem(session_name: str, take_number: int) -> str:
    """A file name without extension for a clip: "Lighthouse in a storm 03".

    Allowed on Windows, macOS and Linux and not read as a pattern by Blender or ffmpeg; at most `CLIP_STEM_LIMIT` bytes
    of UTF-8 in NFC, never empty. Not unique: the same name and number give the same stem. `take_number` counts from 1.
    """
    suffix = f" {take_number:02d}"
    start = graphemes.first_visible(session_name)
    name = _NOT_IN_FILE_NAMES.sub(" ", session_name[start : start + 10 * CLIP_STEM_LIMIT])
    name = _without_edges(graphemes.visible(name))
    if _RESERVED.match(name):
        name = f"Clip {name}"
    name = phrase.cut(name, CLIP_STEM_LIMIT - len(suffix), lambda text: len(text.encode()))
    return (_without_edges(graphemes.visible(name)) or "Clip") + suffix


def _without_edges(name: str) -> str:
    """`name` without what makes a file hidden, an option, a home folder or a name that Windows changes."""
    parts = list(graphemes.clusters(name))
    while parts and parts[-1][0] in " .-~":
        parts.pop()
    start = next((index for index, part in enumerate(parts) if part[0] not in " .-~"), 0)
    return "".join(parts[start:])


def _key(name: str) -> str:
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
