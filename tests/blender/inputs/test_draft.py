"""Where what was taken goes: the draft that it was taken for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import pytest

from ..working import read_sidecar
from .taking import (
    from_playhead,
    number,
)


def test_a_second_first_frame_takes_the_place_of_the_first_and_references_gather(
    scene: Any, add: Any, draft: Any
) -> None:
    add()
    from_playhead()
    from_playhead("reference")
    scene.frame_current = 8
    from_playhead()
    from_playhead("reference")
    from_playhead("reference")  # the same once more
    assert sorted((entry.role, number(entry)) for entry in draft().inputs) == [
        ("first_frame", 7),
        ("reference", 0),
        ("reference", 7),
    ]
    bpy.ops.sessions.remove_input(index=0)
    assert len(draft().inputs) == 2


def test_it_is_written_to_the_sidecar(scene: Any, add: Any, taken: Any, flush: Any, tmp_path: Path) -> None:
    add()
    from_playhead()
    flush()
    (entry,) = read_sidecar(tmp_path / "shot.blend")["desk"]["draft"]["inputs"]
    assert entry["sha256"] == taken().sha256


def test_an_input_goes_to_the_draft_that_it_was_taken_for(
    scene: Any, add: Any, installed: Any, settled: Any, draft: Any
) -> None:
    inputs, runtime = installed("blender.inputs"), installed("blender.runtime")
    add()
    inputs.take_playhead(bpy.context, installed("core.models").Role.FIRST_FRAME)
    assert [each.origin for each in inputs.preparing()] == ["Frame 1 of Scene"]
    assert draft().inputs == ()
    with pytest.raises(installed("core.errors").SessionsError, match="“Frame 1 of Scene” is still being prepared"):
        inputs.check_ready()
    settled(lambda: not inputs.preparing())
    assert len(draft().inputs) == 1
    assert runtime.current().trouble is None


def test_what_is_stopped_never_arrives(scene: Any, add: Any, installed: Any, settled: Any, draft: Any) -> None:
    inputs = installed("blender.inputs")
    add()
    inputs.take_playhead(bpy.context, installed("core.models").Role.FIRST_FRAME)
    (preparing,) = inputs.preparing()
    bpy.ops.sessions.stop_preparing(order_id=preparing.order.order_id)
    assert inputs.preparing() == []
    from_playhead("last_frame")  # by then the other would have come
    assert [entry.role for entry in draft().inputs] == ["last_frame"]
    settled(lambda: not preparing.order.file.exists())
