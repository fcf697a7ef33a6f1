"""From a job that succeeded to the clip in the assets folder. Each step can be done again, whatever came in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ..core.errors import Kind, Problem
from ..core.models import Asset, Take, new_id
from ..core.naming import clip_stem
from ..core.provider import Provider
from ..storage import assets, containers, failures, files, folders, paths


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


def adopt(file: Path, sidecar: Path, root: Path | None, take: Take, session_id: str, session_name: str) -> Asset:
    """Make a delivered file an asset of the project, in its folder (see `storage.folders`).

    Raises `ProviderError`, `StorageError`; the file is kept then.
    """
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
        cost=take.cost,
        slot=take.slot,
    )
    folder = folders.make(sidecar, root)
    return folders.listed(assets.adopt(file, folder, clip_stem(session_name, take.number), record), folder, sidecar)


def moved(asset: Asset, before: Path, sidecar: Path, root: Path | None) -> Asset:
    """The asset after its project was moved from `before` while its clip arrived there. Raises `StorageError`."""
    clip = paths.clip_path(asset.path, before)
    folder = folders.make(sidecar, root)
    asset = folders.listed(assets.take_along(clip, folder, asset), folder, sidecar)
    assets.remove(clip)
    folders.drop_empty(clip.parent)
    return asset


def tidy(sidecar: Path, take_id: str) -> None:
    """Remove what a take that has ended left beside the sidecar."""
    files.remove(paths.part_path(sidecar, take_id))
    files.remove(ready_path(sidecar, take_id))
    folders.drop_empty(paths.assets_folder(sidecar))


def still_there(problem: Problem) -> Problem:
    """For a clip that was made but could not be brought home."""
    about_a_file = problem.kind is Kind.FILE and problem.remedy
    return Problem(
        kind=problem.kind,
        message="The clip was made, but it could not be fetched. {why}",
        remedy="{first} Then look again: it is not made or paid for anew."
        if about_a_file
        else "Look again: it is not made or paid for anew.",
        values={"why": problem.what, "first": problem.advice},
    )
