"""Inputs from the timeline: the picture is really that frame, as seen, and the user's file is left alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy as np
import pytest

from . import animatics, footage
from .working import read_sidecar

WIDTH, HEIGHT = 64, 36


@pytest.fixture
def compat(installed: Callable[[str], ModuleType]) -> Any:
    return installed("blender.compat")


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


def set_format(scene: bpy.types.Scene, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.view_settings.view_transform = "Standard"
    footage.set_rate(scene, footage.FILM)


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


def pixels(file: str) -> np.ndarray:
    """A picture as (height, width, RGBA), the lowest row first."""
    image: Any = bpy.data.images.load(file)
    found = np.empty(len(image.pixels), dtype=np.float32)
    image.pixels.foreach_get(found)
    shape = (image.size[1], image.size[0], image.channels)
    bpy.data.images.remove(image)
    return found.reshape(shape)


def number(entry: Any) -> int:
    """The number of the frame that an input shows."""
    return footage.number_in(pixels(entry.path))


def from_playhead(role: str = "first_frame") -> None:
    bpy.ops.sessions.input_from_playhead("EXEC_DEFAULT", role=role)


def from_strip(frame: str, role: str = "first_frame") -> None:
    bpy.ops.sessions.input_from_strip("EXEC_DEFAULT", frame=frame, role=role)


def from_range(role: str = "video") -> None:
    bpy.ops.sessions.input_from_range("EXEC_DEFAULT", role=role)


def from_file(file: Path, media: str = "image", role: str = "first_frame") -> None:
    bpy.ops.sessions.input_from_file("EXEC_DEFAULT", filepath=str(file), media=media, role=role)


# -- The frame under the playhead --------------------------------------------------------------------------------------


def test_the_frame_under_the_playhead_is_that_frame(scene: Any, add: Any, taken: Any) -> None:
    add(start=10)
    scene.frame_current = 31
    from_playhead()
    assert number(taken()) == 21
    assert taken().role == "first_frame"
    assert taken().origin == "Frame 31 of Scene"


def test_it_lies_in_the_project_as_a_png_of_the_scenes_size(scene: Any, add: Any, taken: Any, tmp_path: Path) -> None:
    set_format(scene, (128, 72))
    add().transform.scale_x = 2.0
    from_playhead()
    file = Path(taken().path)
    assert file.parent == tmp_path / "shot.assets" / "inputs"
    assert file.name == f"{taken().sha256[:16]}.png"
    assert pixels(str(file)).shape[:2] == (72, 128)
    facts = json.loads(file.with_suffix(".json").read_text("utf-8"))
    assert (facts["width"], facts["height"], facts["sha256"]) == (128, 72, taken().sha256)


def test_it_shows_all_that_lies_above_as_the_preview_does(scene: Any, add: Any, taken: Any, compat: Any) -> None:
    add()
    cover = compat.new_effect(
        compat.strips(scene.sequence_editor), name="Red", type="COLOR", channel=2, start=1, length=48
    )
    cover.color = (1.0, 0.0, 0.0)
    cover.blend_type = "REPLACE"
    from_playhead()
    assert pixels(taken().path)[18, 32, :3] == pytest.approx([1, 0, 0], abs=0.01)


def test_its_colours_are_those_of_the_scenes_view(scene: Any, add: Any, taken: Any) -> None:
    add()
    scene.frame_current = 1 + 255 % 48
    scene.view_settings.exposure = -1.0
    from_playhead()
    assert 0.6 < pixels(taken().path)[..., :3].max() < 0.8  # half the light of white


def test_nothing_burnt_in_and_no_border_cuts_it(scene: Any, add: Any, taken: Any) -> None:
    add()
    scene.render.use_stamp = scene.render.use_border = True
    scene.render.border_max_x = 0.5
    scene.frame_current = 14
    from_playhead()
    assert number(taken()) == 13


def test_a_playhead_beside_every_strip_says_so(scene: Any, add: Any, draft: Any) -> None:
    add(start=10)
    for frame in (9, 58):
        scene.frame_current = frame
        with pytest.raises(
            RuntimeError, match=rf"Nothing is shown at frame {frame}\. Move the playhead over a strip\."
        ):
            from_playhead()
    assert draft().inputs == ()


def test_a_muted_strip_is_nothing_to_see(scene: Any, add: Any) -> None:
    add().mute = True
    with pytest.raises(RuntimeError, match="Nothing is shown at frame 1"):
        from_playhead()


def test_without_a_strip_it_cannot_be_pressed(fresh_file: None) -> None:
    assert not bpy.ops.sessions.input_from_playhead.poll()
    assert not bpy.ops.sessions.input_from_strip.poll()
    assert not bpy.ops.sessions.input_from_range.poll()
    assert bpy.ops.sessions.input_from_file.poll()


def test_a_missing_file_is_told_and_no_pink_picture_is_made(scene: Any, add: Any, draft: Any, clip: Path) -> None:
    add()
    clip.unlink()
    with pytest.raises(RuntimeError, match="The file of the strip “Clip” is not there"):
        from_playhead()
    assert draft().inputs == ()


def test_inside_an_open_meta_strip_the_preview_shows_that(scene: Any, add: Any, taken: Any, installed: Any) -> None:
    meta = in_meta(scene, add(start=10), installed)
    add(start=1, channel=meta.channel + 1)  # above, but not in it
    scene.sequence_editor.display_stack(meta)
    scene.frame_current = 15
    from_playhead()
    assert number(taken()) == 5


def test_a_range_inside_an_open_meta_strip_is_that(
    scene: Any, add: Any, taken: Any, installed: Any, compat: Any, tmp_path: Path
) -> None:
    meta = in_meta(scene, add(start=10, left=14, right=17), installed)
    add(start=1, channel=meta.channel + 1)
    scene.sequence_editor.display_stack(meta)
    compat.strips(meta)[0].select = True
    from_range()
    assert shown_in(taken().path, compat, tmp_path / "look") == [4, 5, 6]


def add_effect(scene: Any, strip: Any, kind: str) -> Any:
    editor = scene.sequence_editor
    if hasattr(editor, "strips"):  # 4.4 renamed it, 5.0 its arguments
        length: Any = "length" in editor.strips.bl_rna.functions["new_effect"].parameters
        ends = {"length": 48} if length else {"frame_end": 49}
        return editor.strips.new_effect(name=kind, type=kind, channel=3, frame_start=1, input1=strip, **ends)
    return editor.sequences.new_effect(name=kind, type=kind, channel=3, frame_start=1, frame_end=49, seq1=strip)


def in_meta(scene: Any, strip: Any, installed: Any) -> Any:
    """The strip in a meta strip, which is selected and active, as Blender's Make Meta Strip makes it."""
    with installed("blender.timeline")._sequencer(scene):
        bpy.ops.sequencer.meta_make()
    meta = scene.sequence_editor.active_strip
    assert (meta.type, strip.type) == ("META", "MOVIE")
    return meta


