"""Text as people see it: characters are grapheme clusters, and what cannot be seen is not part of a name.

The rules are those of Unicode's UAX #29 (extended grapheme clusters), told from the categories in `unicodedata` instead
of a table of our own; the one rule left out is *Prepend*, a dozen rare signs that stand before a digit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

LONGEST_CLUSTER = 32
"""Code points. No script and no emoji needs more (UAX #15 allows 30 marks on a letter, the longest emoji has 10); a
longer cluster is noise, and `visible` leaves it out whole."""

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_HANGUL_FOLLOWS = {"L": ("L", "V", "LV", "LVT"), "LV": ("V", "T"), "V": ("V", "T"), "LVT": ("T",), "T": ("T",)}
_FLAG_BASE = "\U0001f3f4"
_NONCHARACTERS = "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(15))

# Controls, separators, and characters drawn as nothing: Braille blank, Hangul fillers, replacement characters.
_BLANK = "\\s\x00-\x1f\x7f-\x9f\u2028\u2029\u2800\u3164\uffa0\u115f\u1160\ufffc\ufffd"
# Zero-width and bidirectional controls, annotation marks, lone surrogates, private use, noncharacters.
_UNSEEN = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001"
    "\U0001d173-\U0001d17a\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff\ufdd0-\ufdef" + _NONCHARACTERS
)
_BLANKS = re.compile(f"[{_BLANK}]+")
_UNSEEN_CHARACTERS = re.compile(f"[{_UNSEEN}]+")
_NOTHING_TO_SEE = re.compile(f"[{_BLANK}{_UNSEEN}]*")
_TAGS = re.compile("[\U000e0020-\U000e007f]+")
_LOOSE_JOINERS = re.compile(f"[{_ZWNJ}{_ZWJ}]+(?= |$)")


def clusters(text: str) -> Iterator[str]:
    """The grapheme clusters of `text` in order; joined together they are `text` again. Linear time."""
    start = 0
    for index in range(1, len(text)):
        if _is_boundary(text, start, index):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def clip(text: str, limit: int, size: Callable[[str], int] = len) -> str:
    """The longest beginning of `text` that is whole clusters, at most `limit` in `size` (code points unless told)."""
    used = end = 0
    for cluster in clusters(text):
        used += size(cluster)
        if used > limit:
            break
        end += len(cluster)
    return text[:end]


def first_visible(text: str) -> int:
    """Where `text` begins to show something; its length when it shows nothing."""
    match = _NOTHING_TO_SEE.match(text)
    return match.end() if match else 0


def visible(text: str) -> str:
    """`text` in NFC on one line: runs of blanks and controls are one space, none at the ends, and what cannot be seen
    is gone (zero-width and bidirectional controls, tags outside flags, marks and joiners with nothing to stand on, lone
    surrogates, private use). May be empty.

    For short texts: normalizing a long run of marks takes time in the square of its length.
    """
    text = unicodedata.normalize("NFC", _UNSEEN_CHARACTERS.sub("", _BLANKS.sub(" ", text)))
    text = " ".join("".join(map(_visible_cluster, clusters(text))).split())
    return unicodedata.normalize("NFC", _LOOSE_JOINERS.sub("", text))


def is_pictograph(character: str) -> bool:
    """Whether it is an emoji or another small picture, those of later Unicode versions included."""
    code = ord(character)
    if 0x1F000 <= code <= 0x1FAFF or 0x1FC00 <= code <= 0x1FFFD:
        return not is_regional(character)
    return 0x2190 <= code <= 0x21FF or (0x2300 <= code <= 0x2BFF and unicodedata.category(character) == "So")


def is_regional(character: str) -> bool:
    """Whether it is a regional indicator, two of which are a flag."""
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _visible_cluster(cluster: str) -> str:
    if len(cluster) > LONGEST_CLUSTER:
        return ""
    if cluster[0] == " ":  # a space with marks on it
        return " "
    if not cluster.startswith(_FLAG_BASE):
        cluster = _TAGS.sub("", cluster)
    return "" if cluster and _extends(cluster[0]) and not _is_modifier(cluster[0]) else cluster


def _is_boundary(text: str, start: int, index: int) -> bool:
    """Whether a cluster that began at `start` ends before `index`."""
    before, after = text[index - 1], text[index]
    if before == _ZWJ and is_pictograph(after) and is_pictograph(text[start]):
        return False
    if after < "\u0300":
        return (before, after) != ("\r", "\n")
    if _is_control(before) or _is_control(after):
        return True
    if _extends(after):
        return False
    if is_regional(after):
        return not (index - start == 1 and is_regional(before))
    return not (_hangul_joins(before, after) or _conjunct_joins(text, index))


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cf", "Cs"} and not _extends(character)


def _extends(character: str) -> bool:
    """Whether it stands on the character before it: marks, joiners, skin tones, tags, and four letters like marks."""
    return (
        unicodedata.category(character) in {"Mn", "Me", "Mc"}
        or character in "\u200c\u200d\u0e33\u0eb3\uff9e\uff9f"
        or _is_modifier(character)
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _is_modifier(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff"


def _hangul_joins(before: str, after: str) -> bool:
    """Leading consonants, vowels and trailing consonants make one syllable."""
    return _hangul_type(after) in _HANGUL_FOLLOWS.get(_hangul_type(before), ())


def _hangul_type(character: str) -> str:
    code = ord(character)
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB:
        return "T"
    if 0xAC00 <= code <= 0xD7A3:
        return "LVT" if (code - 0xAC00) % 28 else "LV"
    return ""


def _conjunct_joins(text: str, index: int) -> bool:
    """A consonant after a virama, in the Indian scripts that write both as one sign (UAX #29, rule GB9c)."""
    if not ("\u0900" <= text[index] <= "\u0d7f" and unicodedata.category(text[index]) == "Lo"):
        return False
    for position in range(index - 1, -1, -1):
        if text[position] in "\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d":
            return True
        if text[position] != _ZWJ and not unicodedata.combining(text[position]):
            return False
    return False
