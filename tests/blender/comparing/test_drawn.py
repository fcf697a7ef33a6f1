"""Takes beside each other: what would be seen if the strip showed them, and nothing of it in the .blend."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

from .. import footage
from ..footage import FILM, Rate
from ..working import SMALL, generate, strips
from .traces import contents

START = 10
FRAMES = [21, 22, 45, 70, 99]


@pytest.fixture(scope="module")
def clip(compat: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A clip that shows its frames' numbers; the same when asked again."""

    @functools.cache
    def make(rate: Rate = FILM, frames: int = 120, size: tuple[int, int] = (64, 36)) -> Path:
        path = tmp_path_factory.mktemp("footage") / f"clip-{rate.fps}-{frames}-{size[0]}.mp4"
        return footage.make_clip(path, compat, rate=rate, frames=frames, size=size, sound=False)

    return make


@pytest.fixture
def scene(fresh_file: None) -> bpy.types.Scene:
    scene = bpy.context.scene
    footage.set_rate(scene, FILM)
    scene.render.resolution_x, scene.render.resolution_y = 128, 72
    scene.view_settings.view_transform = "Standard"
    return scene


@pytest.fixture
def strip(installed: Any, scene: bpy.types.Scene, clip: Any, compat: Any) -> Any:
    """A strip in a slot that shows a clip of 120 frames from frame 10 on."""
    timeline, marks, clips = (installed(f"blender.{name}") for name in ("timeline", "slots.marks", "clips"))
    placed = timeline.add_clip(scene, clip(), START, name="Lighthouse 1")
    found = compat.strips_all(scene.sequence_editor)[placed.picture]
    marks.put_slot(found, session_id="s", slot="slot")
    marks.put_shown(found, None, clips.Source(64, 36, 24.0, 120))
    marks.playback_rate(found)
    return found


def swapped(installed: Any, scene: bpy.types.Scene, strip: Any, path: Path) -> None:
    clip = bpy.data.movieclips.load(str(path))
    installed("blender.slots.swapping").show(scene, strip, path, installed("blender.clips").source_of(clip))


def render(scene: bpy.types.Scene, frame: int, folder: Path) -> np.ndarray:
    work = folder / f"{len(list(folder.iterdir()))}"
    work.mkdir()
    return footage.pictures(scene, frame, frame, work)[0]


@pytest.mark.parametrize("rate", [FILM, Rate(25), Rate(30), Rate(16), Rate(24, 1.001), Rate(48)])
@pytest.mark.parametrize("shown", [FILM, Rate(30)], ids=["from film", "from 30 fps"])
def test_each_take_shows_the_frame_that_the_strip_would_show(
    installed: Any, scene: bpy.types.Scene, strip: Any, clip: Any, compat: Any, tmp_path: Path, rate: Rate, shown: Rate
) -> None:
    drawing, core, frames = (
        installed(n) for n in ("blender.comparing.drawing", "core.comparing", "blender.comparing.frames")
    )
    if shown is not FILM:
        swapped(installed, scene, strip, clip(shown, 150))
        installed("blender.slots.marks").put_shown(strip, None, installed("blender.clips").Source(64, 36, 30.0, 150))
    compat.set_handles(strip, 21, 100)
    path = clip(rate, 5 * rate.fps)
    source = frames.source(path)
    timing = drawing.timing(strip)
    expected = [core.source_frame(timing, frame, source.fps, source.frames) for frame in FRAMES]
    frames.close()
    swapped(installed, scene, strip, path)
    found = [footage.number_in(render(scene, frame, tmp_path)) for frame in FRAMES]
    assert all(abs(one - other) <= 1 for one, other in zip(found, expected, strict=True)), (found, expected)
    if rate is FILM and shown is FILM:
        assert found == expected


def test_a_strip_that_plays_backwards_is_followed(
    installed: Any, scene: bpy.types.Scene, strip: Any, clip: Any, tmp_path: Path
) -> None:
    strip.use_reverse_frames = True
    timing = installed("blender.comparing.drawing").timing(strip)
    expected = [installed("core.comparing").source_frame(timing, frame, 24.0, 120) for frame in FRAMES]
    assert [footage.number_in(render(scene, frame, tmp_path)) for frame in FRAMES] == expected


@pytest.mark.parametrize("size", [(64, 36), (128, 72), (64, 64), (36, 64)])
@pytest.mark.parametrize("turned", [False, True], ids=["upright", "turned"])
def test_a_take_stands_where_the_strip_would_show_it(
    installed: Any, scene: bpy.types.Scene, strip: Any, clip: Any, tmp_path: Path, size: tuple[int, int], turned: bool
) -> None:
    drawing, core = installed("blender.comparing.drawing"), installed("core.comparing")
    how = strip.transform
    how.scale_x, how.scale_y, how.offset_x, how.offset_y = 1.5, 1.2, 7, -5
    strip.crop.min_x, strip.crop.max_y = 8, 4
    strip.use_flip_x = turned
    how.rotation = math.radians(20) if turned else 0.0
    if turned:
        how.origin = (0.25, 0.5)
    path = clip(size=size)
    number = 85  # every second bar is white
    source = installed("blender.clips").Source(*size, 24.0, 120)
    corners = drawing.corners(scene, strip, source, core.Box(0, 0, 128, 72))
    swapped(installed, scene, strip, path)
    picture = render(scene, START + number, tmp_path)[..., 0] > 0.5
    expected = np.zeros_like(picture)
    sure = np.zeros_like(picture)
    (a, b, _, d) = corners
    across, up = (b.x - a.x, b.y - a.y), (d.x - a.x, d.y - a.y)
    area = across[0] * up[1] - across[1] * up[0]
    for y in range(72):
        for x in range(128):
            px, py = x + 0.5 - a.x, y + 0.5 - a.y
            s, t = (px * up[1] - py * up[0]) / area, (across[0] * py - across[1] * px) / area
            inside = 0 <= s < 1 and 0 <= t < 1
            u = a.u + s * (b.u - a.u)
            bar = u * 8
            expected[y, x] = inside and bool(number >> int(min(7, max(0, bar))) & 1)
            edges = (s, 1 - s, t, 1 - t)
            sure[y, x] = abs(bar - round(bar)) > 0.25 and min(abs(each) for each in edges) > 0.05
    assert expected[sure].any() and not expected[sure].all()
    wrong = np.count_nonzero((picture != expected) & sure)
    assert wrong <= sure.sum() * 0.01, wrong


