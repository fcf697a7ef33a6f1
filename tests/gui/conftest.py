"""A real Blender with a window for each journey: the built zip in a clean profile, a screen, and eyes for its words."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .app import App
from .display import Display, screen


@pytest.fixture(scope="session")
def blender() -> Path:
    """The Blender that these tests run in."""
    path = os.environ.get("SESSIONS_BLENDER") or shutil.which("blender")
    assert path, "no Blender to test in: python3 scripts/test.py --gui says which there are"
    return Path(path)


def install(blender: Path, package: Path, profile: Path) -> None:
    """Install the package into a new profile, as from a shell."""
    profile.mkdir(parents=True)
    copied = shutil.copy(package, profile.parent)  # where a Blender in a root of its own sees it too
    done = subprocess.run(
        [blender, "--command", "extension", "install-file", "-r", "user_default", "-e", copied],
        env=os.environ | {"BLENDER_USER_RESOURCES": str(profile)},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(profile.rglob("generative_sessions/blender_manifest.toml")), done.stdout + done.stderr


@pytest.fixture(scope="session")
def installed_profile(blender: Path, package_zip: Path) -> Iterator[Path]:
    """A clean profile with the package; each journey gets a copy."""
    with tempfile.TemporaryDirectory(prefix="sessions-gui-") as folder:
        profile = Path(folder, "profile")
        install(blender, package_zip, profile)
        yield profile


@pytest.fixture(scope="session")
def display(blender: Path) -> Iterator[Display]:
    """The screen of all journeys."""
    with tempfile.TemporaryDirectory(prefix="sessions-screen-") as folder, screen(blender, Path(folder)) as found:
        yield found


@pytest.fixture
def folder() -> Iterator[Path]:
    """The journey's own folder, where a Blender in a root of its own sees it too."""
    with tempfile.TemporaryDirectory(prefix="sessions-journey-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture
def make_app(
    blender: Path, display: Display, installed_profile: Path, folder: Path, request: pytest.FixtureRequest
) -> Iterator[App]:
    """A Blender that is not started yet. It is ended, and looked over for complaints, when the journey is over.

    It renders frames ahead, as new Blenders do by themselves, only in journeys with the mark `ahead`.
    """
    profile = folder / "profile"
    shutil.copytree(installed_profile, profile, symlinks=True)
    app = App(blender, display, folder, profile, ahead=request.node.get_closest_marker("ahead") is not None)
    try:
        yield app
    finally:
        app.kill()
    assert not app.complaints(), "\n".join(app.complaints())


@pytest.fixture
def app(make_app: App) -> App:
    """A Blender as it stands after its start with the Video Editing template."""
    make_app.start()
    return make_app


@pytest.fixture
def keep(make_app: App) -> Callable[[str], None]:
    """Keep a picture of the screen for people to look at, beside those of failed journeys."""

    def keep_picture(name: str) -> None:
        folder = os.environ.get("SESSIONS_SCREENS")
        if folder:
            make_app.screenshot(Path(folder, f"{name}.png"))

    return keep_picture


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """Keep what stood on the screen when a journey failed."""
    report = yield
    funcargs = getattr(item, "funcargs", {})
    app = funcargs.get("make_app")
    folder = os.environ.get("SESSIONS_SCREENS")
    if report.when == "call" and report.failed and app is not None and folder:
        where = Path(folder, f"{item.name}.png")
        where.parent.mkdir(parents=True, exist_ok=True)
        app.display.grab().save(where)
        shutil.copyfile(app.console, where.with_suffix(".txt"))
    return report
