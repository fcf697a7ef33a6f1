"""Clips found again, sessions rebuilt from the clips' JSON, and a project collected into one folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from .footage import HAS_AUDIO, make_clip
from .layouts import drawn
from .working import generate, read_sidecar, strips


@pytest.fixture
def keeping(installed: Callable[[str], ModuleType]) -> Any:
    return installed("blender.keeping")


def lies_at(shown: Any) -> Path:
    return Path(bpy.path.abspath(shown.filepath)).resolve()


def movies() -> list[Any]:
    return [strip for strip in strips() if strip.type == "MOVIE"]


def places(installed: Any) -> dict[str, tuple[int, int, int]]:
    """Where each strip begins and ends, and its channel."""
    compat = installed("blender.compat")
    return {each.name: (compat.left_handle(each), compat.right_handle(each), each.channel) for each in strips()}


def leave(installed: Any) -> None:
    """Close the file, and the worker with all it knows, as at the end of Blender."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    installed("blender.workers").close()


def comparable(blend: Path) -> list[dict[str, Any]]:
    """The sessions as the sidecar has them, without what no clip can tell."""
    sessions: list[dict[str, Any]] = read_sidecar(blend)["sessions"]
    return [{name: value for name, value in each.items() if name not in ("draft", "drafted_at")} for each in sessions]


def told(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text("utf-8")) for file in sorted((tmp_path / "shot.assets").glob("*.json"))]


def test_sessions_rebuilt_after_the_sidecar_was_deleted_are_what_they_were(
    saved_file: Path,
    runtime: Any,
    tmp_path: Path,
    settled: Callable[..., None],
    keeping: Any,
    installed: Any,
    flush: Any,
) -> None:
    generate("A red fox", count=2)
    bpy.ops.sessions.new()
    generate("A lighthouse")
    bpy.ops.sessions.rename(name="Opening")
    bpy.ops.sessions.new()
    generate("A crow")
    crow = runtime.current().session.id
    bpy.ops.sessions.delete(session_id=crow)
    flush()
    bpy.ops.wm.save_mainfile()

    def is_told() -> bool:
        records = {each["asset"]["session_id"]: each["session"] for each in told(tmp_path)}
        return (
            all(records.values())
            and records[crow]["deleted_at"] is not None
            and "Opening" in [each["name"] for each in records.values()]
        )

    settled(is_told)
    before = comparable(saved_file)
    assert [each["name"] for each in before] == ["Red fox", "Opening"]
    assets = read_sidecar(saved_file)["assets"]
    leave(installed)
    for name in ("shot.sessions.json", "shot.sessions.backup.json"):
        (tmp_path / name).unlink()
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    installed("blender.workers").open_project(runtime.current().path)  # as with a window it does by itself
    settled(lambda: keeping.offer() is not None)
    assert runtime.current().project.sessions == ()
    assert keeping.offer().sessions == 2
    assert "sessions.rebuild" in drawn(bpy.types.SESSIONS_PT_sessions).operators
    bpy.ops.sessions.rebuild()
    flush()
    assert comparable(saved_file) == before
    assert [row.name for row in bpy.context.window_manager.generative_sessions.sessions] == ["Opening", "Red fox"]
    assert (runtime.current().session.name, runtime.current().draft.prompt) == ("Opening", "A lighthouse")
    listed = read_sidecar(saved_file)["assets"]
    assert sorted(listed, key=lambda each: str(each["id"])) == sorted(assets, key=lambda each: str(each["id"]))
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    generate("Something new")
    settled(lambda: not keeping.is_waiting())
    assert keeping.offer() is None


def test_an_old_sidecar_is_made_whole_and_kept_beside(
    saved_file: Path,
    runtime: Any,
    tmp_path: Path,
    settled: Callable[..., None],
    keeping: Any,
    installed: Any,
    flush: Any,
) -> None:
    generate("A red fox")
    bpy.ops.wm.save_mainfile()
    sidecar = tmp_path / "shot.sessions.json"
    old = sidecar.read_bytes()
    bpy.ops.sessions.new()
    generate("A lighthouse")
    flush()
    settled(lambda: all(each.get("session") for each in told(tmp_path)))
    leave(installed)
    sidecar.write_bytes(old)
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    installed("blender.workers").open_project(runtime.current().path)  # as with a window it does by itself
    settled(lambda: keeping.offer() is not None)
    assert [each.name for each in runtime.current().project.sessions] == ["Red fox"]
    bpy.ops.sessions.rebuild()
    assert {each.name for each in runtime.current().project.sessions} == {"Red fox", "Lighthouse"}
    kept = json.loads((tmp_path / "shot.sessions.before-rebuild-1.json").read_text("utf-8"))
    assert [each["name"] for each in kept["sessions"]] == ["Red fox"]


