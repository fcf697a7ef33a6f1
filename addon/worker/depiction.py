"""Has small pictures made of clips: by a background Blender, one at a time, which ends when there is nothing to do."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from ..storage import pictures
from .messages import Depict, Depicted

log = logging.getLogger(__name__)

_SCRIPT = Path(__file__).resolve().parents[1] / "blender" / "depict.py"
_LOOK_SECONDS = 0.1
_START_SECONDS = 60.0
_CLIP_SECONDS = 20.0
_MOST_PICTURES = 1000
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows only

Tell = Callable[[Depicted], None]


class Depiction:
    """The orders that wait, and the process at work.

    `blender` is the command that runs a Python script in a background Blender. `tell` is called from a thread.
    """

    def __init__(self, blender: Sequence[str], scratch: Path, tell: Tell) -> None:
        self._blender = tuple(blender)
        self._scratch = scratch
        self._tell = tell
        self._orders: deque[tuple[Depict, Tell]] = deque()
        self._lock = threading.Lock()
        self._working = False
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None

    def order(self, order: Depict, tell: Tell | None = None) -> None:
        """Have pictures made; returns at once. The last order comes first: it is what is seen.

        With `tell` that one is called about this order, from a thread.
        """
        with self._lock:
            if self._closed:
                return
            self._orders.append((order, tell or self._tell))
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="depiction", daemon=True).start()

    def close(self) -> None:
        """End the process and forget what waits."""
        with self._lock:
            self._closed = True
            self._orders.clear()
            if self._process is not None:
                self._process.kill()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._orders:
                    self._working = False
                    return
                order, tell = self._orders.pop()
            try:
                self._make(order, tell)
            except Exception:
                log.exception("pictures could not be made")
                tell(Depicted(path=order.path, failed=tuple(order.clips)))

    def _make(self, order: Depict, tell: Tell) -> None:
        order.folder.mkdir(parents=True, exist_ok=True)
        left = {name: pictures.path(order.folder, name) for name in order.clips}
        with tempfile.TemporaryDirectory(dir=self._scratch, ignore_cleanup_errors=True) as name:
            folder = Path(name)
            job = folder / "order.json"
            job.write_text(json.dumps([[str(order.clips[name]), str(file)] for name, file in left.items()]), "utf-8")
            if not self._start([*self._blender, str(_SCRIPT), "--", str(job)], folder):
                return
            deadline = time.monotonic() + _START_SECONDS + _CLIP_SECONDS * len(left)
            process = self._process
            while process is not None and process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_LOOK_SECONDS)
                _tell_made(order, left, tell)
                if time.monotonic() > deadline:
                    process.kill()
            self._process = None
            _tell_made(order, left, tell)
            if left and not self._closed:
                log.warning("no pictures of %s: %s", list(left), _tail(folder / "output.txt"))
                tell(Depicted(path=order.path, failed=tuple(left)))
        pictures.prune(order.folder, _MOST_PICTURES)

    def _start(self, command: list[str], folder: Path) -> bool:
        """Start the process, unless this worker is ending."""
        environment = {
            **os.environ,
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)),
            "BLENDER_USER_RESOURCES": str(folder / "profile"),
        }
        with self._lock, (folder / "output.txt").open("wb") as output:
            if self._closed:
                return False
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment,
                creationflags=_NO_WINDOW,
            )
        return True


def _tell_made(order: Depict, left: dict[str, Path], tell: Tell) -> None:
    made = [name for name, file in left.items() if file.exists()]
    if made:
        tell(Depicted(path=order.path, made=tuple(made)))
        for name in made:
            del left[name]


def _tail(output: Path) -> str:
    with contextlib.suppress(OSError):
        return output.read_bytes()[-2000:].decode("utf-8", "replace")
    return ""
