"""The Python environments the scripts work in: found interpreters, and one virtual environment per purpose.

Each environment lies in `.venvs/<name>` and holds exactly what `scripts/requirements/<name>.txt` pins by version and
hash. A stamp in it says for which requirements and which Python it was made, so making it again costs nothing.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from project import ENVIRONMENTS, REQUIREMENTS, Problem

Version = tuple[int, int]

SUPPORTED_PYTHONS: tuple[Version, ...] = ((3, 11), (3, 12), (3, 13), (3, 14))

# The Blender versions that are tested, oldest first, each with the Python its `bpy` wheel is made for.
BPY_PYTHONS: dict[str, Version] = {"4.2": (3, 11), "4.5": (3, 11), "5.0": (3, 11), "5.2": (3, 13)}

# What reads screenshots (rapidocr-onnxruntime) is for these only.
GUI_PYTHONS: tuple[Version, ...] = ((3, 11), (3, 12))

_PROBE = "import ensurepip, sys, venv; print(*sys.version_info[:2])"
_PROBE_SECONDS = 30


@functools.cache
def interpreters() -> dict[Version, tuple[str, ...]]:
    """Find the supported Pythons of this machine that can make environments, each as the command that starts it."""
    found: dict[Version, tuple[str, ...]] = {}
    for command in _candidates():
        version = _probe(command)
        if version in SUPPORTED_PYTHONS:
            found.setdefault(version, command)
    return found


def _candidates() -> Iterator[tuple[str, ...]]:
    """Commands that may start a Python; the one that runs this comes first."""
    yield (sys.executable,)
    for major, minor in SUPPORTED_PYTHONS:
        # A name on PATH may be a shim that fails, with a working interpreter of that name behind it.
        for folder in os.get_exec_path():
            path = shutil.which(f"python{major}.{minor}", path=folder)
            if path is not None:
                yield (path,)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for pattern in ("versions/*/bin/python3", "pyenv-win/versions/*/python.exe"):
        for installed in sorted(pyenv.glob(pattern), reverse=True):
            yield (str(installed),)
    launcher = shutil.which("py")
    if launcher is not None:
        for major, minor in SUPPORTED_PYTHONS:
            yield (launcher, f"-{major}.{minor}")


def _probe(command: tuple[str, ...]) -> Version | None:
    """The version of the Python that `command` starts, or None where it starts none that can make environments."""
    try:
        done = subprocess.run([*command, "-c", _PROBE], capture_output=True, text=True, timeout=_PROBE_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.split()
    return (int(words[0]), int(words[1])) if done.returncode == 0 and len(words) == 2 else None


def this_python() -> Version:
    """The version of the Python that runs this script; a Problem if it cannot make environments."""
    version: Version = (sys.version_info[0], sys.version_info[1])
    if version not in interpreters():
        if _probe((sys.executable,)) is None:
            raise Problem(
                f"This Python ({sys.executable}) cannot make virtual environments. On Debian and Ubuntu: "
                f"apt-get install python{version[0]}.{version[1]}-venv"
            )
        raise Problem(f"Python {version[0]}.{version[1]} is not supported yet; use Python 3.11 or 3.13")
    return version


def make(name: str, python: Version, requirements: str | None = None) -> Path:
    """Make the environment `name`, unless it stands already, and return its Python.

    Args:
        name: folder under `.venvs`.
        python: which of the found `interpreters` it is made from.
        requirements: file in `scripts/requirements` without its suffix; None for an empty environment.
    Raises:
        Problem: the environment could not be made; the text says why.
    """
    folder = ENVIRONMENTS / name
    executable = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pinned = REQUIREMENTS / f"{requirements}.txt" if requirements else None
    content = pinned.read_bytes() if pinned else b""
    wanted = hashlib.sha256(f"{python} {folder}\n".encode() + content).hexdigest()
    stamp = folder / "stamp"
    if stamp.is_file() and executable.exists() and stamp.read_text() == wanted:
        return executable

    print(f"Making the environment {name} (Python {python[0]}.{python[1]}) …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    _run([*interpreters()[python], "-m", "venv", str(folder)], f"The environment {name} could not be made")
    if pinned:
        _run(
            [*pip(executable), "install", "--quiet", "--only-binary=:all:", "--require-hashes", "-r", str(pinned)],
            f"The packages of {pinned.name} could not be installed",
        )
    stamp.write_text(wanted)
    return executable


def pip(python: Path) -> list[str]:
    """The command that starts the pip of an environment."""
    return [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input"]


def bpy_folder(python: Path) -> Path:
    """The folder of the `bpy` module that an environment's Python has."""
    for pattern in ("lib/python*/site-packages/bpy", "Lib/site-packages/bpy"):
        for folder in python.parent.parent.glob(pattern):
            return folder
    raise Problem(f"There is no bpy module beside {python}")


def make_bpy(blender: str) -> Path:
    """Make the environment with the `bpy` wheel of a Blender version ("5.0") and return its Python.

    Raises:
        Problem: it could not be made, or `bpy` does not start in it.
    """
    python = make(f"bpy-{blender}", BPY_PYTHONS[blender], f"bpy-{blender}")
    libraries = "libxxf86vm1 libxfixes3 libxi6 libxrender1 libxkbcommon0 libgl1 libegl1 libsm6 libgomp1"
    _check_import(python, "bpy", f"The bpy module {blender}", libraries)
    return python


def make_gui() -> Path:
    """Make the environment of the tests that work a real window, and return its Python.

    Raises:
        Problem: there is no fitting Python, or what reads screenshots does not start.
    """
    fitting = [version for version in GUI_PYTHONS if version in interpreters()]
    if not fitting:
        raise Problem("The tests in a real window need Python 3.11 or 3.12: install one of them")
    python = make("gui", fitting[0], "gui")
    _check_import(python, "rapidocr_onnxruntime", "What reads screenshots", "libgl1 libglib2.0-0")
    return python


def _check_import(python: Path, module: str, what: str, libraries: str) -> None:
    """Raise a Problem if a module of an environment does not start; once it did, that is not tried again."""
    started = python.parent.parent / f"{module}-started"
    if started.exists():
        return
    done = subprocess.run([python, "-c", f"import {module}"], capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        raise Problem(
            f"{what} does not start: {reason}\n"
            f"It needs the libraries of a desktop. On Debian and Ubuntu: apt-get install {libraries}"
        )
    started.touch()


def blender_version(blender: Path) -> str:
    """The version of a Blender by its own word, as "4.3".

    Raises:
        Problem: it does not start, or says something else.
    """
    try:
        done = subprocess.run([blender, "--version"], capture_output=True, text=True, timeout=120)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Problem(f"{blender} does not start: {error}") from error
    version = re.search(r"Blender (\d+\.\d+)", done.stdout)
    if version is None:
        raise Problem(f"{blender} does not say its version:\n{(done.stderr or done.stdout).strip()}")
    return version[1]


def _run(command: list[str], failure: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise Problem(f"{failure}:\n{(done.stderr or done.stdout).strip()}")
