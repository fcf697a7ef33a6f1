"""A run in a process of its own, to be killed: `python -m tests.providers.killed <provider> <base> <folder>`."""

from __future__ import annotations

import sys
from pathlib import Path

from .clients import Studio
from .speeches import at_work


def main() -> None:
    """Send one take on its way and see it to its end."""
    name, base, folder = sys.argv[1:]
    studio = Studio(Path(folder) / "project", at_work(name, base, Path(folder)))
    studio.until_at_rest(*studio.generate())


if __name__ == "__main__":
    main()
