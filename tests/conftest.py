"""What the tests of every folder share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def package_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package for all platforms: the one scripts/test.py built for this run, else one built now."""
    if "SESSIONS_ZIP" in os.environ:
        return Path(os.environ["SESSIONS_ZIP"])
    import build

    return build.build(build.default_tool(None), build.fetch_wheels(), tmp_path_factory.mktemp("package"))[0]


@pytest.fixture(scope="session")
def in_new_blender() -> Callable[..., str]:
    """Run Python code in a Blender started for it and return what it printed; fails with its output if it does.

    `profile` is the folder Blender keeps its settings and extensions in: the same one again is a restart of Blender.
    It ends without the destructors of Blender's static objects, because those of the bpy modules 4.2 and 4.5 crash or
    hang once files were loaded or rendered; with `to_the_end` they run.
    """

    def run(code: str, profile: Path, *arguments: object, timeout: float = 300, to_the_end: bool = False) -> str:
        ending = "" if to_the_end else "\nimport os, sys\nsys.stdout.flush()\nos._exit(0)\n"
        done = subprocess.run(
            [sys.executable, "-c", code + ending, *map(str, arguments)],
            env={**os.environ, "BLENDER_USER_RESOURCES": str(profile)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
        )
        assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run
