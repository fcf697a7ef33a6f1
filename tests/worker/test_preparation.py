"""Making inputs in a process, with a small program in Blender's place: what is asked of it, kept, told and ended."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from addon.core.capabilities import Media, Model, Slot, Span
from addon.core.errors import InputError, StorageError
from addon.core.models import Input, Mode, Request, Role
from addon.storage import inputs
from addon.worker.messages import Prepare, Prepared, Shot, Underway
from addon.worker.preparation import Preparation, Stopped

# Knows pictures and clips by what stands in them: "picture 640 360", "clip 640 360 5.0".
PROGRAM = """
import json, os, sys, time
from pathlib import Path
order = json.loads(Path(sys.argv[-2]).read_text("utf-8"))
with open({log!r}, "a") as log:
    log.write(json.dumps(order) + "\\n")
words = Path(order["file"]).read_text("utf-8").split()
if words[0] == "crash":
    os._exit(7)
while words[0] == "endless":
    time.sleep(0.05)
known = dict(image="picture", video="clip", audio="sound")[order["media"]]
if order["do"] not in ("shoot", "still") and words[0] != known:
    said = dict(error="“{{file}}” cannot be read.", values=dict(file=Path(order["file"]).name))
else:
    width, height = (int(words[1]), int(words[2])) if len(words) > 2 else (64, 36)
    if words[0] == "sound":
        width = height = 0
    file = order["file"]
    if order["do"] != "look":
        if order["do"] == "fit":
            width, height = order["width"] or width, order["height"] or height
        if words[0] == "slow":
            Path(order["out"] + ".progress").write_text("3 9")
            while not Path(words[1]).exists():
                time.sleep(0.02)
        file = order["out"] + dict(image=".png", video=".mp4", audio=".mp3")[order["media"]]
        Path(file).write_text(f"made {{width}} {{height}}")
    seconds = float(words[3]) if len(words) > 3 else 0.0
    said = dict(file=file, width=width, height=height, seconds=seconds, fps=24.0 if seconds else 0.0)
Path(sys.argv[-1] + ".part").write_text(json.dumps(said))
os.replace(sys.argv[-1] + ".part", sys.argv[-1])
"""


class Asked:
    """A preparation, what it has told, and what was asked of the program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[Prepared] = []
        self.counted: list[Underway] = []
        self.sidecar = folder / "film.sessions.json"
        self._log = folder / "log"
        program = folder / "program.py"
        program.write_text(PROGRAM.format(log=str(self._log)), "utf-8")
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.preparation = Preparation((sys.executable, str(program)), self.scratch, self._hear)

    def _hear(self, message: Prepared | Underway) -> None:
        (self.counted if isinstance(message, Underway) else self.told).append(message)  # type: ignore[attr-defined]

    @property
    def orders(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()] if self._log.exists() else []

    @property
    def did(self) -> list[str]:
        return [order["do"] for order in self.orders]

    def kept(self) -> Path:
        return inputs.folder(self.sidecar, None)

    def file(self, name: str, content: str) -> Path:
        file = self.folder / name
        file.write_text(content)
        return file

    def prepare(
        self, file: Path, media: Media = Media.IMAGE, shot: Shot | None = None, order_id: str = "1", frame: int = 0
    ) -> None:
        order = Prepare(path=self.sidecar, order_id=order_id, media=media, file=file, shot=shot, frame=frame)
        self.preparation.order(order, self.kept)

    def answer(self) -> Prepared:
        until(lambda: bool(self.told))
        return self.told.pop(0)

    def fitted(self, file: Path, slot: Slot, sha256: str = "") -> Path:
        mode = Mode.FIRST_FRAME if slot.media is Media.IMAGE else Mode.VIDEO
        found = self.preparation.fitted(
            request(mode, Input(role=slot.role, path=str(file), sha256=sha256)), model(mode, slot), self.kept, never
        )
        (entry,) = found.inputs
        assert entry.sha256 in ("", digest(Path(entry.path)))
        return Path(entry.path)


def never() -> bool:
    return False


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def request(mode: Mode, *entries: Input) -> Request:
    return Request(
        prompt="A fox",
        provider="paid",
        model="act",
        mode=mode,
        inputs=entries,
        duration=5,
        width=640,
        height=360,
        fps=24,
        seed=1,
    )


