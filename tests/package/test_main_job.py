"""The README's first command ends with a film: its part inside Blender, in each Blender."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

MAIN_JOB = Path(__file__).resolve().parents[2] / "scripts" / "main_job.py"


def test_the_main_job_leaves_a_film_its_clips_and_a_picture_of_it(package_zip: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    job = ["--prompt", "A lighthouse in a storm", "--count", "1", "--blend", str(tmp_path / "shot.blend")]
    done = subprocess.run(
        [sys.executable, MAIN_JOB, "--install", package_zip, *job, "--report", report],
        env={**os.environ, "BLENDER_USER_RESOURCES": str(tmp_path / "profile")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    made = json.loads(report.read_text("utf-8"))
    assert made["strips"] == len(made["clips"]) == 1
    assert all(Path(each).stat().st_size for each in (*made["clips"], made["blend"], made["sidecar"], made["picture"]))
