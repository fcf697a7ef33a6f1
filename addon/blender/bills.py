"""What takes cost, as the panel shows it: added up once for each session, and again only when that has changed."""

from __future__ import annotations

import logging
import time
from datetime import datetime

from ..core import pricing, spending
from ..core.errors import StorageError
from ..core.models import Cost, Project, Request, Session, Take
from ..core.spending import Sums
from ..core.wording import Text
from ..providers import catalog
from ..storage import ledger
from . import accounts, places, words

log = logging.getLogger(__name__)

_DAY_BYTES = 1_000_000  # of the ledger: thousands of takes, more than anybody sends in a day
_DAY_SECONDS = 2.0

_of_session: dict[str, tuple[Session, Sums]] = {}
_of_rest: tuple[Project, Sums] | None = None
_of_project: tuple[Project, Sums] | None = None
_ledger: ledger.Ledger | None = None
_of_today: Sums = {}
_looked_at = -_DAY_SECONDS


def money(amount: float, unit: str) -> str:
    """An amount as people read it. `unit`: a currency, "credits", or as `core.spending.unit` has it."""
    amount_of = spending.written(amount, unit, _label(spending.provider_of(unit)))
    return words.text(amount_of) if isinstance(amount_of, Text) else str(amount_of)


def unit_name(unit: str) -> str:
    """What amounts are counted in, as people say it."""
    provider = spending.provider_of(unit)
    if provider:
        return words.tr("{provider} credits").format(provider=_label(provider))
    return words.tr("US Dollars") if unit == "USD" else unit


def written(sums: Sums) -> str:
    """Sums in a row; empty where nothing was paid."""
    return ", ".join(money(amount, unit) for unit, amount in sorted(sums.items()) if amount)


def estimated(take: Take) -> str:
    """What a take may cost that the service has told no cost of; empty if that is nothing or nobody can tell."""
    cost = None if take.cost else spending.of_take(take, _estimate)
    return money(cost.amount, cost.currency) if cost and cost.amount else ""


def lost(take: Take) -> str:
    """What was sent for a take before and may be on the bill as well; empty if that is nothing."""
    return ", ".join(money(cost.amount, cost.currency) for cost in take.lost if cost.amount)


def of_session(session: Session) -> Sums:
    """What a session's takes cost."""
    before = _of_session.get(session.id)
    if before is None or before[0].takes is not session.takes:
        before = session, spending.of_session(session, _estimate)
        _of_session[session.id] = before
    return before[1]


def of_project(project: Project) -> Sums:
    """What a project's takes cost, with those of sessions that were deleted since."""
    global _of_project
    if _of_project is None or _of_project[0] is not project:
        _of_project = project, spending.added([of_rest(project), *map(of_session, project.sessions)])
    return _of_project[1]


def of_rest(project: Project) -> Sums:
    """What was made in sessions that were deleted since."""
    global _of_rest
    before = _of_rest[0] if _of_rest else None
    if (
        _of_rest is None
        or before is None
        or before.assets is not project.assets
        or before.detached is not project.detached
        or before.deleted is not project.deleted
    ):
        _of_rest = project, spending.of_rest(project, _estimate)
    return _of_rest[1]


def of_today() -> Sums:
    """What was sent today, in all files and by every Blender of this user, as `keep_up` last saw it."""
    return _of_today


def keep_up() -> bool:
    """Look at the ledger, every two seconds at most: other Blenders write it, too. Returns whether sums are others."""
    global _looked_at, _of_today
    moment = time.monotonic()
    if moment - _looked_at < _DAY_SECONDS:
        return False
    before, _looked_at, _of_today = _of_today, moment, _sent_today()
    return before != _of_today


def forget() -> None:
    """Another file is opened, or prices have changed."""
    global _of_project, _of_rest
    _of_session.clear()
    _of_project = _of_rest = None


def _sent_today() -> Sums:
    global _ledger
    if _ledger is None:
        _ledger = ledger.Ledger(places.user_folder("") / ledger.NAME, _DAY_BYTES)
    try:
        return spending.of_day(_ledger.entries(), datetime.now().astimezone().date())
    except StorageError as error:
        log.warning("the ledger cannot be read: %s", error)
        return {}


def _label(provider: str) -> str:
    facts = catalog.PROVIDERS.get(provider)
    return facts.label if facts else provider


def _estimate(request: Request) -> Cost | None:
    capabilities = accounts.capabilities(request.provider)
    return pricing.estimate(request, capabilities) if capabilities else None
