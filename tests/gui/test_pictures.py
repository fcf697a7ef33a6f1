"""The pictures of the README, made as a person would come by them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .app import App
from .hands import click, icons_beside, move, open_tab, region, seen, values
from .reading import Box
from .working import all_done, generate, save_as, states, strips, tall, until

SHOTS = (
    ("A lighthouse in a storm, slow push in, waves against the rocks", 3),
    ("A red fox runs through deep snow, pan left, early morning", 4),
)


def test_the_picture_of_the_readme_shows_sessions_takes_and_the_cut(
    app: App, folder: Path, keep: Callable[[str], None]
) -> None:
    save_as(app, folder / "film.blend")
    tall(app)
    open_tab(app)
    values(app, "[setattr(S, *each) for each in (('match_scene', False), ('width', 640), ('height', 360))]")
    for number, (prompt, count) in enumerate(SHOTS):
        if number:
            click(app, icons_beside(app, "Lighthouse in a storm")[-1])  # +
            app.still()
            values(app, "[setattr(S, *each) for each in (('match_scene', False), ('width', 640), ('height', 360))]")
        values(app, "setattr(S, 'duration', 2.0)")
        app.run(f"bpy.context.window_manager.windows[0].scene.frame_set({1 + 60 * number})")
        generate(app, prompt, count=count)
        all_done(app, count)
    until(lambda: len(strips(app)) == len(SHOTS), "each shot stands in the cut")
    values(app, "[setattr(S, *each) for each in (('duration', 20.0), ('count', 1))]")
    generate(app)
    until(lambda: "running" in states(app), "one more take runs")
    move(app, region(app, "WINDOW"))
    app.still()
    sidebar: Box = region(app, "UI")
    assert seen(app, "Red fox", sidebar) and seen(app, "Take 1", sidebar)
    keep("readme")
