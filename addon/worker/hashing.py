"""Keeps what a take starts from what it was at the click: by the hash of each file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..core.errors import InputError
from ..core.models import Input, Request
from ..storage import inputs


def hashed(request: Request, folder: Callable[[], Path]) -> Request:
    """The request with the SHA-256 of each input; the same object if it had them all.

    A file that is gone or has changed is looked for by its hash in `folder`, the project's folder of inputs. Raises
    `StorageError` if it is not there or cannot be read, `InputError` if only another version of it is.
    """
    found = tuple(_hashed(entry, folder) for entry in request.inputs)
    return request if found == request.inputs else request.model_copy(update={"inputs": found})


def _hashed(entry: Input, folder: Callable[[], Path]) -> Input:
    file = Path(entry.path)
    if not file.is_file():
        file = inputs.resolve(entry, folder())
    sha256 = inputs.sha256(file)
    if entry.sha256 and sha256 != entry.sha256:
        kept = inputs.find(folder(), entry.sha256)
        if kept is None or inputs.sha256(kept[0]) != entry.sha256:
            raise InputError(
                "The input “{name}” has changed since the take was asked for.",
                "Generate a new take with it as it is now.",
                name=file.name,
            )
        file, sha256 = kept[0], entry.sha256
    return entry.model_copy(update={"path": str(file), "sha256": sha256})
