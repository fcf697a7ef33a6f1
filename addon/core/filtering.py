"""Search and filter: one query, asked of sessions, takes and clips alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .models import Asset, Mark, Project, Request, Session, Take, TakeState


class Marked(StrEnum):
    """Which marks a query lets through."""

    ANY = "any"
    STARRED = "starred"
    NOT_REJECTED = "not_rejected"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Query:
    """What is looked for. Empty or None: everything.

    `words`: each must stand in the name, the prompt or the note, in any order, in upper or lower case; a “*” in one
    stands for any characters. `provider` and `model`: a part of the id is enough. `used`: whether it is shown in the
    edit. `since`: when it was made, at the earliest.
    """

    words: str = ""
    provider: str = ""
    model: str = ""
    state: TakeState | None = None
    marked: Marked = Marked.ANY
    used: bool | None = None
    since: datetime | None = None

    @property
    def asks_about_takes(self) -> bool:
        """Whether it asks for more than words."""
        return self != Query(words=self.words)


def matching_words(words: str) -> Callable[[str], bool]:
    """Whether all words are in a text, which must be casefolded."""
    plain = [word for word in words.casefold().split() if "*" not in word]
    patterns = [_pattern(word) for word in words.casefold().split() if "*" in word]

    def matches(text: str) -> bool:
        for word in plain:
            if word not in text:
                return False
        return all(pattern.search(text) for pattern in patterns)

    return matches


def assets(
    query: Query, used: Container[str], text_of: Callable[[Asset], str] | None = None
) -> Callable[[Asset], bool]:
    """Whether a clip is what the query looks for. `used` are the ids of the clips that the edit shows.

    A clip is a take that is done. `text_of` gives its `text_of_asset`, for who remembers those.
    """
    text_of = text_of or text_of_asset
    has_words, marks = matching_words(query.words), _LETS_THROUGH[query.marked]
    if query.state not in (None, TakeState.SUCCEEDED):
        return lambda _: False

    def matches(asset: Asset) -> bool:
        return (
            asset.mark in marks
            and (query.used is None or query.used == (asset.id in used))
            and _is_of(query, asset.request, asset.created_at)
            and (not query.words or has_words(text_of(asset)))
        )

    return matches


def takes(query: Query, used: Container[str], clips: Mapping[str, Asset]) -> Callable[[Take], bool]:
    """Whether a take is what the query looks for. `clips` are the assets by their ids; see `assets`."""
    has_words, marks = matching_words(query.words), _LETS_THROUGH[query.marked]

    def matches(take: Take) -> bool:
        clip = clips.get(take.asset_id or "")
        return (
            query.state in (None, take.state)
            and _is_of(query, take.request, take.created_at)
            and (clip.mark if clip else Mark.NONE) in marks
            and (query.used is None or query.used == (clip is not None and clip.id in used))
            and (not query.words or has_words(f"{take.request.prompt}\n{clip.note if clip else ''}".casefold()))
        )

    return matches


def sessions(query: Query, used: Container[str], clips: Mapping[str, Asset]) -> Callable[[Session, str], bool]:
    """Whether a session is what the query looks for: its words (`text_of`) have the words, and one take all the rest.

    One that has no takes yet is found by words alone.
    """
    has_words = matching_words(query.words)
    rest = Query(**{**vars(query), "words": ""})
    take_matches = takes(rest, used, clips)

    def matches(session: Session, text: str) -> bool:
        return (not query.words or has_words(text)) and (
            not rest.asks_about_takes or any(map(take_matches, session.takes))
        )

    return matches


def text_of(session: Session) -> str:
    """Name and prompts of a session, a line each, as they are searched."""
    prompts = dict.fromkeys((session.name, session.draft.prompt, *(take.request.prompt for take in session.takes)))
    return "\n".join(prompts).casefold()


def text_of_asset(asset: Asset) -> str:
    """Name, prompt and note of a clip, a line each, as they are searched."""
    return f"{asset.title}\n{asset.request.prompt}\n{asset.note}".casefold()


def made_with(project: Project) -> list[tuple[str, str]]:
    """The pairs of provider and model that something in the project was made with, sorted."""
    requests: Iterable[Request] = (
        *(take.request for session in project.sessions for take in session.takes),
        *(asset.request for asset in project.assets),
    )
    return sorted({(request.maker, request.model) for request in requests})


def _is_of(query: Query, request: Request, made: datetime) -> bool:
    return (
        (not query.provider or query.provider.casefold() in request.maker.casefold())
        and (not query.model or query.model.casefold() in request.model.casefold())
        and (query.since is None or made >= query.since)
    )


_LETS_THROUGH: dict[Marked, frozenset[Mark]] = {
    Marked.ANY: frozenset(Mark),
    Marked.STARRED: frozenset({Mark.STARRED}),
    Marked.NOT_REJECTED: frozenset({Mark.NONE, Mark.STARRED}),
    Marked.REJECTED: frozenset({Mark.REJECTED}),
}


def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(".*?".join(map(re.escape, word.split("*"))))
