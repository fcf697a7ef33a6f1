"""The built package, installed into a clean profile of the Blender that runs these tests.

Blender reads the profile's place once, when `bpy` is first imported: so it is set here, before any test module is.
"""

from __future__ import annotations

import atexit
import importlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

_exit_code = 1


def _leave() -> None:
    """End without the destructors of Blender's static objects: those of the bpy modules 4.2 and 4.5 crash or hang.

    Registered before bpy is imported, so it runs when all that Python and Blender do at the end is done.
    """
    _profile.cleanup()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_exit_code)


atexit.register(_leave)

_profile = tempfile.TemporaryDirectory(prefix="sessions-profile-", ignore_cleanup_errors=True)
os.environ["BLENDER_USER_RESOURCES"] = _profile.name

import bpy  # noqa: E402


def pytest_sessionfinish(exitstatus: int) -> None:
    global _exit_code
    _exit_code = int(exitstatus)


EXTENSION = "bl_ext.user_default.generative_sessions"


@pytest.fixture(scope="session")
def profile() -> Path:
    """The folder in which this Blender keeps its settings and extensions."""
    return Path(_profile.name)


@pytest.fixture(scope="session", autouse=True)
def extension(package_zip: Path) -> Iterator[str]:
    """Install and enable the package as a user does; yields its module's name. Disabled again at the end."""
    bpy.ops.extensions.package_install_files(filepath=str(package_zip), repo="user_default", enable_on_install=True)
    assert EXTENSION in bpy.context.preferences.addons, "the package was installed but is not enabled"
    yield EXTENSION
    if EXTENSION in bpy.context.preferences.addons:
        bpy.ops.preferences.addon_disable(module=EXTENSION)


@pytest.fixture(scope="session")
def installed(extension: str) -> Callable[[str], ModuleType]:
    """Get a module of the installed package: `installed("blender.timeline")`."""
    return lambda name: importlib.import_module(f"{extension}.{name}")


@pytest.fixture
def runtime(installed: Callable[[str], ModuleType]) -> Any:
    """What the extension holds of the open file."""
    return installed("blender.runtime")


@pytest.fixture
def marks(installed: Callable[[str], ModuleType]) -> Any:
    """What the strips carry."""
    return installed("blender.slots.marks")


@pytest.fixture(scope="module")
def compat(installed: Callable[[str], ModuleType]) -> Any:
    """What is another in each Blender."""
    return installed("blender.compat")


@pytest.fixture(autouse=True)
def libraries_stay(profile: Path, extension: str) -> Iterator[None]:
    """Fail the test that takes the extension's wheels away, instead of all that come after it.

    Another Blender on the same profile does so when it reads factory settings or disables the extension.
    """
    yield
    found = list(profile.glob("extensions/.local/lib/python*/site-packages/pydantic"))
    found += profile.glob("extensions/.local/Lib/site-packages/pydantic")
    assert found, "this test removed the installed wheels; start other Blenders with a profile of their own"


@pytest.fixture
def fresh_file(extension: str) -> None:
    """A new, empty, unsaved file; the extension stays enabled."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)


@pytest.fixture
def saved_file(fresh_file: None, tmp_path: Path) -> Path:
    """A new, empty file saved as `shot.blend` in the test's own folder; returns its path."""
    path = tmp_path / "shot.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


@pytest.fixture
def flush(installed: Callable[[str], ModuleType]) -> Callable[[], None]:
    """Wait until the last change is on the disk."""
    return lambda: installed("blender.files").flush()


@pytest.fixture
def settled(installed: Callable[[str], ModuleType]) -> Callable[..., None]:
    """Let the pump work until no take runs, or until a condition is met. The time is bounded."""
    pump, runtime, workers = (installed(f"blender.{name}") for name in ("pump", "runtime", "workers"))

    def quiet() -> bool:
        return not (runtime.has_running_takes() or runtime.current().arrivals or runtime.has_unsaved_changes())

    def settle(done: Callable[[], bool] = quiet, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, "the takes did not end in time"
            workers.wait(0.1)
            pump.tick(0.1)

    return settle


@pytest.fixture
def start(installed: Callable[[str], ModuleType]) -> Callable[..., None]:
    """Generate as the button does: it returns at once. (Without a window Blender never calls an operator's invoke.)"""
    from .working import SMALL

    submit = installed("blender.operators.generate").submit
    return lambda prompt, **settings: submit(bpy.context, {"prompt": prompt, "match_scene": False, **SMALL, **settings})
