"""The built-in provider's picture, drawn by a Blender of its own and looked at frame by frame."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy as np
import pytest

from .animatics import Drawn, environment, facts, frames, growth, run, shift, write_job

Draw = Callable[..., Drawn]
Look = Callable[..., list[np.ndarray]]


@pytest.fixture(scope="module")
def script(installed: Callable[[str], ModuleType]) -> Path:
    return Path(str(installed("blender").__file__)).with_name("animatic") / "render.py"


@pytest.fixture(scope="module")
def draw(script: Path, tmp_path_factory: pytest.TempPathFactory) -> Draw:
    """Draw a job; the same job is drawn once for all tests of this file."""
    known: dict[str, Drawn] = {}

    def drawn(**settings: Any) -> Drawn:
        key = json.dumps(settings, sort_keys=True)
        if key not in known:
            folder = tmp_path_factory.mktemp("clip")
            known[key] = run(script, write_job(folder, **settings), folder / "clip.mp4")
            assert known[key].code == 0, known[key].output
        return known[key]

    return drawn


@pytest.fixture(scope="module")
def look(draw: Draw, installed: Callable[[str], ModuleType], tmp_path_factory: pytest.TempPathFactory) -> Look:
    """The frames of a job's clip."""

    def looked(**settings: Any) -> list[np.ndarray]:
        return frames(draw(**settings).clip, installed("blender.compat"), tmp_path_factory.mktemp("frames"))

    return looked


