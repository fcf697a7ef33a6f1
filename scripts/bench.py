"""Print what things cost, as ratios and against their bars: `python3 scripts/bench.py [--blender 5.0]`,
`python3 scripts/bench.py --gui [--blender PATH]`, `python3 scripts/bench.py --providers`.

The sidecar is measured without Blender, the rest in the `bpy` module with the built package installed; with --gui what
a person sees, in a Blender with a window; with --providers the way to a service, without Blender. The machine's load
shows in every number: compare numbers of one run only.
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
import test
from project import DIST, ROOT, Problem

IN_BLENDER = ROOT / "scripts" / "bench_blender.py"
IN_WINDOW = ROOT / "scripts" / "bench_gui.py"
STORAGE = ROOT / "scripts" / "bench_storage.py"
PROVIDERS = ROOT / "scripts" / "bench_providers.py"


def main() -> int:
    parser = argparse.ArgumentParser(description="Print what things cost.")
    parser.add_argument("--gui", action="store_true", help="measure in a Blender with a window instead")
    parser.add_argument("--providers", action="store_true", help="measure the way to a service instead")
    parser.add_argument(
        "--blender", help="which bpy module, or with --gui the path of a Blender (default: one at hand)"
    )
    options = parser.parse_args()
    if options.gui:
        return in_windows(test.name_blenders(test.choose_blenders([options.blender] if options.blender else [])))
    pure = environments.make("pure-3.11", (3, 11), "pure")
    if options.providers:
        for row in measured([pure, PROVIDERS], "The way to a service"):
            show(row)
        return 0
    subprocess.run([pure, STORAGE], check=True, cwd=ROOT)
    package = build.build(build.default_tool(None), build.fetch_wheels(), DIST)[0]
    python = environments.make_bpy(options.blender or build.bpy_at_hand())
    with tempfile.TemporaryDirectory(prefix="sessions-bench-", ignore_cleanup_errors=True) as folder:
        for row in measured_in_blender(python, package, Path(folder)):
            show(row)
    return 0


def show(row: dict[str, object]) -> None:
    """Print a row of the table."""
    bar = f"bar {row['bar']:g}" if row["bar"] else ""
    print(f"{row['name']:<66}{row['value']:>10.2f} {row['unit']:<3}{bar}", flush=True)


def measured(
    command: list[str | Path], what: str, environment: dict[str, str] | None = None
) -> list[dict[str, object]]:
    """The rows that a script prints on its last line."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    lines = [line for line in done.stdout.splitlines() if line.startswith("BENCH ")]
    if done.returncode or not lines:
        raise Problem(f"{what} could not be measured:\n{done.stdout}\n{done.stderr}")
    rows: list[dict[str, object]] = json.loads(lines[-1].removeprefix("BENCH "))
    return rows


def in_windows(blenders: dict[str, Path]) -> int:
    """Measure in each of these Blenders and print a table."""
    python = environments.make("gui", environments.this_python(), "gui")
    package = build.build(build.default_tool(None), build.fetch_wheels(), DIST)[0]
    for name, blender in blenders.items():
        print(f"== Blender {name}", flush=True)
        environment = os.environ | {"SESSIONS_BLENDER": str(blender), "SESSIONS_ZIP": str(package)}
        for row in measured([python, IN_WINDOW], "What is seen", environment):
            show(row)
    return 0


def measured_in_blender(python: Path, package: Path, folder: Path) -> list[dict[str, object]]:
    """Rows of what was measured in one Blender, each part in a process of its own, with a profile in `folder`."""
    # As in a user's Blender, compiled modules are kept.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment["BLENDER_USER_RESOURCES"] = str(folder / "profile")
    rows: list[dict[str, object]] = []
    for part in ("install", *("pydantic", "enable") * 5, "work", "animatic", "edit"):
        rows += measured([python, IN_BLENDER, part, package, folder], f"The part {part}", environment)
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
