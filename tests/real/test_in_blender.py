"""Takes made by a real SGLang server for a Blender: from the address in the preferences to the clip on the timeline."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from tests.blender.working import strips

from .server import Server
from .side import CLIP
from .test_sglang import POST, frames


@pytest.fixture
def model(
    installed: Callable[[str], ModuleType], sglang: Server, saved_file: Path, settled: Callable[..., None]
) -> str:
    """Enter the server's address in the preferences and test the connection; the id of the model it has."""
    accounts, settings = installed("blender.accounts"), installed("blender.settings")
    setattr(settings.stored(), settings.address("videos"), sglang.address)
    accounts.ask("videos")
    settled(lambda: accounts.answer("videos").said or accounts.answer("videos").problem)
    assert accounts.answer("videos").problem is None
    (only,) = accounts.capabilities("videos").models
    return str(only.id)


@pytest.fixture
def generate(installed: Callable[[str], ModuleType], model: str) -> Callable[..., list[str]]:
    """Press Generate with these settings in the panel; returns the takes' ids at once."""
    submit = installed("blender.operators.generate").submit

    def press(count: int = 1, steps: int = 4, **changes: Any) -> list[str]:
        options = {"num_inference_steps": steps, "generator_device": "cpu"}
        given = {"prompt": "A red fox in the snow", "provider": "videos", "model": model, "match_scene": False}
        ids: list[str] = submit(bpy.context, {**given, **CLIP, "count": count, "options": options, **changes})
        return ids

    return press


@pytest.fixture
def takes(installed: Callable[[str], ModuleType]) -> Callable[[], list[Any]]:
    """The takes of the active session as the panel shows them, in the order of their numbers."""
    runtime = installed("blender.runtime")
    return lambda: sorted(runtime.current().session.takes, key=lambda take: take.number)


def clips(installed: Callable[[str], ModuleType], blend: Path) -> list[Path]:
    return [blend.parent / asset.path for asset in installed("blender.runtime").current().project.assets]


def test_four_takes_of_a_click_become_clips_and_the_first_stands_in_the_sequencer(
    installed: Callable[[str], ModuleType],
    sglang: Server,
    saved_file: Path,
    generate: Callable[..., list[str]],
    takes: Callable[[], list[Any]],
    settled: Callable[..., None],
) -> None:
    before = sglang.asked(*POST)
    bpy.context.scene.frame_set(12)
    generate(count=4)
    settled()
    assert [take.state for take in takes()] == ["succeeded"] * 4
    assert [frames(clip) for clip in clips(installed, saved_file)] == [(112, 64, 17)] * 4
    assert [strip.type for strip in strips()] == ["MOVIE"]
    assert sglang.asked(*POST) - before == 4


def test_a_cancelled_take_brings_its_clip_because_the_server_cannot_stop(
    installed: Callable[[str], ModuleType],
    sglang: Server,
    saved_file: Path,
    generate: Callable[..., list[str]],
    takes: Callable[[], list[Any]],
    settled: Callable[..., None],
) -> None:
    before = sglang.asked(*POST)
    (take_id,) = generate(steps=40)
    settled(lambda: takes()[0].job_id)
    bpy.ops.sessions.cancel(take_id=take_id)
    settled()
    assert takes()[0].state == "succeeded"
    assert len(clips(installed, saved_file)) == 1
    assert sglang.asked("DELETE", "/v1/videos") == 0
    assert sglang.asked(*POST) - before == 1


def test_blender_starts_another_worker_for_a_killed_one_and_nothing_is_sent_twice(
    installed: Callable[[str], ModuleType],
    sglang: Server,
    saved_file: Path,
    generate: Callable[..., list[str]],
    takes: Callable[[], list[Any]],
    settled: Callable[..., None],
) -> None:
    before, jobs = sglang.asked(*POST), sglang.jobs()
    generate(count=4, steps=20)
    settled(lambda: all(take.job_id for take in takes()))
    killed = installed("blender.workers").process_id()
    os.kill(killed, signal.SIGKILL)
    settled()
    assert installed("blender.workers").process_id() != killed
    assert [take.state for take in takes()] == ["succeeded"] * 4
    assert len(clips(installed, saved_file)) == 4
    assert sglang.asked(*POST) - before == 4
    assert sglang.jobs().keys() - jobs.keys() == {take.job_id for take in takes()}
