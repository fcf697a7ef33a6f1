"""A generation service that lives in a folder, so that it goes on when a worker is killed, and an adapter to it.

How a job behaves is in its request's options:
    polls: int          how many polls say "running" before the job has ended (1)
    poll_after: float   seconds to the next poll (0.02)
    line: int           how many of the polls tell its place in the service's line first (0)
    end: str            "succeeded", "failed", "refused" (with a problem of the service's)
    hold: list[str]     where to wait until the test lets go: "submit", "accepted", "poll", "download", "half"
    submit: str         "uncertain once" (accepted, but the answer is lost), "lost once" (it never arrives, and nobody
                        knows), "mistake", "money"
    errors: dict        how many times "submit", "poll", "download", "find" fail with a network error first
    passing: str        the kind of these errors ("network"; "limit": too much is asked of it, HTTP 429; "not_found":
                        a link that has expired)
    wrong: int          how many downloads deliver something else first
    size: int           bytes of the clip (1000)
    broken: dict        what "poll", "download", "cancel" or "find" always raise: a kind of problem, or "mistake"
    wait: float         how many seconds it asks to be left alone with each of the `errors`
    cost: float         what it says that the job costs, from the first poll on
    cancel: str         "ignored": the service lets it end by itself
    child: bool         start a child process at the submission; its id is in the file `child`
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from addon.core.capabilities import Cancelling, Capabilities, Model, Rate, Span
from addon.core.errors import Kind, Problem, ProviderError
from addon.core.models import Cost, Mode, Request, Take
from addon.core.provider import Inquiry, JobState, JobStatus, UncertainSubmission
from addon.core.wording import say

from .clips import mp4

_HOLD_SECONDS = 60.0


def capabilities() -> tuple[Capabilities, ...]:
    """Providers that differ in one thing each from the first, which costs a dollar for a take."""
    any_size = Span(minimum=16, maximum=8192)
    model = Model(
        id="fake",
        label="Fake",
        modes=frozenset(Mode),
        prompt_length=10_000,
        duration=Span(minimum=0.1, maximum=100),
        width=any_size,
        height=any_size,
        fps=Span(minimum=1, maximum=240),
        seed=Span(minimum=0, maximum=2**31),
        rates=(Rate(1.0, per="take"),),
    )
    paid = Capabilities(id="paid", label="paid", needs_network=False, free=False, at_once=8, models=(model,))
    return (
        paid,
        replace(paid, id="free", free=True),
        replace(paid, id="narrow", at_once=1),
        replace(paid, id="traceable", traceable=True),
        replace(paid, id="unstoppable", cancelling=Cancelling.NEVER),
        replace(paid, id="own server", cancelling=Cancelling.NEVER, free=True),
    )


class FolderService:
    """The service's folder as the test sees it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("jobs", "reached", "let_go", "counts"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def submissions(self, take_id: str) -> int:
        """How many times the request of a take was accepted."""
        return self._counted("accepted", take_id)

    def downloads(self, take_id: str) -> int:
        """How many times its clip was asked for."""
        return self._counted("download", take_id)

    def has_reached(self, take_id: str, point: str) -> bool:
        """Whether a worker waits, or has waited, at a point where it was to be held."""
        return (self.folder / "reached" / f"{take_id}-{point}").exists()

    def let_go(self, take_id: str, point: str) -> None:
        """Let whoever waits at this point, or comes there, go on."""
        (self.folder / "let_go" / f"{take_id}-{point}").touch()

    def count(self, what: str, take_id: str) -> int:
        """Note durably that something happened; how often it had before."""
        with (self.folder / "counts" / f"{what}-{take_id}").open("ab") as file:
            before = file.tell()
            file.write(b".")
            file.flush()
            os.fsync(file.fileno())
        return before

    def hold(self, take: Take, point: str) -> None:
        """Wait at a point if the request wants it."""
        if point in option(take.request, "hold", ()):
            (self.folder / "reached" / f"{take.id}-{point}").touch()
            deadline = time.monotonic() + _HOLD_SECONDS
            while not (self.folder / "let_go" / f"{take.id}-{point}").exists() and time.monotonic() < deadline:
                time.sleep(0.005)

    def _counted(self, what: str, take_id: str) -> int:
        file = self.folder / "counts" / f"{what}-{take_id}"
        return file.stat().st_size if file.exists() else 0


def option(request: Request, name: str, default: Any) -> Any:
    """How the request wants the service to behave."""
    return request.options.get(name, default)


def _cost(take: Take) -> Cost | None:
    told = option(take.request, "cost", None)
    return None if told is None else Cost(amount=told, currency="USD")


