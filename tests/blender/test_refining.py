"""From a take to the next one: its settings again, new seeds, on from a frame, into a gap, as long as the cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy as np
import pytest

from . import footage
from .layouts import drawn
from .working import SMALL, generate, strips

PROMPT = "A lighthouse in a storm"


@pytest.fixture
def compat(installed: Callable[[str], ModuleType]) -> Any:
    return installed("blender.compat")


@pytest.fixture
def runtime(installed: Callable[[str], ModuleType]) -> Any:
    return installed("blender.runtime")


@pytest.fixture
def marks(installed: Callable[[str], ModuleType]) -> Any:
    return installed("blender.slots.marks")


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


def pictures(compat: Any) -> list[Any]:
    return sorted((strip for strip in strips() if strip.type == "MOVIE"), key=compat.left_handle)


def span(compat: Any, strip: Any) -> tuple[int, int]:
    return compat.left_handle(strip), compat.right_handle(strip)


def select(scene: bpy.types.Scene, strip: Any) -> None:
    for each in strips(scene):
        each.select = each == strip
    scene.sequence_editor.active_strip = strip


def number_at(scene: bpy.types.Scene, frame: int, folder: Path) -> int:
    before = scene.frame_current
    work = folder / f"seen-{len(list(folder.iterdir()))}"
    work.mkdir()
    (picture,) = footage.pictures(scene, frame, frame, work)
    scene.frame_set(before)
    return footage.number_in(picture)


def number_of(path: str) -> int:
    """The number that a picture file shows."""
    image = bpy.data.images.load(path)
    pixels = np.empty(len(image.pixels), dtype=np.float32)
    image.pixels.foreach_get(pixels)
    shown = pixels.reshape(image.size[1], image.size[0], 4)
    bpy.data.images.remove(image)
    return footage.number_in(shown)


def show_numbers(installed: Any, compat: Any, strip: Any, frames: int, folder: Path) -> None:
    """Let a strip of a session show a clip with numbers, as a swap does."""
    runtime, marks = installed("blender.runtime"), installed("blender.slots.marks")
    path = footage.make_clip(folder / f"numbers-{frames}.mp4", compat, frames=frames, sound=False)
    known = next(each for each in runtime.current().project.assets if each.id == marks.shown_by(strip))
    asset = known.model_copy(update={"id": f"{frames:032x}", "path": str(path)})
    installed("blender.clips").ensure_clip(path, asset_id=asset.id, name="Numbers", description="", tags=())
    assert not installed("blender.slots.swapping").swap(bpy.context.scene, strip, asset, path)


# -- Use Settings ------------------------------------------------------------------------------------------------------


def test_looking_at_a_take_changes_nothing_of_the_form(runtime: Any, set_draft: Any) -> None:
    generate(PROMPT, seed=7)
    set_draft(prompt="Something else", seed=3, duration=2.0)
    before = runtime.current().draft
    panel = bpy.context.window_manager.generative_sessions
    panel.take_index = 0
    panel.asset_index = 0
    drawn(bpy.types.SESSIONS_PT_takes)
    drawn(bpy.types.SESSIONS_PT_assets)
    drawn(bpy.types.SESSIONS_MT_use_settings)
    assert runtime.current().draft is before


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("all", (PROMPT, 0.5, 7, False)),
        ("all_but_seed", (PROMPT, 0.5, 3, True)),
        ("prompt", (PROMPT, 2.0, 3, True)),
        ("seed", ("Something else", 2.0, 7, False)),
    ],
)
def test_the_settings_of_a_take_come_into_the_form(
    runtime: Any, set_draft: Any, what: str, expected: tuple[Any, ...]
) -> None:
    generate(PROMPT, seed=7)
    set_draft(prompt="Something else", seed=3, random_seed=True, duration=2.0)
    take = runtime.current().session.takes[0]
    assert bpy.ops.sessions.use_settings(take_id=take.id, what=what) == {"FINISHED"}
    draft = runtime.current().draft
    assert (draft.prompt, draft.duration, draft.seed, draft.random_seed) == expected


def test_a_clip_of_a_deleted_session_still_gives_its_settings(runtime: Any) -> None:
    generate(PROMPT, seed=7)
    bpy.ops.sessions.delete()
    asset = runtime.current().project.assets[0]
    bpy.ops.sessions.use_settings(asset_id=asset.id, what="all")
    assert (runtime.current().draft.prompt, runtime.current().draft.seed) == (PROMPT, 7)


# -- Vary --------------------------------------------------------------------------------------------------------------


def test_vary_makes_as_many_takes_as_the_form_says_with_new_seeds_and_leaves_the_form(
    runtime: Any, set_draft: Any
) -> None:
    generate(PROMPT, seed=7)
    set_draft(prompt="Something else", count=2, duration=9.0)
    before = runtime.current().draft
    assert bpy.ops.sessions.vary(take_id=runtime.current().session.takes[0].id) == {"FINISHED"}
    first, *varied = runtime.current().session.takes
    assert len({take.request.seed for take in (first, *varied)}) == 3
    assert all(take.request.model_copy(update={"seed": 7}) == first.request for take in varied)
    assert runtime.current().draft == before


def test_a_take_of_another_session_is_varied_in_its_own(runtime: Any) -> None:
    generate(PROMPT, insert=False)
    first = runtime.current().session
    bpy.ops.sessions.new()
    generate("A red fox", insert=False)
    shown = runtime.current().session.id
    bpy.ops.sessions.vary(take_id=first.takes[0].id)
    assert runtime.current().session.id == shown
    again = next(each for each in runtime.current().project.sessions if each.id == first.id)
    assert [take.request.prompt for take in again.takes] == [PROMPT, PROMPT]


# -- Continue ----------------------------------------------------------------------------------------------------------


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


# -- Fill Gap ----------------------------------------------------------------------------------------------------------


def test_a_model_that_cannot_fill_a_gap_says_so_and_changes_nothing(
    numbered: Any, runtime: Any, scene: Any, set_draft: Any, installed: Any
) -> None:
    numbered(10)
    numbered(40, name="Next")
    scene.frame_set(30)
    models = installed("blender.accounts").capabilities("fal").models
    unable = next(each for each in models if not _can_join(each))
    set_draft(prompt=PROMPT, provider="fal", model=unable.id)
    before = runtime.current().draft
    with pytest.raises(RuntimeError, match=r"cannot make this: First and Last Frame\. Choose one of: "):
        bpy.ops.sessions.fill_gap()
    assert runtime.current().draft == before


def test_a_playhead_in_no_gap_is_told(numbered: Any, scene: Any) -> None:
    numbered(10)
    scene.frame_set(30)
    with pytest.raises(RuntimeError, match="The playhead is in no gap"):
        bpy.ops.sessions.fill_gap()


def test_a_gap_is_begun_with_the_frames_at_its_ends(
    numbered: Any, runtime: Any, scene: Any, joining: Any, set_draft: Any, installed: Any
) -> None:
    able = next(each for each in installed("blender.accounts").capabilities("fal").models if _can_join(each))
    numbered(10)
    numbered(40, name="Next")
    scene.frame_set(30)
    set_draft(prompt=PROMPT, provider="fal", model=able.id)
    assert bpy.ops.sessions.fill_gap() == {"FINISHED"}
    draft = runtime.current().draft
    assert {each.role.value: number_of(each.path) for each in draft.inputs} == {"first_frame": 11, "last_frame": 0}
    assert (draft.provider, draft.model, draft.mode.value) == ("fal", able.id, "first_last")
    place = joining.place(scene, draft)
    assert (place.frame, place.length, place.skip, place.tail, place.frames) == (22, 18, 1, 1, 20)
    text = " ".join(drawn(bpy.types.SESSIONS_PT_generate).texts)
    assert "Fills the gap between “Footage” and “Next”, 0.8 s" in text


def _can_join(model: Any) -> bool:
    return "first_last" in {mode.value for mode in model.modes}


def test_the_gap_is_filled_exactly_and_neither_end_plays_twice(
    numbered: Any, runtime: Any, compat: Any, scene: Any, set_draft: Any, installed: Any, tmp_path: Path
) -> None:
    before, behind = numbered(10), numbered(40, name="Next")
    set_draft(prompt=PROMPT, match_scene=False, **{**SMALL, "duration": 9.0})
    scene.frame_set(30)
    bpy.ops.sessions.fill_gap()
    assert {each.role.value: number_of(each.path) for each in runtime.current().draft.inputs} == ENDS
    assert bpy.ops.sessions.generate() == {"FINISHED"}
    (take,) = runtime.current().session.takes
    assert {each.role.value: number_of(each.path) for each in take.request.inputs} == ENDS
    assert (take.request.mode.value, take.request.duration) == ("first_last", pytest.approx(20 / 24))
    first, filled, last = pictures(compat)
    assert [span(compat, each) for each in (first, filled, last)] == [(10, 22), (22, 40), (40, 52)]
    assert (first, last) == (before, behind)
    assert compat.extent(filled) == (21, 41)
    # Animatic dissolves from the one picture to the other.
    assert [number_at(scene, frame, tmp_path) for frame in (21, 22, 39, 40)] == [11, 11, 0, 0]
    show_numbers(installed, compat, filled, 20, tmp_path)
    assert [number_at(scene, frame, tmp_path) for frame in (21, 22, 39, 40)] == [11, 1, 18, 0]
    assert runtime.current().draft.joins is None


def test_undo_and_redo_take_the_filling_away_and_bring_it_back(
    numbered: Any, compat: Any, set_draft: Any, installed: Any, scene: Any
) -> None:
    numbered(10)
    numbered(40, name="Next")
    scene.frame_set(30)
    bpy.ops.ed.undo_push(message="Before")
    set_draft(prompt=PROMPT, match_scene=False, **SMALL)
    bpy.ops.sessions.fill_gap()
    bpy.ops.sessions.generate()
    tick = installed("blender.pump").tick
    filled, empty = [(10, 22), (22, 40), (40, 52)], [(10, 22), (40, 52)]
    for step, expected in (("undo", filled), ("undo", empty), ("redo", filled)):
        getattr(bpy.ops.ed, step)()  # the clip's coming, then the placeholder's
        tick()
        assert [span(compat, each) for each in pictures(compat)] == expected
    assert compat.extent(pictures(compat)[1]) == (21, 41)


ENDS = {"first_frame": 11, "last_frame": 0}


# -- Regenerate to Length ----------------------------------------------------------------------------------------------


def test_the_length_that_is_asked_is_the_cuts_and_the_clip_fills_the_same_strip(
    runtime: Any, compat: Any, scene: Any, installed: Any, marks: Any
) -> None:
    generate(PROMPT, seed=7, duration=1.0)
    (strip,) = pictures(compat)
    compat.set_handles(strip, 1, 19)
    select(scene, strip)
    slot = marks.slot_of(strip)
    assert bpy.ops.sessions.regenerate_to_length() == {"FINISHED"}
    old, new = runtime.current().session.takes
    assert new.request == old.request.model_copy(update={"duration": pytest.approx(18 / 24)})
    (strip,) = pictures(compat)
    assert (span(compat, strip), compat.extent(strip)) == ((1, 19), (1, 19))
    assert (marks.slot_of(strip), marks.take_of(strip)) == (slot, new.id)


def test_a_strip_that_hides_its_begin_shows_all_of_the_new_clip(
    runtime: Any, compat: Any, scene: Any, installed: Any, marks: Any
) -> None:
    generate(PROMPT, seed=7, duration=1.0)
    (strip,) = pictures(compat)
    compat.set_handles(strip, 9, 19)
    select(scene, strip)
    bpy.ops.sessions.regenerate_to_length()
    assert runtime.current().session.takes[-1].request.duration == pytest.approx(0.5)  # Animatic's shortest
    (strip,) = pictures(compat)
    assert (span(compat, strip), compat.extent(strip)) == ((9, 19), (9, 21))
    bpy.ops.ed.undo()
    installed("blender.pump").tick()
    (strip,) = pictures(compat)
    assert (span(compat, strip), compat.extent(strip)) == ((9, 19), (1, 25))
    bpy.ops.ed.redo()
    installed("blender.pump").tick()
    (strip,) = pictures(compat)
    assert (span(compat, strip), compat.extent(strip)) == ((9, 19), (9, 21))


def test_a_joined_strip_is_regenerated_with_the_frame_that_it_repeats(
    numbered: Any, runtime: Any, compat: Any, scene: Any, set_draft: Any
) -> None:
    numbered(10)
    set_draft(prompt=PROMPT, match_scene=False, **{**SMALL, "duration": 1.0})
    bpy.ops.sessions.continue_shot()
    bpy.ops.sessions.generate()
    _, strip = pictures(compat)
    compat.set_handles(strip, 22, 36)
    select(scene, strip)
    bpy.ops.sessions.regenerate_to_length()
    assert runtime.current().session.takes[-1].request.duration == pytest.approx(15 / 24)
    _, strip = pictures(compat)
    assert (span(compat, strip), compat.extent(strip)) == ((22, 36), (21, 36))
