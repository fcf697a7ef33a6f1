"""What the worker knows of providers, at the time when it is asked: what they can do, and the adapters at work."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from ..core.capabilities import Capabilities
from ..core.provider import Provider

log = logging.getLogger(__name__)

Find = Callable[[str], Capabilities | None]
"""What the provider of an id can do now, None if there is none."""
Make = Callable[[str], Provider]
"""The provider of an id at work. May raise `SessionsError`."""


def _nothing(_name: str) -> None:
    return None


class Registry:
    """The providers. Safe to use from any thread."""

    def __init__(self, find: Find, make: Make, known: Find = _nothing) -> None:
        """`known` is what an inquiry has found out: where that is another object, the provider is made anew."""
        self._find = find
        self._make = make
        self._known = known
        self._mutex = threading.Lock()
        self._made: dict[str, tuple[Capabilities | None, Provider]] = {}
        self._before: list[Provider] = []

    def capabilities(self, name: str) -> Capabilities | None:
        """What a provider can do now, None if there is none of that name."""
        return self._find(name)

    def get(self, name: str) -> Provider:
        """The provider at work: another one after an inquiry found that it can do other things."""
        known = self._known(name)
        with self._mutex:
            if name in self._made and self._made[name][0] is not known:
                self._before.append(self._made.pop(name)[1])  # takes may be using it
            if name not in self._made:
                self._made[name] = known, self._make(name)
            return self._made[name][1]

    def close(self) -> None:
        """End what the providers hold open."""
        with self._mutex:
            providers = [provider for _, provider in self._made.values()] + self._before
        for provider in providers:
            try:
                provider.close()
            except Exception:
                log.exception("a provider could not be closed")
