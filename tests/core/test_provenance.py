"""What other tools say of a clip, read with doubt and made into a request."""

from __future__ import annotations

import json
import math
import random
from datetime import UTC, datetime, timedelta, timezone

import pytest

from addon.core.models import Request
from addon.core.provenance import (
    Clip,
    Found,
    Kind,
    Source,
    combined,
    of_asset,
    of_mapping,
    of_parameters,
    of_properties,
)

from . import builders

FILE = Source(kind=Kind.NAMES, file="shot.json")
CLIP = Clip(duration=4.0, width=640, height=360, fps=25.0)
PALLAIDIUM = {
    "ai_meta_model": "Lightricks/LTX-2.3",
    "ai_meta_prompt": "A lighthouse in a storm",
    "ai_meta_negative_prompt": "blurry",
    "ai_meta_seed": "123456",
    "ai_meta_width": "1280",
    "ai_meta_height": "704",
    "ai_meta_frames": "121",
    "ai_meta_steps": "30",
    "ai_meta_guidance": "4.5",
    "ai_meta_output_type": "movie",
    "ai_meta_movie_path": "/home/somebody/films/start.png",
    "cycles": 1,
}
PARAMETERS = (
    "a fox (masterpiece:1.2),\nin snow\nNegative prompt: blurry,\nbad hands\n"
    "Steps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 4242, Size: 512x768, Model hash: 31e35c80fc, "
    'Model: dreamshaper_8, Lora hashes: "a: 1, b: 2", Version: v1.10.1'
)


def test_the_properties_that_pallaidium_leaves_on_a_strip_become_a_request() -> None:
    found = of_properties(PALLAIDIUM)
    request = found.request(CLIP)
    assert request.prompt == "A lighthouse in a storm"
    assert (request.model, request.provider, request.seed) == ("Lightricks/LTX-2.3", "", 123456)
    assert (request.width, request.height) == (1280, 704)
    assert request.options == {"steps": "30", "guidance": "4.5", "output_type": "movie", "negative": "blurry"}
    assert {source.kind for source in found.sources.values()} == {Kind.STRIP}
    assert found.unknown == ("provider",)


def test_what_nobody_told_is_the_clips_own_and_said_to_be_unknown() -> None:
    found = of_properties({"ai_meta_prompt": "A dog"})
    request = found.request(CLIP)
    assert (request.duration, request.width, request.height, request.fps) == CLIP
    assert (request.seed, request.model) == (0, "")
    assert found.unknown == ("provider", "model", "seed")


def test_a_seed_of_nought_that_was_told_is_no_unknown_one() -> None:
    assert "seed" not in of_properties({"ai_meta_prompt": "A dog", "ai_meta_seed": 0}).unknown


def test_frames_and_frame_rate_make_the_duration() -> None:
    assert of_properties({"ai_meta_frames": "81", "ai_meta_fps": "16"}).seconds == pytest.approx(5.0625)
    assert of_properties({"ai_meta_frames": "81"}).request(CLIP).duration == CLIP.duration


@pytest.mark.parametrize("said", ["Seed: 77", "77", 77, 77.0, "77.0", " +77 "])
def test_a_seed_is_read_in_all_the_ways_it_is_written(said: object) -> None:
    assert of_properties({"ai_meta_seed": said}).seed == 77


@pytest.mark.parametrize("said", [-1, "-1", "random", True, None, "None", 1.5, math.nan, 2**64, "9" * 400, b"7", [7]])
def test_a_seed_that_is_none_is_unknown(said: object) -> None:
    assert of_properties({"ai_meta_prompt": "A dog", "ai_meta_seed": said}).seed is None


def test_properties_of_other_names_say_nothing() -> None:
    assert not of_properties({"prompt": "A dog", "seed": 1, "sessions_take": "x"})
    assert not of_properties({})


class Array:
    """What Blender hands out for a property of several numbers."""

    def to_list(self) -> list[int]:
        return [832, 480]


def test_arrays_on_strips_are_read() -> None:
    found = of_properties({"ai_meta_prompt": "A dog", "ai_meta_size": Array()})
    assert (found.width, found.height) == (832, 480)


