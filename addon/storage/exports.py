"""Files that are made for others: reports, edits for other programs."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import StorageError
from . import files
from .failures import explained


def save(target: Path, text: str, *, replace: bool = False) -> None:
    """Write a text file whole, as UTF-8. Raises `StorageError`.

    What is there already is replaced only if that was said, as by whoever confirmed it in a file browser.
    """
    with explained("written", target):
        temporary = files.write_temporary(target, text.encode("utf-8"))
        try:
            if replace:
                files.replace(temporary, target)
            else:
                files.move_new(temporary, target)
        except FileExistsError as error:
            raise taken(target) from error
        finally:
            files.remove(temporary)
        files.flush_folder(target.parent)


def taken(target: Path) -> StorageError:
    """The error for a name under which there is something already."""
    return StorageError(
        "There is already a “{name}” in “{folder}”.",
        "Choose another name, or move that one away.",
        name=target.name,
        folder=str(target.parent),
    )
