"""Which folder a project's new clips go to.

Without a `root` that is `<name>.assets` beside the sidecar. With one, a folder that all projects share, it is
`<name>.assets` in there. Projects of the same name meet there, so a hidden file says whose a folder is, and who comes
second has `<name> 2.assets`. A project that was moved or renamed counts as another one: its clips stay where they are
listed, new ones go to a folder of its own. What is still on its way lies beside the sidecar in any case.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from ..core.errors import StorageError
from ..core.models import Asset, new_id
from ..core.records import Record
from . import assets, failures, files, paths

_OWNER = ".project"


def find(sidecar: Path, root: Path | None) -> Path | None:
    """The folder in which new clips of a project are put, None if it has not been made yet. Changes nothing."""
    for folder in _candidates(sidecar, root):
        if is_ours(folder, sidecar):
            return folder if folder.is_dir() else None
        if not files.exists(folder):
            return None
    raise AssertionError("names never end")


def make(sidecar: Path, root: Path | None) -> Path:
    """The folder in which new clips of a project are put, made if need be. Raises `StorageError`.

    The root itself is made too, but not the folder that it lies in: where that is missing, a drive is.
    """
    for folder in _candidates(sidecar, root):
        if folder.parent == sidecar.parent and is_ours(folder, sidecar):
            return folder  # made with its first clip
        with _explained(folder):
            if is_ours(folder, sidecar) or _claim(folder, sidecar):
                return folder
    raise AssertionError("names never end")


def check(sidecar: Path, root: Path | None) -> None:
    """Raise `StorageError` if no clip could be put into the root now. Beside the sidecar whoever writes that tells."""
    if root is not None:
        with _explained(root / paths.assets_folder(sidecar).name):
            root.mkdir(exist_ok=True)
            files.remove(files.write_temporary((find(sidecar, root) or root) / _OWNER, b""))


def drop_empty(folder: Path) -> None:
    """Remove a folder that no clip came into."""
    with suppress(OSError):
        if [entry.name for entry in os.scandir(folder)] == [_OWNER]:
            (folder / _OWNER).unlink()
        folder.rmdir()


def scan(sidecar: Path, root: Path | None) -> list[Asset]:
    """Every asset of a project that a folder tells of: the one beside its sidecar, the one in the root, their trash."""
    return [record.asset for record in records(sidecar, root)]


def records(sidecar: Path, root: Path | None, *, whole: bool = True) -> list[Record]:
    """What every JSON in those folders tells, its asset as the project lists it. `whole`: see `assets.records`."""
    found = {folder: None for folder in (find(sidecar, None), find(sidecar, root)) if folder}
    return [each for folder in found for each in records_in(folder, sidecar, whole=whole)]


def records_in(folder: Path, sidecar: Path, *, whole: bool = True) -> list[Record]:
    """What the JSONs in one assets folder and its trash tell, their assets as the project lists them."""
    return [
        each.model_copy(update={"asset": listed(each.asset, place, sidecar)})
        for place in (folder, folder / paths.TRASH)
        for each in assets.records(place, whole=whole)
    ]


def is_anothers(folder: Path, sidecar: Path) -> bool:
    """Whether a folder is another project's: marked as such, or beside another sidecar and called by its name."""
    if folder.name == paths.TRASH:
        folder = folder.parent
    if files.exists(folder / _OWNER):
        return not is_ours(folder, sidecar)
    owner = paths.sidecar_path(folder.with_name(folder.name.removesuffix(".assets")))
    return folder.name.endswith(".assets") and not files.is_same(owner, sidecar) and files.exists(owner)


def listed(asset: Asset, folder: Path, sidecar: Path) -> Asset:
    """An asset as the project lists it, from how its folder does."""
    return asset.model_copy(update={"path": paths.asset_path(folder.parent / asset.path, sidecar)})


def _candidates(sidecar: Path, root: Path | None) -> Iterator[Path]:
    beside = paths.assets_folder(sidecar)
    first = beside if root is None or files.is_same(root, sidecar.parent) else root / beside.name
    yield first
    for number in count(2):
        yield first.with_name(f"{first.name.removesuffix('.assets')} {number}.assets")


def is_ours(folder: Path, sidecar: Path) -> bool:
    """Whether a folder is this project's. One beside the sidecar needs no mark for it, but must not have another's."""
    try:
        owner = paths.clip_path((folder / _OWNER).read_text("utf-8").strip(), folder / _OWNER)
    except (OSError, ValueError):
        return folder == paths.assets_folder(sidecar)
    same_name = os.path.normcase(owner.name) == os.path.normcase(sidecar.name)
    return same_name and files.is_same(owner.parent, sidecar.parent)


def _claim(folder: Path, sidecar: Path) -> bool:
    """Make a folder this project's, unless it is somebody else's or holds something. Raises `OSError`.

    It gets its mark under another name, so that nobody ever meets it without one: takes that end together want it at
    the same time.
    """
    folder.parent.mkdir(exist_ok=True)
    marked = folder.with_name(f".{folder.name}.{new_id()}")
    marked.mkdir()
    try:
        mark = files.write_temporary(marked / _OWNER, paths.asset_path(sidecar, folder / _OWNER).encode())
        files.move_new(mark, marked / _OWNER)
        files.flush_folder(marked)
        with suppress(OSError):
            folder.rmdir()  # an empty one may be taken
        try:
            marked.rename(folder)
        except OSError:
            if not files.exists(folder):
                raise
            return is_ours(folder, sidecar)
    finally:
        drop_empty(marked)
    files.flush_folder(folder.parent)
    return True


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        happened = failures.explain(error, "made", folder).problem
        raise StorageError(
            "{happened} The preferences have new clips put into “{root}”.",
            "Let that folder be written to or connect its drive, or choose another assets folder in the preferences.",
            happened=happened.what,
            root=str(folder.parent),
        ) from error
