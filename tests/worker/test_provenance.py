"""How a clip was made, from its own record, its file, its strip and what lies beside it: who is believed first."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from addon.core.errors import StorageError
from addon.core.models import Project
from addon.core.provenance import Kind, of_properties
from addon.storage.assets import AssetFile
from addon.worker.provenance import of_file
from tests.core import builders
from tests.storage import tagged

CLIPS = Path(__file__).parents[1] / "storage" / "clips"
STRIP = of_properties({"ai_meta_prompt": "a lighthouse", "ai_meta_seed": "7"})
PARAMETERS = "a fox\nNegative prompt: cats\nSteps: 20, Sampler: Euler a, Seed: 4242, Size: 512x768, Model: dream"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A clip that says nothing of itself."""
    return Path(shutil.copy(CLIPS / "plain.mp4", tmp_path / "shot.mp4"))


def beside(clip: Path, said: Any, ending: str = ".json") -> None:
    """Write something beside a clip."""
    clip.with_name(clip.stem + ending).write_text(said if isinstance(said, str) else json.dumps(said), "utf-8")


@pytest.mark.parametrize("name", ["plain.mp4", "fragmented.mp4", "plain.mov", "plain.webm", "live.mkv", "plain.avi"])
def test_a_clip_of_which_nobody_says_anything_tells_nothing(name: str) -> None:
    assert not of_file(CLIPS / name)


@pytest.mark.parametrize("container", ["mp4", "webm", "mkv"])
def test_comfyui_s_graph_is_found_in_what_ffmpeg_wrote(container: str) -> None:
    found = of_file(CLIPS / "tagged" / f"workflow.{container}")
    assert found.prompt == "a red fox; in = snow #1 \\ ü"
    assert (found.seed, found.model) == (123456789012345678, "wan2.2_ti2v_5B_fp16.safetensors")
    assert (found.width, found.height, found.frames, found.fps) == (1280, 704, 121, 24.0)
    assert found.options["steps"] == 20
    assert found.sources["prompt"].kind is Kind.GRAPH


@pytest.mark.parametrize("container", ["mp4", "mov", "avi"])
def test_parameters_are_found_in_what_ffmpeg_wrote(container: str) -> None:
    found = of_file(CLIPS / "tagged" / f"parameters.{container}")
    assert (found.prompt, found.negative) == ("a fox, (masterpiece:1.2)\nsecond line", "blurry, bad")
    assert (found.seed, found.width, found.height, found.model) == (4242, 512, 768, "dreamshaper_8")
    assert found.sources["seed"].kind is Kind.PARAMETERS


def test_json_in_a_comment_is_read_and_when_the_clip_was_made(tmp_path: Path) -> None:
    clip = tmp_path / "shot.mp4"
    said = {"prompt": "a dog", "seed": 5, "resolution": "832x480", "video_length": 81}
    clip.write_bytes(tagged.mp4({"comment": json.dumps(said)}, seconds=3_800_000_000))
    found = of_file(clip)
    assert (found.prompt, found.seed, found.width, found.frames) == ("a dog", 5, 832, 81)
    assert found.created_at is not None
    assert found.created_at.year == 2024


def test_a_tool_that_gives_each_setting_its_own_tag_is_understood(tmp_path: Path) -> None:
    clip = tmp_path / "shot.webm"
    clip.write_bytes(tagged.webm({"PROMPT": "a dog", "SEED": "5", "MODEL": "wan", "COMMENT": "my best"}))
    found = of_file(clip)
    assert (found.prompt, found.seed, found.model, found.options) == ("a dog", 5, "wan", {})


def test_a_comment_in_somebody_s_own_words_is_no_prompt(tmp_path: Path) -> None:
    clip = tmp_path / "shot.mp4"
    clip.write_bytes(
        tagged.mp4({"comment": "Our holiday", "title": "Sea", "description": "Steps: up"}, seconds=3_800_000_000)
    )
    assert not of_file(clip)


