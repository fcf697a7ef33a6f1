"""Whose turn it is: how many takes a provider runs side by side, in the order in which they came."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Turns(Generic[Item]):
    """The turns of one provider, `at_once` side by side.

    `start` is called for each item that may run, `waits` with how many are before it.
    """

    def __init__(self, at_once: int, start: Callable[[Item], None], waits: Callable[[Item, int], None]) -> None:
        self.at_once = at_once
        self._start = start
        self._waits = waits
        self._lock = threading.RLock()
        self._running: list[Item] = []
        self._line: list[Item] = []

    def join(self, item: Item, *, started: bool) -> None:
        """Stand in line, or go on at once with what has `started` before: at the service it runs already."""
        with self._lock:
            if started:
                self._running.append(item)
                self._start(item)
            else:
                self._line.append(item)
                self._advance()

    def drop(self, item: Item) -> bool:
        """Take an item out of the line. False if it is not there (any more)."""
        with self._lock:
            if item not in self._line:
                return False
            self._line.remove(item)
            self._tell()
            return True

    def leave(self, item: Item) -> None:
        """Give a turn to the next."""
        with self._lock:
            if item in self._running:
                self._running.remove(item)
            self._advance()

    def _advance(self) -> None:
        while self._line and len(self._running) < self.at_once:
            item = self._line.pop(0)
            self._running.append(item)
            self._start(item)
        self._tell()

    def _tell(self) -> None:
        for place, item in enumerate(self._line):
            self._waits(item, len(self._running) + place)
