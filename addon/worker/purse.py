"""Money: what a take may cost is written down before it is sent, and held against the limit of a day."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from ..core import pricing, spending
from ..core.capabilities import Capabilities
from ..core.errors import StorageError
from ..core.models import Cost, Take
from ..core.spending import Entry
from .settings import Settings

log = logging.getLogger(__name__)


class Purse:
    """The ledger at work. Without a folder for it nothing is kept, and no limit holds. Safe to use from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def reserve(self, take: Take, sidecar: Path, capabilities: Capabilities) -> None:
        """Write down, durably, that a take is about to be sent. To be done before the take is written as *submitting*.

        Raises `InputError` if a limit of the day would be passed, `StorageError` if it cannot be written.
        """
        ledger = self._settings.ledger
        if ledger is None or capabilities.free:
            return
        cost = pricing.estimate(take.request, capabilities) or Cost(amount=0.0, currency=capabilities.currency)
        with ledger.locked():
            entries = ledger.entries()
            if spending.is_open(entries, take.id, str(sidecar)):
                ledger.add(_entry("settled", take, sidecar, capabilities, Cost(amount=0.0, currency=cost.currency)))
                entries = ledger.entries()
            spent = spending.of_day(entries, datetime.now().astimezone().date())
            spending.check_limit(self._settings.limits, spent, cost, capabilities.id, capabilities.label)
            ledger.add(_entry("sent", take, sidecar, capabilities, cost))

    def keep(self, take: Take, sidecar: Path, capabilities: Capabilities) -> None:
        """Let what was written down stand: nobody will ever know what became of it. To be done before it is sent again.

        Raises `StorageError` if it cannot be written.
        """
        ledger = self._settings.ledger
        if ledger is None or capabilities.free:
            return
        with ledger.locked():
            ledger.add(_entry("kept", take, sidecar, capabilities, Cost(amount=0.0, currency=capabilities.currency)))

    def settle(self, take: Take, sidecar: Path, capabilities: Capabilities, cost: Cost | None) -> None:
        """Correct what was written down: to `cost`, or to nothing if it is None. Where it cannot be, that is logged."""
        ledger = self._settings.ledger
        if ledger is None or capabilities.free:
            return
        told = cost or Cost(amount=0.0, currency=capabilities.currency)
        try:
            with ledger.locked():
                ledger.add(_entry("settled", take, sidecar, capabilities, told))
        except StorageError as error:
            log.warning("what take %s cost is not in the ledger: %s", take.id, error)

    def sent(self, take: Take, sidecar: Path) -> bool:
        """Whether the take was sent from this project on this machine, as far as can be read."""
        ledger = self._settings.ledger
        try:
            return ledger is not None and spending.was_sent(ledger.entries(), take.id, str(sidecar))
        except StorageError as error:
            log.warning("the ledger cannot be read: %s", error)
            return False


def _entry(
    kind: Literal["sent", "settled", "kept"], take: Take, sidecar: Path, capabilities: Capabilities, cost: Cost
) -> Entry:
    return Entry(
        kind=kind,
        at=datetime.now(UTC),
        take_id=take.id,
        project=str(sidecar),
        provider=capabilities.id,
        amount=cost.amount,
        currency=cost.currency,
    )
