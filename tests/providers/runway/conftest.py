"""Runway's own OpenAPI document, served by Steady, a mock server from npm: it refuses what the document does not allow.

It is set up the first time, in a cache outside the project.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from socket import create_connection, socket

import pytest

_VERSION = "0.22.2"
_INSTALL_SECONDS = 300
_START_SECONDS = 60


@pytest.fixture(scope="session")
def steady() -> Path:
    """The mock server's program."""
    system = {"win32": "win32", "darwin": "darwin"}.get(sys.platform, "linux")
    machine = "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x64"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "generative-sessions")
    place = cache / f"steady-{_VERSION}"
    program = (
        place / f"node_modules/@stdy/cli-{system}-{machine}/bin" / ("steady.exe" if system == "win32" else "steady")
    )
    if not program.exists():
        _install(place)
    if not program.exists():
        pytest.skip("npm and its registry are not here")
    return program


def _install(place: Path) -> None:
    """As a whole or not at all: other tests may be at it too."""
    npm = shutil.which("npm")
    if npm is None:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as fresh:
        command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", fresh]
        try:
            done = subprocess.run(
                [*command, f"@stdy/cli@{_VERSION}"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_INSTALL_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return
        if done.returncode == 0 and not place.exists():
            (Path(fresh) / "node_modules").replace(_made(place) / "node_modules")


def _made(place: Path) -> Path:
    place.mkdir(exist_ok=True)
    return place


@pytest.fixture(scope="session")
def mock(specs: Path, steady: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that answers as Runway's OpenAPI document says."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    document = specs / "runway" / "openapi-2026-08-08.json"
    log = tmp_path_factory.mktemp("steady") / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(steady), "--host", "127.0.0.1", "--port", str(port), "--validator-strict-oneof", str(document)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _await(port, process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"Steady does not answer:\n{log.read_text('utf-8', 'replace')}")
