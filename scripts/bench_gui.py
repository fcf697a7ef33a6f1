"""What `bench.py --gui` measures in a real window.

Run by the Python of the environment "gui", with SESSIONS_BLENDER and SESSIONS_ZIP set; prints one line `BENCH [rows]`.
Blender draws here as it does for a person, so the times hold Blender's own share; where a row says "minus", the same
was measured without the extension in the same run, in turns, and taken off.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bench_storage
from tests.gui.app import EXTENSION, App
from tests.gui.conftest import install
from tests.gui.display import screen
from tests.gui.hands import click, open_tab, region

ROUNDS = 7
REDRAWS = 20
CLIPS = 60
Row = dict[str, object]

_MEASURE = """
import time
def redraws(count):
    window = bpy.context.window_manager.windows[0]
    area = max((a for a in window.screen.areas if a.type == "SEQUENCE_EDITOR"), key=lambda a: a.width * a.height)
    region = next(r for r in area.regions if r.type == "UI")
    with bpy.context.temp_override(window=window, area=area, region=region):
        begin = time.perf_counter()
        bpy.ops.wm.redraw_timer(type="DRAW_WIN", iterations=count)
        return (time.perf_counter() - begin) / count
"""

_WATCH = """
import importlib, time
held = []
pump = importlib.import_module(EXTENSION + ".blender.pump")
timeline = importlib.import_module(EXTENSION + ".blender.arrivals")
clock = time.perf_counter
loading = [0.0]
def without_loading(operator):
    def call(*arguments, **options):
        begin = clock()
        try:
            return operator(*arguments, **options)
        finally:
            loading[0] += clock() - begin
    return call
def held_by(action):
    def call(*arguments):
        loading[0] = 0.0
        begin = clock()
        try:
            return action(*arguments)
        finally:
            held.append(clock() - begin - loading[0])
    return call
"""


def main() -> None:
    with started() as (app, folder):
        rows = empty(app) + takes(app)
        first_clip = next(folder.rglob("*.mp4"))
        blend = many(folder, first_clip)
        app.kill()
        rows += full(app, blend)
    print("BENCH " + json.dumps(rows), flush=True)


@contextmanager
def started() -> Iterator[tuple[App, Path]]:
    """A Blender in a window with the package in a clean profile, and the folder of all its files."""
    blender = Path(os.environ["SESSIONS_BLENDER"])
    with tempfile.TemporaryDirectory(prefix="sessions-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        install(blender, Path(os.environ["SESSIONS_ZIP"]), folder / "profile")
        with screen(blender, folder) as display:
            app = App(blender, display, folder, folder / "profile")
            app.start()
            try:
                yield app, folder
            finally:
                app.kill()


def row(name: str, value: float, unit: str, bar: float) -> Row:
    """A row of the table."""
    return {"name": name, "value": value, "unit": unit, "bar": bar}


def empty(app: App) -> list[Row]:
    """A redraw in a file without sessions."""
    _only_the_sequencer(app)
    open_tab(app)
    return [row("redraw with the tab open minus without the add-on, 0 sessions", _difference(app), "ms", 1.0)]


def takes(app: App) -> list[Row]:
    """The main thread while eight takes run, report and arrive."""
    app.run("EXTENSION = " + repr(EXTENSION) + _WATCH)
    app.run(
        """
pump.tick = held_by(pump.tick)
def drawing(draw):
    timed = held_by(draw)
    def call(self, context):  # Blender counts a draw's parameters
        timed(self, context)
    return call
for cls in [c for c in importlib.import_module(EXTENSION + ".blender.ui").CLASSES if hasattr(c, "draw")]:
    cls.draw = drawing(cls.draw)
class Loading:
    def __init__(self, module): self.module = module
    def __getattr__(self, name):
        found = getattr(self.module, name)
        return without_loading(found) if name in ("movie_strip_add", "undo_push", "load") else found
import bpy as real
shown = importlib.import_module(EXTENSION + ".blender.timeline")
class Ops:
    sequencer = Loading(real.ops.sequencer)
    def __getattr__(self, name): return getattr(real.ops, name)
class Shadow:
    ops = Ops()
    def __getattr__(self, name): return getattr(real, name)
