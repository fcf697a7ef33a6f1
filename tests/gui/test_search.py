"""F3 finds every operator of the extension by its label, and runs it."""

from __future__ import annotations

import pytest

from .app import App
from .hands import open_tab, press, search, seen, values, wait_for
from .reading import difference
from .working import all_done, generate, held_up, slow_takes, small_takes, states, strips, until

LABELS = (
    "New Session",
    "Switch Session",
    "Rename Session",
    "Delete Session",
    "Generate",
    "Cancel Take",
    "Add to Timeline",
    "Show Assets Folder",
)


@pytest.mark.parametrize("developer", [False, True], ids=["menus", "operators"])
def test_the_search_finds_every_operator_by_its_label(app: App, developer: bool) -> None:
    app.run(f"bpy.context.preferences.view.show_developer_ui = {developer}")
    open_tab(app)
    small_takes(app)
    generate(app, "A lighthouse")
    all_done(app, 1)
    for label in LABELS:
        search(app, label)
        assert len(seen(app, label, everywhere=True)) >= 2, f"{label} is typed, and not found"
        press(app, "ESC")
        press(app, "ESC")


def test_the_search_runs_every_operator(app: App) -> None:
    open_tab(app)
    small_takes(app)
    generate(app, "A lighthouse")
    all_done(app, 1)
    run(app, "Generate")
    all_done(app, 2)
    slow_takes(app)
    run(app, "Generate")
    until(lambda: "running" in states(app), "a take runs")
    with held_up(app):
        run(app, "Cancel Take")
    until(lambda: states(app)[0] == "cancelled", "it is cancelled")
    shown = len(strips(app))
    run(app, "Add to Timeline")
    until(lambda: len(strips(app)) == shown + 1, "a clip is in the timeline")
    run(app, "Show Assets Folder")
    wait_for(app, "Lighthouse 01")
    run(app, "Rename Session")
    wait_for(app, "Cancel")
    press(app, "ESC")  # the name's field
    press(app, "ESC")  # the dialog
    app.still()
    run(app, "Delete Session")
    wait_for(app, "stay")
    press(app, "ESC")
    run(app, "New Session")
    until(lambda: values(app, "(S.prompt, S.session_index)") == ["", -1], "a new session begins")
    before = app.still()
    run(app, "Switch Session")
    assert difference(before, app.still()), "nothing opened"
    press(app, "ESC")


def run(app: App, label: str) -> None:
    """F3, the label, Enter."""
    search(app, label)
    press(app, "RET")
    app.still()
