"""The takes that this worker runs: which it takes up, whose turn it is, and how they are ended from outside."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from ..core import lifecycle, pricing, sessions, spending
from ..core.capabilities import Capabilities
from ..core.errors import Kind, SessionsError, StorageError
from ..core.models import Asset, Take, TakeState
from ..storage import folders
from . import delivery, problems
from .claims import Claims
from .pace import Pace
from .preparation import Preparation
from .project import OpenProject
from .purse import Purse
from .registry import Registry
from .runner import Means, Run
from .turns import Turns

log = logging.getLogger(__name__)

Key = tuple[Path, str]

_SUBMIT_SECONDS = 1.0
_CLOSE_SECONDS = 0.7


class Jobs:
    """All runs of this worker. Its methods are called from one thread; each run has a thread of its own.

    `preparation` makes inputs small enough before they are sent; without it they are sent as they are.
    """

    def __init__(self, providers: Registry, purse: Purse, pace: Pace | None = None) -> None:
        self._providers = providers
        self._purse = purse
        self._pace = pace or Pace()
        self._mutex = threading.RLock()
        self._turns: dict[str, Turns[Run]] = {}
        self._runs: dict[Key, Run] = {}
        self._threads: dict[Run, threading.Thread] = {}
        self._elsewhere: dict[Key, OpenProject] = {}
        self.claims = Claims()
        self.preparation: Preparation | None = None

    def take_up(self, project: OpenProject, take_id: str, delivered: Asset | None = None) -> None:
        """Bring a take to its end, from wherever it stands. Does nothing for one that runs or has ended.

        One that another process runs is taken up when that process is gone. Raises `StorageError` if the assets folder
        cannot be written: nothing is sent then. `delivered` is the asset that its clip became before the worker ended.
        """
        key = project.path, take_id
        take = project.find(take_id)
        if take is None or lifecycle.has_ended(take) or self._is_running(project, take_id):
            self._elsewhere.pop(key, None)
            self._release_idle(project, take_id)
            return
        capabilities = self._providers.capabilities(take.request.provider)
        if capabilities is None:
            self._release_idle(project, take_id)
            project.report(
                take_id,
                "Needs the provider “{provider}”, which this version does not have",
                provider=take.request.provider,
            )
            return
        folders.check(project.path, project.root)
        if not self.claims.take(project.path, take_id):
            self._elsewhere[key] = project
            project.report(take_id, "Runs in another Blender")
            return
        project.refresh()  # whoever had it before us may have brought it further, up to its end
        if self._elsewhere.pop(key, None):
            there = folders.scan(project.path, project.root)
            delivered = next((asset for asset in there if asset.take_id == take_id), None)
        if self._resumed(project, take_id, capabilities, delivered):
            self._run(project, project.get(take_id), capabilities)
        else:
            self.claims.release(project.path, take_id)

    def retry(self) -> None:
        """Take up what other processes ran that are gone now."""
        for (_, take_id), project in list(self._elsewhere.items()):
            self.take_up(project, take_id)

    def forget(self, project: OpenProject) -> None:
        """Wait no more for what other processes run in this project."""
        self._elsewhere = {key: each for key, each in self._elsewhere.items() if each is not project}

    def cancel(self, project: OpenProject, take_id: str) -> None:
        """End a take. Raises `SessionsError`."""
        run = self._runs.get((project.path, take_id)) if self._is_running(project, take_id) else None
        if run is None:
            self._decide(project, take_id, lambda: self._give_up(project, take_id))
            return
        run.cancel()
        if self._turns[run.take.request.provider].drop(run):
            self._start(run)

    def look_again(self, project: OpenProject, take_id: str) -> None:
        """Go on with an uncertain take whose job's id is known, or can be asked for. Raises `SessionsError`."""
        take = project.get(take_id)
        capabilities = self._providers.capabilities(take.request.provider)
        if not take.job_id and capabilities and capabilities.traceable:
            self._decide(project, take_id, lambda: project.settle(take_id, lifecycle.submitting))
        elif not take.job_id:
            raise SessionsError(
                "The service never told the job's id, so there is nothing to look at.",
                "Look on the service's own site; then send the take again or give it up.",
                Kind.INPUT,
            )
        self.take_up(project, take_id)

    def send_again(self, project: OpenProject, take_id: str) -> None:
        """Send an uncertain take's request once more: both may be billed. Raises `SessionsError`."""
        self._decide(project, take_id, lambda: self._requeue(project, take_id))
        self.take_up(project, take_id)

    def is_busy(self, project: OpenProject) -> bool:
        """Whether a take of the project runs."""
        with self._mutex:
            return any(project in run.places.all for run in self._runs.values())

    def follow(self, source: OpenProject, target: OpenProject) -> None:
        """Let the takes that run in `source` end in `target` too, which has the same takes."""
        for run in self._runs_of(source):
            if target not in run.places.all:
                run.places.follow(target)
                with self._mutex:
                    self._runs[target.path, run.take.id] = run
                self._claim(target.path, run.take.id)

    def leave_to_others(self, copy: OpenProject) -> None:
        """Let no take of a copy be sent that waits in the original, for another process to send it from there."""
        for take in sessions.unfinished(copy.project):
            running = (copy.path, take.id) in self._runs or take.id in copy.waiting
            if take.state is TakeState.QUEUED and not running:
                copy.settle(take.id, lifecycle.submitting)

    def moved(self, project: OpenProject, before: Path) -> None:
        """Let the takes of a project that lay at `before` go on where it is now."""
        for run in self._runs_of(project):
            with self._mutex:
                self._runs.pop((before, run.take.id), None)
                self._runs[project.path, run.take.id] = run
            self._claim(project.path, run.take.id)
            self.claims.release(before, run.take.id)
        self.forget(project)

    def stop(self) -> None:
        """Leave every take as it is, end what the providers hold open. Bounded by about two seconds."""
        with self._mutex:
            runs = set(self._runs.values())
        for run in runs:
            run.stop()
        self._join(_SUBMIT_SECONDS)  # a request that has left should get its answer
        self._providers.close()
        self._join(_CLOSE_SECONDS)

    def _resumed(self, project: OpenProject, take_id: str, capabilities: Capabilities, delivered: Asset | None) -> bool:
        """Bring a take that may have been interrupted anywhere into a state to go on from. False if it is done."""
        take = project.find(take_id)
        if take is None or lifecycle.has_ended(take):
            return False
        if delivered:
            project.end(take_id, lambda take, now: _arrived(take, delivered, now), delivered)
            delivery.tidy(project.path, take_id)
            return False
        if take.state is TakeState.SUBMITTING:
            if capabilities.traceable:
                return True
            if not capabilities.free:
                project.settle(take_id, lambda take, now: lifecycle.uncertain(take, problems.INTERRUPTED, now))
                return False
            project.settle(take_id, lifecycle.requeued)
        elif take.state is TakeState.UNCERTAIN:
            job_id = take.job_id
            if not job_id:
                return False
            project.settle(take_id, lambda take, now: lifecycle.running(take, job_id, now))
        return True

    def _run(self, project: OpenProject, take: Take, capabilities: Capabilities) -> None:
        name = capabilities.id
        if name not in self._turns:
            self._turns[name] = Turns[Run](capabilities.at_once, self._start, _wait)
        self._turns[name].at_once = capabilities.at_once
        provider = partial(self._providers.get, name)
        run = Run(project, take, Means(provider, capabilities, self._pace, self._purse, self.preparation))
        with self._mutex:
            self._runs[project.path, take.id] = run
        self._turns[name].join(run, started=take.state is not TakeState.QUEUED)

    def _start(self, run: Run) -> None:
        thread = threading.Thread(target=self._work, args=(run,), name=f"take {run.take.id}", daemon=True)
        with self._mutex:
            self._threads[run] = thread
        thread.start()

    def _work(self, run: Run) -> None:
        try:
            run.work()
        finally:
            with self._mutex:
                for path, take_id in [key for key, each in self._runs.items() if each is run]:
                    del self._runs[path, take_id]
                    self.claims.release(path, take_id)
                del self._threads[run]
            self._turns[run.take.request.provider].leave(run)

    def _decide(self, project: OpenProject, take_id: str, change: Callable[[], None]) -> None:
        """Make a change to a take that does not run here, unless it runs elsewhere. Raises `SessionsError`."""
        if lifecycle.has_ended(project.get(take_id)) or self._is_running(project, take_id):
            return
        if not self.claims.take(project.path, take_id):
            raise SessionsError("This take runs in another Blender.", "End it there.", Kind.INPUT)
        try:
            self._elsewhere.pop((project.path, take_id), None)
            project.refresh()
            if not lifecycle.has_ended(project.get(take_id)):
                change()
        finally:
            self.claims.release(project.path, take_id)

    def _give_up(self, project: OpenProject, take_id: str) -> None:
        take = project.get(take_id)
        capabilities = self._providers.capabilities(take.request.provider)
        if take.state is TakeState.QUEUED or (capabilities and capabilities.free):
            project.end(take_id, lifecycle.cancelled)
        else:
            project.end(take_id, lambda take, now: lifecycle.given_up(take, problems.GIVEN_UP, now))
        delivery.tidy(project.path, take_id)

    def _requeue(self, project: OpenProject, take_id: str) -> None:
        take = project.get(take_id)
        capabilities = self._providers.capabilities(take.request.provider)
        lost = None
        if capabilities and not capabilities.free:
            self._purse.keep(take, project.path, capabilities)
            lost = spending.of_take(take, lambda request: pricing.estimate(request, capabilities))
        project.settle(take_id, lambda take, now: lifecycle.resent(take, lost, now))

    def _claim(self, sidecar: Path, take_id: str) -> None:
        """Claim a take that runs here already. Where that cannot be written, it runs all the same."""
        try:
            self.claims.take(sidecar, take_id)
        except StorageError as error:
            log.warning("take %s is not claimed: %s", take_id, error)

    def _is_running(self, project: OpenProject, take_id: str) -> bool:
        """Whether a take runs here. One that has just come to its end, or to its question, does not any more."""
        with self._mutex:
            run = self._runs.get((project.path, take_id))
            thread = self._threads.get(run) if run else None
        take = project.find(take_id)
        if thread and take and (lifecycle.has_ended(take) or take.state is TakeState.UNCERTAIN):
            thread.join(_CLOSE_SECONDS)
        with self._mutex:
            return (project.path, take_id) in self._runs

    def _release_idle(self, project: OpenProject, take_id: str) -> None:
        """Give up the claim on a take that does not run."""
        if (project.path, take_id) not in self._runs:
            self.claims.release(project.path, take_id)

    def _runs_of(self, project: OpenProject) -> list[Run]:
        with self._mutex:
            return [run for run in dict.fromkeys(self._runs.values()) if project in run.places.all]

    def _join(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        with self._mutex:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))


def _wait(run: Run, others: int) -> None:
    if others == 1:
        run.report("Waiting for 1 other take")
    else:
        run.report("Waiting for {count} other takes", count=others)


def _arrived(take: Take, asset: Asset, now: datetime) -> Take:
    """The clip lies in the folder, whatever the sidecar knew of it: the take goes the rest of its way at once."""
    if take.state is TakeState.QUEUED:
        take = lifecycle.submitting(take, now)
    if take.state is not TakeState.RUNNING:
        take = lifecycle.running(take, take.job_id or "", now)
    return lifecycle.succeeded(take, asset.id, now).model_copy(update={"cost": asset.cost or take.cost})
