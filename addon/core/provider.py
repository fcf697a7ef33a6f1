"""The port behind which every generation service stands. Adapters live in `providers`; the worker calls them.

All of it may block: it runs in the worker process, one thread per take. Every method raises `ProviderError` with what
happened and what to do; anything else is a bug and ends the take as failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from .capabilities import Capabilities
from .errors import Problem
from .models import Cost, Request, Take
from .wording import Text, Value, Words


class JobState(StrEnum):
    """What a service says of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobStatus(NamedTuple):
    """The answer to one poll. `progress` is 0 to 1, None where the service tells none; `text` says what is happening.

    `poll_after` is how many seconds to wait before the next poll, `values` fill the text where it has placeholders.
    `cost` is what the job costs or did cost, once the service tells.
    """

    state: JobState
    progress: float | None = None
    text: Words = ""
    problem: Problem | None = None
    poll_after: float = 1.0
    values: Mapping[str, Value] = {}
    cost: Cost | None = None


class UncertainSubmission(Exception):
    """The request may have been accepted, and nobody can tell: raised by `submit` instead of sending it again.

    Its argument is the reason as a `Text`, a whole sentence.
    """


class Inquiry(NamedTuple):
    """What a service answers when it is asked whether it is there, and for its catalogue.

    `capabilities`: all it can do now. `said`: a plain answer for people. `balance`: what the account has left.
    """

    capabilities: Capabilities
    said: Text
    balance: Cost | None = None


class Provider(Protocol):
    """One generation service."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    def validate(self, request: Request) -> None:
        """Raise `InputError` if the service could not make this. Never touches the network."""
        ...

    def submit(self, take: Take) -> str:
        """Send the take's request once; return the job id. Raises `UncertainSubmission` rather than send it again."""
        ...

    def find(self, take: Take) -> str | None:
        """The job id of a take whose submission nobody knows the end of; None if the service surely has no such job.

        Asked only where the capabilities say that takes are `traceable`. Raises `ProviderError` if it cannot be told.
        """
        ...

    def poll(self, take: Take) -> JobStatus:
        """Ask how `take.job_id` is doing."""
        ...

    def cancel(self, take: Take) -> None:
        """Ask the service to stop `take.job_id`. It may still succeed: polling goes on until the job has ended."""
        ...

    def download(self, take: Take, target: Path, report: Callable[[float], None]) -> None:
        """Write the clip of a succeeded `take.job_id` to `target`, calling `report` with 0 to 1. May be repeated."""
        ...

    def inquire(self) -> Inquiry:
        """Ask the service whether it is there, takes the key, and what it can do now. Makes nothing, costs nothing."""
        ...

    def close(self) -> None:
        """End what the provider holds open, child processes included. The worker is about to exit."""
        ...
