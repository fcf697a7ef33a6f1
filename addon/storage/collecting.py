"""A project with all its files in one new folder, which opens on another machine.

shot.blend
shot.sessions.json
shot.assets/            clips, each with its JSON; `inputs` with what their requests start from
media/                  whatever else the .blend shows

It is put together under another name beside its place and renamed at the end: it is there whole, or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath

from ..core import lifecycle
from ..core.errors import StorageError
from ..core.models import Asset, Draft, Input, Project, Request, Session, new_id
from ..core.records import wanted
from . import document, files, folders, inputs, paths, records
from .document import Lines
from .failures import explained
from .inputs import Facts

MEDIA = "media"
"""The folder of what the .blend shows and is no clip of the project."""

_BYTES = 4 * 1024 * 1024

Report = Callable[[int], None]
"""Told how many bytes were copied since the last time. It may raise to stop."""


@dataclass(frozen=True)
class Plan:
    """What is to be collected. `clips`: where each clip is, and its path within the new folder; `inputs` likewise are
    the files that requests start from, by the path that the project names. `project` is as it will be there. `missing`
    is what cannot be taken along, by the paths where it should be.
    """

    project: Project
    clips: dict[Path, tuple[Asset, str]]
    inputs: dict[str, tuple[Path, Facts]]
    missing: tuple[str, ...]


def check(target: Path) -> None:
    """Raise `StorageError` unless `target` is a folder that is not there yet, or is empty."""
    with explained("made", target):
        if not target.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    with explained("read", target):
        is_free = not target.exists() or (target.is_dir() and next(target.iterdir(), None) is None)
    if not is_free:
        raise StorageError(
            "“{name}” in {folder} is not empty.",
            "Choose a folder that is empty or not there yet; nothing is ever written over.",
            name=target.name,
            folder=str(target.parent),
        )


def plan(project: Project, sidecar: Path, root: Path | None, name: str, wanted: Iterable[str] | None) -> Plan:
    """What collecting a project takes, its sidecar to be called `<name>.sessions.json`. Reads no file whole.

    `wanted`: the ids of the assets whose clips are taken, None for all that are not in the trash; the others are not
    listed there. Takes that have not ended stay behind: they end here, and must not be sent, or paid for, twice.
    """
    ids = {asset.id for asset in project.assets if not asset.trashed_at} if wanted is None else set(wanted)
    clips: dict[Path, tuple[Asset, str]] = {}
    missing: list[str] = []
    listed: list[Asset] = []
    taken: set[str] = set()
    for asset in project.assets:
        if asset.id in ids:
            clip = paths.clip_path(asset.path, sidecar)
            file = free_name(PurePosixPath(asset.path).name, taken)
            moved = asset.model_copy(update={"path": f"{name}.assets/{file}"})
            listed.append(moved)
            clips[clip] = moved, moved.path
            if not files.exists(clip):
                missing.append(str(clip))
    sessions = tuple(_ended(session) for session in project.sessions)
    left = project.model_copy(update={"sessions": sessions, "assets": tuple(listed), "detached": ()})
    found, gone = _inputs(left, folders.find(sidecar, root) or paths.assets_folder(sidecar))
    return Plan(left, clips, found, (*missing, *gone))


def free_name(name: str, taken: set[str]) -> str:
    """A file's name, or one beside it whose stem is not in `taken`, where it is then. On any system."""
    stem, ending = os.path.splitext(name)  # noqa: PTH122 (a name alone)
    for number in count(1):
        free = stem if number == 1 else f"{stem} {number}"
        if free.casefold() not in taken:
            taken.add(free.casefold())
            return free + ending
    raise AssertionError("names never end")


