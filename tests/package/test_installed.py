"""The package, installed into a Blender of its own: it comes, works, goes, and leaves nothing behind."""

from __future__ import annotations

import json

import pytest

INSTALL = """
import sys
import bpy

NAME = "bl_ext.user_default.generative_sessions"
bpy.ops.extensions.package_install_files(filepath=sys.argv[1], repo="user_default", enable_on_install=True)
assert NAME in bpy.context.preferences.addons
"""

# What an extension can leave in Blender. Names and counts, so that two of them can be compared.
SNAPSHOT = """
import json

def snapshot():
    import bpy

    classes = sorted(name for name in dir(bpy.types) if name.startswith("SESSIONS_"))
    operators = sorted(name for name in dir(bpy.ops.sessions))
    handlers = {
        name: [f"{each.__module__}.{each.__qualname__}" for each in getattr(bpy.app.handlers, name)]
        for name in dir(bpy.app.handlers)
        if isinstance(getattr(bpy.app.handlers, name), list)
    }
    menus = {}
    for name in dir(bpy.types):
        draw = getattr(getattr(bpy.types, name), "draw", None)
        functions = [f"{each.__module__}.{each.__qualname__}" for each in getattr(draw, "_draw_funcs", ())]
        menus[name] = [function for function in functions if "generative_sessions" in function]
    properties = {
        kind: sorted(getattr(bpy.types, kind).bl_rna.properties.keys())
        for kind in ("WindowManager", "Scene", "MovieClip", "Object", "Preferences")
    }
    menus = {name: functions for name, functions in menus.items() if functions}
    return {"classes": classes, "operators": operators, "handlers": handlers, "menus": menus, "properties": properties}

def say(what):
    print("\\nSAID " + json.dumps(what))
"""


def said(output: str) -> list:
    """What `say` printed, among everything that Blender prints."""
    return [json.loads(line.removeprefix("SAID ")) for line in output.splitlines() if line.startswith("SAID ")]


@pytest.fixture
def profile(tmp_path):
    return tmp_path / "profile"


def test_it_is_installed_and_enabled_with_its_own_wheels(in_new_blender, profile, package_zip):
    code = f"{INSTALL}{SNAPSHOT}\nimport pydantic\nsay(pydantic.__file__)\nsay(snapshot())"
    where, found = said(in_new_blender(code, profile, package_zip))
    assert where.startswith(str(profile))
    assert {"SESSIONS_OT_generate", "SESSIONS_OT_delete"} <= set(found["classes"])
    assert found["menus"]


def test_a_restarted_blender_finds_it_and_its_wheels(in_new_blender, profile, package_zip):
    """As a Python module, Blender starts with factory settings: what is installed is there, and has to be enabled."""
    in_new_blender(INSTALL, profile, package_zip)
    enable = "import bpy, addon_utils\naddon_utils.enable('bl_ext.user_default.generative_sessions')"
    code = f"{SNAPSHOT}\n{enable}\nimport pydantic\nsay(pydantic.__file__)\nsay(snapshot())"
    where, found = said(in_new_blender(code, profile))
    assert where.startswith(str(profile))
    assert "SESSIONS_OT_generate" in found["classes"]


def test_disabled_it_leaves_nothing_behind_and_enabled_again_it_works(in_new_blender, profile, package_zip):
    code = f"""
{INSTALL}{SNAPSHOT}
import logging
bpy.ops.preferences.addon_disable(module=NAME)
say(snapshot())
bpy.ops.preferences.addon_enable(module=NAME)
say(snapshot())
bpy.ops.preferences.addon_disable(module=NAME)
say(snapshot())
say(len(logging.getLogger(NAME).handlers))
"""
    off, on, off_again, log_handlers = said(in_new_blender(code, profile, package_zip))
    assert off["classes"] == []
    assert off["menus"] == {}
    assert not any("generative_sessions" in each for handlers in off["handlers"].values() for each in handlers)
    assert "SESSIONS_OT_generate" in on["classes"]
    assert on["menus"]
    assert set(on["properties"]["WindowManager"]) > set(off["properties"]["WindowManager"])
    assert off_again == off
    assert log_handlers == 0


def test_disabled_it_takes_its_timers_away(in_new_blender, profile, package_zip):
    """Timers are for windows, so this background Blender has none until they are registered here."""
    code = f"""
{INSTALL}{SNAPSHOT}
from importlib import import_module
timers = [import_module(NAME + ".blender.pump")._timer, import_module(NAME + ".blender.files").ensure_open]
for timer in timers:
    bpy.app.timers.register(timer, first_interval=60, persistent=True)
say([bpy.app.timers.is_registered(timer) for timer in timers])
bpy.ops.preferences.addon_disable(module=NAME)
say([bpy.app.timers.is_registered(timer) for timer in timers])
"""
    assert said(in_new_blender(code, profile, package_zip)) == [[True, True], [False, False]]


def test_without_it_blender_has_what_it_had_before_it_came(in_new_blender, profile, package_zip):
    code = f"""
{SNAPSHOT}
import bpy
say(snapshot())
{INSTALL}
bpy.ops.preferences.addon_disable(module=NAME)
say(snapshot())
"""
    before, after = said(in_new_blender(code, profile, package_zip))
    assert after == before


def test_blender_ends_by_itself_with_the_extension_enabled(in_new_blender, profile, package_zip):
    """A timer that is left registered hangs the end of a Blender that runs as a Python module."""
    in_new_blender(f"{INSTALL}\nprint('done')", profile, package_zip, timeout=120, to_the_end=True)


def test_a_registration_that_fails_is_rolled_back(in_new_blender, profile, package_zip):
    code = f"""
{INSTALL}{SNAPSHOT}
import importlib
bpy.ops.preferences.addon_disable(module=NAME)
before = snapshot()
registration = importlib.import_module(NAME + ".blender.registration")
def fail():
    raise RuntimeError("deliberate")
registration._STEPS = (*registration._STEPS, (fail, lambda: None))
try:
    registration.register()
except RuntimeError as error:
    say(str(error))
say(snapshot() == before)
"""
    assert said(in_new_blender(code, profile, package_zip)) == ["deliberate", True]