def test_a_scene_strip_shows_that_scene(scene: Any, clip: Path, compat: Any, taken: Any) -> None:
    other = bpy.data.scenes.new("Other")
    set_format(other)
    compat.strips(other.sequence_editor_create()).new_movie(name="In", filepath=str(clip), channel=1, frame_start=1)
    other.frame_start, other.frame_end = 1, 48
    strip = compat.strips(scene.sequence_editor).new_scene(name="Scene strip", scene=other, channel=1, frame_start=11)
    strip.scene_input = "SEQUENCER"
    scene.frame_current = 20
    from_playhead()
    assert number(taken()) == 9


# -- A frame of a strip ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("frame", "shown"), [("first", 0), ("current", 14), ("last", 47)])
def test_a_strips_frame_is_that_frame(frame: str, shown: int, scene: Any, add: Any, taken: Any) -> None:
    add(start=10)
    scene.frame_current = 24
    from_strip(frame)
    assert number(taken()) == shown
    assert taken().origin == f"Frame {shown + 1} of Clip"


@pytest.mark.parametrize(("frame", "shown"), [("first", 7), ("last", 20)])
def test_of_a_trimmed_strip_it_is_what_is_left(frame: str, shown: int, add: Any, taken: Any) -> None:
    add(start=10, left=17, right=31)
    from_strip(frame)
    assert number(taken()) == shown


