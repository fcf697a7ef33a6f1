"""Blender's side of the worker: starts it, sends and receives without ever blocking, ends it. No bpy, no thread."""

from __future__ import annotations

import json
import logging
import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from . import channel
from .messages import FromWorker, Message, Shutdown, from_worker

log = logging.getLogger(__name__)

_PROGRAM = Path(__file__).with_name("__main__.py")
_LOG_BYTES = 1_000_000
_READ_BYTES = 1 << 16
_LIBRARIES = ("pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection")


def start(log_folder: Path, blender: Sequence[str], program: Path = _PROGRAM) -> Client:
    """Start a worker process and return at once, before it is up: messages wait for it.

    Its log goes to `worker.log` in `log_folder`. `blender` is the command that runs a Python script in a background
    Blender. Raises `OSError` if the process cannot be started.
    """
    ours, theirs = channel.pair()
    arguments = json.dumps({"site": _library_folders(), "blender": list(blender)})
    output = _open_log(log_folder)
    try:
        process = _launch([_interpreter(), "-I", str(program), arguments], theirs, output)
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
        if output is not None:
            output.close()
    return Client(process, ours)


class Client:
    """A running worker, as Blender holds it."""

    def __init__(self, process: subprocess.Popen[bytes], end: socket.socket) -> None:
        end.setblocking(False)
        self._process = process
        self._end = end
        self._frames = channel.Frames()
        self._arrived: deque[bytes] = deque()
        self._unsent = bytearray()
        self._gone = False

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once the worker is gone *and* everything it said was received."""
        return not self._gone or bool(self._arrived)

    @property
    def unsent(self) -> int:
        """How many bytes the worker has not taken yet. Grows only while it hangs."""
        return len(self._unsent)

    def send(self, message: Message) -> None:
        """Hand a message to the worker. Never blocks: what does not fit waits for the next call of any method.

        A worker that is gone takes nothing: see `alive`.
        """
        if not self._gone:
            self._unsent += channel.frame(message.model_dump_json().encode())
            self._flush()

    def receive(self, budget: float = 0.0) -> list[FromWorker]:
        """What the worker has said, taking up to about `budget` seconds, and at least one message if there is one."""
        deadline = time.monotonic() + budget
        self._flush()
        received: list[FromWorker] = []
        while True:
            if not self._arrived:
                self._read()
            if not self._arrived:
                return received
            message = _parsed(self._arrived.popleft())
            if message is not None:
                received.append(message)
            if time.monotonic() >= deadline:
                return received

    def wait(self, timeout: float) -> None:
        """Sleep until there is something to receive or the worker is gone, at most `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not self._arrived and not self._gone:
            left = deadline - time.monotonic()
            if left <= 0:
                return
            readable, _, _ = select.select([self._end], [self._end] if self._unsent else [], [], left)
            self._flush()
            if readable:
                self._read()

    def wait_for(self, done: Callable[[], bool], apply: Callable[[FromWorker], None], timeout: float) -> bool:
        """Hand messages to `apply` until `done`, or the worker is gone, or for `timeout` seconds. Returns `done()`."""
        deadline = time.monotonic() + timeout
        while not done():
            left = deadline - time.monotonic()
            if left <= 0 or not self.alive:
                return False
            self.wait(left)
            for message in self.receive():
                apply(message)
        return True

    def close(self, timeout: float = 3.0) -> list[FromWorker]:
        """End the worker and return the last it said. It has `timeout` seconds to end by itself, then force is used."""
        deadline = time.monotonic() + timeout
        last: list[FromWorker] = []
        self.send(Shutdown())
        while self.alive and time.monotonic() < deadline:
            self.wait(max(0.0, deadline - time.monotonic()))
            last += self.receive()
        self._gone = True
        self._end.close()
        for end_it in (None, self._process.terminate, self._process.kill):
            if end_it is not None:
                log.warning("the worker %d does not end by itself: %s", self.pid, end_it.__name__)
                end_it()
            try:
                self._process.wait(max(0.5, deadline - time.monotonic()))
                break
            except subprocess.TimeoutExpired:
                continue
        return last

    def _flush(self) -> None:
        while self._unsent and not self._gone:
            try:
                sent = self._end.send(memoryview(self._unsent)[:_READ_BYTES], channel.SEND_FLAGS)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self._unsent.clear()  # nobody will take it; what was said before is still read
                return
            del self._unsent[:sent]

    def _read(self) -> None:
        """Take in what is there, at most one piece that is whole enough for a message."""
        while not self._arrived and not self._gone:
            try:
                piece = self._end.recv(_READ_BYTES)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                piece = b""
            if not piece:
                self._gone = True
            self._arrived.extend(self._frames.feed(piece))


def _parsed(message: bytes) -> FromWorker | None:
    try:
        return from_worker.validate_json(message)
    except ValidationError:
        log.exception("the worker said something that is no message")
        return None


def _launch(command: list[str], end: socket.socket, output: IO[bytes] | None) -> subprocess.Popen[bytes]:
    """Start the process with its end of the channel: a descriptor, or on Windows the socket shared through stdin."""
    if sys.platform == "win32":
        process = subprocess.Popen(
            [*command, "-"],
            stdin=subprocess.PIPE,
            stdout=output or subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            creationflags=subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP,
        )
        assert process.stdin is not None
        with process.stdin as stdin:
            stdin.write(end.share(process.pid))
        return process
    return subprocess.Popen(
        [*command, str(end.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        pass_fds=[end.fileno()],
        start_new_session=True,  # Ctrl+C in Blender's console is not for the worker
    )


def _interpreter() -> str:
    """The Python that runs the worker. On Windows a virtual environment's own only starts another process."""
    if sys.platform == "win32" and sys.prefix != sys.base_prefix:
        return str(Path(sys.base_prefix) / "python.exe")
    return sys.executable


def _library_folders() -> list[str]:
    """Where the libraries lie that this process has imported and the worker needs."""
    files = [getattr(sys.modules.get(name), "__file__", None) for name in _LIBRARIES]
    modules = [Path(file) for file in files if file]
    parents = [module.parents[1] if module.stem == "__init__" else module.parent for module in modules]
    return list(dict.fromkeys(map(str, parents)))


def _open_log(folder: Path) -> IO[Any] | None:
    """The worker's log, begun anew when it has grown too long, the one before kept. None where none can be written."""
    path = folder / "worker.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_suffix(".old.log"))
        return path.open("ab")
    except OSError:
        log.warning("no log can be written to %s", path, exc_info=True)
        return None
