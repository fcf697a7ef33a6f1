"""Undo and redo around a take: the edit goes back and forth, what was generated stays."""

from __future__ import annotations

import pytest

from .app import App
from .hands import move, open_tab, region, values
from .working import all_done, generate, redo, slow_takes, small_takes, states, strips, undo, until

pytestmark = pytest.mark.ahead


def test_undo_takes_clip_and_placeholder_out_and_redo_brings_them_back(app: App) -> None:
    open_tab(app)
    small_takes(app)
    generate(app, "A lighthouse")
    all_done(app, 1)
    until(lambda: strips(app) == ["Lighthouse 1"], "the clip is in the edit")
    move(app, region(app, "WINDOW"))
    undo(app)  # that the clip came: it is there already, so it fills its place again
    until(lambda: strips(app) == ["Lighthouse 1"], "the place is filled")
    undo(app)  # that the place was taken
    until(lambda: strips(app) == [], "the strip is gone")
    assert states(app) == ["succeeded"]
    assert values(app, "len(S.assets)") == 1
    redo(app)
    until(lambda: strips(app) == ["Lighthouse 1"], "the strip is back")
    undo(app)
    until(lambda: strips(app) == [], "the strip is gone again")
    until(lambda: app.run("result = len(bpy.data.movieclips)") == 1, "the clip is kept")


def test_undo_while_a_take_runs_does_not_stop_it(app: App) -> None:
    app.run("bpy.context.window_manager.windows[0].scene.frame_end = 300; bpy.ops.ed.undo_push(message='End')")
    open_tab(app)
    slow_takes(app)
    generate(app, "A lighthouse")
    until(lambda: states(app) == ["running"], "the take runs")
    move(app, region(app, "WINDOW"))
    undo(app)
    until(lambda: strips(app) == [], "its placeholder is gone")
    assert states(app) in (["running"], ["succeeded"])
    all_done(app, 1)
    redo(app)
    until(lambda: strips(app) == ["Lighthouse 1"], "its clip is in the edit")


def test_undo_right_after_generate_keeps_session_and_take(app: App) -> None:
    open_tab(app)
    small_takes(app)
    generate(app, "A lighthouse")
    move(app, region(app, "WINDOW"))
    undo(app)
    undo(app)
    all_done(app, 1)
    assert values(app, "[r.name for r in S.sessions]") == ["Lighthouse"]
