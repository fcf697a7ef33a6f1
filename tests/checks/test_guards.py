"""The project's own rules hold, and the guard of each rule notices when one is broken."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.checks import guards

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "addon"

# The functions that may wait, from the one that does to everyone who calls it: a script's `sessions.generate` for its
# takes, and a save or Blender's exit for the last change to be on the disk. Nothing a button runs may stand here.
MAY_WAIT: frozenset[str] = frozenset(
    {
        "workers.py:wait",
        "pump.py:run_until",
        "files.py:flush",
        "files.py:_answer_to",
        "files.py:_relocate",
        "files.py:before_save",
        "files.py:after_save",
        "files.py:close_current",  # another file is opened: as at exit, the last change goes to the disk first
        "commands.py:run",  # a command has no window, and ends Blender when it is done
        "operators/generate.py:SESSIONS_OT_generate.execute",
        "operators/generate.py:finish",
        "operators/given.py:prepare",  # called by that `execute` alone: a button takes its files before
        "operators/inputs.py:wait",
        "operators/inputs.py:_Take.execute",
        "operators/inputs.py:SESSIONS_OT_input_from_file.execute",
        "operators/accounts.py:SESSIONS_OT_test_connection.execute",
        "operators/exports.py:SESSIONS_OT_export_session.execute",  # from the file browser it is modal
        # Only where there is no window:
        "operators/keeping.py:finish",
        "operators/keeping.py:_Errand.execute",
        "operators/adopting.py:SESSIONS_OT_adopt_strip.execute",
        "operators/adopting.py:SESSIONS_OT_adopt_file.execute",
        # These have an `invoke` that sends, and goes on:
        "operators/joining.py:_Join.execute",
        "operators/joining.py:SESSIONS_OT_continue_clip.execute",
        "operators/refining.py:SESSIONS_OT_vary.execute",
        "operators/refining.py:SESSIONS_OT_regenerate_to_length.execute",
        "registration.py:_leave_file",
    }
)

# Scripts that a provider runs in a background Blender of their own: nobody sits in front of it.
OWN_PROCESS = frozenset({"animatic/render.py", "media/run.py"})


def test_nothing_inside_blender_blocks_its_main_thread():
    assert guards.blocking_calls(ADDON / "blender", MAY_WAIT, OWN_PROCESS) == []


def test_blenders_version_is_asked_in_one_file():
    assert guards.version_branches(ADDON) == []


def test_the_extension_imports_itself_relatively():
    assert guards.absolute_self_imports(ADDON) == []


def test_tests_inside_blender_use_the_installed_package():
    assert guards.source_imports(ROOT / "tests" / "blender") + guards.source_imports(ROOT / "tests" / "package") == []


def test_no_path_of_a_machine_is_in_the_project():
    files = [file for folder in ("addon", "scripts") for file in (ROOT / folder).rglob("*.py")]
    files += [file for file in (ROOT / "README.md", ROOT / ".ci" / "run", ROOT / "pyproject.toml") if file.exists()]
    assert guards.machine_paths(files) == []


def sample(folder: Path, code: str, name: str = "blender/sample.py") -> Path:
    """Write a source file and return the folder that stands for `addon`."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(code, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "code",
    [
        "import time\ndef execute():\n    time.sleep(1)",
        "from time import sleep as nap\nnap(1)",
        "import subprocess\nsubprocess.run(['x'])",
        "from subprocess import check_output\ncheck_output(['x'])",
        "def execute(process):\n    process.wait()",
        "def execute(process):\n    process.communicate()",
        "def execute(process):\n    process.join()",
        "def execute(process):\n    process.join(5)",
        "def execute(process):\n    process.join(timeout=5)",
        "def execute(future):\n    return future.result()",
        "import threading",
        "from concurrent.futures import ThreadPoolExecutor",
        "import urllib.request",
        "import requests",
        "import socket",
        "def execute():\n    import asyncio",
        "input()",
    ],
)
def test_the_guard_of_the_main_thread_notices(code, tmp_path):
    assert len(guards.blocking_calls(sample(tmp_path, code) / "blender")) == 1


@pytest.mark.parametrize(
    "code",
    [
        "', '.join(['a'])",
        "import os\nos.path.join('a', 'b')",
        "separator = ' '\nseparator.join(names for names in [])",
        "import subprocess\nsubprocess.Popen(['x'])",
        "from urllib.parse import quote",
        "import time\ntime.monotonic()",
    ],
)
def test_the_guard_of_the_main_thread_lets_pass_what_does_not_wait(code, tmp_path):
    assert guards.blocking_calls(sample(tmp_path, code) / "blender") == []