# -- No trace ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def compared(saved_file: Path, state: Any, installed: Any) -> Path:
    """A saved file with a strip of a session of three takes, which is selected."""
    generate("A lighthouse in a storm", count=3, **SMALL)
    (strip,) = (strip for strip in strips() if strip.type == "MOVIE")
    installed("blender.timeline").select_only(bpy.context.scene, strip)
    bpy.context.scene.frame_set(3)
    bpy.ops.wm.save_mainfile()
    return saved_file


def look(installed: Any, state: Any) -> None:
    """Open all clips that are compared, as drawing does; there is no screen here to draw on."""
    frames, paths = installed("blender.comparing.frames"), installed("storage.paths")
    sidecar = installed("blender.runtime").current().path
    for place in range(len(state.current().assets)):
        assert frames.source(paths.clip_path(state.asset_at(place).path, sidecar)).frames == 12


@pytest.mark.parametrize("view", ["WIPE", "SIDE", "FLIP", "GRID"])
def test_nothing_of_the_view_is_in_the_file_while_it_is_open(
    compared: Path, state: Any, installed: Any, view: str
) -> None:
    before = contents()
    bpy.ops.sessions.compare(view=view)
    look(installed, state)
    assert contents() == before
    bpy.ops.sessions.compare_leave()
    assert state.current() is None and contents() == before


def test_a_file_that_is_saved_in_the_view_has_nothing_of_it(compared: Path, state: Any, installed: Any) -> None:
    before = contents()
    bpy.ops.sessions.compare(view="GRID")
    look(installed, state)
    bpy.ops.ed.undo_push(message="In the view")
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(compared))
    assert state.current() is None
    assert contents() == before


def test_undo_and_redo_in_the_view_do_it_no_harm(compared: Path, state: Any, installed: Any) -> None:
    bpy.ops.ed.undo_push(message="Before")
    bpy.ops.sessions.compare(view="GRID")
    look(installed, state)
    (strip,) = (strip for strip in strips() if strip.type == "MOVIE")
    strip.channel = 7
    bpy.ops.ed.undo_push(message="Moved")
    bpy.ops.ed.undo()
    look(installed, state)
    bpy.ops.ed.redo()
    look(installed, state)
    assert [strip.channel for strip in strips() if strip.type == "MOVIE"] == [7]


def test_the_take_that_is_used_comes_into_the_strip_and_undo_takes_it_back(compared: Path, state: Any) -> None:
    bpy.ops.ed.undo_push(message="Before")
    (before,) = (strip.filepath for strip in strips() if strip.type == "MOVIE")
    bpy.ops.sessions.compare(view="WIPE")
    wanted = state.asset_at(state.current().chosen)
    bpy.ops.sessions.compare_use()
    (after,) = (strip.filepath for strip in strips() if strip.type == "MOVIE")
    assert Path(after.removeprefix("//")).name == Path(wanted.path).name != Path(before).name
    bpy.ops.ed.undo_push(message="Used")
    bpy.ops.ed.undo()
    assert [strip.filepath for strip in strips() if strip.type == "MOVIE"] == [before]


def test_two_are_flipped_and_the_next_take_comes_where_the_chosen_one_is(compared: Path, state: Any) -> None:
    bpy.ops.sessions.compare(view="FLIP")
    state.choose_side(0)
    state.choose(0)
    state.choose_side(1)
    state.choose(1)
    assert state.current().pair == (0, 1) and state.current().shown == (1,)
    state.flip()
    assert state.current().shown == (0,)
    state.flip()
    state.step(1)
    assert state.current().pair == (0, 2)
    state.step(1)
    assert state.current().pair == (0, 1), "the take on the other side is passed over"


def test_a_rejected_take_is_not_compared_unless_it_is_the_one_that_is_shown(compared: Path, state: Any) -> None:
    bpy.ops.sessions.compare(view="GRID")
    third = state.asset_at(2).id
    bpy.ops.sessions.compare_leave()
    bpy.ops.sessions.reject(asset_id=third)
    bpy.ops.sessions.compare(view="GRID")
    assert third not in state.current().assets and len(state.current().assets) == 2


def test_one_take_alone_is_not_compared_and_that_is_said(saved_file: Path, state: Any, installed: Any) -> None:
    generate("A lighthouse in a storm", **SMALL)
    (strip,) = (strip for strip in strips() if strip.type == "MOVIE")
    installed("blender.timeline").select_only(bpy.context.scene, strip)
    with pytest.raises(RuntimeError, match="no other take to compare with"):
        bpy.ops.sessions.compare(view="WIPE")


def test_opening_another_file_leaves_the_view(compared: Path, state: Any) -> None:
    bpy.ops.sessions.compare(view="WIPE")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert state.current() is None
