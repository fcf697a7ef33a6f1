"""Keys stay out of everything that people read: texts, logs, tracebacks."""

from __future__ import annotations

import logging
import re
from functools import cache
from urllib.parse import quote

_SHORTEST = 4
_LONG = 16
_known: set[str] = set()


def remember(key: str) -> None:
    """From now on `hide` takes this key out."""
    if len(key) >= _SHORTEST and key not in _known:
        _known.add(key)
        _pattern.cache_clear()


def hide(text: str) -> str:
    """`text` without any key that was in use, as it is or as addresses have it."""
    return _pattern().sub("•••", text) if _known else text


@cache
def _pattern() -> re.Pattern[str]:
    """A short key could be a part of any word, so it is one only where it stands alone."""
    forms = {form for key in _known for form in (key, quote(key, safe=""), repr(key)[1:-1])}
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile(
        "|".join(
            re.escape(form) if len(form) >= _LONG else rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9])"
            for form in longest_first
        )
    )


class Formatter(logging.Formatter):
    """For a log that holds no key, whatever an exception says."""

    def format(self, record: logging.LogRecord) -> str:
        """The whole record, its traceback included."""
        return hide(super().format(record))
