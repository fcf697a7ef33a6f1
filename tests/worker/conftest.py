"""A Blender's side, its project and its service, each in folders of its own, with every process ended at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .blender_side import BlenderSide
from .fake_service import FolderService


@pytest.fixture
def service(tmp_path: Path) -> FolderService:
    """The service that all workers of a test use."""
    return FolderService(tmp_path / "service")


@pytest.fixture
def sidecar(tmp_path: Path) -> Path:
    """Where the project is."""
    (tmp_path / "project").mkdir()
    return tmp_path / "project" / "film.sessions.json"


@pytest.fixture
def new_blender(service: FolderService, tmp_path: Path) -> Iterator[Callable[[Path], BlenderSide]]:
    """Start another Blender's side with a file."""
    started: list[BlenderSide] = []

    def start(path: Path) -> BlenderSide:
        started.append(BlenderSide(path, service, tmp_path / f"log-{len(started)}"))
        return started[-1]

    yield start
    for side in started:
        side.client.close()


@pytest.fixture
def blender(new_blender: Callable[[Path], BlenderSide], sidecar: Path) -> BlenderSide:
    """A Blender's side with the project open."""
    side = new_blender(sidecar)
    side.open()
    return side
