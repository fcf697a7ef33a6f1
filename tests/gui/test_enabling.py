"""Disabled, enabled, replaced, or quit while takes run: nothing hangs, nothing is left, nothing is lost."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .app import EXTENSION, App
from .hands import move, open_tab, region, values
from .working import all_done, close_without_saving, generate, save_as, slow_takes, states, strips, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are listed by ps")


def processes(app: App) -> list[str]:
    """What runs on behalf of this journey's Blender, besides itself: its profile is in their command lines."""
    listed = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True).stdout
    lines = [line.strip() for line in listed.splitlines()]
    return [line for line in lines if str(app.profile) in line and line.split()[0] != str(app.pid)]


def traces(app: App) -> list[str]:
    """What Blender still has of the extension: handlers, timers, properties, menu entries."""
    found: list[str] = app.run(
        f"""
result = []
for name in dir(bpy.app.handlers):
    handlers = getattr(bpy.app.handlers, name)
    if isinstance(handlers, list):
        result += [f"{{name}} {{f}}" for f in handlers if getattr(f, "__module__", "").startswith({EXTENSION!r})]
for name in ("SEQUENCER_MT_editor_menus", "SEQUENCER_HT_header", "SEQUENCER_MT_add", "TEXT_HT_header"):
    menu = getattr(bpy.types, name)
    drawn = getattr(menu.draw, "_draw_funcs", [])
    result += [f"{{menu}} {{each}}" for each in drawn if each.__module__.startswith({EXTENSION!r})]
if hasattr(bpy.types.WindowManager, "generative_sessions"):
    result.append("WindowManager.generative_sessions")
result += [name for name in dir(bpy.types) if name.startswith("SESSIONS_")]
"""
    )
    return found


def running_take(app: App, folder: Path) -> None:
    open_tab(app)
    save_as(app, folder / "film.blend")
    slow_takes(app)
    generate(app, "A lighthouse")
    until(lambda: states(app) == ["running"], "the take runs")


def test_disabled_while_a_take_runs_nothing_is_left_and_enabled_again_it_goes_on(app: App, folder: Path) -> None:
    running_take(app, folder)
    assert processes(app)
    app.run(f"bpy.ops.preferences.addon_disable(module={EXTENSION!r})")
    until(lambda: not processes(app), "no process is left", seconds=30)
    assert traces(app) == []
    app.still()
    app.run(f"bpy.ops.preferences.addon_enable(module={EXTENSION!r})")
    until(lambda: values(app, "len(S.sessions)") == 1, "the session is there")
    all_done(app, 1)
    until(lambda: len(strips(app)) == 1, "its strip is there", seconds=10)


def test_a_newer_package_installed_over_it_while_a_take_runs_goes_on_with_it(
    app: App, folder: Path, package_zip: Path
) -> None:
    running_take(app, folder)
    newer = newer_package(package_zip, folder)
    app.run(f"bpy.ops.extensions.package_install_files(filepath={str(newer)!r}, repo='user_default')")
    until(lambda: values(app, "len(S.sessions)") == 1, "the session is there")
    all_done(app, 1)
    until(lambda: len(strips(app)) == 1, "its strip is there", seconds=10)
    assert 'version = "99.0.0"' in next(app.profile.rglob("generative_sessions/blender_manifest.toml")).read_text()


def test_quit_while_takes_run_leaves_no_process(app: App, folder: Path) -> None:
    running_take(app, folder)
    move(app, region(app, "WINDOW"))
    assert close_without_saving(app) == 0
    until(lambda: not processes(app), "no process is left", seconds=30)


def newer_package(package: Path, folder: Path) -> Path:
    """The same package under a higher version."""
    newer = folder / "newer.zip"
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(newer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("blender_manifest.toml"):
                data = re.sub(rb'(?m)^version = ".*"', b'version = "99.0.0"', data)
            new.writestr(name, data)
    return newer
