"""The worker's main loop: takes Blender's messages one by one and looks after the open projects in between."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from ..core import merging, sessions
from ..core.errors import Kind, Problem, SessionsError, StorageError
from ..core.models import Asset, Project
from ..storage import document, folders
from ..storage.store import different
from . import channel, errands, messages, placing
from .bookkeeping import Bookkeeping
from .depiction import Depiction, Tell
from .inquiries import Inquiries
from .jobs import Jobs
from .keeping import Keeping
from .keeping import Tell as TellAll
from .messages import Relocated, SaveFailed, ToWorker, Trouble, to_worker
from .outbox import Outbox
from .pace import Pace
from .preparation import Preparation
from .preparation import Tell as TellPrepared
from .project import OpenProject
from .purse import Purse
from .registry import Registry
from .settings import Settings
from .sharing import Sharing
from .trying import Tell as TellTried
from .trying import Trial

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_EXIT_SECONDS = 6.0
_MISTAKE = Problem(
    kind=Kind.INTERNAL,
    message="Something went wrong in the worker process.",
    remedy="Report it, with the worker's log.",
)


def serve(
    end: socket.socket,
    settings: Settings,
    providers: Registry,
    pace: Pace | None = None,
    depiction: Callable[[Tell], Depiction] | None = None,
    preparation: Callable[[TellPrepared], Preparation] | None = None,
    keeping: Callable[[TellAll], Keeping] | None = None,
    trial: Callable[[TellTried], Trial] | None = None,
) -> None:
    """Work until Blender says `Shutdown` or is gone. `settings` are kept as Blender says them, for the `providers` too.

    `depiction` makes what makes pictures of clips, `preparation` what makes inputs, `trial` what makes pictures of the
    cut with other takes; without it there are none.
    """
    service = Service(end, settings, providers, pace, depiction, preparation, keeping, trial)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in Blender's console is for Blender
    signal.signal(signal.SIGTERM, lambda *_: service.shut_down())
    threading.Thread(target=service.listen, name="listener", daemon=True).start()
    service.run()


class Service:
    """The open projects and what Blender wants done with them. `run` and all it calls is one thread."""

    def __init__(
        self,
        end: socket.socket,
        settings: Settings,
        providers: Registry,
        pace: Pace | None = None,
        depiction: Callable[[Tell], Depiction] | None = None,
        preparation: Callable[[TellPrepared], Preparation] | None = None,
        keeping: Callable[[TellAll], Keeping] | None = None,
        trial: Callable[[TellTried], Trial] | None = None,
    ) -> None:
        self._end = end
        self._settings = settings
        self._jobs = Jobs(providers, Purse(settings), pace)
        self._outbox = Outbox(end)
        self._inquiries = Inquiries(providers, settings, self._outbox.put)
        self._depiction = depiction(self._outbox.put) if depiction else None
        self._sharing = Sharing(self._depiction, self._outbox.put)
        self._preparation = self._jobs.preparation = preparation(self._outbox.put) if preparation else None
        self._trial = trial(self._outbox.put) if trial else None
        self._bookkeeping = Bookkeeping(self._outbox.put)
        self._keeping = (
            keeping(self._outbox.put) if keeping else Keeping((), Path(tempfile.gettempdir()), self._outbox.put)
        )
        self._inbox: queue.SimpleQueue[ToWorker] = queue.SimpleQueue()
        self._waiting: ToWorker | None = None
        self._projects: dict[Path, OpenProject] = {}

    def listen(self) -> None:
        """Queue what Blender says. When it is gone, that is a `Shutdown`."""
        try:
            for data in channel.read_all(self._end):
                try:
                    self._inbox.put(to_worker.validate_json(data))
                except ValidationError:
                    log.exception("Blender said something that is no message")
        finally:
            self.shut_down()

    def shut_down(self) -> None:
        """Have `run` end, and if it cannot, the whole process."""
        self._inbox.put(messages.Shutdown())
        guard = threading.Timer(_EXIT_SECONDS, os._exit, (1,))
        guard.daemon = True
        guard.start()

    def run(self) -> None:
        """Work through the messages until `Shutdown`."""
        look_at = time.monotonic()
        while not isinstance(message := self._next(look_at), messages.Shutdown):
            if message is not None:
                self._guarded(partial(self._handle, message), getattr(message, "path", None))
            if time.monotonic() >= look_at:
                self._guarded(self._look, None)
                look_at = time.monotonic() + _LOOK_SECONDS
        if self._depiction:
            self._depiction.close()
        self._keeping.close()
        self._jobs.stop()
        if self._preparation:
            self._preparation.close()
        if self._trial:
            self._trial.close()
        for project in self._projects.values():
            project.save_again(now=True)
            self._bookkeeping.look_after(project)
        self._bookkeeping.close()
        self._outbox.close(timeout=1.0)

    def _next(self, until: float) -> ToWorker | None:
        """The next message, or None if none comes `until` then. Changes that wait in a row are written as one."""
        message = self._waiting or self._get(max(0.0, until - time.monotonic()))
        self._waiting = None
        while isinstance(message, messages.Save):
            following = self._get(0.0)
            if not isinstance(following, messages.Save) or following.path != message.path:
                self._waiting = following
                break
            message = _joined(message, following)
        return message

    def _get(self, timeout: float) -> ToWorker | None:
        try:
            return self._inbox.get(timeout=timeout)
        except queue.Empty:
            return None

    def _guarded(self, work: Callable[[], None], path: Path | None) -> None:
        try:
            work()
        except SessionsError as error:
            log.warning("%s: %s", path, error, exc_info=error.__cause__)
            self._outbox.put(Trouble(path=path, problem=error.problem))
        except Exception:
            log.exception("a message about %s was not understood", path)
            self._outbox.put(Trouble(path=path, problem=_MISTAKE))

    def _handle(self, message: ToWorker) -> None:
        match message:
            case messages.Open():
                self._open(message)
            case messages.Close():
                self._close(message.path)
            case messages.Save():
                self._save(message)
            case messages.Cancel():
                project = self._project(message.path)
                project.waiting.pop(message.take_id, None)
                self._jobs.cancel(project, message.take_id)
            case messages.Decide():
                self._decide(message)
            case messages.Relocate():
                self._relocate(message)
            case messages.Depict():
                self._depict(message)
            case messages.Configure():
                self._settings.configure(message)
            case messages.Inquire():
                self._inquiries.order(message.provider)
            case messages.Prepare():
                self._prepare(message)
            case messages.Try():
                self._try(message)
            case messages.Share():
                self._sharing.order(message)
            case errands.Find() | errands.Rebuild() | errands.Collect() | errands.Adopt():
                self._keeping.order(message, self._project(message.path))
            case messages.Abandon():
                self._keeping.abandon(message.order_id)
                if self._preparation:
                    self._preparation.abandon(message.order_id)
                if self._trial:
                    self._trial.abandon(message.order_id)

    def _project(self, path: Path, root: Path | None = None) -> OpenProject:
        if path not in self._projects:
            self._projects[path] = OpenProject(path, self._outbox.put, root)
        return self._projects[path]

    def _open(self, message: messages.Open) -> None:
        path = message.path
        before = _fingerprint(path)
        project = self._project(path, message.root)
        if project.root != message.root:
            project.root = message.root
            project.waiting = dict.fromkeys(project.waiting, False)
        project.shown = True
        project.refresh()
        if not message.seen == before == _fingerprint(path):
            project.tell_all()
        if project.unsaved:  # from when it was shown the last time
            project.tell_all()
            self._outbox.put(SaveFailed(path=path, revision=0, problem=project.unsaved))
        unfinished = sessions.unfinished(project.project)
        if unfinished:
            delivered = {asset.take_id: asset for asset in folders.scan(path, project.root)}
            for take in unfinished:
                self._take_up(project, take.id, delivered.get(take.id))
        placing.after_opening(project)
        self._bookkeeping.look_again(project)

    def _close(self, path: Path) -> None:
        if path in self._projects:
            self._projects[path].shown = False
            self._jobs.forget(self._projects[path])
            self._drop_idle()

    def _save(self, message: messages.Save) -> None:
        project = self._project(message.path)
        project.shown = True
        project.waiting.update(dict.fromkeys(message.run, False))
        known = project.project.assets
        for take_id in message.run:
            self._claim(project, take_id)  # before it can be read in the file: so no other process runs it
        try:
            project.save(message.part, message.revision)
        except StorageError as error:
            log.warning("%s", error)
            self._outbox.put(SaveFailed(path=message.path, revision=message.revision, problem=error.problem))
        else:
            self._start_waiting(project)
            placing.after_save(project, message.part, known)

    def _decide(self, message: messages.Decide) -> None:
        project = self._project(message.path)
        match message.choice:
            case "look_again":
                self._jobs.look_again(project, message.take_id)
            case "send_again":
                self._jobs.send_again(project, message.take_id)
            case "give_up":
                self._jobs.cancel(project, message.take_id)

    def _relocate(self, message: messages.Relocate) -> None:
        project = self._project(message.path)
        try:
            with project.lock:
                part = (self._move if message.move else self._copy)(project, message.target, message.root)
        except StorageError as error:
            log.warning("%s", error)
            self._outbox.put(SaveFailed(path=message.path, revision=message.revision, problem=error.problem))
        else:
            self._outbox.put(Relocated(path=message.path, target=message.target, revision=message.revision, part=part))

    def _move(self, project: OpenProject, target: Path, root: Path | None) -> Project:
        before = project.path
        part = project.move_to(target, root)
        del self._projects[before]
        self._projects[target] = project
        self._jobs.moved(project, before)
        self._start_waiting(project)
        return part

    def _copy(self, project: OpenProject, target: Path, root: Path | None) -> Project:
        copy = project.copy_to(target, root)
        copy.shown = True
        self._projects[target] = copy
        self._jobs.follow(project, copy)
        copy.waiting, project.waiting = project.waiting, {}  # the copy could be written, the original not
        self._start_waiting(copy)
        self._jobs.follow(copy, project)
        self._jobs.leave_to_others(copy)
        return different(project.project, copy.project)

    def _depict(self, message: messages.Depict) -> None:
        if self._depiction:
            self._depiction.order(message)
        else:
            self._outbox.put(messages.Depicted(path=message.path, failed=tuple(message.clips)))

    def _prepare(self, message: messages.Prepare) -> None:
        if self._preparation:
            self._preparation.order(message, self._project(message.path).inputs_folder)
        else:
            self._outbox.put(messages.Prepared(path=message.path, order_id=message.order_id, problem=_MISTAKE))

    def _try(self, message: messages.Try) -> None:
        if self._trial:
            self._trial.order(message)
        else:
            self._outbox.put(messages.Tried(path=message.path, order_id=message.order_id))

    def _claim(self, project: OpenProject, take_id: str) -> None:
        with contextlib.suppress(StorageError):  # told when the take is taken up
            self._jobs.claims.take(project.path, take_id)

    def _start_waiting(self, project: OpenProject) -> None:
        for take_id in list(project.waiting):
            self._take_up(project, take_id)

    def _take_up(self, project: OpenProject, take_id: str, delivered: Asset | None = None) -> None:
        """Run a take, or keep it waiting until the assets folder can be written."""
        if project.find(take_id) is None:
            project.waiting.pop(take_id, None)
            log.warning("%s has no take %s", project.path, take_id)
            return
        try:
            self._jobs.take_up(project, take_id, delivered)
            project.waiting.pop(take_id, None)
        except StorageError as error:
            if not project.waiting.get(take_id):
                log.warning("%s", error)
                self._outbox.put(Trouble(path=project.path, problem=error.problem))
            project.waiting[take_id] = True

    def _look(self) -> None:
        """What is done about once a second."""
        for project in self._projects.values():
            if project.shown:
                project.refresh()
            self._bookkeeping.look_after(project)
            if project.save_again():
                self._start_waiting(project)
        self._jobs.retry()
        self._drop_idle()

    def _drop_idle(self) -> None:
        for path, project in list(self._projects.items()):
            if not project.shown and not project.unsaved and not project.waiting and not self._jobs.is_busy(project):
                del self._projects[path]
                self._bookkeeping.forget(project)


def _joined(first: messages.Save, second: messages.Save) -> messages.Save:
    """Both changes in one, known by the later revision."""
    return second.model_copy(update={"part": merging.merged(first.part, second.part), "run": (*first.run, *second.run)})


def _fingerprint(path: Path) -> document.Fingerprint | None:
    try:
        return document.fingerprint(path)
    except StorageError:
        return None
