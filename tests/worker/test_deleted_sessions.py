"""A session deleted while its takes are on their way: they end as assets, and it does not come back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from addon.core import sessions
from addon.core.models import TakeState
from addon.worker import messages

from .blender_side import BlenderSide, clip_of, leftovers, on_disk
from .clips import mp4
from .fake_service import FolderService

_BEFORE = frozenset({TakeState.QUEUED, TakeState.SUBMITTING})


def delete(blender: BlenderSide) -> tuple[str, str]:
    """Delete the one session; its id and name."""
    (session,) = blender.project.sessions
    blender.commit(sessions.delete(blender.project, session.id, datetime.now(UTC)))
    return session.id, session.name


@pytest.mark.parametrize("point", ["submit", "accepted", "poll", "download", "half"])
@pytest.mark.parametrize("killed", [False, True])
def test_its_take_ends_as_an_asset_wherever_it_was(
    point: str, killed: bool, blender: BlenderSide, service: FolderService, sidecar: Path
) -> None:
    (take_id,) = blender.generate({"hold": [point]}, provider="free")
    blender.until_held(take_id, point)
    session_id, name = delete(blender)
    blender.until_saved()
    if killed:
        service.let_go(take_id, point)
        blender.restart()
    service.let_go(take_id, point)
    blender.until_ended(take_id)
    project = on_disk(sidecar)
    assert project == blender.project
    assert (project.sessions, project.detached) == ((), ())
    assert set(project.deleted) == {session_id, take_id}
    (asset,) = project.assets
    assert (asset.session_id, asset.session_name, asset.take_id) == (session_id, name, take_id)
    assert clip_of(asset, sidecar) == mp4(0)
    blender.close()
    assert leftovers(sidecar) == []


def test_its_take_that_waits_its_turn_is_still_made(blender: BlenderSide, service: FolderService) -> None:
    first, second = blender.generate({"hold": ["poll"]}, {}, provider="narrow")
    blender.until_held(first, "poll")
    delete(blender)
    service.let_go(first, "poll")
    blender.until_ended(first, second)
    assert {asset.take_id for asset in on_disk(blender.path).assets} == {first, second}
    assert on_disk(blender.path).detached == ()


@pytest.mark.parametrize("behaviour", [{"end": "failed"}, {"polls": 1_000_000}])
def test_its_take_that_comes_to_nothing_leaves_nothing(
    behaviour: dict[str, object], blender: BlenderSide, sidecar: Path
) -> None:
    (take_id,) = blender.generate({**behaviour, "hold": ["submit"]})
    blender.until_held(take_id, "submit")
    session_id, _ = delete(blender)
    blender.service.let_go(take_id, "submit")
    if "polls" in behaviour:
        blender.until_state(take_id, TakeState.RUNNING)
        blender.client.send(messages.Cancel(path=sidecar, take_id=take_id))
    blender.until_ended(take_id)
    project = on_disk(sidecar)
    assert (project.sessions, project.detached, project.assets) == ((), (), ())
    assert session_id in project.deleted
    assert blender.project == project


def test_deleting_it_in_the_moment_its_take_ends_loses_neither(blender: BlenderSide, sidecar: Path) -> None:
    for round_number in range(12):
        (take_id,) = blender.generate({"polls": round_number % 4, "poll_after": 0.001}, prompt=f"Shot {round_number}")
        blender.until(
            lambda take_id=take_id: blender.take(take_id).state not in _BEFORE, "the take runs, or has ended already"
        )
        for session in blender.project.sessions:
            blender.commit(sessions.delete(blender.project, session.id, datetime.now(UTC)))
        blender.until_ended(take_id)
        blender.until_saved()
    project = on_disk(sidecar)
    assert (project.sessions, project.detached) == ((), ())
    assert len(project.assets) == 12
    assert blender.project == project
