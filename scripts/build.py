"""Build the extension's packages: `python3 scripts/build.py [--out DIR] [--blender PATH]`.

Stages `addon/`, the manifest, the licence and the locked wheels in a folder of their own, has Blender's own tool
validate and build them, one zip for all platforms and one for each, and writes each zip anew in one fixed form, so that
the same commit gives the same bytes on every machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import environments
from project import DIST, ENVIRONMENTS, MANIFEST, ROOT, WHEELS_LOCK, Problem, package, run_script

# The Pythons of the supported Blenders: 3.11 up to 5.0, 3.13 from 5.1, and 3.14 in builds with the system's Python.
PYTHONS = ("3.11", "3.13", "3.14")

# Blender's name of a platform, and the names that wheels for it carry.
WHEEL_PLATFORMS = {
    "windows-x64": ("win_amd64",),
    "windows-arm64": ("win_arm64",),
    "macos-arm64": ("macosx_11_0_arm64",),
    "macos-x64": ("macosx_10_12_x86_64",),
    "linux-x64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
}

WHEELS = ENVIRONMENTS / "wheels"

# Earliest time a zip can hold. A commit's time would need git where the source was unpacked from an archive.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_ZIP_MODE = 0o100644 << 16

Tool = Sequence[str]


def tool_of_blender(blender: Path) -> Tool:
    """The extension tool of an installed Blender."""
    return (str(blender), "--command", "extension")


def tool_of_bpy(python: Path) -> Tool:
    """The extension tool inside an environment's `bpy` module; plain Python, nothing of Blender is started."""
    bpy = environments.bpy_folder(python)
    for script in bpy.glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py"):
        return (str(python), str(script))
    raise Problem(f"{bpy} has no extension tool; is it a bpy module of Blender 4.2 or later?")


def build(tool: Tool, wheels: Path, out: Path) -> list[Path]:
    """Build every package into `out` and return them, the one for all platforms first.

    Args:
        tool: from `tool_of_blender` or `tool_of_bpy`.
        wheels: folder that holds the locked wheels.
        out: made if need be; packages of the same name in it are replaced.
    Raises:
        Problem: Blender's tool refused the package; the text is what it said.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        stage = Path(scratch, "stage")
        built = Path(scratch, "built")
        built.mkdir()
        stage_package(stage, wheels)
        call(tool, "validate", str(stage), *_valid_tags(tool))
        for split in ([], ["--split-platforms"]):
            call(tool, "build", f"--source-dir={stage}", f"--output-dir={built}", *split, *_valid_tags(tool))
        packages = []
        for archive in sorted(built.glob("*.zip"), key=lambda path: (len(path.name), path.name)):
            rewrite_reproducibly(archive, out / archive.name)
            call(tool, "validate", str(out / archive.name), *_valid_tags(tool))
            packages.append(out / archive.name)
    everywhere = f"{package().id}-{package().version}.zip"
    return sorted(packages, key=lambda path: (path.name != everywhere, path.name))


def stage_package(stage: Path, wheels: Path) -> None:
    """Lay out a package's content: the code at the root, the wheels in `wheels`, the manifest listing them."""
    shutil.copytree(ROOT / "addon", stage, ignore=shutil.ignore_patterns("__pycache__", "*.py[co]", ".*"))
    shutil.copy(ROOT / "LICENSE", stage)
    (stage / "wheels").mkdir()
    names = list(locked_wheels())
    for name in names:
        shutil.copy(wheels / name, stage / "wheels")
    # Ahead of everything else, since what follows a table's heading belongs to the table.
    listed = json.dumps([f"./wheels/{name}" for name in names], indent=4)
    manifest = MANIFEST.read_text(encoding="utf-8")
    (stage / MANIFEST.name).write_text(f"wheels = {listed}\n\n{manifest}", encoding="utf-8", newline="\n")


def rewrite_reproducibly(source: Path, target: Path) -> None:
    """Copy a zip with its entries sorted, stored, and without times and permissions of the machine that made it.

    Stored, because compressed bytes differ between versions of zlib; nearly all of the package is wheels anyhow.
    """
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist()):
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.create_system = 3
            entry.external_attr = _ZIP_MODE
            new.writestr(entry, old.read(name))


