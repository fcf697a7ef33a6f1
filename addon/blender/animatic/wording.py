"""The words of a caption: a prompt broken into lines, and the running time. No bpy.

Facts: Unicode's character data; what may not begin a line of Japanese or Chinese is from JIS X 4051.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

_PROMPT_LIMIT = 1_000  # characters read: more never fits, and a prompt may be a megabyte
_NOT_AT_START = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々ー」』】〕）］｝〉》’”…‥,.;:!?)]}%"  # punctuation
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"  # small kana
)


def wrap(prompt: str, fits: Callable[[str], bool], most: int) -> list[str]:
    """Break a prompt into at most `most` lines for which `fits` holds; what is left over becomes an ellipsis.

    Lines break at spaces, between the characters of scripts without spaces, and where nothing else helps within a
    word, but never inside a character and its accents or joiners.
    """
    pieces = _pieces(" ".join(_printable(prompt[:_PROMPT_LIMIT]).split()))
    cut = len(prompt) > _PROMPT_LIMIT
    lines: list[str] = []
    line = ""
    while pieces:
        piece = pieces.pop(0)
        if fits((line + piece).rstrip()):
            line += piece
        elif line.strip():
            if len(lines) == most - 1:
                cut = True
                break
            lines.append(line.rstrip())
            line, pieces = "", [piece, *pieces]
        else:
            characters = _characters(piece)
            if len(characters) == 1:  # wider than the line: nothing can be done
                line = piece
            else:
                pieces = [*characters, *pieces]
    lines.append(line.rstrip())
    if cut:
        lines[-1] = _ellipsised(lines[-1], fits)
    return [line for line in lines if line]


def _ellipsised(line: str, fits: Callable[[str], bool]) -> str:
    characters = _characters(line)
    while characters and not fits("".join(characters).rstrip(" ,.;:") + "…"):
        characters.pop()
    return "".join(characters).rstrip(" ,.;:") + "…"


def _printable(text: str) -> str:
    """Line breaks and other controls as spaces; joiners stay, lone surrogates go."""
    return "".join(
        character
        for character in (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
        if unicodedata.category(character) not in ("Cs", "Co", "Cn")
    )


def _pieces(text: str) -> list[str]:
    """Split where a line may break; spaces stay at the end of their piece."""
    pieces: list[str] = []
    for character in _characters(text):
        before = pieces[-1] if pieces else ""
        wide = unicodedata.east_asian_width(character[0]) in "WF"
        after_wide = bool(before) and unicodedata.east_asian_width(before[-1]) in "WF"
        breaks = before.endswith(" ") if not (wide or after_wide) else character[0] not in _NOT_AT_START
        if not pieces or (breaks and character != " "):
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces


def _characters(text: str) -> list[str]:
    """Split into what a reader sees as characters: a base with its marks, joined emoji together."""
    characters: list[str] = []
    for c in text:
        joins = unicodedata.category(c) in ("Mn", "Mc", "Me") or c == "\u200d"  # variation selectors are marks
        toned = "\U0001f3fb" <= c <= "\U0001f3ff"
        if characters and (joins or toned or characters[-1].endswith("\u200d")):
            characters[-1] += c
        else:
            characters.append(c)
    return characters


def running_time(seconds: float) -> str:
    """Minutes, seconds and tenths: 0:01.3. The last digit is cut off, not rounded."""
    tenths = int(seconds * 10 + 1e-6)
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"
