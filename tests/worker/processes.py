"""What the system knows of processes."""

from __future__ import annotations

import time
from pathlib import Path


def exists(pid: int) -> bool:
    """Whether a process is there and not only waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until_gone(pid: int, seconds: float = 60.0) -> bool:
    """Wait until a process is gone; whether it is."""
    deadline = time.monotonic() + seconds
    while exists(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not exists(pid)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == pid:
                found.append(int(folder.name))
    return found


def sockets(pid: int) -> list[str]:
    """The sockets that a process holds open."""
    folder = Path(f"/proc/{pid}/fd")
    names = [str(entry.readlink()) for entry in folder.iterdir()]
    return [name for name in names if name.startswith("socket:")]
