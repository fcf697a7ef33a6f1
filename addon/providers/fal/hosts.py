"""Where fal is. Its parts have hosts of their own; the address in the preferences is the queue's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from .. import addresses, http

LABEL = "fal"


class Hosts(NamedTuple):
    """The addresses of the queue, of the platform (catalogue, prices, account) and of the storage."""

    queue: str
    platform: str
    storage: str


def hosts(base: str) -> Hosts:
    """All of them, from the queue's. One on this machine stands for all, so that nothing reaches beyond it."""
    if addresses.is_loopback(base):
        return Hosts(base, f"{base}/v1", base)
    return Hosts(base, "https://api.fal.ai/v1", "https://rest.fal.ai")


def services(access: http.Access, explain: http.Explain) -> tuple[http.Service, http.Service, http.Service]:
    """Queue, platform and storage, each of which gets the key and sends it to no other host."""

    def at(place: Callable[[Hosts], str]) -> http.Service:
        def account() -> http.Account:
            own = access.account()
            return own._replace(base=place(hosts(own.base)))

        return http.Service(LABEL, access._replace(account=account), _authorize, explain)

    return at(lambda found: found.queue), at(lambda found: found.platform), at(lambda found: found.storage)


def _authorize(key: str) -> Mapping[str, str]:
    return {"Authorization": f"Key {key}"} if key else {}
