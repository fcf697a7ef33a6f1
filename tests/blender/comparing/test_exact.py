"""What is compared as the cut would show it: pictures that a Blender in the background renders of a copy."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

from .. import footage
from ..working import SMALL, generate, strips
from .traces import contents


@pytest.fixture
def exact(installed: Any) -> Any:
    return installed("blender.comparing.exact")


@pytest.fixture
def strip(saved_file: Path, compat: Any, installed: Any) -> Any:
    """A strip of a session of three takes, selected, under the playhead, and nothing beside it."""
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 160, 90
    scene.view_settings.view_transform = "Standard"
    generate("A lighthouse in a storm", count=3, **SMALL)
    (found,) = (strip for strip in strips() if strip.type == "MOVIE")
    installed("blender.timeline").select_only(scene, found)
    scene.frame_set(5)
    return found


@pytest.fixture
def cut(strip: Any, compat: Any) -> Any:
    """The strip with work on it, below a text and a grade of the whole, above a picture that shines through."""
    scene = bpy.context.scene
    collection = compat.strips(scene.sequence_editor)
    strip.channel = 3
    strip.blend_type, strip.blend_alpha = "ALPHA_OVER", 0.7
    strip.color_saturation, strip.transform.offset_x, strip.transform.rotation = 0.4, 12, 0.2
    below = compat.new_effect(collection, name="Below", type="COLOR", channel=1, start=1, length=20)
    below.color = (0.1, 0.5, 0.3)
    title = compat.new_effect(collection, name="Title", type="TEXT", channel=5, start=1, length=20)
    title.text, title.font_size, title.color = "DAWN", 40, (1.0, 0.9, 0.2, 1.0)
    grade = compat.new_effect(collection, name="Grade", type="ADJUSTMENT", channel=6, start=1, length=20)
    grade.color_multiply = 0.8
    return strip


@pytest.fixture
def rendered(exact: Any, state: Any, installed: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Path]]:
    """The pictures of all that is compared, once they are there. The time is bounded."""
    pump, workers = installed("blender.pump"), installed("blender.workers")
    monkeypatch.setattr(exact, "REST_SECONDS", 0.0)

    def wait() -> list[Path]:
        now, scene = state.current(), bpy.context.scene
        deadline = time.monotonic() + 60
        while True:
            found = [exact.picture(each, scene, state.strip_at(scene, scene.frame_current)) for each in now.assets]
            found = [found[place] for place in now.compared]
            if all(found):
                return found
            assert time.monotonic() < deadline, "the pictures did not come in time"
            pump.tick(0.1)
            workers.wait(0.1)

    return wait


def pixels(file: Path) -> np.ndarray:
    image: Any = bpy.data.images.load(str(file))
    found = np.array(image.pixels[:]).reshape(image.size[1], image.size[0], 4)
    bpy.data.images.remove(image)
    return found[..., :3]


def of_the_cut(folder: Path) -> np.ndarray:
    """What Blender itself renders of the edit as it stands."""
    scene = bpy.context.scene
    folder.mkdir()
    return footage.pictures(scene, scene.frame_current, scene.frame_current, folder)[0][..., :3]


def test_each_take_is_seen_as_the_cut_would_show_it_below_what_lies_above_it(
    cut: Any, rendered: Any, state: Any, tmp_path: Path, installed: Any
) -> None:
    bpy.ops.sessions.compare(view="GRID")
    assets = [state.asset_at(place).id for place in state.current().compared]
    found = [pixels(each) for each in rendered()]
    state.leave()
    for number, (asset_id, picture) in enumerate(zip(assets, found, strict=True)):
        if asset_id != installed("blender.slots.marks").shown_by(cut):
            bpy.ops.sessions.swap(asset_id=asset_id)
        expected = of_the_cut(tmp_path / str(number))
        assert abs(picture - expected).max() < 3 / 255
    assert len(found) == 3 and abs(found[0] - found[1]).max() > 0.1, "they are different takes"


def test_nothing_of_the_edit_changes_and_what_was_rendered_goes_with_the_view(
    cut: Any, rendered: Any, state: Any, exact: Any
) -> None:
    before = contents()
    bpy.ops.sessions.compare(view="WIPE")
    pictures = rendered()
    assert contents() == before
    state.leave()
    assert not any(each.exists() or each.parent.exists() for each in pictures)
    assert contents() == before


def test_a_take_that_is_chosen_later_is_rendered_then_and_the_others_stay(
    cut: Any, rendered: Any, state: Any, exact: Any
) -> None:
    bpy.ops.sessions.compare(view="WIPE")
    left, right = rendered()
    state.step(1)
    again, third = rendered()
    assert again == left and third not in (left, right) and right.exists()


def test_where_the_playhead_moves_or_the_edit_changes_the_pictures_are_of_that(
    cut: Any, rendered: Any, state: Any, exact: Any
) -> None:
    scene = bpy.context.scene
    bpy.ops.sessions.compare(view="WIPE")
    first = rendered()
    scene.frame_set(7)
    assert exact.picture(state.asset_at(0).id, scene, cut) is None, "what was rendered is of another frame"
    moved = rendered()
    assert not set(first) & set(moved)
    shown = pixels(moved[0])
    next(each for each in strips() if each.name == "Title").mute = True
    bpy.context.view_layer.update()  # which Blender does by itself where there is a window
    assert exact.picture(state.asset_at(0).id, scene, cut) is None, "the title is not seen any more"
    assert abs(pixels(rendered()[0]) - shown).max() > 0.1


def test_what_is_undone_is_rendered_again(cut: Any, rendered: Any, state: Any, exact: Any) -> None:
    bpy.ops.ed.undo_push(message="Before")
    next(each for each in strips() if each.name == "Title").mute = True
    bpy.ops.ed.undo_push(message="Muted")
    bpy.ops.sessions.compare(view="WIPE")
    without = pixels(rendered()[0])
    bpy.ops.ed.undo()
    assert abs(pixels(rendered()[0]) - without).max() > 0.1


def test_a_take_that_is_chosen_while_others_are_rendered_is_rendered_after_them(
    cut: Any, rendered: Any, state: Any, exact: Any, installed: Any
) -> None:
    bpy.ops.sessions.compare(view="WIPE")
    while not exact.is_rendering():
        installed("blender.pump").tick(0.1)
    state.step(1)
    assert len(set(rendered())) == 2


def test_what_is_rendered_is_rendered_once(cut: Any, rendered: Any, state: Any, exact: Any, installed: Any) -> None:
    bpy.ops.sessions.compare(view="WIPE")
    found = rendered()
    for _ in range(5):
        bpy.context.view_layer.update()
        installed("blender.pump").tick(0.1)
        assert not exact.is_rendering()
    assert rendered() == found


@pytest.fixture
def underway(cut: Any, state: Any, exact: Any, installed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two takes are compared, and are being rendered."""
    monkeypatch.setattr(exact, "REST_SECONDS", 0.0)
    bpy.ops.sessions.compare(view="WIPE")
    while not exact.is_rendering():
        installed("blender.pump").tick(0.1)


