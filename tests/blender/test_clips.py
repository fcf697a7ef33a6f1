"""Clips as data-blocks that Blender itself keeps: found by id, marked as assets, outliving undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from . import footage

ID = "5d41402abc4b2a76b9719d911017c592"


@pytest.fixture
def clips(installed: Callable[[str], ModuleType]) -> Iterator[Any]:
    clips = installed("blender.clips")
    yield clips
    clips.forget()


@pytest.fixture(scope="module")
def footage_file(installed: Callable[[str], ModuleType], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("footage") / "clip.mp4"
    return footage.make_clip(path, installed("blender.compat"), frames=6)


@pytest.fixture
def ensure(clips: Any, fresh_file: None) -> Callable[..., Any]:
    def ensure_clip(path: Path, **values: Any) -> Any:
        defaults = {
            "asset_id": ID,
            "name": "Lighthouse 1",
            "description": "A lighthouse in a storm",
            "tags": ("Lighthouse", "animatic", "standard"),
        }
        return clips.ensure_clip(path, **{**defaults, **values})

    return ensure_clip


def test_a_clip_becomes_an_asset_that_blender_keeps(ensure: Any, footage_file: Path) -> None:
    clip = ensure(footage_file)
    assert clip.use_fake_user
    assert clip.asset_data.description == "A lighthouse in a storm"
    assert [tag.name for tag in clip.asset_data.tags] == ["Lighthouse", "animatic", "standard"]
    assert clip.frame_duration == 6


def test_the_same_asset_is_not_added_twice_even_when_renamed(ensure: Any, footage_file: Path) -> None:
    ensure(footage_file).name = "My own name"
    assert ensure(footage_file).name == "My own name"
    assert len(bpy.data.movieclips) == 1


def test_two_assets_of_one_name_are_two_data_blocks(ensure: Any, clips: Any, footage_file: Path) -> None:
    ensure(footage_file)
    ensure(footage_file, asset_id="other")
    assert clips.find(ID) != clips.find("other")


def test_a_prompt_of_a_megabyte_and_long_tags_do_no_harm(ensure: Any, footage_file: Path) -> None:
    clip = ensure(footage_file, description="é" * 500_000, tags=("ü" * 200, "", "ü" * 200), name="ж" * 300)
    assert clip.asset_data.description == "é" * 500_000
    assert [tag.name for tag in clip.asset_data.tags] == ["ü" * 31]


def test_the_asset_is_still_there_after_saving_and_opening(ensure: Any, clips: Any, footage_file: Path) -> None:
    blend = footage_file.with_name("shot.blend")
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    assert ensure(footage_file).filepath == "//clip.mp4"
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    clip = clips.find(ID)
    assert clip.asset_data.description == "A lighthouse in a storm"
    assert Path(bpy.path.abspath(clip.filepath)) == footage_file


def test_in_an_unsaved_file_the_path_is_absolute(ensure: Any, footage_file: Path) -> None:
    assert ensure(footage_file).filepath == str(footage_file)


@pytest.mark.parametrize("content", [None, b"", b"not a movie" * 100])
def test_a_clip_that_cannot_be_read_is_refused_and_leaves_nothing(
    ensure: Any, installed: Callable[[str], ModuleType], tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(installed("core.errors").StorageError, match=r"clip\.mp4"):
        ensure(path)
    assert len(bpy.data.movieclips) == 0


@pytest.fixture
def watched(clips: Any, fresh_file: None) -> Iterator[None]:
    """Undo and redo tell `clips`, whether or not the installed handlers do already."""
    handlers = bpy.app.handlers
    pairs = [
        (handlers.undo_pre, lambda *_: clips.before_undo()),
        (handlers.redo_pre, lambda *_: clips.before_undo()),
        (handlers.undo_post, lambda *_: clips.after_undo()),
        (handlers.redo_post, lambda *_: clips.after_undo()),
    ]
    for handler, call in pairs:
        handler.append(call)
    yield
    for handler, call in pairs:
        handler.remove(call)


def test_an_asset_outlives_the_undo_of_its_arrival_and_redo_makes_no_second_one(
    watched: None, ensure: Any, clips: Any, footage_file: Path
) -> None:
    bpy.ops.ed.undo_push(message="Before")
    ensure(footage_file)
    bpy.ops.ed.undo_push(message="Add Lighthouse 1")
    bpy.ops.ed.undo()
    assert clips.find(ID) is None
    assert clips.take_lost() == [ID]
    ensure(footage_file)
    bpy.ops.ed.redo()
    assert [clip.name for clip in bpy.data.movieclips] == ["Lighthouse 1"]
    assert clips.take_lost() == []


def test_going_back_over_two_arrivals_and_forth_over_one_keeps_both_assets(
    watched: None, ensure: Any, clips: Any, footage_file: Path
) -> None:
    bpy.ops.ed.undo_push(message="Before")
    for asset_id in ("one", "two"):
        ensure(footage_file, asset_id=asset_id)
        bpy.ops.ed.undo_push(message=f"Add {asset_id}")
    for step in (bpy.ops.ed.undo, bpy.ops.ed.undo, bpy.ops.ed.redo):
        step()
        for asset_id in clips.take_lost():
            ensure(footage_file, asset_id=asset_id)
        assert clips.find("one") is not None
        assert clips.find("two") is not None


def test_an_asset_that_the_user_deletes_stays_deleted(
    watched: None, ensure: Any, clips: Any, footage_file: Path
) -> None:
    bpy.data.movieclips.remove(ensure(footage_file))
    bpy.ops.ed.undo_push(message="Delete")
    bpy.context.scene.frame_end = 99
    bpy.ops.ed.undo_push(message="Something else")
    bpy.ops.ed.undo()
    assert clips.take_lost() == []
