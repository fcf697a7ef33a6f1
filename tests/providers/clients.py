"""A take brought to its end by the worker's own runner, with a project on the disk, in this process."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from addon.core import lifecycle, sessions
from addon.core.models import Mode, Project, Request, Take, TakeState
from addon.core.provider import Provider
from addon.core.wording import Text, filled
from addon.providers import secrecy
from addon.worker.jobs import Jobs
from addon.worker.messages import FromWorker, Progress
from addon.worker.pace import Pace
from addon.worker.project import OpenProject
from addon.worker.purse import Purse
from addon.worker.registry import Registry
from addon.worker.settings import Settings
from tests.worker.blender_side import on_disk, take_on_disk

SECONDS = 60.0
PACE = Pace(first=0.01, longest=0.02, polls=4, submissions=3, downloads=3)


class Studio:
    """One project and the worker's jobs. `heard`: what Blender would be told."""

    def __init__(self, folder: Path, provider: Provider, pace: Pace = PACE) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.sidecar = folder / "film.sessions.json"
        self.heard: list[FromWorker] = []
        capabilities = provider.capabilities
        find = {capabilities.id: capabilities}.get
        self.jobs = Jobs(Registry(find, lambda _name: provider), Purse(Settings()), pace)
        self._provider = provider
        self._hear: Callable[[FromWorker], None] = self.heard.append
        self._open = OpenProject(self.sidecar, lambda message: self._hear(message))

    def listen(self, hear: Callable[[FromWorker], None]) -> None:
        """Be told instead of keeping it in `heard`."""
        self._hear = hear

    def generate(self, count: int = 1) -> list[str]:
        """Send takes on their way; returns their ids."""
        model = next(
            each for each in self._provider.capabilities.models if Mode.TEXT in each.modes and not each.problem
        )
        least = (int(span.minimum) if span else 0 for span in (model.width, model.height))
        width, height = model.sizes[0] if model.sizes else least
        fps = model.fps.minimum if model.fps else 0.0
        lengths = model.durations(fps)
        request = Request(
            prompt="A lighthouse in a storm",
            provider=self._provider.capabilities.id,
            model=model.id,
            duration=lengths.minimum if lengths else 0.0,
            width=width,
            height=height,
            fps=fps,
            seed=0,
        )
        project, _, takes = sessions.generate(Project(), [request] * count, datetime.now(UTC))
        self._open.save(project)
        for take in takes:
            self.jobs.take_up(self._open, take.id)
        return [take.id for take in takes]

    def take_up(self) -> list[str]:
        """Go on with what an earlier worker left, as a new one does; returns the ids of the takes."""
        takes = sessions.unfinished(self._open.project)
        for take in takes:
            self.jobs.take_up(self._open, take.id)
        return [take.id for take in takes]

    def until_at_rest(self, *take_ids: str) -> list[Take]:
        """Wait until the takes have ended or wait for a person; returns them as the disk has them."""
        deadline = time.monotonic() + SECONDS
        while any(map(self._goes_on, take_ids)) or self.jobs.is_busy(self._open):
            assert time.monotonic() < deadline, f"not at rest: {[self._open.find(each) for each in take_ids]}"
            time.sleep(0.002)
        return [take_on_disk(self.sidecar, take_id) for take_id in take_ids]

    def _goes_on(self, take_id: str) -> bool:
        take = self._open.get(take_id)
        return not (lifecycle.has_ended(take) or take.state is TakeState.UNCERTAIN)

    def look_again(self, take_id: str) -> Take:
        """As the person does, when the service is well again."""
        self.jobs.look_again(self._open, take_id)
        return self.until_at_rest(take_id)[0]

    def cancel(self, take_id: str) -> None:
        """As the person does."""
        self.jobs.cancel(self._open, take_id)

    def until(self, done: Callable[[], object]) -> None:
        """Wait for something to be so."""
        deadline = time.monotonic() + SECONDS
        while not done():
            assert time.monotonic() < deadline
            time.sleep(0.002)

    @property
    def passing(self) -> list[str]:
        """What was told on the way."""
        told = [each for each in self.heard if isinstance(each, Progress)]
        return [filled(Text(template=each.text, values=each.values)) for each in told]

    def everything(self) -> str:
        """All that was told, and every file that was written, clips as well."""
        files = [file.read_bytes().decode("latin-1") for file in self.folder.rglob("*") if file.is_file()]
        return "\n".join([*(each.model_dump_json() for each in self.heard), *files])

    @property
    def assets(self) -> list[bytes]:
        """The clips of the project."""
        found = [self.folder / asset.path for asset in on_disk(self.sidecar).assets]
        return [file.read_bytes() for file in found]


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """What the worker would have written to its log, in the form in which it writes it."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(secrecy.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