def test_strips_and_records_follow_clips_whose_folder_was_moved_and_which_were_renamed(
    saved_file: Path, runtime: Any, tmp_path: Path, keeping: Any, installed: Any, flush: Any
) -> None:
    generate("A red fox", count=2)
    first, second = runtime.current().project.assets
    bpy.context.scene.frame_set(30)
    bpy.ops.sessions.add_to_timeline(asset_id=second.id)
    by_hand = strips()[0]
    by_hand.name = "Mine"
    before = places(installed)
    bpy.ops.wm.save_mainfile()
    elsewhere = tmp_path / "footage" / "fox"
    elsewhere.parent.mkdir()
    (tmp_path / "shot.assets").rename(elsewhere)
    lost = elsewhere / Path(first.path).name
    moved = lost.rename(elsewhere / "renamed.mp4")
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    bpy.ops.ed.undo_push(message="Opened")
    assert bpy.ops.sessions.find_clips(directory=str(tmp_path)) == {"FINISHED"}
    result = keeping.outcome()
    assert {(each.asset_id, each.after) for each in result.found} == {
        (first.id, moved),
        (second.id, elsewhere / Path(second.path).name),
    }
    assert result.missing == ()
    shown = {strip.name: lies_at(strip) for strip in movies()}
    assert set(shown.values()) == {each.after.resolve() for each in result.found}
    assert places(installed) == before
    for strip in strips():
        if strip.type == "SOUND" and strip.sound:
            assert lies_at(strip.sound).is_file()
    assert all(lies_at(clip).is_file() for clip in bpy.data.movieclips)
    flush()
    assert {(tmp_path / each["path"]).is_file() for each in read_sidecar(saved_file)["assets"]} == {True}
    bpy.ops.ed.undo()
    assert not any(lies_at(strip).is_file() for strip in movies())
    bpy.ops.ed.redo()
    assert all(lies_at(strip).is_file() for strip in movies())


def test_the_panel_tells_what_is_searched_what_was_found_and_lets_it_be_dismissed(
    saved_file: Path, runtime: Any, tmp_path: Path, keeping: Any, settled: Callable[..., None]
) -> None:
    generate("A red fox")
    clip = tmp_path / runtime.current().project.assets[0].path
    clip.unlink()
    order = keeping.find()
    layout = drawn(bpy.types.SESSIONS_PT_sessions)
    assert "sessions.stop_errand" in layout.operators
    assert not bpy.ops.sessions.collect.poll()
    settled(lambda: not keeping.is_waiting(order))
    layout = drawn(bpy.types.SESSIONS_PT_sessions)
    assert "1 clip was not found." in layout.texts
    assert clip.name.replace(" ", "") in "".join(layout.texts).replace(" ", "")
    bpy.ops.sessions.dismiss_result()
    layout = drawn(bpy.types.SESSIONS_PT_sessions)
    assert not {"sessions.copy_list", "sessions.stop_errand", "sessions.dismiss_result"} & set(layout.operators)
    stopped = keeping.find()
    bpy.ops.sessions.stop_errand(order_id=stopped)
    assert not keeping.is_waiting()


def test_a_clip_that_was_changed_is_not_taken_for_it(
    saved_file: Path, runtime: Any, tmp_path: Path, keeping: Any
) -> None:
    generate("A red fox")
    (asset,) = runtime.current().project.assets
    clip = tmp_path / asset.path
    data = bytearray(clip.read_bytes())
    data[-1] ^= 1
    clip.unlink()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / clip.name).write_bytes(data)
    bpy.ops.sessions.find_clips()
    assert keeping.outcome().found == () and keeping.outcome().missing == (clip,)
    assert runtime.current().project.assets == (asset,)


