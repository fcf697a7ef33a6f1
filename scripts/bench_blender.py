"""What `bench.py` measures inside Blender; run as `bench_blender.py PART PACKAGE FOLDER` by the Python of a bpy module.

Prints one line `BENCH [rows]`. 1,000 sessions with 10,000 takes, as in bench_storage.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import bpy as blender_module

bpy: Any = blender_module  # what an extension adds to it, no checker knows
EXTENSION = "bl_ext.user_default.generative_sessions"
TAKE: dict[str, Any] = {"match_scene": False, "width": 160, "height": 90, "fps": 24.0, "duration": 0.5}
Row = dict[str, object]


def main() -> None:
    part, package, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    parts: dict[str, Callable[[], list[Row]]] = {
        "install": lambda: install(package),
        "pydantic": import_pydantic,
        "enable": enable,
        "work": lambda: work(folder),
        "animatic": lambda: animatic(folder),
        "edit": lambda: edit(folder),
    }
    print("BENCH " + json.dumps(parts[part]()), flush=True)


def row(name: str, seconds: float, bar: float) -> Row:
    """A row in milliseconds."""
    return {"name": name, "value": seconds * 1000, "unit": "ms", "bar": bar}


def install(package: Path) -> list[Row]:
    """Install the package and enable it once, which unpacks its wheels; the other parts find both in the profile."""
    bpy.ops.extensions.package_install_files(filepath=str(package), repo="user_default", enable_on_install=True)
    return []


def import_pydantic() -> list[Row]:
    """What the extension uses of pydantic; its folder is on sys.path only when the extension is enabled."""
    sys.path.append(str(next(Path(bpy.utils.user_resource("EXTENSIONS")).glob(".local/lib/python*/site-packages"))))
    return [row("importing pydantic alone", seconds(_import_pydantic), 0)]


def enable() -> list[Row]:
    return [row("importing pydantic and enabling", seconds(_enable), 0)]


def work(folder: Path) -> list[Row]:
    """Changes, drawing, ticks and arrivals in a file with many sessions."""
    _enable()
    blend = folder / "many.blend"
    _write_large_sidecar(blend)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "empty.blend"))
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), copy=True)
    _write_large_sidecar(blend)
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    runtime, files = module("blender.runtime"), module("blender.files")
    files.ensure_open()
    assert len(runtime.current().project.sessions) == 1000
    panel = bpy.context.window_manager.generative_sessions
    rows = [
        row("a change holds the main thread, median", median(main_thread(_rename) for _ in range(50)), 2),
        row("a change holds the main thread, longest of 50", max(main_thread(_rename) for _ in range(50)), 2),
        row("switching sessions", median(main_thread(partial(_switch, panel, n)) for n in range(20)), 50),
        row("draw of all panels with their visible rows", median(main_thread(_draw_all) for _ in range(30)), 1),
    ]
    files.flush()
    ticks, delays = _eight_takes()
    rows += [
        row("longest pump tick while 8 takes report", max(ticks), 5),
        row("pump tick while 8 takes report, median", median(ticks), 5),
        row("from last byte to strip, longest of 4", max(delays), 300),
    ]
    module("blender.workers").close()
    return rows


def animatic(folder: Path) -> list[Row]:
    """A 5 s take at 1280 × 720 and 24 fps: alone, then two at once. It must not take longer than it plays."""
    _enable()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "animatic.blend"))
    settings = {"width": 1280, "height": 720, "fps": 24.0, "duration": 5.0, "insert": False}
    _generate(1, **{**settings, "duration": 0.5})
    one = min(seconds(lambda: _generate(1, **settings)) for _ in range(3))
    two = min(seconds(lambda: _generate(2, **settings)) for _ in range(3))
    module("blender.workers").close()
    return [
        row("a 5 s take of 1280 × 720 at 24 fps, click to clip", one, 5000),
        {"name": "two such takes at once / one", "value": two / one, "unit": "×", "bar": 1.7},
    ]


def edit(folder: Path) -> list[Row]:
    """Swapping and selecting in a large edit."""
    import bench_edit

    _enable()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "edit.blend"))
    bpy.context.scene.render.fps = 24
    _generate(2, **{key: value for key, value in TAKE.items() if key != "match_scene"})
    swap, change, select, look = bench_edit.measure(folder, module, main_thread)
    module("blender.workers").close()
    return [
        row("a swap among 2,000 strips, beyond Blender's own change of the source", swap - change, 30),
        row("selecting a strip among 2,000", select, 5),
        row("part of a tick that looks where takes are used, 99th of 100", look, 5),
    ]


def module(name: str) -> Any:
    """A module of the installed extension."""
    return importlib.import_module(f"{EXTENSION}.{name}")


def seconds(action: Callable[[], object]) -> float:
    """How long `action` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main_thread(action: Callable[[], object]) -> float:
    """How long `action` keeps the main thread busy: its own time, without what other processes take from it."""
    start = time.thread_time()
    action()
    return time.thread_time() - start