class Stage:
    """The new folder as long as it is put together. In a `with` statement: what was not finished is removed again."""

    def __init__(self, target: Path) -> None:
        """Raises `StorageError`."""
        check(target)
        self.target = target
        self.folder = target.with_name(f".{target.name[:60]}.{new_id()[:8]}")
        with explained("made", self.folder):
            self.folder.mkdir()
        self._is_finished = False

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_error: object) -> None:
        if not self._is_finished:
            shutil.rmtree(self.folder, ignore_errors=True)

    def copy(self, source: Path, name: str, report: Report, sha256: str = "") -> bool:
        """Copy a file to `name`, a path with forward slashes within the folder.

        False if it is not there or, where a `sha256` is given, is another file. Raises `StorageError`.
        """
        target = self.folder / name
        with explained("made", target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with explained("written", target):
            try:
                original = source.open("rb")
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError):
                return False
            with original, target.open("xb") as copy:
                while piece := original.read(_BYTES):
                    copy.write(piece)
                    digest.update(piece)
                    report(len(piece))
                copy.flush()
                files.flush(copy.fileno())
            with suppress(OSError):
                shutil.copystat(source, target)
            if sha256 and digest.hexdigest() != sha256:
                files.remove(target)
                return False
        return True

    def write(self, plan: Plan, name: str) -> None:
        """Write the sidecar, the JSON of each clip that is there, and the inputs. Raises `StorageError`."""
        folder = self.folder / f"{name}.assets"
        moved: dict[str, Input] = {}
        if plan.inputs:
            with explained("made", folder):
                (folder / "inputs").mkdir(parents=True, exist_ok=True)
            for path, (file, facts) in plan.inputs.items():
                kept = inputs.keep(file, folder / "inputs", facts).relative_to(self.folder)
                moved[path] = Input(role="reference", path=str(self.target / kept), sha256=facts.sha256)
        project = _with_inputs(plan.project, moved)
        for record in wanted(project):
            clip = self.folder / record.asset.path
            if files.exists(clip):
                records.bring_up_to_date(clip, record)
        document.write(self.folder / f"{name}{paths.SIDECAR}", Lines().encoded(project))

    def finish(self) -> None:
        """Give the folder its name. Raises `StorageError`."""
        check(self.target)
        with explained("made", self.target):
            with suppress(FileNotFoundError):
                self.target.rmdir()  # an empty one
            files.flush_folder(self.folder)
            files.patiently(lambda: self.folder.rename(self.target))
            files.flush_folder(self.target.parent)
        self._is_finished = True


def _ended(session: Session) -> Session:
    return session.model_copy(update={"takes": tuple(take for take in session.takes if lifecycle.has_ended(take))})


def _inputs(project: Project, folder: Path) -> tuple[dict[str, tuple[Path, Facts]], list[str]]:
    """The inputs of a project that are there, by the path it names, and the paths of those that are not."""
    found: dict[str, tuple[Path, Facts]] = {}
    missing: dict[str, None] = {}
    for entry in _entries(project):
        if entry.path in found or entry.path in missing:
            continue
        try:
            file = inputs.resolve(entry, folder / "inputs")
            sha256 = entry.sha256 or inputs.sha256(file)
        except StorageError:
            missing[entry.path] = None
            continue
        known = inputs.find(folder / "inputs", sha256)
        found[entry.path] = file, known[1] if known else Facts(sha256=sha256, width=0, height=0)
    return found, list(missing)


def _entries(project: Project) -> Iterator[Input]:
    for request in (*(asset.request for asset in project.assets), *_requests(project.sessions)):
        yield from request.inputs
    for draft in (*(session.draft for session in project.sessions), *([project.desk.draft] if project.desk else [])):
        yield from draft.inputs


def _requests(sessions: Iterable[Session]) -> Iterator[Request]:
    return (take.request for session in sessions for take in session.takes)


def _with_inputs(project: Project, moved: dict[str, Input]) -> Project:
    """The project with each input where it is now."""
    if not moved:
        return project

    def entries(old: tuple[Input, ...]) -> tuple[Input, ...]:
        return tuple(
            each.model_copy(update={"path": new.path, "sha256": new.sha256}) if (new := moved.get(each.path)) else each
            for each in old
        )

    def request(old: Request) -> Request:
        return old.model_copy(update={"inputs": entries(old.inputs)})

    def draft(old: Draft) -> Draft:
        return old.model_copy(update={"inputs": entries(old.inputs)})

    sessions = tuple(
        session.model_copy(
            update={
                "draft": draft(session.draft),
                "takes": tuple(take.model_copy(update={"request": request(take.request)}) for take in session.takes),
            }
        )
        for session in project.sessions
    )
    listed = tuple(asset.model_copy(update={"request": request(asset.request)}) for asset in project.assets)
    desk = project.desk.model_copy(update={"draft": draft(project.desk.draft)}) if project.desk else None
    return project.model_copy(update={"sessions": sessions, "assets": listed, "desk": desk})
