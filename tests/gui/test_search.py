"""F3 finds every operator of the extension by its label, and runs it."""

from __future__ import annotations

import pytest

from .app import App
from .hands import open_tab, press, search, seen, values, wait_for
from .working import all_done, generate, small_takes

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


def test_the_search_runs_what_it_finds(app: App) -> None:
    open_tab(app)
    small_takes(app)
    generate(app, "A lighthouse")
    all_done(app, 1)
    search(app, "New Session")
    press(app, "RET")
    app.still()
    assert values(app, "(S.prompt, S.session_index)") == ["", -1]
    search(app, "Rename Session")
    press(app, "RET")
    press(app, "ESC")
    search(app, "Switch Session")
    press(app, "RET")
    wait_for(app, "Lighthouse")
    press(app, "ESC")
