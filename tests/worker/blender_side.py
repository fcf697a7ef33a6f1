"""What Blender does with a worker, without Blender: it holds the project, sends changes, takes in what it is told."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from addon.core import merging, sessions
from addon.core.models import Asset, Input, Mode, Project, Request, Take, TakeState
from addon.storage import document, paths
from addon.worker import client, messages

from .fake_service import FolderService

PROGRAM = Path(__file__).with_name("program.py")
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows SIGTERM ends a process as hard
SECONDS = 60.0
"""Longer than anything here takes on the slowest machine: only a hang comes to its end."""


class BlenderSide:
    """One Blender with one open file and its worker.

    `heard` is everything the worker said, in order. `root`: where new clips go (`storage.folders`), told with `open`.
    """

    def __init__(self, sidecar: Path, service: FolderService, log_folder: Path) -> None:
        self.path = sidecar
        self.service = service
        self.project = Project()
        self.heard: list[messages.FromWorker] = []
        self.revision = 0
        self.root: Path | None = None
        self._log_folder = log_folder
        self.start()

    def start(self) -> None:
        """Start a worker, as at Blender's start or after one died."""
        self.client = client.start(self._log_folder, [str(self.service.folder)], PROGRAM)

    def open(self) -> None:
        """Show what is on the disk, and have the worker take it up."""
        found = document.read(self.path)
        self.project = found[0] if found else Project()
        self.client.send(messages.Open(path=self.path, root=self.root, seen=found[1] if found else None))

    def commit(self, project: Project, run: list[str] | None = None) -> int:
        """Make `project` the current one and have it written; returns the revision."""
        part = merging.changes(self.project, project) or Project()
        self.project = project
        self.revision += 1
        self.client.send(messages.Save(path=self.path, revision=self.revision, part=part, run=tuple(run or ())))
        return self.revision

    def configure(self, folder: Path, **changes: Any) -> None:
        """Tell the worker what the preferences say."""
        self.client.send(messages.Configure(folder=folder, **changes))

    def generate(
        self,
        *behaviours: dict[str, Any],
        provider: str = "paid",
        prompt: str = "A lighthouse",
        inputs: tuple[Input, ...] = (),
    ) -> list[str]:
        """One click with a take for each behaviour (see `fake_service`); returns the takes' ids."""
        requests = [
            Request(
                prompt=prompt,
                provider=provider,
                model="fake",
                mode=Mode.FIRST_FRAME if inputs else Mode.TEXT,
                inputs=inputs,
                duration=2.0,
                width=320,
                height=180,
                fps=24.0,
                seed=seed,
                options=behaviour,
            )
            for seed, behaviour in enumerate(behaviours or ({},))
        ]
        project, _, takes = sessions.generate(self.project, requests, datetime.now(UTC))
        ids = [take.id for take in takes]
        self.commit(project, ids)
        return ids

    def listen(self) -> None:
        """Take in what the worker has said by now."""
        for message in self.client.receive(0.05):
            self.hear(message)

    def hear(self, message: messages.FromWorker) -> None:
        """Take in one message."""
        self.heard.append(message)
        if isinstance(message, messages.Changed | messages.Ended | messages.Relocated) and message.path == self.path:
            self.project = merging.merged(self.project, message.part)

    def until(self, done: Callable[[], object], why: str) -> None:
        """Go on listening until `done`; fails if that never comes."""
        deadline = time.monotonic() + SECONDS
        while not done():
            assert time.monotonic() < deadline, f"never came: {why}; {self.last_words()}"
            assert self.client.alive, f"the worker is gone before {why}; {self.last_words()}"
            self.client.wait(0.01)
            self.listen()

    def last_words(self) -> str:
        """What the worker said last, and the end of its log."""
        told = [f"{each.type} {getattr(each, 'text', getattr(each, 'problem', ''))}"[:300] for each in self.heard[-5:]]
        return f"heard {told}; log: {(self._log_folder / 'worker.log').read_text()[-2000:]}"

    def all(self, kind: type[Any], take_id: str | None = None) -> list[Any]:
        """Every message of a kind, of one take or of all."""
        return [
            message
            for message in self.heard
            if isinstance(message, kind) and take_id in (None, getattr(message, "take_id", None))
        ]

    def until_saved(self) -> None:
        """Wait until the last change is on the disk."""
        self.until(lambda: any(saved.revision >= self.revision for saved in self.all(messages.Saved)), "Saved")

    def until_ended(self, *take_ids: str) -> None:
        """Wait until the worker has told the end of these takes."""
        self.until(lambda: all(self.all(messages.Ended, take_id) for take_id in take_ids), "Ended")

    def until_held(self, take_id: str, point: str) -> None:
        """Wait until the worker waits at a point of the service."""
        self.until(lambda: self.service.has_reached(take_id, point), f"{point} of {take_id}")

    def until_state(self, take_id: str, state: TakeState) -> None:
        """Wait until Blender knows that a take is in this state."""
        self.until(lambda: self.take(take_id).state is state, f"{take_id} {state}")

    def take(self, take_id: str) -> Take:
        """A take as Blender knows it."""
        found = sessions.find_take(self.project, take_id)
        assert found, f"no take {take_id}"
        return found

    def kill_worker(self) -> None:
        """As the system does when memory is short. What was said before is lost with it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.client.pid, KILL)
        self.client.close()

    def restart(self) -> None:
        """Kill the worker, forget everything, open the file again with a new one."""
        self.kill_worker()
        self.heard.clear()
        self.start()
        self.open()

    def close(self) -> None:
        """End the worker as Blender's exit does."""
        for message in self.client.close():
            self.hear(message)


def on_disk(sidecar: Path) -> Project:
    """The project that the sidecar holds."""
    found = document.read(sidecar)
    assert found, f"no sidecar at {sidecar}"
    return found[0]


def take_on_disk(sidecar: Path, take_id: str) -> Take:
    """A take as the sidecar has it."""
    take = sessions.find_take(on_disk(sidecar), take_id)
    assert take, f"no take {take_id} in {sidecar}"
    return take


def clip_of(asset: Asset, sidecar: Path) -> bytes:
    """The bytes of an asset's clip."""
    return paths.clip_path(asset.path, sidecar).read_bytes()


def leftovers(sidecar: Path) -> list[str]:
    """What lies in the assets folder that is neither a clip nor its JSON."""
    folder = paths.assets_folder(sidecar)
    return sorted(entry.name for entry in folder.iterdir() if entry.name.startswith(".")) if folder.exists() else []
