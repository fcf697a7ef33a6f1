"""What a request would cost, told before it is sent, from the rates that came with the model."""

from __future__ import annotations

from pydantic import JsonValue

from .capabilities import Capabilities, Rate
from .models import Cost, Request


def estimate(request: Request, capabilities: Capabilities) -> Cost | None:
    """What one take of `request` would cost; None if nobody can tell beforehand."""
    if capabilities.free:
        return Cost(amount=0.0, currency=capabilities.currency)
    model = capabilities.model(request.model)
    rate = next((rate for rate in model.rates if _fits(rate, request)), None) if model else None
    if model is None or rate is None:
        return None
    if rate.per != "second":
        return Cost(amount=rate.amount, currency=capabilities.currency)
    if model.at(request.mode, request.options).durations(request.fps) is None:
        return None  # the service decides how long the clip is
    return Cost(amount=rate.amount * request.duration, currency=capabilities.currency)


def _fits(rate: Rate, request: Request) -> bool:
    return all(_value(request, name) == wanted for name, wanted in rate.when.items())


def _value(request: Request, name: str) -> JsonValue:
    if name in request.options:
        return request.options[name]
    value: JsonValue = getattr(request, name, None)
    return value
