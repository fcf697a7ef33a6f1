"""A worker killed just before every single thing that it does to a file, from the click to the clip in the folder.

What a service has accepted is never sent again by itself; what nobody can know waits for the person, whose three
choices all lead out of it; and what is counted is what may be on the bill.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from addon.core import lifecycle, sessions, spending
from addon.core.errors import SessionsError
from addon.core.models import Project, Request, Take, TakeState
from addon.storage import folders, ledger
from addon.worker import messages, problems
from addon.worker.jobs import Jobs
from addon.worker.pace import Pace
from addon.worker.project import OpenProject
from addon.worker.purse import Purse
from addon.worker.registry import Registry
from addon.worker.settings import Settings
from tests.storage.killing import every_step, needs_fork

from .blender_side import SECONDS, clip_of, leftovers, on_disk, take_on_disk
from .clips import mp4
from .fake_service import FakeProvider, FolderService, capabilities

pytestmark = needs_fork

PACE = Pace(first=0.001, longest=0.002, polls=5, submissions=4, downloads=3)
BEHAVIOUR = {"polls": 1, "poll_after": 0.001, "cost": 2.5}
ESTIMATE, COST = 1.0, 2.5


class Worker:
    """What a worker process does with one file that has one take, without the process."""

    def __init__(self, folder: Path) -> None:
        self.sidecar = folder / "film.sessions.json"
        self.user = folder / "user"
        self.service = FolderService(folder / "service")
        settings = Settings()
        settings.configure(messages.Configure(folder=self.user))
        known = {each.id: each for each in capabilities()}
        providers = Registry(known.get, lambda name: FakeProvider(name, self.service.folder))
        self.jobs = Jobs(providers, Purse(settings), PACE)
        self.project = OpenProject(self.sidecar, lambda _: None)

    @property
    def take(self) -> Take:
        (take,) = self.project.project.sessions[0].takes
        return take

    def open(self) -> None:
        """As when Blender opens the file: take up what has not ended, and wait until it needs nobody any more."""
        self.project.refresh()
        delivered = {asset.take_id: asset for asset in folders.scan(self.sidecar, None)}
        for take in sessions.unfinished(self.project.project):
            self.jobs.take_up(self.project, take.id, delivered.get(take.id))
        self.until_quiet()

    def until_quiet(self) -> None:
        deadline = time.monotonic() + SECONDS
        while lifecycle.is_running(self.take) or self.jobs.is_busy(self.project):
            assert time.monotonic() < deadline, self.take
            time.sleep(0.001)

    @property
    def spent_today(self) -> float:
        """What the ledger holds."""
        entries = ledger.Ledger(self.user / ledger.NAME).entries()
        return spending.of_day(entries, datetime.now().astimezone().date()).get("USD", 0.0)


def film(folder: Path, provider: str) -> str:
    """A file with one take that waits to be sent; returns the take's id."""
    folder.mkdir()
    request = Request(
        prompt="A fox", provider=provider, model="fake", duration=2.0, width=320, height=180, fps=24.0, seed=3,
        options=BEHAVIOUR,
    )  # fmt: skip
    project, _, (take,) = sessions.generate(Project(), [request], datetime.now(UTC))
    Worker(folder).project.save(project)
    return take.id


def look_again(worker: Worker) -> None:
    """There is no id to look for: it says so, and nothing changes. (The tests with a service's id are elsewhere.)"""
    with pytest.raises(SessionsError, match="nothing to look at"):
        worker.jobs.look_again(worker.project, worker.take.id)
    assert worker.take.state is TakeState.UNCERTAIN
    assert worker.service.submissions(worker.take.id) <= 1
    assert worker.spent_today == ESTIMATE


def send_again(worker: Worker) -> None:
    """The request leaves once more, and both count: the first may be on the bill as well."""
    before = worker.service.submissions(worker.take.id)
    worker.jobs.send_again(worker.project, worker.take.id)
    worker.until_quiet()
    assert worker.take.state is TakeState.SUCCEEDED
    assert worker.service.submissions(worker.take.id) == before + 1
    assert worker.spent_today == ESTIMATE + COST


def give_up(worker: Worker) -> None:
    """It ends, says what that means, and what may be on the bill stays counted."""
    worker.jobs.cancel(worker.project, worker.take.id)
    assert worker.take.state is TakeState.CANCELLED
    assert worker.take.problem == problems.GIVEN_UP
    assert worker.spent_today == ESTIMATE
    assert spending.may_be_billed(take_on_disk(worker.sidecar, worker.take.id))


CHOICES = (look_again, send_again, give_up)


@pytest.mark.parametrize("provider", ["paid", "unstoppable", "traceable", "free"])
def test_killed_at_any_step_a_take_is_paid_once_or_waits_for_the_person(provider: str, tmp_path: Path) -> None:
    film(tmp_path / "once", provider)
    Worker(tmp_path / "once").open()  # what is loaded when it is first needed is loaded now
    takes = []

    def prepare(step: int) -> Callable[[], object]:
        takes.append(film(tmp_path / str(step), provider))
        return lambda: Worker(tmp_path / str(step)).open()

    ends = []
    for step in every_step(prepare):
        take_id = takes[-1]
        found = take_on_disk(tmp_path / str(step) / "film.sessions.json", take_id)
        worker = Worker(tmp_path / str(step))
        if found.state is TakeState.RUNNING:
            assert found.job_id
        worker.open()
        accepted = worker.service.submissions(take_id)
        ends.append((found.state, worker.take.state, accepted))
        if worker.take.state is TakeState.UNCERTAIN:
            assert found.state is TakeState.SUBMITTING
            CHOICES[step % 3](worker)
        else:
            assert worker.take.state is TakeState.SUCCEEDED
            assert accepted == 1 or provider == "free"
            assert worker.spent_today == (0.0 if provider == "free" else COST)
        if worker.take.state is TakeState.SUCCEEDED:
            (asset,) = on_disk(worker.sidecar).assets
            assert clip_of(asset, worker.sidecar) == mp4(3)
        left = [name for name in leftovers(worker.sidecar) if not name.endswith((".tmp", ".lock"))]
        assert left == []  # no clip, whole or in part
    assert {before for before, _, _ in ends} == {
        TakeState.QUEUED, TakeState.SUBMITTING, TakeState.RUNNING, TakeState.SUCCEEDED,
    }  # fmt: skip
    asked = [accepted for _, after, accepted in ends if after is TakeState.UNCERTAIN]
    if provider in ("paid", "unstoppable"):
        assert set(asked) == {0, 1}
        assert len(asked) >= len(CHOICES)  # one step after the other: each choice was made
    else:
        assert asked == []
