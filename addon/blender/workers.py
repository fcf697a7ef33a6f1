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
from . import places

if TYPE_CHECKING:
    from ..worker.client import Client

log = logging.getLogger(__name__)

_MAX_STARTS = 4
_PER_SECONDS = 120.0

_client: Client | None = None
_opened: Path | None = None
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

    `seen` is the sidecar as it was when Blender read it. Raises `WorkerUnavailable`.
    """
    global _client, _opened
    if _client is None:
        _client = _start()
        _opened = None
    if _opened != path:
        close_project()
        _client.send(messages.Open(path=path, seen=seen))
        _opened = path


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
            f"The worker process ended {_MAX_STARTS} times within {_PER_SECONDS:.0f} seconds.",
            f"Look into {places.log_file().parent}, then disable and enable the add-on.",
        )
    _starts.append(moment)
    try:
        return client.start(log_folder=places.log_file().parent, blender=_background_blender())
    except OSError as error:
        raise WorkerUnavailable(
            f"The worker process could not be started: {error.strerror or error}.", "Restart Blender."
        ) from error


def _background_blender() -> list[str]:
    """The command that runs a Python script inside a background Blender; in the bpy module that is Python itself."""
    if bpy.app.binary_path:
        return [bpy.app.binary_path, "--background", "--factory-startup", "--python"]
    return [sys.executable]
