"""The steps that many journeys share: what an editor does without thinking about it."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .app import App
from .hands import click, double_click, move, press, region, type_text, values, wait_for
from .reading import Box, difference, find, marks

PROMPT_HINT = "Describe the shot"


def small_takes(app: App, seconds: float = 1.0, width: int = 160, height: int = 90) -> None:
    """Let takes be small and short, so that a journey does not wait for pictures nobody looks at."""
    wanted = {"match_scene": False, "width": width, "height": height, "duration": seconds}
    values(app, f"[setattr(S, *each) for each in {list(wanted.items())!r}]")


def slow_takes(app: App) -> None:
    """Let takes be so large that there is time to do something while they run, wherever in the cut they go."""
    small_takes(app, seconds=20.0, width=640, height=360)
    values(app, "setattr(S, 'fill', False)")


@contextlib.contextmanager
def held_up(app: App) -> Iterator[None]:
    """Let the takes that run get no further meanwhile, where there is /proc: hands are slow where much else runs."""
    drawing = [
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if str(app.profile).encode() in (command := _command(process)) and b"animatic" in command
    ]
    for process_id in drawing:
        os.kill(process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        for process_id in drawing:
            with contextlib.suppress(ProcessLookupError):  # its take was cancelled
                os.kill(process_id, signal.SIGCONT)


def _command(process: Path) -> bytes:
    with contextlib.suppress(OSError):
        return (process / "cmdline").read_bytes()
    return b""


def describe(app: App, prompt: str) -> None:
    """Put the mouse into the prompt, type over what stands there, and leave the field."""
    there = values(app, "S.prompt")
    target = wait_for(app, there[:24] if there else PROMPT_HINT, "UI")
    if there:
        double_click(app, target)
        press(app, "A", ctrl=True)
    else:
        click(app, target)
    type_text(app, prompt)
    press(app, "TAB")
    press(app, "ESC")
    assert values(app, "S.prompt") == prompt


def generate(app: App, prompt: str = "", count: int = 1) -> None:
    """Describe the shot and press Generate."""
    if prompt:
        describe(app, prompt)
    values(app, f"setattr(S, 'count', {count})")
    click(app, "Generate", "UI")


def until(condition: Callable[[], Any], what: str, seconds: float = 120) -> Any:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not (met := condition()):
        assert time.monotonic() < deadline, f"not so after {seconds:g} s: {what}"
        time.sleep(0.2)
    return met


def states(app: App) -> list[str]:
    """How the takes of the active session are, newest first."""
    takes = "m.current().session.takes if m.current().session else ()"
    found: list[str] = app.module("blender.runtime", f"[take.state.value for take in reversed({takes})]")
    return found


def all_done(app: App, count: int) -> None:
    """Wait until the active session has `count` takes and all have their clips."""
    until(lambda: states(app) == ["succeeded"] * count, f"{count} takes are done")
    until(lambda: not app.module("blender.runtime", "m.current().arrivals or m.has_unsaved_changes()"), "all is stored")


def strips(app: App) -> list[str]:
    """The names of the movie strips in the scene that the sequencer shows."""
    found: list[str] = app.run(
        """
import importlib
compat = importlib.import_module("bl_ext.user_default.generative_sessions.blender.compat")
scene = compat.sequencer_scene(bpy.context)
editor = scene.sequence_editor
result = [strip.name for strip in compat.strips_all(editor) if strip.type == "MOVIE"] if editor else []
"""
    )
    return found


def save_as(app: App, path: Path) -> None:
    """Save the file under a name, as a script would: the file dialog is Blender's own business."""
    app.run(f"bpy.ops.wm.save_as_mainfile(filepath={str(path)!r})")


def undo(app: App) -> None:
    """Ctrl Z with the mouse over the timeline."""
    press(app, "Z", ctrl=True)
    app.still()


def redo(app: App) -> None:
    """Ctrl Shift Z."""
    press(app, "Z", ctrl=True, shift=True)
    app.still()


def close_without_saving(app: App) -> int:
    """Ctrl Q, and Don't Save where Blender asks; the exit code."""
    press(app, "Q", ctrl=True)
    app.still(1.0)
    asked = find(app.read(), "Don't Save")
    if asked and app.is_running:
        click(app, asked[0])
    return app.wait_for_exit()


def popover(app: App) -> Box:
    """Open the session list from the sequencer's header; the box in which it stands."""
    header = region(app, "HEADER")
    before = app.still()
    icon = marks(before, header._replace(right=header.right - 14))[-1]  # not the area's round corner
    click(app, icon)
    changed = difference(before, app.still())
    assert changed is not None, "nothing opened"
    return changed


def tall(app: App) -> None:
    """Ctrl Space with the mouse over the timeline: the sequencer fills the window, and its sidebar has room."""
    low = region(app, "WINDOW")
    move(app, low)
    press(app, "SPACE", ctrl=True)
    until(lambda: region(app, "WINDOW").height > low.height, "the sequencer is large", seconds=10)
    app.still()


def shots(app: App) -> list[tuple[int, int]]:
    """From which frame to which the picture strips play, the second one not included; in the order of the edit."""
    found: list[list[int]] = app.run(
        """
import importlib
compat = importlib.import_module("bl_ext.user_default.generative_sessions.blender.compat")
editor = compat.sequencer_scene(bpy.context).sequence_editor
movies = [strip for strip in compat.strips_all(editor) if strip.type == "MOVIE"] if editor else []
result = sorted((compat.left_handle(strip), compat.right_handle(strip)) for strip in movies)
"""
    )
    return [(start, end) for start, end in found]


def on_timeline(app: App, frame: float, channel: float) -> tuple[int, int]:
    """Where on the screen the timeline draws a frame of a channel."""
    x, y = app.run(
        f"""
area = next(a for a in bpy.context.window_manager.windows[0].screen.areas
            if a.type == "SEQUENCE_EDITOR" and a.spaces.active.view_type != "PREVIEW")
inner = next(r for r in area.regions if r.type == "WINDOW")
result = inner.view2d.view_to_region({frame}, {channel}, clip=False)
"""
    )
    window = region(app, "WINDOW")
    return window.left + int(x), window.bottom - int(y)


def put_playhead(app: App, frame: int) -> None:
    """Click into the ruler above the strips."""
    ruler = region(app, "WINDOW").top + round(10 * app.ui_scale)
    click(app, (on_timeline(app, frame + 0.5, 1)[0], ruler))
    app.still()
