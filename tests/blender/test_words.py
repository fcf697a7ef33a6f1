"""What Blender looks up is in the language files, and a person's own words are never looked up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from .layouts import Drawn, RecordingLayout, drawn
from .working import generate

OURS = "SESSIONS_"
SHOWN = ("text", "placeholder", "heading")


@pytest.fixture
def english(installed: Callable[[str], ModuleType]) -> set[str]:
    """Every text that there is a translation for, and the names of providers, which are the same everywhere."""
    folder = Path(str(installed("blender.words").__file__)).parents[1] / "words"
    labels = {each.label for each in installed("providers.catalog").capabilities()}
    return labels | set(json.loads((folder / "de.json").read_text("utf-8")))


def classes(kind: type) -> list[Any]:
    """The registered classes of the extension."""
    return [cls for cls in kind.__subclasses__() if cls.__name__.startswith(OURS) and cls.is_registered]


def property_texts(rna: Any, beyond: Any = None) -> Iterator[str]:
    """Names, tooltips and enum items of properties, without those that Blender gives every class like `beyond`."""
    given = set(beyond.bl_rna.properties.keys()) if beyond else {"rna_type"}
    for prop in rna.properties:
        if prop.identifier not in given:
            if prop.name != prop.identifier:  # what was given no name is shown nowhere
                yield prop.name
            yield prop.description
            if prop.type == "ENUM":
                for item in prop.enum_items:
                    yield item.name
                    yield item.description


def registered_texts() -> Iterator[str]:
    """Labels, tooltips, names and enum items as Blender has them, whatever the code looks like."""
    for name in dir(bpy.ops.sessions):
        rna = getattr(bpy.ops.sessions, name).get_rna_type()
        yield rna.name
        yield rna.description
        yield from property_texts(rna)
    for cls in (*classes(bpy.types.Panel), *classes(bpy.types.Menu)):
        yield cls.bl_label
        yield (cls.__doc__ or "").strip()
        yield getattr(cls, "bl_category", "")
    for cls in (*classes(bpy.types.PropertyGroup), *classes(bpy.types.AddonPreferences)):
        yield from property_texts(cls.bl_rna, beyond=cls.__base__)


def test_every_text_that_blender_has_of_the_extension_can_be_translated(english: set[str]) -> None:
    texts = set(registered_texts())
    assert {"Generate", "Sessions", "Prompt", "Insert at Playhead", "Look Again"} <= texts
    assert sorted(text for text in texts if text and text not in english) == []


def looked_up(layout: RecordingLayout) -> set[str]:
    """The texts of a layout that Blender looks up before it shows them, addresses left out: they are no words."""
    given = [each for _, each in layout.calls if each.get("translate", True)]
    return {text for each in given for key in SHOWN if (text := str(each.get(key) or "")) and "://" not in text}


def draw_everything() -> list[RecordingLayout]:
    """All panels, menus and lists, and the preferences, as they are drawn now."""
    layouts = [drawn(cls) for cls in (*classes(bpy.types.Panel), *classes(bpy.types.Menu))]
    (preferences,) = classes(bpy.types.AddonPreferences)
    addon: Any = bpy.context.preferences.addons[preferences.bl_idname]
    layouts.append(drawn(preferences, addon.preferences))
    panel: Any = bpy.context.window_manager.generative_sessions  # type: ignore[attr-defined]
    for cls in classes(bpy.types.UIList):
        rows = getattr(panel, cls.__name__.removeprefix("SESSIONS_UL_"))
        for row in rows:
            stand_in = Drawn()
            cls.draw_item(stand_in, bpy.context, stand_in.layout, panel, row, 0, None, "")
            layouts.append(stand_in.layout)
    return layouts


def problem_of(installed: Callable[[str], ModuleType], name: str) -> Any:
    errors, wording = installed("core.errors"), installed("core.wording")
    why = wording.say("there is no space left for “{folder}”", folder=name)
    return errors.StorageError("“{name}” could not be written: {why}.", "Try again.", name=name, why=why).problem


@pytest.mark.parametrize("name", ["Cancel", "Render"])
def test_all_that_is_drawn_can_be_translated_and_a_persons_own_words_are_not(
    saved_file: Path, installed: Callable[[str], ModuleType], english: set[str], name: str
) -> None:
    generate(name, count=2)
    runtime = installed("blender.runtime")
    bpy.ops.sessions.rename(name=name)
    states = installed("core.models").TakeState
    state = runtime.current()
    state.trouble = problem_of(installed, name)
    drawn_texts: set[str] = set()
    for one in states:
        session = runtime.current().session
        takes = tuple(
            take.model_copy(update={"state": one, "problem": state.trouble if one in ("failed", "uncertain") else None})
            for take in session.takes
        )
        changed = session.model_copy(update={"takes": takes})
        runtime.show(installed("core.sessions").with_session(runtime.current().project, changed))
        for layout in draw_everything():
            drawn_texts |= looked_up(layout)
            assert name not in looked_up(layout)  # Blender has words of its own for it
    assert sorted(text for text in drawn_texts if text not in english and any(map(str.isalpha, text))) == []
    runtime.show(installed("core.models").Project())
    for layout in draw_everything():
        assert looked_up(layout) <= english


def test_an_error_is_reported_in_whole_sentences(saved_file: Path, installed: Callable[[str], ModuleType]) -> None:
    words = installed("blender.words")
    problem = problem_of(installed, "film")
    assert words.problem(problem) == (
        "“film” could not be written: there is no space left for “film”.",
        "Try again.",
    )
    assert words.sentence(problem) == "“film” could not be written: there is no space left for “film”. Try again."


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("The take has ended", ("The take", "has ended")),
        ("Zeichnungsgeschwindigkeit", ("Zeichnungs", "geschwindi", "gkeit")),
        ("テイクは終了しました。", ("テイクは終", "了しまし", "た。")),
        ("无法读取“ab”。再试", ("无法读取", "“ab”。再试")),
        ("", ("",)),
    ],
)
def test_lines_end_where_their_script_allows_it(
    installed: Callable[[str], ModuleType], text: str, lines: tuple[str, ...]
) -> None:
    assert installed("blender.ui.text").lines(text, 10) == lines