def test_a_function_on_the_list_may_wait_and_no_other_may(tmp_path):
    code = """import time
class Generate:
    def until_done(self):
        time.sleep(1)
def other():
    time.sleep(1)
"""
    found = guards.blocking_calls(sample(tmp_path, code) / "blender", {"sample.py:Generate.until_done"})
    assert len(found) == 1
    assert "sample.py:6" in found[0]


@pytest.mark.parametrize(
    "caller",
    ["from . import sample\ndef execute():\n    sample.until_done()", "from .sample import until_done\nuntil_done()"],
)
def test_whoever_calls_a_function_that_waits_waits_too(caller, tmp_path):
    sample(tmp_path, "import time\ndef until_done():\n    time.sleep(1)")
    sample(tmp_path, caller, "blender/caller.py")
    found = guards.blocking_calls(tmp_path / "blender", {"sample.py:until_done"})
    assert len(found) == 1
    assert "caller.py" in found[0]


def test_a_script_for_a_blender_of_its_own_may_wait(tmp_path):
    sample(tmp_path, "import time\ntime.sleep(1)", "blender/animatic/render.py")
    assert guards.blocking_calls(tmp_path / "blender", own_process={"animatic/render.py"}) == []


@pytest.mark.parametrize(
    ("importer", "code"),
    [
        ("blender/pump.py", "from .animatic import render"),
        ("blender/operators/generate.py", "from ..animatic.render import main"),
        ("blender/animatic/picture.py", "from . import render"),
    ],
)
def test_importing_a_script_for_a_blender_of_its_own_is_noticed(importer, code, tmp_path):
    sample(tmp_path, "import time\ntime.sleep(1)", "blender/animatic/render.py")
    sample(tmp_path, code, importer)
    assert len(guards.blocking_calls(tmp_path / "blender", own_process={"animatic/render.py"})) == 1


def test_a_function_on_the_list_that_does_not_wait_is_noticed(tmp_path):
    assert guards.blocking_calls(sample(tmp_path, "x = 1") / "blender", {"sample.py:gone"}) != []


@pytest.mark.parametrize(
    "code",
    [
        "import bpy\nnew = bpy.app.version >= (5, 0, 0)",
        "from bpy import app\nname = app.version_string",
        "from bpy.app import version",
    ],
)
def test_the_guard_of_versions_notices(code, tmp_path):
    assert len(guards.version_branches(sample(tmp_path, code))) == 1
    assert guards.version_branches(sample(tmp_path / "other", code, "blender/compat.py")) == []


@pytest.mark.parametrize("code", ["from addon.core import models", "import generative_sessions", "import bl_ext"])
def test_the_guard_of_relative_imports_notices(code, tmp_path):
    assert len(guards.absolute_self_imports(sample(tmp_path, code))) == 1
    assert guards.absolute_self_imports(sample(tmp_path, "from .core import models")) == []


def test_the_guard_of_the_installed_package_notices(tmp_path):
    assert len(guards.source_imports(sample(tmp_path, "from addon.core import naming"))) == 1


@pytest.mark.parametrize("path", ["/" + "home/ann/clips", "/" + "tmp/x", "C:" + "\\Users\\ann"])
def test_the_guard_of_machine_paths_notices(path, tmp_path):
    file = tmp_path / "file.py"
    file.write_text(f"folder = '{path}'\n")
    assert len(guards.machine_paths([file])) == 1


@pytest.mark.parametrize(
    ("module", "code", "contract"),
    [
        ("core/bad.py", "from ..storage import files", "Dependencies point inwards"),
        ("storage/bad.py", "from ..providers import animatic", "Dependencies point inwards"),
        ("providers/bad.py", "import bpy", "Only addon.blender imports Blender's modules"),
        ("worker/bad.py", "def late():\n    import bpy", "Only addon.blender imports Blender's modules"),
        ("core/bad.py", "import socket", "The core knows no network"),
    ],
)
def test_the_layer_contracts_notice(module, code, contract, tmp_path, tool):
    for name in ("__init__", "core/__init__", "storage/__init__", "storage/files"):
        sample(tmp_path, "", f"addon/{name}.py")
    for name in ("providers/__init__", "providers/animatic", "worker/__init__", "blender/__init__"):
        sample(tmp_path, "", f"addon/{name}.py")
    sample(tmp_path, code, f"addon/{module}")
    done = subprocess.run(
        [tool("lint-imports"), "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert done.returncode != 0, done.stdout + done.stderr
    assert len(broken) == 1, done.stdout + done.stderr
    assert broken[0].startswith(contract), done.stdout + done.stderr
