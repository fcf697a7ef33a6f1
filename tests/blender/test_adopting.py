"""Strips and files that were made elsewhere become takes: strips stay as they were edited, files as they are."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import pytest

from .footage import HAS_AUDIO, make_clip
from .working import generate, read_sidecar, start_of, strips

PARAMETERS = "a fox\nNegative prompt: cats\nSteps: 20, Sampler: Euler a, Seed: 4242, Size: 512x768, Model: dream"


@pytest.fixture
def footage(tmp_path: Path, saved_file: Path, compat: Any) -> Path:
    """A clip of somebody else's, in a folder of its own."""
    folder = tmp_path / "footage"
    folder.mkdir()
    return make_clip(folder / "render_0007.mp4", compat)


def sequencer() -> dict[str, Any]:
    """A context of Blender's own operators: an area that is a sequencer from then on."""
    window = bpy.context.window_manager.windows[0]
    area = max(window.screen.areas, key=lambda area: area.width * area.height)
    area.type = "SEQUENCE_EDITOR"
    if hasattr(bpy.context.workspace, "sequencer_scene"):
        bpy.context.workspace.sequencer_scene = bpy.context.scene
    return {"window": window, "area": area}


def add_movie(path: Path, frame: int = 1) -> Any:
    """Add a clip as Blender's own Add Movie does; returns its picture strip, selected."""
    with bpy.context.temp_override(**sequencer()):
        bpy.ops.sequencer.movie_strip_add(
            "EXEC_DEFAULT", filepath=str(path), frame_start=frame, channel=1, sound=HAS_AUDIO, relative_path=False
        )
    return next(strip for strip in reversed(strips()) if strip.type == "MOVIE" and strip.select)


def file_of(strip: Any) -> Path:
    return Path(os.path.normpath(bpy.path.abspath(strip.filepath)))


def clip_of(asset: Any, blend: Path) -> Path:
    return Path(os.path.normpath(blend.parent / asset.path))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def edited(strip: Any, compat: Any) -> dict[str, Any]:
    """What an editor did to a strip, and what Blender makes of it."""
    plain = ("name", "channel", "mute", "blend_alpha", "color_saturation", "use_flip_x")
    found = {name: getattr(strip, name) for name in plain}
    found["place"] = compat.left_handle(strip), compat.right_handle(strip), compat.cut_off(strip)
    found |= {name: getattr(strip.transform, name) for name in ("offset_x", "scale_x", "rotation")}
    found["crop"] = strip.crop.min_x
    found["speed"] = [each.timeline_frame for each in strip.retiming_keys]
    found["modifiers"] = [(each.name, each.type) for each in strip.modifiers]
    found["meta"] = {key: value for key, value in strip.items() if key.startswith("ai_meta_")}
    curves = bpy.context.scene.animation_data
    found["animated"] = curves is not None and curves.action is not None
    return found


def edit(strip: Any, compat: Any) -> None:
    """Trim a strip, give it effects, a key frame and the properties of another add-on."""
    for each in strips():
        each.select = each == strip
    with bpy.context.temp_override(**sequencer()):
        bpy.ops.sequencer.retiming_segment_speed_set(speed=125.0)
    compat.set_handles(strip, start_of(strip) + 5, start_of(strip) + 30)
    strip.name = "My hero shot"
    strip.blend_alpha, strip.color_saturation, strip.use_flip_x = 0.5, 1.5, True
    strip.transform.offset_x, strip.transform.scale_x, strip.transform.rotation = 12.0, 1.25, 0.25
    strip.crop.min_x = 3
    if bpy.app.version[:2] != (5, 0):  # there the bpy module crashes on adding a modifier
        strip.modifiers.new(name="Curves", type="CURVES")
    strip.keyframe_insert("blend_alpha", frame=10)
    strip["ai_meta_prompt"] = "A lighthouse in a storm"
    strip["ai_meta_model"] = "wan2.2"
    strip["ai_meta_seed"] = "77"


