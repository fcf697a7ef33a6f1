"""An edit to go on from: its scene, footage whose frames show their numbers, and the form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from .. import footage


@pytest.fixture
def joining(installed: Callable[[str], ModuleType]) -> Any:
    return installed("blender.slots.joining")


@pytest.fixture(autouse=True)
def scene(saved_file: Path) -> bpy.types.Scene:
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 24, 1.0
    scene.render.resolution_x, scene.render.resolution_y = 64, 36
    scene.view_settings.view_transform = "Standard"
    return scene


@pytest.fixture
def numbered(installed: Callable[[str], ModuleType], compat: Any, scene: bpy.types.Scene, tmp_path: Path) -> Any:
    """Put a clip whose frames show their numbers on the timeline, as any editor's clip; returns its strip."""

    def put(frame: int, frames: int = 12, name: str = "Footage") -> Any:
        path = footage.make_clip(tmp_path / f"{name}.mp4", compat, frames=frames, sound=False)
        placed = installed("blender.timeline").add_clip(scene, path, frame, name=name)
        return compat.strips_all(scene.sequence_editor)[placed.picture]

    return put


@pytest.fixture
def set_draft(runtime: Any, installed: Callable[[str], ModuleType]) -> Callable[..., None]:
    sessions = installed("core.sessions")

    def change(**changes: Any) -> None:
        runtime.commit(sessions.edit_draft(runtime.current().project, changes, runtime.now()))

    return change
