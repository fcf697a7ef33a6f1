"""Sidecar and clips as the .blend is saved, saved under other names, opened and closed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from .working import generate, read_sidecar, strips


def movie() -> Any:
    (strip,) = [strip for strip in strips() if strip.type == "MOVIE"]
    return strip


def lies_at(strip: Any) -> Path:
    return Path(bpy.path.abspath(strip.filepath)).resolve()


def test_a_file_without_a_name_moves_its_clips_beside_the_blend_at_its_first_save(
    fresh_file: None, runtime: Any, tmp_path: Path
) -> None:
    generate("A red fox")
    scratch = runtime.current().path
    assert lies_at(movie()).is_relative_to(scratch.parent)
    blend = tmp_path / "film.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    assert runtime.current().path == tmp_path / "film.sessions.json"
    (asset,) = runtime.current().project.assets
    clip = tmp_path / asset.path
    assert lies_at(movie()) == clip.resolve() and clip.is_file()
    assert [session["name"] for session in read_sidecar(blend)["sessions"]] == ["Red fox"]
    assert not scratch.exists() and not list(scratch.parent.glob("**/*.mp4"))
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    assert movie().filepath == f"//{asset.path}"
    assert bpy.data.movieclips[0].filepath == f"//{asset.path}"


def test_undo_after_the_first_save_does_not_bring_back_the_old_place(
    fresh_file: None, runtime: Any, tmp_path: Path, installed: Callable[[str], ModuleType]
) -> None:
    bpy.ops.ed.undo_push(message="Start")
    generate("A red fox")
    bpy.context.scene.frame_set(9)
    bpy.ops.ed.undo_push(message="Something else")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
    bpy.ops.ed.undo()
    installed("blender.pump").tick()
    assert lies_at(movie()).is_file()


def test_save_as_copies_the_sidecar_and_both_files_go_on_by_themselves(
    saved_file: Path, runtime: Any, tmp_path: Path
) -> None:
    generate("A red fox")
    other = tmp_path / "sub" / "other.blend"
    other.parent.mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(other))
    generate("A red fox again")
    bpy.ops.wm.save_mainfile()
    assert len(read_sidecar(saved_file)["sessions"][0]["takes"]) == 1
    assert len(read_sidecar(other)["sessions"][0]["takes"]) == 2
    for asset in read_sidecar(other)["assets"]:
        assert (other.parent / asset["path"]).is_file()
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    assert len(runtime.current().session.takes) == 1


def test_a_saved_copy_gets_a_sidecar_and_the_open_file_stays_where_it_is(
    saved_file: Path, runtime: Any, tmp_path: Path
) -> None:
    generate("A red fox")
    copy = tmp_path / "copy.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(copy), copy=True)
    assert runtime.current().path == tmp_path / "shot.sessions.json"
    assert len(read_sidecar(copy)["sessions"]) == 1


def test_takes_that_run_when_another_file_is_opened_end_in_the_file_they_began_in(
    saved_file: Path,
    runtime: Any,
    start: Callable[..., None],
    settled: Callable[[], None],
    tmp_path: Path,
    flush: Callable[[], None],
) -> None:
    bpy.context.scene.frame_set(12)
    start("A red fox")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert runtime.current().project.sessions == ()

    def ended() -> bool:
        written = (tmp_path / "shot.sessions.json").is_file()
        return written and read_sidecar(saved_file)["sessions"][0]["takes"][0]["state"] == "succeeded"

    settled(ended)
    assert strips() == []
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    assert len(runtime.current().project.assets) == 1
    settled()
    assert lies_at(movie()).is_file()


def test_all_is_there_after_a_restart_of_blender(
    saved_file: Path, profile: Path, in_new_blender: Callable[..., str], flush: Callable[[], None]
) -> None:
    generate("A red fox", seed=5)
    bpy.ops.wm.save_mainfile()
    code = (
        "import bpy, sys; bpy.ops.preferences.addon_enable(module='bl_ext.user_default.generative_sessions');"
        "bpy.ops.wm.open_mainfile(filepath=sys.argv[1]); bpy.ops.sessions.show_assets.poll();"
        "panel = bpy.context.window_manager.generative_sessions;"
        "print('SEEN', panel.prompt, panel.seed, [row.name for row in panel.sessions], len(panel.takes))"
    )
    assert "SEEN A red fox 5 ['Red fox'] 1" in in_new_blender(code, profile, saved_file)


def test_a_damaged_sidecar_is_set_aside_and_the_backup_taken(
    saved_file: Path, runtime: Any, tmp_path: Path, flush: Callable[[], None]
) -> None:
    generate("A red fox")
    bpy.ops.wm.save_mainfile()
    sidecar = tmp_path / "shot.sessions.json"
    sidecar.write_bytes(sidecar.read_bytes()[:200])
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    assert [session.name for session in runtime.current().project.sessions] == ["Red fox"]
    assert "shot.sessions.json" in str(runtime.current().trouble.what)
    bpy.ops.sessions.rename(name="Opening")
    flush()
    assert (tmp_path / "shot.sessions.damaged-1.json").is_file()
    assert [session["name"] for session in read_sidecar(saved_file)["sessions"]] == ["Opening"]


def test_a_sidecar_of_a_newer_version_is_left_alone_and_refusals_say_why(
    saved_file: Path, runtime: Any, tmp_path: Path
) -> None:
    sidecar = tmp_path / "shot.sessions.json"
    sidecar.write_text('{"schema_version": 99, "sessions": {"now": "a dictionary"}}', "utf-8")
    before = sidecar.read_bytes()
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    with pytest.raises(RuntimeError, match="newer version"):
        generate("A red fox")
    bpy.ops.wm.save_mainfile()
    assert sidecar.read_bytes() == before


def test_a_sidecar_that_is_a_folder_is_told_in_a_sentence(saved_file: Path, runtime: Any, tmp_path: Path) -> None:
    (tmp_path / "shot.sessions.json").mkdir()
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    with pytest.raises(RuntimeError, match=r"shot\.sessions\.json"):
        generate("A red fox")
    assert (tmp_path / "shot.sessions.json").is_dir()


def test_the_folder_can_be_moved_and_everything_is_found(saved_file: Path, runtime: Any, tmp_path: Path) -> None:
    generate("A red fox")
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("shot.blend", "shot.sessions.json", "shot.assets"):
        shutil.move(tmp_path / name, moved / name)
    bpy.ops.wm.open_mainfile(filepath=str(moved / "shot.blend"))
    assert lies_at(movie()).is_file()
    (asset,) = runtime.current().project.assets
    bpy.ops.sessions.add_to_timeline(asset_id=asset.id)


def test_reverting_the_file_fills_the_lists_again(saved_file: Path, runtime: Any) -> None:
    generate("A red fox")
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    panel = bpy.context.window_manager.generative_sessions
    assert ([row.name for row in panel.sessions], len(panel.takes), len(panel.assets)) == (["Red fox"], 1, 1)
    assert panel.session_index == 0


def test_what_was_changed_right_before_a_revert_is_there_after_it(saved_file: Path, runtime: Any) -> None:
    generate("A red fox")
    for number in range(5):
        bpy.ops.sessions.rename(name=f"Opening {number}")
        bpy.ops.wm.open_mainfile(filepath=str(saved_file))
        assert runtime.current().session.name == f"Opening {number}"


def test_after_a_revert_a_change_still_waits_until_it_is_on_the_disk(
    saved_file: Path, runtime: Any, flush: Callable[[], None]
) -> None:
    generate("A red fox")
    flush()
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    bpy.ops.sessions.rename(name="Opening")
    assert runtime.has_unsaved_changes()
    flush()
    assert read_sidecar(saved_file)["sessions"][0]["name"] == "Opening"


def test_a_copy_of_a_file_without_a_name_keeps_its_sidecar_and_clips(
    fresh_file: None, runtime: Any, tmp_path: Path
) -> None:
    generate("A red fox")
    copy, final = tmp_path / "copy.blend", tmp_path / "final.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(copy), copy=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(final))
    for blend in (copy, final):
        (asset,) = read_sidecar(blend)["assets"]
        assert (blend.parent / asset["path"]).is_file()
    bpy.ops.wm.open_mainfile(filepath=str(copy))
    assert lies_at(movie()).is_file()


def test_a_save_as_that_cannot_take_the_sessions_along_says_so_once_and_holds_nothing_up(
    saved_file: Path, runtime: Any, tmp_path: Path
) -> None:
    generate("A red fox")
    (tmp_path / "other.sessions.json").mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "other.blend"))
    assert "other.sessions.json" in str(runtime.current().trouble.what)
    assert runtime.current().unsaved is None
    assert not runtime.has_unsaved_changes()


def test_new_files_that_are_never_used_leave_no_folder_behind(fresh_file: None, installed: Any) -> None:
    folder = installed("blender.places").unsaved_folder()
    before = set(folder.iterdir())
    for _ in range(3):
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        bpy.ops.sessions.new()
    assert set(folder.iterdir()) == before


def test_a_clip_finds_its_place_in_a_scene_that_was_renamed(
    saved_file: Path, start: Callable[..., None], settled: Callable[[], None]
) -> None:
    start("A red fox")
    bpy.context.scene.name = "Renamed"
    settled()
    assert lies_at(movie()).name == "Red fox 01.mp4"


def test_a_clip_whose_scene_was_deleted_waits_in_the_list(
    saved_file: Path, runtime: Any, start: Callable[..., None], settled: Callable[[], None]
) -> None:
    start("A red fox")
    bpy.data.scenes.new("Other")
    # As people do it: that ends what Blender still builds for the scene. `scenes.remove` leaves a proxy's job with a
    # scene that is gone, and Blender 4.5 dies of it when the next file is read.
    bpy.ops.scene.delete()
    settled()
    assert [scene.name for scene in bpy.data.scenes] == ["Other"]
    assert strips() == []
    assert len(runtime.current().project.assets) == 1
    assert runtime.current().trouble is None
