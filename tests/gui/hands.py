"""What a person does: looks for words on the screen, moves the mouse there, clicks, types, drags."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from .app import App
from .reading import Box, find, marks, tabs

_PATIENCE = 30.0  # seconds that a person waits for something to appear

_KEYS = {" ": "SPACE", "\n": "RET", ",": "COMMA", ".": "PERIOD", "-": "MINUS", "/": "SLASH"} | dict(
    zip("0123456789", ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE"), strict=True)
)

Where = str | Box


def seen(app: App, text: str, within: Where | None = None, *, everywhere: bool = False) -> list[Box]:
    """Where `text` stands on the screen now: in the order of reading, in pixels.

    `within`: a box, or what Blender calls a region of the sequencer: "UI" (the sidebar), "HEADER", "WINDOW" (the
    timeline), "TOOL_HEADER"… `everywhere`: parts of longer lines too, even where a line says just that.
    """
    box = region(app, within) if isinstance(within, str) else within
    return find(app.read(box), text, box, everywhere=everywhere)


def wait_for(app: App, text: str, within: Where | None = None, seconds: float = _PATIENCE) -> Box:
    """Look until `text` is on the screen; the first place where it stands."""
    return _wait(app, text, within, seconds, 0)


def wait_until_gone(app: App, text: str, within: Where | None = None, seconds: float = _PATIENCE) -> None:
    """Look until `text` is nowhere on the screen any more."""
    deadline = time.monotonic() + seconds
    while seen(app, text, within):
        assert time.monotonic() < deadline, f"“{text}” is still on the screen after {seconds:g} s"
        time.sleep(0.2)


def _wait(app: App, text: str, within: Where | None, seconds: float, nth: int) -> Box:
    deadline = time.monotonic() + seconds
    while True:
        found = seen(app, text, within)
        if nth < len(found) and -nth <= len(found) and found:
            return found[nth]
        if time.monotonic() > deadline:
            words = " | ".join(line.text for line in app.read())
            raise AssertionError(f"“{text}” is not on the screen{f' in {within}' if within else ''}; there is: {words}")
        time.sleep(0.2)


def region(app: App, kind: str) -> Box:
    """A region of the (largest) sequencer of the first window that has one, as a box on the screen."""
    box = app.run(
        f"""
found = []
for window in bpy.context.window_manager.windows:
    for area in window.screen.areas:
        if area.type == "SEQUENCE_EDITOR" and area.spaces.active.view_type != "PREVIEW":
            for region in area.regions:
                if region.type == {kind!r} and region.width > 1:
                    box = [window.as_pointer(), region.x, region.y, region.width, region.height]
                    found.append((area.width * area.height, box))
result = max(found)[1] if found else None
"""
    )
    assert box, f"the sequencer has no {kind} now"
    return app.on_screen(*box)


def move(app: App, to: Box | tuple[int, int]) -> None:
    """Move the mouse to the middle of a box, or to a pixel of the screen."""
    x, y = to.center if isinstance(to, Box) else to
    app.events([app.event("MOUSEMOVE", "NOTHING", x - 3, y - 2), app.event("MOUSEMOVE", "NOTHING", x, y)])


def click(
    app: App,
    target: str | Box | tuple[int, int],
    within: Where | None = None,
    *,
    nth: int = 0,
    button: str = "LEFTMOUSE",
    ctrl: bool = False,
    times: int = 1,
    seconds: float = _PATIENCE,
) -> Box:
    """Click a text, a box, or a pixel; returns where. A text is waited for; `nth` says which of several."""
    if isinstance(target, str):
        target = _wait(app, target, within, seconds, nth)
    x, y = target.center if isinstance(target, Box) else target
    move(app, (x, y))
    for _ in range(times):
        app.events(
            [
                app.event(button, "PRESS", x, y, ctrl=ctrl),
                app.event(button, "RELEASE", x, y, ctrl=ctrl),
            ]
        )
    app.clicks += 1
    return Box(x, y, x + 1, y + 1)


def double_click(app: App, target: str | Box, within: Where | None = None, *, nth: int = 0) -> None:
    """Click twice at the same place, quickly."""
    if isinstance(target, str):
        target = _wait(app, target, within, _PATIENCE, nth)
    x, y = target.center
    move(app, (x, y))
    events = []
    for value in ("PRESS", "RELEASE", "PRESS", "RELEASE"):
        events.append(app.event("LEFTMOUSE", value, x, y))
    app.events(events)


def press(app: App, key: str, *, ctrl: bool = False, shift: bool = False, alt: bool = False) -> None:
    """Press and release a key, by Blender's name of it: RET, ESC, F3, Z…"""
    app.events([app.event(key, value, ctrl=ctrl, shift=shift, alt=alt) for value in ("PRESS", "RELEASE")])


