"""The edit as plain data, from real strips of each Blender."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from . import footage
from .footage import FILM, HAS_AUDIO, Rate
from .working import generate

THIRTY = Rate(30)


@pytest.fixture(scope="module")
def clip(compat: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Two seconds of film, the same when asked again."""

    @functools.cache
    def make(rate: Rate = FILM) -> Path:
        path = tmp_path_factory.mktemp("footage") / f"clip {rate.fps}.mp4"
        return footage.make_clip(path, compat, rate=rate, frames=2 * rate.fps)

    return make


@pytest.fixture
def scene(fresh_file: None) -> bpy.types.Scene:
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 24, 1.0
    scene.sequence_editor_create()
    return scene


@pytest.fixture
def gather(installed: Callable[[str], ModuleType], scene: bpy.types.Scene) -> Callable[[], Any]:
    gathering = installed("blender.gathering")
    return lambda: gathering.gather(scene)


@pytest.fixture
def add(installed: Callable[[str], ModuleType], compat: Any, scene: bpy.types.Scene) -> Callable[..., Any]:
    """Add a clip as a person does; returns its picture strip."""
    timeline = installed("blender.timeline")

    def put(path: Path, frame: int = 10) -> Any:
        placed = timeline.add_clip(scene, path, frame, name="Clip")
        return compat.strips_all(scene.sequence_editor)[placed.picture]

    return put


@pytest.fixture
def retime(installed: Callable[[str], ModuleType], compat: Any, scene: bpy.types.Scene) -> Callable[[Any, float], None]:
    """Have a strip play so many percent as fast, as a person does."""

    def play_at(strip: Any, percent: float) -> None:
        with installed("blender.timeline").sequencer(scene):
            bpy.ops.sequencer.select_all(action="DESELECT")
            strip.select, scene.sequence_editor.active_strip = True, strip
            bpy.ops.sequencer.retiming_segment_speed_set(speed=percent)

    return play_at


def pictures(edit: Any) -> list[Any]:
    return [strip for strip in edit.strips if strip.kind == "movie"]


def test_an_empty_scene_is_an_edit_without_strips(installed: Callable[[str], ModuleType], fresh_file: None) -> None:
    scene = bpy.data.scenes.new("Empty")
    scene.frame_start, scene.frame_end = 5, 104
    scene.render.fps, scene.render.fps_base = 30, 1.001
    edit = installed("blender.gathering").gather(scene)
    assert (edit.strips, edit.start, edit.end, edit.rate) == ((), 5, 105, (30000, 1001))


@pytest.mark.parametrize("rate", [FILM, THIRTY], ids=["24", "30"])
def test_a_trimmed_clip_tells_which_seconds_of_its_file_play(
    rate: Rate, clip: Any, add: Any, compat: Any, gather: Any
) -> None:
    strip = add(clip(rate))
    compat.set_handles(strip, 16, 40)
    (told,) = pictures(gather())
    assert (told.start, told.end, told.type) == (16, 40, "MOVIE")
    assert Path(told.source.path) == clip(rate)
    assert told.source.rate == (rate.fps, 1)
    assert told.source.seconds == pytest.approx(2)
    assert (told.source_in, told.source_out) == (pytest.approx(6 / 24), pytest.approx(30 / 24))
    assert not (told.backwards or told.uneven or told.muted)


def test_a_clip_that_a_script_added_at_the_wrong_speed_says_so(
    clip: Any, compat: Any, scene: bpy.types.Scene, gather: Any, installed: Callable[[str], ModuleType]
) -> None:
    compat.strips(scene.sequence_editor).new_movie(
        name="Slow", filepath=str(clip(THIRTY)), channel=1, frame_start=1
    )  # each of its frames is one of the scene
    edit = gather()
    assert installed("core.edit").speed(edit.strips[0], edit.rate) == pytest.approx(24 / 30)
    assert (edit.strips[0].end, edit.strips[0].source_out) == (61, pytest.approx(2))


def test_a_clip_at_twice_its_speed_plays_all_of_its_file_in_half_the_time(
    clip: Any, add: Any, retime: Any, compat: Any, gather: Any
) -> None:
    strip = add(clip())
    retime(strip, 200)
    compat.set_handles(strip, 10, 34)
    edit = gather()
    (told,) = pictures(edit)
    keys = len(strip.retiming_keys)
    assert (told.start, told.end) == (10, 34)
    if keys == 2:
        assert (told.source_in, told.source_out, told.uneven) == (0, pytest.approx(2), False)
    else:  # 5.0 keeps the strip's length: what comes behind is played more slowly
        assert told.uneven


