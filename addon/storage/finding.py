"""Finding clips again that were moved or renamed: by their size, then by what is in them."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..core.models import Asset, Project
from . import paths

MOST_FILES = 500_000
"""So many files are looked at in one search."""

_BYTES = 4 * 1024 * 1024

Keep = Callable[[int], bool]
"""Told from time to time how many files were looked at; whether to go on."""


class Stopped(Exception):
    """The search is not wanted any more."""


@dataclass(frozen=True)
class Search:
    """What a search came to: where each clip is that was found, by the asset's id. `cut_short`: there were more files
    than are looked at in one search.
    """

    found: dict[str, Path]
    cut_short: bool = False


def missing(project: Project, sidecar: Path) -> list[Asset]:
    """The assets whose clip is not where it should be, or is another file by its size."""
    return [asset for asset in project.assets if not _is_there(asset, paths.clip_path(asset.path, sidecar))]


def search(wanted: Iterable[Asset], folders: Iterable[Path], go_on: Keep) -> Search:
    """Look for the clips of `wanted` in `folders` and all below them.

    A file is a clip if it has its size and its SHA-256, whatever it is called: one that was changed is not. Links are
    not followed; what cannot be read is passed over. Of several copies, one with the clip's own name is taken first.
    Raises `Stopped`.
    """
    by_size: dict[int, list[Asset]] = defaultdict(list)
    for asset in wanted:
        if asset.sha256 and asset.size:
            by_size[asset.size].append(asset)
    candidates, cut_short = _candidates(set(by_size), folders, go_on)
    found: dict[str, Path] = {}
    for size, files in candidates.items():
        left = {asset.id: asset for asset in by_size[size]}
        names = {Path(asset.path).name for asset in left.values()}
        for file in sorted(files, key=lambda file: (file.name not in names, os.fspath(file))):
            if not left:
                break
            digest = _sha256(file, lambda: go_on(0))
            for asset in [each for each in left.values() if each.sha256 == digest]:
                found[asset.id] = file
                del left[asset.id]
    return Search(found, cut_short)


def _candidates(sizes: set[int], folders: Iterable[Path], go_on: Keep) -> tuple[dict[int, list[Path]], bool]:
    """The files of one of these sizes, by size, and whether there were too many files to look at all of them."""
    candidates: dict[int, list[Path]] = defaultdict(list)
    seen: set[tuple[int, int] | str] = set()
    for count, entry in enumerate(_files(folders, seen, go_on), 1):
        if count > MOST_FILES:
            return candidates, True
        if count % 500 == 0:
            _check(go_on(count))
        try:
            size = entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
        if size in sizes:
            candidates[size].append(Path(entry.path))
    return candidates, False


def _files(folders: Iterable[Path], seen: set[tuple[int, int] | str], go_on: Keep) -> Iterator[os.DirEntry[str]]:
    """Every file below the folders, each folder once, near ones first."""
    waiting = [os.fspath(folder) for folder in folders]
    while waiting:
        below = []
        for folder in waiting:
            _check(go_on(0))
            try:
                status = os.stat(folder)  # noqa: PTH116 (of many)
                key: tuple[int, int] | str = (status.st_dev, status.st_ino) if status.st_ino else folder
                if key in seen:
                    continue
                seen.add(key)
                with os.scandir(folder) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError:
                continue
            for entry in listed:
                if entry.is_dir(follow_symlinks=False):
                    below.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    yield entry
        waiting = below


def _sha256(file: Path, go_on: Callable[[], bool]) -> str:
    """A file's SHA-256, empty if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as opened:
            while piece := opened.read(_BYTES):
                _check(go_on())
                digest.update(piece)
    except OSError:
        return ""
    return digest.hexdigest()


def _is_there(asset: Asset, clip: Path) -> bool:
    try:
        return clip.stat().st_size == asset.size or not asset.size
    except OSError:
        return False


def _check(wanted: bool) -> None:
    if not wanted:
        raise Stopped
