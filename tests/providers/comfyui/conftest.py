"""What the tests of ComfyUI share."""

from __future__ import annotations

from pathlib import Path

import pytest

from .takes import stored


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("t2v", "t2v_webm", "i2v", "v2v"):
        stored(tmp_path / "workflows", name)
    return tmp_path / "workflows"
