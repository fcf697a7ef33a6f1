"""Where the project's parts are, and what its manifest says. Used by the other scripts."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts a script may have an older one
    sys.exit(f"Python 3.11 or later is needed; this is Python {sys.version.split()[0]} ({sys.executable})")

import tomllib
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "blender_manifest.toml"
REQUIREMENTS = ROOT / "scripts" / "requirements"
WHEELS_LOCK = REQUIREMENTS / "wheels.lock"
ENVIRONMENTS = ROOT / ".venvs"
DIST = ROOT / "dist"


class Package(NamedTuple):
    """What names the package."""

    id: str
    version: str
    platforms: tuple[str, ...]
    blender_version_min: str


def package() -> Package:
    """Read the manifest."""
    manifest = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))
    return Package(
        id=manifest["id"],
        version=manifest["version"],
        platforms=tuple(manifest["platforms"]),
        blender_version_min=manifest["blender_version_min"],
    )


class Problem(Exception):
    """Something that stops a script and that the person running it can mend; its text says how."""


def run_script(main: Callable[[], int]) -> NoReturn:
    """Run a script's main function and end with its exit code, or with what a Problem says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # not every console has every character of a prompt
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(str(problem))
