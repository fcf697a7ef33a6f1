"""The scripts count what happened, choose what was asked for, and say what to do where they cannot go on."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import build
import environments
from project import Problem

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def script(name: str):
    """A script as a module. By path: Python has a module of its own called `test`."""
    spec = importlib.util.spec_from_file_location(f"script_{name}", SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def runner():
    return script("test")


@pytest.fixture
def pytest_run(tmp_path):
    """Run pytest on a file with this content; returns its report and exit code."""

    def run(content: str, *options: str):
        (tmp_path / "test_sample.py").write_text(content)
        report = tmp_path / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *options, "test_sample.py"]
        return report, subprocess.run(command, cwd=tmp_path, capture_output=True).returncode

    return run


def test_a_run_is_counted_by_its_tests(runner, pytest_run):
    report, code = pytest_run("def test_a(): pass\ndef test_b(): pass\ndef test_c(): assert 0\n")
    assert runner.count(report, code)[0] == runner.Result(passed=2, failed=1)


def test_a_skipped_test_counts_as_failed(runner, pytest_run):
    report, code = pytest_run("import pytest\ndef test_a(): pytest.skip('too lazy')\ndef test_b(): pass\n")
    result, notes = runner.count(report, code)
    assert result == runner.Result(passed=1, failed=1)
    assert "test_a" in notes[0]


def test_a_skip_that_is_allowed_is_counted_as_such(runner, pytest_run, monkeypatch):
    monkeypatch.setattr(runner, "ALLOWED_SKIPS", ("no such machine",))
    report, code = pytest_run("import pytest\ndef test_a(): pytest.skip('no such machine')\n")
    assert runner.count(report, code)[0] == runner.Result(skipped=1)


def test_a_fixture_that_fails_counts_as_failed(runner, pytest_run):
    broken = "import pytest\n@pytest.fixture\ndef broken(): raise ValueError\ndef test_a(broken): pass\n"
    report, code = pytest_run(broken)
    assert runner.count(report, code)[0] == runner.Result(failed=1)


def test_a_run_that_crashes_counts_as_failed(runner, pytest_run):
    report, code = pytest_run("import os\ndef test_a(): os.abort()\n")
    assert not report.exists()
    assert runner.count(report, code)[0] == runner.Result(failed=1)


def test_a_crash_after_the_last_test_counts_as_failed(runner, pytest_run):
    report, code = pytest_run("import atexit, os\ndef test_a(): atexit.register(os._exit, 139)\n")
    assert runner.count(report, code)[0] == runner.Result(passed=1, failed=1)


def test_a_run_in_which_nothing_fits_counts_nothing(runner, pytest_run):
    report, code = pytest_run("def test_a(): pass\n", "-k", "nothing")
    assert runner.count(report, code)[0] == runner.Result()


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ([], ("tests/core", "tests/worker")),
        (["tests/core"], ("tests/core",)),
        (["tests/core/test_naming.py::test_x"], ("tests/core/test_naming.py::test_x",)),
        (["tests/blender"], ()),
        (["tests"], ("tests/core", "tests/worker")),
    ],
)
def test_a_run_takes_of_the_paths_what_lies_in_its_folders(runner, asked, chosen, monkeypatch):
    monkeypatch.chdir(SCRIPTS.parent)
    assert runner.select(asked, ("tests/core", "tests/worker")) == chosen


def test_nobodys_file_is_written_over(tmp_path):
    run = script("run")
    assert run.unused(tmp_path, "shot").name == "shot.blend"
    (tmp_path / "shot.blend").touch()
    (tmp_path / "shot 2.sessions.json").touch()
    assert run.unused(tmp_path, "shot").name == "shot 3.blend"


def program(folder: Path, says: str) -> str:
    """A program that says something, whatever it is asked."""
    if os.name == "nt":
        path = folder / "program.bat"
        path.write_text(f"@echo {says}\n")
    else:
        path = folder / "program"
        path.write_text(f"#!{sys.executable}\nprint({says!r})\n")
        path.chmod(0o755)
    return str(path)


def test_a_blender_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(Problem, match="There is no program at"):
        build.find_blender(str(tmp_path / "blender"))


@pytest.mark.parametrize(
    ("says", "problem"),
    [("Blender 3.6.1", "4.2.0 or later is needed"), ("Krita 5", "does not say that it is Blender")],
)
def test_a_program_that_is_no_fitting_blender_is_refused(says, problem, tmp_path):
    with pytest.raises(Problem, match=problem):
        build.find_blender(program(tmp_path, says))


def test_without_blender_and_a_fitting_python_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(environments, "interpreters", lambda: {(3, 12): ("python3.12",)})
    with pytest.raises(Problem, match=r"Install Blender 4\.2\.0 or later .* or Python 3\.11 or 3\.13"):
        build.bpy_at_hand()


def test_a_wheel_that_is_not_the_locked_one_is_not_taken(tmp_path):
    name, other, *_ = build.locked_wheels()
    (tmp_path / name).write_bytes(b"something else")
    assert build._missing(tmp_path, {name: "0" * 64, other: "0" * 64}) == [name, other]
    assert not (tmp_path / name).exists()
