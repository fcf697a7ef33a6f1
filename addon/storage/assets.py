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

from pydantic import ValidationError

from ..core.models import Asset
from ..core.records import Record
from . import files, paths
from .containers import check_video
from .failures import explained

AssetFile = Record
"""What stands in `<clip>.json`."""

Bring = Callable[[Path, Path], None]

_log = logging.getLogger(__name__)


def make(folder: Path) -> None:
    """Make an assets folder if need be; remove what was left half-written there. Raises `StorageError`."""
    if folder.name == paths.TRASH:
        make(folder.parent)
    with explained("made", folder):
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            files.flush_folder(folder.parent)
    with suppress(OSError):
        for left in files.abandoned(folder):
            files.remove(left)


def adopt(part: Path, folder: Path, stem: str, record: Asset) -> Asset:
    """Move the delivered file `part`, byte for byte, into the assets folder as `stem`, with a number if that is taken.

    `record` is the asset with what is known without the file; returned is the one with `path`, `sha256` and `size`. A
    take that was adopted as `stem` before keeps the asset it has. Reads the whole file. Raises `ProviderError` if it is
    not a whole video, `StorageError` if the folder cannot be written; `part` is still there then.
    """
    make(folder)
    earlier = _earlier(folder, stem, record.take_id)
    if earlier:
        files.remove(part)
        return earlier
    container = check_video(part)
    with explained("read", part):
        files.flush_file(part)
        facts = {"size": part.stat().st_size, "sha256": sha256(part)}
    return _placed(part, folder, stem + container.extension, record.model_copy(update=facts), files.move_new)


def place(part: Path, folder: Path, name: str, asset: Asset) -> Asset:
    """Move `part`, whose hash and size `asset` has, into the assets folder as `name`, with a number if that is taken.

    Returns the asset as it is in that folder. Raises `StorageError`; `part` is still there then.
    """
    return _placed(part, folder, name, asset, files.move_new)


def take_along(clip: Path, folder: Path, asset: Asset) -> Asset:
    """Let `asset`, whose file is `clip`, have its file and JSON in another assets folder too, under a name free there.

    Returns the asset as it is in that folder. Raises `StorageError`.
    """
    make(folder)
    _earlier(folder, clip.stem, asset.take_id)
    return _placed(clip, folder, clip.name, asset, files.link_or_copy_new)


def move(clip: Path, folder: Path, asset: Asset) -> Asset:
    """Move a clip and its JSON, which holds `asset` from then on, to another folder, under a name free there.

    On one drive that is a rename. At every moment one of the two folders has both (see `scan`); doing it again after a
    crash ends it. Returns the asset as it is in that folder. Raises `StorageError`.
    """
    make(folder)
    earlier = _earlier(folder, clip.stem, asset.take_id)
    if earlier:
        placed, there = asset.model_copy(update={"path": earlier.path}), folder / PurePosixPath(earlier.path).name
        rewrite(there, placed)
        if files.is_same(clip, there):
            files.remove(clip)
    else:
        placed = _placed(clip, folder, clip.name, asset, files.move_new, _read(json_path(clip)))
    if not files.exists(clip):
        files.remove(json_path(clip))
    return placed


def rewrite(clip: Path, asset: Asset) -> None:
    """Let the JSON beside a clip hold `asset` as it is now, and what else stands in it. Raises `StorageError`.

    Nothing is written if that is so already, or if the JSON is another's.
    """
    json = json_path(clip)
    record = _read(json)
    if record is None or record.asset.id != asset.id:
        return
    asset = asset.model_copy(update={"path": record.asset.path})
    if record.asset == asset:
        return
    with explained("written", json):
        temporary = files.write_temporary(json, _text(record, asset))
        try:
            files.replace(temporary, json)
        finally:
            files.remove(temporary)


def drop_record(clip: Path, asset_id: str) -> None:
    """Remove the JSON beside a clip that is gone, if it is of that asset."""
    record = _read(json_path(clip))
    if record and record.asset.id == asset_id and not files.exists(clip):
        files.remove(json_path(clip))


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
    return [record.asset for record in records(folder)]


def records(folder: Path, *, whole: bool = True) -> list[AssetFile]:
    """What each JSON in the folder tells, its asset's path as the folder has it now; those without a clip only if not
    `whole`.
    """
    return [record for _, record in _records(folder) if not whole or _is_whole(record.asset, folder)]


def json_path(clip: Path) -> Path:
    """The JSON beside a clip."""
    return clip.with_name(clip.stem + ".json")


def _earlier(folder: Path, stem: str, take_id: str) -> Asset | None:
    """The asset that the take has here. A JSON that was left by a crash before its clip had come is removed."""
    for json, record in _records(folder, stem):
        if record.asset.take_id == take_id:
            if _is_whole(record.asset, folder):
                return record.asset
            files.remove(json)
    return None


def _placed(
    source: Path, folder: Path, wanted: str, asset: Asset, bring: Bring, record: AssetFile | None = None
) -> Asset:
    """`asset` with its file at `wanted` in the folder, or beside what is there already.

    `record` is what its JSON held so far, None for a new one.
    """
    with explained("written", folder / wanted):
        for clip in _names(folder / wanted):
            placed = asset.model_copy(update={"path": f"{folder.name}/{clip.name}"})
            if _place(source, clip, _text(record, placed), bring):
                files.flush_folder(folder)
                return placed
    raise AssertionError("names never end")


def _place(source: Path, clip: Path, text: bytes, bring: Bring) -> bool:
    """Give `source` and its JSON, with that text, their names. False if one of them is taken."""
    if clip.exists():
        return False
    json = files.write_temporary(json_path(clip), text)
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


def _records(folder: Path, stem: str = "") -> Iterator[tuple[Path, AssetFile]]:
    """Each JSON in the folder whose name begins with `stem`, with its asset's path as the folder has it now."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            _log.warning("the assets folder cannot be read: %s (%s)", folder, error)
        return
    for name in names:
        if name.endswith(".json") and name.startswith(stem) and not name.startswith("."):
            record = _record(folder / name)
            if record:
                yield folder / name, record


def _text(record: AssetFile | None, asset: Asset) -> bytes:
    """What stands in the JSON of `asset`: what `record` had is kept."""
    record = record.model_copy(update={"asset": asset}) if record else AssetFile(asset=asset)
    return (record.model_dump_json(indent=2) + "\n").encode()


def _read(json: Path) -> AssetFile | None:
    try:
        return AssetFile.model_validate_json(json.read_bytes())
    except (OSError, ValidationError) as error:
        _log.info("passed over, not the JSON of a clip: %s (%s)", json, error)
        return None


def _record(json: Path) -> AssetFile | None:
    record = _read(json)
    if record is None:
        return None
    asset = record.asset
    clip = json.with_name(PurePosixPath(asset.path).name)
    if not clip.exists():
        clip = json.with_name(json.stem + clip.suffix)
    asset = asset.model_copy(update={"path": f"{json.parent.name}/{clip.name}"})
    return record.model_copy(update={"asset": asset})


def _is_whole(asset: Asset, folder: Path) -> bool:
    try:
        return (folder / PurePosixPath(asset.path).name).stat().st_size > 0
    except OSError:
        return False


def _names(clip: Path) -> Iterator[Path]:
    yield clip
    yield from (clip.with_name(f"{clip.stem} {number}{clip.suffix}") for number in count(2))
