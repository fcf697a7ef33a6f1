"""What can go wrong, in a form a person can act on.

SessionsError
├── InputError      what was asked for cannot be done as asked
├── NotFoundError   an id that names nothing (any more)
├── StorageError    a file or folder of the project cannot be read or written
└── ProviderError   a generation service refused, failed or cannot be reached
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from .wording import Text, Value, Words, joined


class Kind(StrEnum):
    """What sort of problem it is: what is done about it is decided by this, never by the words."""

    INPUT = "input"
    NOT_FOUND = "not_found"
    FILE = "file"
    OFFLINE = "offline"
    NETWORK = "network"
    KEY = "key"
    MONEY = "money"
    LIMIT = "limit"
    REFUSED = "refused"
    SERVICE = "service"
    INTERRUPTED = "interrupted"
    INTERNAL = "internal"


class Problem(BaseModel):
    """What happened and to what (`message`), and what to do about it (`remedy`): each whole sentences.

    Both are English templates that `values` fill, kept apart so that they can be shown in other languages.
    """

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    kind: Kind
    message: Words
    remedy: Words = ""
    values: dict[str, Value] = Field(default_factory=dict)

    @property
    def what(self) -> Text:
        """What happened and to what."""
        return Text(template=self.message, values=self.values)

    @property
    def advice(self) -> Text:
        """What to do about it; empty where there is nothing to do."""
        return Text(template=self.remedy, values=self.values)

    @property
    def whole(self) -> Text:
        """Both, as one text."""
        return joined(self.what, self.advice)

    def __str__(self) -> str:
        return str(self.whole)


class SessionsError(Exception):
    """Base of every error that a person may see. `problem` is what is shown; the cause is chained for the log."""

    kind = Kind.INTERNAL

    def __init__(self, message: Words, remedy: Words = "", kind: Kind | None = None, /, **values: Value) -> None:
        """`message` and `remedy` are templates as `str.format` has them, for `values`."""
        self.problem = Problem(kind=kind or self.kind, message=message, remedy=remedy, values=values)
        super().__init__(str(self.problem))

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """The error that says `problem`."""
        return cls(problem.message, problem.remedy, problem.kind, **problem.values)


class InputError(SessionsError):
    """What was asked for cannot be done as asked."""

    kind = Kind.INPUT


class NotFoundError(SessionsError):
    """An id that names nothing, or nothing any more."""

    kind = Kind.NOT_FOUND


class StorageError(SessionsError):
    """A file or folder of the project cannot be read or written."""

    kind = Kind.FILE


class ProviderError(SessionsError):
    """A generation service refused, failed or cannot be reached. `wait`: how many seconds it asks to be left alone."""

    kind = Kind.SERVICE
    wait = 0.0
