"""Between a look at the sidecar and the claim of a take another process may have brought it further."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from addon.core import lifecycle, sessions
from addon.core.models import Project, Request, Take, TakeState
from addon.core.provider import Provider
from addon.storage.store import Store
from addon.worker import messages
from addon.worker.jobs import Jobs
from addon.worker.project import OpenProject
from addon.worker.purse import Purse
from addon.worker.registry import Registry
from addon.worker.settings import Settings

from .fake_service import capabilities

REQUEST = Request(prompt="A fox", provider="paid", model="fake", duration=1, width=64, height=64, fps=24, seed=1)


def test_a_take_that_another_process_sent_and_ended_since_we_looked_is_not_sent_again(sidecar: Path) -> None:
    now = datetime.now(UTC)
    project, session, (take,) = sessions.generate(Project(), [REQUEST], now)
    Store(sidecar).save(project)
    said: list[messages.FromWorker] = []
    ours = OpenProject(sidecar, said.append)
    assert ours.get(take.id).state is TakeState.QUEUED

    ended = _ended(take, now)
    Store(sidecar).save(Project(sessions=(session.model_copy(update={"takes": (ended,)}),)))
    asked: list[str] = []
    known = {each.id: each for each in capabilities()}
    providers = Registry(known.get, lambda name: _provider(name, asked))
    Jobs(providers, Purse(Settings())).take_up(ours, take.id)

    assert asked == []
    assert ours.get(take.id).state is TakeState.SUCCEEDED
    assert not [message for message in said if isinstance(message, messages.Ended)]


def _ended(take: Take, now: datetime) -> Take:
    take = lifecycle.submitting(take, now + timedelta(seconds=1))
    take = lifecycle.running(take, "job", now + timedelta(seconds=2))
    return lifecycle.succeeded(take, "asset", now + timedelta(seconds=3))


def _provider(name: str, asked: list[str]) -> Provider:
    asked.append(name)
    raise AssertionError("a take that has ended was about to be sent")
