"""Adopts files: each becomes a take of a session, with what can be found out about how it was made.

A file is copied under a temporary name, named, and written into the sidecar. Stopped at any point, nothing half done is
left; done again, what was adopted before is found by its bytes and taken as it is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ..core import adopting as use_case
from ..core import merging
from ..core.errors import Problem, SessionsError, StorageError
from ..core.models import Asset, Project
from ..core.naming import clip_stem
from ..core.provenance import Found
from ..core.wording import Text, say
from ..storage import adopting, assets, files, folders, paths
from . import placing, provenance
from .errands import Adopt, Adopted, Adoptee, Adoption
from .project import OpenProject

log = logging.getLogger(__name__)

_TELL_SECONDS = 0.2
_TOLD_ONE_BY_ONE = 3

Check = Callable[[], None]
Say = Callable[[Text, float | None], None]


def adopt(order: Adopt, project: OpenProject, check: Check, say_so: Say) -> Adopted:
    """Carry out an order. `check` raises when it is not wanted any more: the files before that are adopted then.

    What is wrong with one file does not keep the others from becoming takes.
    """
    done: list[Adoption] = []
    said: list[Text] = []
    problems: list[Problem] = []
    with _progress(order, check, say_so) as report:
        for each in order.files:
            check()
            try:
                asset, sentences = _adopt(each, order.session_id, project, report)
            except SessionsError as error:
                log.warning("%s: %s", each.file, error)
                problems.append(error.problem)
                done.append(Adoption(file=each.file, problem=error.problem))
            else:
                said += sentences
                done.append(Adoption(file=each.file, asset_id=asset.id))
    adopted = len(done) - len(problems)
    if adopted > _TOLD_ONE_BY_ONE:
        said = [say("{count:,} files are takes now.", count=adopted)]
    said += [problem.whole for problem in problems[:_TOLD_ONE_BY_ONE]]
    if len(problems) > _TOLD_ONE_BY_ONE:
        said.append(say("{count:,} files are not: see the worker’s log.", count=len(problems)))
    return Adopted(
        path=project.path,
        order_id=order.order_id,
        files=tuple(done),
        said=tuple(said),
        problem=None if adopted else next(iter(problems), None),
    )


def _adopt(each: Adoptee, session_id: str, project: OpenProject, report: adopting.Report) -> tuple[Asset, list[Text]]:
    """The asset that a file is from now on, or was before, and what there is to say about it."""
    file = each.file
    size = adopting.size_of(file)
    sha256 = ""
    if any(asset.size == size for asset in project.project.assets):
        sha256 = adopting.hashed(file, report)
        if use_case.known(project.project, sha256, size):
            asset = _taken_back(file, sha256, size, session_id, project, report)
            return asset, use_case.sentences(file.name, asset, Found(), is_new=False)
    found = provenance.of_file(file, each.strip)
    asset = _listed(file, found, session_id, project) or _copied(each, found, session_id, project, report)
    return asset, use_case.sentences(file.name, asset, found, is_new=True)


def _copied(each: Adoptee, found: Found, session_id: str, project: OpenProject, report: adopting.Report) -> Asset:
    file, request = each.file, use_case.request_of(found, each.clip)
    if not files.exists(project.path):
        project.save(Project())  # a clip without a sidecar is taken for one of a sidecar that was lost
    folder = folders.make(project.path, project.root)
    part, sha256 = adopting.copied(file, folder, report)
    now = datetime.now(UTC)
    with project.lock:
        before = project.project
        session = use_case.session_for(before, session_id, request.prompt, file.stem, now)
        take = use_case.take_for(session, request, now)
        made = found.asset.created_at if found.asset else found.created_at
        record = use_case.asset_for(session, take, made)
        record = record.model_copy(update={"sha256": sha256, "size": part.stat().st_size})
        name = clip_stem(session.name, take.number) + _extension(file)
        folder = folders.make(project.path, project.root)  # it may have been moved meanwhile
        asset = folders.listed(adopting.placed(part, folder, name, record), folder, project.path)
        after, asset = use_case.adopt(before, session, take, asset)
        try:
            _take_in(project, after)
        except StorageError:
            assets.remove(paths.clip_path(asset.path, project.path))
            raise
        return asset


def _listed(file: Path, found: Found, session_id: str, project: OpenProject) -> Asset | None:
    """The asset of a clip in the project's own folder that is not listed (any more): it needs no copy. Else None."""
    own = [folders.find(project.path, root) for root in (None, project.root)]
    if found.asset is None or not any(adopting.is_in(file, folder) for folder in own):
        return None
    with project.lock:
        before = project.project
        if found.asset.id in before.deleted or any(asset.id == found.asset.id for asset in before.assets):
            return None
        asset = found.asset.model_copy(update={"path": paths.asset_path(file, project.path)})
        listed = before.model_copy(update={"assets": (*before.assets, asset)})
        after, asset = use_case.taken_back(listed, asset, session_id, file.stem, datetime.now(UTC))
        _take_in(project, after)
        return asset


def _taken_back(
    file: Path, sha256: str, size: int, session_id: str, project: OpenProject, report: adopting.Report
) -> Asset:
    """The asset that has these bytes, out of the trash, its clip where it belongs, and in a session."""
    with project.lock:
        before = project.project
        asset = use_case.known(before, sha256, size)
        assert asset, "an asset vanished between two looks"
        after, asset = use_case.taken_back(before, asset, session_id, file.stem, datetime.now(UTC))
        _take_in(project, after)
    placing.put_right(project, [asset.id])
    asset = use_case.known(project.project, sha256, size) or asset
    clip = paths.clip_path(asset.path, project.path)
    if not files.exists(clip):
        _bring_back(file, clip, asset, project, report)
    return use_case.known(project.project, sha256, size) or asset


def _bring_back(file: Path, clip: Path, asset: Asset, project: OpenProject, report: adopting.Report) -> None:
    """The clip of an asset is gone, and `file` has its bytes: it has a clip again, where new ones go."""
    folder = folders.make(project.path, project.root)
    part, _ = adopting.copied(file, folder, report)
    with project.lock:
        folder = folders.make(project.path, project.root)
        placed = folders.listed(adopting.placed(part, folder, clip.name, asset), folder, project.path)
        project.relist({asset.id: placed.path})
        assets.drop_record(clip, asset.id)


def _extension(file: Path) -> str:
    """The file's own extension with its dot; empty if it has none that every system and program takes for one."""
    return file.suffix.lower() if file.suffix[1:].isalnum() else ""


def _take_in(project: OpenProject, after: Project) -> None:
    """Make the project what it is `after`, and tell Blender. Where it cannot be written now it is as soon as it can.

    Raises `StorageError` only if it cannot be taken in at all.
    """
    part = merging.changes(project.project, after)
    if part is None:
        return
    try:
        project.take_in(part)
    except StorageError as error:
        known = {asset.id for asset in project.project.assets}
        if any(asset.id not in known for asset in part.assets):
            raise
        project.tell_trouble(error.problem)
        project.tell_all()


@contextmanager
def _progress(order: Adopt, check: Check, say_so: Say) -> Iterator[adopting.Report]:
    total = sum(each.file.stat().st_size for each in order.files if files.exists(each.file))
    done, told = 0, 0.0

    def report(count: int) -> None:
        nonlocal done, told
        check()
        done += count
        if time.monotonic() - told >= _TELL_SECONDS:
            told = time.monotonic()
            text = say("Copying: {done:,.0f} of {total:,.0f} MB", done=min(done, total) / 1e6, total=total / 1e6)
            say_so(text, min(1.0, done / total) if total else None)

    yield report
