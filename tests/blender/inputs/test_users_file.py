"""The user's own file: left alone, and followed when it gets a name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from .. import footage
from ..working import SMALL
from .taking import (
    from_playhead,
    from_strip,
    number,
    pixels,
    set_format,
)


def test_an_unsaved_file_gives_its_frames_too(clip: Path, compat: Any, taken: Any, fresh_file: None) -> None:
    scene = bpy.context.scene
    set_format(scene)
    compat.strips(scene.sequence_editor_create()).new_movie(name="Clip", filepath=str(clip), channel=1, frame_start=1)
    scene.frame_current = 33
    from_playhead()
    assert number(taken()) == 32


def test_relative_paths_lead_where_they_did(scene: Any, add: Any, taken: Any) -> None:
    strip = add(file="//footage/clip.mp4")
    scene.frame_current = 12
    from_playhead()
    assert number(taken()) == 11
    assert strip.filepath == "//footage/clip.mp4"


def test_the_users_file_its_changes_and_its_undo_steps_are_left_alone(
    scene: Any, add: Any, taken: Any, tmp_path: Path, settled: Callable[..., None]
) -> None:
    blend = tmp_path / "shot.blend"
    add(file="//footage/clip.mp4")
    bpy.ops.wm.save_mainfile()
    handled: list[str] = []

    def note(*_args: Any) -> None:
        handled.append("called")

    events = [bpy.app.handlers.save_pre, bpy.app.handlers.save_post, bpy.app.handlers.load_pre]
    for event in events:
        event.append(note)
    before = blend.read_bytes(), bpy.data.is_dirty, bpy.data.filepath, scene.render.filepath, len(bpy.data.scenes)
    try:
        from_playhead()
        from_strip("last", "last_frame")
    finally:
        for event in events:
            event.remove(note)
    after = blend.read_bytes(), bpy.data.is_dirty, bpy.data.filepath, scene.render.filepath, len(bpy.data.scenes)
    assert before == after
    assert handled == []
    settled(
        lambda: not list(Path(bpy.app.tempdir).glob("input-*.blend"))
    )  # the worker removes them when it has answered


def test_nothing_of_it_is_an_undo_step(scene: Any, add: Any) -> None:
    for operator in (bpy.ops.sessions.input_from_playhead, bpy.ops.sessions.input_from_strip):
        assert "UNDO" not in operator.bl_options
        assert "REGISTER" not in operator.bl_options


def test_a_first_save_takes_the_inputs_along(
    clip: Path, compat: Any, draft: Any, fresh_file: None, installed: Any, tmp_path: Path
) -> None:
    scene = bpy.context.scene
    set_format(scene)
    compat.strips(scene.sequence_editor_create()).new_movie(name="Clip", filepath=str(clip), channel=1, frame_start=1)
    from_playhead()
    (entry,) = draft().inputs
    before = Path(entry.path)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "later.blend"))
    (entry,) = draft().inputs
    file = installed("blender.inputs").file_of(entry)
    assert file == tmp_path / "later.assets" / "inputs" / before.name
    assert footage.number_in(pixels(str(file))) == 0
    assert not before.exists()
    bpy.ops.sessions.generate("EXEC_DEFAULT", prompt="A fox", **SMALL)
    (record,) = (tmp_path / "later.assets").glob("*.json")
    (told,) = json.loads(record.read_text("utf-8"))["asset"]["request"]["inputs"]
    assert (told["path"], told["sha256"]) == (str(file), entry.sha256)


def test_when_the_folder_has_moved_an_assets_json_still_leads_to_its_inputs(
    scene: Any, add: Any, draft: Any, installed: Any, tmp_path: Path, flush: Any
) -> None:
    add()
    from_playhead()
    bpy.ops.sessions.generate("EXEC_DEFAULT", prompt="A fox", **SMALL)
    session = installed("blender.runtime").current().session
    bpy.ops.sessions.delete("EXEC_DEFAULT", session_id=session.id)
    flush()
    moved = tmp_path.with_name(tmp_path.name + "-moved")
    tmp_path.rename(moved)
    (record,) = (moved / "shot.assets").glob("*.json")
    (told,) = json.loads(record.read_text("utf-8"))["asset"]["request"]["inputs"]
    assert not Path(told["path"]).exists()
    entry = installed("core.models").Input.model_validate(told)
    file = installed("storage.inputs").locate(entry, moved / "shot.sessions.json", None)
    assert file.parent == moved / "shot.assets" / "inputs"
    assert hashlib.sha256(file.read_bytes()).hexdigest() == told["sha256"]
    moved.rename(tmp_path)
