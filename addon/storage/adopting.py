"""A person's own files become clips of a project: copied byte for byte. The originals are read and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..core.errors import InputError
from ..core.models import Asset
from . import assets, files
from .failures import explained

_CHUNK = 1 << 20

Report = Callable[[int], None]
"""Told how many bytes more were read; what it raises ends the work, with nothing left behind."""


def hashed(file: Path, report: Report) -> str:
    """The SHA-256 of a file in lower-case hexadecimal. Raises `StorageError`."""
    with explained("read", file), file.open("rb") as source:
        return _read(source, None, report)


def copied(file: Path, folder: Path, report: Report) -> tuple[Path, str]:
    """Copy a file into an assets folder under a temporary name, which `placed` takes away; returns it with the SHA-256.

    Raises `StorageError`; nothing is left in the folder then.
    """
    part = files.temporary_path(folder / file.name)
    assets.make(folder)
    try:
        with explained("read", file):
            source = file.open("rb")
        with source, explained("written", part), part.open("xb") as target:
            sha256 = _read(source, target, report)
            target.flush()
            files.flush(target.fileno())
    except BaseException:
        files.remove(part)
        raise
    return part, sha256


def placed(part: Path, folder: Path, name: str, record: Asset) -> Asset:
    """Give a copied file its `name` in the folder, with a number where that is taken, and the JSON beside it.

    `record` has its hash and size; returned is the asset as the folder has it. Raises `StorageError`; `part` is removed
    then.
    """
    try:
        return assets.place(part, folder, name, record)
    finally:
        files.remove(part)


def size_of(file: Path) -> int:
    """How many bytes a file has. Raises `StorageError`, `InputError` for a folder or an empty file."""
    with explained("read", file):
        size = file.stat().st_size
    if not file.is_file() or not size:
        raise InputError("“{name}” is no movie: it is empty.", "Choose another file.", name=file.name)
    return size


def is_in(file: Path, folder: Path | None) -> bool:
    """Whether a file lies in an assets folder, and not in its trash."""
    return folder is not None and files.is_same(file.parent, folder)


def _read(source: BinaryIO, target: BinaryIO | None, report: Report) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        if target:
            target.write(chunk)
        report(len(chunk))
    return digest.hexdigest()
