"""A service that can be asked what became of a submission: nothing is sent twice, and nobody has to look there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from addon.core.models import Take, TakeState
from addon.worker import messages

from .blender_side import BlenderSide, leftovers, take_on_disk
from .fake_service import FolderService


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """The folder of what is the user's."""
    return tmp_path / "user"


def killed(blender: BlenderSide, service: FolderService, point: str) -> str:
    """A take that was submitting when its worker was killed at `point`."""
    (take_id,) = blender.generate({"hold": [point]}, provider="traceable")
    blender.until_held(take_id, point)
    blender.kill_worker()
    assert take_on_disk(blender.path, take_id).state is TakeState.SUBMITTING
    service.let_go(take_id, point)
    return take_id


def reopened(blender: BlenderSide, user: Path | None) -> None:
    blender.heard.clear()
    blender.start()
    if user:
        blender.configure(user)
    blender.open()


def problem(take: Take) -> str:
    assert take.problem
    return str(take.problem)


def test_a_take_that_was_accepted_before_the_worker_died_goes_on(
    blender: BlenderSide, service: FolderService, user: Path, sidecar: Path
) -> None:
    blender.configure(user)
    take_id = killed(blender, service, "accepted")
    reopened(blender, user)
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1
    blender.close()
    assert leftovers(sidecar) == []


def test_a_take_that_had_not_arrived_is_sent_by_whoever_had_sent_it(
    blender: BlenderSide, service: FolderService, user: Path, sidecar: Path
) -> None:
    blender.configure(user)
    take_id = killed(blender, service, "submit")
    reopened(blender, user)
    blender.until_ended(take_id)
    assert take_on_disk(sidecar, take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


def test_a_take_that_somebody_else_may_send_is_not_sent_from_here(
    blender: BlenderSide, service: FolderService, user: Path, sidecar: Path
) -> None:
    blender.configure(user)
    take_id = killed(blender, service, "submit")
    reopened(blender, user.with_name("of another user"))
    blender.until_state(take_id, TakeState.UNCERTAIN)
    assert "has no such take" in problem(blender.take(take_id))
    assert service.submissions(take_id) == 0


def test_a_copy_of_the_file_does_not_send_what_the_original_was_sending(
    blender: BlenderSide,
    new_blender: Callable[[Path], BlenderSide],
    service: FolderService,
    user: Path,
    sidecar: Path,
) -> None:
    blender.configure(user)
    take_id = killed(blender, service, "submit")
    copy = sidecar.with_name("copy.sessions.json")
    copy.write_bytes(sidecar.read_bytes())
    other = new_blender(copy)
    other.configure(user)
    other.open()
    other.until_state(take_id, TakeState.UNCERTAIN)
    assert service.submissions(take_id) == 0
    reopened(blender, user)
    blender.until_ended(take_id)
    other.client.send(messages.Decide(path=copy, take_id=take_id, choice="look_again"))
    other.until_ended(take_id)
    assert other.take(take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


def test_a_lost_answer_is_found_again(blender: BlenderSide, service: FolderService, user: Path) -> None:
    blender.configure(user)
    (take_id,) = blender.generate({"submit": "uncertain once"}, provider="traceable")
    blender.until_ended(take_id)
    assert blender.take(take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


def test_a_lost_request_is_sent_again(blender: BlenderSide, service: FolderService, user: Path) -> None:
    blender.configure(user)
    (take_id,) = blender.generate({"submit": "lost once"}, provider="traceable")
    blender.until_ended(take_id)
    assert blender.take(take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


@pytest.mark.parametrize("broken", ["service", "key", "mistake"])
def test_a_service_that_cannot_be_asked_leaves_it_to_the_person(
    broken: str, blender: BlenderSide, service: FolderService, user: Path
) -> None:
    blender.configure(user)
    (take_id,) = blender.generate({"submit": "uncertain once", "broken": {"find": broken}}, provider="traceable")
    blender.until_state(take_id, TakeState.UNCERTAIN)
    assert "ook again" in problem(blender.take(take_id))
    assert service.submissions(take_id) == 1


def test_looking_again_asks_the_service_again(blender: BlenderSide, service: FolderService, user: Path) -> None:
    blender.configure(user)
    behaviour = {"submit": "uncertain once", "errors": {"find": 4}}
    (take_id,) = blender.generate(behaviour, provider="traceable")
    blender.until_state(take_id, TakeState.UNCERTAIN)
    assert blender.take(take_id).job_id is None
    blender.client.send(messages.Decide(path=blender.path, take_id=take_id, choice="look_again"))
    blender.until_ended(take_id)
    assert blender.take(take_id).state is TakeState.SUCCEEDED
    assert service.submissions(take_id) == 1


def test_a_mistake_while_it_is_sent_leaves_open_whether_it_arrived(
    blender: BlenderSide, service: FolderService
) -> None:
    (take_id,) = blender.generate({"submit": "mistake"})
    blender.until_state(take_id, TakeState.UNCERTAIN)
    assert "may or may not have reached" in problem(blender.take(take_id))
    (free,) = blender.generate({"submit": "mistake"}, provider="free")
    blender.until_ended(free)
    assert blender.take(free).state is TakeState.FAILED


def test_the_pause_after_an_error_is_not_shorter_than_the_service_asks_for(
    blender: BlenderSide, service: FolderService
) -> None:
    (take_id,) = blender.generate({"errors": {"poll": 1}, "wait": 0.7})
    blender.until_ended(take_id)
    first, second, *_ = map(float, (service.folder / f"polled-{take_id}").read_text().split())
    assert second - first >= 0.65  # the longest pause of the test's own pace is 0.125
