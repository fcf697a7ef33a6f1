"""Set up a real /v1/videos server for the tests: `python3 scripts/get_sglang.py [--cache DIR]`.

SGLang-Diffusion from PyPI, for Linux on x86-64 with Python 3.11, on the CPU; and a Wan pipeline of random weights that
is made here (tests/real/tiny_wan.py), so no model is downloaded. It lies in a cache outside the project and takes
3.2 GB on the disk. The last line is its folder. What is set up already is only looked at.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import environments
from get_blender import only_one
from project import REQUIREMENTS, ROOT, Problem, run_script

PYTHON: environments.Version = (3, 11)

# PyPI has no build of PyTorch for the CPU alone. Where pip is set up to look may have one; PyTorch's own index has.
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"

IN_TESTS = ROOT / "tests" / "real"
MODEL = IN_TESTS / "tiny_wan.py"
TORCHVISION = IN_TESTS / "torchvision_without_cuda.py"

FREE_DISK = 5 << 30
STEP_SECONDS = 20 * 60


def default_cache() -> Path:
    """The folder that keeps the server: outside the project, where the system keeps caches."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "generative-sessions", "sglang")


def python_of(place: Path) -> Path:
    """The Python that runs the server set up in `place`."""
    return place / "venv" / "bin" / "python"


def model_of(place: Path) -> Path:
    """The folder of the model that the server set up in `place` is to serve."""
    return place / "tiny-wan"


def requirements() -> tuple[Path, Path, Path]:
    """The files that pin all that is installed, by version and hash, in the order of their installation."""
    torch, alone, libraries = (REQUIREMENTS / f"sglang{part}.txt" for part in ("-torch", "-alone", ""))
    return torch, alone, libraries


def is_ready(place: Path) -> bool:
    """Whether the server in this folder was set up to the end, there and in the present way."""
    stamp = place / "stamp"
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == recipe(place)


def recipe(place: Path) -> str:
    """What the server in this folder is made of, as one line that changes with any of it."""
    parts = [path.read_bytes() for path in (*requirements(), MODEL, TORCHVISION)]
    return hashlib.sha256(repr((str(place), PYTHON, *parts)).encode()).hexdigest()


def get(cache: Path) -> Path:
    """Set the server up in `cache`, unless it is, and return its folder.

    Raises:
        Problem: it could not be; the text says why and what to do.
    """
    place = cache / "0"
    if is_ready(place):
        return place
    check_machine(cache)
    cache.mkdir(parents=True, exist_ok=True)
    with only_one(cache / "lock"):
        if not is_ready(place):  # another process may have made it while this one waited
            make(place, cache / "log")
    return place


def check_machine(cache: Path) -> None:
    """Raise a Problem where this machine is none on which this can work."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise Problem("The SGLang server of the tests is set up on Linux with x86-64 only")
    if PYTHON not in environments.interpreters():
        raise Problem("The SGLang server of the tests needs Python 3.11: install it")
    there = next(folder for folder in (cache, *cache.parents) if folder.exists())
    if shutil.disk_usage(there).free < FREE_DISK:
        raise Problem(f"The SGLang server of the tests needs {FREE_DISK >> 30} GB free in {there}: make room")


def make(place: Path, log: Path) -> None:
    """Make `place` anew: an environment with the server in it, the model, and last the stamp."""
    began = time.monotonic()
    print(f"Setting up SGLang-Diffusion in {place} …", flush=True)
    log.unlink(missing_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    python = python_of(place)
    venv = [*environments.interpreters()[PYTHON], "-m", "venv", str(place / "venv")]
    step("an environment", venv, log)
    # Without dependencies: the files name all there is to install, and PyPI's PyTorch would come with CUDA.
    install = [*environments.pip(python), "install", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    torch, *others = requirements()
    try:
        step("PyTorch", [*install, "-r", str(torch)], log)
    except Problem:
        step("PyTorch, from its own index", [*install, "--index-url", TORCH_INDEX, "-r", str(torch)], log)
    for pinned in others:
        step(pinned.stem, [*install, "-r", str(pinned)], log)
    libraries = next((place / "venv" / "lib").glob("python*/site-packages"))
    shutil.copy(TORCHVISION, libraries)
    (libraries / f"{TORCHVISION.stem}.pth").write_text(f"import {TORCHVISION.stem}\n")
    step("a model", [str(python), str(MODEL), str(model_of(place))], log)
    (place / "stamp").write_text(recipe(place), encoding="utf-8")
    print(f"SGLang-Diffusion is set up; it took {time.monotonic() - began:.0f} s", flush=True)


def step(what: str, command: Sequence[str], log: Path) -> None:
    """Make `what` by one command and say how long it took; a Problem with the command's last words if it fails."""
    began = time.monotonic()
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}
    with log.open("ab") as written:
        start = written.tell()
        try:
            code = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                env=environment,
                timeout=STEP_SECONDS,
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
            written.write(f"It took longer than {STEP_SECONDS} seconds\n".encode())
    if code != 0:
        words = log.read_bytes()[start:].decode("utf-8", errors="replace").strip().splitlines()
        raise Problem("\n".join([f"SGLang-Diffusion lacks {what} (all it said is in {log}):", *words[-5:]]))
    print(f"  {what}: {time.monotonic() - began:.0f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Set up a real /v1/videos server for the tests.")
    parser.add_argument(
        "--cache", type=Path, default=default_cache(), help="folder that keeps it (default: %(default)s)"
    )
    print(get(parser.parse_args().cache.resolve()))
    return 0


if __name__ == "__main__":
    run_script(main)
