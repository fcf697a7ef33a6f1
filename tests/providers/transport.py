"""A service as an adapter has it, for the tests of the transport."""

from __future__ import annotations

import socket
import traceback

from addon.providers import http

KEY = "sk-transport-0123456789abcdef"

QUICK = http.Limits(connect=10.0, silence=0.5, answer=1.0, short=1 << 20, clip=4 << 20)

PATIENT = QUICK._replace(silence=30.0, answer=60.0)


def ignore(_fraction: float) -> None:
    """Nobody wants to know how far it is."""


def client(
    base: str,
    *,
    key: str = KEY,
    online: bool = True,
    fixed: bool = False,
    limits: http.Limits = PATIENT,
    explain: http.Explain | None = None,
) -> http.Service:
    """A service as an adapter has it."""
    access = http.Access(lambda: http.Account(base, key), lambda: online, limits, lambda: fixed)
    return http.Service(
        "Studio", access, lambda key: {"Authorization": f"Bearer {key}"}, *([explain] if explain else [])
    )


def create(service: http.Service) -> str:
    """A submission as an adapter makes it."""
    return service.create("/jobs", accepted=lambda reply: reply.body["id"], json={"prompt": "A lighthouse"})


def unused_port() -> int:
    """Where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def shown(error: BaseException) -> str:
    """All that a log could show of an error."""
    return "".join(traceback.format_exception(error)) + repr(error)
