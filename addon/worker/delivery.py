"""From a job that succeeded to the clip in the assets folder. Each step can be done again, whatever came in between."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ..core.errors import Kind, Problem
from ..core.models import Asset, Take, new_id
from ..core.naming import clip_stem
from ..core.provider import Provider
from ..storage import assets, containers, failures, files, paths


def ready_path(sidecar: Path, take_id: str) -> Path:
    """A clip that has arrived whole but could not be adopted yet."""
    return paths.part_path(sidecar, take_id).with_suffix(".ready")


def is_ready(sidecar: Path, take_id: str) -> bool:
    """Whether the clip need not be fetched from the service any more."""
    return ready_path(sidecar, take_id).exists()


def fetch(provider: Provider, sidecar: Path, take: Take, report: Callable[[float], None]) -> Path:
    """Download the clip of a succeeded job, unless that was done before, and check it. Returns where it lies.

    Raises `ProviderError` if the service fails or delivers something else, `StorageError` if it cannot be written.
    """
    ready = ready_path(sidecar, take.id)
    if ready.exists():
        return ready
    part = paths.part_path(sidecar, take.id)
    try:
        with failures.explained("written", part):
            provider.download(take, part, report)
            containers.check_video(part)
            files.replace(part, ready)
    except BaseException:
        files.remove(part)  # it would be fetched from its beginning again, and its room may be what is missing
        raise
    return ready


def adopt(file: Path, sidecar: Path, take: Take, session_id: str, session_name: str) -> Asset:
    """Make a delivered file an asset of the project. Raises `ProviderError`, `StorageError`; the file is kept then."""
    moment = datetime.now(UTC)
    record = Asset(
        id=new_id(),
        path="",
        sha256="",
        size=0,
        created_at=moment,
        changed_at=moment,
        request=take.request,
        session_id=session_id,
        session_name=session_name,
        take_id=take.id,
        take_number=take.number,
    )
    return assets.adopt(file, paths.assets_folder(sidecar), clip_stem(session_name, take.number), record)


def moved(asset: Asset, before: Path, sidecar: Path) -> Asset:
    """The asset after its project was moved from `before` while its clip arrived there. Raises `StorageError`."""
    clip = paths.clip_path(asset.path, before)
    asset = assets.take_along(clip, paths.assets_folder(sidecar), asset)
    assets.remove(clip)
    with contextlib.suppress(OSError):
        clip.parent.rmdir()
    return asset


def tidy(sidecar: Path, take_id: str) -> None:
    """Remove what a take that has ended left in the assets folder."""
    files.remove(paths.part_path(sidecar, take_id))
    files.remove(ready_path(sidecar, take_id))


def still_there(problem: Problem) -> Problem:
    """For a clip that was made but could not be brought home."""
    first = f"{problem.remedy} Then look" if problem.kind is Kind.FILE else "Look"
    return problem.model_copy(
        update={
            "message": f"The clip was made, but it could not be fetched. {problem.message}",
            "remedy": f"{first} again: it is not made or paid for anew.",
        }
    )
