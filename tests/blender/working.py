"""Working with the extension as a script does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy

SMALL: dict[str, Any] = {"width": 160, "height": 90, "fps": 24.0, "duration": 0.5}
"""A take that is drawn quickly."""


def generate(prompt: str, **settings: Any) -> None:
    """Generate and wait until the takes have ended. Raises RuntimeError with what was reported."""
    bpy.ops.sessions.generate("EXEC_DEFAULT", prompt=prompt, **{**SMALL, **settings})


def read_sidecar(blend: Path) -> dict[str, Any]:
    """The sidecar beside `blend`, as any program would read it."""
    found: dict[str, Any] = json.loads(blend.with_name(f"{blend.stem}.sessions.json").read_text("utf-8"))
    return found


def strips(scene: bpy.types.Scene | None = None) -> list[Any]:
    """All strips of the scene's sequencer, in whatever Blender."""
    editor: Any = (scene or bpy.context.scene).sequence_editor
    if editor is None:
        return []
    return list(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)


def start_of(strip: Any) -> int:
    """The first frame that a strip shows, in whatever Blender."""
    return int(strip.left_handle if "left_handle" in strip.bl_rna.properties else strip.frame_final_start)
