"""Requests for models with certain sizes only, with settings, with inputs of several kinds."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from addon.core import checking, pricing, requesting
from addon.core.capabilities import Option, OptionKind
from addon.core.errors import InputError
from addon.core.models import Cost, Draft, Input, Mode, Request, Role
from addon.core.requesting import SceneFormat

from .models import FIXED, FREE_SIZE, SERVICE

SCENE = SceneFormat(1920, 1080, 25.0)


def draft(**changes: object) -> Draft:
    return Draft(prompt="A fox", model="fixed", duration=6.0).model_copy(update=changes)


def one(scene: SceneFormat = SCENE, **changes: object) -> Request:
    (request,) = requesting.requests(draft(**changes), SERVICE, scene)
    return request


def files(*roles: Role) -> tuple[Input, ...]:
    return tuple(Input(role=role, path=f"/{number}.png") for number, role in enumerate(roles))


def refusal(**changes: object) -> str:
    with pytest.raises(InputError) as caught:
        one(**changes)
    assert str(caught.value.problem.advice)
    return str(caught.value.problem.what)


@pytest.mark.parametrize(
    ("scene", "size"),
    [
        ((1920, 1080), (1920, 1080)),
        ((3840, 2160), (1920, 1080)),
        ((1280, 720), (1280, 720)),
        ((640, 360), (848, 480)),
        ((1080, 1920), (720, 1280)),
        ((1000, 1000), (960, 960)),
        ((4096, 2160), (1920, 1080)),
    ],
)
def test_the_size_is_the_nearest_by_shape_then_by_area(scene: tuple[int, int], size: tuple[int, int]) -> None:
    assert requesting.nearest_size(*scene, FIXED) == size


@pytest.mark.parametrize(("wanted", "made"), [(4.0, 4.0), (5.0, 6.0), (6.9, 6.0), (7.0, 8.0)])
def test_a_length_between_those_of_the_model_becomes_the_nearest_where_it_is_to_match(
    wanted: float, made: float
) -> None:
    assert one(duration=wanted).duration == made


def test_a_length_that_the_model_does_not_make_is_refused_where_nothing_is_to_match() -> None:
    told = refusal(duration=5.0, match_scene=False, width=1280, height=720)
    assert told == "Fixed cannot make a clip of 5 s."


@pytest.mark.parametrize("duration", [3.9, 8.1, 0.0, float("nan"), float("inf")])
def test_a_length_beyond_all_of_the_model_is_refused(duration: float) -> None:
    assert refusal(duration=duration).startswith("Fixed cannot make a clip of")


def test_a_size_that_is_none_of_the_model_is_refused_with_those_it_makes() -> None:
    with pytest.raises(InputError) as caught:
        one(match_scene=False, width=1281, height=720)
    assert str(caught.value.problem.what) == "Fixed cannot make a picture of 1281 × 720 pixels."
    assert "1920 × 1080" in str(caught.value.problem.advice)


@pytest.mark.parametrize("changes", [{}, {"match_scene": False, "width": 1280, "height": 720, "fps": 0.0}])
def test_a_frame_rate_that_the_service_decides_is_not_pretended(changes: dict[str, object]) -> None:
    assert one(SceneFormat(1280, 720, 1000.0), **changes).fps == 0.0


def test_a_model_that_takes_no_seed_gets_none_whatever_the_draft_says() -> None:
    made = requesting.requests(draft(count=3, random_seed=False, seed=-5), SERVICE, SCENE)
    assert [request.seed for request in made] == [0, 0, 0]


def test_only_the_options_of_the_model_and_mode_go_along() -> None:
    options: dict[str, JsonValue] = {"quality": "low", "camera": "dolly", "style": "noir", "steps": None}
    assert one(options=options).options == {"audio": True, "quality": "low"}


def test_a_price_that_depends_on_a_default_is_told() -> None:
    assert pricing.estimate(one(), SERVICE) == Cost(amount=3.0, currency="USD")
    assert pricing.estimate(one(options={"quality": "low"}), SERVICE) == Cost(amount=1.5, currency="USD")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"audio": "yes"}, "The setting “Audio” of Fixed cannot be “yes”."),
        ({"audio": 1}, "The setting “Audio” of Fixed cannot be “1”."),
        ({"quality": "ultra"}, "The setting “Quality” of Fixed cannot be “ultra”."),
        ({"quality": ["low"]}, "The setting “Quality” of Fixed cannot be “['low']”."),
        ({"steps": 2.5}, "The setting “Steps” of Fixed cannot be “2.5”."),
        ({"steps": True}, "The setting “Steps” of Fixed cannot be “True”."),
        ({"steps": 51}, "The setting “Steps” of Fixed cannot be “51”."),
        ({"scale": float("nan")}, "The setting “Scale” of Fixed cannot be “nan”."),
        ({"scale": -1}, "The setting “Scale” of Fixed cannot be “-1”."),
        ({"scale": "9"}, "The setting “Scale” of Fixed cannot be “9”."),
    ],
)
def test_an_option_that_cannot_be_is_refused(options: dict[str, JsonValue], told: str) -> None:
    assert refusal(options=options) == told


def test_an_option_that_must_be_is_asked_for_in_its_mode() -> None:
    references = files(Role.REFERENCE)
    assert refusal(inputs=references) == "Fixed needs the setting “Style”."
    assert refusal(inputs=references, options={"style": ""}) == "Fixed needs the setting “Style”."
    assert one(inputs=references, options={"style": "noir"}).mode is Mode.REFERENCES


@pytest.mark.parametrize(
    ("roles", "mode"),
    [
        ((), Mode.TEXT),
        ((Role.FIRST_FRAME,), Mode.FIRST_FRAME),
        ((Role.FIRST_FRAME, Role.LAST_FRAME), Mode.FIRST_LAST),
    ],
)
def test_the_inputs_decide_the_mode(roles: tuple[Role, ...], mode: Mode) -> None:
    request = one(inputs=files(*roles))
    assert request.mode is mode
    assert [each.role for each in request.inputs] == list(roles)


@pytest.mark.parametrize(
    ("mode", "roles", "told"),
    [
        (
            Mode.FIRST_LAST,
            (Role.FIRST_FRAME,),
            "Fixed needs more than it has for this: last frame (0 of at least 1).",
        ),
        (Mode.FIRST_FRAME, (), "Fixed needs more than it has for this: first frame (0 of at least 1)."),
        (
            Mode.FIRST_FRAME,
            (Role.FIRST_FRAME, Role.FIRST_FRAME),
            "Fixed takes fewer for this: first frame (2 of at most 1).",
        ),
        (Mode.REFERENCES, (Role.REFERENCE,) * 3, "Fixed takes fewer for this: reference (3 of at most 2)."),
        (Mode.TEXT, (Role.VIDEO,), "Fixed takes no video here: Text."),
        (Mode.EXTEND, (Role.VIDEO,), "Fixed cannot make this: Extend."),
    ],
)
def test_inputs_that_do_not_fit_the_mode_are_refused(mode: Mode, roles: tuple[Role, ...], told: str) -> None:
    assert refusal(mode=mode, inputs=files(*roles), options={"style": "noir"}) == told


def test_an_input_that_may_be_there_need_not() -> None:
    both = files(Role.REFERENCE, Role.AUDIO)
    assert one(mode=Mode.REFERENCES, inputs=both, options={"style": "noir"}).inputs == both


def test_a_model_without_words_needs_no_prompt() -> None:
    assert one(model="upscaler", prompt="", inputs=files(Role.VIDEO)).mode is Mode.VIDEO
    assert refusal(model="upscaler", prompt="") == "Upscaler cannot start from the prompt alone."


def test_frame_rates_of_a_model_that_has_few_are_the_nearest() -> None:
    assert one(model="free-size").fps == 24.0
    assert refusal(model="free-size", match_scene=False, width=640, height=352, fps=25.0) == (
        "Free Size cannot make 25 frames per second."
    )


def test_a_size_in_steps_is_the_nearest_step() -> None:
    assert requesting.nearest_size(1000, 500, FREE_SIZE) == (992, 496)


def test_sizes_are_those_of_the_mode_and_of_what_is_set() -> None:
    wide = {"model": "by-mode", "match_scene": False, "width": 960, "height": 960}
    assert refusal(**wide) == "By Mode cannot make a picture of 960 × 960 pixels."
    assert one(**wide, inputs=files(Role.FIRST_FRAME)).width == 960
    assert one(model="by-mode").width == 1280
    edit = one(model="by-mode", options={"use": "edit"})
    assert (edit.width, edit.height, edit.duration) == (640, 360, 2.0)


def test_what_the_service_decides_is_neither_asked_about_nor_priced() -> None:
    told = one(model="by-mode", inputs=files(Role.VIDEO), duration=600.0)
    assert (told.width, told.height, told.fps, told.duration) == (0, 0, 0, 0)
    assert pricing.estimate(told, SERVICE) is None
    assert pricing.estimate(one(model="by-mode"), SERVICE) == Cost(amount=3.0, currency="USD")


def test_seconds_become_whole_frames_where_the_model_counts_them() -> None:
    scene = SceneFormat(1280, 720, 24.0)
    assert one(scene, model="counting", duration=5.0).duration == pytest.approx(121 / 24)
    fixed = {"model": "counting", "match_scene": False, "width": 640, "height": 352, "fps": 30.0}
    assert one(scene, **fixed, duration=1.0).duration == pytest.approx(29 / 30)
    assert refusal(**fixed, duration=5.0) == "Counting cannot make a clip of 5 s."


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (OptionKind.SWITCH, "true", True),
        (OptionKind.SWITCH, "False", False),
        (OptionKind.SWITCH, "maybe", "maybe"),
        (OptionKind.WHOLE, "30", 30),
        (OptionKind.WHOLE, "many", "many"),
        (OptionKind.NUMBER, " 2.5", 2.5),
        (OptionKind.CHOICE, "30", "30"),
        (OptionKind.TEXT, "true", "true"),
    ],
)
def test_a_text_is_read_as_the_setting_needs_it(kind: OptionKind, text: str, value: JsonValue) -> None:
    read = checking.read(Option("any", "Any", kind), text)
    assert (read, type(read)) == (value, type(value))
