"""Animatic behind the port that the worker knows: a process for each take, its progress, its end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .animatics import facts

Provider = Any


@pytest.fixture
def animatic(installed: Callable[[str], ModuleType]) -> ModuleType:
    return installed("providers.animatic")


@pytest.fixture
def provider(animatic: ModuleType, tmp_path: Path) -> Iterator[Provider]:
    made = animatic.Animatic((sys.executable,), tmp_path / "scratch")
    yield made
    made.close()


@pytest.fixture
def take(installed: Callable[[str], ModuleType]) -> Callable[..., Any]:
    """A take of a small request; `job_id` as the service gave it."""
    models = installed("core.models")

    def made(job_id: str | None = None, image: str = "", **settings: Any) -> Any:
        inputs = (models.Input(role=models.Role.FIRST_FRAME, path=image),) if image else ()
        request = {
            "prompt": "A lighthouse, push in",
            "provider": "animatic",
            "model": "animatic-1",
            "seed": 1,
            "duration": 0.5,
            "width": 128,
            "height": 72,
            "fps": 24.0,
            "inputs": inputs,
            **({"mode": models.Mode.FIRST_FRAME} if image else {}),
            **settings,
        }
        moment = "2026-01-01T00:00:00Z"
        return models.Take.model_validate(
            {"id": "t", "number": 3, "request": request, "created_at": moment, "changed_at": moment, "job_id": job_id}
        )

    return made


def _until(provider: Provider, take: Any, states: tuple[str, ...]) -> list[Any]:
    """Poll until the job is in one of the states; everything that was answered."""
    deadline = time.monotonic() + 120
    told = [provider.poll(take)]
    while told[-1].state not in states:
        assert time.monotonic() < deadline, told[-1]
        time.sleep(min(told[-1].poll_after, 0.05))
        told.append(provider.poll(take))
    return told


def _processes(provider: Provider) -> list[Any]:
    return [job._process for job in provider._jobs.values()]


def test_a_take_is_drawn_and_handed_over(provider: Provider, take: Callable[..., Any], tmp_path: Path) -> None:
    mine = take(provider.submit(take()))
    told = _until(provider, mine, ("succeeded", "failed"))
    assert told[-1].state == "succeeded"
    shares: list[float] = []
    provider.download(mine, tmp_path / "clip.part", shares.append)
    assert facts(tmp_path / "clip.part") == ((128, 72), 12, 24.0)
    assert shares[-1] == 1.0


def test_progress_grows_with_the_frames(provider: Provider, take: Callable[..., Any]) -> None:
    mine = take(provider.submit(take(duration=10.0)), duration=10.0)
    progress = [status.progress for status in _until(provider, mine, ("succeeded",))]
    assert progress == sorted(progress)
    assert progress[0] == 0.0
    assert any(0.0 < share < 1.0 for share in progress)
    assert progress[-1] == 1.0


def test_nothing_is_left_after_the_clip_was_handed_over(
    provider: Provider, take: Callable[..., Any], tmp_path: Path
) -> None:
    mine = take(provider.submit(take()))
    provider.download(mine, tmp_path / "clip.part", lambda share: None)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_nothing_is_left_in_the_folder_for_temporary_files(
    provider: Provider, take: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(temporary))
    mine = take(provider.submit(take()))
    provider.download(mine, tmp_path / "clip.part", lambda share: None)
    assert list(temporary.iterdir()) == []


def test_a_clip_asked_for_twice_is_the_same(provider: Provider, take: Callable[..., Any], tmp_path: Path) -> None:
    mine = take(provider.submit(take()))
    for name in ("one", "two"):
        provider.download(mine, tmp_path / name, lambda share: None)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_job_of_a_worker_that_died_is_drawn_again(
    provider: Provider, take: Callable[..., Any], tmp_path: Path
) -> None:
    mine = take("known-to-nobody")
    assert _until(provider, mine, ("succeeded", "failed"))[-1].state == "succeeded"
    provider.download(mine, tmp_path / "clip.part", lambda share: None)
    assert facts(tmp_path / "clip.part")[1] == 12


def test_cancelling_ends_the_process_and_the_job(provider: Provider, take: Callable[..., Any], tmp_path: Path) -> None:
    mine = take(provider.submit(take(duration=60.0)), duration=60.0)
    (process,) = _processes(provider)
    provider.cancel(mine)
    assert process.returncode is not None
    assert provider.poll(mine).state == "cancelled"
    assert list((tmp_path / "scratch").iterdir()) == []


def test_cancelling_one_take_leaves_the_other(provider: Provider, take: Callable[..., Any]) -> None:
    one, other = (take(provider.submit(take())) for _ in range(2))
    provider.cancel(one)
    assert _until(provider, other, ("succeeded", "failed"))[-1].state == "succeeded"


def test_closing_ends_every_process(provider: Provider, take: Callable[..., Any]) -> None:
    for _ in range(2):
        provider.submit(take(duration=60.0))
    processes = _processes(provider)
    provider.close()
    assert all(process.returncode is not None for process in processes)


def test_a_process_that_dies_fails_the_take_with_a_sentence(provider: Provider, take: Callable[..., Any]) -> None:
    mine = take(provider.submit(take(duration=60.0)))
    (process,) = _processes(provider)
    process.kill()
    status = _until(provider, mine, ("succeeded", "failed"))[-1]
    assert status.state == "failed"
    assert "ended before it was done" in str(status.problem.what)
    assert status.problem.remedy


def test_what_the_drawing_process_says_is_what_the_person_reads(
    provider: Provider, take: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "no picture.png").write_text("not a picture")
    mine = take(provider.submit(take(image=str(tmp_path / "no picture.png"))))
    status = _until(provider, mine, ("succeeded", "failed"))[-1]
    assert status.state == "failed"
    assert "no picture.png cannot be read" in str(status.problem.what)


def test_a_reference_image_that_is_not_there_is_refused_before_anything_starts(
    installed: Callable[[str], ModuleType], provider: Provider, take: Callable[..., Any], tmp_path: Path
) -> None:
    with pytest.raises(installed("core.errors").InputError, match=r"gone\.png does not exist"):
        provider.validate(take(image=str(tmp_path / "gone.png")).request)
    assert not (tmp_path / "scratch").exists()


def test_a_blender_that_cannot_be_started_is_said(
    installed: Callable[[str], ModuleType], animatic: ModuleType, take: Callable[..., Any], tmp_path: Path
) -> None:
    provider = animatic.Animatic((str(tmp_path / "no-blender"), "--background"), tmp_path / "scratch")
    with pytest.raises(installed("core.errors").ProviderError, match=r"could not start .*no-blender"):
        provider.submit(take())


def test_the_capabilities_admit_what_an_editor_cuts_with(
    installed: Callable[[str], ModuleType], animatic: ModuleType, take: Callable[..., Any]
) -> None:
    check = installed("core.checking").check_request
    for size in ((320, 180), (1280, 720), (1920, 1080), (3840, 2160), (1080, 1920)):
        for fps in (23.976, 24.0, 25.0, 29.97, 30.0, 50.0, 60.0):
            request = take(width=size[0], height=size[1], fps=fps, duration=5.0).request
            check(request, animatic.CAPABILITIES)


def test_drawing_costs_nothing(
    provider: Provider, take: Callable[..., Any], installed: Callable[[str], ModuleType]
) -> None:
    assert installed("core.pricing").estimate(take().request, provider.capabilities).amount == 0
