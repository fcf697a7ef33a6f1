"""A disk that is full or cannot be written: nothing is sent that is not written down first, nothing made is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from addon.core import sessions
from addon.core.models import TakeState
from addon.storage import paths
from addon.worker import messages

from .blender_side import BlenderSide, clip_of, on_disk, take_on_disk
from .clips import mp4
from .fake_service import FolderService

MOUNTABLE = sys.platform == "linux" and os.geteuid() == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of 256 kB of its own."""
    if not MOUNTABLE:
        pytest.skip("mounting a small filesystem needs root on Linux")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def blender_on_small_disk(small_disk: Path, new_blender: Callable[[Path], BlenderSide]) -> BlenderSide:
    """A Blender's side whose project lies on the small disk."""
    side = new_blender(small_disk / "film.sessions.json")
    side.open()
    return side


def fill(folder: Path) -> Path:
    """Leave no byte free."""
    ballast = folder / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (4096, 512, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return ballast


def test_a_take_is_not_sent_before_it_is_written_down_and_goes_by_itself_when_there_is_room(
    blender_on_small_disk: BlenderSide, small_disk: Path, service: FolderService
) -> None:
    side = blender_on_small_disk
    ballast = fill(small_disk)
    (take_id,) = side.generate({})
    side.until(lambda: side.all(messages.SaveFailed), "SaveFailed")
    failure = side.all(messages.SaveFailed)[0]
    assert failure.revision == side.revision
    assert "no space" in str(failure.problem.what)
    assert service.submissions(take_id) == 0
    ballast.unlink()
    side.until_saved()
    side.until_ended(take_id)
    assert take_on_disk(side.path, take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


def test_a_take_that_is_not_written_down_goes_with_the_next_change_that_is(
    blender_on_small_disk: BlenderSide, small_disk: Path, service: FolderService
) -> None:
    side = blender_on_small_disk
    ballast = fill(small_disk)
    (take_id,) = side.generate({})
    side.until(lambda: side.all(messages.SaveFailed), "SaveFailed")
    ballast.unlink()
    side.commit(sessions.edit_draft(side.project, {"prompt": "next"}, datetime.now(UTC)))
    side.until_saved()
    side.until_ended(take_id)
    assert service.submissions(take_id) == 1


@pytest.mark.parametrize("move", [False, True])
def test_a_take_that_is_not_written_down_goes_when_the_file_is_saved_where_there_is_room(
    move: bool, blender_on_small_disk: BlenderSide, small_disk: Path, service: FolderService, sidecar: Path
) -> None:
    side = blender_on_small_disk
    fill(small_disk)
    (take_id,) = side.generate({})
    side.until(lambda: side.all(messages.SaveFailed), "SaveFailed")
    order = messages.Relocate(path=side.path, target=sidecar, revision=side.revision + 1, move=move)
    side.client.send(order)
    side.until(lambda: side.all(messages.Relocated), "Relocated")
    side.until(lambda: any(ended.path == sidecar for ended in side.all(messages.Ended)), "Ended")
    side.close()
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


def test_a_take_can_be_cancelled_while_it_cannot_be_written_down(
    blender_on_small_disk: BlenderSide, small_disk: Path, service: FolderService
) -> None:
    side = blender_on_small_disk
    ballast = fill(small_disk)
    (take_id,) = side.generate({})
    side.until(lambda: side.all(messages.SaveFailed), "SaveFailed")
    side.client.send(messages.Cancel(path=side.path, take_id=take_id))
    side.until_ended(take_id)
    ballast.unlink()
    side.until_saved()
    assert take_on_disk(side.path, take_id).state is TakeState.CANCELLED
    assert service.submissions(take_id) == 0


def test_the_job_s_id_is_written_down_before_the_first_poll_however_long_that_takes(
    blender_on_small_disk: BlenderSide, small_disk: Path, service: FolderService
) -> None:
    side = blender_on_small_disk
    (take_id,) = side.generate({"hold": ["accepted", "poll"]})
    side.until_held(take_id, "accepted")
    ballast = fill(small_disk)
    service.let_go(take_id, "accepted")
    side.until(lambda: any("no space" in str(m.said) for m in side.all(messages.Progress, take_id)), "why it waits")
    assert not service.has_reached(take_id, "poll")
    ballast.unlink()
    side.until_held(take_id, "poll")
    assert take_on_disk(side.path, take_id).state is TakeState.RUNNING
    service.let_go(take_id, "poll")
    side.until_ended(take_id)
    assert service.submissions(take_id) == 1


def test_a_clip_that_finds_no_room_is_fetched_later_and_not_made_again(
    blender_on_small_disk: BlenderSide, small_disk: Path, service: FolderService
) -> None:
    side = blender_on_small_disk
    (take_id,) = side.generate({"hold": ["download"], "size": 100_000})
    side.until_held(take_id, "download")
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize - 50_000))
    service.let_go(take_id, "download")
    side.until_state(take_id, TakeState.UNCERTAIN)
    problem = side.take(take_id).problem
    assert problem
    assert "The clip was made" in str(problem.what)
    assert "no space" in str(problem.what)
    assert not side.all(messages.Ended)
    assert not list(paths.assets_folder(side.path).glob("*.mp4"))
    ballast.unlink()
    side.restart()
    side.until_ended(take_id)
    assert clip_of(on_disk(side.path).assets[0], side.path) == mp4(0, 100_000)
    assert service.submissions(take_id) == 1


def test_a_clip_that_arrived_but_cannot_be_named_is_kept_and_not_fetched_again(
    blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    """Its name is taken by folders here; a folder that may not be written to stops root from nothing."""
    (take_id,) = blender.generate({"hold": ["half"]})
    blender.until_held(take_id, "half")
    folder = paths.assets_folder(sidecar)
    held = folder.with_name("film.held")
    folder.rename(held)
    folder.write_text("a file where the assets folder should be")
    service.let_go(take_id, "half")
    blender.until_state(take_id, TakeState.UNCERTAIN)
    folder.unlink()
    held.rename(folder)
    blender.client.send(messages.Decide(path=sidecar, take_id=take_id, choice="look_again"))
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


def test_a_sidecar_that_cannot_be_written_sends_nothing(
    blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    sidecar.mkdir()
    (take_id,) = blender.generate({})
    blender.until(lambda: blender.all(messages.SaveFailed), "SaveFailed")
    assert blender.all(messages.SaveFailed)[0].problem.remedy
    assert service.submissions(take_id) == 0
    sidecar.rmdir()
    blender.until_saved()
    blender.until_ended(take_id)
    assert service.submissions(take_id) == 1


def test_an_assets_folder_that_cannot_be_made_sends_nothing(
    blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    folder = paths.assets_folder(sidecar)
    folder.write_text("a file where the assets folder should be")
    (take_id,) = blender.generate({})
    blender.until(lambda: blender.all(messages.Trouble), "trouble")
    assert service.submissions(take_id) == 0
    folder.unlink()
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1
