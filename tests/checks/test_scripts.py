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
import get_blender
from project import Problem
from tests.worker.processes import until_gone

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


def blender_saying(folder: Path, version: str) -> Path:
    """A program that says it is a Blender of this version."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(program(folder, f"Blender {version}"))


def ready_blender(cache: Path, version: str) -> Path:
    """The folder of a Blender that looks set up to the end."""
    place = cache / version
    place.mkdir(parents=True)
    (place / "stamp").write_text(get_blender.recipe(place))
    return place


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of Blenders, and no Blender on PATH."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))
    return get_blender.default_cache()


def test_the_journeys_run_in_the_blenders_asked_for(runner, cache, tmp_path):
    ready_blender(cache, "4.3")
    asked = [blender_saying(tmp_path / name, "4.5.1") for name in ("one", "two")]
    assert runner.choose_blenders([str(path) for path in asked]) == asked


def test_without_a_wish_they_run_in_the_blenders_that_were_set_up(runner, cache):
    for version in ("5.2", "4.3"):
        ready_blender(cache, version)
    assert runner.choose_blenders([]) == [cache / version / "bin" / "blender" for version in ("4.3", "5.2")]


def test_where_none_was_set_up_they_run_in_the_blender_on_the_path(runner, cache, tmp_path):
    found = blender_saying(tmp_path / "programs", "5.0.1")
    found = found.rename(found.with_stem("blender"))
    assert runner.choose_blenders([]) == [found]


def test_without_any_blender_it_says_how_to_get_one(runner, cache):
    with pytest.raises(Problem, match=r"--blender.*get_blender\.py"):
        runner.choose_blenders([])


def test_a_half_made_or_outdated_blender_is_not_used(cache):
    ready_blender(cache, "4.3")
    place = ready_blender(cache, "5.2")
    (place / "stamp").write_text("made in another way")
    assert get_blender.cached(cache) == [cache / "4.3" / "bin" / "blender"]
    (cache / "4.3" / "stamp").unlink()
    assert get_blender.cached(cache) == []


def test_a_run_in_a_window_is_named_by_the_version_of_its_blender(runner, tmp_path):
    first, second, third = (
        blender_saying(tmp_path / name, says) for name, says in [("a", "4.3.2"), ("b", "5.2.2 LTS"), ("c", "4.3.0")]
    )
    named = runner.name_blenders([first, second, first, third])
    assert named == {"gui-4.3": first, "gui-5.2": second, "gui-4.3-2": third}


def test_a_run_in_a_window_gets_its_blender_and_a_folder_for_its_screenshots(runner, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "SCREENS", tmp_path)
    monkeypatch.setenv("BLENDER_USER_RESOURCES", "a developer's own")
    (tmp_path / "gui-4.3").mkdir()
    (tmp_path / "gui-4.3" / "of an earlier run.png").touch()
    run = runner.Run("gui-4.3", Path(sys.executable), ("tests/gui",), tmp_path / "blender")
    given = runner.environment_of(run)
    assert given["SESSIONS_BLENDER"] == str(tmp_path / "blender")
    assert given["SESSIONS_SCREENS"] == str(tmp_path / "gui-4.3")
    assert "BLENDER_USER_RESOURCES" not in given
    assert not list(tmp_path.rglob("*.png"))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_a_run_in_a_window_leaves_behind_is_ended(runner, tmp_path):
    leave_one = "import subprocess, sys; print(subprocess.Popen(['sleep', '600']).pid); sys.exit(3)"
    with (tmp_path / "printed").open("w+b") as printed:
        code = runner.call([sys.executable, "-c", leave_one], os.environ, printed, 60, with_all_it_started=True)
        printed.seek(0)
        left = int(printed.read())
    assert code == 3
    assert until_gone(left, 30)


def test_a_time_limit_ends_a_run(runner, tmp_path):
    with (tmp_path / "printed").open("w+b") as printed, pytest.raises(subprocess.TimeoutExpired):
        runner.call([sys.executable, "-c", "import time; time.sleep(600)"], os.environ, printed, 0.2, True)


def test_debian_comes_from_the_mirror_of_this_machine_and_else_from_its_own():
    targets = """https://mirror.example/debian/ bookworm
https://mirror.example/debian/ bookworm-updates
https://mirror.example/debian-security/ bookworm-security
https://packages.example/tools bookworm
cdrom:[Debian]/ bookworm
"""
    assert get_blender.mirrors(targets, "bookworm") == ["https://mirror.example/debian", get_blender.DEFAULT_MIRROR]
    assert get_blender.mirrors("", "bookworm") == [get_blender.DEFAULT_MIRROR]


def test_the_wrappers_become_the_program_inside_and_pass_on_its_arguments(tmp_path):
    place = tmp_path / "a cache" / "4.3"
    texts = get_blender.wrappers(place)
    assert {"blender", "Xvfb", "openbox"} <= texts.keys()
    for text in texts.values():
        *_, last = text.splitlines()
        assert last.startswith(f"exec unshare --mount '{place / 'inside'}' /usr/bin/") and last.endswith(' "$@"')
    inside = get_blender.inside_script(place / "root")
    assert f"root='{place / 'root'}'\n" in inside
    assert inside.splitlines()[-1].startswith('exec chroot "$root"')


def test_a_blender_of_another_version_than_wanted_is_refused(tmp_path):
    with pytest.raises(Problem, match=r"sid has Blender 5\.3 now, not 5\.2"):
        get_blender.check_version("5.2", blender_saying(tmp_path, "5.3.0"))


def test_a_blender_that_does_not_say_its_version_is_refused(tmp_path):
    with pytest.raises(Problem, match="does not say its version"):
        environments.blender_version(Path(program(tmp_path, "no screen")))
