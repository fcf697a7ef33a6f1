"""Where the clip is in what a model answers: each has a schema of its own, and most have `video`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import JsonValue

from ...core.models import Cost

_DEEPEST = 6
_MOST = 200
_ENDINGS = (".mp4", ".webm", ".mov", ".mkv")
_FIRST = ("video", "videos", "output", "outputs", "result", "data")


def clip(body: Any) -> str | None:
    """The address of the first video in a result: under the usual names first, then any file that says it is one."""
    if not isinstance(body, Mapping):
        return None
    likely = {name: body[name] for name in _FIRST if name in body}
    addresses = [url for url in _files(likely, _DEEPEST) if url][:_MOST]
    named = [url for url, kind in addresses if _is_video(url, kind)]
    named += [url for url, kind in list(_files(body, _DEEPEST))[:_MOST] if _is_video(url, kind)]
    if named:
        return named[0]
    return next((url for url, _ in _files(body.get("video"), _DEEPEST)), None)


def cost(headers: Mapping[str, str], price: JsonValue) -> Cost | None:
    """What a take cost: the units that its result's header tells, times the price of one that the catalogue told."""
    units = headers.get("x-fal-billable-units", "")
    if not isinstance(price, Mapping) or len(units) > 18:
        return None
    try:
        amount = float(units) * float(str(price.get("amount")))
    except ValueError:
        return None
    return Cost(amount=amount, currency=str(price.get("currency"))) if 0 <= amount < math.inf else None


def _files(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Addresses with what kind of file each is said to be."""
    if depth <= 0:
        return
    if isinstance(value, str):
        if value.startswith(("https://", "http://")):
            yield value, ""
    elif isinstance(value, Mapping):
        url = value.get("url")
        if isinstance(url, str):
            yield url, str(value.get("content_type") or "")
        for name in list(value)[:_MOST]:
            if name != "url":
                yield from _files(value[name], depth - 1)
    elif isinstance(value, list):
        for each in value[:_MOST]:
            yield from _files(each, depth - 1)


def _is_video(url: str, kind: str) -> bool:
    if kind:
        return kind.startswith("video/")
    try:
        return urlsplit(url).path.lower().endswith(_ENDINGS)
    except ValueError:
        return False
