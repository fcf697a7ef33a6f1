"""The trash: clips that were moved there lie in the folder `trash` within their assets folder, each with its JSON.

The sidecar says where a clip is to be: its record has `trashed_at` or has not. The files follow, whenever that is: so a
process that is killed at any point leaves a record that holds, and files that can be brought to where it wants them.

Only clips in a folder of this project are moved or deleted, and none that another project lists too (Save As makes
such): those stay where they are, and are only out of this project's lists. Projects beside each other are looked into;
one that lies in another folder leaves a hidden file in the folder whose clips it lists, `.needed-<hash>`.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from ..core.errors import StorageError
from ..core.models import Asset, Project
from . import assets, document, files, folders, paths

log = logging.getLogger(__name__)

_NEEDED = ".needed-"


def misplaced(project: Project, sidecar: Path, root: Path | None) -> list[Asset]:
    """The assets whose files are not where their records want them. Changes nothing.

    Those that another project needs where they are may be among them.
    """
    in_trash = {asset.id for folder in _trash_folders(sidecar, root) for asset in assets.scan(folder)}
    return [
        asset
        for asset in project.assets
        if is_in_trash(asset, sidecar) != (asset.trashed_at is not None)
        or (asset.trashed_at is None and asset.id in in_trash)
    ]


def put_right(asset: Asset, sidecar: Path, needed: Collection[str] = ()) -> Asset:
    """Bring an asset's file to where its record wants it; returns the asset with its path then.

    `needed` are the ids of those that another project lists (`needed_elsewhere`): they are not moved to the trash, and
    stay in it for the other when they are had back. The same object is returned if there is nothing to do, or if the
    clip is not to be found. Raises `StorageError`.
    """
    clip = paths.clip_path(asset.path, sidecar)
    home = clip.parent.parent if clip.parent.name == paths.TRASH else clip.parent
    if not folders.is_ours(home, sidecar):
        return asset
    wanted = home / paths.TRASH if asset.trashed_at else home
    if not files.exists(clip):
        found = _by_id(asset.id, (wanted, home, home / paths.TRASH))
        if found is None:
            return asset
        assets.drop_record(clip, asset.id)  # left by whoever was killed when the clip had moved
        clip = found
    if clip.parent != wanted:
        if asset.trashed_at and asset.id in needed:
            return asset
        bring = assets.take_along if asset.id in needed else assets.move
        moved = folders.listed(bring(clip, wanted, asset), wanted, sidecar)
        _drop_empty(home / paths.TRASH)
        return moved
    path = paths.asset_path(clip, sidecar)
    return asset if path == asset.path else asset.model_copy(update={"path": path})


def delete(gone: Iterable[Asset], sidecar: Path, needed: Collection[str]) -> None:
    """Delete the clips of assets that were in the trash when it was emptied, with their JSON, as far as that can be."""
    for asset in gone:
        clip = paths.clip_path(asset.path, sidecar)
        home = clip.parent.parent if clip.parent.name == paths.TRASH else clip.parent
        if asset.id in needed or not folders.is_ours(home, sidecar):
            continue
        found = _by_id(asset.id, (home / paths.TRASH, home))
        if found is not None:
            assets.remove(found)
        _drop_empty(home / paths.TRASH)


def left_behind(project: Project, sidecar: Path, root: Path | None) -> list[Asset]:
    """The assets in the trash's folder that were given up: whoever was to delete them was killed before."""
    return [
        folders.listed(asset, folder, sidecar)
        for folder in _trash_folders(sidecar, root)
        for asset in assets.scan(folder)
        if asset.id in project.deleted
    ]


def needed_elsewhere(sidecar: Path, wanted: Iterable[str], root: Path | None = None) -> set[str]:
    """Which of the assets with the ids `wanted` another project lists, as far as that can be known.

    Of one that cannot be read as a sidecar it is enough that an id stands in it; one on a drive that is not there needs
    all of them.
    """
    left = set(wanted)
    needed: set[str] = set()
    try:
        others = dict.fromkeys((*sidecar.parent.glob(f"*{paths.SIDECAR}"), *_needing(sidecar, root))) if left else {}
        others = {file: None for file in others if not files.is_same(file, sidecar)}
    except OSError:
        return left
    for other in others:
        try:
            found = document.read(other)
            needed |= left & {asset.id for asset in found[0].assets} if found else set()
        except StorageError:
            needed |= _named_in(other, left)
        if not other.parent.is_dir():
            return left
    return needed


def note_need(project: Project, sidecar: Path) -> None:
    """Leave word in the folders of other projects (see `folders`) that this one lists clips which lie there.

    Those beside the sidecar need none.
    """
    for lies in {asset.path.rpartition("/")[0] for asset in project.assets}:
        folder = paths.clip_path(lies, sidecar)
        home = folder.parent if folder.name == paths.TRASH else folder
        if home.parent == sidecar.parent or not home.is_dir() or not folders.is_anothers(home, sidecar):
            continue
        path = paths.asset_path(sidecar, home / _NEEDED)
        mark = home / f"{_NEEDED}{hashlib.sha256(path.encode()).hexdigest()[:12]}"
        if files.exists(mark):
            continue
        try:
            files.replace(files.write_temporary(mark, path.encode()), mark)
        except OSError as error:
            log.info("%s cannot be told of %s: %s", home, sidecar, error)


def _needing(sidecar: Path, root: Path | None) -> Iterator[Path]:
    """The sidecars elsewhere that have left word in the folders of this project."""
    for home in _homes(sidecar, root):
        for mark in home.glob(f"{_NEEDED}*"):
            with suppress(OSError, ValueError):
                yield paths.clip_path(mark.read_text("utf-8"), mark)


def _named_in(file: Path, ids: set[str]) -> set[str]:
    try:
        data = file.read_bytes()
    except OSError:
        return ids
    return {each for each in ids if each.encode() in data}


def _trash_folders(sidecar: Path, root: Path | None) -> list[Path]:
    return [home / paths.TRASH for home in _homes(sidecar, root) if (home / paths.TRASH).is_dir()]


def _homes(sidecar: Path, root: Path | None) -> Iterable[Path]:
    """The folders of a project's clips: beside its sidecar, and in the root."""
    return dict.fromkeys(folder for folder in (folders.find(sidecar, None), folders.find(sidecar, root)) if folder)


def is_in_trash(asset: Asset, sidecar: Path) -> bool:
    """Whether an asset's path leads into a trash of this project."""
    if f"/{paths.TRASH}/" not in asset.path:  # most are not, and there may be very many
        return False
    clip = paths.clip_path(asset.path, sidecar)
    return clip.parent.name == paths.TRASH and folders.is_ours(clip.parent.parent, sidecar)


def _by_id(asset_id: str, places: Iterable[Path]) -> Path | None:
    """The clip of an asset, by what the JSON beside it says."""
    for folder in places:
        for asset in assets.scan(folder):
            if asset.id == asset_id:
                return folder.parent / asset.path
    return None


def _drop_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
