"""A worker process with the fake service's providers: the same start and service, another catalogue."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def main() -> None:
    """As the worker's own program; the place of Blender's command says where the service's folder is."""
    import runpy

    start = runpy.run_path(str(ROOT / "addon" / "worker" / "__main__.py"), run_name="start")
    arguments = json.loads(sys.argv[1])
    sys.path.extend(arguments["site"])
    from addon.worker import process, service
    from addon.worker.pace import Pace
    from addon.worker.registry import Registry
    from addon.worker.settings import Settings
    from tests.worker import fake_service

    process.prepare()
    folder = Path(arguments["blender"][0])
    service.serve(
        start["connect"](sys.argv[2]),
        Settings(),
        Registry(
            {each.id: each for each in fake_service.capabilities()}.get,
            lambda name: fake_service.FakeProvider(name, folder),
        ),
        Pace(first=0.02, longest=0.1, polls=5, submissions=4, downloads=3),
    )
    process.leave()


if __name__ == "__main__":
    main()
