"""Sessions named by number: a pattern such as `Shot ###`, and the next number that is free."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection

from .errors import InputError

PATTERN = "Shot ###"
"""The pattern of one who has chosen none."""

PATTERN_LIMIT = 40
"""Code points of a pattern, its # included."""

_MOST_DIGITS = 9
_EXAMPLES = 3
_NUMBER = re.compile("#+")


def check(pattern: str) -> None:
    """Raise `InputError` for a pattern that names cannot be made from: it has one row of #, where the number goes."""
    rows = _NUMBER.findall(pattern)
    if len(rows) != 1:
        raise InputError(
            "Names need one row of # for their number.", "Type a pattern such as “{example}”.", example=PATTERN
        )
    if len(rows[0]) > _MOST_DIGITS:
        raise InputError("At most {count} # fit in a row.", "Take some away.", count=_MOST_DIGITS)
    if len(pattern) > PATTERN_LIMIT:
        raise InputError("At most {count} characters fit.", "Shorten the pattern.", count=PATTERN_LIMIT)
    if not pattern.isprintable():
        raise InputError("The pattern has a character that cannot be seen.", "Type it anew.")


def next_name(pattern: str, taken: Collection[str] = ()) -> str:
    """The name after the highest number that `pattern` has among `taken`, whatever the case: "Shot 004" after "Shot 3".

    Digits beside the # stay as they are, so `sh###0` counts in tens: sh0010, sh0020… A number that has outgrown its #
    takes the room it needs. Raises `InputError` (see `check`).
    """
    from . import naming  # its tables take a while to load

    check(pattern)
    pattern = " ".join(pattern.split())
    start, row, end = (re.escape(part) for part in _parts(_key(pattern)))
    written = re.compile(f"{start}([0-9]{{1,{_MOST_DIGITS}}}){end}")
    found = (written.fullmatch(_key(name)) for name in taken)
    number = max((int(match[1]) for match in found if match), default=0) + 1
    start, row, end = _parts(pattern)
    return naming.unique(f"{start}{number:0{len(row)}d}{end}", taken)


@functools.lru_cache(maxsize=8)
def examples(pattern: str) -> tuple[str, ...]:
    """The first names that `pattern` makes. Raises `InputError` (see `check`)."""
    names: list[str] = []
    for _ in range(_EXAMPLES):
        names.append(next_name(pattern, names))
    return tuple(names)


def _parts(pattern: str) -> tuple[str, str, str]:
    row = _NUMBER.search(pattern)
    assert row, "the pattern was checked"
    return pattern[: row.start()], row[0], pattern[row.end() :]


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
