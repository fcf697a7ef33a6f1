"""The main job, on a machine with nothing but Python 3.11 or later: `python3 scripts/run.py`.

Makes its environment, builds the package, installs it as a user would into Blender (the one on PATH or `--blender`,
else the `bpy` module that fits the Python at hand), makes takes from a prompt, puts them into the sequencer, deletes
their session, and says what it made and where.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import build
import environments
from project import DIST, ROOT, Problem, run_script

PROMPT = "A lighthouse in a storm, dramatic wide shot, slow push in"
MAIN_JOB = ROOT / "scripts" / "main_job.py"

# A Blender without a display ends within this time.
WINDOW_SECONDS = 5


def main() -> int:
    parser = argparse.ArgumentParser(description="Make clips from a prompt, in Blender's sequencer.")
    parser.add_argument("--prompt", default=PROMPT, help="what to make (default: %(default)s)")
    parser.add_argument("--count", type=int, default=2, help="how many takes (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="folder for what is made (default: out)")
    parser.add_argument("--blender", help="Blender's executable (default: the one on PATH, else a bpy module)")
    parser.add_argument("--open", action="store_true", help="open the result in Blender afterwards")
    options = parser.parse_args()

    blender = build.find_blender(options.blender)
    if options.open and blender is None:
        raise Problem("--open needs Blender itself: put it on PATH, or give its path by --blender")
    options.out.mkdir(parents=True, exist_ok=True)
    blend = unused(options.out.resolve(), "shot")

    # A profile of its own: what the user has installed and set stays as it is, and decides nothing here.
    profile = Path(tempfile.mkdtemp(prefix="generative-sessions-"))
    report = profile / "report.json"
    job = ["--prompt", options.prompt, "--count", str(options.count), "--blend", str(blend), "--report", str(report)]
    package = build.build(build.default_tool(blender), build.fetch_wheels(), DIST)[0]
    print("Generating …", flush=True)
    if blender is not None:
        install = ["--command", "extension", "install-file", "--repo", "user_default", "--enable", str(package)]
        start([str(blender), *install], profile)
        start([str(blender), "--background", "--python-exit-code", "1", "--python", str(MAIN_JOB), "--", *job], profile)
    else:
        python = environments.make_bpy(build.bpy_at_hand())
        start([str(python), str(MAIN_JOB), "--install", str(package), *job], profile)
    if not report.is_file():
        raise Problem("Blender ended without finishing the main job")
    tell(json.loads(report.read_text(encoding="utf-8")))

    if options.open and blender is not None:
        leave_open(blender, blend, profile)
    else:
        shutil.rmtree(profile, ignore_errors=True)
    return 0


def leave_open(blender: Path, blend: Path, profile: Path) -> None:
    """Start Blender's window with a file and let it be; a Problem if it ends at once."""
    log = profile / "blender.log"
    with log.open("w") as output:
        window = subprocess.Popen(
            [str(blender), str(blend)],
            env=environment(profile),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        window.wait(timeout=WINDOW_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"Blender has it open, with settings of its own in {profile}")
    else:
        raise Problem(f"Blender could not open a window:\n{log.read_text(errors='replace').strip()}")


def start(command: list[str], profile: Path) -> None:
    """Run Blender with a profile; a Problem with the end of what it said if it fails."""
    done = subprocess.run(
        command,
        env=environment(profile),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode != 0:
        said = "\n".join(done.stdout.strip().splitlines()[-20:])
        raise Problem(f"Blender ended with exit code {done.returncode}:\n{said}")


def environment(profile: Path) -> dict[str, str]:
    return {**os.environ, "BLENDER_USER_RESOURCES": str(profile)}


def unused(folder: Path, name: str) -> Path:
    """A path for a .blend that neither exists nor has a sidecar or assets beside it: nobody's work is written over."""
    number = 1
    while True:
        path = folder / (f"{name}.blend" if number == 1 else f"{name} {number}.blend")
        if not any(folder.glob(f"{path.stem}.*")):
            return path
        number += 1


def tell(made: dict[str, Any]) -> None:
    """Say what was made and where."""
    clips = "1 clip" if made["strips"] == 1 else f"{made['strips']} clips"
    print(f"Blender {made['blender']}: session “{made['session']}”, {clips} in the sequencer, {made['seconds']:.1f} s.")
    print("The session is deleted; its clips are still there.")
    for label, path in [("Blend file", made["blend"]), ("Sidecar", made["sidecar"])]:
        print(f"  {label + ':':<12}{path}")
    for clip in made["clips"]:
        print(f"  {'Clip:':<12}{clip}")
    print(f"  {'Picture:':<12}{made['picture']}")


if __name__ == "__main__":
    run_script(main)
