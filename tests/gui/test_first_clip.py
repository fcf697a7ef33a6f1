"""From a fresh install to the first clip in the cut."""

from __future__ import annotations

import pytest

from .app import App
from .hands import click, open_tab, press, type_text, values, wait_for
from .working import strips, until

pytestmark = pytest.mark.ahead


def test_from_a_fresh_install_to_the_first_clip_are_three_clicks_and_a_prompt(app: App) -> None:
    app.clicks = 0
    open_tab(app)
    click(app, "Describe the shot", "UI")
    type_text(app, "A lighthouse in a storm, slow push in")
    press(app, "RET")
    click(app, "Generate", "UI")
    assert app.clicks <= 3
    wait_for(app, "Generating", "WINDOW")  # its place in the cut
    until(lambda: strips(app) == ["Lighthouse in a storm 1"], "the clip is there")
    wait_for(app, "Lighthouse in a storm 1", "WINDOW")
    assert values(app, "[r.name for r in S.sessions]") == ["Lighthouse in a storm"]
    assert app.run("result = len(bpy.data.movieclips)") == 1
    kinds = app.module(
        "blender.compat", "[s.type for s in m.strips(bpy.context.window_manager.windows[0].scene.sequence_editor)]"
    )
    assert kinds == ["MOVIE"]
