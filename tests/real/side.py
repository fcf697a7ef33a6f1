"""What Blender does with a worker, done by hand with the installed package: its client, its worker, its adapters."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

SECONDS = 180.0
"""Longer than the server takes for all the takes of a test on a busy machine: only a hang comes to its end."""

CLIP = {"width": 112, "height": 64, "duration": 1.0, "fps": 16.0}
"""What the tiny model makes in about a second."""


class Side:
    """A project, the worker that was started for it, and what it said. `address`: of the video server."""

    def __init__(self, installed: Callable[[str], ModuleType], folder: Path, address: str) -> None:
        self._modules = {
            name.rpartition(".")[2]: installed(name)
            for name in ("core.merging", "core.models", "core.sessions", "storage.document", "worker.messages")
        }
        self._client = installed("worker.client")
        self._folder = folder
        self._address = address
        self.path = folder / "project" / "film.sessions.json"
        self.path.parent.mkdir(parents=True)
        self.start()

    def start(self) -> None:
        """Start a worker, tell it where the server is, and have it take up the project, as Blender does."""
        models, document, messages = (self._modules[name] for name in ("models", "document", "messages"))
        self.heard: list[Any] = []
        self.worker = self._client.start(self._folder / "log", [sys.executable])
        # Online access is off: this machine is not beyond this machine.
        self.worker.send(
            messages.Configure(online=False, accounts={"videos": self._address}, folder=self._folder / "user")
        )
        found = document.read(self.path)
        self.project = found[0] if found else models.Project()
        self.worker.send(messages.Open(path=self.path, seen=found[1] if found else None))

    def test_connection(self) -> Any:
        """What the button of that name does; returns the worker's answer."""
        self.worker.send(self._modules["messages"].Inquire(provider="videos"))
        self.until(lambda: self.said("inquired"), "the server was asked")
        return self.said("inquired")[-1]

    def generate(self, model: str, count: int = 1, **changes: Any) -> list[str]:
        """One click with `count` takes, with seeds from 1; returns their ids."""
        options = {"num_inference_steps": changes.pop("steps", 4), "generator_device": "cpu"}
        common = {"prompt": "A red fox in the snow", "provider": "videos", "model": model, "options": options}
        requests = [
            self._modules["models"].Request(**common, **{**CLIP, **changes}, seed=seed) for seed in range(1, count + 1)
        ]
        project, _, takes = self._modules["sessions"].generate(self.project, requests, datetime.now(UTC))
        part = self._modules["merging"].changes(self.project, project)
        self.project = project
        ids = [take.id for take in takes]
        self.worker.send(self._modules["messages"].Save(path=self.path, revision=1, part=part, run=tuple(ids)))
        return ids

    def cancel(self, take_id: str) -> None:
        """What Cancel does."""
        self.worker.send(self._modules["messages"].Cancel(path=self.path, take_id=take_id))

    def take(self, take_id: str) -> Any:
        """A take as it is known here."""
        return self._modules["sessions"].find_take(self.project, take_id)

    def take_on_disk(self, take_id: str) -> Any:
        """A take as the sidecar has it."""
        return self._modules["sessions"].find_take(self._modules["document"].read(self.path)[0], take_id)

    def clips(self) -> list[Path]:
        """The files of the assets."""
        return [self.path.parent / asset.path for asset in self.project.assets]

    def said(self, kind: str, take_id: str | None = None) -> list[Any]:
        """What the worker has said of a kind, of one take or of all."""
        fitting = [each for each in self.heard if each.type == kind]
        return [each for each in fitting if take_id in (None, getattr(each, "take_id", None))]

    def until(self, done: Callable[[], object], what: str) -> None:
        """Listen until `done`; fails if that never comes."""
        deadline = time.monotonic() + SECONDS
        while not done():
            assert time.monotonic() < deadline, f"it never came so far that {what}: {self.last_words()}"
            assert self.worker.alive, f"the worker is gone before {what}: {self.last_words()}"
            self.worker.wait(0.1)
            for message in self.worker.receive(0.05):
                self.heard.append(message)
                if message.type in ("changed", "ended"):
                    self.project = self._modules["merging"].merged(self.project, message.part)

    def until_ended(self, *take_ids: str) -> None:
        """Listen until these takes have ended."""
        self.until(lambda: all(self.said("ended", each) for each in take_ids), "the takes have ended")

    def until_accepted(self, *take_ids: str) -> None:
        """Listen until the server's ids of these takes are known."""
        self.until(lambda: all(self.take(each).job_id for each in take_ids), "the takes are accepted")

    def kill(self) -> None:
        """End the worker as the system does when memory is short."""
        os.kill(self.worker.pid, signal.SIGKILL)
        self.worker.close()

    def close(self) -> None:
        """End the worker as Blender does at its end."""
        self.worker.close()

    def last_words(self) -> str:
        """The end of the worker's log."""
        return (self._folder / "log" / "worker.log").read_text(encoding="utf-8")[-3000:]
