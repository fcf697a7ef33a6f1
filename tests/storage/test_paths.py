"""Where a project's files are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from addon.storage import paths


def test_the_sidecar_stands_beside_the_blend_under_its_name() -> None:
    assert paths.sidecar_path(Path("/films/shot.blend")) == Path("/films/shot.sessions.json")


def test_only_the_ending_of_a_blend_is_left_out_of_the_name() -> None:
    assert paths.sidecar_path(Path("/films/shot.v2.BLEND")).name == "shot.v2.sessions.json"
    assert paths.sidecar_path(Path("/films/shot.blend1")).name == "shot.blend1.sessions.json"


def test_everything_else_is_named_after_the_sidecar() -> None:
    sidecar = Path("/films/shot.v2.sessions.json")
    assert paths.assets_folder(sidecar) == Path("/films/shot.v2.assets")
    assert paths.backup_path(sidecar) == Path("/films/shot.v2.sessions.backup.json")
    assert paths.aside_path(sidecar, "damaged", 3) == Path("/films/shot.v2.sessions.damaged-3.json")
    assert paths.lock_path(sidecar) == Path("/films/.shot.v2.sessions.lock")


@pytest.mark.parametrize(
    ("clip", "stored"),
    [
        ("/films/shot.assets/a 1.mp4", "shot.assets/a 1.mp4"),
        ("/films/other/a.mp4", "other/a.mp4"),
        ("/elsewhere/嵐.mp4", "../elsewhere/嵐.mp4"),
    ],
)
def test_a_clip_is_stored_relative_to_the_sidecar_and_found_again(clip: str, stored: str) -> None:
    sidecar = Path("/films/shot.sessions.json").absolute()
    absolute = Path(clip).absolute()
    assert paths.asset_path(absolute, sidecar) == stored
    assert paths.clip_path(stored, sidecar) == absolute


def test_an_absolute_path_is_found_as_it_is() -> None:
    clip = Path("/elsewhere/a.mp4").absolute()
    assert paths.clip_path(clip.as_posix(), Path("/films/shot.sessions.json")) == clip


if sys.platform == "win32":  # nothing else has drives with letters

    def test_a_clip_on_another_drive_is_stored_absolute() -> None:
        assert paths.asset_path(Path("E:/clips/a.mp4"), Path("D:/films/shot.sessions.json")) == "E:/clips/a.mp4"
