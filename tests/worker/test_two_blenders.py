"""Two Blenders, each with its worker, on one file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from addon.core import sessions
from addon.core.models import TakeState
from addon.worker import messages

from .blender_side import BlenderSide, leftovers, on_disk, take_on_disk
from .fake_service import FolderService

NewBlender = Callable[[Path], BlenderSide]


def test_a_take_runs_in_one_of_them_and_the_other_is_told(
    blender: BlenderSide, new_blender: NewBlender, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"hold": ["poll"]})
    blender.until_held(take_id, "poll")
    second = new_blender(sidecar)
    second.open()
    second.until(lambda: second.all(messages.Progress, take_id), "that it runs elsewhere")
    assert str(second.all(messages.Progress, take_id)[-1].said) == "Runs in another Blender"
    service.let_go(take_id, "poll")
    blender.until_ended(take_id)
    second.until_state(take_id, TakeState.SUCCEEDED)
    assert second.project.assets == blender.project.assets
    assert service.submissions(take_id) == 1
    second.close()
    blender.close()
    assert not second.all(messages.Ended)
    assert len(blender.all(messages.Ended)) == 1
    assert leftovers(sidecar) == []


def test_the_other_takes_over_when_the_first_is_gone(
    blender: BlenderSide, new_blender: NewBlender, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"hold": ["poll"]})
    blender.until_held(take_id, "poll")
    second = new_blender(sidecar)
    second.open()
    second.until(lambda: second.all(messages.Progress, take_id), "that it runs elsewhere")
    blender.kill_worker()
    service.let_go(take_id, "poll")
    second.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


def test_a_take_that_runs_elsewhere_can_only_be_ended_there(
    blender: BlenderSide, new_blender: NewBlender, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"hold": ["poll"]})
    blender.until_held(take_id, "poll")
    second = new_blender(sidecar)
    second.open()
    second.client.send(messages.Cancel(path=sidecar, take_id=take_id))
    second.until(lambda: second.all(messages.Trouble), "trouble")
    assert "another Blender" in str(second.all(messages.Trouble)[0].problem)
    service.let_go(take_id, "poll")
    blender.until_ended(take_id)
    assert blender.take(take_id).state is TakeState.SUCCEEDED


def test_both_generate_and_each_sees_everything(
    blender: BlenderSide, new_blender: NewBlender, service: FolderService, sidecar: Path
) -> None:
    second = new_blender(sidecar)
    second.open()
    mine = blender.generate({"polls": 5}, {}, prompt="A lighthouse")
    theirs = second.generate({"polls": 5}, {}, prompt="A forest")
    blender.until_ended(*mine)
    second.until_ended(*theirs)
    for side in (blender, second):
        side.until(lambda side=side: len(side.project.assets) == 4, "all four clips")
        assert {session.name for session in side.project.sessions} == {"Lighthouse", "Forest"}
        assert len(side.all(messages.Ended)) == 2
    assert all(service.submissions(take_id) == 1 for take_id in (*mine, *theirs))
    assert len(on_disk(sidecar).assets) == 4


def test_a_session_deleted_by_the_other_stays_deleted_and_its_running_take_ends_as_an_asset(
    blender: BlenderSide, new_blender: NewBlender, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"hold": ["poll"]})
    blender.until_held(take_id, "poll")
    second = new_blender(sidecar)
    second.open()
    (session,) = second.project.sessions
    second.commit(sessions.delete(second.project, session.id, datetime.now(UTC)))
    second.until_saved()
    service.let_go(take_id, "poll")
    blender.until_ended(take_id)
    for side in (blender, second):
        side.until(lambda side=side: not side.project.sessions and not side.project.detached, "the deletion")
        side.until(lambda side=side: len(side.project.assets) == 1, "the clip")
    project = on_disk(sidecar)
    assert (project.sessions, project.detached) == ((), ())
    (asset,) = project.assets
    assert (asset.session_id, asset.session_name) == (session.id, session.name)


def test_a_copy_sends_nothing_that_waits_in_the_other_blender(
    blender: BlenderSide, new_blender: NewBlender, service: FolderService, sidecar: Path, tmp_path: Path
) -> None:
    first, waits = blender.generate({"hold": ["poll"]}, {}, provider="narrow")
    blender.until_held(first, "poll")
    second = new_blender(sidecar)
    second.open()
    second.until(lambda: second.all(messages.Progress, waits), "that it runs elsewhere")
    target = tmp_path / "project" / "copy.sessions.json"
    second.client.send(messages.Relocate(path=sidecar, target=target, revision=1, move=False))
    second.until(lambda: second.all(messages.Relocated), "Relocated")
    second.path = target
    second.restart()
    second.until(lambda: take_on_disk(target, waits).state is TakeState.UNCERTAIN, "the question")
    service.let_go(first, "poll")
    blender.until_ended(first, waits)
    assert service.submissions(waits) == 1


def test_what_changed_between_blender_s_look_at_the_file_and_the_worker_s_is_told(
    blender: BlenderSide, new_blender: NewBlender, sidecar: Path
) -> None:
    blender.generate({})
    blender.until_saved()
    blender.until(lambda: blender.all(messages.Ended), "Ended")
    second = new_blender(sidecar)
    second.open()  # it has read the file; its worker is not up yet
    blender.generate({}, prompt="A forest")
    blender.until(lambda: len(blender.all(messages.Ended)) == 2, "Ended")
    second.until(lambda: second.project.sessions == blender.project.sessions, "the same sessions")
    assert second.project.assets == blender.project.assets


def test_a_project_that_blender_knows_already_is_not_told_again(
    blender: BlenderSide, new_blender: NewBlender, sidecar: Path
) -> None:
    (take_id,) = blender.generate({})
    blender.until_ended(take_id)
    second = new_blender(sidecar)
    second.open()
    second.commit(second.project)
    second.until_saved()
    assert not second.all(messages.Changed)
