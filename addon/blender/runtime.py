"""What the extension holds while it is enabled: the project of the open file, and what the panel shows of it.

No bpy object is kept here, only ids and plain data. The interface reads it; operators change it through `commit`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ..core import lifecycle, merging, sessions
from ..core.errors import Problem, SessionsError, StorageError
from ..core.models import Draft, Project, Session
from ..core.remaining import Pace, heard
from ..core.wording import Text
from ..storage.store import Store
from ..worker import messages
from . import mirror, places, settings, workers

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenPrompt:
    """A draft's prompt that is open in the Text Editor.

    `mark` is what its text carries, `session_id` whose draft it is (None: that of the session to come), `content` what
    text and draft last agreed on.
    """

    mark: str
    session_id: str | None
    content: str


@dataclass
class Runtime:
    """The state of the enabled extension for one open file.

    `path` is the file's sidecar. `blocked` says why its project must not be changed, such as a newer version's sidecar.
    `trouble` is the last thing that went wrong and belongs to no take. `unsaved` says why the last change could not be
    written so far; until it is, no take is sent anywhere. `revision` counts the changes, `saved` is the last one on the
    disk. `session` and `draft` are what the panel shows, looked up once for each change; `selected` is the row of each
    other list that was clicked on. `progress` is the last that was heard of each running take, `paces` how fast it goes
    on. `arrivals` are the assets whose clips have just come and wait for their place in the .blend. `undone`: undo
    changed the .blend since the last tick. `moving_to`: the sidecar that the worker was asked to go on at. `notes`:
    what became of the draft when another model was chosen.
    """

    path: Path
    project: Project = field(default_factory=Project)
    blocked: Problem | None = None
    trouble: Problem | None = None
    unsaved: Problem | None = None
    revision: int = 0
    saved: int = 0
    session: Session | None = None
    draft: Draft = field(default_factory=Draft)
    progress: dict[str, messages.Progress] = field(default_factory=dict)
    paces: dict[str, Pace] = field(default_factory=dict)
    cancelling: set[str] = field(default_factory=set)
    arrivals: list[str] = field(default_factory=list)
    undone: bool = False
    moving_to: Path | None = None
    selected: dict[str, str] = field(default_factory=dict)
    open_prompt: OpenPrompt | None = None
    notes: tuple[Text, ...] = ()

    def note_progress(self, message: messages.Progress, moment: float) -> None:
        """Take in how far a take is, heard at `moment`, in seconds."""
        self.progress[message.take_id] = message
        pace = heard(self.paces.get(message.take_id), message.text, message.fraction, moment)
        if pace:
            self.paces[message.take_id] = pace
        else:
            self.paces.pop(message.take_id, None)

    def drop_progress(self, take_id: str) -> None:
        """Nothing more is heard of a take."""
        self.progress.pop(take_id, None)
        self.paces.pop(take_id, None)


_runtime: Runtime | None = None
_count = 0  # of changes: it goes on from file to file, so that a late answer about one never counts for the next


def is_enabled() -> bool:
    """Whether there is a runtime: headers and menus may be drawn while the extension is being disabled."""
    return _runtime is not None


def current() -> Runtime:
    """The runtime of the enabled extension. Raises RuntimeError when it is not enabled."""
    if _runtime is None:
        raise RuntimeError("Generative Sessions is not enabled")
    return _runtime


def begin(path: Path, project: Project, blocked: Problem | None = None, trouble: Problem | None = None) -> None:
    """Start afresh with the project of a file that was opened."""
    global _runtime
    leave()
    _runtime = Runtime(path, blocked=blocked, trouble=trouble, revision=_count, saved=_count)
    _runtime.arrivals = waiting_for_place(project)
    mirror.forget()
    show(project)


def leave() -> None:
    """Forget the file that was open; the next one has not been read yet."""
    global _runtime, _count
    if _runtime:
        _count = _runtime.revision
    _runtime = None


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def check_writable() -> None:
    """Raise `SessionsError` if the open file's sessions must not be changed."""
    blocked = current().blocked
    if blocked:
        raise SessionsError.of(blocked)


def commit(project: Project, run: Sequence[str] = ()) -> None:
    """Make `project` the current one: shown at once, written by the worker, which then runs the takes in `run`.

    Where no worker can be had, Blender writes it itself and nothing is run. Raises `SessionsError` if it must not be
    changed.
    """
    check_writable()
    runtime = current()
    part = merging.changes(runtime.project, project)
    if part is None and not run:
        return
    show(project)
    _send(part or Project(), run)


def send_again() -> None:
    """Have the whole project written and its takes run, because nobody knows how much of that has happened."""
    project = current().project
    _send(project, [take.id for take in sessions.unfinished(project)])


def _send(part: Project, run: Sequence[str] = ()) -> None:
    runtime = current()
    runtime.revision += 1
    if places.unsaved_key(runtime.path):
        runtime.path.parent.mkdir(parents=True, exist_ok=True)
    message = messages.Save(path=runtime.path, revision=runtime.revision, part=part, run=tuple(run))
    try:
        workers.send(message, runtime.path)
    except workers.WorkerUnavailable as error:
        log.error("%s", error)
        runtime.trouble = error.problem
        save_here()


def save_here() -> None:
    """Write the project without a worker, which takes the time it takes: where none can be had."""
    runtime = current()
    try:
        Store(runtime.path, root=settings.root(runtime.path)).save(runtime.project)
    except StorageError as error:
        runtime.unsaved = error.problem
    else:
        runtime.saved, runtime.unsaved = runtime.revision, None


def show(project: Project) -> None:
    """Make `project` the current one without writing it: it came from the worker or from the disk."""
    runtime = current()
    runtime.project = project
    runtime.session = sessions.active(project)
    runtime.draft = sessions.draft(project)
    mirror.refresh(project)


def waiting_for_place(project: Project) -> list[str]:
    """The assets whose clips came while the file was closed, and still have a place on the timeline waiting."""
    return [
        take.asset_id
        for session in project.sessions
        for take in session.takes
        if take.placement is not None and take.asset_id is not None
    ]


def has_unsaved_changes() -> bool:
    """Whether the last change is not yet known to be on the disk."""
    return current().saved < current().revision


def has_running_takes() -> bool:
    """Whether a take of the active session, or one of a deleted session, has not ended."""
    runtime = current()
    takes = (*(runtime.session.takes if runtime.session else ()), *runtime.project.detached)
    return bool(runtime.progress) or any(not lifecycle.has_ended(take) for take in takes)