def _import_pydantic() -> None:
    pydantic = importlib.import_module("pydantic")
    for name in ("BaseModel", "ConfigDict", "Field", "TypeAdapter", "AwareDatetime", "JsonValue", "ValidationError"):
        getattr(pydantic, name)  # pydantic imports its parts when they are first used


def _enable() -> None:
    addon_utils: Any = importlib.import_module("addon_utils")
    assert addon_utils.enable(EXTENSION, default_set=True), "the extension could not be enabled"


def _generate(count: int, **settings: Any) -> None:
    bpy.ops.sessions.generate("EXEC_DEFAULT", prompt="A lighthouse in a storm, push in", count=count, **settings)


def _write_large_sidecar(blend: Path) -> None:
    import bench_storage

    project = bench_storage.large_project()
    blend.with_name("many.sessions.json").write_text(project.model_dump_json(), "utf-8")


def _rename() -> None:
    runtime = module("blender.runtime")
    bpy.ops.sessions.rename(session_id=runtime.current().project.sessions[500].id, name=f"Name {time.monotonic()}")


def _switch(panel: Any, index: int) -> None:
    panel.session_index = index * 40


def _draw_all() -> None:
    panel = bpy.context.window_manager.generative_sessions
    classes = module("blender.ui").CLASSES
    for cls in classes:
        if issubclass(cls, bpy.types.Panel) and getattr(cls, "poll", lambda _: True)(bpy.context):
            cls.draw(_Panel(cls), bpy.context)
    lists = [cls for cls in classes if issubclass(cls, bpy.types.UIList)]
    for cls, rows in zip(lists, (panel.sessions, panel.takes, panel.assets), strict=True):
        for item in rows[:8]:
            cls.draw_item(None, bpy.context, _Blank(), panel, item, 0, panel, "")


class _Panel:
    """A panel as its own `draw` sees it, on a layout that draws nothing."""

    def __init__(self, cls: type) -> None:
        self._cls = cls
        self.layout = _Blank()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cls, name)


class _Blank:
    """A layout that draws nothing, so that only our own cost is measured."""

    def __getattr__(self, _name: str) -> Callable[..., _Blank]:
        return lambda *_args, **_options: _Blank()


def _eight_takes() -> tuple[list[float], list[float]]:
    """How long the ticks took in which takes reported, and from the last byte of four clips until strips show them."""
    pump, runtime, workers = (module(f"blender.{name}") for name in ("pump", "runtime", "workers"))
    submit = module("blender.operators.generate").submit
    known = {asset.id for asset in runtime.current().project.assets}
    for frame in range(4):
        bpy.context.scene.frame_set(1 + frame * 100)
        submit(bpy.context, {"prompt": "A lighthouse", "count": 2, "insert": True, "random_seed": True, **TAKE})
    ticks: list[float] = []
    delays: list[float] = []
    deadline = time.monotonic() + 300
    while (len(runtime.current().project.assets) < len(known) + 8) or runtime.current().arrivals:
        assert time.monotonic() < deadline, "the takes did not end"
        workers.wait(0.05)
        arriving = bool(runtime.current().arrivals)
        ticks.append(main_thread(lambda: pump.read(pump.BUDGET)))
        if arriving or runtime.current().arrivals:
            asset = next(a for a in runtime.current().project.assets if a.id == runtime.current().arrivals[0])
            pump.tick()
            if _is_shown(asset.id):
                clip = runtime.current().path.parent / asset.path
                delays.append(time.time() - clip.stat().st_mtime)
    return ticks, delays


def _is_shown(asset_id: str) -> bool:
    compat, marks = module("blender.compat"), module("blender.slots.marks")
    strips = compat.strips_all(bpy.context.scene.sequence_editor)
    return any(marks.shown_by(strip) == asset_id for strip in strips)


if __name__ == "__main__":
    main()
