"""A file with 1,000 sessions and 10,000 takes."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import bench_storage


def write(sidecar: Path) -> None:
    """Write the sidecar of such a file: “Scene 0999” to “Scene 0000”; the prompt of 0137 has a word no other has."""
    project = bench_storage.large_project()
    sessions = [
        session.model_copy(update={"name": f"Scene {number:04}"}) for number, session in enumerate(project.sessions)
    ]
    odd = sessions[137]
    sessions[137] = odd.model_copy(
        update={"draft": odd.draft.model_copy(update={"prompt": "A walrus plays the xylophone"})}
    )
    project = project.model_copy(update={"sessions": tuple(sessions), "assets": ()})
    sidecar.write_text(project.model_dump_json(), "utf-8")