def model(mode: Mode, slot: Slot) -> Model:
    side = Span(64, 4096)
    return Model(
        id="act",
        label="Act-Two",
        modes=frozenset({mode}),
        prompt_length=1000,
        duration=Span(1, 10),
        width=side,
        height=side,
        fps=None,
        seed=None,
        slots={mode: (slot,)},
    )


def picture(**limits: Any) -> Slot:
    return Slot(Role.FIRST_FRAME, **limits)


def clip(**limits: Any) -> Slot:
    return Slot(Role.VIDEO, Media.VIDEO, **limits)


def sound(**limits: Any) -> Slot:
    return Slot(Role.AUDIO, Media.AUDIO, **limits)


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    asked = Asked(tmp_path)
    yield asked
    asked.preparation.close()


# -- Orders ------------------------------------------------------------------------------------------------------------


def test_a_chosen_file_is_looked_at_and_copied_byte_for_byte(asked: Asked) -> None:
    file = asked.file("Fox.PNG", "picture 640 360")
    asked.prepare(file)
    told = asked.answer()
    assert (told.problem, told.sha256) == (None, digest(file))
    assert told.file == asked.kept() / f"{told.sha256[:16]}.png"
    assert told.file is not None and told.file.read_bytes() == file.read_bytes()
    assert asked.did == ["look"]


def test_a_file_that_was_chosen_before_is_not_looked_at_again(asked: Asked) -> None:
    asked.prepare(asked.file("one.png", "picture 640 360"))
    first = asked.answer()
    asked.prepare(asked.file("two.png", "picture 640 360"), order_id="2")
    assert asked.answer().file == first.file
    assert asked.did == ["look"]


def test_a_shot_is_kept_and_the_copy_of_the_blend_removed(asked: Asked) -> None:
    blend = asked.file("copy.blend", "a scene")
    asked.prepare(blend, Media.VIDEO, Shot(scene="Edit", first=3, last=9, meta="Meta", strip="Clip"))
    told = asked.answer()
    assert told.file is not None and told.file.read_text() == "made 64 36"
    assert told.file.suffix == ".mp4"
    (order,) = asked.orders
    assert {name: order[name] for name in ("do", "media", "scene", "first", "last", "meta", "strip")} == {
        "do": "shoot",
        "media": "video",
        "scene": "Edit",
        "first": 3,
        "last": 9,
        "meta": "Meta",
        "strip": "Clip",
    }
    until(lambda: not blend.exists())
    until(lambda: not list(asked.scratch.iterdir()))


def test_a_frame_of_a_clip_is_kept_and_the_clip_stays(asked: Asked) -> None:
    clip = asked.file("clip.mp4", "clip 64 36")
    asked.prepare(clip, frame=7)
    told = asked.answer()
    assert told.file is not None and (told.file.read_text(), told.file.suffix) == ("made 64 36", ".png")
    (order,) = asked.orders
    assert (order["do"], order["frame"], order["file"]) == ("still", 7, str(clip))
    assert clip.read_text() == "clip 64 36"


def test_what_cannot_be_read_is_told_in_a_sentence(asked: Asked) -> None:
    asked.prepare(asked.file("notes.txt", "some words"))
    problem = asked.answer().problem
    assert str(problem) == "“notes.txt” cannot be read. Choose another input."
    assert not list(asked.kept().iterdir())


def test_a_blender_that_crashes_is_told(asked: Asked) -> None:
    asked.prepare(asked.file("evil.png", "crash"))
    assert "ended before it was done (exit code 7)" in str(asked.answer().problem)


def test_a_program_that_cannot_be_started_is_told(asked: Asked) -> None:
    preparation = Preparation((str(asked.folder / "no blender"),), asked.scratch, asked._hear)
    file = asked.file("fox.png", "picture 1 1")
    preparation.order(Prepare(path=asked.sidecar, order_id="1", media=Media.IMAGE, file=file), asked.kept)
    assert "could not be started" in str(asked.answer().problem)


