"""`blender FILE.blend --command sessions …`, called as Blender calls it. tests/gui has real Blenders do so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import bpy
import pytest

from .working import generate, read_sidecar, start_of, strips

SMALL = ["--width", "160", "--height", "90", "--fps", "24", "--duration", "0.5"]


class Answer(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line: Blender prints what operators report before it."""
        return self.out.splitlines()[-1]

    @property
    def json(self) -> Any:
        """The last line, as a script reads it."""
        return json.loads(self.last)


@pytest.fixture
def command(
    extension: str, installed: Callable[[str], ModuleType], capsys: pytest.CaptureFixture[str]
) -> Callable[..., Answer]:
    run = installed("blender.commands").run

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        code = run([str(each) for each in arguments])
        return Answer(code, *capsys.readouterr())

    return call


def test_generate_brings_clips_into_a_new_session_and_leaves_the_blend_alone(
    saved_file: Path, command: Callable[..., Answer]
) -> None:
    before = saved_file.read_bytes()
    answer = command("generate", "A lighthouse in a storm", "--count", 2, "--seed", 7, *SMALL, "--json")
    assert (answer.code, answer.err) == (0, "")
    first, second = answer.json["takes"]
    assert (first["state"], second["number"]) == ("succeeded", 2)
    assert (first["request"]["prompt"], first["request"]["seed"]) == ("A lighthouse in a storm", 7)
    clip = Path(first["asset"]["file"])
    assert hashlib.sha256(clip.read_bytes()).hexdigest() == first["asset"]["sha256"]
    assert [session["name"] for session in read_sidecar(saved_file)["sessions"]] == ["Lighthouse in a storm"]
    assert strips() == []
    assert saved_file.read_bytes() == before


def test_generate_adds_to_a_session_that_is_named(
    saved_file: Path, runtime: Any, command: Callable[..., Answer]
) -> None:
    assert command("generate", "A red fox", "--name", "Fox", *SMALL).code == 0
    assert command("generate", "A grey wolf", *SMALL).code == 0
    assert command("generate", "A red fox at night", "--session", "Fox", *SMALL).code == 0
    names = {session.name: len(session.takes) for session in runtime.current().project.sessions}
    assert names == {"Fox": 2, "Grey wolf": 1}


def test_generate_inserts_at_a_frame_and_saves(saved_file: Path, command: Callable[..., Answer]) -> None:
    assert command("generate", "A red fox", *SMALL, "--insert", "--frame", 33).code == 0
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    (strip,) = [strip for strip in strips() if strip.type == "MOVIE"]
    assert start_of(strip) == 33


def test_generate_works_in_a_scene_that_is_named_and_leaves_the_playheads(
    saved_file: Path, command: Callable[..., Answer]
) -> None:
    other = bpy.data.scenes.new("Other")
    other.frame_set(5)
    bpy.ops.wm.save_mainfile()
    shown = bpy.context.window.scene.name
    assert command("generate", "A red fox", *SMALL, "--insert", "--scene", "Other", "--frame", 70).code == 0
    other = bpy.data.scenes["Other"]
    assert [start_of(strip) for strip in strips(other) if strip.type == "MOVIE"] == [70]
    assert (other.frame_current, bpy.context.window.scene.name) == (5, shown)
    assert strips(bpy.data.scenes[shown]) == []


def test_generate_starts_from_a_picture(saved_file: Path, tmp_path: Path, command: Callable[..., Answer]) -> None:
    picture = tmp_path / "start.png"
    image = bpy.data.images.new("start", 160, 90)
    image.filepath_raw, image.file_format = str(picture), "PNG"
    image.save()
    answer = command("generate", "A red fox", *SMALL, "--first-frame", picture, "--json")
    assert (answer.code, answer.err) == (0, "")
    (start,) = answer.json["takes"][0]["request"]["inputs"]
    assert start["role"] == "first_frame"
    assert hashlib.sha256(Path(start["path"]).read_bytes()).hexdigest() == start["sha256"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--provider", "nobody"], "nobody"),
        (["--session", "Gone"], "There is no session “Gone”"),
        (["--scene", "Gone"], "There is no scene “Gone”"),
        (["--first-frame", "/gone.png"], "gone.png"),
    ],
)
def test_what_cannot_be_generated_is_told_in_a_sentence(
    arguments: list[str], said: str, saved_file: Path, command: Callable[..., Answer]
) -> None:
    answer = command("generate", "A red fox", *SMALL, *arguments)
    assert answer.code == 1
    assert said in answer.err
    assert answer.err.count("\n") == 1
    assert answer.out in ("", f"Error: {answer.err}")  # Blender prints what an operator reports