def test_a_clip_with_several_speeds_is_called_uneven(
    clip: Any, add: Any, retime: Any, compat: Any, gather: Any
) -> None:
    strip = add(clip())
    compat.set_handles(strip, 20, 40)
    retime(strip, 200)
    (told,) = pictures(gather())
    assert len(strip.retiming_keys) > 2
    assert told.uneven
    assert 0 <= told.source_in < told.source_out <= 2


def test_a_reversed_clip_plays_from_the_end_of_its_file(clip: Any, add: Any, compat: Any, gather: Any) -> None:
    strip = add(clip())
    strip.use_reverse_frames = True
    compat.set_handles(strip, 16, 40)
    (told,) = pictures(gather())
    assert told.backwards
    assert (told.source_in, told.source_out) == (pytest.approx(18 / 24), pytest.approx(42 / 24))


def test_a_strip_drawn_out_beyond_its_clip_reaches_beyond_it_in_the_data(
    clip: Any, add: Any, compat: Any, gather: Any
) -> None:
    compat.set_handles(add(clip()), 4, 70)
    (told,) = pictures(gather())
    assert (told.source_in, told.source_out) == (pytest.approx(-6 / 24), pytest.approx(60 / 24))


@pytest.mark.parametrize("seen", [True, False], ids=["there", "gone"])
def test_a_file_that_is_gone_is_told_all_the_same(seen: bool, clip: Any, add: Any, gather: Any, tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(clip().read_bytes())
    add(file)
    if not seen:
        file.unlink()
    (told,) = pictures(gather())
    assert (Path(told.source.path), told.source.seconds is not None) == (file, seen)
    assert (told.source_in, told.source_out) == (0, pytest.approx(2))


def test_sound_is_trimmed_in_seconds_of_its_file(clip: Any, add: Any, compat: Any, scene: Any, gather: Any) -> None:
    add(clip(THIRTY))
    sounds = [strip for strip in compat.strips(scene.sequence_editor) if strip.type == "SOUND"]
    for sound in sounds:
        compat.set_handles(sound, 16, 40)
    heard = [strip for strip in gather().strips if strip.kind == "sound"]
    assert len(heard) == len(sounds) == HAS_AUDIO
    for told in heard:
        _plays_from_6_to_30(told, clip(THIRTY))


def _plays_from_6_to_30(told: Any, file: Path) -> None:
    assert Path(told.source.path) == file
    assert told.source.seconds == pytest.approx(2, abs=0.1)
    assert (told.source_in, told.source_out) == (pytest.approx(6 / 24), pytest.approx(30 / 24))


def test_an_image_sequence_names_its_files_and_a_single_image_stands_still(
    compat: Any, scene: bpy.types.Scene, gather: Any, tmp_path: Path
) -> None:
    for number in range(4):
        footage._write_png(tmp_path / f"shot {number:03}.png", (16, 9), number)
    strips = compat.strips(scene.sequence_editor)
    sequence = strips.new_image(name="Row", filepath=str(tmp_path / "shot 000.png"), channel=1, frame_start=1)
    for number in range(1, 4):
        sequence.elements.append(f"shot {number:03}.png")
    compat.set_handles(sequence, 2, 5)
    single = strips.new_image(name="One", filepath=str(tmp_path / "shot 002.png"), channel=2, frame_start=1)
    compat.set_handles(single, 5, 50)
    told = {strip.name: strip for strip in gather().strips}
    row, one = told["Row"], told["One"]
    assert row.source.names == tuple(f"shot {number:03}.png" for number in range(4))
    assert Path(row.source.path) == tmp_path / "shot 000.png"
    assert (row.source.rate, row.source.seconds) == ((24, 1), pytest.approx(4 / 24))
    assert (row.source_in, row.source_out) == (pytest.approx(1 / 24), pytest.approx(4 / 24))
    assert (one.start, one.end, one.source.names) == (5, 50, ("shot 002.png",))
    assert (one.source_in, one.source_out, one.source.seconds) == (0, None, None)


def test_text_colour_and_effects_are_told_with_what_they_work_on(
    installed: Callable[[str], ModuleType], compat: Any, scene: bpy.types.Scene, gather: Any
) -> None:
    strips = compat.strips(scene.sequence_editor)
    title = compat.new_effect(strips, name="Title", type="TEXT", channel=3, start=1, length=20)
    title.text = "The Storm ⛈"
    for name, channel, start in (("Red", 1, 1), ("Blue", 2, 11)):
        made = compat.new_effect(strips, name=name, type="COLOR", channel=channel, start=start, length=20)
        made.color = (0.25, 0.5, 0.75)
        made.select = name in ("Red", "Blue")
    title.select = False
    scene.sequence_editor.active_strip = made
    with installed("blender.timeline").sequencer(scene):
        bpy.ops.sequencer.effect_strip_add(type="CROSS")
    told = {strip.kind: strip for strip in gather().strips}
    assert told["text"].text == "The Storm ⛈"
    assert told["color"].color == (0.25, 0.5, 0.75)
    assert (told["effect"].type, set(told["effect"].inputs)) == ("CROSS", {"Red", "Blue"})
    assert (told["effect"].start, told["effect"].end) == (11, 21)


def test_what_is_in_a_meta_strip_is_nested_with_its_channels(
    installed: Callable[[str], ModuleType], clip: Any, add: Any, compat: Any, scene: bpy.types.Scene, gather: Any
) -> None:
    add(clip())
    with installed("blender.timeline").sequencer(scene):
        bpy.ops.sequencer.select_all(action="SELECT")
        bpy.ops.sequencer.meta_make()
    (meta,) = compat.strips(scene.sequence_editor)
    compat.set_handles(meta, 20, 30)
    meta.channels[2].name, meta.channels[3].mute = "Pictures", True
    (told,) = gather().strips
    assert (told.kind, told.start, told.end) == ("meta", 20, 30)
    assert {(strip.start, strip.end) for strip in told.strips} == {(10, 58)}
    assert set(told.channels) == {(2, "Pictures", False), (3, "", True)}


def test_a_scene_strip_that_shows_an_edit_holds_it_in_the_frames_of_this_one(
    clip: Any, compat: Any, scene: bpy.types.Scene, gather: Any, installed: Callable[[str], ModuleType]
) -> None:
    other = bpy.data.scenes.new("Other")
    other.render.fps, other.frame_start, other.frame_end = 30, 101, 160
    inner = installed("blender.timeline").add_clip(other, clip(THIRTY), 111, name="Inner")
    loop = compat.strips(other.sequence_editor).new_scene(name="Loop", scene=scene, channel=9, frame_start=101)
    strip = compat.strips(scene.sequence_editor).new_scene(name="Sub", scene=other, channel=1, frame_start=50)
    strip.scene_input = loop.scene_input = "SEQUENCER"
    compat.set_handles(strip, 55, 80)
    edit = gather()
    (told,) = edit.strips
    assert (told.kind, told.scene, told.start, told.end) == ("scene", "Other", 55, 80)
    found = {each.name: each for each in told.strips}
    picture = found[inner.picture]
    assert (picture.start, picture.end) == (60, 120)  # ten frames after the other scene's first
    assert (picture.source_in, picture.source_out) == (0, pytest.approx(2))
    assert found["Loop"].strips == ()  # it shows what it is in: there is no end to that
    strip.scene_input = "CAMERA"
    assert gather().strips[0].strips == ()


def test_channels_markers_and_mute_are_told(compat: Any, scene: bpy.types.Scene, gather: Any) -> None:
    editor = scene.sequence_editor
    editor.channels[2].name, editor.channels[4].mute = "Titles", True
    scene.timeline_markers.new("Late", frame=90)
    scene.timeline_markers.new("Act 1", frame=12)
    made = compat.new_effect(compat.strips(editor), name="C", type="COLOR", channel=4, start=1, length=9)
    made.mute = True
    edit = gather()
    assert edit.channels == ((2, "Titles", False), (4, "", True))
    assert edit.markers == (("Act 1", 12), ("Late", 90))
    assert edit.strips[0].muted


def test_a_take_is_told_by_its_ids_and_a_placeholder_plays_no_file(
    saved_file: Path, installed: Callable[[str], ModuleType], start: Callable[..., None], settled: Callable[[], None]
) -> None:
    gathering, runtime = installed("blender.gathering"), installed("blender.runtime")
    start("A red fox")
    (waiting,) = pictures(gathering.gather(bpy.context.scene))
    assert waiting.slot
    assert (waiting.source, waiting.take_id, waiting.asset_id) == (None, "", "")
    settled()
    (told,) = pictures(gathering.gather(bpy.context.scene))
    (asset,) = runtime.current().project.assets
    assert (told.session_id, told.take_id, told.asset_id) == (asset.session_id, asset.take_id, asset.id)
    assert told.slot == waiting.slot
    assert Path(told.source.path) == saved_file.parent / asset.path
    assert told.source.seconds == pytest.approx(0.5)


def test_gathering_changes_nothing(saved_file: Path, installed: Callable[[str], ModuleType], clip: Any) -> None:
    generate("A red fox")
    scene = bpy.context.scene
    strips = installed("blender.compat").strips(scene.sequence_editor)
    strips.new_movie(name="Other", filepath=str(clip()), channel=7, frame_start=1)

    def state() -> list[Any]:
        return [
            *(sorted((key, str(value)) for key, value in strip.items()) for strip in strips),
            *(each.name for each in bpy.data.movieclips),
            *(each.name for each in bpy.data.sounds),
        ]

    before = state()
    installed("blender.gathering").gather(scene)
    assert state() == before
