"""A prompt of several lines: in the panel where Blender can show it there, else in its Text Editor."""

from __future__ import annotations

from .app import App
from .hands import click, move, open_tab, press, seen, type_text, values, wait_for
from .working import PROMPT_HINT, all_done, generate, small_takes, until

LINES = ("A lighthouse in a storm", "slow push in")


def test_a_prompt_of_two_lines_is_typed_and_generated(app: App) -> None:
    open_tab(app)
    small_takes(app)
    wait_for(app, PROMPT_HINT, "UI")
    if seen(app, "Edit in Text Editor", "UI"):
        in_text_editor(app)
    else:
        click(app, PROMPT_HINT, "UI")
        type_text(app, LINES[0])
        press(app, "RET", shift=True)
        type_text(app, LINES[1])
        press(app, "RET")
    until(lambda: values(app, "S.prompt") == "\n".join(LINES), "the prompt has both lines", seconds=10)
    generate(app)
    all_done(app, 1)
    assert app.module("blender.runtime", "m.current().session.takes[0].request.prompt") == "\n".join(LINES)
    kept = "result = [text.name for text in bpy.data.texts if text.users]"
    until(lambda: app.run(kept) == [], "no text is left that would be saved", seconds=10)


def in_text_editor(app: App) -> None:
    """Edit in Text Editor, type, Done."""
    click(app, "Edit in Text Editor", "UI")
    editor = until(
        lambda: app.run(
            """
result = next(
    (
        [window.as_pointer(), region.x, region.y, region.width, region.height]
        for window in bpy.context.window_manager.windows
        for area in window.screen.areas
        for region in area.regions
        if area.type == "TEXT_EDITOR" and region.type == "WINDOW"
    ),
    None,
)
"""
        ),
        "a Text Editor is there",
        seconds=10,
    )
    move(app, app.on_screen(*editor))
    type_text(app, LINES[0])
    press(app, "RET")
    type_text(app, LINES[1])
    click(app, "Done Editing Prompt", "UI")