def test_a_strip_becomes_a_take_with_all_that_was_done_to_it(
    saved_file: Path, footage: Path, runtime: Any, compat: Any, marks: Any, flush: Any
) -> None:
    strip = add_movie(footage, frame=20)
    edit(strip, compat)
    assert len(strip.retiming_keys) > 1
    before, original, written = edited(strip, compat), sha256(footage), footage.stat().st_mtime_ns
    bpy.ops.ed.undo_push(message="Edited")
    assert bpy.ops.sessions.adopt_strip() == {"FINISHED"}
    (asset,) = runtime.current().project.assets
    strip = strips()[[each.name for each in strips()].index("My hero shot")]
    assert file_of(strip) == clip_of(asset, saved_file)
    assert edited(strip, compat) == before
    assert (sha256(footage), footage.stat().st_mtime_ns) == (original, written)
    assert sha256(clip_of(asset, saved_file)) == original
    assert (marks.session_of(strip), marks.shown_by(strip)) == (asset.session_id, asset.id)
    assert marks.slot_of(strip)
    request = asset.request
    assert (request.prompt, request.model, request.seed) == ("A lighthouse in a storm", "wan2.2", 77)
    assert (request.provider, request.width, request.height, request.fps) == ("", 64, 36, 24.0)
    assert request.duration == pytest.approx(2.0, abs=0.1)
    assert runtime.current().session.name == "Lighthouse in a storm"
    flush()
    (session,) = read_sidecar(saved_file)["sessions"]
    assert session["takes"][0]["asset_id"] == asset.id
    assert [clip["sessions_asset"] for clip in bpy.data.movieclips] == [asset.id]
    bpy.ops.ed.undo()
    strip = strips()[[each.name for each in strips()].index("My hero shot")]
    assert file_of(strip) == footage
    assert not marks.session_of(strip)
    assert edited(strip, compat) == before
    bpy.ops.ed.redo()
    strip = strips()[[each.name for each in strips()].index("My hero shot")]
    assert (file_of(strip), marks.shown_by(strip)) == (clip_of(asset, saved_file), asset.id)
    assert edited(strip, compat) == before


def test_an_adopted_strip_is_swapped_like_any_other_and_its_sound_follows(
    saved_file: Path, footage: Path, runtime: Any, compat: Any, marks: Any
) -> None:
    strip = add_movie(footage)
    bpy.ops.sessions.adopt_strip()
    (adopted,) = runtime.current().project.assets
    shown = [marks.shown_by(each) for each in strips()]
    assert shown == [adopted.id] * (2 if HAS_AUDIO else 1)
    generate("A lighthouse", insert=False)
    made = runtime.current().project.assets[1]
    assert (made.session_id, made.take_number) == (adopted.session_id, 2)
    strip = next(each for each in strips() if each.type == "MOVIE")
    for each in strips():
        each.select = each == strip
    bpy.ops.sessions.swap(direction="NEXT")
    assert marks.shown_by(strip) == made.id
    bpy.ops.sessions.swap(direction="PREVIOUS")
    assert marks.shown_by(strip) == adopted.id
    assert file_of(strip) == clip_of(adopted, saved_file)


def test_files_become_takes_of_the_session_in_the_panel_and_parameters_beside_them_are_read(
    saved_file: Path, footage: Path, runtime: Any, compat: Any, installed: Any
) -> None:
    generate("A crow", insert=False)
    footage.with_suffix(".txt").write_text(PARAMETERS, "utf-8")
    second = make_clip(footage.with_name("second.mp4"), compat, frames=24)
    bpy.ops.sessions.adopt_file(directory=str(footage.parent), files=[{"name": footage.name}, {"name": second.name}])
    session = runtime.current().session
    assert session.name == "Crow"
    assert [take.number for take in session.takes] == [1, 2, 3]
    fox, plain = (take.request for take in session.takes[1:])
    assert (fox.prompt, fox.seed, fox.model) == ("a fox", 4242, "dream")
    assert plain.unknown == ("provider", "prompt", "model", "seed", "created_at")
    assert plain.duration == pytest.approx(1.0, abs=0.1)
    said = " ".join(map(str, installed("blender.keeping").outcome().said))
    assert "“render_0007.txt”" in said
    assert "Nothing tells how it was made." in said
    tips = installed("blender.tips")
    assert "seed" not in tips.facts(plain)
    assert "seed 4242" in tips.facts(fox)
    assert len(bpy.data.movieclips) == 3
    assert not strips()


def test_a_new_session_is_called_after_the_file_and_shown(saved_file: Path, footage: Path, runtime: Any) -> None:
    generate("A crow", insert=False)
    bpy.ops.sessions.adopt_file(filepath=str(footage), new_session=True)
    assert runtime.current().session.name == "render_0007"
    assert len(runtime.current().project.sessions) == 2


