"""Run every test: `python3 scripts/test.py [--fast] [--only NAME] [paths and options for pytest]`.

First the checks of the code (tests/checks), then the parts that need no Blender, then the built package, installed in
each Blender. Makes the environments for it the first time; after that nothing uses the network. The last line adds up
all runs. Fails on a skipped test too, unless its reason stands in ALLOWED_SKIPS.

`--gui [--blender PATH]…` instead works the built package by mouse and keyboard in the window of a real Blender
(tests/gui), two Blenders at once; some long journeys only in the newest. What a failed test saw is in dist/screens.

`--real` instead lets the built package generate with a real SGLang server (tests/real), which scripts/get_sglang.py
sets up the first time.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, NamedTuple

import build
import environments
import get_blender
import get_sglang
from project import DIST, ROOT, Problem, run_script

# The reasons for which a test may be skipped.
ALLOWED_SKIPS: tuple[str, ...] = (
    "the official specifications are not here",  # they are not ours to ship
    "npm and its registry are not here",
)

CHECKS = ("tests/checks",)
PURE = ("tests/core", "tests/storage", "tests/providers", "tests/worker")
IN_BLENDER = ("tests/blender", "tests/package")
IN_WINDOW = ("tests/gui",)
# Long journeys through what no Blender does otherwise than another: only in the newest one of several.
IN_NEWEST_WINDOW = ("tests/gui/test_providers.py", "tests/gui/test_commands.py", "tests/gui/test_pictures.py")
WITH_SERVER = ("tests/real",)

# The same parts without Blender run on the oldest and the newest Python an official Blender has.
PURE_PYTHONS: tuple[environments.Version, ...] = ((3, 11), (3, 13))

# pytest's exit code where no test fits its options.
NO_TESTS = 5

RUN_SECONDS = 40 * 60
GUI_RUN_SECONDS = 40 * 60
REAL_RUN_SECONDS = 15 * 60
# Tests wait more than they work, in windows less than elsewhere.
AT_ONCE = 4
WINDOWS_AT_ONCE = 2
SCREENS = DIST / "screens"


class Run(NamedTuple):
    """One start of pytest: in which environment, on which of the given paths; the Blender where it works a window."""

    name: str
    python: Path
    paths: tuple[str, ...]
    blender: Path | None = None
    left_out: tuple[str, ...] = ()


class Started(NamedTuple):
    """A running pytest, and whether it has a session of its own."""

    process: subprocess.Popen[bytes]
    has_session: bool


_running: list[Started] = []


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
    parser.add_argument("--gui", action="store_true", help="instead, the tests that work the window of a real Blender")
    parser.add_argument(
        "--blender", metavar="PATH", action="append", default=[], help="a Blender for --gui; repeatable"
    )
    parser.add_argument("--real", action="store_true", help="instead, the tests with a real SGLang server")
    options, rest = parser.parse_known_args()
    if options.fast + options.gui + options.real > 1 or (options.blender and not options.gui):
        parser.error("--fast, --gui and --real exclude each other, and --blender goes with --gui")
    paths = [word for word in rest if not word.startswith("-") and (ROOT / word.split("::")[0]).exists()]
    passed_on = [word for word in rest if word not in paths]

    blenders = name_blenders(choose_blenders(options.blender)) if options.gui else {}
    offered: dict[str, tuple[str, ...]]
    if options.gui:
        offered = dict.fromkeys(blenders, IN_WINDOW)
    else:
        offered = with_server() if options.real else suites(options.fast)
    wanted = {name: select(paths, folders) for name, folders in offered.items() if name.startswith(options.only or "")}
    runs = set_up({name: chosen for name, chosen in wanted.items() if chosen}, blenders)
    total = Result()
    with tempfile.TemporaryDirectory() as reports:
        for result in execute_all(runs, passed_on, Path(reports)):
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


def with_server() -> dict[str, tuple[str, ...]]:
    """The run with a real server, in the newest Blender that can be had: what is tried there is not Blender.

    Raises:
        Problem: no Python here fits the `bpy` wheels.
    """
    fitting = [name for name, python in environments.BPY_PYTHONS.items() if python in environments.interpreters()]
    if not fitting:
        raise Problem("The tests with a real server need Python 3.11: install it")
    return {f"real-{fitting[-1]}": WITH_SERVER}


def choose_blenders(asked: Sequence[str]) -> list[Path]:
    """The Blenders to work in: those asked for, else those that scripts/get_blender.py set up, else the one on PATH.

    Raises:
        Problem: there is none, or what was asked for is no fitting Blender.
    """
    if asked:
        return [path.absolute() for word in asked if (path := build.find_blender(word)) is not None]
    ready = get_blender.cached(get_blender.default_cache())
    if ready:
        return ready
    on_path = build.find_blender(None)
    if on_path is None:
        raise Problem(
            "There is no Blender to work in. Give the path of one by --blender, "
            "or (on Debian, as root) set one up: python3 scripts/get_blender.py 5.2"
        )
    return [on_path.absolute()]


def name_blenders(blenders: Iterable[Path]) -> dict[str, Path]:
    """The name of the run in each Blender, by its version; a second Blender of a version gets a number."""
    names: dict[str, Path] = {}
    for blender in dict.fromkeys(blenders):
        name = f"gui-{environments.blender_version(blender)}"
        alike = sum(other == name or other.startswith(f"{name}-") for other in names)
        names[f"{name}-{alike + 1}" if alike else name] = blender
    return names


def _version(name: str) -> tuple[int, ...]:
    """The Blender version in the name of a run."""
    return tuple(map(int, name.split("-")[1].split(".")))


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


def set_up(wanted: Mapping[str, tuple[str, ...]], blenders: Mapping[str, Path]) -> list[Run]:
    """Make the environment of every run, and the package where a run needs it. All that uses the network is here."""
    runs = []
    for name, paths in wanted.items():
        kind, _, version = name.partition("-")
        if kind == "checks":
            python = environments.make("tools", environments.this_python(), "tools")
        elif kind == "pure":
            major, minor = version.split(".")
            python = environments.make(name, (int(major), int(minor)), "pure")
        elif kind == "gui":
            python = environments.make_gui()
        else:
            python = environments.make_bpy(version)
        if kind == "real":
            os.environ["SESSIONS_SGLANG"] = str(get_sglang.get(get_sglang.default_cache()))
        left_out = IN_NEWEST_WINDOW if name in blenders and name != max(blenders, key=_version) else ()
        runs.append(Run(name, python, paths, blenders.get(name), left_out))
    in_bpy = [run.python for run in runs if run.name.startswith(("bpy-", "real-"))]
    if in_bpy or any(run.blender for run in runs):
        tool = build.tool_of_bpy(in_bpy[0]) if in_bpy else build.default_tool(None)
        os.environ["SESSIONS_ZIP"] = str(build.build(tool, build.fetch_wheels(), DIST)[0])
    return runs


def execute_all(runs: Sequence[Run], options: Sequence[str], reports: Path) -> Iterator[Result]:
    """Run pytest for each run, some at once."""

    def one(run: Run) -> Result:
        return execute(run, options, reports / f"{run.name}.xml")

    with ThreadPoolExecutor(WINDOWS_AT_ONCE if any(run.blender for run in runs) else AT_ONCE) as pool:
        try:
            yield from pool.map(one, runs)
        except BaseException:  # Ctrl+C reaches no run that has a session of its own
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(_running):
                end(process)
            raise


def execute(run: Run, options: Sequence[str], report: Path) -> Result:
    """Run pytest in one environment, print what it printed, and count."""
    # A screen is read as people read it, which a busy machine can spoil: what fails there is tried again, and said so.
    again = ["--reruns=2", "-rR"] if run.blender else []
    command = [str(run.python), "-m", "pytest", "-q", f"--junitxml={report}", *again, *options, *run.paths]
    command += [f"--ignore={path}" for path in run.left_out]
    began = time.monotonic()
    limit = GUI_RUN_SECONDS if run.blender else REAL_RUN_SECONDS if run.name.startswith("real-") else RUN_SECONDS
    # A file, and no pipe: that would stay open as long as any program that a test left behind.
    with tempfile.TemporaryFile() as printed:
        try:
            code, ending = call(command, environment_of(run), printed, limit, with_all_it_started=bool(run.blender)), ""
        except subprocess.TimeoutExpired:
            code, ending = -1, f"\nended after {limit} seconds"
        printed.seek(0)
        output = printed.read().decode("utf-8", errors="replace") + ending
    result, notes = count(report, code)
    seconds = time.monotonic() - began
    print(f"== {run.name}: {' '.join(run.paths)}\n{output.strip()}", *notes, sep="\n", flush=True)
    print(f"== {run.name}: {result} in {seconds:.0f} s\n", flush=True)
    return result


def environment_of(run: Run) -> dict[str, str]:
    """The environment of a run. A developer's own settings of Python and Blender must not decide what is tested."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "BLENDER_"))}
    kept |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    if run.blender:
        screens = SCREENS / run.name
        shutil.rmtree(screens, ignore_errors=True)  # of an earlier run
        kept |= {"SESSIONS_BLENDER": str(run.blender), "SESSIONS_SCREENS": str(screens)}
    return kept


def call(
    command: Sequence[str], environment: Mapping[str, str], printed: IO[bytes], limit: float, with_all_it_started: bool
) -> int:
    """Run a command in the project's folder and return its exit code; it is ended when the time limit (s) is over.

    `with_all_it_started`: a Blender or a screen that it leaves behind, however it ended, is ended too (not on Windows).
    For that it gets a session of its own.

    Raises:
        subprocess.TimeoutExpired: the time limit was over.
    """
    own_session = with_all_it_started and os.name == "posix"
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=printed,
        stderr=subprocess.STDOUT,
        start_new_session=own_session,
    )
    started = Started(process, own_session)
    _running.append(started)
    try:
        return process.wait(limit)
    finally:
        _running.remove(started)
        end(started)


def end(started: Started) -> None:
    """End a run, and with a session of its own all that it started."""
    if started.has_session:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.process.pid, signal.SIGKILL)
    started.process.kill()
    started.process.wait()


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
