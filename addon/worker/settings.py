"""What the preferences say, as Blender told it last, and what lies in the user's folder."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from ..core.capabilities import Capabilities
from ..providers import catalog
from ..providers.http import Access, Account
from ..storage import catalogs, keys, ledger
from ..storage.ledger import Ledger
from .messages import Configure


class Settings:
    """The settings of the moment. Before Blender has told any: offline, no limit. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said = Configure()
        self._ledger: Ledger | None = None

    def configure(self, said: Configure) -> None:
        """Take in what Blender says."""
        with self._lock:
            if said.folder != self._said.folder:
                self._ledger = Ledger(said.folder / ledger.NAME) if said.folder else None
            self._said = said

    @property
    def online(self) -> bool:
        """Whether anything beyond this machine may be reached."""
        return self._said.online

    @property
    def limits(self) -> Mapping[str, float]:
        """How much may be spent in a day, by `core.spending.unit`."""
        return self._said.daily_limit

    @property
    def ledger(self) -> Ledger | None:
        """Where it is written down what was sent; None as long as there is no folder."""
        with self._lock:
            return self._ledger

    @property
    def folder(self) -> Path | None:
        """The extension's folder for the user's data, None as long as it is not known."""
        return self._said.folder

    def known(self, provider: str) -> Capabilities | None:
        """What an inquiry found out about a provider, None if there was none."""
        folder = self.folder
        return catalogs.get(folder, provider) if folder and provider in catalog.PROVIDERS else None

    def capabilities(self, provider: str) -> Capabilities | None:
        """What a provider can do now, None if there is none of that name."""
        return catalog.find(provider, self.known(provider), self.folder)

    def access(self, provider: str) -> Access:
        """How a provider is reached: asked anew for each request, so that a change counts at once."""
        return Access(lambda: self._account(provider), lambda: self.online, fixed=lambda: self._said.online_fixed)

    def _account(self, provider: str) -> Account:
        facts = catalog.PROVIDERS[provider]
        base = (self._said.accounts.get(provider) or facts.base).strip().rstrip("/")
        if self._said.folder is None:
            return Account(base, keys.from_environment(facts.variable))
        return Account(base, keys.get(self._said.folder, provider, facts.variable))
