"""Clips that go to the trash and come back, by the worker's hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from addon.core import marking, sessions
from addon.core.models import Asset, Mark, Project
from addon.storage import assets, paths, trash
from addon.storage.relocation import relocate
from addon.storage.store import Store
from addon.worker import messages

from .blender_side import BlenderSide, on_disk

NewBlender = Callable[[Path], BlenderSide]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def clips(blender: BlenderSide) -> list[str]:
    """The ids of two clips that were generated."""
    blender.until_ended(*blender.generate({}, {}))
    return [asset.id for asset in blender.project.assets]


def asset(project: Project, asset_id: str) -> Asset:
    found = sessions.find_asset(project, asset_id)
    assert found
    return found


def lies_in_trash(side: BlenderSide, asset_id: str) -> bool:
    return "/trash/" in asset(side.project, asset_id).path


def assert_agree(sidecar: Path, expected: list[str]) -> None:
    """The sidecar's records name files that are there, and are what they were; those in the trash are `expected`."""
    project = on_disk(sidecar)
    for each in project.assets:
        assert assets.sha256(paths.clip_path(each.path, sidecar)) == each.sha256
        assert ("/trash/" in each.path) == (each.trashed_at is not None)
    assert sorted(each.id for each in project.assets if each.trashed_at) == sorted(expected)


def test_a_clip_goes_to_the_trash_and_comes_back(blender: BlenderSide, clips: list[str], sidecar: Path) -> None:
    before = asset(blender.project, clips[0]).path
    blender.commit(marking.trash(blender.project, clips[:1], now()))
    blender.until(lambda: lies_in_trash(blender, clips[0]), "the trash")
    assert_agree(sidecar, clips[:1])
    blender.commit(marking.restore(blender.project, clips[:1], now()))
    blender.until(lambda: asset(blender.project, clips[0]).path == before, "its old place")
    assert_agree(sidecar, [])


def test_what_is_changed_while_it_moves_is_not_lost(blender: BlenderSide, clips: list[str], sidecar: Path) -> None:
    there = marking.trash(blender.project, clips[:1], now())
    blender.commit(there)
    blender.commit(marking.mark(there, clips[0], Mark.REJECTED, now()))  # sent before it can know the new path
    blender.until_saved()
    blender.until(lambda: lies_in_trash(blender, clips[0]), "the trash")
    blender.until(lambda: on_disk(sidecar) and _is_right(sidecar, clips[0]), "the record")
    assert asset(on_disk(sidecar), clips[0]).mark is Mark.REJECTED
    blender.commit(marking.restore(blender.project, clips, now()))
    blender.commit(marking.trash(blender.project, clips[1:], now()))
    blender.until(lambda: not lies_in_trash(blender, clips[0]) and lies_in_trash(blender, clips[1]), "both")
    assert_agree(sidecar, clips[1:])


def _is_right(sidecar: Path, asset_id: str) -> bool:
    return "/trash/" in asset(on_disk(sidecar), asset_id).path


def test_the_trash_is_emptied_of_just_what_was_in_it(blender: BlenderSide, clips: list[str], sidecar: Path) -> None:
    blender.commit(marking.trash(blender.project, clips[:1], now()))
    blender.until(lambda: lies_in_trash(blender, clips[0]), "the trash")
    gone = paths.clip_path(asset(blender.project, clips[0]).path, sidecar)
    blender.commit(marking.empty(blender.project, clips, now()))
    blender.until(lambda: not gone.exists() and not assets.json_path(gone).exists(), "its end")
    blender.until_saved()
    assert [each.id for each in on_disk(sidecar).assets] == clips[1:]
    assert_agree(sidecar, [])
    blender.until(lambda: not gone.parent.exists(), "the end of the trash")


def test_a_worker_that_was_killed_goes_on_when_the_file_is_opened_again(
    blender: BlenderSide, clips: list[str], sidecar: Path
) -> None:
    blender.kill_worker()
    Store(sidecar).save(Project(assets=marking.trash(on_disk(sidecar), clips, now()).assets))  # and no file has moved
    blender.start()
    blender.open()
    blender.until(lambda: all(lies_in_trash(blender, each) for each in clips), "the trash")
    assert_agree(sidecar, clips)
    blender.kill_worker()
    emptied = marking.empty(on_disk(sidecar), clips[:1], now())
    gone = paths.clip_path(asset(on_disk(sidecar), clips[0]).path, sidecar)
    Store(sidecar).save(Project(deleted=emptied.deleted))
    blender.start()
    blender.open()
    blender.until(lambda: not gone.exists(), "its end")
    assert_agree(sidecar, clips[1:])


def test_another_blender_on_the_file_is_told(
    blender: BlenderSide, new_blender: NewBlender, clips: list[str], sidecar: Path
) -> None:
    second = new_blender(sidecar)
    second.open()
    blender.commit(marking.trash(blender.project, clips[:1], now()))
    second.until(lambda: lies_in_trash(second, clips[0]), "the trash")
    second.commit(marking.restore(second.project, clips[:1], now()))
    blender.until(lambda: not lies_in_trash(blender, clips[0]), "its old place")
    blender.until(lambda: asset(blender.project, clips[0]).trashed_at is None, "the record")
    assert_agree(sidecar, [])
    assert not [each for side in (blender, second) for each in side.all(messages.Trouble)]


def test_the_trash_spares_what_a_file_saved_into_another_folder_shows(
    blender: BlenderSide, new_blender: NewBlender, clips: list[str], sidecar: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "other" / "trailer.sessions.json"
    elsewhere.parent.mkdir()
    relocate(on_disk(sidecar), sidecar, elsewhere, move=False)
    second = new_blender(elsewhere)
    second.open()
    blender.until(lambda: trash.needed_elsewhere(sidecar, clips) == set(clips), "word of what is needed")
    blender.until_ended(*blender.generate({}))
    (new,) = {each.id for each in blender.project.assets} - set(clips)
    blender.commit(marking.trash(blender.project, [*clips, new], now()))
    blender.until(lambda: lies_in_trash(blender, new), "the trash")
    assert not any(lies_in_trash(blender, each) for each in clips)
    bin = paths.clip_path(asset(blender.project, new).path, sidecar).parent
    blender.commit(marking.empty(blender.project, [*clips, new], now()))
    blender.until(lambda: not bin.exists(), "the end of the trash")
    assert_agree(elsewhere, [])
