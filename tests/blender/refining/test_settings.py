"""A take's settings once more: in the form, or with new seeds."""

from __future__ import annotations

from typing import Any

import bpy
import pytest

from ..layouts import drawn
from ..working import generate
from .edits import PROMPT


def test_looking_at_a_take_changes_nothing_of_the_form(runtime: Any, set_draft: Any) -> None:
    generate(PROMPT, seed=7)
    set_draft(prompt="Something else", seed=3, duration=2.0)
    before = runtime.current().draft
    panel = bpy.context.window_manager.generative_sessions
    panel.take_index = 0
    panel.asset_index = 0
    drawn(bpy.types.SESSIONS_PT_takes)
    drawn(bpy.types.SESSIONS_PT_assets)
    drawn(bpy.types.SESSIONS_MT_use_settings)
    assert runtime.current().draft is before


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("all", (PROMPT, 0.5, 7, False)),
        ("all_but_seed", (PROMPT, 0.5, 3, True)),
        ("prompt", (PROMPT, 2.0, 3, True)),
        ("seed", ("Something else", 2.0, 7, False)),
    ],
)
def test_the_settings_of_a_take_come_into_the_form(
    runtime: Any, set_draft: Any, what: str, expected: tuple[Any, ...]
) -> None:
    generate(PROMPT, seed=7)
    set_draft(prompt="Something else", seed=3, random_seed=True, duration=2.0)
    take = runtime.current().session.takes[0]
    assert bpy.ops.sessions.use_settings(take_id=take.id, what=what) == {"FINISHED"}
    draft = runtime.current().draft
    assert (draft.prompt, draft.duration, draft.seed, draft.random_seed) == expected


def test_a_clip_of_a_deleted_session_still_gives_its_settings(runtime: Any) -> None:
    generate(PROMPT, seed=7)
    bpy.ops.sessions.delete()
    asset = runtime.current().project.assets[0]
    bpy.ops.sessions.use_settings(asset_id=asset.id, what="all")
    assert (runtime.current().draft.prompt, runtime.current().draft.seed) == (PROMPT, 7)


def test_vary_makes_as_many_takes_as_the_form_says_with_new_seeds_and_leaves_the_form(
    runtime: Any, set_draft: Any
) -> None:
    generate(PROMPT, seed=7)
    set_draft(prompt="Something else", count=2, duration=9.0)
    before = runtime.current().draft
    assert bpy.ops.sessions.vary(take_id=runtime.current().session.takes[0].id) == {"FINISHED"}
    first, *varied = runtime.current().session.takes
    assert len({take.request.seed for take in (first, *varied)}) == 3
    assert all(take.request.model_copy(update={"seed": 7}) == first.request for take in varied)
    assert runtime.current().draft == before


def test_a_take_of_another_session_is_varied_in_its_own(runtime: Any) -> None:
    generate(PROMPT, insert=False)
    first = runtime.current().session
    bpy.ops.sessions.new()
    generate("A red fox", insert=False)
    shown = runtime.current().session.id
    bpy.ops.sessions.vary(take_id=first.takes[0].id)
    assert runtime.current().session.id == shown
    again = next(each for each in runtime.current().project.sessions if each.id == first.id)
    assert [take.request.prompt for take in again.takes] == [PROMPT, PROMPT]