@pytest.mark.parametrize("ending", [".json", ".mp4.json", ".txt"])
def test_what_lies_beside_a_clip_is_read(clip: Path, ending: str) -> None:
    beside(clip, {"prompt": "a dog", "seed": 5} if "json" in ending else PARAMETERS, ending)
    found = of_file(clip)
    assert found.seed == (5 if "json" in ending else 4242)
    assert found.sources["seed"].file == "shot" + ending


def test_the_picture_in_which_video_helper_suite_keeps_the_graph_is_read(clip: Path) -> None:
    graph = {"1": {"class_type": "KSampler", "inputs": {"seed": 9, "steps": 4}}}
    text = b"prompt\0" + json.dumps(graph).encode()
    clip.with_suffix(".png").write_bytes(tagged.png(tagged.chunk(b"tEXt", text)))
    found = of_file(clip)
    assert (found.seed, found.options, found.sources["seed"].file) == (9, {"steps": 4}, "shot.png")


def test_the_file_is_believed_before_the_strip_and_the_strip_before_what_lies_beside(tmp_path: Path) -> None:
    clip = tmp_path / "shot.mp4"
    clip.write_bytes(tagged.mp4({"comment": '{"prompt": "a lighthouse", "seed": 1}'}))
    strip = of_properties({"ai_meta_prompt": "a lighthouse", "ai_meta_seed": "2", "ai_meta_model": "strip"})
    beside(clip, {"prompt": "a lighthouse", "seed": 3, "model": "beside", "fps": 16})
    found = of_file(clip, strip)
    assert (found.seed, found.model, found.fps) == (1, "strip", 16.0)
    assert [found.sources[name].kind for name in ("seed", "model", "fps")] == [Kind.NAMES, Kind.STRIP, Kind.NAMES]


def test_what_tells_of_another_prompt_is_of_another_clip(clip: Path) -> None:
    beside(clip, {"prompt": "a cat", "model": "beside"})
    assert of_file(clip, STRIP).model == ""


def record(clip: Path, size: int) -> Any:
    """The asset of a clip of our own, its record beside it."""
    _, session, takes = builders.generated(Project())
    asset = builders.asset_of(session, takes[0], 10).model_copy(update={"size": size})
    beside(clip, AssetFile(asset=asset).model_dump_json())
    return asset


def test_a_clip_of_our_own_is_exactly_what_its_record_says(clip: Path) -> None:
    asset = record(clip, clip.stat().st_size)
    found = of_file(clip, STRIP)
    assert found.asset == asset
    assert found.unknown == ()


def test_the_record_of_a_clip_that_is_another_one_now_is_not_believed(clip: Path) -> None:
    record(clip, 5)
    found = of_file(clip, STRIP)
    assert found.asset is None
    assert found.prompt == "a lighthouse"
    assert found.seed == 7


@pytest.mark.parametrize("said", ["", "{", "[[[[" * 50_000, "null", "[]", "5", '{"prompt": 5}', "\0" * 100, "﻿{}"])
def test_what_lies_beside_may_be_anything(clip: Path, said: str) -> None:
    for ending in (".json", ".txt", ".png"):
        beside(clip, said, ending)
    assert of_file(clip, STRIP).prompt == "a lighthouse"


def test_folders_and_files_too_long_beside_a_clip_are_passed_over(clip: Path) -> None:
    clip.with_suffix(".json").mkdir()
    clip.with_suffix(".png").mkdir()
    beside(clip, PARAMETERS + " " * (3 << 20), ".txt")
    assert not of_file(clip)


def test_a_clip_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"shot\.mp4"):
        of_file(tmp_path / "shot.mp4", STRIP)


def test_nothing_of_the_clip_is_changed(tmp_path: Path) -> None:
    clip = Path(shutil.copy(CLIPS / "tagged" / "workflow.mp4", tmp_path / "shot.mp4"))
    before = clip.read_bytes()
    of_file(clip, STRIP)
    assert clip.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["shot.mp4"]