def test_list_tells_sessions_takes_and_where_they_play(saved_file: Path, command: Callable[..., Answer]) -> None:
    bpy.context.scene.frame_set(10)
    generate("A red fox", count=2)
    generate("A grey wolf", count=1, insert=False)
    answer = command("list", "--json")
    (session,) = answer.json["sessions"]
    assert (answer.code, answer.json["file"]) == (0, str(saved_file))
    assert [take["number"] for take in session["takes"]] == [1, 2, 3]
    uses = [[use["start"] for use in take["uses"]] for take in session["takes"]]
    assert sorted(uses) == [[], [], [10]]
    plain = command("list")
    assert plain.code == 0
    assert "Red fox" in plain.out
    assert plain.out.count("succeeded") == 3


def test_list_of_a_file_without_sessions_says_so(saved_file: Path, command: Callable[..., Answer]) -> None:
    assert command("list") == (0, "There are no sessions in this file.\n", "")
    assert command("list", "--json").json == {"file": str(saved_file), "sessions": []}


def test_export_writes_the_edit_and_keeps_what_is_there(
    saved_file: Path, tmp_path: Path, command: Callable[..., Answer]
) -> None:
    generate("A red fox", count=2)
    target = tmp_path / "film.otio"
    answer = command("export", target)
    assert (answer.code, answer.last, answer.err) == (0, str(target), "")
    assert json.loads(target.read_text("utf-8"))["OTIO_SCHEMA"] == "Timeline.1"
    target.write_text("mine")
    refused = command("export", target)
    assert (refused.code, target.read_text()) == (1, "mine")
    assert "There is already a “film.otio”" in refused.err
    assert command("export", target, "--force", "--json").json["exported"] == str(target)
    assert json.loads(target.read_text("utf-8"))["tracks"]


def test_export_makes_a_session_into_the_folder_that_is_named(
    saved_file: Path, tmp_path: Path, command: Callable[..., Answer]
) -> None:
    generate("A red fox", count=2)
    target = tmp_path / "for the director"
    answer = command("export", target, "--session", "Red fox")
    assert (answer.code, answer.last, answer.err) == (0, str(target), "")
    assert len(list((target / "clips").iterdir())) == 2
    assert (target / "contact-sheet.html").is_file()
    again = command("export", target, "--session", "Red fox")
    assert again.code == 1
    assert "There is already a “for the director”" in again.err


def test_report_is_printed_or_written_in_the_form_that_is_wanted(
    saved_file: Path, tmp_path: Path, command: Callable[..., Answer]
) -> None:
    generate("A red fox")
    printed = command("report")
    assert printed.code == 0
    assert printed.out.startswith("# Generated clips in")
    (entry,) = command("report", "--json").json["entries"]
    assert entry["prompt"] == "A red fox"
    for name, begin in (("r.csv", "\ufeffnumber,"), ("r.json", "{"), ("r.md", "# "), ("r.txt", "# ")):
        assert command("report", tmp_path / name) == (0, f"{tmp_path / name}\n", "")
        assert (tmp_path / name).read_text("utf-8").startswith(begin)
    assert command("report", tmp_path / "r.csv").code == 1
    assert command("report", tmp_path / "r.csv", "--force").code == 0
    assert command("report", "--format", "csv").out.startswith("number,")


def test_a_scene_without_strips_cannot_be_reported_on(saved_file: Path, command: Callable[..., Answer]) -> None:
    answer = command("report")
    assert (answer.code, answer.out) == (1, "")
    assert "is empty" in answer.err


def test_wrong_arguments_end_with_2_and_help_with_0(saved_file: Path, command: Callable[..., Answer]) -> None:
    for wrong in ([], ["dance"], ["generate"], ["generate", "x", "--count", "0"], ["report", "--format", "pdf"]):
        answer = command(*wrong)
        assert answer.code == 2
        assert "usage: blender FILE.blend --command sessions" in answer.err
    told = command("--help")
    assert told.code == 0
    assert all(action in told.out for action in ("list", "generate", "export", "report"))
    assert "--first-frame" in command("generate", "--help").out


def test_without_a_blend_the_command_says_what_is_missing(fresh_file: None, command: Callable[..., Answer]) -> None:
    answer = command("list")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == "No .blend is open. Give its path before --command.\n"


def test_sessions_that_cannot_be_read_are_not_taken_for_none(
    saved_file: Path, tmp_path: Path, command: Callable[..., Answer], flush: Callable[[], None]
) -> None:
    generate("A red fox")
    flush()
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    sidecar = saved_file.with_name("shot.sessions.json")
    content = json.loads(sidecar.read_text("utf-8"))
    sidecar.write_text(json.dumps(content | {"schema_version": 999, "sessions": 5}))
    bpy.ops.wm.open_mainfile(filepath=str(saved_file))
    for arguments in (["list"], ["report"], ["export", tmp_path / "film.otio"]):
        answer = command(*arguments)
        assert answer.code == 1
        assert "shot.sessions.json" in answer.err
    assert not (tmp_path / "film.otio").exists()


def test_a_console_that_lacks_a_character_shows_its_number(
    saved_file: Path, installed: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    with (tmp_path / "console").open("w", encoding="ascii") as console:
        installed("blender.commands")._print("Fuchs 🦊", console)
    assert (tmp_path / "console").read_text("ascii") == "Fuchs \\U0001f98a\n"
