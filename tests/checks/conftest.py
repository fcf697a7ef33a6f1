"""The tools that check the code, from the environment that runs these tests."""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """The path of a tool of this environment: `tool("ruff")`."""

    def find(name: str) -> str:
        path = shutil.which(name, path=sysconfig.get_path("scripts"))
        assert path is not None, f"{name} is not in this environment; run scripts/test.py"
        return path

    return find