def test_parameters_as_stable_diffusion_web_ui_writes_them_become_a_request() -> None:
    found = of_parameters(PARAMETERS, FILE)
    assert found.prompt == "a fox (masterpiece:1.2),\nin snow"
    assert found.negative == "blurry,\nbad hands"
    assert (found.seed, found.width, found.height, found.model) == (4242, 512, 768, "dreamshaper_8")
    assert found.options["Sampler"] == "DPM++ 2M Karras"
    assert found.options["Lora hashes"] == "a: 1, b: 2"


def test_parameters_without_a_negative_prompt_and_with_lines_of_windows_are_read() -> None:
    found = of_parameters("a fox\r\nSteps: 20, Seed: 1", FILE)
    assert (found.prompt, found.negative, found.seed) == ("a fox", "", 1)


def test_a_prompt_may_tell_of_steps_itself() -> None:
    found = of_parameters("Steps: 3 of stone, mossy\nSteps: 20, Sampler: Euler, Seed: 9", FILE)
    assert (found.prompt, found.seed) == ("Steps: 3 of stone, mossy", 9)


@pytest.mark.parametrize("text", ["", "Made with love", "Steps: walk the dog", "Steps: 3, then rest", "Seed: 4"])
def test_a_comment_that_is_no_parameters_is_no_prompt(text: str) -> None:
    assert not of_parameters(text, FILE)


def test_json_with_plain_names_is_read_whatever_their_case_and_punctuation() -> None:
    said = {
        "Prompt": "a dog",
        "negativePrompt": "cats",
        "Resolution": "832x480",
        "video_length": 81,
        "frame-rate": "16 fps",
        "SEED": 5,
        "created_at": "2026-03-01T10:00:00Z",
        "cfgScale": 6.5,
        "turbo": True,
    }
    found = of_mapping(said, FILE)
    assert (found.prompt, found.negative, found.seed) == ("a dog", "cats", 5)
    assert (found.width, found.height, found.frames, found.fps) == (832, 480, 81, 16.0)
    assert found.created_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert found.options == {"cfgScale": 6.5, "turbo": True}


def test_names_one_level_down_are_read_and_the_outer_ones_count_more() -> None:
    said = {"id": "task", "seed": 1, "input": {"prompt": "a dog", "seed": 2, "model": {"name": "gen4"}}}
    found = of_mapping(said, FILE)
    assert (found.prompt, found.seed, found.model) == ("a dog", 1, "gen4")
    assert not of_mapping({"a": {"b": {"prompt": "too deep"}}}, FILE)


def test_json_that_tells_neither_a_prompt_nor_a_seed_says_nothing() -> None:
    assert not of_mapping({"title": "My holiday", "width": 1920, "height": 1080, "fps": 30, "duration": 12}, FILE)
    assert not of_mapping([1, 2], FILE)
    assert not of_mapping("prompt", FILE)


def test_secrets_addresses_and_paths_are_not_taken_over() -> None:
    said = {
        "prompt": "a dog",
        "api_key": "abc",
        "accessToken": "abc",
        "url": "https://cdn.example.com/clip.mp4?signature=abc",
        "start": "C:\\Users\\somebody\\start.png",
        "end": "/home/somebody/end.png",
        "picture": "data:image/png;base64,AAAA",
        "scheduler": "simple",
    }
    assert of_mapping(said, FILE).options == {"scheduler": "simple"}


@pytest.mark.parametrize(
    "said",
    ["2026-03-01T12:00:00+02:00", "2026-03-01T10:00:00.000Z", 1772359200, 1772359200000, "1772359200"],
)
def test_moments_are_read_in_the_ways_they_are_written(said: object) -> None:
    found = of_mapping({"prompt": "a dog", "created": said}, FILE).created_at
    assert found == datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(0)))


@pytest.mark.parametrize("said", ["yesterday", 0, -5, "20260301", "9999-12-31T23:59:59-14:00", 1e300, {}, True])
def test_moments_that_are_none_are_unknown(said: object) -> None:
    assert of_mapping({"prompt": "a dog", "created": said}, FILE).created_at is None


