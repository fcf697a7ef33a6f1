"""Asks services whether they are there and what they can do, each in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from ..core.errors import Kind, Problem, SessionsError, StorageError
from ..storage import catalogs
from .messages import Inquired
from .registry import Registry
from .settings import Settings

log = logging.getLogger(__name__)

_MISTAKE = Problem(
    kind=Kind.INTERNAL,
    message="The service could not be asked because of a mistake in the extension or its provider.",
    remedy="Report it, with the worker's log.",
)


class Inquiries:
    """What is being asked. One inquiry of a provider at a time: whoever asks meanwhile gets the same answer."""

    def __init__(self, providers: Registry, settings: Settings, tell: Callable[[Inquired], None]) -> None:
        self._providers = providers
        self._settings = settings
        self._tell = tell
        self._lock = threading.Lock()
        self._asked: set[str] = set()

    def order(self, provider: str) -> None:
        """Ask a provider; returns at once. Answered by one `Inquired`."""
        with self._lock:
            if provider in self._asked:
                return
            self._asked.add(provider)
        threading.Thread(target=self._work, args=(provider,), name=f"inquiry {provider}", daemon=True).start()

    def _work(self, provider: str) -> None:
        try:
            answer = self._answer(provider)
        except SessionsError as error:
            log.info("%s: %s", provider, error)
            answer = Inquired(provider=provider, problem=error.problem)
        except Exception:
            log.exception("%s could not be asked", provider)
            answer = Inquired(provider=provider, problem=_MISTAKE)
        with self._lock:
            self._asked.discard(provider)
        self._tell(answer)

    def _answer(self, provider: str) -> Inquired:
        found = self._providers.get(provider).inquire()
        problem = None
        try:
            if self._settings.folder:
                catalogs.put(self._settings.folder, found.capabilities)
        except StorageError as error:
            problem = error.problem
        return Inquired(provider=provider, said=found.said, balance=found.balance, problem=problem)
