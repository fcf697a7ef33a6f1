"""The built package, installed into the Blender that runs these tests, and a real server beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

import get_sglang

# Those of the tests in Blender. They set the profile's place before bpy is first imported.
from tests.blender.conftest import (
    extension,
    fresh_file,
    installed,
    libraries_stay,
    profile,
    pytest_sessionfinish,
    saved_file,
    settled,
)

from . import server
from .side import Side

__all__ = [
    "extension",
    "fresh_file",
    "installed",
    "libraries_stay",
    "profile",
    "pytest_sessionfinish",
    "saved_file",
    "settled",
]


@pytest.fixture(scope="session")
def sglang(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    """The server, started once: it takes half a minute."""
    place = os.environ.get("SESSIONS_SGLANG") or get_sglang.get(get_sglang.default_cache())
    with server.running(Path(place), tmp_path_factory.mktemp("sglang")) as running:
        print(f"the server was ready after {running.seconds_to_start:.0f} s")
        yield running


@pytest.fixture
def side(installed: Callable[[str], ModuleType], sglang: server.Server, tmp_path: Path) -> Iterator[Side]:
    """A project with a worker of its own, which knows where the server is."""
    made = Side(installed, tmp_path, sglang.address)
    yield made
    made.close()


@pytest.fixture
def model(side: Side, installed: Callable[[str], ModuleType], tmp_path: Path) -> str:
    """The model that the server says it has."""
    answer = side.test_connection()
    assert answer.problem is None, answer.problem
    found = installed("storage.catalogs").get(tmp_path / "user", "videos")
    (only,) = found.models
    return str(only.id)
