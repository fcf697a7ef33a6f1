"""Where a project's files are. Pure: nothing here touches the disk.

shot.blend
shot.sessions.json           the sidecar
shot.sessions.backup.json    the sidecar before its last change
shot.assets/                 clips, each with its JSON beside it (unless they go elsewhere: see `folders`)
shot.assets/trash/           those that were moved to the trash
.shot.sessions.lock          there only while the sidecar is being written
"""

from __future__ import annotations

import os
from pathlib import Path

TRASH = "trash"
"""The folder within an assets folder of the clips that were moved to the trash."""

SIDECAR = ".sessions.json"
"""How a sidecar's name ends."""


def sidecar_path(blend: Path) -> Path:
    """The sidecar of a .blend file."""
    name = blend.stem if blend.suffix.lower() == ".blend" else blend.name
    return blend.with_name(name + SIDECAR)


def assets_folder(sidecar: Path) -> Path:
    """The folder beside the sidecar: of clips that are on their way, and where they stay unless `folders` says else."""
    return _beside(sidecar, ".assets")


def backup_path(sidecar: Path) -> Path:
    """The last good sidecar before the present one."""
    return _beside(sidecar, ".sessions.backup.json")


def aside_path(sidecar: Path, word: str, number: int) -> Path:
    """Where a sidecar is put out of the way: `word` says why (damaged, replaced), `number` counts from 1."""
    return _beside(sidecar, f".sessions.{word}-{number}.json")


def lock_path(sidecar: Path) -> Path:
    """The file that is locked while a sidecar is written.

    It lies beside the sidecar, because only there every Blender on the same file meets it, on a network share too, and
    because the sidecar itself is replaced at each change: a lock on it would be a lock on the old file.
    """
    return sidecar.with_name(f".{_project_name(sidecar)}.sessions.lock")


def part_path(sidecar: Path, take_id: str) -> Path:
    """Where a take's clip arrives before it is whole: where it mostly stays, so that it only needs a rename."""
    return assets_folder(sidecar) / f".{take_id}.part"


def take_lock_path(sidecar: Path, take_id: str) -> Path:
    """The file that is locked by whoever runs a take."""
    return assets_folder(sidecar) / f".{take_id}.lock"


def asset_path(clip: Path, sidecar: Path) -> str:
    """A clip as an asset's `path`: relative to the sidecar's folder with forward slashes, absolute on another drive."""
    try:
        return Path(os.path.relpath(clip, sidecar.parent)).as_posix()
    except ValueError:  # Windows: another drive
        return clip.absolute().as_posix()


def clip_path(path: str, sidecar: Path) -> Path:
    """The clip that an asset's `path` names. The reverse of `asset_path`."""
    return Path(os.path.normpath(sidecar.parent / path))


def _beside(sidecar: Path, ending: str) -> Path:
    return sidecar.with_name(_project_name(sidecar) + ending)


def _project_name(sidecar: Path) -> str:
    return sidecar.name.removesuffix(SIDECAR)
