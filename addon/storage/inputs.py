"""Files that requests start from, in the folder `inputs` of a project's assets folder.

shot.assets/inputs/
    3f8a…b1.png              named by how its SHA-256 begins: equal content is there once
    3f8a…b1.json             what it is: `Facts`
    3f8a…b1 1280x720.jpg     the same made smaller for a service that takes no more, with its own JSON

A file is never changed once it is there, and what a person chose elsewhere is copied, so a take's inputs stay what they
were when it was made.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ..core.capabilities import Media
from ..core.errors import StorageError
from ..core.models import Input
from . import assets, files, folders, paths
from .failures import explained

_FOLDER = "inputs"
_NAME_LENGTH = 16


class Facts(BaseModel):
    """What an input is: `width` and `height` in pixels, `seconds` of length and frames per second.

    0 where it has none: a picture no length, a sound no size. Nor has a sound a length where Blender cannot tell it.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    sha256: str
    width: int
    height: int
    seconds: float = 0.0
    fps: float = 0.0

    @property
    def media(self) -> Media:
        """What kind of file it was taken for."""
        if not self.width:
            return Media.AUDIO
        return Media.VIDEO if self.fps else Media.IMAGE


def beside(clips: Path) -> Path:
    """Where inputs lie in an assets folder, whether there are any or not."""
    return clips / _FOLDER


def folder(sidecar: Path, root: Path | None) -> Path:
    """The folder of a project's inputs, made if need be. Raises `StorageError`."""
    found = beside(folders.make(sidecar, root))
    with explained("made", found):
        found.mkdir(parents=True, exist_ok=True)
    for left in files.abandoned(found):
        files.remove(left)
    return found


def sha256(file: Path) -> str:
    """The SHA-256 of a file's bytes, in lower-case hexadecimal. Raises `StorageError`."""
    with explained("read", file):
        return assets.sha256(file)


def keep(file: Path, folder: Path, facts: Facts, variant: str = "") -> Path:
    """Copy a file into the folder, whole or not at all, with its facts; returns its path there.

    `facts.sha256` is the file's own; for a `variant`, a file made from another one, it is that of the original. The
    same content, or variant, that is there already stays. Raises `StorageError`.
    """
    target = folder / (_stem(facts.sha256, variant) + file.suffix.lower())
    if not _is_whole(target):
        files.remove(target)  # an empty one, which a drive may leave after a power cut
        with explained("written", target), contextlib.suppress(FileExistsError):
            files.copy_new(file, target)
            files.flush_folder(folder)
    record = _facts_path(target)
    if not record.exists():
        with explained("written", record):
            files.replace(files.write_temporary(record, facts.model_dump_json(indent=2).encode() + b"\n"), record)
    return target


def find(folder: Path, sha256: str, variant: str = "") -> tuple[Path, Facts] | None:
    """An input and its facts by the SHA-256 of the original, None if it is not there whole."""
    record = folder / f"{_stem(sha256, variant)}.json"
    try:
        facts = Facts.model_validate_json(record.read_bytes())
    except (OSError, ValidationError):
        return None
    if facts.sha256 != sha256:
        return None
    found = (file for file in sorted(folder.glob(f"{record.stem}.*")) if file.suffix != ".json" and _is_whole(file))
    file = next(found, None)
    return (file, facts) if file else None


def resolve(entry: Input, folder: Path) -> Path:
    """Where an input's file is now: where it was, else in the folder by its hash. Raises `StorageError`.

    After Save As it may lie with the project that it was taken for: the folders of the projects beside this one are
    looked into too.
    """
    if Path(entry.path).is_file():
        return Path(entry.path)
    if entry.sha256:
        for place in (folder, *sorted(folder.parent.parent.glob(f"*.assets/{_FOLDER}"))):
            found = find(place, entry.sha256)
            if found:
                return found[0]
    raise StorageError("The input {file} is not there (any more).", "Choose it again, or another one.", file=entry.path)


def locate(entry: Input, sidecar: Path, root: Path | None) -> Path:
    """As `resolve`, for the project at `sidecar`, whose folder need not be there. Raises `StorageError`."""
    return resolve(entry, beside(folders.find(sidecar, root) or paths.assets_folder(sidecar)))


def take_along(source: Path, folder: Path, brought: list[Path]) -> None:
    """Let all that is in the folder of inputs `source` be in another one too. Raises `StorageError`.

    Noted in `brought` as it comes; what is there already stays. Nothing needs to be told: inputs are found by hash.
    """
    for file in _files(source):
        target = folder / file.name
        if not _is_whole(target):
            files.remove(target)
            with explained("written", target), contextlib.suppress(FileExistsError):
                files.link_or_copy_new(file, target)
                brought.append(target)
    with explained("written", folder):
        files.flush_folder(folder)


def remove(folder: Path, keep: frozenset[str] = frozenset()) -> None:
    """Remove a folder of inputs, except for those whose SHA-256 are in `keep`."""
    kept = {_stem(sha256, "") for sha256 in keep}
    for file in _files(folder):
        if file.stem.partition(" ")[0] not in kept:
            files.remove(file)
    with contextlib.suppress(OSError):
        folder.rmdir()


def limits_name(pixels: tuple[int, int], size: int) -> str:
    """The name of a variant that keeps to limits: pixels across and down, bytes (0: any)."""
    return f"{pixels[0]}x{pixels[1]} {size}B" if any(pixels) or size else "converted"


def _stem(sha256: str, variant: str) -> str:
    return f"{sha256[:_NAME_LENGTH]} {variant}" if variant else sha256[:_NAME_LENGTH]


def _files(folder: Path) -> list[Path]:
    """What is in the folder, but nothing that is being written."""
    try:
        return sorted(file for file in folder.iterdir() if not file.name.startswith("."))
    except OSError:
        return []


def _facts_path(file: Path) -> Path:
    return file.with_name(f"{file.stem}.json")


def _is_whole(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except OSError:
        return False
