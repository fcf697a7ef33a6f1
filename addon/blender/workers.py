"""The worker process as Blender holds it: started when first needed, replaced if it dies, ended with the extension."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..core.errors import SessionsError
from ..storage.document import Fingerprint
from ..worker import messages
from . import places, settings

if TYPE_CHECKING:
    from ..worker.client import Client

log = logging.getLogger(__name__)

_MAX_STARTS = 4
_PER_SECONDS = 120.0

_client: Client | None = None
_opened: Path | None = None
_root: Path | None = None
_configured: messages.Configure | None = None
_starts: list[float] = []


class WorkerUnavailable(SessionsError):
    """No worker process can be had."""


def send(message: messages.Message, path: Path) -> None:
    """Send a message about the open file's project, starting the worker if need be.

    Raises `WorkerUnavailable` when it cannot be started, or died too often in the last minutes.
    """
    open_project(path)
    if _client:
        _client.send(message)


def open_project(path: Path, seen: Fingerprint | None = None) -> None:
    """Have the worker take up the project at `path`: unfinished takes go on, changes by other Blenders are told.

    `seen` is the sidecar as it was when Blender read it. Opening it again only tells where new clips go now, if that
    has changed. Raises `WorkerUnavailable`.
    """
    global _client, _opened, _root, _configured
    if _client is None:
        _client = _start()
        _opened = _configured = None
    configure()
    root = settings.root(path)
    if _opened != path:
        close_project()
    elif root == _root:
        return
    _client.send(messages.Open(path=path, root=root, seen=seen))
    _opened, _root = path, root


def configure() -> None:
    """Tell the worker what the preferences say, if that has changed since it was told last."""
    global _configured
    said = settings.configuration()
    if _client and said != _configured:
        _client.send(said)
        _configured = said


def close_project() -> None:
    """Blender shows the project no more that was opened last. Its running takes go on and end in it."""
    global _opened
    if _client and _opened:
        _client.send(messages.Close(path=_opened))
    _opened = None


def close_copy(path: Path) -> None:
    """Blender has saved a copy of the project at `path` and does not show it."""
    if _client:
        _client.send(messages.Close(path=path))


def receive(budget: float) -> list[messages.FromWorker]:
    """What the worker has said, reading for at most `budget` seconds."""
    return _client.receive(budget) if _client else []


def wait(timeout: float) -> None:
    """Sleep until the worker says something or ends, at most `timeout` seconds. For scripts, saving and exit only."""
    if _client:
        _client.wait(timeout)


def is_running() -> bool:
    """Whether there is a living worker."""
    return _client is not None and _client.alive


def has_died() -> bool:
    """Whether the worker ended without being asked to, and nothing it said is left to read."""
    return _client is not None and not _client.alive


def process_id() -> int | None:
    """The worker's process id, None if there is no worker."""
    return _client.pid if _client else None


def forget_deaths() -> None:
    """Try again, however often workers have died: the extension was enabled anew."""
    _starts.clear()


def close() -> None:
    """End the worker: it writes what is left first. Bounded, and sure."""
    global _client, _opened
    if _client:
        _client.close()
    _client = _opened = None


def _start() -> Client:
    from ..worker import client  # not needed to enable the extension, which should be quick

    moment = time.monotonic()
    _starts[:] = [start for start in _starts if moment - start < _PER_SECONDS]
    if len(_starts) >= _MAX_STARTS:
        raise WorkerUnavailable(
            "The worker process ended {count} times within {seconds:.0f} seconds.",
            "Look into {folder}, then disable and enable the add-on.",
            count=_MAX_STARTS,
            seconds=_PER_SECONDS,
            folder=str(places.log_file().parent),
        )
    _starts.append(moment)
    try:
        return client.start(log_folder=places.log_file().parent, blender=_background_blender())
    except OSError as error:
        raise WorkerUnavailable(
            "The worker process could not be started: {error}.",
            "Restart Blender.",
            error=error.strerror or str(error),
        ) from error


def _background_blender() -> list[str]:
    """The command that runs a Python script inside a background Blender; in the bpy module that is Python itself."""
    if bpy.app.binary_path:
        return [bpy.app.binary_path, "--background", "--factory-startup", "--python"]
    return [sys.executable]
