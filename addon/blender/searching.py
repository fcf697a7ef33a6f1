"""Search in the session list. What was found is remembered until the words or the sessions change: lists ask at every
draw.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..core.models import Session
from . import mirror, runtime

_KEPT = 8

# Of the sessions that were last looked at: the text of each to search in, and the flags of each search.
_sessions: Sequence[Session] | None = None
_by_id: dict[str, Session] = {}
_texts: dict[str, tuple[Session, str]] = {}
_flags: dict[tuple[str, int], list[int]] = {}


def session(session_id: str) -> Session | None:
    """The session with that id, found at once."""
    _renew()
    return _by_id.get(session_id)


def flags(words: str, flag: int) -> list[int]:
    """For each row of the session list, `flag` if its session matches, else 0. Empty, all match, if there are no words.

    A session matches if each of the words stands in its name, its prompt or the prompt of one of its takes, in any
    order and in upper or lower case. A “*” in a word stands for any characters.
    """
    wanted = " ".join(words.casefold().split())
    if not wanted:
        return []
    _renew()
    found = _flags.get((wanted, flag))
    if found is None:
        if len(_flags) >= _KEPT:
            _flags.clear()
        matchers = [_matcher(word) for word in wanted.split()]
        found = [
            flag if (text := _text(row_id)) and all(matches(text) for matches in matchers) else 0
            for row_id, _ in mirror.rows("sessions")
        ]
        _flags[wanted, flag] = found
    return found


def _renew() -> None:
    global _sessions
    now = runtime.current().project.sessions
    if now is not _sessions:
        _sessions = now
        _by_id.clear()
        _by_id.update((each.id, each) for each in now)
        _flags.clear()
        for gone in _texts.keys() - _by_id.keys():
            del _texts[gone]


def _text(session_id: str) -> str:
    """Name and prompts of a session, a line each, as they are searched: made again only when the session changed."""
    session = _by_id.get(session_id)
    if session is None:
        return ""
    known = _texts.get(session_id)
    if known is None or known[0] is not session:
        prompts = dict.fromkeys((session.name, session.draft.prompt, *(take.request.prompt for take in session.takes)))
        known = _texts[session_id] = (session, "\n".join(prompts).casefold())
    return known[1]


def _matcher(word: str) -> Callable[[str], object]:
    if "*" in word:
        return re.compile(".*?".join(map(re.escape, word.split("*")))).search
    return lambda text: word in text
