"""The worker process: run by its path, in an isolated Python, by `client.start`."""

from __future__ import annotations

import importlib.util
import json
import socket
import sys
from pathlib import Path


def _load_package(folder: Path) -> str:
    """Make the extension's package importable under its folder's name, wherever it lies; return that name."""
    name = folder.name
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    return name


def connect(argument: str) -> socket.socket:
    """The worker's end of the channel, from the last argument: a descriptor's number, or on Windows `-` and stdin."""
    if sys.platform == "win32":
        end = socket.fromshare(sys.stdin.buffer.read())
    else:
        end = socket.socket(fileno=int(argument))
    end.set_inheritable(False)  # or a child process would keep the channel open when Blender is gone
    end.setblocking(True)
    return end


def main() -> None:
    """Run until Blender says so, or is gone."""
    arguments = json.loads(sys.argv[1])
    end = connect(sys.argv[2])
    sys.path.extend(arguments["site"])
    name = _load_package(Path(__file__).resolve().parent.parent)
    importlib.import_module(f"{name}.worker.process").run(end, blender=arguments["blender"])


if __name__ == "__main__":
    main()
