"""Prompts of many lines: the field in the panel, and the Text Editor where a panel's fields have one line."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from .layouts import drawn
from .working import SMALL, generate, read_sidecar

HAS_TEXT_BOX = "textbox" in bpy.types.UILayout.bl_rna.functions
MARK = "generative_sessions_prompt"


@pytest.fixture
def prompts(installed: Callable[[str], ModuleType], saved_file: Path) -> Any:
    """The module, in a saved file. It works in every Blender; only 5.2's interface does not offer it."""
    return installed("blender.prompts")


@pytest.fixture
def follow(prompts: Any, installed: Callable[[str], ModuleType]) -> Callable[[], None]:
    """Let the pump tick as time goes by."""

    def tick() -> None:
        prompts.attach()
        installed("blender.pump").tick()

    return tick


def text() -> Any:
    (found,) = [text for text in bpy.data.texts if MARK in text]
    return found


def panel() -> Any:
    return bpy.context.window_manager.generative_sessions


def open_editor(prompts: Any) -> Any:
    prompts.open_in_editor(bpy.context)
    return text()


def test_each_blender_has_one_way_to_write_many_lines(saved_file: Path) -> None:
    layout = drawn(bpy.types.SESSIONS_PT_generate)
    functions = [name for name, _ in layout.calls]
    assert ("textbox" in functions) == HAS_TEXT_BOX
    assert ("sessions.edit_prompt" in layout.operators) != HAS_TEXT_BOX
    assert ("edit_prompt" in dir(bpy.ops.sessions)) != HAS_TEXT_BOX


@pytest.mark.parametrize("prompt", ["One line", "Two\nlines", "\n\nA \n B\n", "Ends with space \nnext", ""])
def test_the_one_line_field_shows_every_line_and_editing_it_keeps_them(
    saved_file: Path, runtime: Any, prompt: str
) -> None:
    panel().prompt = prompt
    shown = panel().prompt_line
    assert "\n" not in shown
    panel().prompt_line = shown
    assert runtime.current().draft.prompt == prompt
    panel().prompt_line = f"{shown} at night"
    assert runtime.current().draft.prompt == f"{prompt} at night"


def test_the_request_has_the_prompts_lines(saved_file: Path, flush: Callable[[], None]) -> None:
    generate("A red fox\nPan left\n\nDusk")
    flush()
    (session,) = read_sidecar(saved_file)["sessions"]
    assert session["takes"][0]["request"]["prompt"] == "A red fox\nPan left\n\nDusk"


def test_what_is_written_in_the_text_editor_is_the_prompt(
    prompts: Any, follow: Callable[[], None], runtime: Any
) -> None:
    panel().prompt = "A red fox"
    opened = open_editor(prompts)
    assert opened.as_string() == "A red fox"
    opened.write("\nin snow")
    follow()
    assert panel().prompt == "A red fox\nin snow"


def test_what_is_written_in_the_field_meanwhile_stands_in_the_text(prompts: Any, follow: Callable[[], None]) -> None:
    opened = open_editor(prompts)
    panel().prompt = "From the panel"
    follow()
    assert opened.as_string() == "From the panel"
    opened.write(", and the text")
    follow()
    assert panel().prompt == "From the panel, and the text"


def test_generate_takes_the_words_typed_just_before(prompts: Any, runtime: Any) -> None:
    open_editor(prompts).write("A lighthouse\nin a storm")
    bpy.ops.sessions.generate("EXEC_DEFAULT", **SMALL)
    (session,) = runtime.current().project.sessions
    assert session.takes[0].request.prompt == "A lighthouse\nin a storm"


def test_the_text_stays_open_when_generating_makes_the_session(
    prompts: Any, follow: Callable[[], None], runtime: Any
) -> None:
    opened = open_editor(prompts)
    opened.write("A lighthouse")
    bpy.ops.sessions.generate("EXEC_DEFAULT", **SMALL)
    follow()
    opened.write(" at night")
    follow()
    assert prompts.is_open(opened)
    assert runtime.current().session.draft.prompt == "A lighthouse at night"


def test_switching_sessions_ends_the_editing_and_each_keeps_its_own_prompt(
    prompts: Any, follow: Callable[[], None], runtime: Any
) -> None:
    generate("First shot")
    bpy.ops.sessions.new()
    generate("Second shot")
    first, second = runtime.current().project.sessions
    opened = open_editor(prompts)
    opened.write("\nfrom above")
    bpy.ops.sessions.switch(session_id=first.id)
    follow()
    assert panel().prompt == "First shot"
    assert not prompts.is_open(opened)
    bpy.ops.sessions.switch(session_id=second.id)
    assert panel().prompt == "Second shot\nfrom above"


