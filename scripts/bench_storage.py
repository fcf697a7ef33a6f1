"""What the sidecar costs at 1,000 sessions with 10,000 takes, beside bare pydantic-core and one write with fsync.

`rows()` is for scripts/bench.py; run by itself it prints them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pydantic_core import to_json

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from addon.core import lifecycle, sessions
from addon.core.models import Asset, Project, Request, Take
from addon.storage import paths, sidecar
from addon.storage.store import Store

SESSIONS, TAKES = 1_000, 10
_ROUNDS = 9


class Row(NamedTuple):
    """One measured thing: `seconds` beside those of the `yardstick`, and the ratio that is allowed at most."""

    name: str
    seconds: float
    yardstick: float
    allowed: float

    @property
    def ratio(self) -> float:
        """How many times the yardstick it took."""
        return self.seconds / self.yardstick


def rows(folder: Path) -> list[Row]:
    """Measure in `folder`, which is on the drive that is to be measured. The fastest of several rounds counts."""
    path = paths.sidecar_path(folder / "bench.blend")
    project = large_project()
    store = Store(path)
    store.save(project)
    data = path.read_bytes()
    validate = Project.__pydantic_validator__.validate_json
    load, bare_load = _side_by_side(lambda: sidecar.read(path), lambda: validate(data))
    change, bare_change = _side_by_side(lambda: _change(store), lambda: _bare_change(store.project, folder / "bare"))
    return [
        Row("load", load, bare_load, 1.5),
        Row("one durable change", change, bare_change, 2.0),
    ]


def large_project() -> Project:
    """Sessions and takes with assets of the size that real ones have."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    project = Project()
    made, listed = [], []
    for number in range(SESSIONS):
        prompt = f"Shot {number}: a lighthouse in a storm, waves against the rocks, slow push in, dramatic wide shot"
        request = Request(
            prompt=prompt,
            provider="animatic",
            model="animatic",
            duration=5,
            width=1280,
            height=720,
            fps=24,
            seed=number,
        )
        _, session, takes = sessions.generate(project, [request] * TAKES, start + timedelta(minutes=number))
        made.append(session.model_copy(update={"takes": tuple(_succeeded(take, f"{number:032x}") for take in takes)}))
        listed.append(
            Asset(
                id=f"{number:032x}",
                path=f"bench.assets/shot-{number}.mp4",
                sha256="0" * 64,
                size=1_000_000,
                created_at=start,
                changed_at=start,
                request=request,
                session_id=session.id,
                session_name=session.name,
                take_id=takes[0].id,
                take_number=1,
            )
        )
    return Project(sessions=tuple(made), assets=tuple(listed))


def _succeeded(take: Take, asset_id: str) -> Take:
    """The take as it is when its clip has arrived; one that still waits would be run by the worker."""
    take = lifecycle.running(lifecycle.submitting(take, take.created_at), take.id, take.created_at)
    return lifecycle.succeeded(take, asset_id, take.created_at)


def _change(store: Store) -> None:
    """One session gets a take, as a click on Generate does."""
    session = store.project.sessions[SESSIONS // 2]
    take = session.takes[-1].model_copy(update={"id": os.urandom(16).hex()})
    store.save(Project(sessions=(session.model_copy(update={"takes": (take,)}),)))


def _bare_change(project: Project, path: Path) -> None:
    with path.open("wb") as file:
        file.write(to_json(project))
        file.flush()
        os.fsync(file.fileno())


def _side_by_side(ours: Callable[[], object], bare: Callable[[], object]) -> tuple[float, float]:
    measured = [(_seconds(ours), _seconds(bare)) for _ in range(_ROUNDS)]
    return min(ours for ours, _ in measured), min(bare for _, bare in measured)


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        for row in rows(Path(folder)):
            print(
                f"{row.name:<20} {row.seconds * 1000:8.1f} ms  bare {row.yardstick * 1000:8.1f} ms"
                f"  {row.ratio:5.2f} × (at most {row.allowed:g})"
            )


if __name__ == "__main__":
    main()
