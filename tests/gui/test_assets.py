"""Clips on the timeline: dragged from the File Browser, and taken from the panel's list."""

from __future__ import annotations

from pathlib import Path

from .app import App
from .hands import click, drag, move, open_tab, press, region, search, wait_for
from .working import all_done, generate, save_as, small_takes, strips, tall, until


def test_a_clip_is_dragged_from_the_file_browser_and_taken_from_the_list(app: App, folder: Path) -> None:
    open_tab(app)
    save_as(app, folder / "film.blend")
    small_takes(app)
    generate(app, "A lighthouse")
    all_done(app, 1)
    until(lambda: len(strips(app)) == 1, "the clip arrived")
    search(app, "Show Assets Folder")
    press(app, "RET")
    name = next((folder / "film.assets").glob("*.mp4")).name
    browser = app.on_screen(
        *app.run(
            """
window = bpy.context.window_manager.windows[0]
area = next(a for a in window.screen.areas if a.ui_type == "FILES")
region = next(r for r in area.regions if r.type == "WINDOW")
result = [window.as_pointer(), region.x, region.y, region.width, region.height]
"""
        )
    )
    shown = wait_for(app, name[:10], browser)
    timeline = region(app, "WINDOW")
    drag(app, (shown.center[0], shown.top - 30), (timeline.left + timeline.width // 2, timeline.top + 120), steps=20)
    until(lambda: len(strips(app)) == 2, "the dragged clip is there", seconds=20)
    tall(app)
    timeline = region(app, "WINDOW")
    click(app, "Assets", "UI")  # the panel, closed at first
    app.still()
    wait_for(app, "Lighthouse 1", "UI")
    app.run("bpy.context.window_manager.windows[0].scene.frame_set(150)")
    click(app, "Add to Timeline", "UI", nth=-1)
    until(lambda: len(strips(app)) == 3, "the clip from the list is there", seconds=20)
    move(app, timeline)
