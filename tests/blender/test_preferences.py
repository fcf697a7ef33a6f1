"""The preferences, and that each is obeyed at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from .layouts import drawn
from .working import generate, read_sidecar, strips


@pytest.fixture
def preferences(extension: str) -> Iterator[Any]:
    """The add-on's preferences, as they were before again at the end."""
    found: Any = bpy.context.preferences.addons[extension].preferences
    names = ("default_provider", "assets_folder", "naming", "name_pattern", "confirm_delete")
    yield found
    for name in names:
        found.property_unset(name)


def names_of(runtime: Any) -> list[str]:
    return [session.name for session in runtime.current().project.sessions]


def new_session(prompt: str, **settings: Any) -> None:
    bpy.ops.sessions.new()
    generate(prompt, **settings)


def clips_of(blend: Path) -> list[Path]:
    """Where the sidecar of `blend` says its clips are."""
    return [Path(os.path.normpath(blend.parent / asset["path"])) for asset in read_sidecar(blend)["assets"]]


def movie_paths() -> set[Path]:
    return {Path(os.path.normpath(bpy.path.abspath(strip.filepath))) for strip in strips() if strip.type == "MOVIE"}


def test_a_fresh_install_names_from_the_prompt_keeps_clips_beside_the_blend_and_asks_before_deleting(
    preferences: Any, installed: Callable[[str], ModuleType]
) -> None:
    settings = installed("blender.settings")
    assert settings.get() == settings.Settings(provider="animatic")
    assert preferences.name_pattern == "Shot ###"


def test_every_preference_has_a_label_and_a_tooltip_without_a_full_stop(preferences: Any) -> None:
    for prop in preferences.bl_rna.properties:
        if prop.identifier not in ("rna_type", "bl_idname"):
            assert prop.name and prop.description and not prop.description.endswith("."), prop.identifier


def sentences(preferences: Any) -> str:
    """All that is drawn, lines put together again."""
    return " ".join(drawn(type(preferences), preferences).texts)


def test_everything_that_can_be_set_is_drawn_with_a_sentence_and_a_way_to_what_is_stored(
    fresh_file: None, preferences: Any
) -> None:
    layout = drawn(type(preferences), preferences)
    shown = {call["property"] for name, call in layout.calls if name == "prop"}
    settable = {each.identifier for each in preferences.bl_rna.properties if not each.is_hidden}
    assert settable - shown <= {"rna_type", "bl_idname", "name_pattern"}
    assert layout.operators.count("sessions.show_folder") == 4
    assert layout.operators.count("sessions.test_connection") == 5
    assert "sessions.show_assets" in layout.operators
    text = sentences(preferences)
    for words in ("A session with takes keeps its own.", "Clips that are there already stay", "named after its first"):
        assert words in text
    assert "cannot be brought back" in text


def test_a_pattern_is_drawn_with_the_names_it_makes_or_with_what_is_wrong_with_it(
    fresh_file: None, preferences: Any
) -> None:
    preferences.naming = "NUMBERED"
    preferences.name_pattern = "sh###0"
    assert "sh0010, sh0020, sh0030" in sentences(preferences)
    preferences.name_pattern = "Shot"
    assert "one row of #" in sentences(preferences)
    assert "Until then, names come from the prompt." in sentences(preferences)


