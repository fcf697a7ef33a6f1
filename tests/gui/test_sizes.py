"""Narrow, large, light, small: nothing is cut that is needed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .app import App
from .hands import open_tab, region, scroll, widen_sidebar
from .reading import find, read_closely
from .working import all_done, generate, small_takes, tall

_LIGHT = """
import os
for folder in bpy.utils.preset_paths("interface_theme"):
    for file in os.listdir(folder):
        if file.lower().replace("_", " ").startswith("blender light"):
            bpy.ops.script.execute_preset(
                filepath=os.path.join(folder, file), menu_idname="USERPREF_MT_interface_theme_presets"
            )
            result = file
"""
NEEDED = ("Sessions", "Lighthouse in a", "Shot", "Generate", "Duration", "Count", "Settings", "Takes", "Assets")


def narrow(app: App) -> None:
    """Event simulation gets hold of the sidebar's edge in 5.2, not in 4.3: there its width stays as it is."""
    widen_sidebar(app, 200)
    assert region(app, "UI").width <= 215 or app.run("result = bpy.app.version[0]") < 5


def large(app: App) -> None:
    app.run("bpy.context.preferences.view.ui_scale = 2.0")


def light(app: App) -> None:
    assert app.run(_LIGHT), "this Blender has no light theme"


def usual(app: App) -> None:
    """As it is."""


@pytest.mark.parametrize(
    ("size", "change"),
    [((0, 0), narrow), ((0, 0), large), ((0, 0), light), ((1024, 768), usual)],
    ids=["narrow", "large", "light", "small-window"],
)
def test_all_that_is_needed_can_be_read(
    make_app: App, keep: Callable[[str], None], size: tuple[int, int], change: Callable[[App], None]
) -> None:
    app = make_app
    app.start(size=size)
    tall(app)
    open_tab(app)
    change(app)
    app.still()
    small_takes(app)
    generate(app, "A lighthouse in a storm", count=2)
    all_done(app, 2)
    app.still()
    keep(change.__name__)
    missing = set(NEEDED) - words(app)
    if missing:  # below the edge: it can be scrolled to
        sidebar = region(app, "UI")
        scroll(app, sidebar, 30)
        app.still()
        keep(f"{change.__name__} scrolled")
        missing -= words(app)
    assert not missing, f"cut or not there: {missing}"


def words(app: App) -> set[str]:
    """Which of the needed words stand in the sidebar, whole."""
    lines = read_closely(app.still(), region(app, "UI"))
    return {word for word in NEEDED if find(lines, word, everywhere=True)}