shown.bpy = Shadow()
S = bpy.context.window_manager.generative_sessions
S.match_scene, S.width, S.height, S.duration, S.prompt, S.count = False, 320, 180, 1.0, "A lighthouse", 8
"""
    )
    click(app, "Generate", "UI")
    deadline = time.monotonic() + 300
    while app.run("result = sum(1 for c in bpy.data.movieclips)") < 8:
        assert time.monotonic() < deadline, "the takes did not end"
        time.sleep(0.5)
    time.sleep(2)
    held = sorted(app.run("result = held"))
    return [
        row("main thread held while 8 takes run and arrive, longest", held[-1] * 1000, "ms", 16),
        row("the same, 99 of 100", held[int(len(held) * 0.99)] * 1000, "ms", 5),
    ]


def many(folder: Path, clip: Path) -> Path:
    """A file with 1,000 sessions and 10,000 takes, whose assets are clips that are really there."""
    blend = folder / "many.blend"
    clips = folder / "many.assets"
    clips.mkdir()
    for number in range(CLIPS):
        shutil.copy(clip, clips / f"clip {number}.mp4")
    project = bench_storage.large_project()
    assets = tuple(
        asset.model_copy(update={"path": f"many.assets/clip {number % CLIPS}.mp4"})
        for number, asset in enumerate(project.assets)
    )
    named = tuple(each.model_copy(update={"name": f"Scene {n:04}"}) for n, each in enumerate(project.sessions))
    project = project.model_copy(update={"assets": assets, "sessions": named})
    (folder / "many.sessions.json").write_text(project.model_dump_json(), "utf-8")
    return blend


def full(app: App, blend: Path) -> list[Row]:
    """The same redraw, a click on a session, and the memory, at 1,000 sessions and 10,000 takes."""
    app.start()
    app.run(f"bpy.ops.wm.save_as_mainfile(filepath={str(blend.with_name('empty.blend'))!r})")
    shutil.copy(blend.with_name("empty.blend"), blend)
    app.kill()
    app.start(blend)
    app.run(f"bpy.ops.preferences.addon_disable(module={EXTENSION!r})")
    time.sleep(3)
    before = _memory(app)
    app.run(f"bpy.ops.preferences.addon_enable(module={EXTENSION!r})")
    time.sleep(3)
    _only_the_sequencer(app)
    open_tab(app)
    time.sleep(5)  # thumbnails
    assert app.run("result = len(bpy.context.window_manager.generative_sessions.sessions)") == 1000
    clicked = median(_click_on_session(app, nth) for nth in (1, 2, 3, 1, 2))
    memory = _memory(app) - before
    return [
        row("the same at 1,000 sessions and 10,000 takes, thumbnails shown", _difference(app), "ms", 1.5),
        row("click on a session to its takes drawn", clicked, "ms", 50),
        row("memory added to Blender", memory, "MB", 100),
    ]


def _only_the_sequencer(app: App) -> None:
    app.run(
        """
window = bpy.context.window_manager.windows[0]
area = next(a for a in window.screen.areas if a.type == "SEQUENCE_EDITOR" and a.spaces.active.view_type != "PREVIEW")
with bpy.context.temp_override(window=window, area=area):
    bpy.ops.screen.screen_full_area(use_hide_panels=False)
"""
    )
    app.still()


def _difference(app: App) -> float:
    """Milliseconds of a redraw with the extension's tab open, minus those with the extension disabled, in turns."""
    app.run(_MEASURE)
    differences = []
    for _ in range(ROUNDS):
        app.run("redraws(3)")
        on = app.run(f"result = redraws({REDRAWS})")
        app.run(f"bpy.ops.preferences.addon_disable(module={EXTENSION!r})")
        app.run("redraws(3)")
        off = app.run(f"result = redraws({REDRAWS})")
        app.run(f"bpy.ops.preferences.addon_enable(module={EXTENSION!r})")
        time.sleep(1.5)
        open_tab(app)
        differences.append((on - off) * 1000)
    middle: float = median(differences)
    return middle


def _click_on_session(app: App, nth: int) -> float:
    """Milliseconds from a click on a row of the session list until the sidebar is drawn with that session's takes."""
    app.run(
        """
import time
S = bpy.context.window_manager.generative_sessions
before, begin, drawn = S.session_index, [0.0], []
def note():
    if S.session_index != before and not drawn:
        drawn.append(time.perf_counter())
handle = bpy.types.SpaceSequenceEditor.draw_handler_add(note, (), "UI", "POST_PIXEL")
"""
    )
    rows: list[str] = app.run("result = [r.name for r in S.sessions[:4]]")
    sidebar = region(app, "UI")
    target = next(box for box in _places(app, rows[nth], sidebar))
    app.events([app.event("MOUSEMOVE", "NOTHING", *target)])
    app.run("begin[0] = time.perf_counter()")
    app.events([app.event("LEFTMOUSE", "PRESS"), app.event("LEFTMOUSE", "RELEASE")])
    time.sleep(1)
    took: Any = app.run(
        "bpy.types.SpaceSequenceEditor.draw_handler_remove(handle, 'UI')\n"
        "result = drawn[0] - begin[0] if drawn else None"
    )
    assert took is not None, "the click did not switch the session"
    return float(took) * 1000


def _places(app: App, text: str, sidebar: Any) -> Iterator[tuple[int, int]]:
    from tests.gui.hands import seen

    for box in seen(app, text, sidebar):
        yield box.center


def _memory(app: App) -> float:
    """Megabytes of memory that Blender has of its own."""
    fields = Path(f"/proc/{app.pid}/status").read_text().split("\n")
    return int(next(line for line in fields if line.startswith("VmRSS")).split()[1]) / 1024


if __name__ == "__main__":
    main()
