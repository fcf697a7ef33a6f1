"""Run every test: `python3 scripts/test.py [--fast] [--only NAME] [paths and options for pytest]`.

First the checks of the code (tests/checks), then the parts that need no Blender, then the built package, installed in
each Blender. Makes the environments for it the first time; after that nothing uses the network. The last line adds up
all runs. Fails on a skipped test too, unless its reason stands in ALLOWED_SKIPS.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import build
import environments
from project import DIST, ROOT, Problem, run_script

# The reasons for which a test may be skipped.
ALLOWED_SKIPS: tuple[str, ...] = ()

CHECKS = ("tests/checks",)
PURE = ("tests/core", "tests/storage", "tests/providers", "tests/worker")
IN_BLENDER = ("tests/blender", "tests/package")

# The same parts without Blender run on the oldest and the newest Python an official Blender has.
PURE_PYTHONS: tuple[environments.Version, ...] = ((3, 11), (3, 13))

# pytest's exit code where no test fits its options.
NO_TESTS = 5

RUN_SECONDS = 20 * 60
AT_ONCE = 2


class Run(NamedTuple):
    """One start of pytest: in which environment, on which of the given paths."""

    name: str
    python: Path
    paths: tuple[str, ...]


class Result(NamedTuple):
    """What came of a run. `skipped` counts allowed skips only; others count as failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: object) -> Result:
        assert isinstance(other, Result)
        return Result(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main() -> int:
    parser = argparse.ArgumentParser(description="Run every test. What is not listed here goes to pytest.")
    parser.add_argument("--fast", action="store_true", help="only what needs no Blender")
    parser.add_argument("--only", metavar="NAME", help="only the runs whose name begins so: checks, pure, bpy-5.0 …")
    options, rest = parser.parse_known_args()
    paths = [word for word in rest if not word.startswith("-") and (ROOT / word.split("::")[0]).exists()]
    passed_on = [word for word in rest if word not in paths]

    wanted = {
        name: select(paths, folders)
        for name, folders in suites(options.fast).items()
        if name.startswith(options.only or "")
    }
    runs = set_up({name: chosen for name, chosen in wanted.items() if chosen})
    total = Result()
    with tempfile.TemporaryDirectory() as reports, ThreadPoolExecutor(AT_ONCE) as pool:
        for result in pool.map(lambda run: execute(run, passed_on, Path(reports, f"{run.name}.xml")), runs):
            total += result
    if total == Result():
        print("No test was run: nothing fits what was asked for", file=sys.stderr)
    print(total, flush=True)
    return 0 if total.passed and not total.failed else 1


def suites(fast: bool) -> dict[str, tuple[str, ...]]:
    """Every run's name and the folders of tests it covers, in the order they are started.

    Raises:
        Problem: no Python here fits the `bpy` wheels, so what runs in Blender could not be tested.
    """
    found = environments.interpreters()
    names: dict[str, tuple[str, ...]] = {"checks": CHECKS}
    for python in [version for version in PURE_PYTHONS if version in found] or [environments.this_python()]:
        names[f"pure-{python[0]}.{python[1]}"] = PURE
    if fast:
        return names
    if (3, 11) not in found:
        raise Problem("Blender 4.2 to 5.0 are tested on Python 3.11: install it, or test without Blender by --fast")
    for blender, python in environments.BPY_PYTHONS.items():
        if python in found:
            names[f"bpy-{blender}"] = IN_BLENDER
        else:
            print(f"Blender {blender} is not tested: there is no Python {python[0]}.{python[1]}", flush=True)
    return names


def select(paths: Sequence[str], folders: Sequence[str]) -> tuple[str, ...]:
    """Which of the asked-for paths lie in a run's folders; without such a wish, the folders that exist."""
    existing = tuple(folder for folder in folders if any((ROOT / folder).rglob("test_*.py")))
    if not paths:
        return existing
    relative = [os.path.relpath(path, ROOT).replace(os.sep, "/") for path in paths]
    inside = tuple(
        path for path in relative for folder in folders if f"{path.split('::')[0]}/".startswith(f"{folder}/")
    )
    around = tuple(folder for path in relative for folder in existing if f"{folder}/".startswith(f"{path}/"))
    return tuple(dict.fromkeys(inside + around))


def set_up(wanted: dict[str, tuple[str, ...]]) -> list[Run]:
    """Make the environment of every run, and the package where a run needs it. All that uses the network is here."""
    runs = []
    for name, paths in wanted.items():
        kind, _, version = name.partition("-")
        if kind == "checks":
            python = environments.make("tools", environments.this_python(), "tools")
        elif kind == "pure":
            major, minor = version.split(".")
            python = environments.make(name, (int(major), int(minor)), "pure")
        else:
            python = environments.make_bpy(version)
        runs.append(Run(name, python, paths))
    in_blender = [run for run in runs if run.name.startswith("bpy-")]
    if in_blender:
        tool = build.tool_of_bpy(in_blender[0].python)
        os.environ["SESSIONS_ZIP"] = str(build.build(tool, build.fetch_wheels(), DIST)[0])
    return runs


def execute(run: Run, options: Sequence[str], report: Path) -> Result:
    """Run pytest in one environment, print what it printed, and count."""
    command = [str(run.python), "-m", "pytest", "-q", f"--junitxml={report}", *options, *run.paths]
    began = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            # A developer's own settings of Python and Blender must not decide what is tested.
            env={k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "BLENDER_"))}
            | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=RUN_SECONDS,
        )
        output, code = done.stdout, done.returncode
    except subprocess.TimeoutExpired as error:
        printed = error.stdout or b""
        output = printed if isinstance(printed, str) else printed.decode(errors="replace")
        output += f"\nended after {RUN_SECONDS} seconds"
        code = -1
    result, notes = count(report, code)
    seconds = time.monotonic() - began
    print(f"== {run.name}: {' '.join(run.paths)}\n{output.strip()}", *notes, sep="\n", flush=True)
    print(f"== {run.name}: {result} in {seconds:.0f} s\n", flush=True)
    return result


def count(report: Path, code: int) -> tuple[Result, list[str]]:
    """Add up a run from pytest's report and exit code: the counts, and notes on what counts against expectation."""
    notes = []
    passed = failed = skipped = 0
    cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    for case in cases:
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif skip is None:
            passed += 1
        elif skip.get("message", "") in ALLOWED_SKIPS:
            skipped += 1
        else:
            failed += 1
            notes.append(f"{case.get('classname')}::{case.get('name')} was skipped, which counts as failed")
    if code not in (0, 1, NO_TESTS) or (code == 1 and not failed):
        failed += 1
        notes.append(f"pytest ended with exit code {code}, which counts as one failure")
    return Result(passed, failed, skipped), notes


if __name__ == "__main__":
    run_script(main)