class FakeProvider:
    """The adapter to the folder."""

    def __init__(self, provider_id: str, folder: Path) -> None:
        self.capabilities = next(each for each in capabilities() if each.id == provider_id)
        self._service = FolderService(folder)

    def validate(self, request: Request) -> None:
        """It makes anything."""

    def submit(self, take: Take) -> str:
        """Accept the request as a new job."""
        self._service.hold(take, "submit")
        self._fail("submit", take)
        behaviour = option(take.request, "submit", "")
        if behaviour == "money":
            raise ProviderError("Your account has no credit left.", "Add credit, then try again.", Kind.MONEY)
        if behaviour == "mistake":
            raise KeyError("surprise")
        if option(take.request, "child", False):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
            (self._service.folder / "child").write_text(str(child.pid))
        if behaviour == "lost once" and self._service.count("lost", take.id) == 0:
            raise UncertainSubmission("the connection was lost")
        job_id = f"{take.id}-{self._service.submissions(take.id)}"
        self._write(job_id, {"polls": 0, "cancelled": False})
        number = self._service.count("accepted", take.id)
        self._service.hold(take, "accepted")
        if behaviour == "uncertain once" and number == 0:
            raise UncertainSubmission("the connection was lost")
        return job_id

    def find(self, take: Take) -> str | None:
        """The newest job of a take."""
        self._fail("find", take)
        number = self._service.submissions(take.id)
        return f"{take.id}-{number - 1}" if number else None

    def poll(self, take: Take) -> JobStatus:
        """How the job is; each poll brings it further."""
        self._service.hold(take, "poll")
        with (self._service.folder / f"polled-{take.id}").open("a") as file:
            file.write(f"{time.time()}\n")
        self._fail("poll", take)
        assert take.job_id
        job = self._read(take.job_id)
        if job["cancelled"]:
            return JobStatus(state=JobState.CANCELLED)
        self._write(take.job_id, {**job, "polls": job["polls"] + 1})
        wanted = option(take.request, "polls", 1)
        if job["polls"] < option(take.request, "line", 0):
            place = option(take.request, "line", 0) - job["polls"]
            return JobStatus(
                JobState.QUEUED, None, "Number {place} in the line", poll_after=0.1, values={"place": place}
            )
        if job["polls"] < wanted:
            pause = option(take.request, "poll_after", 0.02)
            progress = job["polls"] / wanted
            return JobStatus(JobState.RUNNING, progress, "Generating", poll_after=pause, cost=_cost(take))
        match option(take.request, "end", "succeeded"):
            case "failed":
                return JobStatus(state=JobState.FAILED, cost=_cost(take))
            case "refused":
                problem = Problem(kind=Kind.REFUSED, message="The prompt was refused.", remedy="Change it.")
                return JobStatus(state=JobState.FAILED, problem=problem)
        return JobStatus(state=JobState.SUCCEEDED, cost=_cost(take))

    def cancel(self, take: Take) -> None:
        """End the job, unless this one cannot be ended."""
        assert take.job_id
        self._fail("cancel", take)
        if option(take.request, "cancel", "") != "ignored":
            self._write(take.job_id, {**self._read(take.job_id), "cancelled": True})

    def download(self, take: Take, target: Path, report: Callable[[float], None]) -> None:
        """Write the clip in two halves."""
        number = self._service.count("download", take.id)
        self._service.hold(take, "download")
        self._fail("download", take)
        clip = mp4(take.request.seed, option(take.request, "size", 1000))
        if number < option(take.request, "wrong", 0):
            clip = b"<html>Bad gateway</html>"
        with target.open("wb") as file:
            file.write(clip[: len(clip) // 2])
            file.flush()
            report(0.5)
            self._service.hold(take, "half")
            file.write(clip[len(clip) // 2 :])
        report(1.0)

    def inquire(self) -> Inquiry:
        """It is there; it answers when the test lets it, if there is a file `slow`."""
        deadline = time.monotonic() + _HOLD_SECONDS
        while (self._service.folder / "slow").exists() and time.monotonic() < deadline:
            time.sleep(0.005)
        if (self._service.folder / "away").exists():
            raise ProviderError("The service cannot be reached.", "Check the network.", Kind.NETWORK)
        return Inquiry(self.capabilities, say("The service is there."), Cost(amount=12.5, currency="USD"))

    def close(self) -> None:
        """It holds nothing open."""

    def _fail(self, what: str, take: Take) -> None:
        broken = option(take.request, "broken", {}).get(what)
        if broken == "mistake":
            raise KeyError("surprise")
        if broken:
            raise ProviderError("The service is broken.", "Wait for its people.", Kind(broken))
        wanted = option(take.request, "errors", {}).get(what, 0)
        if wanted and self._service.count(f"errors-{what}", take.id) < wanted:
            error = ProviderError("The service cannot be reached.", "Check the network.", Kind.NETWORK)
            if option(take.request, "passing", "network") == "limit":
                error = ProviderError("Too much is asked of the service.", "Wait a while.", Kind.LIMIT)
            if option(take.request, "passing", "network") == "not_found":
                error = ProviderError("The link to the clip is good no more.", "", Kind.NOT_FOUND)
            error.wait = option(take.request, "wait", 0.0)
            raise error

    def _read(self, job_id: str) -> Any:
        return json.loads((self._service.folder / "jobs" / job_id).read_text())

    def _write(self, job_id: str, job: Any) -> None:
        path = self._service.folder / "jobs" / job_id
        temporary = path.with_suffix(f".{uuid.uuid4().hex}.tmp")  # two processes may write at once
        temporary.write_text(json.dumps(job))
        temporary.replace(path)
