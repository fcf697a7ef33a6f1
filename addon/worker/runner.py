"""One take's way from queued to its end, in a thread of its own. States change by `core.lifecycle` alone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from ..core import lifecycle
from ..core.errors import Kind, Problem, ProviderError, SessionsError, StorageError
from ..core.models import Take, TakeState
from ..core.provider import JobState, JobStatus, Provider, UncertainSubmission
from ..core.wording import Value, Words
from ..storage import paths
from . import delivery
from .pace import PASSING, Pace
from .project import OpenProject, Step
from .record import origin

log = logging.getLogger(__name__)


_MISTAKE = Problem(
    kind=Kind.INTERNAL,
    message="The take failed because of a mistake in the extension or its provider.",
    remedy="Report it, with the worker's log.",
)


_MAY_PASS = frozenset({*PASSING, Kind.SERVICE, Kind.FILE})
_FINAL = frozenset({Kind.NOT_FOUND, Kind.REFUSED, Kind.INPUT})


class Interrupted(Exception):
    """The worker is about to exit: the take stays as it is and is taken up again at the next `Open`."""


class Run:
    """One take on its way. `projects`: where it ends, its own one first, then copies of it made while it ran."""

    def __init__(self, project: OpenProject, take: Take, provider: Callable[[], Provider], pace: Pace) -> None:
        self.take = take
        self.projects = [project]
        self._provider = provider
        self._pace = pace
        self._wake = threading.Event()
        self._cancelling = False
        self._stopping = False

    def cancel(self) -> None:
        """End the take as soon as may be. From any thread."""
        self._cancelling = True
        self._wake.set()

    def stop(self) -> None:
        """Leave the take where it is: the worker exits. From any thread."""
        self._stopping = True
        self._wake.set()

    def follow(self, project: OpenProject) -> None:
        """End in `project` too, a copy of the one the take runs in. From any thread."""
        self.projects.append(project)
        project.settle(self.take.id, _as_copy)

    def report(self, text: Words, fraction: float | None = None, /, **values: Value) -> None:
        """Tell Blender how far the take is. `text` is a template for `values`."""
        for project in self.projects:
            project.report(self.take.id, text, fraction, **values)

    def work(self) -> None:
        """Bring the take to its end, or as far as it goes. Never raises."""
        try:
            self._advance()
        except Interrupted:
            log.info("take %s is left %s", self.take.id, self.take.state)
        except Exception as error:
            log.warning("take %s cannot go on", self.take.id, exc_info=error)
            if not self._stopping:  # else it is the stopping that made it fail
                self._give_up(_problem(error))

    def _advance(self) -> None:
        if self.take.state is TakeState.QUEUED and not self._submit():
            return
        if delivery.is_ready(self.projects[0].path, self.take.id) or self._poll():
            self._deliver()

    def _submit(self) -> bool:
        """Send the request, again only when it surely did not arrive. Whether it was accepted."""
        failures = 0
        while not self._cancelling:
            self._check()
            provider = self._provider()
            provider.validate(self.take.request)
            self._announce()
            if self._cancelling:
                break
            try:
                job_id = provider.submit(self.take)
            except UncertainSubmission as error:
                log.warning("take %s may have been accepted", self.take.id, exc_info=error)
                self._ask(_maybe_accepted(str(error)))
                return False
            except ProviderError as error:
                failures += 1
                if error.problem.kind not in PASSING or failures >= self._pace.submissions:
                    raise
                self._write(lifecycle.requeued)
                self.report("{why} Trying again.", why=error.problem.what)
                self._sleep(self._pace.pause(failures))
            else:
                self._write(_running(job_id))
                return True
        self._end(lifecycle.cancelled)
        return False

    def _announce(self) -> None:
        """Write down that the request is about to leave; or that it is not, if the worker stops just then."""
        try:
            self._write(lifecycle.submitting)
            self._check()
        except Interrupted:
            self.projects[0].settle(self.take.id, lifecycle.requeued)
            raise

    def _poll(self) -> bool:
        """Wait for the job's end. Whether there is a clip to fetch."""
        provider = self._provider()
        failures = 0
        told = False
        while True:
            self._check()
            if self._cancelling and not told:
                told = self._tell_to_cancel(provider)
            try:
                status = provider.poll(self.take)
            except ProviderError as error:
                self._check()
                failures += 1
                if error.problem.kind not in PASSING or failures >= self._pace.polls:
                    raise
                self.report("{why} Trying again.", why=error.problem.what)
                self._sleep(self._pace.pause(failures))
            else:
                failures = 0
                if status.state in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED):
                    self._check()
                    return self._ended(status)
                self.report(status.text, status.progress, **status.values)
                self._sleep(status.poll_after)

    def _tell_to_cancel(self, provider: Provider) -> bool:
        """Ask the service to end the job. False if it did not hear; what it does about it, the polls tell."""
        try:
            provider.cancel(self.take)
        except ProviderError as error:
            log.warning("take %s could not be cancelled", self.take.id, exc_info=error)
            return error.problem.kind not in PASSING
        return True

    def _ended(self, status: JobStatus) -> bool:
        if status.state is JobState.SUCCEEDED:
            return True
        if status.state is JobState.CANCELLED:
            self._end(lifecycle.cancelled)
        else:
            self._fail(
                status.problem
                or Problem(kind=Kind.SERVICE, message="The service could not make this take.", remedy="Try again.")
            )
        return False

    def _deliver(self) -> None:
        """Bring the clip into the assets folder. What fails here is no failed take: the clip waits at the service."""
        failures = 0
        while True:
            try:
                self._fetch()
                return
            except Interrupted:
                raise
            except Exception as error:
                self._check()
                log.warning("take %s could not be fetched", self.take.id, exc_info=error)
                failures += 1
                problem = _problem(error)
            if self._cancelling:
                self._end(lifecycle.cancelled)
                return
            if failures >= self._pace.downloads or problem.kind not in _MAY_PASS:
                self._ask(delivery.still_there(problem))
                return
            self.report("{why} Trying again.", why=problem.what)
            self._sleep(self._pace.pause(failures))

    def _fetch(self) -> None:
        first = self.projects[0]
        sidecar = first.path
        file = delivery.fetch(self._provider(), sidecar, self.take, self._downloaded)
        with first.lock:
            home, root = first.path, first.root
        asset = delivery.adopt(file, home, root, self.take, *origin(first.project, self.take.id))
        with first.lock:  # its place must not change between the clip's path and the word of it
            if first.path != home:
                asset = delivery.moved(asset, home, first.path, first.root)
            clip = paths.clip_path(asset.path, first.path)
            first.end(self.take.id, lambda take, now: lifecycle.succeeded(take, asset.id, now), asset)
        for project in self.projects[1:]:
            here = asset.model_copy(update={"path": paths.asset_path(clip, project.path)})
            project.end(self.take.id, lambda take, now: lifecycle.succeeded(take, asset.id, now), here)
        delivery.tidy(sidecar, self.take.id)

    def _downloaded(self, fraction: float) -> None:
        self._check()
        self.report("Downloading", fraction)

    def _write(self, step: Step) -> None:
        """Make a change of state durable before anything else happens, however long the disk takes to have room."""
        first = self.projects[0]
        failures = 0
        try:
            self.take = first.change(self.take.id, step)
        except StorageError as error:
            while first.unsaved:
                failures += 1
                self.report("{why} The take goes on then.", why=error.problem.whole)
                self._sleep(self._pace.pause(failures))
                first.save_again()
            self.take = first.get(self.take.id)
        self._write_copies()

    def _write_copies(self) -> None:
        for project in self.projects[1:]:
            project.settle(self.take.id, lambda _, now: _as_copy(self.take, now))

    def _give_up(self, problem: Problem) -> None:
        """What the service has accepted may be paid for: it has failed only if the service says so."""
        if self.take.state is TakeState.RUNNING and problem.kind not in _FINAL:
            self._ask(_out_of_reach(problem))
        else:
            self._fail(problem)

    def _fail(self, problem: Problem) -> None:
        self._end(lambda take, now: lifecycle.failed(take, problem, now))

    def _ask(self, problem: Problem) -> None:
        """The person decides what is to be done."""
        for project in self.projects:
            project.settle(self.take.id, lambda take, now: lifecycle.uncertain(take, problem, now))

    def _end(self, step: Step) -> None:
        for project in self.projects:
            project.end(self.take.id, step)
            delivery.tidy(project.path, self.take.id)

    def _check(self) -> None:
        if self._stopping:
            raise Interrupted

    def _sleep(self, seconds: float) -> None:
        """Wait, or less when the person cancels or the worker stops."""
        self._check()
        self._wake.wait(seconds)
        self._wake.clear()
        self._check()


def _problem(error: Exception) -> Problem:
    return error.problem if isinstance(error, SessionsError) else _MISTAKE


def _running(job_id: str) -> Step:
    return lambda take, now: lifecycle.running(take, job_id, now)


def _as_copy(take: Take, now: datetime) -> Take:
    """The take in a copy of the project. One that waits is *submitting* there: both files would send it."""
    return lifecycle.submitting(take, now) if take.state is TakeState.QUEUED else take


def _maybe_accepted(why: str) -> Problem:
    return Problem(
        kind=Kind.INTERRUPTED,
        message="The request may or may not have reached the service: {why}."
        if why
        else "The request may or may not have reached the service.",
        remedy="Look there whether it runs; then send it again or give it up.",
        values={"why": why.rstrip(".")},
    )


def _out_of_reach(problem: Problem) -> Problem:
    return Problem(
        kind=problem.kind,
        message="{why} The take was accepted and may go on at the service.",
        remedy="{first} Then look again." if problem.remedy else "Look again.",
        values={"why": problem.what, "first": problem.advice},
    )
