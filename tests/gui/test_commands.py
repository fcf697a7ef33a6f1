"""`blender FILE.blend --command sessions …` in a real Blender, as a script on a farm starts it: without a window."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = ("--width", "160", "--height", "90", "--fps", "24", "--duration", "0.5")
_SECONDS = 180

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def blend(blender: Path, folder: Path) -> Path:
    """A saved file with an empty edit."""
    file = folder / "shot.blend"
    save = f"import bpy; bpy.ops.wm.save_as_mainfile(filepath={str(file)!r})"
    subprocess.run(
        [blender, "--background", "--factory-startup", "--python-expr", save],
        check=True,
        capture_output=True,
        timeout=_SECONDS,
    )
    return file


@pytest.fixture
def command(blender: Path, installed_profile: Path, folder: Path, blend: Path) -> Command:
    profile = folder / "profile"
    shutil.copytree(installed_profile, profile, symlinks=True)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "BLENDER_", "SESSIONS_"))}
    environment = clean | {"BLENDER_USER_RESOURCES": str(profile), "TMPDIR": str(folder)}

    def run(*arguments: object, file: Path = blend) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [blender, file, "--command", "sessions", *map(str, arguments)],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
        )

    return run


def test_a_script_generates_lists_exports_and_reports_without_a_window(command: Command, folder: Path) -> None:
    done = command("generate", "A lighthouse in a storm", "--count", 2, *SMALL, "--insert", "--frame", 10, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    takes = json.loads(done.stdout.splitlines()[-1])["takes"]
    assert [take["state"] for take in takes] == ["succeeded", "succeeded"]

    done = command("list", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    (session,) = json.loads(done.stdout.splitlines()[-1])["sessions"]
    assert session["name"] == "Lighthouse in a storm"
    assert sorted([use["start"] for use in take["uses"]] for take in session["takes"]) == [[], [10]]

    done = command("export", folder / "film.otio")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Take 02" in (folder / "film.otio").read_text("utf-8")

    done = command("report", folder / "film.csv")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "A lighthouse in a storm" in (folder / "film.csv").read_text("utf-8")

    done = command("export", folder / "For Ann", "--session", session["id"])
    assert done.returncode == 0, done.stdout + done.stderr
    copied = {hashlib.sha256(file.read_bytes()).hexdigest() for file in (folder / "For Ann" / "clips").iterdir()}
    assert copied == {take["asset"]["sha256"] for take in takes}


def test_a_script_learns_by_the_exit_code_that_something_went_wrong(command: Command, folder: Path) -> None:
    assert command("--help").returncode == 0
    assert command("dance").returncode == 2
    done = command("generate", "A fox", *SMALL, "--provider", "nobody")
    assert done.returncode == 1
    assert "There is no provider “nobody”" in done.stderr
    assert command("list", file=folder / "gone.blend").returncode == 1
    assert not list(folder.glob("*.sessions.json"))