def call(tool: Tool, command: str, *arguments: str) -> str:
    """Run a command of Blender's extension tool and return what it printed; a Problem if it refuses."""
    with tempfile.TemporaryDirectory() as profile:
        environment = {**os.environ, "BLENDER_USER_RESOURCES": profile, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [*tool, command, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment,
        )
    said = "\n".join(part.strip() for part in (done.stdout, done.stderr) if part.strip())
    if done.returncode != 0:
        raise Problem(f"Blender's extension tool refused to {command} the package:\n{said}")
    return said


def _valid_tags(tool: Tool) -> list[str]:
    """Where Blender's list of tags is. `blender --command extension` knows; its tool run by itself must be told."""
    script = Path(tool[-1])
    if script.name != "blender_ext.py":
        return []
    return [f"--valid-tags={script.parents[3] / 'modules' / '_bpy_internal' / 'extensions' / 'tags.py'}"]


def locked_wheels() -> dict[str, str]:
    """The wheels of the package: file name to SHA-256."""
    lines = (line.split() for line in WHEELS_LOCK.read_text(encoding="utf-8").splitlines())
    return {name: digest for digest, name in lines}


def fetch_wheels(folder: Path = WHEELS) -> Path:
    """See to it that `folder` holds the locked wheels, downloading what is missing, and return it.

    Raises:
        Problem: a wheel could not be downloaded, or is not the one that was locked.
    """
    folder.mkdir(parents=True, exist_ok=True)
    locked = locked_wheels()
    if _missing(folder, locked):
        python = environments.make("build", environments.this_python())
        with tempfile.TemporaryDirectory() as scratch:
            pins = Path(scratch, "wheels.txt")
            pins.write_text(_as_requirements(locked), encoding="utf-8")
            for platform in package().platforms:
                for version in PYTHONS:
                    download(python, ["--no-deps", "--require-hashes", "-r", str(pins)], platform, version, folder)
    if missing := _missing(folder, locked):
        raise Problem(f"Wheels that the lock names could not be had: {', '.join(missing)}")
    return folder


def download(python: Path, wanted: Sequence[str], platform: str, version: str, folder: Path) -> None:
    """Download the wheels that pip's arguments `wanted` name, for a platform of Blender's and a version of Python."""
    print(f"Downloading wheels for {platform}, Python {version} …", flush=True)
    done = subprocess.run(
        [*environments.pip(python), "download", "--quiet", "--only-binary=:all:", "--implementation=cp"]
        + [f"--python-version={version}", f"--dest={folder}"]
        + [f"--platform={tag}" for tag in WHEEL_PLATFORMS[platform]]
        + list(wanted),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Problem(f"The wheels for {platform}, Python {version} could not be downloaded:\n{done.stderr.strip()}")


def _missing(folder: Path, locked: dict[str, str]) -> list[str]:
    """The locked wheels that `folder` lacks; one with other content than the locked is taken away first."""
    missing = []
    for name, digest in locked.items():
        wheel = folder / name
        if wheel.is_file() and hashlib.sha256(wheel.read_bytes()).hexdigest() != digest:
            wheel.unlink()
        if not wheel.is_file():
            missing.append(name)
    return missing


def _as_requirements(locked: dict[str, str]) -> str:
    """The locked wheels as pip's requirements: each distribution once, with the hashes of all its files."""
    hashes: dict[str, list[str]] = {}
    for name, digest in locked.items():
        distribution, version = name.split("-")[:2]
        hashes.setdefault(f"{distribution}=={version}", []).append(f"--hash=sha256:{digest}")
    return "".join(f"{pin} {' '.join(digests)}\n" for pin, digests in hashes.items())


def find_blender(wanted: str | None) -> Path | None:
    """The Blender to use: the `wanted` path, else the one on PATH, else None.

    Raises:
        Problem: `wanted` is no Blender, or the found one is older than the manifest allows.
    """
    path = shutil.which(wanted or "blender")
    if path is None:
        if wanted:
            raise Problem(f"There is no program at {wanted}; give --blender the path of Blender's executable")
        return None
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=120)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Problem(f"{path} does not start: {error}") from error
    version = re.search(r"Blender (\d+)\.(\d+)", done.stdout)
    if version is None:
        raise Problem(f"{path} does not say that it is Blender; give --blender the path of Blender's executable")
    oldest = package().blender_version_min
    if (int(version[1]), int(version[2])) < tuple(int(part) for part in oldest.split(".")[:2]):
        raise Problem(f"{path} is Blender {version[1]}.{version[2]}; {oldest} or later is needed")
    return Path(path)


def bpy_at_hand() -> str:
    """The newest tested Blender whose `bpy` wheel fits the Python that runs this, else another Python found here.

    Raises:
        Problem: none fits; the text says what to install.
    """
    found = environments.interpreters()
    this = (sys.version_info[0], sys.version_info[1])
    for pythons in ({this} & found.keys(), found.keys()):
        fitting = [blender for blender, python in environments.BPY_PYTHONS.items() if python in pythons]
        if fitting:
            return fitting[-1]
    raise Problem(
        f"There is no Blender on PATH and no bpy wheel for Python {this[0]}.{this[1]}.\n"
        f"Install Blender {package().blender_version_min} or later (and give its path by --blender), "
        "or Python 3.11 or 3.13"
    )


def default_tool(blender: Path | None) -> Tool:
    """The extension tool of `blender`, else of the `bpy` wheel that fits a Python of this machine."""
    if blender is not None:
        return tool_of_blender(blender)
    return tool_of_bpy(environments.make_bpy(bpy_at_hand()))


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the extension's packages.")
    parser.add_argument("--out", type=Path, default=DIST, help="folder for the packages (default: dist)")
    parser.add_argument("--blender", help="Blender whose tool builds (default: the one on PATH, else a bpy wheel)")
    parser.add_argument("--wheels", type=Path, default=WHEELS, help="folder that keeps the downloaded wheels")
    options = parser.parse_args()
    tool = default_tool(find_blender(options.blender))
    for path in build(tool, fetch_wheels(options.wheels), options.out):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path}")
    return 0


if __name__ == "__main__":
    run_script(main)
