"""Has pictures of the cut made as it would be with other takes: by a background Blender, always for the last order."""

from __future__ import annotations

import logging
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import SessionsError
from . import background
from .messages import Tried, Try

log = logging.getLogger(__name__)

_SCRIPT = Path(__file__).resolve().parents[1] / "blender" / "media" / "run.py"

Tell = Callable[[Tried], None]


class Trial:
    """The one order at work, in a thread and a Blender of its own.

    `blender` is the command that runs a Python script in a background Blender. `tell` is called from a thread.
    """

    def __init__(self, blender: Sequence[str], scratch: Path, tell: Tell) -> None:
        self._blender = tuple(blender)
        self._scratch = scratch
        self._tell = tell
        self._wanted = ""

    def order(self, order: Try) -> None:
        """Make pictures; returns at once. What was ordered before is not wanted any more."""
        self._wanted = order.order_id
        threading.Thread(target=self._work, args=(order,), name="trial", daemon=True).start()

    def abandon(self, order_id: str) -> None:
        """Stop making them, which is not answered then."""
        if self._wanted == order_id:
            self._wanted = ""

    def close(self) -> None:
        """Stop. The process ends within a moment, and in any case with this one."""
        self._wanted = ""

    def _work(self, order: Try) -> None:
        made: dict[str, Path] = {}
        try:
            with tempfile.TemporaryDirectory(dir=self._scratch, ignore_cleanup_errors=True) as scratch:
                wish = {"do": "try", **order.model_dump(mode="json"), "libraries": [each for each in sys.path if each]}
                said = background.asked(self._blender, _SCRIPT, wish, Path(scratch), lambda: self._is_unwanted(order))
            if said is None:
                return
            made = _pictures(said)
        except SessionsError as error:
            log.warning("no pictures of the cut: %s", error)
        except Exception:
            log.exception("no pictures of the cut")
        if not self._is_unwanted(order):
            self._tell(Tried(path=order.path, order_id=order.order_id, pictures=made))

    def _is_unwanted(self, order: Try) -> bool:
        return self._wanted != order.order_id


def _pictures(said: dict[str, Any]) -> dict[str, Path]:
    return {asset_id: Path(file) for asset_id, file in said["pictures"].items()}
