"""Text in the order and the forms in which it is drawn. No bpy.

Blender draws one glyph for each character, from left to right, as they come. So that scripts which need more can be
read, this turns a line into that: Arabic letters get their joined forms, right-to-left runs are turned around, and
Indic vowel signs that stand before their consonant are put there. Facts: Unicode's character data, its annex 9 (of
which this does the part that a caption needs), and the Indic chapters of the standard.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_INVISIBLE = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Vowel signs that are drawn before the consonants they follow, and the signs that join two consonants, by script.
_BEFORE = frozenset("\u093f\u09bf\u09c7\u09c8\u0a3f\u0abf\u0b47\u0bc6\u0bc7\u0bc8\u0d46\u0d47\u0d48")
# Signs in two parts: one before, one after.
_AROUND = {
    "\u09cb": ("\u09c7", "\u09be"),
    "\u09cc": ("\u09c7", "\u09d7"),
    "\u0b4b": ("\u0b47", "\u0b3e"),
    "\u0b4c": ("\u0b47", "\u0b57"),
    "\u0bca": ("\u0bc6", "\u0bbe"),
    "\u0bcb": ("\u0bc7", "\u0bbe"),
    "\u0bcc": ("\u0bc6", "\u0bd7"),
    "\u0d4a": ("\u0d46", "\u0d3e"),
    "\u0d4b": ("\u0d47", "\u0d3e"),
    "\u0d4c": ("\u0d46", "\u0d57"),
}
_VIRAMAS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d")
_NUKTAS = frozenset("\u093c\u09bc\u0a3c\u0abc\u0b3c")


def is_right_to_left(text: str) -> bool:
    """Whether a line starts at the right: its first letter with a direction says so."""
    kinds = (unicodedata.bidirectional(c) for c in text)
    return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), False)


def visual(text: str) -> str:
    """A line as it is drawn from left to right, in presentation forms."""
    plain = "".join(c for c in text if c not in _INVISIBLE)
    if plain.isascii():
        return plain
    plain = _joined(_indic(plain))
    if not any(unicodedata.bidirectional(c) in ("R", "AL") for c in plain):
        return plain
    runs = list(_runs(plain))
    if is_right_to_left(plain):
        runs.reverse()
    return "".join(_turned(run) if backwards else run for run, backwards in runs)


# -- Direction ---------------------------------------------------------------------------------------------------------


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Stretches of one direction, and whether it is right to left; what has none goes with its neighbours."""
    base = is_right_to_left(text)
    kinds = [{"L": "L", "R": "R", "AL": "R", "EN": "N", "AN": "N"}.get(unicodedata.bidirectional(c), "") for c in text]
    # Marks belong to their letter, and what stands between two digits to the number (3:45, 1,000).
    for i, c in enumerate(text):
        if not kinds[i] and i and unicodedata.category(c) in ("Mn", "Me"):
            kinds[i] = kinds[i - 1]
        elif c in ".,:/-" and 0 < i < len(text) - 1 and kinds[i - 1] == "N" and text[i + 1].isdigit():
            kinds[i] = "N"
    sides = [kind == "R" for kind in kinds]
    last = base
    for i, kind in enumerate(kinds):
        if kind == "N":
            sides[i] = False
        elif not kind:
            following = next((k for k in kinds[i:] if k), "R" if base else "L")
            # A number counts as what surrounds it, so that spaces around it do not tear a run apart.
            after = last if following == "N" else following == "R"
            sides[i] = last if last == after else base
        if kind in ("L", "R"):
            last = kind == "R"
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or sides[i] != sides[start]:
            yield text[start:i], sides[start]
            start = i


def _turned(run: str) -> str:
    """A right-to-left run from its left end; marks stay after their letter, brackets face the other way."""
    letters: list[str] = []
    for c in run:
        if letters and unicodedata.category(c) in ("Mn", "Me"):
            letters[-1] += c
        else:
            letters.append(c.translate(_MIRRORED))
    return "".join(reversed(letters))


# -- Arabic ------------------------------------------------------------------------------------------------------------


# A letter's form, by whether it joins the one before and the one after it.
_FORM = {
    (False, False): "isolated",
    (False, True): "initial",
    (True, True): "medial",
    (True, False): "final",
}


@cache
def _forms() -> dict[tuple[str, str], str]:
    """The presentation forms that Unicode has: (letters, 'isolated' | 'initial' | 'medial' | 'final') -> character."""
    forms: dict[tuple[str, str], str] = {}
    for code in (*range(0xFB50, 0xFBC2), *range(0xFBD3, 0xFC00), *range(0xFE80, 0xFEFD)):
        kind, _, letters = unicodedata.decomposition(chr(code)).partition("> ")
        if kind[1:] in ("isolated", "initial", "medial", "final"):
            forms.setdefault(("".join(chr(int(letter, 16)) for letter in letters.split()), kind[1:]), chr(code))
    return forms


def _joined(text: str) -> str:
    """Arabic letters in the form that their neighbours ask for; lam and alef become one."""
    forms = _forms()
    letters: list[tuple[str, str]] = []  # a letter (or lam with alef), and the marks on it
    for c in text:
        if letters and unicodedata.category(c) in ("Mn", "Me"):
            letters[-1] = (letters[-1][0], letters[-1][1] + c)
        elif letters and (letters[-1][0] + c, "isolated") in forms and letters[-1][0] == "\u0644":
            letters[-1] = (letters[-1][0] + c, letters[-1][1])
        else:
            letters.append((c, ""))
    drawn: list[str] = []
    for i, (letter, marks) in enumerate(letters):
        before = i > 0 and _joins_on(letters[i - 1][0], forms) and _joins_back(letter, forms)
        after = i + 1 < len(letters) and _joins_on(letter, forms) and _joins_back(letters[i + 1][0], forms)
        form = _FORM[before, after]
        drawn.append(forms.get((letter, form), letter) + marks)
    return "".join(c for c in "".join(drawn) if c != "\u200c")


def _joins_on(letter: str, forms: dict[tuple[str, str], str]) -> bool:
    """Whether a letter reaches the one after it."""
    return letter in ("\u0640", "\u200d") or (letter, "initial") in forms


def _joins_back(letter: str, forms: dict[tuple[str, str], str]) -> bool:
    """Whether a letter reaches the one before it."""
    return letter in ("\u0640", "\u200d") or (letter, "final") in forms


# -- Indic -------------------------------------------------------------------------------------------------------------


def _indic(text: str) -> str:
    """Vowel signs that are drawn to the left of their consonants, put there."""
    drawn: list[str] = []
    for c in text:
        first, rest = _AROUND.get(c, (c, ""))
        if first in _BEFORE:
            drawn.insert(_cluster(drawn), first)
        else:
            drawn.append(first)
        if rest:
            drawn.append(rest)
    return "".join(drawn)


def _cluster(drawn: list[str]) -> int:
    """Where the last cluster of consonants begins: consonants tied by a sign, each perhaps with a dot."""
    at = len(drawn)
    while at > 0:
        at -= 1
        while at > 0 and drawn[at] in _NUKTAS:
            at -= 1
        if at == 0 or drawn[at - 1] not in _VIRAMAS:
            break
        at -= 1
    return max(at, 0)
