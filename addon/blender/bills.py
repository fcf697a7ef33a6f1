"""What takes cost, as the panel shows it: added up once for each session, and again only when that has changed."""

from __future__ import annotations

from ..core import pricing, spending
from ..core.models import Cost, Project, Request, Session
from . import accounts, words

_of_session: dict[str, tuple[Session, dict[str, float]]] = {}
_of_project: tuple[Project, dict[str, float]] | None = None


def money(amount: float, currency: str) -> str:
    """An amount as people read it."""
    if currency == "USD":
        return f"${amount:.2f}" if amount >= 0.01 or not amount else "< $0.01"
    if currency == "credits":
        return words.tr("{amount:g} credits").format(amount=round(amount, 2))
    return f"{amount:.2f} {currency}"


def written(sums: dict[str, float]) -> str:
    """Sums in a row; empty where nothing was paid."""
    return ", ".join(money(amount, currency) for currency, amount in sorted(sums.items()) if amount)


def of_session(session: Session) -> dict[str, float]:
    """What a session's takes cost, by currency."""
    before = _of_session.get(session.id)
    if before is None or before[0].takes is not session.takes:
        before = session, spending.of_session(session, _estimate)
        _of_session[session.id] = before
    return before[1]


def of_project(project: Project) -> dict[str, float]:
    """What the sessions of a project cost, by currency."""
    global _of_project
    if _of_project is None or _of_project[0] is not project:
        costs = [
            Cost(amount=amount, currency=currency)
            for session in project.sessions
            for currency, amount in of_session(session).items()
        ]
        _of_project = project, pricing.total(costs)
    return _of_project[1]


def forget() -> None:
    """Another file is opened, or prices have changed."""
    global _of_project
    _of_session.clear()
    _of_project = None


def _estimate(request: Request) -> Cost | None:
    capabilities = accounts.capabilities(request.provider)
    return pricing.estimate(request, capabilities) if capabilities else None
