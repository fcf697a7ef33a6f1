"""A clip on the timeline: where it goes, how it plays, and what it leaves alone. With real clips, seen and heard."""

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

NTSC_FILM = Rate(24, 1.001)
NTSC_60 = Rate(60, 1.001)
START = 10


@pytest.fixture
def timeline(installed: Callable[[str], ModuleType]) -> Any:
    return installed("blender.timeline")


@pytest.fixture(scope="module")
def errors(installed: Callable[[str], ModuleType]) -> Any:
    return installed("core.errors")


@pytest.fixture(scope="module")
def clip(compat: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A clip of two seconds unless `frames` says otherwise; the same one when asked for again."""

    @functools.cache
    def make(rate: Rate = FILM, frames: int = 0, size: tuple[int, int] = (64, 36), sound: bool = True) -> Path:
        path = tmp_path_factory.mktemp("footage") / "clip.mp4"
        return footage.make_clip(path, compat, rate=rate, frames=frames or 2 * rate.fps, size=size, sound=sound)

    return make


@pytest.fixture
def scene(fresh_file: None) -> bpy.types.Scene:
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 24, 1.0
    scene.render.resolution_x, scene.render.resolution_y = 128, 72
    scene.view_settings.view_transform = "Standard"
    return scene


@pytest.fixture
def add(timeline: Any, scene: bpy.types.Scene) -> Callable[..., Any]:
    """Add a clip to the scene; returns where it went."""

    def add_clip(path: Path, frame: int = START, **options: Any) -> Any:
        return timeline.add_clip(scene, path, frame, **{"name": "Lighthouse 1", **options})

    return add_clip


@pytest.fixture
def block(compat: Any, scene: bpy.types.Scene) -> Callable[..., Any]:
    """Put a colour strip where clips want to go."""

    def add_color(channel: int, start: int = START, length: int = 20) -> Any:
        return compat.new_effect(
            compat.strips(scene.sequence_editor_create()),
            name="Block",
            type="COLOR",
            channel=channel,
            start=start,
            length=length,
        )

    return add_color


@pytest.fixture
def state(compat: Any) -> Callable[[bpy.types.Scene], list[Any]]:
    """All that an editor sees of a scene's strips."""

    def look(scene: bpy.types.Scene) -> list[Any]:
        editor = scene.sequence_editor
        if editor is None:
            return []
        return [
            (s.name, s.type, s.channel, compat.left_handle(s), compat.right_handle(s), s.select)
            for s in compat.strips_all(editor)
        ] + [editor.active_strip.name if editor.active_strip else None]

    return look


def strip(scene: bpy.types.Scene, compat: Any, name: str) -> Any:
    return compat.strips_all(scene.sequence_editor)[name]


# -- Where it goes ----------------------------------------------------------------------------------------------------


def test_a_clip_begins_at_the_frame_it_is_given_on_the_lowest_channels(
    add: Any, clip: Any, scene: bpy.types.Scene, compat: Any
) -> None:
    placed = add(clip())
    assert (placed.start, placed.end) == (START, START + 48)
    assert placed.channel == (2 if HAS_AUDIO else 1)
    if HAS_AUDIO:
        sound = strip(scene, compat, placed.sound)
        assert (sound.channel, compat.left_handle(sound), compat.right_handle(sound)) == (1, START, START + 48)
    else:
        assert placed.sound is None


def test_a_silent_clip_needs_one_channel(add: Any, clip: Any) -> None:
    placed = add(clip(sound=False))
    assert (placed.channel, placed.sound) == (1, None)


@pytest.mark.parametrize(("start", "length"), [(START, 20), (START - 5, 6), (START + 47, 30), (1, 200)])
def test_a_clip_never_lies_over_another_strip(add: Any, clip: Any, block: Any, start: int, length: int) -> None:
    block(1, start, length)
    assert add(clip(sound=False)).channel == 2


@pytest.mark.parametrize(("start", "length"), [(1, START - 1), (START + 48, 30)])
def test_strips_that_only_touch_a_clip_leave_it_room(add: Any, clip: Any, block: Any, start: int, length: int) -> None:
    block(1, start, length)
    assert add(clip(sound=False)).channel == 1


def test_picture_and_sound_stay_on_adjoining_channels(add: Any, clip: Any, block: Any) -> None:
    block(2)
    assert add(clip()).channel == (4 if HAS_AUDIO else 1)


def test_strips_on_the_topmost_channels_are_not_touched_either(add: Any, clip: Any, block: Any) -> None:
    for channel in (127, 128):
        block(channel)
    assert add(clip(sound=False)).channel == 1


@pytest.mark.parametrize("closed", ["lock", "mute"])
def test_a_locked_or_muted_channel_is_skipped(add: Any, clip: Any, scene: bpy.types.Scene, closed: str) -> None:
    setattr(scene.sequence_editor_create().channels[1], closed, True)
    assert add(clip(sound=False)).channel == 2


def test_a_locked_channel_at_the_top_changes_nothing(add: Any, clip: Any, scene: bpy.types.Scene) -> None:
    for channel in (127, 128):
        scene.sequence_editor_create().channels[channel].lock = True
    assert add(clip(sound=False)).channel == 1


def test_without_room_on_any_channel_the_clip_is_refused_and_nothing_changes(
    add: Any, clip: Any, errors: Any, scene: bpy.types.Scene, state: Any
) -> None:
    for channel in scene.sequence_editor_create().channels:
        channel.lock = True
    with pytest.raises(errors.InputError, match="No channel has room"):
        add(clip())
    assert state(scene) == [None]


def test_in_an_open_meta_strip_the_clip_goes_inside(add: Any, clip: Any, compat: Any, scene: bpy.types.Scene) -> None:
    editor = scene.sequence_editor_create()
    meta = compat.strips(editor).new_meta(name="Meta", channel=5, frame_start=1)
    compat.new_effect(compat.strips(meta), name="Inside", type="COLOR", channel=1, start=1, length=100)
    editor.display_stack(meta)
    placed = add(clip(sound=False))
    assert placed.channel == 2
    assert placed.picture in compat.strips(meta)
    assert [strip.name for strip in compat.strips(editor)] == ["Meta"]


def test_a_scene_that_no_window_shows_can_have_the_clip(
    timeline: Any, compat: Any, clip: Any, scene: bpy.types.Scene, state: Any
) -> None:
    before = state(scene)
    other = bpy.data.scenes.new("Other")
    placed = timeline.add_clip(other, clip(), START, name="Clip")
    assert placed.picture in compat.strips(other.sequence_editor)
    assert state(scene) == before
    assert bpy.context.scene == scene


def test_a_linked_scene_is_refused(
    timeline: Any, errors: Any, clip: Any, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    path = tmp_path / "library.blend"
    bpy.data.libraries.write(str(path), {scene})
    with bpy.data.libraries.load(str(path), link=True) as (_, wanted):
        wanted.scenes = [scene.name]
    (linked,) = [each for each in bpy.data.scenes if each.library]
    with pytest.raises(errors.InputError, match="linked from another file"):
        timeline.add_clip(linked, clip(), START, name="Clip")


# -- How it plays -----------------------------------------------------------------------------------------------------

RATES = [FILM, NTSC_FILM, Rate(25), Rate(30), NTSC_60]


@pytest.mark.parametrize("clip_rate", RATES, ids=lambda rate: f"clip_{rate.value:.5g}")
@pytest.mark.parametrize("scene_rate", [FILM, NTSC_FILM, Rate(30)], ids=lambda rate: f"scene_{rate.value:.5g}")
def test_the_picture_plays_at_its_true_speed(
    add: Any, clip: Any, scene: bpy.types.Scene, tmp_path: Path, scene_rate: Rate, clip_rate: Rate
) -> None:
    footage.set_rate(scene, scene_rate)
    placed = add(clip(clip_rate))
    seconds = 2 * clip_rate.base
    assert placed.end - placed.start == pytest.approx(seconds * scene_rate.value, abs=1.001)
    shown = footage.pictures(scene, placed.start, placed.end - 1, tmp_path)
    for at, picture in enumerate(shown):
        due = at / scene_rate.value * clip_rate.value
        assert footage.number_in(picture) == pytest.approx(due, abs=1), f"frame {at} of the strip"


@pytest.mark.parametrize("clip_rate", RATES, ids=lambda rate: f"clip_{rate.value:.5g}")
def test_the_sound_is_in_sync_with_the_picture(
    add: Any, clip: Any, compat: Any, scene: bpy.types.Scene, tmp_path: Path, clip_rate: Rate
) -> None:
    placed = add(clip(clip_rate))
    assert (placed.sound is not None) == HAS_AUDIO
    if placed.sound is None:
        return
    sound = strip(scene, compat, placed.sound)
    assert compat.left_handle(sound) == placed.start
    assert compat.right_handle(sound) == pytest.approx(placed.end, abs=1)
    scene.frame_start, scene.frame_end = placed.start, placed.end - 1
    bpy.ops.sound.mixdown(filepath=str(tmp_path / "mix.wav"), container="WAV", codec="PCM", format="S16")
    assert footage.clicks(tmp_path / "mix.wav") == pytest.approx([0, 0.5, 1, 1.5], abs=1 / 24)


@pytest.mark.parametrize("size", [(36, 64), (64, 36), (96, 24)])
def test_a_clip_is_scaled_to_fit_neither_cropped_nor_stretched(
    add: Any, clip: Any, scene: bpy.types.Scene, tmp_path: Path, size: tuple[int, int]
) -> None:
    placed = add(clip(size=size, frames=256, sound=False))
    last = placed.end - 1  # its number is 255: all white
    (picture,) = footage.pictures(scene, last, last, tmp_path)
    white = picture[:, :, 0] > 0.5
    width, height = int(white.any(axis=0).sum()), int(white.any(axis=1).sum())
    scale = min(128 / size[0], 72 / size[1])
    assert (width, height) == pytest.approx((size[0] * scale, size[1] * scale), abs=2)


# -- What it carries --------------------------------------------------------------------------------------------------


def test_both_strips_carry_the_name(add: Any, clip: Any, compat: Any, scene: bpy.types.Scene) -> None:
    placed = add(clip())
    assert placed.picture == "Lighthouse 1"
    if placed.sound:
        assert strip(scene, compat, placed.sound).name.startswith("Lighthouse 1")


def test_a_clip_can_be_cut_or_held_to_a_length_and_lies_above_a_channel(
    add: Any, clip: Any, compat: Any, scene: bpy.types.Scene
) -> None:
    for length, above in ((20, 0), (100, 5)):
        placed = add(clip(), START + 200 * above, length=length, above=above)
        shown = strip(scene, compat, placed.picture)
        assert (placed.end - placed.start, shown.channel > above) == (length, True)


def paths(scene: bpy.types.Scene, compat: Any) -> set[str]:
    return {
        strip.filepath if strip.type == "MOVIE" else strip.sound.filepath
        for strip in compat.strips_all(scene.sequence_editor)
    }


def test_in_a_saved_file_the_path_is_relative_to_it(add: Any, clip: Any, compat: Any, scene: bpy.types.Scene) -> None:
    path = clip()
    bpy.ops.wm.save_as_mainfile(filepath=str(path.parent / "shot.blend"))
    add(path)
    assert paths(scene, compat) == {"//clip.mp4"}


def test_in_an_unsaved_file_the_path_is_absolute(add: Any, clip: Any, compat: Any, scene: bpy.types.Scene) -> None:
    add(clip())
    assert paths(scene, compat) == {str(clip())}


# -- What it leaves alone ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_strips", [False, True])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut off", "no movie", "a folder"])
def test_a_clip_that_cannot_be_read_is_refused_and_the_timeline_stays(
    add: Any,
    clip: Any,
    block: Any,
    errors: Any,
    scene: bpy.types.Scene,
    state: Any,
    tmp_path: Path,
    damage: str,
    has_strips: bool,
) -> None:
    if has_strips:
        block(1).select = True
    path = tmp_path / "clip.mp4"
    match damage:
        case "empty":
            path.touch()
        case "cut off":
            path.write_bytes(clip().read_bytes()[: clip().stat().st_size // 2])
        case "no movie":
            footage._write_wav(path, 1.0)
        case "a folder":
            path.mkdir()
    before = state(scene)
    with pytest.raises(errors.StorageError, match=r"clip\.mp4"):
        add(path)
    assert state(scene) == before


def test_the_new_strips_are_selected_and_the_picture_is_active(
    add: Any, clip: Any, block: Any, compat: Any, scene: bpy.types.Scene
) -> None:
    block(1).select = True
    placed = add(clip())
    selected = {strip.name for strip in compat.strips(scene.sequence_editor) if strip.select}
    assert selected == {name for name in (placed.picture, placed.sound) if name}
    assert scene.sequence_editor.active_strip.name == placed.picture


def test_the_selection_stays_when_asked_to(
    add: Any, clip: Any, block: Any, compat: Any, scene: bpy.types.Scene
) -> None:
    selected, other = block(1), block(2)
    selected.select, other.select = True, False
    scene.sequence_editor.active_strip = other
    add(clip(), select=False)
    assert [strip.name for strip in compat.strips(scene.sequence_editor) if strip.select] == [selected.name]
    assert scene.sequence_editor.active_strip == other


def test_playhead_frame_rate_other_strips_and_windows_stay_as_they_were(
    add: Any, clip: Any, block: Any, scene: bpy.types.Scene, state: Any
) -> None:
    block(3)
    scene.frame_set(77)

    def everything() -> tuple[Any, ...]:
        windows = bpy.context.window_manager.windows
        return (
            scene.frame_current,
            scene.render.fps,
            scene.render.resolution_x,
            [area.ui_type for window in windows for area in window.screen.areas],
            [strip[:5] for strip in state(scene)[:-1] if strip[0] == "Block"],
        )

    before = everything()
    add(clip(NTSC_60))
    assert everything() == before


def test_one_undo_takes_the_clip_out_and_redo_brings_it_back(add: Any, clip: Any, block: Any, state: Any) -> None:
    block(1)
    bpy.ops.ed.undo_push(message="Before")
    before = state(bpy.context.scene)
    add(clip())
    after = state(bpy.context.scene)
    bpy.ops.ed.undo_push(message="Add Lighthouse 1")
    bpy.ops.ed.undo()
    assert state(bpy.context.scene) == before
    bpy.ops.ed.redo()
    assert state(bpy.context.scene) == after


def test_an_idle_blender_is_not_busy(timeline: Any, scene: bpy.types.Scene) -> None:
    assert timeline.busy(bpy.context) is None
