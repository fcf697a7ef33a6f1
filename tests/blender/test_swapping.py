"""A strip that changes to another take: what an editor did to it stays, and the right picture plays."""

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

START = 10


@pytest.fixture(scope="module")
def clip(compat: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A clip that shows its frames' numbers, five seconds unless `frames` says otherwise; the same when asked again."""

    @functools.cache
    def make(rate: Rate = FILM, frames: int = 0, size: tuple[int, int] = (64, 36), sound: bool = True) -> Path:
        path = tmp_path_factory.mktemp("footage") / f"clip-{rate.fps}-{frames}-{size[0]}-{sound}.mp4"
        return footage.make_clip(path, compat, rate=rate, frames=frames or 5 * rate.fps, size=size, sound=sound)

    return make


@pytest.fixture
def scene(fresh_file: None) -> bpy.types.Scene:
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 24, 1.0
    scene.render.resolution_x, scene.render.resolution_y = 128, 72
    scene.view_settings.view_transform = "Standard"
    return scene


@pytest.fixture
def asset(installed: Callable[[str], ModuleType]) -> Callable[..., Any]:
    """An asset as a take leaves it, its data-block included."""
    models, clips = installed("core.models"), installed("blender.clips")
    now = installed("blender.runtime").now()

    def make(path: Path, number: int = 1) -> Any:
        request = models.Request(
            prompt="A lighthouse", provider="x", model="y", duration=5, width=64, height=36, fps=24, seed=number
        )
        made = models.Asset(
            id=f"{number:032x}", path=str(path), sha256="", size=1, created_at=now, changed_at=now, request=request,
            session_id="s", session_name="Lighthouse", take_id=f"t{number}", take_number=number,
        )  # fmt: skip
        clips.ensure_clip(path, asset_id=made.id, name=made.title, description="", tags=())
        return made

    return make


@pytest.fixture
def put(installed: Callable[[str], ModuleType], scene: bpy.types.Scene, asset: Any) -> Callable[..., Any]:
    """Put an asset into a slot of the scene; returns the name of its picture strip."""
    timeline, marks, clips = (installed(f"blender.{name}") for name in ("timeline", "slots.marks", "clips"))

    def place(path: Path, frame: int = START, slot: str = "slot") -> str:
        made = asset(path)
        placed = timeline.add_clip(scene, path, frame, name="Lighthouse 1")
        everything = {strip.name: strip for strip in installed("blender.compat").strips_all(scene.sequence_editor)}
        for name in filter(None, (placed.picture, placed.sound)):
            marks.put_slot(everything[name], session_id="s", slot=slot)
            marks.put_shown(everything[name], made)
        picture = everything[placed.picture]
        marks.put_shown(picture, made, clips.source_of(clips.find(made.id)))
        marks.playback_rate(picture)
        return str(placed.picture)

    return place


@pytest.fixture
def swap(installed: Callable[[str], ModuleType], scene: bpy.types.Scene, asset: Any) -> Callable[..., list[str]]:
    swapping = installed("blender.slots.swapping")

    def change(name: str, path: Path, number: int = 2) -> list[str]:
        said = swapping.swap(scene, find(scene, name), asset(path, number), path)
        return [str(each) for each in said]

    return change


def sounds(scene: bpy.types.Scene) -> list[Any]:
    """The sound strips. In a Blender without sound there are none, and that is all there is to see."""
    found = [strip for strip in strips(scene) if strip.type == "SOUND"]
    assert bool(found) == HAS_AUDIO
    return found


def find(scene: bpy.types.Scene, name: str) -> Any:
    return next(strip for strip in strips(scene) if strip.name == name)


def strips(scene: bpy.types.Scene) -> list[Any]:
    editor: Any = scene.sequence_editor
    found = getattr(editor, "strips_all", None)
    return list(editor.sequences_all if found is None else found)


def seen(scene: bpy.types.Scene, frames: list[int], folder: Path) -> list[int]:
    """The numbers that the edit shows at these frames."""
    found = []
    for frame in frames:
        work = folder / f"{len(list(folder.iterdir()))}"
        work.mkdir()
        found.append(footage.number_in(footage.pictures(scene, frame, frame, work)[0]))
    return found


FRAMES = [21, 22, 45, 70, 99]


@pytest.mark.parametrize("rate", [FILM, Rate(25), Rate(30), Rate(16), Rate(24, 1.001), Rate(60)])
def test_another_take_plays_at_its_true_speed_from_the_same_moment_whatever_its_frame_rate(
    put: Any, swap: Any, clip: Any, scene: bpy.types.Scene, compat: Any, rate: Rate, tmp_path: Path
) -> None:
    name = put(clip(size=(64, 36)))
    compat.set_handles(find(scene, name), 21, 100)
    said = swap(name, clip(rate, frames=4 * rate.fps))  # four seconds, which is enough: 256 frames can be told apart
    strip = find(scene, name)
    assert (compat.left_handle(strip), compat.right_handle(strip)) == (21, 100)
    assert not said
    expected = [(frame - START) / 24 * rate.value for frame in FRAMES]
    found = seen(scene, FRAMES, tmp_path)
    assert all(abs(one - other) <= 1 + rate.value / 24 for one, other in zip(found, expected, strict=True)), (
        found,
        expected,
    )


def test_twenty_takes_in_a_row_leave_the_strip_as_it_was(
    put: Any, swap: Any, clip: Any, scene: bpy.types.Scene, compat: Any, tmp_path: Path
) -> None:
    name = put(clip())
    compat.set_handles(find(scene, name), 21, 100)
    before = seen(scene, FRAMES, tmp_path)
    others = [clip(Rate(30), frames=120), clip(FILM, frames=60), clip(Rate(16)), clip(size=(128, 72))]
    for number in range(19):
        swap(name, others[number % len(others)], 2 + number)
    swap(name, clip(), 1)
    assert seen(scene, FRAMES, tmp_path) == before


def test_a_take_that_is_too_short_holds_its_last_frame_and_says_so(
    put: Any, swap: Any, clip: Any, scene: bpy.types.Scene, compat: Any, tmp_path: Path
) -> None:
    name = put(clip())
    said = swap(name, clip(frames=48))
    strip = find(scene, name)
    assert (compat.left_handle(strip), compat.right_handle(strip)) == (START, START + 120)
    assert len(said) == 1 and "3.0 s too short" in said[0]
    assert seen(scene, [START + 47, START + 48, START + 119], tmp_path) == [47, 47, 47]


@pytest.mark.parametrize("size", [(128, 72), (32, 18), (64, 64), (36, 64)])
def test_a_take_of_another_size_fills_the_same_part_of_the_frame(
    put: Any, swap: Any, clip: Any, scene: bpy.types.Scene, size: tuple[int, int]
) -> None:
    name = put(clip())
    strip = find(scene, name)
    strip.transform.scale_x = strip.transform.scale_y = 1.0  # half of the frame
    strip.crop.min_x = 16  # a quarter of its width
    swap(name, clip(frames=24, size=size))
    strip = find(scene, name)
    width, height = size[0] * strip.transform.scale_x, size[1] * strip.transform.scale_y
    assert width <= 64.01 and height <= 36.01 and (abs(width - 64) < 0.01 or abs(height - 36) < 0.01)
    assert strip.crop.min_x == round(size[0] / 4)
    swap(name, clip(), 1)
    strip = find(scene, name)
    assert abs(strip.transform.scale_x - 1) < 1e-5 and strip.crop.min_x == 16


def test_the_sound_follows_and_is_muted_where_a_take_has_none(
    put: Any, swap: Any, clip: Any, scene: bpy.types.Scene, compat: Any
) -> None:
    name = put(clip())
    compat.set_handles(find(scene, name), 21, 100)
    for sound in sounds(scene):
        compat.set_handles(sound, 21, 100)
        sound.volume = 0.25
    swap(name, clip(frames=60), 2)
    for sound in sounds(scene):
        assert Path(bpy.path.abspath(sound.sound.filepath)) == clip(frames=60)
        assert (compat.left_handle(sound), compat.right_handle(sound), sound.volume) == (21, 100, 0.25)
    swap(name, clip(sound=False), 3)
    assert all(sound.mute for sound in sounds(scene))
    swap(name, clip(), 1)
    for sound in sounds(scene):
        assert not sound.mute
        assert Path(bpy.path.abspath(sound.sound.filepath)) == clip()


def test_a_take_with_sound_brings_a_sound_strip_where_there_was_none(
    put: Any, swap: Any, clip: Any, scene: bpy.types.Scene, compat: Any
) -> None:
    name = put(clip(sound=False))
    compat.set_handles(find(scene, name), 21, 100)
    swap(name, clip())
    for sound in sounds(scene):
        assert (compat.left_handle(sound), compat.right_handle(sound)) == (21, 100)


def test_a_clip_that_is_gone_changes_nothing(
    put: Any, clip: Any, scene: bpy.types.Scene, asset: Any, installed: Any, tmp_path: Path
) -> None:
    name = put(clip())
    shown = find(scene, name).filepath
    with pytest.raises(installed("core.errors").StorageError, match="is not there"):
        installed("blender.slots.swapping").swap(scene, find(scene, name), asset(clip(), 3), tmp_path / "gone.mp4")
    assert find(scene, name).filepath == shown


def everything(value: Any, deep: int = 3) -> Any:
    """All that Blender tells of a strip by its properties, but what is to change: its file and what it is called."""
    found = {}
    for each in value.bl_rna.properties:
        name = each.identifier
        if name in _CHANGES or deep == 0 or getattr(each, "is_deprecated", False):
            continue
        content = getattr(value, name)
        if each.type == "COLLECTION":
            found[name] = [everything(item, deep - 1) for item in content]
        elif each.type == "POINTER":
            found[name] = everything(content, deep - 1) if content is not None and name in _PARTS else str(content)
        elif getattr(each, "is_array", False):
            found[name] = [round(float(number), 5) for number in content]
        else:
            found[name] = round(content, 5) if isinstance(content, float) else content
    return found


_PARTS = {"transform", "crop", "proxy"}
_CHANGES = {"rna_type", "filepath", "directory", "elements", "name", "fps", "input_1", "input_2", "connections"}


def test_twenty_swaps_leave_effects_keys_and_retiming_as_they_were(
    put: Any, swap: Any, clip: Any, scene: bpy.types.Scene, compat: Any, installed: Any, tmp_path: Path
) -> None:
    name = put(clip())
    strip = find(scene, name)
    strip.transform.rotation, strip.transform.offset_x = 0.0, 3.0
    strip.crop.min_y, strip.blend_type, strip.blend_alpha = 2, "ALPHA_OVER", 0.9
    strip.color_tag, strip.use_flip_x, strip.strobe = "COLOR_03", False, 1.0
    if bpy.app.version[:2] != (5, 0):  # there the bpy module crashes on adding a modifier
        strip.modifiers.new(name="Bright", type="BRIGHT_CONTRAST").bright = 5.0
    for frame, alpha in ((START, 1.0), (START + 60, 0.5)):
        strip.blend_alpha = alpha
        strip.keyframe_insert("blend_alpha", frame=frame)
        strip.transform.keyframe_insert("offset_y", frame=frame)
    timeline = installed("blender.timeline")
    with timeline.sequencer(scene):
        timeline.select_only(scene, strip)
        bpy.ops.sequencer.retiming_segment_speed_set(speed=150.0)
    assert len(strip.retiming_keys) >= 2
    compat.set_handles(strip, START + 5, START + 60)
    scene.timeline_markers.new("Here", frame=START + 20)
    level = compat.strips(scene.sequence_editor)
    blur = _effect(level, strip)
    blur.strobe = 1.0  # Blender 4.2 makes it that when it reads the strip below again

    def state() -> Any:
        shown = {**everything(find(scene, name)), **{f"blur {name}": each for name, each in everything(blur).items()}}
        curves = [(c.data_path, [tuple(key.co) for key in c.keyframe_points]) for c in compat.curves_of(scene)]
        return shown, curves, [(m.name, m.frame) for m in scene.timeline_markers]

    before, pictures = state(), seen(scene, [START + 5, START + 30, START + 59], tmp_path)
    takes = [clip(), clip(sound=False), clip(frames=119 + 1, size=(64, 36), sound=False)]
    for number in range(20):
        said = swap(name, takes[(number + 1) % len(takes)], 2 + (number + 1) % len(takes))
        assert not said
        for now, then in zip(state(), before, strict=True):
            assert _other(now, then) == {}, f"after swap {number + 1}"
    assert seen(scene, [START + 5, START + 30, START + 59], tmp_path) == pictures


def _effect(level: Any, strip: Any) -> Any:
    length = {"length": 30} if bpy.app.version >= (5, 0, 0) else {"frame_end": START + 30}
    for name in ("input1", "seq1"):
        try:
            return level.new_effect(
                name="Blur", type="GAUSSIAN_BLUR", channel=9, frame_start=START, **{name: strip}, **length
            )
        except TypeError:
            continue
    raise AssertionError("no effect")


def _other(now: Any, then: Any) -> dict[str, Any]:
    """What is not the same, by name."""
    if not isinstance(now, dict):
        return {} if now == then else {"": (now, then)}
    return {name: (now[name], then[name]) for name in now if now[name] != then[name]}
