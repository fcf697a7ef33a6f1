"""Pin everything the project installs, by version and hash: `python3 scripts/lock.py`, then commit what it changed.

`scripts/requirements/*.in` names what is wanted. From it come `*.txt` (the environments of the scripts, by uv) and
`wheels.lock` (the wheels inside the package: one line per file, SHA-256 and name). What `*-alone.in` names is to be
installed without what it asks for. Needs the network. PyTorch has an index of its own: `sglang-torch.txt` is written by
hand.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path

import build
import environments
from project import REQUIREMENTS, WHEELS_LOCK, package, run_script

UV = "uv==0.13.9"


def main() -> int:
    python = environments.make("lock", environments.this_python())
    subprocess.run([*environments.pip(python), "install", "--quiet", UV], check=True)
    for source in sorted(REQUIREMENTS.glob("*.in")):
        if source.name != "wheels.in":
            lock_environment(python, source)
    lock_wheels(python)
    return 0


def lock_environment(python: Path, source: Path) -> None:
    """Pin what `source` wants, for every system, in the `.txt` beside it."""
    blender = source.stem.removeprefix("bpy-")
    major, minor = environments.BPY_PYTHONS.get(blender, environments.SUPPORTED_PYTHONS[0])
    command = [str(python), "-m", "uv", "pip", "compile", "--quiet", "--no-header", "--no-build"]
    command += ["--universal", "--generate-hashes", f"--python-version={major}.{minor}"]
    command += ["--no-deps"] if source.stem.endswith("-alone") else []
    command += [f"--output-file={source.with_suffix('.txt').name}", source.name]
    subprocess.run(command, cwd=REQUIREMENTS, check=True)


def lock_wheels(python: Path) -> None:
    """Pin the wheels of the package: what `wheels.in` wants on each platform and Python."""
    with tempfile.TemporaryDirectory() as folder:
        for platform in package().platforms:
            for version in build.PYTHONS:
                build.download(python, ["-r", str(REQUIREMENTS / "wheels.in")], platform, version, Path(folder))
        wheels = sorted(Path(folder).glob("*.whl"))
        lines = [f"{hashlib.sha256(wheel.read_bytes()).hexdigest()}  {wheel.name}\n" for wheel in wheels]
        WHEELS_LOCK.write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    run_script(main)
