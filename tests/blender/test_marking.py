"""Star, reject, note, Keep Starred and the trash, as a person meets them; and the filters of the lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from .layouts import Drawn, drawn
from .working import generate, strips


@pytest.fixture
def views(extension: str) -> Any:
    preferences: Any = bpy.context.preferences.addons[extension].preferences
    yield preferences
    preferences = bpy.context.preferences.addons[extension].preferences
    preferences.takes_view, preferences.assets_view = "GRID", "LIST"


@pytest.fixture
def clips(saved_file: Path, runtime: Any) -> Callable[[], list[Any]]:
    """Three clips of one session, none of them in the edit."""
    generate("A red fox", count=3, insert=False)
    return lambda: list(runtime.current().project.assets)


@pytest.fixture
def lies(runtime: Any, settled: Any) -> Callable[..., None]:
    """Wait until a clip lies in the trash, or where it belongs."""

    def wait(place: int, *, in_trash: bool) -> None:
        def there() -> bool:
            state = runtime.current()
            asset = state.project.assets[place]
            found = "/trash/" in asset.path
            return found == in_trash and (state.path.parent / asset.path).is_file()

        settled(there)

    return wait


def rows(name: str) -> list[str]:
    return [row.id for row in getattr(bpy.context.window_manager.generative_sessions, name)]


def show(asset: Any) -> Any:
    """Put a clip into the edit; returns its picture strip."""
    before = {strip.name for strip in strips()}
    bpy.ops.sessions.add_to_timeline(asset_id=asset.id)
    return next(strip for strip in strips() if strip.name not in before and strip.type == "MOVIE")


def remove(strip: Any) -> None:
    editor: Any = bpy.context.scene.sequence_editor
    (editor.strips if hasattr(editor, "strips") else editor.sequences).remove(strip)


def keep_first(clips: Callable[[], list[Any]]) -> None:
    bpy.ops.sessions.star(asset_id=clips()[0].id)
    bpy.ops.sessions.keep_starred()


def trashed(clips: Callable[[], list[Any]]) -> list[int]:
    return [place for place, asset in enumerate(clips()) if asset.trashed_at is not None]


def stars(layout: Any) -> list[str]:
    return [call["icon"] for name, call in layout.calls if name == "operator" and call["operator"] == "sessions.star"]


@pytest.mark.parametrize("view", ["GRID", "LIST"])
def test_a_star_stands_beside_each_take_and_one_click_gives_it_or_takes_it(
    clips: Callable[[], list[Any]], views: Any, view: str
) -> None:
    views.takes_view = view

    def drawn_stars() -> list[str]:
        if view == "GRID":
            return stars(drawn(bpy.types.SESSIONS_PT_takes))[:3]
        found = []
        for row in bpy.context.window_manager.generative_sessions.takes:
            stand_in = Drawn()
            bpy.types.SESSIONS_UL_takes.draw_item(
                stand_in, bpy.context, stand_in.layout, None, row, 0, None, "take_index"
            )
            found += stars(stand_in.layout)
        return found

    assert drawn_stars() == ["SOLO_OFF"] * 3
    newest = clips()[-1].id
    bpy.ops.sessions.star(asset_id=newest)
    assert drawn_stars() == ["SOLO_ON", "SOLO_OFF", "SOLO_OFF"]
    bpy.ops.sessions.star(asset_id=newest)
    assert drawn_stars() == ["SOLO_OFF"] * 3


def test_a_mark_and_a_note_are_there_when_the_file_is_opened_again(
    clips: Callable[[], list[Any]], flush: Callable[[], None]
) -> None:
    first, second, _ = clips()
    bpy.ops.sessions.star(asset_id=first.id)
    bpy.ops.sessions.reject(asset_id=second.id)
    bpy.ops.sessions.note(asset_id=first.id, text="the tail")
    flush()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    assert [(str(asset.mark), asset.note) for asset in clips()] == [("starred", "the tail"), ("rejected", ""), ("", "")]


def test_undo_takes_no_star_away(clips: Callable[[], list[Any]]) -> None:
    bpy.ops.ed.undo_push(message="Before")
    bpy.ops.sessions.star(asset_id=clips()[0].id)
    bpy.ops.ed.undo_push(message="After")
    bpy.ops.ed.undo()
    assert str(clips()[0].mark) == "starred"


def test_the_note_of_the_selected_take_is_read_below_it(clips: Callable[[], list[Any]]) -> None:
    bpy.ops.sessions.note(asset_id=clips()[-1].id, text="the tail is right")
    assert "the tail is right" in drawn(bpy.types.SESSIONS_PT_takes).texts


def test_keep_starred_moves_the_rest_but_nothing_that_any_scene_shows(
    clips: Callable[[], list[Any]], lies: Any, runtime: Any
) -> None:
    other = bpy.data.scenes.new("Other")
    path = str(runtime.current().path.parent / clips()[1].path)
    editor: Any = other.sequence_editor_create()
    collection = editor.strips if hasattr(editor, "strips") else editor.sequences
    collection.new_movie(name="By hand", filepath=path, channel=1, frame_start=1).mute = True
    keep_first(clips)
    assert trashed(clips) == [2]
    lies(2, in_trash=True)
    assert Path(path).is_file()
    shown = [asset.id for asset in reversed(clips()) if asset.trashed_at is None]
    assert rows("assets") == shown
    assert len(rows("takes")) == 2


@pytest.mark.parametrize(
    "used_by", ["a strip in a meta strip", "a clip of a scene", "a path that is written otherwise"]
)
def test_what_is_used_in_an_unusual_way_is_used(clips: Callable[[], list[Any]], runtime: Any, used_by: str) -> None:
    path = runtime.current().path.parent / clips()[1].path
    editor: Any = bpy.context.scene.sequence_editor_create()
    top = editor.strips if hasattr(editor, "strips") else editor.sequences
    if used_by == "a strip in a meta strip":
        meta = top.new_meta(name="Meta", channel=1, frame_start=1)
        inside = meta.strips if hasattr(meta, "strips") else meta.sequences
        inside.new_movie(name="Inside", filepath=str(path), channel=1, frame_start=1)
    elif used_by == "a clip of a scene":
        block = next(clip for clip in bpy.data.movieclips if clip.get("sessions_asset") == clips()[1].id)
        bpy.context.scene.active_clip = block
    else:
        written = f"//../{path.parent.parent.name}/{path.parent.name}/./{path.name}"
        top.new_movie(name="Otherwise", filepath=written, channel=1, frame_start=1)
    keep_first(clips)
    assert trashed(clips) == [2]


def test_without_a_star_nothing_is_moved_and_why_is_said(clips: Callable[[], list[Any]]) -> None:
    assert not bpy.ops.sessions.keep_starred.poll()
    bpy.ops.sessions.star(asset_id=clips()[0].id)
    bpy.ops.sessions.new()
    generate("A boat", insert=False)
    with pytest.raises(RuntimeError, match="No clip of this session has a star"):
        bpy.ops.sessions.keep_starred("EXEC_DEFAULT", session_id=clips()[-1].session_id)
    assert trashed(clips) == []


def test_the_dialog_names_how_many_go_and_how_many_stay(clips: Callable[[], list[Any]]) -> None:
    bpy.ops.sessions.star(asset_id=clips()[0].id)
    show(clips()[1])
    operator: Any = bpy.types.SESSIONS_OT_keep_starred
    owner = SimpleNamespace(session_id="", all_sessions=False, lines="")
    owner._plan = lambda: operator._plan(owner)
    operator.check(owner, bpy.context)
    texts = drawn(operator, owner).texts
    assert texts == [
        "1 clip goes to the trash.",
        "1 starred clip stays.",
        "1 without a star stays, because the edit uses it.",
        "They can be had back until the trash is emptied.",
    ]


def test_what_is_in_the_trash_cannot_be_shown_and_comes_back_as_it_was(
    clips: Callable[[], list[Any]], lies: Any
) -> None:
    before = [asset.path for asset in clips()]
    keep_first(clips)
    assert trashed(clips) == [1, 2]
    lies(1, in_trash=True)
    with pytest.raises(RuntimeError, match="is in the trash"):
        bpy.ops.sessions.add_to_timeline(asset_id=clips()[1].id)
    show(clips()[0])
    with pytest.raises(RuntimeError, match="is in the trash"):
        bpy.ops.sessions.swap(direction="CHOSEN", asset_id=clips()[1].id)
    bpy.ops.sessions.restore()
    lies(1, in_trash=False)
    lies(2, in_trash=False)
    assert [asset.path for asset in clips()] == before
    assert len(rows("takes")) == len(rows("assets")) == 3
    show(clips()[1])
    blocks = [clip.get("sessions_asset") for clip in bpy.data.movieclips]
    assert sorted(blocks) == sorted(asset.id for asset in clips())


def test_a_strip_that_undo_brings_back_finds_its_clip_because_that_is_restored_by_itself(
    clips: Callable[[], list[Any]], lies: Any, settled: Any, runtime: Any
) -> None:
    strip = show(clips()[1])
    name, path = strip.name, Path(bpy.path.abspath(strip.filepath))
    bpy.ops.ed.undo_push(message="With the strip")
    for each in strips():
        remove(each)
    bpy.ops.ed.undo_push(message="Without")
    keep_first(clips)
    lies(1, in_trash=True)
    assert not path.exists()
    bpy.ops.ed.undo()
    assert name in {strip.name for strip in strips()}
    lies(1, in_trash=False)
    assert trashed(clips) == [2]
    shown = next(strip for strip in strips() if strip.name == name)
    settled(lambda: Path(bpy.path.abspath(shown.filepath)).is_file())
    assert runtime.current().trouble is None


def test_a_strip_without_our_ids_that_undo_brings_back_finds_its_clip_too(
    clips: Callable[[], list[Any]], lies: Any, runtime: Any
) -> None:
    path = runtime.current().path.parent / clips()[1].path
    editor: Any = bpy.context.scene.sequence_editor_create()
    top = editor.strips if hasattr(editor, "strips") else editor.sequences
    strip = top.new_movie(name="By hand", filepath=str(path), channel=1, frame_start=1)
    bpy.ops.ed.undo_push(message="With the strip")
    remove(strip)
    bpy.ops.ed.undo_push(message="Without")
    keep_first(clips)
    lies(1, in_trash=True)
    bpy.ops.ed.undo()
    lies(1, in_trash=False)
    assert path.is_file()


def test_a_file_that_was_not_saved_after_it_has_its_clips_back_when_it_is_opened(
    clips: Callable[[], list[Any]], lies: Any, flush: Callable[[], None]
) -> None:
    strip = show(clips()[1])
    path = Path(bpy.path.abspath(strip.filepath))
    bpy.ops.wm.save_mainfile()
    for each in strips():
        remove(each)
    keep_first(clips)
    lies(1, in_trash=True)
    flush()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    lies(1, in_trash=False)
    assert path.is_file()
    assert trashed(clips) == [2]


def test_emptying_the_trash_deletes_its_clips_and_nothing_else(
    clips: Callable[[], list[Any]], lies: Any, settled: Any, runtime: Any
) -> None:
    keep_first(clips)
    lies(1, in_trash=True)
    lies(2, in_trash=True)
    gone = [runtime.current().path.parent / asset.path for asset in clips()[1:]]
    kept = runtime.current().path.parent / clips()[0].path
    bpy.ops.sessions.empty_trash("EXEC_DEFAULT")
    settled(lambda: not any(path.exists() or path.with_suffix(".json").exists() for path in gone))
    assert kept.is_file()
    assert len(clips()) == 1
    assert not bpy.ops.sessions.empty_trash.poll()
    assert len(rows("takes")) == 3  # the record of what was made stays, as for one that failed
    drawn(bpy.types.SESSIONS_PT_takes)


def test_the_trash_is_in_a_menu_with_each_clip(clips: Callable[[], list[Any]]) -> None:
    keep_first(clips)
    layout = drawn(bpy.types.SESSIONS_MT_trash)
    names = {f"Restore Red fox {asset.take_number}" for asset in clips()[1:]}
    assert set(layout.texts[:2]) == names
    assert layout.texts[2:] == ["Restore All", "Empty Trash…"]
    assert "SESSIONS_MT_trash" in [
        call["menu"] for name, call in drawn(bpy.types.SESSIONS_PT_assets).calls if name == "menu"
    ]


def test_a_filter_shows_only_what_is_asked_for_in_pictures_and_list_alike(
    clips: Callable[[], list[Any]], installed: Any
) -> None:
    first, second, third = clips()
    panel: Any = bpy.context.window_manager.generative_sessions
    bpy.ops.sessions.star(asset_id=second.id)
    bpy.ops.sessions.reject(asset_id=third.id)
    panel.assets_filter.marked = "starred"
    assert rows("assets") == [second.id]
    assert installed("blender.mirror").page("assets") == ([second.id], 0, 1)
    assert "Filtered: 1 of 3" in drawn(bpy.types.SESSIONS_PT_assets).texts
    bpy.ops.sessions.star(asset_id=first.id)
    assert rows("assets") == [second.id, first.id]
    panel.assets_filter.marked = "not_rejected"
    assert rows("assets") == [second.id, first.id]
    panel.assets_filter.words = "boat"
    assert rows("assets") == []
    drawn(bpy.types.SESSIONS_PT_assets)
    bpy.ops.sessions.clear_filter(of="assets")
    assert rows("assets") == [third.id, second.id, first.id]
    assert "Filtered" not in " ".join(drawn(bpy.types.SESSIONS_PT_assets).texts)


def test_what_is_used_in_the_edit_is_found_and_stays_so_as_the_edit_changes(
    clips: Callable[[], list[Any]], settled: Any
) -> None:
    panel: Any = bpy.context.window_manager.generative_sessions
    panel.takes_filter.used = "USED"
    assert rows("takes") == []
    strip = show(clips()[1])
    settled(lambda: rows("takes") == [clips()[1].take_id])
    remove(strip)
    bpy.context.view_layer.update()
    settled(lambda: rows("takes") == [])


def test_sessions_are_filtered_by_their_takes(clips: Callable[[], list[Any]], installed: Any) -> None:
    bpy.ops.sessions.new()
    generate("A boat", insert=False)
    bpy.ops.sessions.star(asset_id=clips()[0].id)
    panel: Any = bpy.context.window_manager.generative_sessions
    flags = installed("blender.searching").flags
    assert flags("", 1) == []
    panel.sessions_filter.marked = "starred"
    assert [row.name for row, flag in zip(panel.sessions, flags("", 1), strict=True) if flag] == ["Red fox"]
    assert flags("boat", 1) == [0, 0]
    panel.sessions_filter.made = "TODAY"
    panel.sessions_filter.model = "anim"
    assert sum(flags("", 1)) == 1
    bpy.ops.sessions.star(asset_id=clips()[0].id)
    assert sum(flags("", 1)) == 0


def test_every_popover_draws_what_this_blender_knows(clips: Callable[[], list[Any]]) -> None:
    for name in ("sessions", "takes", "assets"):
        cls = getattr(bpy.types, f"SESSIONS_PT_filter_{name}")
        layout = drawn(cls)
        assert {"marked", "used", "made", "provider", "model"} <= {
            call["property"] for kind, call in layout.calls if kind == "prop"
        }