def test_without_preferences_it_is_as_after_a_fresh_install(
    installed: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = installed("blender.settings")
    monkeypatch.setattr(settings.places, "PACKAGE", "not_installed")
    assert settings.get() == settings.Settings()


def test_new_sessions_are_numbered_if_the_preferences_say_so(saved_file: Path, preferences: Any, runtime: Any) -> None:
    preferences.naming = "NUMBERED"
    new_session("A red fox")
    preferences.name_pattern = "sh###0"
    new_session("A red fox")
    new_session("A red fox")
    preferences.naming = "PROMPT"
    new_session("A red fox")
    assert names_of(runtime) == ["Shot 001", "sh0010", "sh0020", "Red fox"]


def test_a_pattern_that_makes_no_names_holds_no_generation_up(saved_file: Path, preferences: Any, runtime: Any) -> None:
    preferences.naming = "NUMBERED"
    preferences.name_pattern = "Shot"
    new_session("A red fox")
    assert names_of(runtime) == ["Red fox"]


def test_the_default_provider_is_for_new_sessions_and_old_ones_keep_theirs(
    saved_file: Path,
    preferences: Any,
    runtime: Any,
    installed: Callable[[str], ModuleType],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generate("A red fox")
    settings = installed("blender.settings")
    state = runtime.current()
    assert settings.provider(state.draft, state.session) == "animatic"
    preferences.default_provider = "runway"
    assert settings.provider(state.draft, state.session) == "animatic"
    bpy.ops.sessions.new()
    assert settings.provider(state.draft, state.session) == "runway"
    monkeypatch.setattr(settings, "get", lambda: settings.Settings(provider="gone"))
    assert settings.provider(state.draft, state.session) == "animatic"


def test_the_default_provider_that_is_saved_does_not_depend_on_the_order_of_providers(preferences: Any) -> None:
    for item in preferences.bl_rna.properties["default_provider"].enum_items:
        assert item.value > 1000  # not its place in the list


def test_with_an_assets_folder_new_clips_go_there_and_earlier_ones_stay(
    saved_file: Path, preferences: Any, runtime: Any, tmp_path: Path, flush: Callable[[], None]
) -> None:
    generate("A red fox")
    preferences.assets_folder = str(tmp_path / "clips")
    generate("A red fox again", fill=False)
    flush()
    first, second = clips_of(saved_file)
    assert first.parent == tmp_path / "shot.assets"
    assert second.parent == tmp_path / "clips" / "shot.assets"
    assert movie_paths() == {first, second} and first.is_file() and second.is_file()
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    assert movie_paths() == {first, second}
    preferences.assets_folder = ""
    generate("A red fox once more")
    flush()
    assert clips_of(saved_file)[2].parent == tmp_path / "shot.assets"


def test_an_assets_folder_relative_to_the_blend(saved_file: Path, preferences: Any, flush: Callable[[], None]) -> None:
    preferences.assets_folder = "//clips"
    generate("A red fox")
    flush()
    (clip,) = clips_of(saved_file)
    assert clip.parent == saved_file.parent / "clips" / "shot.assets" and clip.is_file()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("clips", "//clips"), (" //clips ", "//clips"), ("//../clips", "//../clips"), ("  ", "")],
)
def test_what_is_typed_for_the_assets_folder_says_where_it_is(typed: str, meant: str, preferences: Any) -> None:
    preferences.assets_folder = typed
    assert preferences.assets_folder == meant


def test_the_home_folder_is_understood(preferences: Any) -> None:
    preferences.assets_folder = "~/clips"
    assert preferences.assets_folder == str(Path("~/clips").expanduser())


def test_a_file_without_a_name_goes_to_the_assets_folder_at_its_first_save(
    fresh_file: None, preferences: Any, runtime: Any, tmp_path: Path
) -> None:
    preferences.assets_folder = "//../clips"
    generate("A red fox")
    scratch = runtime.current().path
    assert movie_paths().pop().is_relative_to(scratch.parent)
    blend = tmp_path / "scenes" / "film.blend"
    blend.parent.mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    (clip,) = clips_of(blend)
    assert clip.parent == tmp_path / "clips" / "film.assets" and clip.is_file()
    assert movie_paths() == {clip}
    assert not scratch.parent.exists()
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    assert movie_paths() == {clip}


def test_two_files_of_the_same_name_do_not_mix_their_clips(
    fresh_file: None, preferences: Any, tmp_path: Path, flush: Callable[[], None]
) -> None:
    preferences.assets_folder = str(tmp_path / "clips")
    blends = [tmp_path / folder / "shot.blend" for folder in ("one", "two")]
    for blend in blends:
        blend.parent.mkdir()
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        bpy.ops.wm.save_as_mainfile(filepath=str(blend))
        generate("A red fox")
        flush()
    (first,), (second,) = map(clips_of, blends)
    assert first.parent == tmp_path / "clips" / "shot.assets"
    assert second.parent == tmp_path / "clips" / "shot 2.assets"


