"""A range of strips as a clip."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import time
from pathlib import Path
from typing import Any

import bpy
import pytest

from .. import animatics, footage
from ..layouts import RecordingLayout
from .taking import (
    HEIGHT,
    WIDTH,
    from_range,
    in_meta,
    set_format,
    shown_in,
)


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


def test_a_range_inside_an_open_meta_strip_is_that(
    scene: Any, add: Any, taken: Any, installed: Any, compat: Any, tmp_path: Path
) -> None:
    meta = in_meta(scene, add(start=10, left=14, right=17), installed)
    add(start=1, channel=meta.channel + 1)
    scene.sequence_editor.display_stack(meta)
    compat.strips(meta)[0].select = True
    from_range()
    assert shown_in(taken().path, compat, tmp_path / "look") == [4, 5, 6]


@pytest.fixture
def limited(installed: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the model that is chosen take clips of certain lengths, and so many."""

    def limit(seconds: tuple[float, float], most: int = 1) -> None:
        core, models = installed("core.capabilities"), installed("core.models")
        slot = core.Slot(models.Role.VIDEO, core.Media.VIDEO, most=most, seconds=seconds)
        monkeypatch.setattr(core.Model, "takes", lambda *_: (slot,))

    return limit


@pytest.mark.parametrize(("seconds", "told"), [((3.0, 30.0), "3 to 30 s"), ((0.0, 1.5), "at most 1.5 s")])
def test_a_range_that_the_model_finds_too_long_or_short_is_told_before_it_is_rendered(
    seconds: tuple[float, float], told: str, limited: Any, add: Any, draft: Any, installed: Any
) -> None:
    limited(seconds)
    add(start=10)
    with pytest.raises(RuntimeError, match=rf"“Frames 10 to 57 of Scene” is 2 s long; .* takes {told}"):
        from_range()
    assert installed("blender.inputs").preparing() == []
    assert draft().inputs == ()


def test_where_a_model_takes_several_clips_they_gather(limited: Any, add: Any, draft: Any) -> None:
    limited((0.0, 0.0), most=3)
    strip = add(left=1, right=3)
    from_range()
    strip.select = False
    add(channel=2, left=5, right=8)
    from_range()
    assert [entry.origin for entry in draft().inputs] == ["Frames 1 to 2 of Scene", "Frames 5 to 7 of Scene"]


@pytest.fixture
def long_range(scene: Any, add: Any, compat: Any, installed: Any, settled: Any) -> Any:
    """A range that takes long, of which some frames are rendered."""
    set_format(scene, (1280, 720))
    compat.set_handles(add(), 1, 5000)
    inputs = installed("blender.inputs")
    inputs.take_range(bpy.context, installed("core.models").Role.VIDEO)
    settled(lambda: inputs.preparing()[0].done > 0)
    return inputs


def test_while_a_range_is_rendered_the_panel_counts_its_frames(long_range: Any) -> None:
    (each,) = long_range.preparing()
    assert each.frames == 4999
    assert 0 < each.done < each.frames
    column = RecordingLayout()
    panel = importlib.import_module(long_range.__package__ + ".ui.start")
    core = importlib.import_module(long_range.__package__.rpartition(".")[0] + ".core.capabilities")
    panel.draw(column, (core.Slot(each.role, core.Media.VIDEO),))
    assert f"{each.done:,} of 4,999 frames" in column.texts
    long_range.abandon(each.order.order_id)


def children() -> list[str]:
    """The commands of the processes that make inputs."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [command for command in found if "media/run.py" in command]


@pytest.mark.parametrize("how", ["stopped", "the worker is killed", "the worker is ended"])
def test_a_range_that_is_not_wanted_any_more_is_not_rendered_on(
    how: str, long_range: Any, installed: Any, settled: Any
) -> None:
    (each,) = long_range.preparing()
    mine = children()
    assert mine
    workers = installed("blender.workers")
    if how == "stopped":
        bpy.ops.sessions.stop_preparing(order_id=each.order.order_id)
    elif how == "the worker is killed":
        os.kill(workers.process_id(), signal.SIGKILL)
        long_range.forget()
    else:
        long_range.forget()
        workers.close()
    deadline = time.monotonic() + 60
    while set(mine) & set(children()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
