"""Search in the session list. What was found is remembered until the words or the sessions change: lists ask at every
draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..core import filtering
from ..core.filtering import Query
from ..core.models import Asset, Session
from . import mirror, runtime
from .slots import usage

_KEPT = 8

# Of the sessions that were last looked at: the text of each to search in, and the flags of each search.
_sessions: Sequence[Session] | None = None
_by_id: dict[str, Session] = {}
_texts: dict[str, tuple[Session, str]] = {}
_flags: dict[tuple[Query, int], list[int]] = {}
_assets: Sequence[Asset] | None = None
_uses: object = None


def session(session_id: str) -> Session | None:
    """The session with that id, found at once."""
    _renew()
    return _by_id.get(session_id)


def flags(words: str, flag: int) -> list[int]:
    """For each row of the session list, `flag` if its session matches, else 0. Empty, all match, if nothing is asked.

    A session matches if each of the words stands in its name, its prompt or the prompt of one of its takes, in any
    order and in upper or lower case, and one of its takes is what the list is asked for besides (`filters`). A “*” in a
    word stands for any characters.
    """
    asked = mirror.query("sessions")
    asked = replace(asked, words=" ".join(f"{words} {asked.words}".casefold().split()))
    if asked == Query():
        return []
    _renew()
    found = _flags.get((asked, flag))
    if found is None:
        if len(_flags) >= _KEPT:
            _flags.clear()
        used = {use.asset_id for use in usage.everywhere()}
        matches = filtering.sessions(asked, used, {asset.id: asset for asset in runtime.current().project.assets})
        found = [
            flag if (each := _by_id.get(row_id)) and matches(each, _text(each)) else 0
            for row_id, _ in mirror.rows("sessions")
        ]
        _flags[asked, flag] = found
    return found


def _renew() -> None:
    global _sessions, _assets, _uses
    now = runtime.current().project.sessions
    if now is not _sessions:
        _sessions = now
        _by_id.clear()
        _by_id.update((each.id, each) for each in now)
        _flags.clear()
        for gone in _texts.keys() - _by_id.keys():
            del _texts[gone]
    if runtime.current().project.assets is not _assets or usage.everywhere() is not _uses:
        _assets, _uses = runtime.current().project.assets, usage.everywhere()
        _flags.clear()


def _text(session: Session) -> str:
    """A session's text as it is searched: made again only when the session changed."""
    known = _texts.get(session.id)
    if known is None or known[0] is not session:
        known = _texts[session.id] = (session, filtering.text_of(session))
    return known[1]
