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
from .models import Request, Take
from .wording import Value, Words


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
    """

    state: JobState
    progress: float | None = None
    text: Words = ""
    problem: Problem | None = None
    poll_after: float = 1.0
    values: Mapping[str, Value] = {}


class Estimate(NamedTuple):
    """What a request would cost, before it is sent. `amount` None: the provider cannot tell."""

    amount: float | None = None
    currency: str = ""


class UncertainSubmission(Exception):
    """The request may have been accepted, and nobody can tell: raised by `submit` instead of sending it again."""


class Provider(Protocol):
    """One generation service."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    def validate(self, request: Request) -> None:
        """Raise `InputError` if the service could not make this. Never touches the network."""
        ...

    def estimate(self, request: Request) -> Estimate:
        """What the request would cost. Never touches the network."""
        ...

    def submit(self, take: Take) -> str:
        """Send the take's request once; return the job id. Raises `UncertainSubmission` rather than send it again."""
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

    def close(self) -> None:
        """End what the provider holds open, child processes included. The worker is about to exit."""
        ...