def test_of_a_strip_that_goes_beyond_its_clip_it_is_the_frame_that_is_held(add: Any, taken: Any) -> None:
    add(start=10, left=10, right=80)
    from_strip("last")
    assert number(taken()) == 47


def test_of_a_reversed_strip_it_is_the_frame_that_is_seen(add: Any, taken: Any) -> None:
    add().use_reverse_frames = True
    from_strip("first")
    assert number(taken()) == 47


def test_of_a_strip_at_twice_the_speed_it_is_the_frame_that_is_seen(scene: Any, add: Any, taken: Any) -> None:
    strip = add(start=1)
    effect = add_effect(scene, strip, "SPEED")
    effect.speed_control, effect.speed_factor = "MULTIPLY", 2.0
    effect.select, strip.select = True, False
    scene.sequence_editor.active_strip = effect
    scene.frame_current = 11
    from_strip("current")
    assert number(taken()) == 20


def test_it_has_the_size_of_its_own_file_where_it_shows_all_of_it(scene: Any, add: Any, taken: Any) -> None:
    set_format(scene, (256, 144))
    strip = add()
    strip.transform.scale_x = strip.transform.scale_y = 4.0
    scene.view_settings.exposure = -1.0  # of the scene, not of the clip
    from_strip("last")
    picture = pixels(taken().path)
    assert picture.shape[:2] == (HEIGHT, WIDTH)
    assert footage.number_in(picture) == 47
    assert picture[..., :3].max() > 0.95


def test_a_strip_that_was_moved_in_the_picture_is_taken_as_it_is_seen(scene: Any, add: Any, taken: Any) -> None:
    set_format(scene, (128, 72))
    add().transform.offset_x = 32
    from_strip("last")
    picture = pixels(taken().path)
    assert picture.shape[:2] == (72, 128)
    assert picture[:, :60, :3].max() < 0.05
    assert footage.number_in(picture[18:54, 64:]) == 47


def test_a_strips_frame_is_without_what_lies_above_it(scene: Any, add: Any, taken: Any, compat: Any) -> None:
    strip = add()
    cover = compat.new_effect(
        compat.strips(scene.sequence_editor), name="Red", type="COLOR", channel=2, start=1, length=48
    )
    cover.blend_type = "REPLACE"
    cover.select = False
    scene.sequence_editor.active_strip = strip
    from_strip("last")
    assert number(taken()) == 47


def test_a_muted_strip_that_is_selected_is_seen(add: Any, taken: Any) -> None:
    add().mute = True
    from_strip("last")
    assert number(taken()) == 47


def test_a_meta_strips_frame_is_what_it_shows(scene: Any, add: Any, taken: Any, compat: Any, installed: Any) -> None:
    compat.set_handles(in_meta(scene, add(start=10), installed), 12, 40)
    from_strip("last")
    assert number(taken()) == 29


def test_a_picture_strip_gives_its_picture(scene: Any, compat: Any, taken: Any, tmp_path: Path) -> None:
    footage._write_png(tmp_path / "still.png", (96, 54), 77)
    strip = compat.strips(scene.sequence_editor).new_image(
        name="Still", filepath=str(tmp_path / "still.png"), channel=1, frame_start=5, fit_method="FIT"
    )
    scene.sequence_editor.active_strip = strip
    strip.select = True
    from_strip("first")
    assert pixels(taken().path).shape[:2] == (54, 96)
    assert number(taken()) == 77


