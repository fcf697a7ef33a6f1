"""One take's way from queued to its end, in a thread of its own. States change by `core.lifecycle` alone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from ..core import lifecycle, spending
from ..core.capabilities import Capabilities
from ..core.errors import Kind, Problem, ProviderError, SessionsError, StorageError
from ..core.models import Cost, Request, Take, TakeState
from ..core.provider import JobState, JobStatus, Provider, UncertainSubmission
from ..core.wording import say
from ..storage import paths
from . import delivery, problems
from .hashing import hashed
from .pace import PASSING, Pace
from .places import Places
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
    """One take on its way. `places`: where it is written down."""

    def __init__(self, project: OpenProject, take: Take, means: Means) -> None:
        self.take = take
        self.places = Places(project, take.id)
        self.report = self.places.report
        self._provider = means.provider
        self._capabilities = means.capabilities
        self._pace = means.pace
        self._purse = means.purse
        self._preparation = means.preparation
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
        if delivery.is_ready(self.places.first.path, self.take.id) or self._poll():
            self._deliver()

    def _submit(self) -> bool:
        """Send the request, again only when it surely did not arrive. Whether it was accepted."""
        failures = 0
        while not self._cancelling:
            self._check()
            provider = self._provider()
            stored = hashed(self.take.request, self.places.first.inputs_folder)
            provider.validate(stored)
            request = self._fitted(provider, stored)
            if self._cancelling:
                break
            self._purse.reserve(self.take, self.places.first.path, self._capabilities)
            self._announce(stored)
            if self._cancelling:
                break
            try:
                job_id = self._sent(provider, request)
            except UncertainSubmission as error:
                log.warning("take %s may have been accepted", self.take.id, exc_info=error)
                problem = problems.maybe_accepted(error)
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
        self._end(lifecycle.cancelled)
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
            raise UncertainSubmission(say("The extension made a mistake.")) from error

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
            self._end(lifecycle.cancelled)
            return False
        if not self._capabilities.free and not self._purse.sent(self.take, self.places.first.path):
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
            folder = self.places.first.inputs_folder
            return self._preparation.fitted(
                request, model, folder, lambda: self._cancelling or self._stopping, self._rendered
            )
        except Stopped:
            if not self._cancelling:
                raise Interrupted from None
            return request

    def _rendered(self, done: int, frames: int) -> None:
        self.report("Preparing the inputs: {done:,} of {frames:,} frames", None, done=done, frames=frames)

    def _announce(self, request: Request) -> None:
        """Write down that the request is about to leave; or that it is not, if the worker stops just then."""

        def submitting(take: Take, now: datetime) -> Take:
            return lifecycle.submitting(take.model_copy(update={"request": request}), now)

        try:
            self._write(submitting)
            self._check()
        except Interrupted:
            self.places.first.settle(self.take.id, lifecycle.requeued)
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
                self.take = self.take.model_copy(update={"cost": status.cost or self.take.cost})
                if status.state in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED):
                    self._check()
                    return self._ended(status)
                if told:
                    self.report(problems.cancelling(self._capabilities), status.progress)
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
            self._keep_cost()
            return True
        if status.state is JobState.CANCELLED:
            self._end(lifecycle.cancelled)
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
                self._end(lifecycle.cancelled)
                return
            if failures >= self._pace.downloads or problem.kind not in _MAY_PASS:
                self._ask(delivery.still_there(problem))
                return
            self.report("{why} Trying again.", why=problem.what)
            self._sleep(max(wait, self._pace.pause(failures)))

    def _fetch(self) -> None:
        first = self.places.first
        sidecar = first.path
        file = delivery.fetch(self._provider(), sidecar, self.take, self._downloaded)
        with first.lock:
            home, root = first.path, first.root
        take = self.take
        asset = delivery.adopt(file, home, root, take, *origin(first.project, take.id))
        with first.lock:  # its place must not change between the clip's path and the word of it
            if first.path != home:
                asset = delivery.moved(asset, home, first.path, first.root)
            clip = paths.clip_path(asset.path, first.path)
            succeeded = self._priced(lambda take, now: lifecycle.succeeded(take, asset.id, now))
            first.end(take.id, succeeded, asset)
        self.places.share(asset, clip, succeeded)
        delivery.tidy(sidecar, take.id)

    def _downloaded(self, fraction: float) -> None:
        self._check()
        self.report("Downloading", fraction)

    def _write(self, step: Step) -> None:
        """Make a change of state durable before anything else happens, however long the disk takes to have room."""
        first = self.places.first
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
        self.places.copy(self.take)

    def _give_up(self, problem: Problem) -> None:
        """What the service has accepted may be paid for: it has failed only if the service says so."""
        if self.take.state is TakeState.RUNNING and problem.kind not in _FINAL:
            self._ask(problems.out_of_reach(problem))
        else:
            self._fail(problem)

    def _fail(self, problem: Problem) -> None:
        self._end(lambda take, now: lifecycle.failed(take, problem, now))

    def _ask(self, problem: Problem) -> None:
        """The person decides what is to be done."""
        self.places.settle(self._priced(lambda take, now: lifecycle.uncertain(take, problem, now)))

    def _end(self, step: Step) -> None:
        """Without a clip. What may be on the bill stays counted as it was estimated, if no cost was told."""
        if self.take.cost or not spending.may_be_billed(step(self.take, self.take.changed_at)):
            self._settle(self.take.cost)
        self.places.end(self._priced(step))

    def _keep_cost(self) -> None:
        """Write down what the job costs before its clip is fetched, which may be in another worker's time."""
        if cost := self.take.cost:
            self._settle(cost)
            self.places.settle(lambda take, now: lifecycle.priced(take, cost, now))

    def _settle(self, cost: Cost | None) -> None:
        """Correct in the ledger what the take costs; None: nothing."""
        self._purse.settle(self.take, self.places.first.path, self._capabilities, cost)

    def _priced(self, step: Step) -> Step:
        """The step, with what the service said last that the take costs."""
        return lambda take, now: step(take, now).model_copy(update={"cost": self.take.cost})

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
