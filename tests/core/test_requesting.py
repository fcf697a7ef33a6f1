"""From the draft in the panel to requests, and what is refused on the way."""

from __future__ import annotations

import pytest

from addon.core import requesting
from addon.core.capabilities import Capabilities, Model, Span
from addon.core.errors import InputError
from addon.core.models import Draft, Input, Mode, Role
from addon.core.requesting import SceneFormat

MODEL = Model(
    id="small",
    label="Small",
    modes=frozenset({Mode.TEXT}),
    prompt_length=1000,
    duration=Span(minimum=1, maximum=10),
    width=Span(minimum=64, maximum=1920, step=2),
    height=Span(minimum=64, maximum=1080, step=2),
    fps=Span(minimum=1, maximum=60),
    seed=Span(minimum=0, maximum=1000, step=1),
)
PROVIDER = Capabilities(id="fake", label="Fake", needs_network=False, free=True, at_once=2, models=(MODEL,))
SCENE = SceneFormat(1280, 720, 24.0)


def draft(**changes: object) -> Draft:
    return Draft(prompt="A fox").model_copy(update=changes)


def test_the_scene_gives_size_and_frame_rate() -> None:
    (request,) = requesting.requests(draft(), PROVIDER, SceneFormat(640, 360, 25.0))
    assert (request.width, request.height, request.fps) == (640, 360, 25.0)


def test_a_scene_larger_than_the_model_makes_keeps_its_aspect() -> None:
    (request,) = requesting.requests(draft(), PROVIDER, SceneFormat(3840, 2160, 24.0))
    assert (request.width, request.height) == (1920, 1080)


def test_an_odd_scene_size_becomes_the_nearest_the_model_makes() -> None:
    assert requesting.nearest_size(641, 361, MODEL) in {(640, 360), (642, 362), (640, 362), (642, 360)}


def test_with_a_random_seed_the_takes_of_a_click_differ() -> None:
    seeds = [request.seed for request in requesting.requests(draft(count=50), PROVIDER, SCENE)]
    assert len(set(seeds)) > 25
    assert all(MODEL.seed.admits(seed) for seed in seeds)


def test_with_a_fixed_seed_the_takes_count_up_from_it() -> None:
    made = requesting.requests(draft(count=3, random_seed=False, seed=7), PROVIDER, SCENE)
    assert [request.seed for request in made] == [7, 8, 9]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"prompt": ""}, "The prompt is empty."),
        ({"prompt": " \n "}, "The prompt is empty."),
        ({"prompt": "x" * 1_048_576}, "The prompt has 1,048,576 characters; Small takes 1,000."),
        ({"prompt": "bell \x07"}, "The prompt has a control character (U+0007) at position 6."),
        ({"count": 0}, "0 takes cannot be made at once."),
        ({"count": 1000}, "1,000 takes cannot be made at once."),
        ({"duration": 11.0}, "Small cannot make a clip of 11 s."),
        ({"duration": 0.0}, "Small cannot make a clip of 0 s."),
        ({"duration": float("nan")}, "Small cannot make a clip of nan s."),
        ({"match_scene": False, "width": 641}, "Small cannot make a picture 641 pixels wide."),
        ({"match_scene": False, "height": 10_000}, "Small cannot make a picture 10000 pixels high."),
        ({"match_scene": False, "fps": 0.0}, "Small cannot make 0 frames per second."),
        ({"random_seed": False, "seed": 5000}, "Small cannot use the seed 5000."),
        ({"model": "large"}, "Fake has no model “large”."),
        ({"inputs": (Input(role=Role.FIRST_FRAME, path="/a.png"),)}, "Small cannot start from an image."),
    ],
)
def test_what_cannot_be_made_is_refused_with_a_sentence_and_a_remedy(changes: dict[str, object], told: str) -> None:
    with pytest.raises(InputError) as caught:
        requesting.requests(draft(**changes), PROVIDER, SCENE)
    assert str(caught.value.problem.what) == told
    assert str(caught.value.problem.advice)


def test_line_breaks_in_a_prompt_are_fine() -> None:
    (request,) = requesting.requests(draft(prompt="A fox\nin snow\t"), PROVIDER, SCENE)
    assert request.prompt == "A fox\nin snow"


@pytest.mark.parametrize(("value", "nearest"), [(0.4, 1), (1.26, 1.5), (99, 2.5), (2.4, 2.5), (-5, 1)])
def test_a_span_finds_the_nearest_step(value: float, nearest: float) -> None:
    assert Span(minimum=1, maximum=2.9, step=0.5).nearest(value) == pytest.approx(nearest)