def test_a_playhead_beside_the_strip_has_no_current_frame(scene: Any, add: Any) -> None:
    add(start=10)
    scene.frame_current = 5
    with pytest.raises(RuntimeError, match=r"The playhead \(frame 5\) is not on the strip “Clip”"):
        from_strip("current")


def test_without_a_selected_strip_it_says_so(scene: Any, add: Any) -> None:
    add().select = False
    with pytest.raises(RuntimeError, match="No strip is selected"):
        from_strip("first")


# -- A range of strips -------------------------------------------------------------------------------------------------


def shown_in(clip: str, compat: Any, folder: Path) -> list[int]:
    return [footage.number_in(picture) for picture in animatics.frames(Path(clip), compat, folder)]


def test_a_range_is_a_clip_of_its_frames(scene: Any, add: Any, taken: Any, compat: Any, tmp_path: Path) -> None:
    add(start=10, left=15, right=20)
    from_range()
    assert taken().origin == "Frames 15 to 19 of Scene"
    assert Path(taken().path).suffix == ".mp4"
    assert animatics.facts(Path(taken().path)) == ((WIDTH, HEIGHT), 5, 24.0)
    assert shown_in(taken().path, compat, tmp_path / "look") == [5, 6, 7, 8, 9]


def test_a_range_reaches_over_all_selected_strips(
    scene: Any, add: Any, taken: Any, compat: Any, tmp_path: Path
) -> None:
    add(start=1, left=1, right=3)
    add(start=1, channel=2, left=5, right=7)
    from_range()
    shown = shown_in(taken().path, compat, tmp_path / "look")
    assert shown == [0, 1, 0, 0, 4, 5]


def test_a_whole_clip_with_its_sound_is_taken_as_it_is(
    scene: Any, add: Any, taken: Any, clip: Path, compat: Any
) -> None:
    add(start=10)
    if footage.HAS_AUDIO:
        compat.strips(scene.sequence_editor).new_sound(name="Sound", filepath=str(clip), channel=3, frame_start=10)
    from_range()
    assert Path(taken().path).read_bytes() == clip.read_bytes()


@pytest.mark.parametrize("change", ["trimmed", "flipped", "darker", "larger", "silent"])
def test_a_clip_that_is_shown_otherwise_is_not(
    change: str, scene: Any, add: Any, taken: Any, clip: Path, compat: Any
) -> None:
    strip = add(start=10)
    match change:
        case "trimmed":
            compat.set_handles(strip, 10, 57)
        case "flipped":
            strip.use_flip_x = True
        case "darker":
            scene.view_settings.exposure = -1.0
        case "larger":
            strip.transform.scale_x = strip.transform.scale_y = 1.5
        case "silent":
            if not footage.HAS_AUDIO:
                compat.set_handles(strip, 11, 58)
    from_range()
    assert Path(taken().path).read_bytes() != clip.read_bytes()


def test_a_range_has_the_sound_that_is_heard(scene: Any, add: Any, taken: Any, clip: Path, compat: Any) -> None:
    add(start=1, left=1, right=25)
    if footage.HAS_AUDIO:
        compat.strips(scene.sequence_editor).new_sound(name="Sound", filepath=str(clip), channel=3, frame_start=1)
    from_range()
    sound: Any = bpy.data.sounds.load(taken().path)
    assert sound.samplerate == (48_000 if footage.HAS_AUDIO else 0)


# -- A file ------------------------------------------------------------------------------------------------------------


def test_a_chosen_file_is_copied_into_the_project(scene: Any, taken: Any, tmp_path: Path) -> None:
    footage._write_png(tmp_path / "fox.png", (96, 54), 77)
    before = (tmp_path / "fox.png").read_bytes()
    from_file(tmp_path / "fox.png", role="reference")
    assert Path(taken().path).parent == tmp_path / "shot.assets" / "inputs"
    assert Path(taken().path).read_bytes() == before == (tmp_path / "fox.png").read_bytes()
    assert (taken().role, taken().origin) == ("reference", "")