def test_what_was_collected_opens_where_nothing_else_is(
    saved_file: Path, runtime: Any, tmp_path: Path, keeping: Any, installed: Callable[[str], ModuleType], flush: Any
) -> None:
    compat = installed("blender.compat")
    generate("A red fox", count=2)
    other = make_clip(_made(tmp_path / "other") / "shot.mp4", compat, frames=12)
    scene = bpy.context.scene
    collection = compat.strips(scene.sequence_editor)
    free = max(strip.channel for strip in collection) + 1
    collection.new_movie(name="Other", filepath=str(other), channel=free, frame_start=1)
    if HAS_AUDIO:
        collection.new_sound(name="Other", filepath=str(other), channel=free + 1, frame_start=1)
    pictures = _made(tmp_path / "pictures")
    picture = _picture(pictures / "a.png")
    sequence = collection.new_image(name="Pictures", filepath=str(picture), channel=free + 2, frame_start=1)
    sequence.elements.append(_picture(pictures / "b.png").name)
    image = bpy.data.images.load(str(picture))
    image.use_fake_user = True
    gone = bpy.data.images.new("Gone", 4, 4)
    gone.source, gone.filepath, gone.use_fake_user = "FILE", str(tmp_path / "gone.png"), True
    bpy.ops.wm.save_mainfile()
    before = places(installed)
    target = tmp_path / "out" / "For Anna"
    target.parent.mkdir()
    assert bpy.ops.sessions.collect(directory=str(target.parent), folder=target.name) == {"FINISHED"}
    answer = keeping.outcome()
    assert answer.problem is None and answer.folder == target
    assert [Path(each).name for each in answer.missing] == ["gone.png"]
    assert [each.name for each in target.parent.iterdir()] == ["For Anna"]
    assert bpy.data.filepath == str(saved_file) and runtime.current().path == tmp_path / "shot.sessions.json"
    assert Path(bpy.path.abspath(image.filepath)) == picture
    assets = runtime.current().project.assets
    moved = tmp_path / "another machine"
    shutil.move(target, moved)
    for left in ("other", "pictures", "shot.assets", "shot.sessions.json", "shot.blend"):
        place = tmp_path / left
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    bpy.ops.wm.open_mainfile(filepath=str(moved / "shot.blend"))
    project = runtime.current().project
    assert [each.name for each in project.sessions] == ["Red fox"]
    assert {each.sha256 for each in project.assets} == {each.sha256 for each in assets}
    for each in project.assets:
        clip = moved / each.path
        assert clip.is_file() and clip.with_suffix(".json").is_file()
    assert places(installed) == before
    shown = [lies_at(each) for each in (*movies(), *bpy.data.movieclips, *bpy.data.sounds)]
    assert shown and all(each.is_file() and each.is_relative_to(moved) for each in shown)
    folder = Path(bpy.path.abspath(next(strip for strip in strips() if strip.name == "Pictures").directory))
    assert sorted(each.name for each in folder.iterdir()) == ["a.png", "b.png"]
    assert lies_at(bpy.data.images["a.png"]).is_relative_to(moved)


def test_only_clips_that_the_edit_shows_are_collected_if_asked(
    saved_file: Path, runtime: Any, tmp_path: Path, keeping: Any
) -> None:
    generate("A red fox", count=3)
    shown = {strip["sessions_asset"] for strip in movies()}
    assert len(shown) == 1
    bpy.ops.wm.save_mainfile()
    bpy.ops.sessions.collect(directory=str(tmp_path), folder="out", clips="USED")
    assert keeping.outcome().missing == ()
    out = read_sidecar(tmp_path / "out" / "shot.blend")
    assert {each["id"] for each in out["assets"]} == shown
    assert len(list((tmp_path / "out").rglob("*.mp4"))) == 1
    assert len(out["sessions"][0]["takes"]) == 3
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "out" / "shot.blend"))
    assert len(bpy.data.movieclips) == 1


def test_nothing_is_ever_collected_into_a_folder_that_holds_something(saved_file: Path, tmp_path: Path) -> None:
    generate("A red fox")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note.txt").write_text("mine")
    with pytest.raises(RuntimeError, match="not empty"):
        bpy.ops.sessions.collect(directory=str(tmp_path), folder="full")
    assert [each.name for each in (tmp_path / "full").iterdir()] == ["note.txt"]
    (tmp_path / "empty").mkdir()
    bpy.ops.sessions.collect(directory=str(tmp_path), folder="empty")
    assert (tmp_path / "empty" / "shot.blend").is_file()


def test_what_is_linked_from_another_blend_is_collected_too(saved_file: Path, tmp_path: Path, keeping: Any) -> None:
    library = tmp_path / "library"
    library.mkdir()
    picture = _picture(library / "wall.png")
    image = bpy.data.images.load(str(picture))
    image.name = "Wall"
    material = bpy.data.materials.new("Brick")
    material.use_nodes = True
    material.node_tree.nodes.new("ShaderNodeTexImage").image = image
    bpy.data.libraries.write(str(library / "bricks.blend"), {material}, path_remap="RELATIVE_ALL")
    bpy.data.materials.remove(material)
    bpy.data.images.remove(image)
    with bpy.data.libraries.load(str(library / "bricks.blend"), link=True) as (_there, wanted):
        wanted.materials = ["Brick"]
    bpy.data.meshes.new("Mesh").materials.append(wanted.materials[0])
    bpy.data.meshes["Mesh"].use_fake_user = True
    bpy.ops.wm.save_mainfile()
    bpy.ops.sessions.collect(directory=str(tmp_path), folder="out")
    assert keeping.outcome().missing == ()
    shutil.rmtree(library)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "out" / "shot.blend"))
    assert list(bpy.data.libraries) == []
    assert bpy.data.materials["Brick"].library is None
    (left,) = [each for each in bpy.data.images if each.source == "FILE"]
    assert lies_at(left) == (tmp_path / "out" / "media" / "wall.png").resolve() and lies_at(left).is_file()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _picture(path: Path) -> Path:
    image = bpy.data.images.new(path.stem, 8, 8)
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return path