@pytest.fixture(scope="module")
def plate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A reference image full of soft spots, in which every shift can be told."""
    rng = np.random.default_rng(3)
    coarse = rng.random((27, 48))
    fine = np.kron(coarse, np.ones((10, 10)))
    for _pass in range(3):
        fine = (fine + np.roll(fine, 3, 0) + np.roll(fine, 3, 1) + np.roll(fine, -3, 0) + np.roll(fine, -3, 1)) / 5
    return _write_image(tmp_path_factory.mktemp("plate") / "plate.png", np.repeat(fine[..., None], 3, axis=2))


def _write_image(path: Path, colours: np.ndarray) -> str:
    rows, columns, _channels = colours.shape
    pixels = np.ones((rows, columns, 4), np.float32)
    pixels[..., :3] = colours
    image = bpy.data.images.new("plate", columns, rows)
    image.pixels.foreach_set(pixels.ravel())
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return str(path)


def _above(picture: np.ndarray) -> np.ndarray:
    """The part of a frame in which no caption stands."""
    return picture[int(0.48 * picture.shape[0]) :]


# -- The clip ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "height", "fps", "duration", "count"),
    [
        (192, 108, 24.0, 0.5, 12),
        (128, 128, 29.97, 0.4, 12),
        (90, 160, 60.0, 0.2, 12),
        (160, 90, 23.976, 1.0, 24),
        (160, 90, 25.0, 0.3, 8),
    ],
)
def test_a_clip_is_what_was_asked_for(
    draw: Draw, width: int, height: int, fps: float, duration: float, count: int
) -> None:
    size, frame_count, rate = facts(draw(width=width, height=height, fps=fps, duration=duration).clip)
    assert (size, frame_count) == ((width, height), count)
    assert rate == pytest.approx(fps, abs=0.002)


def test_an_odd_size_loses_one_pixel(draw: Draw) -> None:
    assert facts(draw(width=161, height=91, duration=0.1).clip)[0] == (160, 90)


def test_the_same_request_gives_the_same_file(script: Path, draw: Draw, tmp_path: Path) -> None:
    again = run(script, write_job(tmp_path), tmp_path / "again.part")
    assert again.code == 0, again.output
    assert again.clip.read_bytes() == draw().clip.read_bytes()


def test_the_clip_has_exactly_the_name_asked_for_and_nothing_lies_beside_it(script: Path, tmp_path: Path) -> None:
    job = write_job(tmp_path, duration=0.1)
    run(script, job, tmp_path / "clip.mp4.part")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4.part", "job.json"]


def test_progress_counts_the_frames_as_they_are_written(draw: Draw) -> None:
    assert draw().progress == [round(n / 12, 4) for n in range(1, 13)]
    assert draw().said[-1] == {"done": True, "frames": 12}


# -- The picture -------------------------------------------------------------------------------------------------------


def test_another_seed_is_visibly_another_picture(look: Look) -> None:
    pictures = [look(seed=seed)[0] for seed in (7, 8, 9)]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert np.abs(_above(pictures[one]) - _above(pictures[other])).mean() > 0.04


def test_a_small_and_a_large_frame_show_the_same_picture(look: Look) -> None:
    small, large = look(duration=0.1)[0], look(duration=0.1, width=768, height=432)[0]
    shrunk = large.reshape(108, 4, 192, 4, 3).mean(axis=(1, 3))
    assert np.abs(_above(small) - _above(shrunk)).mean() < 0.03


@pytest.mark.parametrize("width", [320, 1280])
def test_the_caption_stands_out_from_the_picture(look: Look, width: int) -> None:
    picture = look(width=width, height=width * 9 // 16, duration=0.1, prompt="A foggy white day, mmmmm")[0]
    text = picture[int(0.12 * len(picture)) : int(0.22 * len(picture)), int(0.06 * width) : int(0.4 * width)]
    grey = text.mean(axis=2)
    assert np.percentile(grey, 99) - np.percentile(grey, 30) > 0.3
    assert np.percentile(grey, 99) > 0.85


def test_only_the_running_time_moves_in_a_static_shot(look: Look) -> None:
    pictures = look()
    assert np.abs(_above(pictures[0]) - _above(pictures[-1])).mean() < 0.01
    height, width, _channels = pictures[0].shape
    clock = np.s_[int(0.2 * height) : int(0.4 * height), int(0.8 * width) :]
    assert np.abs(pictures[0][clock] - pictures[-1][clock]).max() > 0.3


def test_the_running_time_counts_tenths_of_a_second(look: Look) -> None:
    pictures = look(width=640, height=360)
    clock = np.s_[int(0.225 * 360) : int(0.3 * 360), int(0.85 * 640) : int(0.935 * 640)]
    changes = [i for i in range(1, 12) if np.abs(pictures[i][clock] - pictures[i - 1][clock]).max() > 0.35]
    assert changes == [3, 5, 8, 10]  # the first frames at or after 0.1, 0.2, 0.3 and 0.4 s at 24 fps


def test_the_take_number_is_burnt_in(look: Look) -> None:
    one, two = look(duration=0.1)[0], look(duration=0.1, take=23)[0]
    height, width, _channels = one.shape
    label = np.s_[int(0.2 * height) : int(0.4 * height), : int(0.3 * width)]
    assert np.abs(one[label] - two[label]).max() > 0.3
    assert np.abs(_above(one) - _above(two)).mean() < 0.01


def test_the_prompt_is_burnt_in_in_its_own_script(look: Look) -> None:
    one, other = (
        look(duration=0.1, width=320, height=180, prompt=f"{word} static")[0] for word in ("嵐の灯台", "海と小舟")
    )
    blank = look(duration=0.1, width=320, height=180, prompt="static")[0]
    band = np.s_[int(0.11 * 180) : int(0.2 * 180), int(0.06 * 320) : int(0.22 * 320)]
    ink = [(picture[band].mean(axis=2) > 0.7) for picture in (one, other, blank)]
    assert ink[0].sum() > 30
    assert (ink[0] ^ ink[1]).sum() > 20


def test_the_reference_image_is_the_plate(look: Look, tmp_path: Path) -> None:
    colours = np.zeros((40, 60, 3))
    colours[:, :30], colours[:, 30:] = (0.8, 0.2, 0.1), (0.1, 0.3, 0.7)
    picture = look(image=_write_image(tmp_path / "two.png", colours), duration=0.1)[0]
    assert picture[90:, 10:60].mean(axis=(0, 1)) == pytest.approx((0.8, 0.2, 0.1), abs=0.04)
    assert picture[90:, 130:180].mean(axis=(0, 1)) == pytest.approx((0.1, 0.3, 0.7), abs=0.04)


def test_between_two_images_it_goes_from_the_one_to_the_other(look: Look, tmp_path: Path) -> None:
    ends = [_write_image(tmp_path / f"{red}.png", np.full((54, 96, 3), (red, 0.5, 0.5))) for red in (0.1, 0.9)]
    pictures = look(prompt="push in", image=ends[0], last_image=ends[1], duration=0.5)
    reds = [float(picture[90:, :, 0].mean()) for picture in pictures]
    assert (reds[0], reds[-1]) == (pytest.approx(0.1, abs=0.04), pytest.approx(0.9, abs=0.04))
    assert all(before < after for before, after in itertools.pairwise(reds))


# -- The camera --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("move", "right", "up"),
    [("pan left", 1, 0), ("pan right", -1, 0), ("tilt up", 0, -1), ("tilt down", 0, 1), ("orbit", 0, 0)],
)
def test_a_turn_of_the_camera_shifts_the_plate_the_other_way(
    look: Look, plate: str, move: str, right: int, up: int
) -> None:
    pictures = look(prompt=f"{move}", image=plate)
    went_right, went_up = shift(_above(pictures[3]), _above(pictures[8]))
    assert (_direction(went_right), _direction(went_up)) == (right, up)


def test_pushing_in_makes_the_plate_larger(look: Look, plate: str) -> None:
    pictures = look(prompt="push in", image=plate)
    assert growth(pictures[0], pictures[-1]) > 1.2


def test_pulling_out_makes_the_plate_smaller(look: Look, plate: str) -> None:
    pictures = look(prompt="pull out", image=plate)
    assert growth(pictures[0], pictures[-1]) < 0.85


@pytest.mark.parametrize("move", ["push in", "pull out", "pan left", "tilt up", "orbit", "handheld", "slowly"])
def test_every_move_can_be_seen_in_the_drawn_picture(look: Look, move: str) -> None:
    still = look()
    pictures = look(prompt=f"A lighthouse in a storm, {move}")
    rest = np.abs(_above(still[0]) - _above(still[-1])).mean()
    assert np.abs(_above(pictures[0]) - _above(pictures[-1])).mean() > max(3 * rest, 0.006)


def _direction(pixels: int) -> int:
    return 0 if abs(pixels) <= 1 else 1 if pixels > 0 else -1


# -- Scripts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script_name", "one", "other"),
    [
        ("Latin", "A", "R"),
        ("Greek", "Ω", "Ψ"),
        ("Cyrillic", "Ж", "Ю"),
        ("Hebrew", "א", "ש"),
        ("Arabic", "\ufe91", "\ufecb"),
        ("Devanagari", "क", "ह"),
        ("Bengali", "ক", "হ"),
        ("Tamil", "க", "ண"),
        ("Telugu", "క", "హ"),
        ("Thai", "ก", "ฮ"),
        ("Georgian", "ა", "ჰ"),
        ("Armenian", "Ա", "Ֆ"),
        ("Ethiopic", "ሀ", "ፈ"),
        ("Khmer", "ក", "ហ"),
        ("Han", "嵐", "灯"),
        ("Kana", "の", "ラ"),
        ("Hangul", "폭", "등"),
        ("emoji", "🌊", "🔥"),
    ],
)
def test_characters_of_a_script_are_drawn_and_not_as_boxes(
    installed: Callable[[str], ModuleType], tmp_path: Path, script_name: str, one: str, other: str
) -> None:
    """A missing character is drawn as a box, the same for all of a script."""
    path = tmp_path / "text.png"
    installed("blender.compat").draw_text(
        str(path), 240, 40, [(one, 28, 8, 10), (other, 28, 88, 10), (one, 28, 168, 10)]
    )
    image = bpy.data.images.load(str(path))
    pixels = np.empty(240 * 40 * 4, np.float32)
    image.pixels.foreach_get(pixels)
    bpy.data.images.remove(image)
    ink = pixels[3::4].reshape(40, 240)
    first, second, again = (ink[:, left : left + 60] for left in (0, 80, 160))
    assert first.sum() > 20, f"{script_name}: nothing was drawn"
    assert np.abs(first - second).sum() > 20, f"{script_name}: two characters look the same"
    assert np.abs(first - again).sum() < 1


# -- What goes wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "about"),
    [
        ({"width": 0}, "0 × 108 pixels"),
        ({"height": 1_000_000}, "192 × 1000000 pixels"),
        ({"fps": 0}, "0 frames per second"),
        ({"duration": -1}, "-1 seconds"),
        ({"duration": float("nan")}, "nan seconds"),
        ({"image": "/there/is/no/such.png"}, "/there/is/no/such.png"),
        ({"prompt": None, "seed": "x"}, "cannot be read"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(
    script: Path, tmp_path: Path, settings: dict[str, Any], about: str
) -> None:
    drawn = run(script, write_job(tmp_path, **settings), tmp_path / "clip.mp4")
    assert drawn.code == 1
    assert len(drawn.said) == 1
    assert about in drawn.error
    assert drawn.error.endswith(".")
    assert "Traceback" not in drawn.output
    assert [path.name for path in tmp_path.iterdir()] == ["job.json"]


def test_a_clip_that_cannot_be_written_is_said(script: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    drawn = run(script, write_job(tmp_path), tmp_path / "file" / "clip.mp4")
    assert drawn.code == 1
    assert "cannot write" in drawn.error


def test_when_killed_it_leaves_its_folder_and_no_clip(script: Path, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    job = write_job(tmp_path, duration=60.0)
    process = subprocess.Popen(
        [sys.executable, str(script), "--", str(job), str(clip)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=environment(tmp_path),
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(b"ANIMATIC"):
            break
    process.kill()
    process.stdout.close()
    process.wait(30)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4.work", "job.json"]


def test_a_folder_left_by_a_killed_run_is_no_hindrance(script: Path, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4.work").mkdir()
    (tmp_path / "clip.mp4.work" / "old").write_text("left over")
    assert run(script, write_job(tmp_path, duration=0.1), tmp_path / "clip.mp4").code == 0
    assert not (tmp_path / "clip.mp4.work").exists()


def test_when_tied_it_ends_with_its_input(script: Path, tmp_path: Path) -> None:
    job = write_job(tmp_path, duration=60.0)
    process = subprocess.Popen(
        [sys.executable, str(script), "--", str(job), str(tmp_path / "clip.mp4"), "tied"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(tmp_path),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(b"ANIMATIC"):
            break
    process.stdin.close()
    begun = time.monotonic()
    assert process.wait(60) == 3
    process.stdout.close()
    assert time.monotonic() - begun < 30
