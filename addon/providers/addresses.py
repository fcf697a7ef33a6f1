"""Which addresses may be trusted: what a service names can lead anywhere.

They are read by the parser that `requests` sends with: two that disagree about where the host ends would let a key
go to another one.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import unquote

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from ..core.errors import Kind, ProviderError

_PORTS = {"http": 80, "https": 443}
_NEVER = re.compile(r"[\s\\\x00-\x1f\x7f]")
_NOWHERE = "", "", 0


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address: what must be the same for a key to be sent there. Empty if it is none."""
    parts = _parts(url)
    if parts is None or not parts.host:
        return _NOWHERE
    scheme = (parts.scheme or "").lower()
    return scheme, parts.host.strip("[]").lower(), parts.port or _PORTS.get(scheme, 0)


def is_same(one: str, other: str) -> bool:
    """Whether two addresses have the same origin."""
    return origin(one) == origin(other) != _NOWHERE


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, as far as it says so itself."""
    host = origin(url)[1]
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def is_usable(url: str) -> bool:
    """Whether an address is one of the web, and its path leads where it seems to."""
    parts = _parts(url)
    if parts is None or not parts.host or (parts.scheme or "").lower() not in _PORTS:
        return False
    path = re.split(r"[?#]", url, maxsplit=1)[0]
    return ".." not in unquote(path).split("/")


def check(url: str, service: str, *, near: bool) -> None:
    """Raise `ProviderError` unless `url`, which a service named, is https to a public host.

    `near`: the service is on this machine, so its files may be there too. A name that leads elsewhere a moment later
    gains nothing: over https, what answers has to prove the name.
    """
    scheme, host, _ = origin(url)
    parts = _parts(url)
    if parts is not None and not parts.auth:
        if near and scheme in _PORTS and is_loopback(url):
            return
        if scheme == "https" and host and _is_public(host):
            return
    raise ProviderError(
        "{service} sends to an address that cannot be trusted.",
        "Look again later; if it stays so, tell the service.",
        Kind.SERVICE,
        service=service,
    )


def _parts(url: str) -> Url | None:
    if _NEVER.search(url):
        return None
    try:
        return parse_url(url)
    except LocationParseError:
        return None


def _is_public(host: str) -> bool:
    """Whether a host is outside of this machine and its network. One that cannot be found is told when it is asked."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return True
    except UnicodeError:
        return False
    return all(ipaddress.ip_address(str(each[4][0]).partition("%")[0]).is_global for each in found)
