"""New, Switch, Rename and Delete as operators, in the installed package, without a window."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest

from .working import SMALL, generate, read_sidecar, strips

pytestmark = pytest.mark.usefixtures("fresh_file")


def names(runtime: Any) -> list[str]:
    panel = bpy.context.window_manager.generative_sessions
    return [row.name for row in panel.sessions]


def test_a_session_is_made_by_generating_and_named_from_the_prompt(saved_file: Path, runtime: Any) -> None:
    generate("A lighthouse in a storm, dramatic wide shot")
    assert names(runtime) == ["Lighthouse in a storm"]


def test_generating_in_an_old_session_moves_its_row_to_the_top(saved_file: Path, runtime: Any) -> None:
    generate("First shot")
    bpy.ops.sessions.new()
    generate("Second shot")
    assert names(runtime) == ["Second shot", "First shot"]
    first = runtime.current().project.sessions[0].id
    bpy.ops.sessions.switch(session_id=first)
    assert names(runtime) == ["Second shot", "First shot"]
    generate("First shot, closer")
    assert names(runtime) == ["First shot", "Second shot"]


def test_new_with_a_name_names_the_session_to_come(saved_file: Path, runtime: Any) -> None:
    bpy.ops.sessions.new(name="Opening")
    generate("A lighthouse")
    assert names(runtime) == ["Opening"]


def test_switching_brings_back_prompt_settings_and_takes(saved_file: Path, runtime: Any) -> None:
    generate("First shot", seed=7)
    bpy.ops.sessions.new()
    generate("Second shot", count=2)
    panel = bpy.context.window_manager.generative_sessions
    assert (panel.prompt, len(panel.takes)) == ("Second shot", 2)
    bpy.ops.sessions.switch(session_id=runtime.current().project.sessions[0].id)
    assert (panel.prompt, panel.seed, panel.random_seed, len(panel.takes)) == ("First shot", 7, False, 1)


def test_clicking_a_row_of_the_list_switches(saved_file: Path, runtime: Any) -> None:
    generate("First shot")
    bpy.ops.sessions.new()
    generate("Second shot")
    panel = bpy.context.window_manager.generative_sessions
    panel.session_index = 1
    assert panel.prompt == "First shot"
    assert panel.session_index == 1


def test_what_is_typed_into_the_panel_goes_into_the_draft(saved_file: Path, runtime: Any) -> None:
    panel = bpy.context.window_manager.generative_sessions
    panel.prompt = "A red fox"
    panel.duration = 3.5
    assert runtime.current().draft.prompt == "A red fox"
    assert runtime.current().draft.duration == 3.5


def test_renaming_changes_the_row_and_the_sidecar(saved_file: Path, runtime: Any, flush: Callable[[], None]) -> None:
    generate("First shot")
    bpy.ops.sessions.rename(name="Opening")
    flush()
    assert names(runtime) == ["Opening"]
    assert [session["name"] for session in read_sidecar(saved_file)["sessions"]] == ["Opening"]


def test_deleting_leaves_every_clip_on_the_disk_and_on_the_timeline(
    saved_file: Path, runtime: Any, flush: Callable[[], None]
) -> None:
    generate("First shot", count=2)
    clips = sorted((saved_file.parent / "shot.assets").glob("*.mp4"))
    before = [clip.read_bytes() for clip in clips]
    placed = len(strips())
    bpy.ops.sessions.delete()
    flush()
    sidecar = read_sidecar(saved_file)
    assert sidecar["sessions"] == []
    assert len(sidecar["assets"]) == 2 == len(clips)
    assert [clip.read_bytes() for clip in clips] == before
    assert len(strips()) == placed > 0
    assert names(runtime) == []
    assert len(bpy.context.window_manager.generative_sessions.assets) == 2


def test_a_deleted_session_is_not_in_the_backup_and_does_not_come_back_by_undo(
    saved_file: Path, runtime: Any, flush: Callable[[], None]
) -> None:
    generate("First shot")
    bpy.ops.ed.undo_push(message="Before")
    bpy.ops.sessions.delete()
    bpy.ops.ed.undo_push(message="After")
    flush()
    bpy.ops.ed.undo()
    assert names(runtime) == []
    backup = json.loads((saved_file.parent / "shot.sessions.backup.json").read_text("utf-8"))
    assert backup["sessions"] == []


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: bpy.ops.sessions.switch(session_id="nothing"), "That session is not in this file"),
        (lambda: bpy.ops.sessions.rename(session_id="nothing", name="x"), "That session is not in this file"),
        (lambda: bpy.ops.sessions.delete(session_id="nothing"), "That session is not in this file"),
        (lambda: bpy.ops.sessions.rename(name="   "), "name"),
        (lambda: bpy.ops.sessions.rename(name="x" * 10_000), "10,000"),
        (lambda: bpy.ops.sessions.cancel(take_id="nothing"), "No take is running"),
        (lambda: bpy.ops.sessions.add_to_timeline(asset_id="nothing"), "That asset is not in this file"),
        (lambda: generate(""), "The prompt is empty."),
        (lambda: generate("x" * 1_048_576), "characters"),
        (lambda: generate("bell \x07"), "control character"),
        (lambda: generate("A fox", count=0), "0 takes"),
        (lambda: generate("A fox", count=1000), "1,000 takes"),
        (lambda: generate("A fox", duration=100_000.0), "cannot make a clip of 100000 s"),
        (lambda: generate("A fox", width=SMALL["width"] + 1), "161 pixels wide"),
        (lambda: generate("A fox", provider="nobody"), "nobody"),
        (lambda: generate("A fox", model="nothing"), "nothing"),
    ],
)
def test_bad_input_is_refused_in_a_sentence_and_nothing_changes(
    saved_file: Path, runtime: Any, call: Callable[[], object], told: str
) -> None:
    generate("First shot")
    before = runtime.current().project
    with pytest.raises(RuntimeError, match=told) as caught:
        call()
    assert "Traceback" not in str(caught.value)
    assert runtime.current().project is before


def test_without_sessions_rename_delete_and_switch_say_why_not(saved_file: Path) -> None:
    for call in (bpy.ops.sessions.rename, bpy.ops.sessions.delete, bpy.ops.sessions.switch):
        with pytest.raises(RuntimeError, match="There are no sessions yet"):
            call()
