"""Print what things cost, as ratios and against their bars: `python3 scripts/bench.py [--blender 5.0]`.

The sidecar is measured without Blender, the rest in the `bpy` module with the built package installed. The machine's
load shows in every number: compare numbers of one run only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import build
import environments
from project import DIST, ROOT, Problem

IN_BLENDER = ROOT / "scripts" / "bench_blender.py"
STORAGE = ROOT / "scripts" / "bench_storage.py"


def main() -> int:
    parser = argparse.ArgumentParser(description="Print what things cost.")
    parser.add_argument("--blender", default=build.bpy_at_hand(), help="which bpy module (default: %(default)s)")
    options = parser.parse_args()
    pure = environments.make("pure-3.11", (3, 11), "pure")
    subprocess.run([pure, STORAGE], check=True, cwd=ROOT)
    package = build.build(build.default_tool(None), build.fetch_wheels(), DIST)[0]
    python = environments.make_bpy(options.blender)
    with tempfile.TemporaryDirectory(prefix="sessions-bench-", ignore_cleanup_errors=True) as folder:
        for row in measured_in_blender(python, package, Path(folder)):
            bar = f"bar {row['bar']:g}" if row["bar"] else ""
            print(f"{row['name']:<58}{row['value']:>10.2f} {row['unit']:<3}{bar}", flush=True)
    return 0


def measured_in_blender(python: Path, package: Path, folder: Path) -> list[dict[str, object]]:
    """Rows of what was measured in one Blender, each part in a process of its own, with a profile in `folder`."""
    # As in a user's Blender, compiled modules are kept.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment["BLENDER_USER_RESOURCES"] = str(folder / "profile")
    rows: list[dict[str, object]] = []
    for part in ("install", *("pydantic", "enable") * 5, "work", "animatic"):
        done = subprocess.run(
            [python, IN_BLENDER, part, package, folder], env=environment, capture_output=True, text=True, check=False
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith("BENCH ")]
        if done.returncode or not lines:
            raise Problem(f"The part {part} could not be measured:\n{done.stdout}\n{done.stderr}")
        rows += json.loads(lines[-1].removeprefix("BENCH "))
    alone, both = (
        median(float(str(row["value"])) for row in rows if row["name"] == name)
        for name in ("importing pydantic alone", "importing pydantic and enabling")
    )
    ratio = both / alone
    rows.append({"name": "enabling / importing pydantic alone", "value": ratio, "unit": "×", "bar": 1.6})
    return rows


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(str(problem))
