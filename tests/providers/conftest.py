"""What the tests of every provider share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
