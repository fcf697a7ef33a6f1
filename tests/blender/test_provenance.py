"""What other add-ons leave on real strips is read as Blender hands it out."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import bpy
import pytest


@pytest.fixture
def provenance(installed: Callable[[str], ModuleType]) -> Any:
    return installed("core.provenance")


@pytest.fixture
def strip(installed: Callable[[str], ModuleType]) -> Any:
    """A strip of the scene."""
    compat: Any = installed("blender.compat")
    strips = compat.strips(bpy.context.scene.sequence_editor_create())
    return compat.new_effect(strips, name="Shot", type="COLOR", channel=1, start=1, length=25)


def test_properties_of_every_kind_that_a_strip_can_have_are_read(provenance: Any, strip: Any) -> None:
    strip["ai_meta_prompt"] = "a dog"
    strip["ai_meta_seed"] = "77"
    strip["ai_meta_size"] = [832, 480]
    strip["ai_meta_guidance"] = 4.5
    strip["ai_meta_model"] = {"name": "wan"}
    strip["ai_meta_list"] = [1.5, 2.5, 3.5]
    strip["ai_meta_scene"] = bpy.context.scene
    strip["ai_meta_bytes"] = b"\xff\x00"
    strip["other"] = "x"
    found = provenance.of_properties(dict(strip.items()))
    assert (found.prompt, found.seed, found.model) == ("a dog", 77, "wan")
    assert (found.width, found.height) == (832, 480)
    assert found.options == {"guidance": 4.5}


def test_a_strip_without_such_properties_says_nothing(provenance: Any, strip: Any) -> None:
    strip["prompt"] = "a dog"
    assert not provenance.of_properties(dict(strip.items()))
