"""What the tests of every provider share."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .hostile import Behaviour, Server
from .plain import PlainServer

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def specs() -> Path:
    """The folder with the services' official specifications, which are not ours to keep here.

    The environment variable SESSIONS_SPECS names it, else it lies beside the project.
    """
    folder = Path(os.environ.get("SESSIONS_SPECS") or PROJECT.parent / "shared" / "providers")
    if not folder.is_dir():
        pytest.skip("the official specifications are not here")
    return folder


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start a server that does the same to every request."""
    started: list[Server] = []

    def start(behaviour: Behaviour, **options: object) -> Server:
        started.append(Server(lambda _asked: behaviour, **options))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, with its key in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    openssl = shutil.which("openssl")
    assert openssl, "openssl is needed to make a certificate"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", "key.pem", "-out", "crt.pem"),
        ],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    file = folder / "both.pem"
    file.write_text((folder / "key.pem").read_text() + (folder / "crt.pem").read_text())
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """What a server with that certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def server() -> Iterator[PlainServer]:
    """The service."""
    started = PlainServer()
    yield started
    started.close()
