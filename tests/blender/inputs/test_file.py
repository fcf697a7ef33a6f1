"""A file that a person chose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .. import footage
from .taking import (
    from_file,
)


def test_a_chosen_file_is_copied_into_the_project(scene: Any, taken: Any, tmp_path: Path) -> None:
    footage._write_png(tmp_path / "fox.png", (96, 54), 77)
    before = (tmp_path / "fox.png").read_bytes()
    from_file(tmp_path / "fox.png", role="reference")
    assert Path(taken().path).parent == tmp_path / "shot.assets" / "inputs"
    assert Path(taken().path).read_bytes() == before == (tmp_path / "fox.png").read_bytes()
    assert (taken().role, taken().origin) == ("reference", "")


def test_a_file_of_another_kind_is_refused_with_its_name(scene: Any, clip: Path, tmp_path: Path, draft: Any) -> None:
    (tmp_path / "notes.png").write_text("no picture")
    with pytest.raises(RuntimeError, match=r"“notes\.png” cannot be read: it is no picture"):
        from_file(tmp_path / "notes.png")
    with pytest.raises(RuntimeError, match=r"“notes\.png” cannot be read: it is no video"):
        from_file(tmp_path / "notes.png", media="video", role="video")
    with pytest.raises(RuntimeError, match=r"“clip\.mp4” cannot be read: it is no picture"):
        from_file(clip)
    with pytest.raises(RuntimeError, match="is not there"):
        from_file(tmp_path / "nowhere.png")
    assert draft().inputs == ()