def test_opening_another_file_while_it_is_rendered_ends_it_before_the_file_is_closed(
    underway: None, state: Any, exact: Any, installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, path = installed("blender.workers")._client, installed("blender.runtime").current().path
    sent: list[str] = []
    send = client.send

    def heard(message: Any) -> None:
        if getattr(message, "path", None) == path:
            sent.append(message.type)
        send(message)

    monkeypatch.setattr(client, "send", heard)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert state.current() is None and not exact.is_rendering()
    assert sent == ["abandon", "close"]


def test_disabling_the_extension_while_it_is_rendered_ends_it_without_an_error(
    underway: None, extension: str, caplog: pytest.LogCaptureFixture
) -> None:
    bpy.ops.preferences.addon_disable(module=extension)
    try:
        assert [each.message for each in caplog.records if each.levelname == "ERROR"] == []
    finally:
        bpy.ops.preferences.addon_enable(module=extension)


def test_a_strip_alone_is_drawn_and_nothing_is_rendered(
    strip: Any, state: Any, exact: Any, installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "REST_SECONDS", 0.0)
    bpy.ops.sessions.compare(view="WIPE")
    for _ in range(5):
        installed("blender.pump").tick(0.1)
    assert not exact.is_rendering()


def test_a_take_without_its_clip_keeps_the_others_from_nothing(
    cut: Any, state: Any, exact: Any, installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "REST_SECONDS", 0.0)
    pump, workers, paths = (installed(name) for name in ("blender.pump", "blender.workers", "storage.paths"))
    bpy.ops.sessions.compare(view="WIPE")
    gone, there = (state.asset_at(place) for place in reversed(state.current().pair))
    paths.clip_path(gone.path, installed("blender.runtime").current().path).unlink()
    deadline = time.monotonic() + 60
    while exact.picture(there.id, bpy.context.scene, cut) is None:
        assert time.monotonic() < deadline
        pump.tick(0.1)
        workers.wait(0.1)
    assert exact.picture(gone.id, bpy.context.scene, cut) is None
    for _ in range(5):
        pump.tick(0.1)
    assert not exact.is_rendering(), "it is not asked for again and again"
