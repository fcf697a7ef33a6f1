"""Clips in the assets folder, each with its JSON beside it: all that is needed to list them again without the sidecar.

A clip is adopted in two steps, each of which is whole or did not happen: its JSON, which takes the name, then the clip
itself, by a rename. A crash between the two leaves a record without a clip, which adopting again makes good; never a
clip that nobody knows.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, ValidationError

from ..core.models import SCHEMA_VERSION, Asset
from . import files
from .containers import check_video
from .failures import explained

Bring = Callable[[Path, Path], None]

_log = logging.getLogger(__name__)


class AssetFile(BaseModel):
    """What stands in `<clip>.json`."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    schema_version: int = SCHEMA_VERSION
    asset: Asset


def adopt(part: Path, folder: Path, stem: str, record: Asset) -> Asset:
    """Move the delivered file `part`, byte for byte, into the assets folder as `stem`, with a number if that is taken.

    `record` is the asset with what is known without the file; returned is the one with `path`, `sha256` and `size`. A
    take that was adopted as `stem` before keeps the asset it has. Reads the whole file. Raises `ProviderError` if it is
    not a whole video, `StorageError` if the folder cannot be written; `part` is still there then.
    """
    _make(folder)
    earlier = _earlier(folder, stem, record.take_id)
    if earlier:
        files.remove(part)
        return earlier
    container = check_video(part)
    with explained("read", part):
        files.flush_file(part)
        facts = {"size": part.stat().st_size, "sha256": sha256(part)}
    return _placed(part, folder, stem + container.extension, record.model_copy(update=facts), files.move_new)


def take_along(clip: Path, folder: Path, asset: Asset) -> Asset:
    """Let `asset`, whose file is `clip`, have its file and JSON in another assets folder too, under a name free there.

    Returns the asset as it is in that folder. Raises `StorageError`.
    """
    _make(folder)
    _earlier(folder, clip.stem, asset.take_id)
    return _placed(clip, folder, clip.name, asset, files.link_or_copy_new)


def remove(clip: Path) -> None:
    """Remove a clip and its JSON, as far as they are there and can be removed."""
    files.remove(clip)
    files.remove(json_path(clip))


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in lower-case hexadecimal. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def scan(folder: Path) -> list[Asset]:
    """The assets whose clip and JSON are in the folder, by name.

    A pair that was renamed, or whose folder was, is found too. A JSON that is damaged or has no clip is passed over.
    Empty if the folder cannot be read.
    """
    return [asset for _, asset in _records(folder) if _is_whole(asset, folder)]


def json_path(clip: Path) -> Path:
    """The JSON beside a clip."""
    return clip.with_name(clip.stem + ".json")


def _make(folder: Path) -> None:
    with explained("made", folder):
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            files.flush_folder(folder.parent)
    with suppress(OSError):
        for left in files.abandoned(folder):
            files.remove(left)


def _earlier(folder: Path, stem: str, take_id: str) -> Asset | None:
    """The asset that the take has here. A JSON that was left by a crash before its clip had come is removed."""
    for json, asset in _records(folder, stem):
        if asset.take_id == take_id:
            if _is_whole(asset, folder):
                return asset
            files.remove(json)
    return None


def _placed(source: Path, folder: Path, wanted: str, asset: Asset, bring: Bring) -> Asset:
    """`asset` with its file at `wanted` in the folder, or beside what is there already."""
    with explained("written", folder / wanted):
        for clip in _names(folder / wanted):
            placed = asset.model_copy(update={"path": f"{folder.name}/{clip.name}"})
            if _place(source, clip, placed, bring):
                files.flush_folder(folder)
                return placed
    raise AssertionError("names never end")


def _place(source: Path, clip: Path, asset: Asset, bring: Bring) -> bool:
    """Give `source` and its JSON their names. False if one of them is taken."""
    if clip.exists():
        return False
    text = AssetFile(asset=asset).model_dump_json(indent=2) + "\n"
    json = files.write_temporary(json_path(clip), text.encode())
    try:
        files.move_new(json, json_path(clip))
    except FileExistsError:
        return False
    finally:
        files.remove(json)
    try:
        files.flush_folder(clip.parent)
        bring(source, clip)
    except BaseException as error:
        files.remove(json_path(clip))
        if isinstance(error, FileExistsError):
            return False
        raise
    return True


def _records(folder: Path, stem: str = "") -> Iterator[tuple[Path, Asset]]:
    """Each JSON in the folder whose name begins with `stem`, with its asset as the folder has it now."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            _log.warning("the assets folder cannot be read: %s (%s)", folder, error)
        return
    for name in names:
        if name.endswith(".json") and name.startswith(stem) and not name.startswith("."):
            asset = _record(folder / name)
            if asset:
                yield folder / name, asset


def _record(json: Path) -> Asset | None:
    try:
        asset = AssetFile.model_validate_json(json.read_bytes()).asset
    except (OSError, ValidationError) as error:
        _log.info("passed over, not the JSON of a clip: %s (%s)", json, error)
        return None
    clip = json.with_name(PurePosixPath(asset.path).name)
    if not clip.exists():
        clip = json.with_name(json.stem + clip.suffix)
    return asset.model_copy(update={"path": f"{json.parent.name}/{clip.name}"})


def _is_whole(asset: Asset, folder: Path) -> bool:
    try:
        return (folder / PurePosixPath(asset.path).name).stat().st_size > 0
    except OSError:
        return False


def _names(clip: Path) -> Iterator[Path]:
    yield clip
    yield from (clip.with_name(f"{clip.stem} {number}{clip.suffix}") for number in count(2))
