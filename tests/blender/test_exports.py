"""What is handed on to others: the edit with all takes, the disclosure report, a session as a folder."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from .working import generate

FILES = Path("Exported 雪")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / FILES
    folder.mkdir()
    return folder


@pytest.fixture
def film(saved_file: Path) -> Path:
    """A file whose edit shows the first of three takes, from frame 10."""
    bpy.context.scene.frame_set(10)
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, 100
    generate("A lighthouse in a storm", count=3)
    return saved_file


def clips_in(item: Any) -> Iterator[dict[str, Any]]:
    """All clips of an .otio file."""
    if isinstance(item, dict):
        if item.get("OTIO_SCHEMA") == "Clip.2":
            yield item
        for child in item.values():
            yield from clips_in(child)
    elif isinstance(item, list):
        for child in item:
            yield from clips_in(child)


def read_otio(file: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    timeline = json.loads(file.read_text("utf-8"))
    pictures = next(track for track in timeline["tracks"]["children"] if track["kind"] == "Video")
    return timeline, list(clips_in(pictures))


def test_the_exported_timeline_has_every_take_as_media_of_its_clip(film: Path, out: Path, runtime: Any) -> None:
    bpy.ops.sessions.export_timeline(filepath=str(out / "film.otio"))
    timeline, (clip,) = read_otio(out / "film.otio")
    assets = runtime.current().project.assets
    references = clip["media_references"]
    assert timeline["OTIO_SCHEMA"] == "Timeline.1"
    assert list(references) == ["Take 01", "Take 02", "Take 03"]
    assert clip["active_media_reference_key"] in references
    shown = next(asset for asset in assets if f"Take {asset.take_number:02}" == clip["active_media_reference_key"])
    assert clip["metadata"]["generative_sessions"]["asset"] == shown.id
    for asset in assets:
        url = references[f"Take {asset.take_number:02}"]["target_url"]
        file = Path(urllib.request.url2pathname(urllib.parse.urlsplit(url).path))
        assert hashlib.sha256(file.read_bytes()).hexdigest() == asset.sha256


def test_an_export_that_moves_with_the_clips_names_them_from_where_it_lies(film: Path) -> None:
    bpy.ops.sessions.export_timeline(filepath=str(film.with_name("film.otio")), relative=True)
    _, (clip,) = read_otio(film.with_name("film.otio"))
    urls = [reference["target_url"] for reference in clip["media_references"].values()]
    assert all((film.parent / urllib.parse.unquote(url)).is_file() for url in urls)


def test_the_file_gets_its_ending(film: Path, out: Path) -> None:
    bpy.ops.sessions.export_timeline(filepath=str(out / "film"))
    bpy.ops.sessions.export_report(filepath=str(out / "film.csv"), format="MARKDOWN")
    assert sorted(file.name for file in out.iterdir()) == ["film.md", "film.otio"]


def test_a_file_that_is_there_is_replaced_only_if_that_was_said(film: Path, out: Path) -> None:
    target = out / "film.otio"
    target.write_text("mine")
    with pytest.raises(RuntimeError, match=r"There is already a “film\.otio”"):
        bpy.ops.sessions.export_timeline(filepath=str(target))
    assert target.read_text() == "mine"
    bpy.ops.sessions.export_timeline(filepath=str(target), overwrite=True)
    assert read_otio(target)[1]
    assert [file.name for file in out.iterdir()] == ["film.otio"]


def test_the_report_tells_where_a_take_plays_and_what_made_it(film: Path, out: Path, runtime: Any) -> None:
    bpy.ops.sessions.export_report(filepath=str(out / "report.json"), format="JSON")
    report = json.loads((out / "report.json").read_text("utf-8"))
    (entry,) = report["entries"]
    asset = next(each for each in runtime.current().project.assets if each.take_id == entry["take_id"])
    assert entry["prompt"] == "A lighthouse in a storm"
    assert (entry["sha256"], entry["provider"]) == (asset.sha256, "animatic")
    assert entry["digital_source_type"].endswith("/algorithmicMedia")
    assert (entry["record_in"], entry["record_out"]) == ("00:00:00:09", "00:00:00:21")


@pytest.mark.parametrize(("form", "ending"), [("CSV", ".csv"), ("JSON", ".json"), ("MARKDOWN", ".md")])
def test_each_form_of_the_report_has_the_hash_of_the_clip(
    form: str, ending: str, film: Path, out: Path, runtime: Any
) -> None:
    bpy.ops.sessions.export_report(filepath=str(out / "report"), format=form)
    text = (out / f"report{ending}").read_text("utf-8-sig")
    shown = runtime.current().project.assets[0]
    assert shown.sha256 in text
    if form == "CSV":
        (row,) = csv.DictReader(io.StringIO(text))
        assert (row["prompt"], row["sha256"]) == ("A lighthouse in a storm", shown.sha256)


def test_a_muted_take_is_not_reported(film: Path, out: Path, installed: Callable[[str], ModuleType]) -> None:
    for strip in installed("blender.compat").strips_all(bpy.context.scene.sequence_editor):
        strip.mute = True
    bpy.ops.sessions.export_report(filepath=str(out / "report.json"), format="JSON")
    assert json.loads((out / "report.json").read_text("utf-8"))["entries"] == []


def test_another_scene_can_be_named(film: Path, out: Path) -> None:
    bpy.context.scene.name = "Film"
    bpy.data.scenes.new("Empty")
    with pytest.raises(RuntimeError, match="The sequencer of the scene “Empty” is empty"):
        bpy.ops.sessions.export_timeline(filepath=str(out / "film.otio"), scene="Empty")
    with pytest.raises(RuntimeError, match="There is no scene “Gone”"):
        bpy.ops.sessions.export_report(filepath=str(out / "film.csv"), scene="Gone")
    assert list(out.iterdir()) == []
    bpy.ops.sessions.export_timeline(filepath=str(out / "film.otio"), scene="Film")
    assert read_otio(out / "film.otio")[0]["name"] == "Film"


def test_without_strips_there_is_nothing_to_export(saved_file: Path) -> None:
    assert not bpy.ops.sessions.export_timeline.poll()
    assert not bpy.ops.sessions.export_report.poll()
    assert not bpy.ops.sessions.export_session.poll()


def test_a_session_becomes_a_folder_with_its_clips_and_a_contact_sheet(film: Path, out: Path, runtime: Any) -> None:
    bpy.ops.sessions.export_session(directory=str(out))
    (folder,) = out.iterdir()
    assert folder.name == "Lighthouse in a storm"
    assert {entry.name for entry in folder.iterdir()} == {"clips", "contact-sheet.html", "contact-sheet.png"}
    copied = {hashlib.sha256(file.read_bytes()).hexdigest() for file in (folder / "clips").iterdir()}
    assert copied == {asset.sha256 for asset in runtime.current().project.assets}
    page = (folder / "contact-sheet.html").read_text("utf-8")
    assert page.count("data:image/png;base64,") == 3  # pictures were made for it
    image = bpy.data.images.load(str(folder / "contact-sheet.png"))
    pixels = list(image.pixels)
    assert len({tuple(pixels[at : at + 3]) for at in range(0, len(pixels), 4)}) > 20


def test_a_session_exported_twice_is_in_two_folders(film: Path, out: Path) -> None:
    bpy.ops.sessions.export_session(directory=str(out))
    bpy.ops.sessions.export_session(directory=str(out))
    assert sorted(entry.name for entry in out.iterdir()) == ["Lighthouse in a storm", "Lighthouse in a storm 2"]


def test_a_clip_that_is_missing_is_named_and_the_others_are_there(
    film: Path, out: Path, runtime: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    gone = runtime.current().project.assets[1]
    (film.parent / gone.path).unlink()
    bpy.ops.sessions.export_session(directory=str(out))
    (folder,) = out.iterdir()
    assert len(list((folder / "clips").iterdir())) == 2
    assert gone.title in capfd.readouterr().out


def test_a_folder_that_is_not_there_is_told_in_a_sentence(film: Path, out: Path) -> None:
    with pytest.raises(RuntimeError, match=r"There is no folder .*nowhere"):
        bpy.ops.sessions.export_session(directory=str(out / "nowhere"))
    assert list(out.iterdir()) == []


def test_exporting_changes_neither_the_edit_nor_the_sessions(
    film: Path, out: Path, runtime: Any, flush: Callable[[], None]
) -> None:
    flush()
    bpy.ops.wm.save_mainfile()
    sidecar = film.with_name("shot.sessions.json")
    before = sidecar.read_bytes(), runtime.current().project
    bpy.ops.sessions.export_timeline(filepath=str(out / "film.otio"))
    bpy.ops.sessions.export_report(filepath=str(out / "film.csv"))
    bpy.ops.sessions.export_session(directory=str(out))
    assert (sidecar.read_bytes(), runtime.current().project) == before
