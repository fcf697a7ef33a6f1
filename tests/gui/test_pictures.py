"""The pictures of the README, made as a person would come by them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .app import App
from .hands import click, move, open_tab, press, region, scroll, seen, values
from .reading import Box
from .working import all_done, generate, held_up, on_timeline, put_playhead, save_as, small_takes, states, strips, until

WIDTH, HEIGHT, SECONDS = 480, 270, 2
SHOTS = (
    ("A lighthouse in a storm, slow push in", 3),
    ("The keeper climbs the stairs, handheld", 1),
    ("A ship in the night, pan left", 1),
)


def begin_a_shot(app: App, number: int, prompt: str) -> None:
    """A new session behind the shots that there are."""
    if number:
        move(app, region(app, "WINDOW"))
        press(app, "A", alt=True)
        put_playhead(app, 1 + 24 * SECONDS * number)
        app.run("bpy.ops.sessions.new()")
        app.still()
    small_takes(app, SECONDS, WIDTH, HEIGHT)
    values(app, f"setattr(S, 'prompt', {prompt!r})")
    app.still()


def test_the_picture_of_the_readme_shows_a_cut_takes_and_a_place_that_waits(
    app: App, folder: Path, keep: Callable[[str], None]
) -> None:
    save_as(app, folder / "film.blend")
    open_tab(app)
    size = f"s.render.resolution_x, s.render.resolution_y = {WIDTH}, {HEIGHT}"
    app.run(f"for s in bpy.data.scenes: {size}")
    for number, (prompt, count) in enumerate(SHOTS):
        begin_a_shot(app, number, prompt)
        generate(app, count=count)
        all_done(app, count)
    until(lambda: len(strips(app)) == len(SHOTS), "each shot stands in the cut")
    begin_a_shot(app, len(SHOTS), "Waves break on the rocks, wide")
    small_takes(app, 3, 1920, 1080)
    generate(app)
    until(lambda: "running" in states(app), "one more take runs")
    until(lambda: any(name.startswith("Generating") for name in strips(app)), "its place waits")
    with held_up(app):
        click(app, on_timeline(app, 20, 1.5))
        move(app, region(app, "WINDOW"))
        press(app, "HOME")
        sidebar: Box = region(app, "UI")
        scroll(app, sidebar, 17)
        move(app, region(app, "WINDOW"))
        until(lambda: seen(app, "Take 1", sidebar), "the takes of the selected shot are seen")
        keep("readme")
