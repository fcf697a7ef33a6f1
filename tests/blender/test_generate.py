"""The main job in the installed package: from a prompt to a clip in the sequencer that outlives its session."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest

from .working import SMALL, generate, read_sidecar, start_of, strips


def movies() -> list[Any]:
    return [strip for strip in strips() if strip.type == "MOVIE"]


def test_a_prompt_becomes_a_clip_at_the_playhead(saved_file: Path, runtime: Any) -> None:
    bpy.context.scene.frame_set(37)
    generate("A lighthouse in a storm, push in")
    (strip,) = movies()
    (session,) = runtime.current().project.sessions
    (asset,) = runtime.current().project.assets
    assert start_of(strip) == 37
    assert strip.filepath == f"//{asset.path}"
    assert {session.id, asset.id, asset.take_id} <= set(dict(strip.items()).values())


def test_the_sidecar_tells_the_whole_story(saved_file: Path, flush: Callable[[], None]) -> None:
    generate("A lighthouse in a storm", seed=3)
    flush()
    sidecar = read_sidecar(saved_file)
    (session,) = sidecar["sessions"]
    (take,) = session["takes"]
    (asset,) = sidecar["assets"]
    clip = saved_file.parent / asset["path"]
    assert sidecar["schema_version"] == 2
    assert {"id", "name", "created_at", "last_generated_at"} <= session.keys()
    assert (take["state"], take["asset_id"], take["request"]["seed"]) == ("succeeded", asset["id"], 3)
    assert asset["sha256"] == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert asset["session_name"] == session["name"] == "Lighthouse in a storm"
    assert asset["request"]["prompt"] == "A lighthouse in a storm"
    assert clip.with_name(clip.name + ".json").exists() or clip.with_suffix(".json").exists()


def test_of_several_takes_the_first_goes_into_the_sequencer_and_the_others_wait(saved_file: Path, runtime: Any) -> None:
    generate("A red fox", count=3)
    assert len(movies()) == 1
    assert len(runtime.current().project.assets) == 3
    assert [take.number for take in runtime.current().session.takes] == [1, 2, 3]


def test_without_insert_no_clip_goes_into_the_sequencer(saved_file: Path, runtime: Any) -> None:
    generate("A red fox", insert=False)
    assert movies() == []
    assert len(runtime.current().project.assets) == 1


def test_undo_takes_the_strip_out_and_leaves_the_asset(saved_file: Path, runtime: Any) -> None:
    bpy.ops.ed.undo_push(message="Start")
    generate("A red fox")
    assert len(movies()) == 1
    bpy.ops.ed.undo()  # the clip's coming
    bpy.ops.ed.undo()  # the placeholder's
    assert movies() == []
    (asset,) = runtime.current().project.assets
    assert (saved_file.parent / asset.path).is_file()
    bpy.ops.sessions.add_to_timeline(asset_id=asset.id)
    assert len(movies()) == 1


def test_the_clip_is_a_data_block_that_blender_keeps(saved_file: Path, runtime: Any) -> None:
    generate("A red fox in the snow", insert=False)
    (clip,) = bpy.data.movieclips
    assert clip.use_fake_user
    assert clip.asset_data.description == "A red fox in the snow"
    assert {"Red fox in the snow", "animatic"} <= {tag.name for tag in clip.asset_data.tags}


def test_settings_given_by_a_script_become_the_sessions_own(saved_file: Path, runtime: Any) -> None:
    generate("A red fox", seed=11)
    (take,) = runtime.current().session.takes
    request = take.request
    assert (request.width, request.height, request.fps, request.duration, request.seed) == (
        SMALL["width"],
        SMALL["height"],
        SMALL["fps"],
        SMALL["duration"],
        11,
    )


def test_a_clip_deleted_by_hand_is_told_in_a_sentence(saved_file: Path, runtime: Any) -> None:
    generate("A red fox", insert=False)
    (asset,) = runtime.current().project.assets
    (saved_file.parent / asset.path).unlink()
    with pytest.raises(RuntimeError, match=Path(asset.path).name):
        bpy.ops.sessions.add_to_timeline(asset_id=asset.id)
    assert movies() == []
    assert runtime.current().project.assets == (asset,)


def test_the_users_scene_is_not_touched_by_a_take_that_is_not_inserted(saved_file: Path) -> None:
    before = (len(bpy.data.scenes), bpy.context.scene.frame_current, bpy.context.scene.frame_end, len(strips()))
    generate("A red fox", insert=False)
    scene = bpy.context.scene
    assert (len(bpy.data.scenes), scene.frame_current, scene.frame_end, len(strips())) == before


def test_deleting_a_session_with_a_take_running_still_brings_its_asset(
    saved_file: Path, runtime: Any, start: Callable[..., None], settled: Callable[[], None]
) -> None:
    start("A red fox")
    bpy.ops.sessions.delete()
    assert len(runtime.current().project.detached) == 1
    settled()
    assert runtime.current().project.sessions == ()
    (asset,) = runtime.current().project.assets
    assert asset.session_name == "Red fox"
    assert (saved_file.parent / asset.path).is_file()


def test_a_button_returns_at_once_and_the_clip_comes_later(
    saved_file: Path, runtime: Any, start: Callable[..., None], settled: Callable[[], None]
) -> None:
    bpy.context.scene.frame_set(5)
    start("A red fox")
    assert len(movies()) == 1  # what stands there until then
    bpy.context.scene.frame_set(400)
    settled()
    (strip,) = movies()
    assert start_of(strip) == 5


def test_a_cancelled_take_says_so_and_leaves_nothing_behind(
    saved_file: Path, runtime: Any, start: Callable[..., None], settled: Callable[..., None]
) -> None:
    start("A red fox", duration=60.0)
    bpy.ops.sessions.cancel()
    settled()
    (take,) = runtime.current().session.takes
    assert take.state == "cancelled"
    bpy.ops.sessions.remove_placeholder()
    assert movies() == []
    settled(lambda: not list((saved_file.parent / "shot.assets").glob("**/*")))
