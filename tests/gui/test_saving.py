"""Saving, quitting, crashing, and coming back."""

from __future__ import annotations

from pathlib import Path

from .app import App
from .hands import move, open_tab, press, region, seen, values, wait_for
from .working import all_done, close_without_saving, generate, save_as, slow_takes, small_takes, states, strips, until


def test_after_save_and_quit_all_is_there_again_and_running_takes_go_on(app: App, folder: Path) -> None:
    open_tab(app)
    save_as(app, folder / "film.blend")
    small_takes(app)
    generate(app, "A lighthouse")
    all_done(app, 1)
    until(lambda: len(strips(app)) == 1, "the strip is there")
    slow_takes(app)
    generate(app, "A red fox in the snow")
    until(lambda: "running" in states(app), "the second take runs")
    move(app, region(app, "WINDOW"))
    press(app, "S", ctrl=True)
    app.still()
    assert close_without_saving(app) == 0
    app.start(folder / "film.blend")
    until(lambda: values(app, "len(S.sessions)") == 1, "the session is there")
    open_tab(app)
    wait_for(app, "Lighthouse", "UI")
    assert values(app, "S.prompt") == "A red fox in the snow"
    all_done(app, 2)
    until(lambda: len(strips(app)) == 2, "its strip is there", seconds=10)


def test_after_save_as_both_files_have_all_and_go_on_by_themselves(app: App, folder: Path) -> None:
    open_tab(app)
    save_as(app, folder / "one.blend")
    small_takes(app)
    generate(app, "A lighthouse")
    all_done(app, 1)
    save_as(app, folder / "two.blend")
    generate(app, "A red fox in the snow")
    all_done(app, 2)
    save_as(app, folder / "two.blend")
    assert (folder / "one.sessions.json").exists() and (folder / "two.sessions.json").exists()
    app.run(f"bpy.ops.wm.open_mainfile(filepath={str(folder / 'one.blend')!r})")
    until(lambda: states(app) == ["succeeded"], "the first file has its one take")
    app.run(f"bpy.ops.wm.open_mainfile(filepath={str(folder / 'two.blend')!r})")
    until(lambda: states(app) == ["succeeded", "succeeded"], "the second file has both")


def test_a_take_goes_on_after_blender_was_killed_in_the_middle_of_it(app: App, folder: Path) -> None:
    open_tab(app)
    save_as(app, folder / "film.blend")
    slow_takes(app)
    generate(app, "A lighthouse")
    until(lambda: states(app) == ["running"], "the take runs")
    app.kill()
    app.start(folder / "film.blend")
    open_tab(app)
    until(lambda: values(app, "len(S.sessions)") == 1, "the session is there")
    all_done(app, 1)
    assert len(strips(app)) == 1


def test_quitting_an_unsaved_file_asks_as_ever_and_the_clip_is_not_lost(app: App) -> None:
    open_tab(app)
    small_takes(app)
    generate(app, "A lighthouse")
    all_done(app, 1)
    move(app, region(app, "WINDOW"))
    press(app, "Q", ctrl=True)
    wait_for(app, "Don't Save")
    press(app, "ESC")
    app.still()
    assert not seen(app, "Don't Save")
    assert close_without_saving(app) == 0
    assert list(app.profile.rglob("unsaved/*/*.assets/*.mp4"))
