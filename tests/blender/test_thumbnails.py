"""The clips' frames that panels show: asked for by drawing, made by the worker, loaded by the pump."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from .layouts import drawn
from .working import generate


@pytest.fixture
def thumbnails(installed: Callable[[str], ModuleType], saved_file: Path) -> Any:
    module = installed("blender.thumbnails")
    module.forget()
    return module


@pytest.fixture
def project(installed: Callable[[str], ModuleType]) -> Callable[[], Any]:
    runtime = installed("blender.runtime")
    return lambda: runtime.current().project


def is_loaded(thumbnails: Any, asset: Any) -> bool:
    """Whether there is a picture of the asset. Its icon has no number in a background Blender."""
    return asset.id in thumbnails._icons


def pixels(thumbnails: Any, asset: Any) -> list[int]:
    return list(thumbnails._collection[asset.id].image_pixels)


@pytest.fixture
def shown(thumbnails: Any, project: Any, settled: Any) -> Any:
    """An asset whose thumbnail has come."""
    generate("A red fox")
    (asset,) = project().assets
    assert thumbnails.icon(asset) == 0
    settled(lambda: is_loaded(thumbnails, asset))
    return asset


def test_drawing_asks_and_loads_nothing_itself(thumbnails: Any, project: Any) -> None:
    generate("A red fox")
    thumbnails.forget()
    drawn(bpy.types.SESSIONS_PT_takes)
    (asset,) = project().assets
    assert thumbnails.is_waiting()
    assert len(thumbnails._collection) == 0
    assert thumbnails.icon(asset) == 0


def test_a_thumbnail_is_a_frame_of_the_clip_in_its_shape(thumbnails: Any, shown: Any) -> None:
    preview = thumbnails._collection[shown.id]
    width, height = preview.image_size
    assert width == 96
    assert width / height == pytest.approx(16 / 9, rel=0.02)
    assert tuple(preview.icon_size) == (32, 18)
    assert len(set(pixels(thumbnails, shown))) > 20


def test_the_takes_panel_shows_it_once_it_is_there(thumbnails: Any, shown: Any) -> None:
    thumbnails._icons[shown.id] = 4711  # as it has one where there is a window
    icons = [call["icon_value"] for name, call in drawn(bpy.types.SESSIONS_PT_takes).calls if name == "template_icon"]
    assert icons == [4711]


def test_a_picture_that_was_made_before_is_there_with_the_next_tick(
    thumbnails: Any, shown: Any, installed: Any
) -> None:
    before = pixels(thumbnails, shown)
    thumbnails.forget()
    thumbnails.icon(shown)
    installed("blender.pump").tick()
    assert is_loaded(thumbnails, shown)
    assert pixels(thumbnails, shown) == before


def test_there_are_never_more_than_a_fixed_number_and_the_one_shown_least_recently_goes(
    thumbnails: Any, shown: Any, project: Any, installed: Any, monkeypatch: Any
) -> None:
    copies = [shown.model_copy(update={"id": f"copy {number}"}) for number in range(3)]
    runtime = installed("blender.runtime")
    runtime.show(project().model_copy(update={"assets": (shown, *copies)}))
    monkeypatch.setattr(thumbnails, "MOST", 3)
    for asset in (copies[0], copies[1]):
        thumbnails.icon(asset)
        thumbnails.load(float("inf"))
    thumbnails.icon(shown)  # drawn again
    thumbnails.icon(copies[2])
    thumbnails.load(float("inf"))
    assert set(thumbnails._collection) == set(thumbnails._icons) == {shown.id, "copy 1", "copy 2"}


def test_a_clip_that_cannot_be_read_is_asked_for_once_and_keeps_its_symbol(
    thumbnails: Any, shown: Any, project: Any, installed: Any, settled: Any, saved_file: Path
) -> None:
    broken = shown.model_copy(update={"id": "broken", "sha256": "0" * 64, "path": "shot.assets/gone.mp4"})
    installed("blender.runtime").show(project().model_copy(update={"assets": (broken,)}))
    assert thumbnails.icon(broken) == 0
    settled(lambda: bool(thumbnails._failed))
    drawn(bpy.types.SESSIONS_PT_assets)
    assert not is_loaded(thumbnails, broken)
    assert not thumbnails.is_waiting()


def test_a_damaged_picture_is_no_error_and_is_thrown_away(thumbnails: Any, shown: Any, installed: Any) -> None:
    file = thumbnails.folder() / f"{shown.sha256}.picture"
    file.write_bytes(file.read_bytes()[:100])
    thumbnails.forget()
    thumbnails.icon(shown)
    installed("blender.pump").tick()
    assert not is_loaded(thumbnails, shown)
    assert not file.exists()


def test_another_file_begins_without_any(thumbnails: Any, shown: Any, tmp_path: Path) -> None:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert len(thumbnails._collection) == 0


def test_disabling_takes_every_picture_out_of_blender(
    thumbnails: Any, shown: Any, extension: str, installed: Any
) -> None:
    import bpy.utils.previews as previews

    opened = set(previews._uuid_open)
    bpy.ops.preferences.addon_disable(module=extension)
    try:
        assert len(opened - previews._uuid_open) == 1
    finally:
        bpy.ops.preferences.addon_enable(module=extension)