def test_a_folder_that_cannot_be_had_is_told(asked: Asked) -> None:
    asked.sidecar.with_name("film.assets").write_text("in the way")
    asked.prepare(asked.file("fox.png", "picture 1 1"))
    assert "film.assets" in str(asked.answer().problem)


def test_what_is_abandoned_ends_and_is_not_answered(asked: Asked) -> None:
    blend = asked.file("endless.blend", "endless")
    asked.prepare(blend, shot=Shot(scene="Edit", first=1, last=1))
    until(lambda: len(asked.orders) == 1)
    asked.preparation.abandon("1")
    until(lambda: not blend.exists())
    asked.prepare(asked.file("fox.png", "picture 1 1"), order_id="2")
    assert asked.answer().order_id == "2"
    assert asked.told == []


def test_closing_ends_the_processes_and_leaves_the_blend_for_the_next_worker(asked: Asked) -> None:
    blend = asked.file("endless.blend", "endless")
    asked.prepare(blend, shot=Shot(scene="Edit", first=1, last=1))
    until(lambda: len(asked.orders) == 1)
    asked.preparation.close()
    until(lambda: not list(asked.scratch.iterdir()))
    assert blend.exists()
    assert asked.told == []


def test_while_a_range_is_rendered_it_tells_how_far_it_is(asked: Asked) -> None:
    go = asked.folder / "go"
    blend = asked.file("copy.blend", f"slow {go}")
    asked.prepare(blend, Media.VIDEO, Shot(scene="Edit", first=1, last=9))
    until(lambda: bool(asked.counted))
    assert [(each.order_id, each.done, each.frames) for each in asked.counted] == [("1", 3, 9)]
    go.touch()
    assert asked.answer().file is not None


def test_a_project_that_is_saved_elsewhere_meanwhile_gets_it_there(asked: Asked) -> None:
    go = asked.folder / "go"
    blend = asked.file("copy.blend", f"slow {go}")
    asked.prepare(blend, Media.VIDEO, Shot(scene="Edit", first=1, last=9))
    until(lambda: bool(asked.counted))
    asked.sidecar = asked.folder / "named.sessions.json"
    go.touch()
    told = asked.answer()
    assert told.file is not None
    assert told.file.parent == asked.folder / "named.assets" / "inputs"


def test_a_file_that_was_taken_for_a_picture_is_looked_at_again_as_a_clip(asked: Asked) -> None:
    file = asked.file("fox.png", "picture 640 360")
    asked.prepare(file)
    asked.answer()
    asked.prepare(file, Media.VIDEO, order_id="2")
    assert "cannot be read" in str(asked.answer().problem)


# -- Making smaller ----------------------------------------------------------------------------------------------------


def test_without_limits_a_file_is_sent_unseen(asked: Asked) -> None:
    file = asked.file("fox.png", "whatever")
    assert asked.fitted(file, picture()) == file
    assert asked.did == []


def test_what_keeps_to_the_limits_is_sent_as_it_is(asked: Asked) -> None:
    file = asked.file("fox.png", "picture 640 360")
    assert asked.fitted(file, picture(pixels=(640, 360), size=100)) == file
    assert asked.did == ["look"]


@pytest.mark.parametrize("limits", [{"pixels": (320, 180)}, {"pixels": (9999, 180)}, {"size": 10}])
def test_what_is_too_large_is_made_smaller_once_and_the_original_stays(limits: dict[str, Any], asked: Asked) -> None:
    file = asked.file("fox.png", "picture 640 360")
    sent = asked.fitted(file, picture(**limits))
    assert sent.parent == asked.kept()
    assert sent.name.startswith(digest(file)[:16])
    assert sent.read_text().startswith("made")
    assert file.read_text() == "picture 640 360"
    order = asked.orders[-1]
    assert (order["do"], order["width"], order["height"], order["size"]) == (
        "fit",
        *limits.get("pixels", (0, 0)),
        limits.get("size", 0),
    )
    assert asked.fitted(file, picture(**limits)) == sent
    assert asked.did.count("fit") == 1


def test_a_kind_of_file_that_no_service_takes_is_converted(asked: Asked) -> None:
    file = asked.file("fox.exr", "picture 640 360")
    assert asked.fitted(file, picture()).suffix == ".png"
    assert asked.fitted(file, picture()).suffix == ".png"
    assert asked.did.count("fit") == 1


