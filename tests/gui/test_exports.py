"""Exporting by the menu and the file browser: the edit, and a session, which is copied while the user goes on."""

from __future__ import annotations

from pathlib import Path

from .app import App
from .hands import click, open_tab, press, search, wait_for
from .working import all_done, generate, save_as, small_takes, strips, until


def test_the_edit_and_a_session_are_exported_from_the_menu(app: App, folder: Path) -> None:
    open_tab(app)
    save_as(app, folder / "film.blend")
    small_takes(app)
    generate(app, "A lighthouse", count=2)
    all_done(app, 2)
    until(lambda: len(strips(app)) == 1, "the clip arrived")

    search(app, "Timeline with Takes")
    press(app, "RET")
    wait_for(app, "film.otio")
    click(app, "Export Timeline")
    until((folder / "film.otio").is_file, "the edit is exported")

    search(app, "Export Session")
    press(app, "RET")
    wait_for(app, "Cancel")
    click(app, "Export Session")
    until((folder / "Lighthouse" / "contact-sheet.html").is_file, "the session is exported")
    assert len(list((folder / "Lighthouse" / "clips").iterdir())) == 2
    until(lambda: app.run("result = len(bpy.context.window_manager.windows[0].modal_operators)") == 0, "it has ended")