def test_after_save_as_the_copy_lists_the_clips_where_they_are_and_has_new_ones_under_its_name(
    saved_file: Path, preferences: Any, tmp_path: Path, flush: Callable[[], None]
) -> None:
    preferences.assets_folder = "//clips"
    generate("A red fox")
    copy = tmp_path / "sub" / "copy.blend"
    copy.parent.mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(copy))
    generate("A red fox again")
    flush()
    first, second = clips_of(copy)
    assert clips_of(saved_file) == [first] == [first.parent / first.name]
    assert first.parent == tmp_path / "clips" / "shot.assets" and first.is_file()
    assert second.parent == tmp_path / "sub" / "clips" / "copy.assets" and second.is_file()


def test_a_take_waits_while_the_assets_folder_is_gone_and_goes_on_when_another_is_chosen(
    saved_file: Path,
    preferences: Any,
    runtime: Any,
    tmp_path: Path,
    start: Callable[..., None],
    settled: Callable[..., None],
) -> None:
    preferences.assets_folder = str(tmp_path / "unplugged" / "clips")
    start("A red fox")
    settled(lambda: runtime.current().trouble is not None)
    assert "unplugged" in str(runtime.current().trouble)
    assert "choose another assets folder in the preferences" in str(runtime.current().trouble)
    (take,) = runtime.current().session.takes
    assert take.state == "queued"
    preferences.assets_folder = ""
    settled()
    (take,) = runtime.current().session.takes
    assert take.state == "succeeded"
    assert clips_of(saved_file)[0].parent == tmp_path / "shot.assets"


def test_show_assets_folder_opens_the_one_for_new_clips_else_that_of_the_newest(
    saved_file: Path, preferences: Any, tmp_path: Path, installed: Callable[[str], ModuleType]
) -> None:
    shown = installed("blender.operators.assets")._assets_folder
    with pytest.raises(RuntimeError, match="no assets folder yet"):
        bpy.ops.sessions.show_assets()
    generate("A red fox")
    assert shown() == tmp_path / "shot.assets"
    preferences.assets_folder = "//clips"
    assert shown() == tmp_path / "shot.assets"
    generate("A red fox again")
    assert shown() == tmp_path / "clips" / "shot.assets"
    assert bpy.ops.sessions.show_assets() == {"FINISHED"}


def test_the_folders_of_what_is_stored_can_be_shown(saved_file: Path, profile: Path) -> None:
    for folder in ("BLEND", "UNSAVED", "LOGS"):
        assert bpy.ops.sessions.show_folder(folder=folder) == {"FINISHED"}


def test_the_folder_of_a_file_without_a_name_is_told_to_be_none(fresh_file: None) -> None:
    with pytest.raises(RuntimeError, match="Save it first"):
        bpy.ops.sessions.show_folder(folder="BLEND")


def test_a_folder_that_is_chosen_is_kept_as_it_is(preferences: Any, tmp_path: Path) -> None:
    bpy.ops.sessions.choose_assets_folder(directory=f"{tmp_path}{os.sep}")
    assert preferences.assets_folder == str(tmp_path)
    assert bpy.context.preferences.is_dirty


@pytest.mark.parametrize("asks", [True, False])
def test_the_menu_deletes_at_once_only_if_nobody_wants_to_be_asked(
    asks: bool,
    saved_file: Path,
    preferences: Any,
    runtime: Any,
    installed: Callable[[str], ModuleType],
) -> None:
    generate("A red fox")
    preferences.confirm_delete = asks
    dialogs: list[object] = []

    class WindowManager:
        def invoke_props_dialog(self, operator: object, **_options: object) -> set[str]:
            dialogs.append(operator)
            return {"RUNNING_MODAL"}

    class Context:
        window_manager = WindowManager()

    operator = installed("blender.operators.sessions").SESSIONS_OT_delete
    # Without a window Blender never calls an operator's invoke.
    stand_in: Any = type("Delete", (), {"session_id": "", "bl_idname": "", "execute": operator.execute})()
    operator.invoke(stand_in, Context(), None)
    assert (len(dialogs), names_of(runtime)) == ((1, ["Red fox"]) if asks else (0, []))
