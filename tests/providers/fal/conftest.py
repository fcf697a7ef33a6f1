"""What the tests of fal share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from addon.core.capabilities import Capabilities
from addon.providers import fal

from . import server
from .server import FalServer
from .takes import adapter


@pytest.fixture
def service() -> Iterator[FalServer]:
    with server.running() as started:
        yield started
        assert started.mistakes == []


@pytest.fixture(scope="module")
def known() -> Capabilities:
    """What the catalogue has."""
    with server.running() as started:
        return adapter(started).inquire().capabilities


@pytest.fixture
def provider(service: FalServer, known: Capabilities) -> fal.Fal:
    """One that knows the catalogue."""
    return adapter(service, known=known)
