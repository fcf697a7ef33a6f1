"""Two sessions side by side: switched, renamed, deleted."""

from __future__ import annotations

import time
from pathlib import Path

from .app import App
from .hands import click, icons_beside, open_tab, press, seen, type_text, values, wait_for, wait_until_gone
from .reading import Box, marks
from .working import all_done, generate, popover, save_as, small_takes, states, strips, until


def two_sessions(app: App, takes: int) -> None:
    open_tab(app)
    small_takes(app)
    generate(app, "A lighthouse in a storm", count=takes)
    all_done(app, takes)
    click(app, icons_beside(app, "Lighthouse in a storm")[-1])  # +
    app.still()
    assert values(app, "S.prompt") == ""
    small_takes(app)
    generate(app, "A red fox in the snow", count=takes)
    all_done(app, takes)


def names(app: App) -> list[str]:
    found: list[str] = values(app, "[row.name for row in S.sessions]")
    return found


def test_the_headers_popover_switches_and_brings_prompt_settings_and_takes_back(app: App) -> None:
    two_sessions(app, takes=4)
    assert names(app) == ["Red fox in the snow", "Lighthouse in a storm"]
    values(app, "setattr(S, 'duration', 2.0)")
    box = popover(app)
    click(app, "Lighthouse in a storm", box)
    until(lambda: values(app, "S.prompt") == "A lighthouse in a storm", "the session is back")
    press(app, "ESC")
    assert values(app, "(round(S.duration, 3), S.count, len(S.takes))") == [1.0, 4, 4]
    assert seen(app, "A lighthouse in a storm", "UI")
    assert names(app) == ["Red fox in the snow", "Lighthouse in a storm"]  # looking is no use
    generate(app)
    until(lambda: names(app)[0] == "Lighthouse in a storm", "generating moves it up")
    all_done(app, 5)


def test_rename_and_delete_by_the_rows_menu(app: App, folder: Path) -> None:
    open_tab(app)
    save_as(app, folder / "film.blend")
    small_takes(app)
    generate(app, "A lighthouse in a storm")
    all_done(app, 1)
    until(lambda: len(strips(app)) == 1, "the strip is there")
    row_menu(app, "Lighthouse in a storm", "Rename")
    press(app, "A", ctrl=True)
    type_text(app, "Opening")
    press(app, "RET")
    if seen(app, "Cancel"):
        press(app, "RET")
    until(lambda: names(app) == ["Opening"], "it has its new name")
    row_menu(app, "Opening", "Delete")
    wait_for(app, "stays")  # the dialog says what stays
    press(app, "RET")  # the default is Cancel
    wait_until_gone(app, "Delete Session?")
    assert names(app) == ["Opening"]
    row_menu(app, "Opening", "Delete")
    wait_for(app, "stays")
    click(app, "Delete", dialog(app))
    until(lambda: names(app) == [], "it is gone")
    assert len(strips(app)) == 1
    assert values(app, "len(S.assets)") == 1
    assert list((folder / "film.assets").glob("*.mp4"))
    assert app.run("import os; result = all(os.path.exists(bpy.path.abspath(c.filepath)) for c in bpy.data.movieclips)")
    assert states(app) == []


def row_menu(app: App, name: str, entry: str) -> None:
    """Open the ⋮ menu of a session's row and choose an entry; a click that a closing dialog took is made again."""
    deadline = time.monotonic() + 60
    while not seen(app, f"{entry}…") and time.monotonic() < deadline:
        click(app, icons_beside(app, name)[0])
        app.still()
    click(app, f"{entry}…")
    app.still()


def dialog(app: App) -> Box:
    """The lower part of the delete dialog, where its buttons are."""
    box = wait_for(app, "stays")
    assert marks(app.still(), box)
    return Box(box.left - 40, box.bottom, box.left + 420, box.bottom + 60)
