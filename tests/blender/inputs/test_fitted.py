"""Inputs made to fit what a service takes, by the real script in a real Blender."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy as np
import pytest

from .. import animatics, footage
from ..working import SMALL
from .taking import pixels, set_format


@pytest.fixture
def fitted(installed: Callable[[str], ModuleType], tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Make a file fit a slot with these limits; returns what would be sent."""
    core, models = installed("core.capabilities"), installed("core.models")
    inputs = installed("storage.inputs")
    preparation = installed("worker.preparation").Preparation((sys.executable,), tmp_path, lambda _: None)
    sidecar = tmp_path / "film.sessions.json"

    def fit(file: Path, **limits: Any) -> Path:
        role, media, mode = {
            ".mp4": (models.Role.VIDEO, core.Media.VIDEO, models.Mode.VIDEO),
            ".wav": (models.Role.AUDIO, core.Media.AUDIO, models.Mode.VIDEO),
        }.get(file.suffix, (models.Role.FIRST_FRAME, core.Media.IMAGE, models.Mode.FIRST_FRAME))
        slot = core.Slot(role, media, **limits)
        side = core.Span(64, 4096)
        model = core.Model("m", "Act-Two", frozenset({mode}), 100, side, side, side, None, None, slots={mode: (slot,)})
        request = models.Request(
            prompt="A fox",
            provider="p",
            model="m",
            mode=mode,
            inputs=(models.Input(role=role, path=str(file)),),
            **{**SMALL, "seed": 1},
        )
        found = preparation.fitted(request, model, lambda: inputs.folder(sidecar, None), lambda: False)
        return Path(found.inputs[0].path)

    yield fit
    preparation.close()


def noise(path: Path, size: tuple[int, int], seed: int = 1) -> Path:
    """A picture that cannot be packed: as PNG as large as its pixels."""
    image = bpy.data.images.new("noise", *size)
    values = np.random.default_rng(seed).random(size[0] * size[1] * 4, dtype=np.float32)
    values[3::4] = 1.0
    image.pixels.foreach_set(values)
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return path


def noisy_clip(folder: Path, compat: Any) -> Path:
    """A second of noise, 320 × 180 pixels, which can hardly be packed."""
    scene = bpy.data.scenes.new("Noise")
    set_format(scene, (320, 180))
    strips = compat.strips(scene.sequence_editor_create())
    files = [noise(folder / f"{number:02}.png", (320, 180), number) for number in range(24)]
    strip = strips.new_image(name="Noise", filepath=str(files[0]), channel=1, frame_start=1)
    for file in files[1:]:
        strip.elements.append(file.name)
    compat.set_handles(strip, 1, 25)
    compat.set_movie_output(scene)
    scene.render.ffmpeg.constant_rate_factor = "HIGH"
    scene.frame_start, scene.frame_end = 1, 24
    scene.render.use_file_extension, scene.render.filepath = False, str(folder / "noise.mp4")
    bpy.ops.render.render(animation=True, scene=scene.name)
    return folder / "noise.mp4"


def test_a_picture_is_scaled_to_what_the_service_takes_in_its_shape_and_colours(fitted: Any, tmp_path: Path) -> None:
    footage._write_png(tmp_path / "still.png", (1600, 400), 0b10110101)
    sent = pixels(str(fitted(tmp_path / "still.png", pixels=(800, 800))))
    assert sent.shape[:2] == (200, 800)
    assert footage.number_in(sent) == 0b10110101
    assert set(np.unique(np.rint(sent[..., :3] * 255))) <= {0, 255}


def test_a_picture_of_too_many_bytes_becomes_a_jpeg_that_keeps_to_them(fitted: Any, tmp_path: Path) -> None:
    file = noise(tmp_path / "noise.png", (512, 512))
    assert file.stat().st_size > 600_000
    sent = fitted(file, size=300_000)
    assert sent.suffix == ".jpg"
    assert sent.stat().st_size <= 300_000
    assert pixels(str(sent)).shape[:2] == (512, 512)
    smaller = fitted(file, size=30_000)
    assert smaller.stat().st_size <= 30_000
    assert pixels(str(smaller)).shape[0] < 512
    assert file.stat().st_size > 600_000


def test_what_cannot_be_made_that_small_is_told(fitted: Any, installed: Any, tmp_path: Path) -> None:
    file = noise(tmp_path / "noise.png", (512, 512))
    with pytest.raises(installed("core.errors").InputError, match=r"“noise\.png” cannot be made as small as 0\.0 MB"):
        fitted(file, size=200)