def test_width_and_height_come_together_or_not_at_all() -> None:
    first = of_mapping({"prompt": "a dog", "width": 640}, FILE)
    second = of_mapping({"prompt": "a dog", "width": 832, "height": 480}, FILE)
    found = combined([first, second])
    assert first.width is None
    assert (found.width, found.height) == (832, 480)


def test_a_later_source_adds_what_is_missing_and_changes_nothing() -> None:
    strip = of_properties({"ai_meta_prompt": "a  dog", "ai_meta_steps": 5})
    beside = of_mapping({"prompt": "a dog", "seed": 3, "model": "wan", "steps": 9}, FILE)
    found = combined([Found(), strip, beside])
    assert (found.prompt, found.seed, found.model) == ("a  dog", 3, "wan")
    assert found.options == {"steps": 5}
    assert found.sources["prompt"].kind is Kind.STRIP
    assert found.sources["seed"] == FILE


def test_nothing_is_taken_from_a_source_that_tells_of_another_prompt() -> None:
    strip = of_properties({"ai_meta_prompt": "a dog"})
    other = of_mapping({"prompt": "a cat", "seed": 3, "model": "wan"}, FILE)
    assert combined([strip, other]) == strip


def test_the_record_of_a_clip_of_our_own_is_exact() -> None:
    project, session, takes = builders.generated(builders.Project())
    asset = builders.asset_of(session, takes[0], 10)
    found = combined([of_properties(PALLAIDIUM), of_asset(asset, "a.json")])
    assert found.asset == asset
    assert found.unknown == ()
    assert found.request(CLIP) == takes[0].request


def test_every_source_says_itself_in_words() -> None:
    for kind in Kind:
        told = str(Source(kind=kind, file="shot.mp4").said)
        assert ("shot.mp4" in told) is (kind is not Kind.STRIP)


HOSTILE = (
    None, True, -1, 0, 2**63, 10**400, 1e308, math.inf, -math.inf, math.nan, "", "\0", "\ud800 half", "9" * 5000,
    "x" * 100_000, "1e999", "832x", "0x0", "{\"a\": 1}", b"bytes", [], {}, [[]], [1, 2], {"width": "a"}, object(),
    "None", {1: 2}, ("a",), "1/0", "24000/1001", "２４", "٣",
)  # fmt: skip


def test_whatever_the_values_are_the_request_can_be_stored_and_read_again() -> None:
    chance = random.Random(5)
    names = ["prompt", "Negative prompt", "seed", "model", "tool", "size", "width", "height", "fps", "frames",
             "duration", "created", "\ud83d", "", "x" * 900, "steps", "a\0b", 7]  # fmt: skip
    for _ in range(3000):
        said = {name: chance.choice(HOSTILE) for name in chance.sample(names, 9)}
        strip = {f"ai_meta_{name}": value for name, value in said.items()}
        for found in (of_mapping(said, FILE), of_mapping({"in": said}, FILE), of_properties(strip)):
            request = found.request(CLIP)
            assert Request.model_validate_json(request.model_dump_json()) == request
            assert Found.model_validate_json(found.model_dump_json()) == found
            assert len(request.prompt) <= 20_000
            assert request.fps > 0
            assert request.duration > 0


def test_a_huge_mapping_is_looked_at_in_part() -> None:
    said = {f"n{number}": {f"m{inner}": 1 for inner in range(50)} for number in range(20_000)}
    found = of_mapping({"prompt": "a dog", **said, "seed": 1}, FILE)
    assert found.prompt == "a dog"
    assert len(found.options) <= 60


@pytest.mark.parametrize("piece", ["Steps: 1,", 'a: "', "a: \\", "Negative prompt:\n", "x" * 50, ", ", "Seed: 1, "])
def test_long_texts_that_nearly_are_parameters_are_read_to_their_end(piece: str) -> None:
    text = "a fox\nSteps: 20, Seed: 1, " + piece * (400_000 // len(piece))
    assert len(json.dumps(of_parameters(text, FILE).options)) < 200_000
