"""1,000 sessions with 10,000 takes: the list scrolls, is searched by name and by prompt, and draws."""

from __future__ import annotations

from pathlib import Path

from . import many
from .app import App
from .hands import click, open_tab, press, scroll, seen, type_text, values, wait_for, wait_until_gone
from .working import popover, save_as, tall, until


def test_a_thousand_sessions_are_scrolled_and_searched_by_name_and_by_prompt(app: App, folder: Path) -> None:
    save_as(app, folder / "film.blend")
    app.run("bpy.ops.wm.read_homefile()")
    many.write(folder / "film.sessions.json")
    app.run(f"bpy.ops.wm.open_mainfile(filepath={str(folder / 'film.blend')!r})")
    until(lambda: values(app, "len(S.sessions)") == 1000, "all sessions are listed")
    tall(app)
    open_tab(app)
    row = wait_for(app, "Scene 0999", "UI")
    scroll(app, row, 12)
    wait_until_gone(app, "Scene 0999", "UI")
    for word, wanted in (("0500", "Scene 0500"), ("xylophone", "Scene 0137")):
        listed = popover(app)
        click(app, "Name or prompt", listed)
        type_text(app, word)
        press(app, "RET")
        wait_for(app, wanted, listed)
        assert not seen(app, "Scene 0998", listed)
        click(app, wanted, listed)
        until(lambda wanted=wanted: values(app, "S.sessions[S.session_index].name") == wanted, "it is in the panel")
        press(app, "ESC")
        app.still()
        assert values(app, "len(S.takes)") == 10
        listed = popover(app)
        click(app, word, listed, times=2)
        press(app, "A", ctrl=True)
        press(app, "DEL")
        press(app, "RET")
        press(app, "ESC")
        app.still()
