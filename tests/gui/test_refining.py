"""From a take to the next one: on from its last picture, into a gap, and with its settings once more."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .app import App
from .hands import (
    click,
    move,
    open_tab,
    press,
    region,
    scroll,
    search,
    values,
    wait_for,
    wait_until_gone,
    widen_sidebar,
)
from .reading import Box
from .working import (
    all_done,
    describe,
    generate,
    on_timeline,
    put_playhead,
    redo,
    save_as,
    shots,
    small_takes,
    tall,
    undo,
    until,
)

CLIP = Path(__file__).parents[1] / "storage" / "clips" / "plain.mp4"


def takes(app: App, what: str) -> list[Any]:
    """What an expression says of each take of the session in the panel, `t`, the first one first."""
    found: list[Any] = app.module("blender.runtime", f"[{what} for t in m.current().session.takes]")
    return found


def hidden(app: App) -> list[tuple[int, int]]:
    """How many frames of its clip each picture strip hides at its left and at its right, in the order of the edit."""
    found: list[list[int]] = app.run(
        """
import importlib
compat = importlib.import_module("bl_ext.user_default.generative_sessions.blender.compat")
strips = [s for s in compat.strips_all(compat.sequencer_scene(bpy.context).sequence_editor) if s.type == "MOVIE"]
spans = [(compat.left_handle(s), compat.right_handle(s), *compat.extent(s)) for s in strips]
result = [(left - start, end - right) for left, right, start, end in sorted(spans)]
"""
    )
    return [(left, right) for left, right in found]


def put_footage(app: App, folder: Path, starts: tuple[int, ...]) -> None:
    """Let an editor's own clip stand at each of these frames."""
    clip = shutil.copy(CLIP, folder / "footage.mp4")
    app.run(
        f"""
import importlib, pathlib
package = "bl_ext.user_default.generative_sessions.blender."
compat, timeline = importlib.import_module(package + "compat"), importlib.import_module(package + "timeline")
scene, clip = compat.sequencer_scene(bpy.context), pathlib.Path({str(clip)!r})
for number, start in enumerate({starts!r}, 1):
    timeline.add_clip(scene, clip, start, name=f"Footage {{number}}")
bpy.ops.ed.undo_push(message="Add")
"""
    )


def undo_and_redo(app: App, before: list[tuple[int, int]]) -> None:
    """Back to the edit before the takes were asked for, and on again."""
    after, cut = shots(app), hidden(app)
    move(app, region(app, "WINDOW"))
    undo(app)  # that the clip came: it is there already, so it fills its place again
    until(lambda: shots(app) == after, "the place is filled")
    undo(app)
    until(lambda: shots(app) == before, "the strip is gone")
    redo(app)
    until(lambda: shots(app) == after, "the strip is back")
    assert hidden(app) == cut


def test_a_shot_goes_on_from_the_last_picture_of_a_strip(app: App, folder: Path, keep: Callable[[str], None]) -> None:
    tall(app)
    open_tab(app)
    save_as(app, folder / "film.blend")
    small_takes(app, width=320, height=180)
    generate(app, "A lighthouse in a storm")
    all_done(app, 1)
    until(lambda: shots(app) == [(1, 25)], "the clip is in the edit")
    put_playhead(app, 40)
    strip = on_timeline(app, 12, 1.5)
    click(app, strip)
    click(app, strip, button="RIGHTMOUSE")
    keep("continue-menu")
    beside_the_panel = Box(0, 0, region(app, "UI").left, app.display.height)
    click(app, "Continue", beside_the_panel)
    wait_for(app, "Frame 24 of", "UI")
    wait_for(app, "Continues", "UI")
    wait_until_gone(app, "Preparing", "UI")
    move(app, region(app, "UI"))
    keep("continue-form")
    assert values(app, "S.prompt") == "A lighthouse in a storm"
    generate(app, "The keeper climbs the stairs")
    until(lambda: shots(app) == [(1, 25), (25, 48)], "the next shot has its place")
    all_done(app, 1)
    assert hidden(app) == [(0, 0), (1, 0)]  # its first picture is the one that it goes on from
    move(app, region(app, "WINDOW"))
    keep("continue-done")
    undo_and_redo(app, [(1, 25)])


def test_a_gap_between_two_strips_is_filled(app: App, folder: Path, keep: Callable[[str], None]) -> None:
    tall(app)
    open_tab(app)
    save_as(app, folder / "film.blend")
    small_takes(app, width=320, height=180)
    put_footage(app, folder, (1, 101))
    (first, end), (start, last) = shots(app)
    press(app, "A", alt=True)
    put_playhead(app, (end + start) // 2)
    search(app, "Fill Gap")
    press(app, "RET")
    wait_for(app, "Fills the gap", "UI")
    wait_until_gone(app, "Preparing", "UI")
    move(app, region(app, "UI"))
    keep("gap-form")
    generate(app, "The sea between two rocks")
    until(lambda: shots(app) == [(first, end), (end, start), (start, last)], "the gap is taken")
    all_done(app, 1)
    assert hidden(app) == [(0, 0), (1, 1), (0, 0)]
    move(app, region(app, "WINDOW"))
    keep("gap-done")
    undo_and_redo(app, [(first, end), (start, last)])


def test_the_settings_of_a_take_come_back_when_asked_for_and_it_is_varied(
    app: App, folder: Path, keep: Callable[[str], None]
) -> None:
    tall(app)
    open_tab(app)
    save_as(app, folder / "film.blend")
    small_takes(app)
    generate(app, "A lighthouse")
    all_done(app, 1)
    describe(app, "A red fox")
    values(app, "[setattr(S, *each) for each in (('duration', 2.0), ('count', 2))]")
    form = "(S.prompt, round(S.duration, 3), S.random_seed, S.count)"
    asked = values(app, form)
    click(app, "Take 1", "UI")
    keep("refine")
    assert values(app, form) == asked
    click(app, "Use Settings", "UI")
    keep("refine-use")
    click(app, "All Settings", "UI")
    until(lambda: values(app, "S.prompt") == "A lighthouse", "the form is filled")
    seed = takes(app, "t.request.seed")[0]
    assert values(app, "(round(S.duration, 3), S.random_seed, S.seed)") == [1.0, False, seed]
    asked = values(app, form)
    click(app, "Vary", "UI")
    all_done(app, 3)
    assert len(set(takes(app, "t.request.seed"))) == 3
    assert set(takes(app, "t.request.prompt")) == {"A lighthouse"}
    assert values(app, form) == asked
    widen_sidebar(app, round(170 * app.ui_scale))
    scroll(app, region(app, "UI"), 40)
    wait_for(app, "Use Settings", "UI")
    wait_for(app, "Vary", "UI")
    keep("refine-narrow")