def test_a_picture_of_another_kind_becomes_a_png_with_the_same_colours(fitted: Any, tmp_path: Path) -> None:
    image = bpy.data.images.new("tint", 32, 16)
    image.pixels.foreach_set(np.tile(np.array([0.2, 0.5, 0.8, 1.0], np.float32), 32 * 16))
    image.filepath_raw, image.file_format = str(tmp_path / "tint.tif"), "TIFF"
    image.save()
    sent = fitted(tmp_path / "tint.tif")
    assert sent.suffix == ".png"
    assert pixels(str(sent))[8, 16, :3] == pytest.approx([0.2, 0.5, 0.8], abs=0.01)


def test_a_clip_is_scaled_frame_by_frame_and_keeps_its_rate_and_sound(
    fitted: Any,
    fresh_file: None,
    compat: Any,
    tmp_path: Path,
) -> None:
    rate = footage.Rate(30, 1.001)
    large = footage.make_clip(tmp_path / "large.mp4", compat, rate=rate, frames=12, size=(256, 144))
    sent = fitted(large, pixels=(128, 128))
    size, frames, fps = animatics.facts(sent)
    assert (size, frames) == ((128, 72), 12)
    assert fps == pytest.approx(30 / 1.001, abs=0.01)
    shown = [footage.number_in(each) for each in animatics.frames(sent, compat, tmp_path / "look")]
    assert shown == list(range(12))
    if footage.HAS_AUDIO:
        assert bpy.data.sounds.load(str(sent)).samplerate == 48_000


def test_a_clip_of_too_many_bytes_is_made_to_keep_to_them(
    fitted: Any,
    fresh_file: None,
    compat: Any,
    tmp_path: Path,
) -> None:
    large = noisy_clip(tmp_path, compat)
    assert large.stat().st_size > 700_000
    for limit in (400_000, 10_000):
        sent = fitted(large, size=limit)
        assert sent.stat().st_size <= limit
        assert animatics.facts(sent)[1:] == (24, 24.0)
    assert animatics.facts(sent)[0][0] < 320  # so few bits are better spent on fewer pixels


def test_a_clip_of_the_wrong_length_is_told(fitted: Any, installed: Any, clip: Path) -> None:
    told = r"“clip\.mp4” is 2 s long; Act-Two takes 3 to 30 s\. Choose one of that length\."
    with pytest.raises(installed("core.errors").InputError, match=told):
        fitted(clip, seconds=(3.0, 30.0))


def test_the_assets_json_says_what_it_was_made_from(
    clip: Path,
    compat: Any,
    installed: Any,
    tmp_path: Path,
) -> None:
    scene = bpy.context.scene
    set_format(scene)
    compat.strips(scene.sequence_editor_create()).new_movie(name="Clip", filepath=str(clip), channel=1, frame_start=1)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.sessions.input_from_playhead("EXEC_DEFAULT", role="first_frame")
    (entry,) = installed("blender.runtime").current().draft.inputs
    bpy.ops.sessions.generate("EXEC_DEFAULT", prompt="A fox", **SMALL)
    (record,) = (tmp_path / "shot.assets").glob("*.json")
    (told,) = json.loads(record.read_text("utf-8"))["asset"]["request"]["inputs"]
    assert (told["path"], told["sha256"], told["origin"]) == (entry.path, entry.sha256, "Frame 1 of Scene")
    assert Path(told["path"]).is_file()


def test_a_sound_is_looked_at_and_made_small_enough(fitted: Any, installed: Any, tmp_path: Path) -> None:
    footage._write_wav(tmp_path / "clicks.wav", 4.0)
    wav = tmp_path / "clicks.wav"
    if not footage.HAS_AUDIO:  # such a Blender cannot tell: it is sent as it is
        assert fitted(wav, seconds=(1.0, 3.0)) == wav
        return
    assert fitted(wav, seconds=(3.0, 5.0), size=1_000_000) == wav
    with pytest.raises(installed("core.errors").InputError, match=r"“clicks\.wav” is 4 s long; Act-Two takes 5 to 9 s"):
        fitted(wav, seconds=(5.0, 9.0))
    sent = fitted(wav, size=100_000)
    assert (sent.suffix, sent.stat().st_size <= 100_000) == (".mp3", True)
    sound: Any = bpy.data.sounds.load(str(sent))
    assert sound.samplerate == 48_000
    (tmp_path / "notes.wav").write_text("no sound")
    with pytest.raises(installed("core.errors").InputError, match=r"“notes\.wav” cannot be read: it is no sound"):
        fitted(tmp_path / "notes.wav", size=1000)
