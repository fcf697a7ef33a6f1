"""What can go wrong, in a form a person can act on.

SessionsError
├── InputError      what was asked for cannot be done as asked
├── NotFoundError   an id that names nothing (any more)
├── StorageError    a file or folder of the project cannot be read or written
└── ProviderError   a generation service refused, failed or cannot be reached
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


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
    """What happened and to what (`message`), and what to do about it (`remedy`): each whole sentences."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    kind: Kind
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class SessionsError(Exception):
    """Base of every error that a person may see. `problem` is what is shown; the cause is chained for the log."""

    kind = Kind.INTERNAL

    def __init__(self, message: str, remedy: str = "", kind: Kind | None = None) -> None:
        self.problem = Problem(kind=kind or self.kind, message=message, remedy=remedy)
        super().__init__(str(self.problem))


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
    """A generation service refused, failed or cannot be reached."""

    kind = Kind.SERVICE
