"""Folders of the kinds that people have: small, full, read-only, not theirs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

if sys.platform != "win32":
    import resource

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
CAN_MOUNT = IS_ROOT and sys.platform == "linux"

NOBODY = 65534
SMALL = 2_000_000  # bytes


@pytest.fixture
def blend(tmp_path: Path) -> Path:
    """A saved .blend, as far as this layer cares."""
    return tmp_path / "film.blend"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The sidecar of that .blend; nothing is there yet."""
    return tmp_path / "film.sessions.json"


class Drive:
    """A folder on a drive that can be filled, or made read-only, and set free again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, leave: int = 0) -> None:
        """Leave so many bytes free, or a little less."""
        with (self.folder / "filler").open("wb", buffering=0) as file:
            size = 1024 * 1024
            while size:
                try:
                    file.write(b"\0" * size)
                except OSError:
                    size //= 2
            file.truncate(max(0, file.tell() - leave))

    def free(self) -> None:
        """Make room again."""
        (self.folder / "filler").unlink()

    def make_read_only(self) -> None:
        """Nobody, not even root, can write."""
        subprocess.run(["mount", "-o", "remount,ro", str(self.folder)], check=True)

    def make_writable(self) -> None:
        """Writing is possible again."""
        subprocess.run(["mount", "-o", "remount,rw", str(self.folder)], check=True)


class LimitedFolder(Drive):
    """The same where nothing can be mounted: this process may write no large file, the folder has no rights."""

    def fill(self, leave: int = 100) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (leave, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

    def free(self) -> None:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    def make_read_only(self) -> None:
        self.folder.chmod(0o555)

    def make_writable(self) -> None:
        self.folder.chmod(0o755)


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Drive]:
    """A small drive of its own: a real one where this user may mount, else a folder with limits."""
    folder = tmp_path / "drive"
    folder.mkdir()
    if CAN_MOUNT:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder)], check=True)
        try:
            yield Drive(folder)
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    elif sys.platform == "win32":
        pytest.skip("Windows has no small drives to mount and no limits to set")
    else:
        drive = LimitedFolder(folder)
        yield drive
        drive.free()
        drive.make_writable()


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[LimitedFolder]:
    """A folder in which this process may write no large file, however it is run."""
    if sys.platform == "win32":
        pytest.skip("Windows has no such limit")
    limited = LimitedFolder(tmp_path)
    yield limited
    limited.free()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every user can reach and write in."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def as_a_user() -> Callable[[], AbstractContextManager[None]]:
    """A block that runs without root's rights, which would open every file."""

    @contextmanager
    def without_rights() -> Iterator[None]:
        if not IS_ROOT:
            yield
            return
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)

    return without_rights
