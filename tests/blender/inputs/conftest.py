"""A timeline of the clip that shows its frames' numbers, and what was taken from it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from .. import footage
from .taking import set_format


@pytest.fixture
def clip(fresh_file: None, compat: Any, tmp_path: Path) -> Path:
    """48 frames at 24 frames per second, each showing its number."""
    folder = tmp_path / "footage"
    folder.mkdir()
    return footage.make_clip(folder / "clip.mp4", compat)


@pytest.fixture
def scene(clip: Path, tmp_path: Path) -> bpy.types.Scene:
    """The scene of a saved file, of the clip's size, with an empty timeline."""
    scene = bpy.context.scene
    set_format(scene)
    scene.sequence_editor_create()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    return scene


@pytest.fixture
def add(scene: bpy.types.Scene, clip: Path, compat: Any) -> Callable[..., Any]:
    """Put the clip on the timeline, selected and active."""

    def add(start: int = 1, channel: int = 1, file: str = str(clip), **handles: int) -> Any:
        editor = scene.sequence_editor
        strip = compat.strips(editor).new_movie(name="Clip", filepath=file, channel=channel, frame_start=start)
        if handles:
            compat.set_handles(strip, handles["left"], handles["right"])
        strip.select = True
        editor.active_strip = strip
        return strip

    return add


@pytest.fixture
def draft(installed: Callable[[str], ModuleType]) -> Callable[[], Any]:
    runtime = installed("blender.runtime")
    return lambda: runtime.current().draft


@pytest.fixture
def taken(draft: Callable[[], Any]) -> Callable[[], Any]:
    """The one input of the draft; its hash is checked."""

    def only() -> Any:
        (entry,) = draft().inputs
        assert hashlib.sha256(Path(entry.path).read_bytes()).hexdigest() == entry.sha256
        return entry

    return only
