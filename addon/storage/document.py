"""The sidecar as a file: one project as JSON, read whole and written whole.

{"schema_version":1,
"sessions":[
{"id":…},           one session, asset or detached take a line, for people and for diffs
…
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from ..core.errors import Kind, StorageError
from ..core.models import SCHEMA_VERSION, Project
from ..core.wording import Text, Value, say
from . import files, paths
from .failures import explained
from .migrations import Sidecar, UnknownVersion, migrated

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # some editors on Windows put it before what they save
_parsed = TypeAdapter(Sidecar, config=ConfigDict(defer_build=True))


class DamagedError(StorageError):
    """The file is there, but it is no sidecar (any more)."""

    def __init__(self, path: Path, reason: Value) -> None:
        """`reason` is half a sentence."""
        super().__init__("“{name}” is damaged: {reason}.", name=path.name, reason=reason)


class Fingerprint(NamedTuple):
    """What changes when a file is replaced: inode, size in bytes, modification time in nanoseconds."""

    inode: int
    size: int
    modified: int


class Lines:
    """The JSON of each session, asset and detached take of the last `encoded` project.

    What is the same object in the next project is not written out again: a change costs what it changed.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[BaseModel, bytes]] = {}

    def encoded(self, project: Project) -> bytes:
        """The whole file. Raises `StorageError` if the project holds something that JSON cannot."""
        kept: dict[int, tuple[BaseModel, bytes]] = {}
        entries = []
        for key, value in project:
            if isinstance(value, tuple) and value:
                lines = [self._line(item, kept) for item in value]
                body = b"[\n" + b",\n".join(lines) + b"\n]"
            else:
                body = to_json(value, inf_nan_mode="null")
            entries.append(to_json(key) + b":" + body)
        self._known = kept
        return b"{" + b",\n".join(entries) + b"}\n"

    def _line(self, item: BaseModel, kept: dict[int, tuple[BaseModel, bytes]]) -> bytes:
        known = self._known.get(id(item)) or (
            item,
            to_json(item, inf_nan_mode="null"),
        )  # holding the item keeps its id its own
        kept[id(item)] = known
        return known[1]


def decoded(data: bytes, path: Path) -> Project:
    """The project in the bytes of the file at `path`.

    Raises `DamagedError`, or `StorageError` if a newer version wrote it in a way this one cannot understand.
    """
    data = data.removeprefix(_BYTE_ORDER_MARK)
    try:
        project = Project.model_validate_json(data)
    except ValidationError as error:
        return _decoded_slowly(data, path, error)
    if "schema_version" in project.model_fields_set and project.schema_version >= SCHEMA_VERSION:
        return project
    return _decoded_slowly(data, path)


def check(part: Project) -> None:
    """Raise `StorageError` if `part`, once written, could not be read again (it is a mistake in the program, then)."""
    try:
        Project.model_validate_json(part.model_dump_json(warnings=False))
    except (ValidationError, PydanticSerializationError, UnicodeError) as error:
        raise StorageError(
            "This change cannot be stored: {reason}.",
            "Undo what you just changed, then try again.",
            Kind.INTERNAL,
            reason=_first(error),
        ) from error


def fingerprint(path: Path) -> Fingerprint | None:
    """What the file at `path` looks like from outside, None if there is none. Raises `StorageError`."""
    try:
        with explained("read", path):
            status = files.patiently(path.stat)
    except StorageError as error:
        if isinstance(error.__cause__, (FileNotFoundError, NotADirectoryError)):
            return None
        raise
    return Fingerprint(status.st_ino, status.st_size, status.st_mtime_ns)


def read(path: Path) -> tuple[Project, Fingerprint] | None:
    """The project at `path`, None if there is no file. Raises `DamagedError`, `StorageError`. Changes nothing."""
    found = fingerprint(path)  # before reading: a change in between is then seen as one later
    if found is None:
        return None
    with explained("read", path):
        data = files.patiently(path.read_bytes)
    return decoded(data, path), found


def write(path: Path, data: bytes, *, renew_backup: bool = False) -> Fingerprint:
    """Put `data` in the place of the file at `path`, durably. The caller holds the lock. Raises `StorageError`.

    What was there becomes the backup, unless `renew_backup`: then the backup is made of `data`, so that what was
    deleted is in neither. At every moment `path` is whole, the old or the new; after an error it is the old.
    """
    backup = paths.backup_path(path)
    made: list[Path] = []
    try:
        with explained("written", path):
            new = files.write_temporary(path, data)
            made.append(new)
            with suppress(OSError):  # a file without its predecessor's permissions is better than none
                shutil.copymode(path, new)
        with explained("written", backup):
            if renew_backup:
                made.append(files.write_temporary(path, data))
                files.replace(made[-1], backup)
            elif path.is_file():
                made.append(files.temporary_path(path))
                files.link_or_copy_new(path, made[-1])
                files.replace(made[-1], backup)
        with explained("written", path):
            files.replace(new, path)
            files.flush_folder(path.parent)
            written = fingerprint(path)
    finally:
        for temporary in made:
            files.remove(temporary)
    if written is None:
        raise StorageError("“{name}” was removed while it was written.", "Try again.", name=path.name)
    return written


def set_aside(path: Path, word: str, file: Path | None = None) -> Path:
    """Rename the sidecar at `path`, or its `file`, so that it is in nobody's way; returns where it is then.

    Raises `StorageError`.
    """
    moved = file or path
    number = 1
    with explained("moved aside", moved):
        if moved.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        while True:
            aside = paths.aside_path(path, word, number)
            try:
                files.move_new(moved, aside)
            except FileExistsError:
                number += 1
            else:
                files.flush_folder(path.parent)
                return aside


def copy_aside(path: Path, word: str) -> Path | None:
    """Keep the sidecar at `path` as it is now under another name (see `paths.aside_path`); None if there is none.

    Raises `StorageError`.
    """
    number = 1
    with explained("written", paths.aside_path(path, word, number)):
        while path.is_file():
            aside = paths.aside_path(path, word, number)
            try:
                files.link_or_copy_new(path, aside)
            except FileExistsError:
                number += 1
            else:
                files.flush_folder(path.parent)
                return aside
    return None


def _decoded_slowly(data: bytes, path: Path, error: ValidationError | None = None) -> Project:
    try:
        sidecar = _parsed.validate_python(from_json(data))
    except ValueError:
        raise DamagedError(path, _what_it_is_instead(data)) from error
    version = sidecar.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise StorageError(
            "“{name}” was written by a newer version of Generative Sessions and was left as it is.",
            "Update the extension.",
            name=path.name,
        ) from error
    try:
        return Project.model_validate_json(to_json(migrated(sidecar)))
    except ValueError as failure:
        raise DamagedError(path, _first(failure)) from failure


def _what_it_is_instead(data: bytes) -> Text:
    if not data.strip(b"\0 \t\r\n"):
        return say("it is empty")
    return say("it is cut off or not JSON")


def _first(error: Exception) -> Value:
    """The first thing that is wrong: half a sentence."""
    if isinstance(error, UnknownVersion):
        return error.reason
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_input=False)[0]
    place = " → ".join(str(step) for step in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
