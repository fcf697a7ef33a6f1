"""The extension's package can be imported where there is no Blender."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_REFUSE_BLENDER = """
import sys

class NoBlender:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"bpy", "bmesh", "mathutils", "gpu", "aud", "blf"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, NoBlender())
"""


def test_every_module_outside_the_blender_folder_is_importable_without_blender():
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for file in sorted((ROOT / "addon").rglob("*.py"))
        if file.name != "__main__.py" and file.relative_to(ROOT / "addon").parts[0] != "blender"
    ]
    assert "addon" in modules
    code = _REFUSE_BLENDER + f"import importlib\nfor name in {modules}: importlib.import_module(name)\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