def test_the_same_file_twice_is_one_take(saved_file: Path, footage: Path, runtime: Any, marks: Any) -> None:
    add_movie(footage)
    bpy.ops.sessions.adopt_strip()
    copy = Path(shutil.copy(footage, footage.with_name("copy.mp4")))
    bpy.ops.sessions.adopt_file(filepath=str(copy))
    add_movie(copy, frame=200)
    bpy.ops.sessions.adopt_strip()
    (asset,) = runtime.current().project.assets
    movies = [strip for strip in strips() if strip.type == "MOVIE"]
    assert {file_of(strip) for strip in movies} == {clip_of(asset, saved_file)}
    assert len({marks.slot_of(strip) for strip in movies}) == 2
    assert len(runtime.current().session.takes) == 1


def test_our_own_clip_added_as_a_movie_is_the_take_that_it_was(
    saved_file: Path, runtime: Any, marks: Any, flush: Any
) -> None:
    generate("A crow", insert=False)
    (asset,) = runtime.current().project.assets
    strip = add_movie(clip_of(asset, saved_file))
    assert not marks.session_of(strip)
    bpy.ops.sessions.adopt_strip()
    assert runtime.current().project.assets == (asset,)
    strip = next(each for each in strips() if each.type == "MOVIE")
    assert (marks.session_of(strip), marks.shown_by(strip)) == (asset.session_id, asset.id)


def test_what_a_strip_says_is_not_asked_of_one_that_carries_our_own_take(
    saved_file: Path, footage: Path, runtime: Any, marks: Any
) -> None:
    strip = add_movie(footage)
    strip["ai_meta_prompt"] = "A lighthouse"
    strip[marks.TAKE_KEY], strip[marks.SESSION_KEY] = "a take of another file", "a session of another file"
    bpy.ops.sessions.adopt_strip()
    (asset,) = runtime.current().project.assets
    assert asset.request.prompt == ""


def test_an_adopted_take_cannot_be_made_again(saved_file: Path, footage: Path, runtime: Any) -> None:
    bpy.ops.sessions.adopt_file(filepath=str(footage))
    (take,) = runtime.current().session.takes
    with pytest.raises(RuntimeError, match="made elsewhere"):
        bpy.ops.sessions.retry(take_id=take.id)
    assert len(runtime.current().session.takes) == 1


def test_a_file_that_is_no_movie_or_not_there_is_refused_in_a_sentence(
    saved_file: Path, footage: Path, runtime: Any
) -> None:
    text = footage.with_name("notes.mp4")
    text.write_text("no movie")
    for file, words in ((text, "notes.mp4.*not a movie"), (footage.with_name("gone.mp4"), "gone.mp4 is not there")):
        with pytest.raises(RuntimeError, match=words):
            bpy.ops.sessions.adopt_file(filepath=str(file))
    assert not runtime.current().project.assets
    assert not bpy.data.movieclips
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.sessions.adopt_strip()


def test_an_unsaved_file_adopts_too_and_strips_follow_its_first_save(
    fresh_file: None, tmp_path: Path, compat: Any, runtime: Any
) -> None:
    clip = make_clip(tmp_path / "shot.mp4", compat)
    add_movie(clip)
    bpy.ops.sessions.adopt_strip()
    blend = tmp_path / "saved" / "film.blend"
    blend.parent.mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    (asset,) = runtime.current().project.assets
    strip = next(each for each in strips() if each.type == "MOVIE")
    assert file_of(strip) == clip_of(asset, blend)
    assert file_of(strip).parent == blend.parent / "film.assets"
    assert clip.is_file()


@pytest.fixture
def small_drive(tmp_path: Path) -> Iterator[Path]:
    """A real file system of a quarter of a megabyte."""
    drive = tmp_path / "drive"
    drive.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", drive], check=True)
    yield drive
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    subprocess.run(["umount", "--lazy", drive], check=True)


def test_on_a_full_drive_nothing_half_is_left_and_the_strip_shows_what_it_showed(
    fresh_file: None, small_drive: Path, tmp_path: Path, compat: Any, runtime: Any, marks: Any
) -> None:
    clip = make_clip(tmp_path / "shot.mp4", compat)
    with clip.open("ab") as file:
        file.write(b"\0\x10\0\0free" + bytes((1 << 20) - 8))  # a box that says nothing
    blend = small_drive / "shot.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), compress=True)
    add_movie(clip)
    with pytest.raises(RuntimeError, match="space"):
        bpy.ops.sessions.adopt_strip()
    strip = next(each for each in strips() if each.type == "MOVIE")
    assert file_of(strip) == clip
    assert not marks.session_of(strip)
    assert not runtime.current().project.assets
    folder = small_drive / "shot.assets"
    assert not folder.exists() or list(folder.iterdir()) == []