def test_a_file_of_another_kind_is_refused_with_its_name(scene: Any, clip: Path, tmp_path: Path, draft: Any) -> None:
    (tmp_path / "notes.png").write_text("no picture")
    with pytest.raises(RuntimeError, match=r"“notes\.png” cannot be read: it is no picture"):
        from_file(tmp_path / "notes.png")
    with pytest.raises(RuntimeError, match=r"“notes\.png” cannot be read: it is no video"):
        from_file(tmp_path / "notes.png", media="video", role="video")
    with pytest.raises(RuntimeError, match=r"“clip\.mp4” cannot be read: it is no picture"):
        from_file(clip)
    with pytest.raises(RuntimeError, match="is not there"):
        from_file(tmp_path / "nowhere.png")
    assert draft().inputs == ()


# -- The draft ---------------------------------------------------------------------------------------------------------


def test_a_second_first_frame_takes_the_place_of_the_first_and_references_gather(
    scene: Any, add: Any, draft: Any
) -> None:
    add()
    from_playhead()
    from_playhead("reference")
    scene.frame_current = 8
    from_playhead()
    from_playhead("reference")
    from_playhead("reference")  # the same once more
    assert sorted((entry.role, number(entry)) for entry in draft().inputs) == [
        ("first_frame", 7),
        ("reference", 0),
        ("reference", 7),
    ]
    bpy.ops.sessions.remove_input(index=0)
    assert len(draft().inputs) == 2


def test_it_is_written_to_the_sidecar(scene: Any, add: Any, taken: Any, flush: Any, tmp_path: Path) -> None:
    add()
    from_playhead()
    flush()
    (entry,) = read_sidecar(tmp_path / "shot.blend")["desk"]["draft"]["inputs"]
    assert entry["sha256"] == taken().sha256


def test_an_input_goes_to_the_draft_that_it_was_taken_for(
    scene: Any, add: Any, installed: Any, settled: Any, draft: Any
) -> None:
    inputs, runtime = installed("blender.inputs"), installed("blender.runtime")
    add()
    inputs.take_playhead(bpy.context, installed("core.models").Role.FIRST_FRAME)
    assert [each.origin for each in inputs.preparing()] == ["Frame 1 of Scene"]
    assert draft().inputs == ()
    with pytest.raises(installed("core.errors").SessionsError, match="“Frame 1 of Scene” is still being prepared"):
        inputs.check_ready()
    settled(lambda: not inputs.preparing())
    assert len(draft().inputs) == 1
    assert runtime.current().trouble is None


def test_what_is_stopped_never_arrives(scene: Any, add: Any, installed: Any, settled: Any, draft: Any) -> None:
    inputs = installed("blender.inputs")
    add()
    inputs.take_playhead(bpy.context, installed("core.models").Role.FIRST_FRAME)
    (preparing,) = inputs.preparing()
    bpy.ops.sessions.stop_preparing(order_id=preparing.order.order_id)
    assert inputs.preparing() == []
    from_playhead("last_frame")  # by then the other would have come
    assert [entry.role for entry in draft().inputs] == ["last_frame"]
    settled(lambda: not preparing.order.file.exists())


# -- The user's file ---------------------------------------------------------------------------------------------------


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


def test_a_first_save_keeps_the_inputs_within_reach(
    clip: Path, compat: Any, draft: Any, fresh_file: None, tmp_path: Path
) -> None:
    scene = bpy.context.scene
    set_format(scene)
    compat.strips(scene.sequence_editor_create()).new_movie(name="Clip", filepath=str(clip), channel=1, frame_start=1)
    from_playhead()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "later.blend"))
    (entry,) = draft().inputs
    assert Path(entry.path).is_file()
    assert footage.number_in(pixels(entry.path)) == 0