def test_takes_of_one_click_make_it_once_together(asked: Asked) -> None:
    file = asked.file("fox.png", "picture 640 360")
    sent: list[Path] = []
    threads = [
        threading.Thread(target=lambda: sent.append(asked.fitted(file, picture(pixels=(64, 64))))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(sent) == 4
    assert len(set(sent)) == 1
    assert asked.did.count("fit") == 1


@pytest.mark.parametrize(("seconds", "span"), [(12.0, (3.0, 10.0)), (2.0, (3.0, 10.0)), (2.0, (3.0, 0.0))])
def test_a_clip_of_the_wrong_length_is_told_with_both_lengths(
    seconds: float, span: tuple[float, float], asked: Asked
) -> None:
    file = asked.file("fox.mp4", f"clip 640 360 {seconds}")
    with pytest.raises(InputError) as caught:
        asked.fitted(file, clip(seconds=span))
    told = str(caught.value)
    assert f"“fox.mp4” is {seconds:g} s long; Act-Two takes 3" in told
    assert ("to 10 s" in told) is (span[1] > 0)


def test_a_clip_of_the_right_length_is_sent(asked: Asked) -> None:
    file = asked.file("fox.mp4", "clip 640 360 10.0")
    assert asked.fitted(file, clip(seconds=(3.0, 10.0))) == file


@pytest.mark.parametrize("seconds", [2.0, 12.0])
def test_a_sound_of_the_wrong_length_is_told(seconds: float, asked: Asked) -> None:
    file = asked.file("fox.wav", f"sound 0 0 {seconds}")
    with pytest.raises(InputError, match=rf"“fox\.wav” is {seconds:g} s long; Act-Two takes 3 to 10 s"):
        asked.fitted(file, sound(seconds=(3.0, 10.0)))


def test_a_sound_that_fits_is_sent_as_it_is(asked: Asked) -> None:
    file = asked.file("fox.wav", "sound 0 0 5.0")
    assert asked.fitted(file, sound(seconds=(3.0, 10.0), size=100)) == file
    assert asked.fitted(asked.file("unseen.mp3", "whatever"), sound()).name == "unseen.mp3"
    assert asked.did == ["look"]


@pytest.mark.parametrize(("name", "limits"), [("fox.wav", {"size": 10}), ("fox.aiff", {})])
def test_a_sound_that_is_too_large_or_of_a_kind_that_no_service_takes_is_made_anew(
    name: str, limits: dict[str, Any], asked: Asked
) -> None:
    file = asked.file(name, "sound 0 0 5.0")
    assert asked.fitted(file, sound(**limits)).suffix == ".mp3"
    assert asked.did == ["look", "fit"]


def test_what_is_no_sound_is_told(asked: Asked) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        asked.fitted(asked.file("notes.wav", "some words"), sound(size=100))


def test_an_input_that_the_model_has_no_place_for_is_left_alone(asked: Asked) -> None:
    file = asked.file("fox.mp4", "clip 640 360 5.0")
    mode = Mode.FIRST_FRAME
    wanted = request(mode, Input(role=Role.VIDEO, path=str(file)))
    assert asked.preparation.fitted(wanted, model(mode, picture(size=1)), asked.kept, never) == wanted
    assert asked.did == []


def test_an_input_that_is_gone_is_found_by_its_hash_or_told(asked: Asked) -> None:
    file = asked.file("fox.png", "picture 640 360")
    asked.prepare(file)
    told = asked.answer()
    file.unlink()
    assert asked.fitted(file, picture(size=100), told.sha256) == told.file
    with pytest.raises(StorageError, match=r"fox\.png is not there"):
        asked.fitted(file, picture(size=100))


def test_what_is_cancelled_ends_at_once(asked: Asked) -> None:
    file = asked.file("fox.png", "endless")
    mode = Mode.FIRST_FRAME
    with pytest.raises(Stopped):
        asked.preparation.fitted(
            request(mode, Input(role=Role.FIRST_FRAME, path=str(file))),
            model(mode, picture(size=1)),
            asked.kept,
            lambda: len(asked.orders) > 0,
        )
    assert not list(asked.scratch.iterdir())
