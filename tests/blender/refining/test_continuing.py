"""A shot that goes on from a frame of another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import pytest

from ..layouts import drawn
from ..working import SMALL, generate
from .edits import PROMPT, number_at, number_of, pictures, select, show_numbers, span


def test_a_shot_goes_on_right_behind_and_the_frame_does_not_play_twice(
    numbered: Any, runtime: Any, compat: Any, scene: Any, installed: Any, set_draft: Any, tmp_path: Path
) -> None:
    strip = numbered(10)
    set_draft(prompt=PROMPT, match_scene=False, **SMALL)
    scene.frame_set(1)
    assert bpy.ops.sessions.continue_shot() == {"FINISHED"}
    draft = runtime.current().draft
    (start,) = draft.inputs
    assert number_of(start.path) == 11
    bpy.ops.sessions.generate()
    first, second = pictures(compat)
    assert span(compat, first) == (10, 22)
    assert span(compat, second) == (22, 33)  # twelve frames, of which the first is hidden
    assert compat.extent(second) == (21, 33)
    assert second.channel == strip.channel
    show_numbers(installed, compat, second, 12, tmp_path)
    assert [number_at(scene, frame, tmp_path) for frame in (20, 21, 22, 23, 32)] == [10, 11, 1, 2, 11]
    assert runtime.current().draft.joins is None


def test_a_shot_goes_on_from_the_frame_under_the_playhead_above_the_rest_of_the_strip(
    numbered: Any, runtime: Any, compat: Any, scene: Any, installed: Any, set_draft: Any, tmp_path: Path
) -> None:
    strip = numbered(10)
    set_draft(prompt=PROMPT, match_scene=False, **SMALL)
    scene.frame_set(15)
    bpy.ops.sessions.continue_shot()
    assert number_of(runtime.current().draft.inputs[0].path) == 5
    bpy.ops.sessions.generate()
    second = next(each for each in pictures(compat) if each.name != strip.name)
    assert span(compat, second) == (16, 27)
    assert second.channel > strip.channel
    assert span(compat, strip) == (10, 22)  # its neighbour is never cut or moved
    show_numbers(installed, compat, second, 12, tmp_path)
    assert [number_at(scene, frame, tmp_path) for frame in (14, 15, 16, 17)] == [4, 5, 1, 2]


@pytest.mark.parametrize(("given", "shown"), [({"frame": 5}, 4), ({}, 11), ({"frame": 99}, 11)])
def test_a_shot_goes_on_from_any_frame_of_a_clip_that_is_not_in_the_edit(
    given: dict[str, int], shown: int, numbered: Any, runtime: Any, compat: Any, scene: Any, installed: Any
) -> None:
    numbered(10)
    bpy.ops.sessions.adopt_strip()
    scene.sequence_editor_clear()
    (asset,) = runtime.current().project.assets
    scene.frame_set(50)
    bpy.ops.sessions.continue_clip("EXEC_DEFAULT", asset_id=asset.id, **given)
    (picture,) = runtime.current().draft.inputs
    assert (picture.role.value, number_of(picture.path)) == ("first_frame", shown)
    assert picture.origin == f"Frame {shown + 1} of {asset.title}"
    assert runtime.current().session is None


def test_continuing_a_take_begins_a_new_session_with_its_prompt_and_settings(
    runtime: Any, compat: Any, scene: Any, marks: Any
) -> None:
    generate(PROMPT, seed=7)
    before = runtime.current().session
    (strip,) = pictures(compat)
    select(scene, strip)
    scene.frame_set(50)
    bpy.ops.sessions.continue_shot()
    draft = runtime.current().draft
    assert runtime.current().session is None
    assert (draft.prompt, draft.mode.value, draft.duration) == (PROMPT, "first_frame", 0.5)
    assert (draft.width, draft.height, draft.joins.after.slot) == (160, 90, marks.slot_of(strip))
    text = " ".join(drawn(bpy.types.SESSIONS_PT_generate).texts)
    assert "Continues “Lighthouse in a storm 1” after frame 12" in text
    bpy.ops.sessions.generate()
    assert runtime.current().session.id != before.id
    first, second = pictures(compat)
    assert compat.left_handle(second) == compat.right_handle(first)
    assert marks.session_of(second) == runtime.current().session.id


def test_generate_once_more_makes_another_take_of_the_continued_shot_for_the_same_place(
    numbered: Any, runtime: Any, compat: Any, scene: Any, set_draft: Any, marks: Any
) -> None:
    numbered(10)
    set_draft(prompt=PROMPT, match_scene=False, **SMALL)
    bpy.ops.sessions.continue_shot()
    bpy.ops.sessions.generate()
    bpy.ops.sessions.generate()
    one, other = runtime.current().session.takes
    assert other.request.model_copy(update={"seed": one.request.seed}) == one.request
    _, strip = pictures(compat)
    assert (one.slot, other.slot) == (marks.slot_of(strip), marks.slot_of(strip))
    assert marks.take_of(strip) == other.id
    assert (span(compat, strip), compat.extent(strip)) == ((22, 33), (21, 33))


def test_the_form_of_the_session_that_is_continued_stays_as_it_was(runtime: Any, compat: Any, scene: Any) -> None:
    generate(PROMPT, seed=7)
    before = runtime.current().session
    select(scene, pictures(compat)[0])
    bpy.ops.sessions.continue_shot()
    bpy.ops.sessions.generate()
    bpy.ops.sessions.switch(session_id=before.id)
    assert runtime.current().draft == before.draft


def test_the_next_new_session_starts_from_its_prompt_alone_again(numbered: Any, runtime: Any, set_draft: Any) -> None:
    numbered(10)
    set_draft(prompt=PROMPT, match_scene=False, **SMALL)
    bpy.ops.sessions.continue_shot()
    bpy.ops.sessions.generate()
    assert runtime.current().session.takes[0].request.mode.value == "first_frame"
    bpy.ops.sessions.new()
    assert (runtime.current().draft.inputs, runtime.current().draft.mode) == ((), None)
    bpy.ops.sessions.generate("EXEC_DEFAULT", prompt="A red fox")
    assert runtime.current().session.takes[0].request.mode.value == "text"


def test_the_join_follows_a_strip_that_is_moved_and_trimmed_meanwhile(
    numbered: Any, joining: Any, runtime: Any, compat: Any, scene: Any, set_draft: Any
) -> None:
    strip = numbered(10)
    set_draft(prompt=PROMPT)
    scene.frame_set(15)
    bpy.ops.sessions.continue_shot()
    assert joining.place(scene, runtime.current().draft).frame == 16
    compat.set_handles(strip, 12, 20)
    assert joining.place(scene, runtime.current().draft).frame == 16
    compat.move_content(strip, 30)
    compat.set_handles(strip, 32, 40)
    assert joining.place(scene, runtime.current().draft).frame == 36


def test_a_strip_that_is_gone_is_told_and_the_takes_go_where_the_selection_says(
    numbered: Any, runtime: Any, compat: Any, scene: Any, set_draft: Any
) -> None:
    strip = numbered(10)
    set_draft(prompt=PROMPT, match_scene=False, **SMALL)
    bpy.ops.sessions.continue_shot()
    compat.strips(scene.sequence_editor).remove(strip)
    text = " ".join(drawn(bpy.types.SESSIONS_PT_generate).texts)
    assert "“Footage” is not on this timeline (any more)" in text
    scene.frame_set(80)
    bpy.ops.sessions.generate()
    (only,) = pictures(compat)
    assert span(compat, only) == (80, 92)
    assert runtime.current().draft.joins is None


def test_the_cross_lets_the_takes_go_where_the_selection_says(
    numbered: Any, runtime: Any, set_draft: Any, compat: Any
) -> None:
    numbered(10)
    set_draft(prompt=PROMPT, match_scene=False, **SMALL)
    bpy.ops.sessions.continue_shot()
    assert "sessions.forget_join" in drawn(bpy.types.SESSIONS_PT_generate).operators
    bpy.ops.sessions.forget_join()
    draft = runtime.current().draft
    assert (draft.joins, draft.mode, len(draft.inputs)) == (None, None, 1)
    assert "sessions.forget_join" not in drawn(bpy.types.SESSIONS_PT_generate).operators


def test_a_prompt_that_was_typed_for_a_new_session_is_kept(
    runtime: Any, scene: Any, compat: Any, set_draft: Any
) -> None:
    generate(PROMPT)
    bpy.ops.sessions.new()
    set_draft(prompt="The keeper climbs the stairs")
    select(scene, pictures(compat)[0])
    bpy.ops.sessions.switch(session_id=runtime.current().project.sessions[0].id)
    bpy.ops.sessions.continue_shot()
    assert runtime.current().draft.prompt == "The keeper climbs the stairs"


def test_a_placeholder_cannot_be_continued(start: Any, settled: Any) -> None:
    start(PROMPT)
    with pytest.raises(RuntimeError, match="has no clip yet"):
        bpy.ops.sessions.continue_shot()
    settled()


def test_undo_and_redo_take_the_continued_shot_away_and_bring_it_back(
    numbered: Any, compat: Any, set_draft: Any, installed: Any, scene: Any
) -> None:
    numbered(10)
    bpy.ops.ed.undo_push(message="Before")
    set_draft(prompt=PROMPT, match_scene=False, **SMALL)
    bpy.ops.sessions.continue_shot()
    bpy.ops.sessions.generate()
    tick = installed("blender.pump").tick
    bpy.ops.ed.undo()  # the clip's coming
    tick()
    assert [span(compat, each) for each in pictures(compat)] == [(10, 22), (22, 33)]
    bpy.ops.ed.undo()  # the placeholder's coming
    tick()
    assert [span(compat, each) for each in pictures(compat)] == [(10, 22)]
    bpy.ops.ed.redo()
    tick()
    assert [span(compat, each) for each in pictures(compat)] == [(10, 22), (22, 33)]
    assert compat.extent(pictures(compat)[1]) == (21, 33)


def test_the_pictures_that_are_shown_of_inputs_are_bounded(installed: Any, tmp_path: Path) -> None:
    thumbnails = installed("blender.thumbnails")
    files = [str(tmp_path / f"{number}.png") for number in range(thumbnails.MOST_STILLS + 3)]
    for file in files:
        image = bpy.data.images.new("Still", 8, 8)
        image.file_format, image.filepath_raw = "PNG", file
        image.save()
        bpy.data.images.remove(image)
    for file in (*files, files[0]):  # the first one has gone by then, and comes again
        thumbnails.still(file)
    assert list(thumbnails._stills) == [*files[-thumbnails.MOST_STILLS + 1 :], files[0]]
    assert thumbnails.still(str(tmp_path / "gone.png")) == 0
