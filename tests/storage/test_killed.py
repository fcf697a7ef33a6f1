"""A process killed at every step of what it does to files, and in the middle of writing them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from addon.core import sessions
from addon.core.models import Project
from addon.storage import assets, document, paths
from addon.storage.relocation import relocate
from addon.storage.store import Store
from tests.core.builders import asset_of, at, generated

from .killing import every_step, killed_writing, needs_fork
from .test_relocation import assert_whole, with_clips

pytestmark = needs_fork

CLIP = Path(__file__).parent / "clips" / "plain.mp4"
BESIDE = ["film.sessions.backup.json", "film.sessions.json"]


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(entry.name for entry in folder.iterdir())


def started(folder: Path) -> Path:
    """A project with two sessions, "One" and "Two", and a backup that has only the first."""
    folder.mkdir()
    path = folder / "film.sessions.json"
    store = Store(path)
    for seconds, prompt in enumerate(("One", "Two")):
        store.save(generated(sessions.start_draft(store.project, at(seconds)), prompt, seconds)[0])
    return path


def listed(path: Path) -> list[str]:
    """The sessions that the file itself has, with no recovery to help it."""
    found = document.read(path)
    assert found is not None
    return [session.name for session in found[0].sessions]


def add(path: Path) -> None:
    """A change."""
    store = Store(path)
    store.save(generated(sessions.start_draft(store.project, at(10)), "Three", 10)[0])


def delete(path: Path) -> None:
    """A deletion."""
    store = Store(path)
    store.save(sessions.delete(store.project, store.project.sessions[0].id, at(10)))


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [(add, ["One", "Two"], ["One", "Two", "Three"]), (delete, ["One", "Two"], ["Two"])],
    ids=["a change", "a deletion"],
)
def test_killed_at_any_step_of_a_save_the_sidecar_is_the_old_or_the_new(
    tmp_path: Path, change: Callable[[Path], None], old: list[str], new: list[str]
) -> None:
    found = []

    def prepare(step: int) -> Callable[[], object]:
        path = started(tmp_path / str(step))
        return lambda: change(path)

    for step in every_step(prepare):
        path = tmp_path / str(step) / "film.sessions.json"
        found.append(listed(path))
        backup = listed(paths.backup_path(path))
        assert backup in (["One"], old, new)
        if change is delete and found[-1] == new:
            assert backup == new
        Store(path).save(Project())
        assert names(path.parent) == BESIDE
    assert found[0] == old
    assert found[-1] == new
    assert sorted(found, key=lambda state: state == new) == found
    assert len(found) > 5


def test_killed_in_the_middle_of_writing_the_sidecar_is_the_old_one(tmp_path: Path) -> None:
    path = started(tmp_path / "film")
    for size in (1, 100, 1_000):
        assert killed_writing(size, lambda: add(path))
        assert listed(path) == ["One", "Two"]
        assert [entry.stat().st_size for entry in path.parent.glob(".*.tmp")] == [size]
        Store(path).save(Project())
        assert names(path.parent) == BESIDE


def test_killed_at_any_step_of_adopting_a_clip_it_can_be_adopted_again(tmp_path: Path) -> None:
    _, session, takes = generated(Project())
    record = asset_of(session, takes[0])

    def prepare(step: int) -> Callable[[], object]:
        folder = tmp_path / str(step)
        folder.mkdir()
        shutil.copy(CLIP, folder / "take.part")
        return lambda: assets.adopt(folder / "take.part", folder / "film.assets", "clip", record)

    states = set()
    for step in every_step(prepare):
        part, folder = tmp_path / str(step) / "take.part", tmp_path / str(step) / "film.assets"
        adopted = next(iter(assets.scan(folder)), None)
        states.add((part.exists(), adopted is not None))
        assert part.exists() or adopted
        asset = assets.adopt(part, folder, "clip", record)
        assert adopted in (None, asset)
        assert assets.scan(folder) == [asset]
        assert assets.sha256(folder / "clip.mp4") == asset.sha256
        assert [name for name in names(folder) if not name.startswith(".")] == ["clip.json", "clip.mp4"]
    assert (True, False) in states
    assert (False, True) in states


def test_killed_at_any_step_of_the_first_save_one_side_is_whole_and_doing_it_again_ends_it(tmp_path: Path) -> None:
    def places(step: int) -> tuple[Path, Path]:
        folder = tmp_path / str(step)
        return folder / "scratch" / "Unsaved.sessions.json", folder / "film.sessions.json"

    projects = []

    def prepare(step: int) -> Callable[[], object]:
        source, target = places(step)
        source.parent.mkdir(parents=True)
        projects.append(with_clips(source, "one", "two"))
        return lambda: relocate(projects[-1], source, target, move=True)

    sides = set()
    for step in every_step(prepare):
        source, target = places(step)
        sides.add((source.exists(), target.exists()))
        if target.exists():
            assert_whole(Store(target).project, target)
        else:
            assert_whole(projects[-1], source)
            assert_whole(relocate(projects[-1], source, target, move=True), target)
            assert not source.parent.exists()
        assert [asset.take_number for asset in Store(target).project.assets] == [1, 1]
        clips = [name for name in names(paths.assets_folder(target)) if not name.startswith(".")]
        assert clips == ["one.json", "one.mp4", "two.json", "two.mp4"]
    assert sides == {(True, False), (True, True), (False, True)}
