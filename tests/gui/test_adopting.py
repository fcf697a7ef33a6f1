"""A clip of somebody else's on the timeline becomes a take by its strip's context menu, and the panel tells of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from .app import App
from .hands import click, open_tab, press, search, wait_for
from .working import save_as, states, strips, tall, undo, until

CLIP = Path(__file__).parents[1] / "storage" / "clips" / "plain.mp4"
PARAMETERS = "a fox\nNegative prompt: cats\nSteps: 20, Sampler: Euler a, Seed: 4242, Size: 512x768, Model: dream"


def files_of(app: App) -> list[str]:
    """The names of the files that the strips show."""
    found: list[str] = app.run(
        """
import importlib, os
compat = importlib.import_module("bl_ext.user_default.generative_sessions.blender.compat")
editor = compat.sequencer_scene(bpy.context).sequence_editor
result = [os.path.basename(strip.filepath) for strip in compat.strips_all(editor) if strip.type == "MOVIE"]
"""
    )
    return found


def test_a_strip_is_adopted_and_undone_and_the_panel_says_what_was_found(app: App, folder: Path) -> None:
    open_tab(app)
    save_as(app, folder / "film.blend")
    clip = Path(shutil.copy(CLIP, folder / "render.mp4"))
    clip.with_suffix(".txt").write_text(PARAMETERS, "utf-8")
    app.run(
        f"""
import importlib, pathlib
timeline = importlib.import_module("bl_ext.user_default.generative_sessions.blender.timeline")
compat = importlib.import_module("bl_ext.user_default.generative_sessions.blender.compat")
timeline.add_clip(compat.sequencer_scene(bpy.context), pathlib.Path({str(clip)!r}), 1, name="render")
bpy.ops.ed.undo_push(message="Add")
"""
    )
    until(lambda: strips(app) == ["render"], "the strip is there")
    tall(app)
    search(app, "Adopt Strips")
    press(app, "RET")
    until(lambda: states(app) == ["succeeded"], "the strip's clip is a take")
    until(lambda: files_of(app) == ["Fox 01.mp4"], "the strip shows the copy")
    wait_for(app, "render.txt", "UI")
    app.still()
    click(app, "4242", "UI")  # the take's cell tells the seed
    undo(app)
    until(lambda: files_of(app) == ["render.mp4"], "undone")
    assert states(app) == ["succeeded"]
    assert clip.read_bytes() == CLIP.read_bytes()
