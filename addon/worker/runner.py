"""One take's way from queued to its end, in a thread of its own. States change by `core.lifecycle` alone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from ..core import lifecycle
from ..core.capabilities import Capabilities
from ..core.errors import Kind, Problem, ProviderError, SessionsError, StorageError
from ..core.models import Asset, Cost, Request, Take, TakeState
from ..core.provider import JobState, JobStatus, Provider, UncertainSubmission
from ..core.wording import Value, Words
from ..storage import paths
from . import delivery, problems
from .hashing import hashed
from .pace import PASSING, Pace
from .preparation import Preparation, Stopped
from .project import OpenProject, Step
from .purse import Purse
from .record import origin

log = logging.getLogger(__name__)


_MAY_PASS = frozenset({*PASSING, Kind.SERVICE, Kind.FILE})
_FINAL = frozenset({Kind.NOT_FOUND, Kind.REFUSED, Kind.INPUT})


class Interrupted(Exception):
    """The worker is about to exit: the take stays as it is and is taken up again at the next `Open`."""


class Means(NamedTuple):
    """What a run works with. `capabilities` are those of the provider when the run began."""

    provider: Callable[[], Provider]
    capabilities: Capabilities
    pace: Pace
    purse: Purse
    preparation: Preparation | None = None


class Run:
    """One take on its way. `projects`: where it ends, its own one first, then copies of it made while it ran."""

    def __init__(self, project: OpenProject, take: Take, means: Means) -> None:
        self.take = take
        self.projects = [project]
        self._provider = means.provider
        self._capabilities = means.capabilities
        self._pace = means.pace
        self._purse = means.purse
        self._preparation = means.preparation
        self._cost: Cost | None = None
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
                self._give_up(problems.of(error))

    def _advance(self) -> None:
        if self.take.state is TakeState.SUBMITTING and not self._trace():
            return
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
            stored = hashed(self.take.request, self.projects[0].inputs_folder)
            provider.validate(stored)
            request = self._fitted(provider, stored)
            if self._cancelling:
                break
            self._purse.reserve(self.take, self.projects[0].path, self._capabilities)
            self._announce(stored)
            if self._cancelling:
                break
            try:
                job_id = self._sent(provider, request)
            except UncertainSubmission as error:
                log.warning("take %s may have been accepted", self.take.id, exc_info=error)
                problem = problems.maybe_accepted(str(error))
                if not self._capabilities.traceable:
                    self._ask(problem)
                    return False
                if not self._trace():
                    return False
                if self.take.state is TakeState.RUNNING:
                    return True
                failures += 1
                if failures >= self._pace.submissions:
                    raise SessionsError.of(problem) from error
                self._sleep(self._pace.pause(failures))
            except ProviderError as error:
                failures += 1
                if error.problem.kind not in PASSING or failures >= self._pace.submissions:
                    raise
                self._write(lifecycle.requeued)
                self._settle(None)
                self._wait_out(error, failures)
            else:
                self._write(_running(job_id))
                return True
        self._end(lifecycle.cancelled, billed=False)
        return False

    def _sent(self, provider: Provider, request: Request) -> str:
        """Send it. What goes wrong in the extension itself, nobody knows when, leaves it open whether it arrived."""
        try:
            return provider.submit(self.take.model_copy(update={"request": request}))
        except (SessionsError, UncertainSubmission, OSError):
            raise
        except Exception as error:
            if self._capabilities.free:
                raise
            raise UncertainSubmission("the extension made a mistake") from error

    def _trace(self) -> bool:
        """Ask the service for a job whose submission came to no known end. Whether the take goes on: it runs then, or
        waits to be sent again, because the service surely does not have it and nobody else sends it.
        """
        self.report("Asking the service whether it has this take")
        failures = 0
        while True:
            self._check()
            try:
                job_id = self._provider().find(self.take)
                break
            except ProviderError as error:
                failures += 1
                if error.problem.kind not in PASSING or failures >= self._pace.submissions:
                    self._ask(problems.untraced(error.problem))
                    return False
                self._wait_out(error, failures)
            except Exception as error:
                self._check()
                log.warning("take %s cannot be asked for", self.take.id, exc_info=error)
                self._ask(problems.untraced(problems.MISTAKE))
                return False
        if job_id:
            self._write(_running(job_id))
            return True
        if self._cancelling:
            self._end(lifecycle.cancelled, billed=False)
            return False
        if not self._capabilities.free and not self._purse.sent(self.take, self.projects[0].path):
            self._ask(problems.NOT_THERE)
            return False
        self._write(lifecycle.requeued)
        self._settle(None)
        return True

    def _fitted(self, provider: Provider, request: Request) -> Request:
        """The request with inputs that the service takes (`preparation`); what is stored names the originals."""
        model = provider.capabilities.model(request.model)
        if not self._preparation or not request.inputs or model is None:
            return request
        self.report("Preparing the inputs")
        try:
            folder = self.projects[0].inputs_folder
            return self._preparation.fitted(request, model, folder, lambda: self._cancelling or self._stopping)
        except Stopped:
            if not self._cancelling:
                raise Interrupted from None
            return request

    def _announce(self, request: Request) -> None:
        """Write down that the request is about to leave; or that it is not, if the worker stops just then."""

        def submitting(take: Take, now: datetime) -> Take:
            return lifecycle.submitting(take.model_copy(update={"request": request}), now)

        try:
            self._write(submitting)
            self._check()
        except Interrupted:
            self.projects[0].settle(self.take.id, lifecycle.requeued)
            self._settle(None)
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
                self._wait_out(error, failures)
            else:
                failures = 0
                self._cost = status.cost or self._cost
                if status.state in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED):
                    self._check()
                    return self._ended(status)
                if told:
                    self.report(problems.CANCELLING[self._capabilities.cancelling], status.progress)
                else:
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
            self._end(lifecycle.cancelled, billed=True)
        else:
            self._fail(status.problem or problems.FAILED)
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
                problem = problems.of(error)
                wait = error.wait if isinstance(error, ProviderError) else 0.0
            if self._cancelling:
                self._end(lifecycle.cancelled, billed=True)
                return
            if failures >= self._pace.downloads or problem.kind not in _MAY_PASS:
                self._ask(delivery.still_there(problem))
                return
            self.report("{why} Trying again.", why=problem.what)
            self._sleep(max(wait, self._pace.pause(failures)))

    def _fetch(self) -> None:
        first = self.projects[0]
        sidecar = first.path
        file = delivery.fetch(self._provider(), sidecar, self.take, self._downloaded)
        with first.lock:
            home, root = first.path, first.root
        take = self._with_cost(self.take)
        if take.cost:
            self._settle(take.cost)
        asset = delivery.adopt(file, home, root, take, *origin(first.project, take.id))
        with first.lock:  # its place must not change between the clip's path and the word of it
            if first.path != home:
                asset = delivery.moved(asset, home, first.path, first.root)
            clip = paths.clip_path(asset.path, first.path)
            first.end(take.id, self._succeeded(asset), asset)
        for project in self.projects[1:]:
            here = asset.model_copy(update={"path": paths.asset_path(clip, project.path)})
            project.end(take.id, self._succeeded(asset), here)
        delivery.tidy(sidecar, take.id)

    def _succeeded(self, asset: Asset) -> Step:
        return lambda take, now: self._with_cost(lifecycle.succeeded(take, asset.id, now))

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
            self._ask(problems.out_of_reach(problem))
        else:
            self._fail(problem)

    def _fail(self, problem: Problem) -> None:
        self._end(lambda take, now: lifecycle.failed(take, problem, now), billed=False)

    def _ask(self, problem: Problem) -> None:
        """The person decides what is to be done."""
        for project in self.projects:
            project.settle(self.take.id, lambda take, now: self._with_cost(lifecycle.uncertain(take, problem, now)))

    def _end(self, step: Step, *, billed: bool) -> None:
        """Without a clip. `billed`: it may be on the bill, even if the service has told no cost."""
        cost = self._cost or self.take.cost
        if cost or not billed:
            self._settle(cost)
        for project in self.projects:
            project.end(self.take.id, lambda take, now: self._with_cost(step(take, now)))
            delivery.tidy(project.path, self.take.id)

    def _settle(self, cost: Cost | None) -> None:
        """Correct in the ledger what the take costs; None: nothing."""
        self._purse.settle(self.take, self.projects[0].path, self._capabilities, cost)

    def _with_cost(self, take: Take) -> Take:
        """The take with what the service said last that it costs."""
        return take.model_copy(update={"cost": self._cost}) if self._cost else take

    def _check(self) -> None:
        if self._stopping:
            raise Interrupted

    def _wait_out(self, error: ProviderError, failures: int) -> None:
        """Pause after a failure, and not shorter than the service asks for."""
        self.report("{why} Trying again.", why=error.problem.what)
        self._sleep(max(error.wait, self._pace.pause(failures)))

    def _sleep(self, seconds: float) -> None:
        """Wait, or less when the person cancels or the worker stops."""
        self._check()
        self._wake.wait(seconds)
        self._wake.clear()
        self._check()


def _running(job_id: str) -> Step:
    return lambda take, now: lifecycle.running(take, job_id, now)


def _as_copy(take: Take, now: datetime) -> Take:
    """The take in a copy of the project. One that waits is *submitting* there: both files would send it."""
    return lifecycle.submitting(take, now) if take.state is TakeState.QUEUED else take