def type_text(app: App, text: str) -> None:
    """Type a text where the cursor is."""
    events = []
    for character in text:
        key = _KEYS.get(character) or (character.upper() if character.isascii() and character.isalpha() else "A")
        events.append(app.event(key, "PRESS", unicode=character))
        events.append(app.event(key, "RELEASE"))
    app.events(events)


def fill(app: App, target: str | Box, text: str, within: Where | None = None, *, nth: int = 0) -> None:
    """Click into a field, replace what stands in it, and press Enter."""
    double_click(app, target, within, nth=nth)
    press(app, "A", ctrl=True)
    type_text(app, text)
    press(app, "RET")


def search(app: App, label: str, over: str = "WINDOW") -> None:
    """F3 over the sequencer, type what is looked for, and Enter."""
    move(app, region(app, over))
    press(app, "F3")
    app.still()
    type_text(app, label)
    time.sleep(0.3)
    app.still()


def drag(app: App, start: Box | tuple[int, int], end: Box | tuple[int, int], steps: int = 12) -> None:
    """Press at `start`, move to `end`, and let go: no faster than a hand does."""
    (x1, y1), (x2, y2) = (each.center if isinstance(each, Box) else each for each in (start, end))
    app.events([app.event("MOUSEMOVE", "NOTHING", x1 - 40, y1), app.event("MOUSEMOVE", "NOTHING", x1, y1)])
    time.sleep(0.3)
    app.events([app.event("LEFTMOUSE", "PRESS", x1, y1)])
    for step in range(1, steps + 1):
        time.sleep(0.05)
        app.events([app.event("MOUSEMOVE", "NOTHING", x1 + (x2 - x1) * step // steps, y1 + (y2 - y1) * step // steps)])
    time.sleep(0.3)
    app.events([app.event("LEFTMOUSE", "RELEASE", x2, y2)])


def scroll(app: App, over: Box | tuple[int, int], notches: int) -> None:
    """Turn the mouse wheel: down for positive numbers."""
    move(app, over)
    x, y = over.center if isinstance(over, Box) else over
    kind = "WHEELDOWNMOUSE" if notches > 0 else "WHEELUPMOUSE"
    app.events([app.event(kind, "PRESS", x, y) for _ in range(abs(notches))])


def icons_beside(app: App, text: str | Box, within: Where = "UI") -> list[Box]:
    """What stands to the right of a text on its line, from left to right: icons and words, each a box."""
    outer = region(app, within) if isinstance(within, str) else within
    box = _wait(app, text, outer, _PATIENCE, 0) if isinstance(text, str) else text
    return marks(app.still(), Box(box.right + 6, box.top, outer.right - 24, box.bottom))


def open_tab(app: App, name: str = "Sessions") -> None:
    """Click the sidebar's tab, after opening the sidebar by N where it is closed."""
    if not app.run(
        "result = any(r.type == 'UI' and r.width > 1"
        " for w in bpy.context.window_manager.windows for a in w.screen.areas"
        " if a.type == 'SEQUENCE_EDITOR' and a.spaces.active.view_type != 'PREVIEW' for r in a.regions)"
    ):
        move(app, region(app, "WINDOW"))
        press(app, "N")
        time.sleep(0.5)  # the sidebar slides in
        app.still()
    if _active_tab(app) == name:
        return  # a click on the tab that is open closes the sidebar
    click_tab(app, region(app, "UI"), name)


def click_tab(app: App, sidebar: Box, name: str) -> None:
    """Click a tab of a sidebar."""
    strip = sidebar._replace(left=sidebar.right - round(26 * app.ui_scale))
    lines = tabs(app.still(), strip)
    found = find(lines, name)
    assert found, f"there is no tab “{name}” among {[line.text for line in lines]}"
    click(app, found[0])
    app.still()


def _active_tab(app: App) -> str:
    tab: str = app.run(
        "result = next((r.active_panel_category for w in bpy.context.window_manager.windows for a in w.screen.areas"
        " if a.type == 'SEQUENCE_EDITOR' and a.spaces.active.view_type != 'PREVIEW'"
        " for r in a.regions if r.type == 'UI'), '')"
    )
    return tab


def widen_sidebar(app: App, pixels: int) -> None:
    """Drag the sidebar's edge until it is `pixels` wide; whoever does not get hold of it at once tries beside it."""
    for beside in (-1, 0, 1, -2, 2):
        sidebar = region(app, "UI")
        y = sidebar.bottom - 60
        edge = sidebar.left + beside
        drag(app, (edge, y), (sidebar.right - pixels, y), steps=max(4, abs(edge - sidebar.right + pixels) // 20))
        time.sleep(0.3)
        app.still()
        if region(app, "UI").width != sidebar.width:
            return


def values(app: App, expression: str) -> Any:
    """What an expression says in the Blender under test, where `S` is the extension's properties of the panel."""
    return app.run(f"S = bpy.context.window_manager.generative_sessions\nresult = {expression}")


def names_of(boxes: Sequence[Box]) -> str:
    """Boxes for a message."""
    return ", ".join(map(str, boxes))
