"""A process that changes a sidecar as a worker does: `python -m tests.storage.writer SIDECAR NAME COUNT`.

Each change is a session of its own, and a take in a session that all writers share. Its name is printed when it is
durable.
"""

from __future__ import annotations

import sys
from pathlib import Path

from addon.core.models import Project, Session, Take
from addon.storage.store import Store
from tests.core.builders import at, request

SHARED = "5" * 32


def change(name: str, number: int) -> Project:
    """The part that `name` makes with its change `number`."""
    take = Take(
        id=f"{name}-{number}", number=number + 1, request=request(), created_at=at(number), changed_at=at(number)
    )
    return Project(sessions=(session(SHARED, "Shared", take), session(f"session-{name}-{number}", name)))


def session(identity: str, name: str, *takes: Take) -> Session:
    """A session that looks the same whoever makes it."""
    return Session(
        id=identity, name=name, created_at=at(0), last_generated_at=at(0), named_at=at(0), drafted_at=at(0), takes=takes
    )


def changes_in(project: Project) -> set[str]:
    """The names of all changes that `project` has, each whole."""
    shared = {take.id for each in project.sessions if each.id == SHARED for take in each.takes}
    own = {each.id.removeprefix("session-") for each in project.sessions if each.id.startswith("session-")}
    assert shared == own
    return own


def main() -> None:
    """Write until done or killed."""
    path, name, count = sys.argv[1:]
    store = Store(Path(path))
    for number in range(int(count)):
        store.save(change(name, number))
        print(f"{name}-{number}", flush=True)


if __name__ == "__main__":
    main()
