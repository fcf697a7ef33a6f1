"""What the worker says to Blender, sent by a thread of its own: Blender may not listen for hours while it renders."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections import deque
from pathlib import Path

from . import channel
from .messages import Ended, FromWorker, Progress

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.1
"""At most one `Progress` of a take in this time."""

_Take = tuple[Path, str]


class Outbox:
    """Sends messages in order. Of a take's `Progress` only the newest is kept, and none comes after its `Ended`."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._changed = threading.Condition()
        self._messages: deque[FromWorker] = deque()
        self._progress: dict[_Take, Progress] = {}
        self._not_before: dict[_Take, float] = {}
        self._closing = False
        self._thread = threading.Thread(target=self._send_all, name="outbox", daemon=True)
        self._thread.start()

    def put(self, message: FromWorker) -> None:
        """Queue a message; returns at once. From any thread."""
        with self._changed:
            if isinstance(message, Progress):
                self._progress[message.path, message.take_id] = message
            else:
                if isinstance(message, Ended):
                    self._progress.pop((message.path, message.take_id), None)
                    self._not_before.pop((message.path, message.take_id), None)
                self._messages.append(message)
            self._changed.notify()

    def close(self, timeout: float) -> None:
        """Send what is left, for at most `timeout` seconds, and end."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(timeout)

    def _send_all(self) -> None:
        while (message := self._next()) is not None:
            try:
                self._end.sendall(channel.frame(message.model_dump_json().encode()), channel.SEND_FLAGS)
            except OSError:
                return  # Blender is gone: nobody listens any more
            except Exception:
                log.exception("a message could not be written: %r", message)

    def _next(self) -> FromWorker | None:
        with self._changed:
            while True:
                if self._messages:
                    return self._messages.popleft()
                moment = time.monotonic()
                for key, message in self._progress.items():
                    if self._not_before.get(key, 0.0) <= moment:
                        self._not_before[key] = moment + PROGRESS_SECONDS
                        del self._progress[key]
                        return message
                if self._closing:
                    return None
                due = min((self._not_before[key] for key in self._progress), default=None)
                self._changed.wait(None if due is None else max(0.0, due - moment))
