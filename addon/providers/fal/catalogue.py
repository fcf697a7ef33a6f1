"""What fal can do: the endpoints that ship with the extension, or all that its catalogue had when it was last read."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ...core.capabilities import Capabilities, Model, Rate, codec
from ...core.errors import Kind, ProviderError
from ...core.models import Cost
from ...core.provider import Inquiry
from ...core.wording import say
from .. import http, schema
from . import jobs, uploads
from .hosts import LABEL

log = logging.getLogger(__name__)

_DATA = Path(__file__).resolve().parents[1] / "data" / "fal.json"
_CATEGORIES = ("text-to-video", "image-to-video", "video-to-video")
_PAGE = 50
_MOST_PAGES = 30
_MOST_MODELS = 1000
_MOST_PRICED = 50
_PER_SECOND = frozenset({"second", "seconds", "video second", "video seconds", "video_second", "video_seconds"})
_PER_TAKE = frozenset({"video", "videos", "generation", "generations", "request", "requests"})


def capabilities(known: Capabilities | None) -> Capabilities:
    """What fal can do, as an inquiry found out, else as far as ships with the extension."""
    return known or _shipped()


@cache
def _shipped() -> Capabilities:
    return codec().validate_json(_DATA.read_bytes())


def inquire(platform: http.Service) -> Inquiry:
    """Read the catalogue. Without a key all but the prices can be had.

    A model whose schema cannot be read is left out. Raises `ProviderError`.
    """
    models = list(_models(platform))
    if not models:
        raise ProviderError(
            "{service} has no catalogue that can be read.", "Try again later.", Kind.SERVICE, service=LABEL
        )
    shipped = _shipped()
    first = [model.id for model in shipped.models]
    models.sort(key=lambda model: first.index(model.id) if model.id in first else len(first))
    balance = None
    said = say("{service} has {count} models. A key is needed to use them.", service=LABEL, count=len(models))
    if platform.account.key:
        models = _priced(platform, models, shipped.currency)
        balance = _balance(platform)
        said = say("{service} takes the key and has {count} models.", service=LABEL, count=len(models))
    today = datetime.now(UTC).date().isoformat()
    return Inquiry(replace(shipped, models=tuple(_told_apart(models)), read_on=today), said, balance)


def _models(platform: http.Service) -> Iterator[Model]:
    seen: set[str] = set()
    for category in _CATEGORIES:
        for entry in _entries(platform, category):
            name = entry.get("endpoint_id")
            if not isinstance(name, str) or name in seen or len(seen) >= _MOST_MODELS:
                continue
            seen.add(name)
            try:
                yield _model(name, entry)
            except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
                log.warning("the model %r is left out: %s", name[:200], error)


def _entries(platform: http.Service, category: str) -> Iterator[Mapping[str, Any]]:
    """The models of a category, page by page, until there are no more or they repeat themselves."""
    cursors: set[str] = set()
    query = {"category": category, "status": "active", "limit": str(_PAGE), "expand": "openapi-3.0"}
    for _ in range(_MOST_PAGES):
        reply = platform.ask("/models", query)
        with platform.reading():
            entries = [entry for entry in reply.body["models"] if isinstance(entry, Mapping)]
            cursor = reply.body.get("next_cursor")
        yield from entries
        if not isinstance(cursor, str) or not cursor or cursor in cursors:
            return
        cursors.add(cursor)
        query["cursor"] = cursor


def _model(name: str, entry: Mapping[str, Any]) -> Model:
    if not jobs.is_endpoint(name):
        raise ValueError("its name cannot stand in an address")
    document, metadata = entry.get("openapi"), entry.get("metadata")
    if not isinstance(document, Mapping) or "paths" not in document:
        raise ValueError("it comes without a schema")
    label = metadata.get("display_name") if isinstance(metadata, Mapping) else None
    return schema.read(
        document,
        _input(document, name),
        model_id=name,
        label=http.plain(label, 60) if isinstance(label, str) and label.strip() else name,
        extends="extend" in name.rsplit("/", 1)[-1],
        size=uploads.LARGEST,
    )


def _input(document: Mapping[str, Any], name: str) -> Any:
    """The schema of what is posted to the endpoint, or to the only place that takes any."""
    paths = document["paths"]
    places = [paths[f"/{name}"]] if f"/{name}" in paths else list(paths.values())
    posts = [place["post"] for place in places if isinstance(place, Mapping) and "requestBody" in place.get("post", {})]
    return posts[0]["requestBody"]["content"]["application/json"]["schema"]


def _told_apart(models: list[Model]) -> Iterator[Model]:
    """The models with labels that differ: several endpoints of one model have the same."""
    seen = Counter(model.label for model in models)
    for model in models:
        tail = model.id.partition("/")[2]
        yield replace(model, label=f"{model.label} ({tail})") if seen[model.label] > 1 else model


def _priced(platform: http.Service, models: list[Model], currency: str) -> list[Model]:
    """The models with what they cost. Raises `ProviderError` if the key is not taken; else prices may be missing."""
    prices: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(models), _MOST_PRICED):
        names = ",".join(model.id for model in models[start : start + _MOST_PRICED])
        try:
            reply = platform.ask("/models/pricing", {"endpoint_id": names})
            with platform.reading():
                prices |= {each["endpoint_id"]: each for each in reply.body["prices"]}
        except ProviderError as error:
            if error.problem.kind in (Kind.KEY, Kind.OFFLINE):
                raise
            log.warning("prices cannot be read: %s", error)
    return [_with_price(model, prices.get(model.id, {}), currency) for model in models]


def _with_price(model: Model, price: Mapping[str, Any], currency: str) -> Model:
    amount, unit = price.get("unit_price"), str(price.get("unit", "")).lower()
    if not isinstance(amount, int | float) or isinstance(amount, bool) or amount < 0:
        return model
    if price.get("currency") != currency:
        return model
    per = "second" if unit in _PER_SECOND else "take" if unit in _PER_TAKE else ""
    rates = (Rate(float(amount), per),) if per else ()
    return replace(model, rates=rates, wire={**model.wire, "price": {"amount": float(amount), "currency": currency}})


def _balance(platform: http.Service) -> Cost | None:
    """What the account has left; only an administrator's key is told."""
    try:
        credits = platform.ask("/account/billing", {"expand": "credits"}).body["credits"]
        return Cost(amount=float(credits["current_balance"]), currency=str(credits["currency"]))
    except (LookupError, ProviderError, TypeError, ValueError) as error:
        log.info("the balance is not told: %s", error)
        return None
