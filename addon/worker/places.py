"""Where a take that runs is written down and told of: in its own project, and in copies made of that meanwhile."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ..core import lifecycle
from ..core.models import Asset, Take, TakeState
from ..core.wording import Value, Words
from ..storage import paths
from . import delivery
from .project import OpenProject, Step


class Places:
    """The projects of one take, its own one first."""

    def __init__(self, project: OpenProject, take_id: str) -> None:
        self.all = [project]
        self._take_id = take_id

    @property
    def first(self) -> OpenProject:
        """The one that the take runs in."""
        return self.all[0]

    def follow(self, project: OpenProject) -> None:
        """Write to `project` too, a copy. From any thread."""
        self.all.append(project)
        project.settle(self._take_id, _as_copy)

    def report(self, text: Words, fraction: float | None = None, /, **values: Value) -> None:
        """Tell Blender how far the take is. `text` is a template for `values`."""
        for project in self.all:
            project.report(self._take_id, text, fraction, **values)

    def settle(self, step: Step) -> None:
        """Write a change that nothing is waiting for."""
        for project in self.all:
            project.settle(self._take_id, step)

    def copy(self, take: Take) -> None:
        """Let the copies know what was written in the first one."""
        for project in self.all[1:]:
            project.settle(self._take_id, lambda _, now: _as_copy(take, now))

    def end(self, step: Step) -> None:
        """Bring the take to an end without a clip."""
        for project in self.all:
            project.end(self._take_id, step)
            delivery.tidy(project.path, self._take_id)

    def share(self, asset: Asset, clip: Path, succeeded: Step) -> None:
        """End the copies with the `clip` that the first one has as `asset`."""
        for project in self.all[1:]:
            project.end(
                self._take_id, succeeded, asset.model_copy(update={"path": paths.asset_path(clip, project.path)})
            )


def _as_copy(take: Take, now: datetime) -> Take:
    """The take in a copy of the project. One that waits is *submitting* there: both files would send it."""
    return lifecycle.submitting(take, now) if take.state is TakeState.QUEUED else take
