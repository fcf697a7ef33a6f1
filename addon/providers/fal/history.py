"""What fal remembers of a job when its queue has forgotten it: the history of requests, which the platform keeps.

The queue keeps a result for an hour, one of 10 kB or more for 6 minutes (Inference API, "Get request result"). The
history keeps what a model answered for 30 days, unless the account has that turned off ("Data Retention & Storage"),
and finds it by endpoint and request (Platform API, GET /models/requests/by-endpoint). The clip itself lies elsewhere,
under an address that needs no key, for as long as the account says.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...core.errors import Kind, ProviderError
from .. import http
from . import jobs
from .hosts import LABEL

_NOT_ALLOWED = (401, 403)


class Past(NamedTuple):
    """How a job ended: the HTTP status that the model gave, and what it answered."""

    status: int
    output: Any


def find(platform: http.Service, endpoint: str, request: str) -> Past | None:
    """How a job ended, None if the history surely does not have it. Raises `ProviderError` if that cannot be told."""
    if not jobs.is_endpoint(endpoint):
        return None
    asked = {"endpoint_id": endpoint, "request_id": request, "expand": "payloads"}
    reply = platform.ask("/models/requests/by-endpoint", asked, tolerate=(404, *_NOT_ALLOWED))
    if reply.status in _NOT_ALLOWED:
        raise ProviderError(
            "{service} keeps results in its queue for an hour at most, and the key may not read its history.",
            "Enter a key that may in the preferences, or look at the service what became of the take.",
            Kind.KEY,
            service=LABEL,
        )
    with platform.reading():
        items = reply.body["items"]
        if items == []:
            return None
        (found,) = [each for each in items if each["request_id"] == request]
        return Past(int(found["status_code"]), found.get("json_output"))