def test_new_session_ends_the_editing_too(prompts: Any, follow: Callable[[], None], runtime: Any) -> None:
    generate("First shot")
    opened = open_editor(prompts)
    opened.write("\nfrom above")
    bpy.ops.sessions.new()
    follow()
    assert (panel().prompt, prompts.is_open(opened)) == ("", False)
    assert runtime.current().project.sessions[0].draft.prompt == "First shot\nfrom above"


def test_a_text_deleted_by_hand_loses_nothing(prompts: Any, follow: Callable[[], None], runtime: Any) -> None:
    opened = open_editor(prompts)
    opened.write("A whale")
    follow()
    bpy.data.texts.remove(opened)
    follow()
    assert panel().prompt == "A whale"
    assert runtime.current().open_prompt is None


def test_a_session_deleted_while_its_prompt_is_open_does_not_come_back(
    prompts: Any, follow: Callable[[], None], runtime: Any
) -> None:
    generate("First shot")
    open_editor(prompts).write(" more")
    bpy.ops.sessions.delete()
    follow()
    assert runtime.current().project.sessions == ()


def test_a_text_that_is_done_with_is_not_saved_with_the_file(
    prompts: Any, follow: Callable[[], None], saved_file: Path
) -> None:
    open_editor(prompts).write("A whale\nat sea")
    prompts.close()
    follow()
    assert panel().prompt == "A whale\nat sea"
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    assert len(bpy.data.texts) == 0
    assert panel().prompt == "A whale\nat sea"


def test_a_file_saved_while_editing_opens_with_the_last_words_and_no_editing(
    prompts: Any, follow: Callable[[], None], saved_file: Path, runtime: Any, flush: Callable[[], None]
) -> None:
    opened = open_editor(prompts)
    opened.use_fake_user = True  # as if an editor showed it
    opened.write("A whale")
    bpy.ops.wm.save_mainfile()
    panel().prompt = "Two whales"
    flush()
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    follow()
    assert panel().prompt == "Two whales"
    assert runtime.current().open_prompt is None
    assert text().users == 0


def test_another_text_of_the_users_own_is_left_alone(prompts: Any, follow: Callable[[], None]) -> None:
    notes = bpy.data.texts.new("Notes")
    notes.write("mine")
    open_editor(prompts)
    prompts.close()
    follow()
    assert (notes.as_string(), notes.users) == ("mine", 1)


def test_undo_of_what_was_typed_reaches_the_prompt_and_undo_of_the_text_leaves_it(
    prompts: Any, follow: Callable[[], None], runtime: Any
) -> None:
    panel().prompt = "A fox"
    bpy.ops.ed.undo_push(message="Before")
    open_editor(prompts)
    bpy.ops.ed.undo_push(message="Edit in Text Editor")
    text().write(" in snow")
    follow()
    bpy.ops.ed.undo_push(message="Typed")
    bpy.ops.ed.undo()
    follow()
    assert panel().prompt == "A fox"
    bpy.ops.ed.redo()
    follow()
    assert panel().prompt == "A fox in snow"
    bpy.ops.ed.undo()
    bpy.ops.ed.undo()
    follow()
    assert len(bpy.data.texts) == 0
    assert runtime.current().open_prompt is None
    assert panel().prompt == "A fox in snow"


def test_looking_at_the_text_is_bounded(prompts: Any) -> None:
    opened = open_editor(prompts)
    prompts.attach()
    prompts.follow()
    began = time.monotonic()
    opened.write("x")
    looked = prompts.follow()
    if time.monotonic() - began < 0.2:
        assert not looked


if not HAS_TEXT_BOX:

    def test_the_button_opens_the_prompt_and_becomes_the_one_that_closes_it(
        saved_file: Path, runtime: Any, follow: Callable[[], None]
    ) -> None:
        panel().prompt = "A fox"
        bpy.ops.sessions.edit_prompt()
        assert text().as_string() == "A fox"
        assert "sessions.close_prompt" in drawn(bpy.types.SESSIONS_PT_generate).operators
        with pytest.raises(RuntimeError, match="already"):
            bpy.ops.sessions.edit_prompt()
        bpy.ops.sessions.close_prompt()
        assert "sessions.edit_prompt" in drawn(bpy.types.SESSIONS_PT_generate).operators
