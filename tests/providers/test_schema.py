"""A form is made from any schema, and what is filled in is what that schema takes."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from addon.core import checking
from addon.core.capabilities import Capabilities, Choices, Model, Numbers, OptionKind, Span, codec
from addon.core.errors import InputError, Kind
from addon.core.models import Input, Mode, Request, Role
from addon.providers import schema

from .fal import endpoints


def read(endpoint: str) -> Model:
    document = endpoints.DOCUMENTS[endpoint]
    return schema.read(
        document,
        {"$ref": "#/components/schemas/TheInput"},
        model_id=endpoint,
        label=endpoint,
        extends="extend" in endpoint,
        size=1000,
    )


def properties(given: dict[str, Any], required: list[str] | None = None) -> Model:
    document = endpoints.document("a/b", given, required or [])
    return schema.read(document, document["components"]["schemas"]["TheInput"], model_id="a/b", label="A")


def some(numbers: Numbers, draw: random.Random) -> float:
    if isinstance(numbers, Choices):
        return draw.choice(numbers.values)
    return draw.choice([numbers.minimum, numbers.nearest(numbers.maximum), numbers.nearest(draw.uniform(0, 60))])


def a_value(option: Any, draw: random.Random) -> Any:
    match option.kind:
        case OptionKind.SWITCH:
            return draw.random() < 0.5
        case OptionKind.CHOICE:
            return draw.choice(option.choices)
        case OptionKind.TEXT:
            return "words"
    return some(option.span, draw) if option.span else 3


def requests(model: Model, draw: random.Random) -> Iterator[Request]:
    """What can be asked for in each mode: with all options and inputs, and with as few as may be."""
    for mode in sorted(model.modes):
        for most in (True, False, True, False):
            slots = [(slot, slot.most if most else slot.least) for slot in model.takes(mode)]
            width = int(model.width.nearest(768)) if model.width else 0
            height = int(model.height.nearest(512)) if model.height else 0
            if model.sizes:
                width, height = draw.choice(model.sizes)
            fps = some(model.fps, draw) if model.fps else 0.0
            lengths = model.durations(fps)
            options = {option.id: a_value(option, draw) for option in model.options_in(mode) if most or option.required}
            yield Request(
                prompt="a lighthouse" if model.prompt else "",
                provider="fal",
                model=model.id,
                mode=mode,
                inputs=tuple(Input(role=slot.role, path="/x") for slot, count in slots for _ in range(count)),
                duration=some(lengths, draw) if lengths else 0.0,
                width=width,
                height=height,
                fps=fps,
                seed=int(some(model.seed, draw)) if model.seed else 0,
                options=options,
            )


def files(request: Request) -> dict[Role, list[str]]:
    found: dict[Role, list[str]] = {}
    for each in request.inputs:
        found.setdefault(each.role, []).append("https://files.test/a.png")
    return found


USABLE = [name for name in endpoints.DOCUMENTS if name != "lab/kappa"]


@pytest.mark.parametrize("endpoint", USABLE)
def test_whatever_is_filled_in_is_what_the_schema_takes(endpoint):
    model = read(endpoint)
    capabilities = Capabilities("fal", "fal", True, False, 1, (model,))
    assert model.problem is None
    for request in requests(model, random.Random(endpoint)):
        checking.check_request(request, capabilities)
        schema.check(model, request)
        body = schema.body(model, request, files(request))
        jsonschema.validate(body, endpoints.complete(endpoint), cls=jsonschema.Draft202012Validator)
        assert body.keys() <= endpoints.input_of(endpoint)["properties"].keys()


@pytest.mark.parametrize("endpoint", list(endpoints.DOCUMENTS))
def test_a_model_that_was_read_can_be_kept_as_json(endpoint):
    capabilities = Capabilities("fal", "fal", True, False, 1, (read(endpoint),))
    assert codec().validate_json(codec().dump_json(capabilities)) == capabilities


@pytest.mark.parametrize(
    ("endpoint", "modes"),
    [
        ("lab/alpha", {Mode.TEXT}),
        ("lab/alpha/image-to-video", {Mode.FIRST_FRAME, Mode.FIRST_LAST}),
        ("lab/alpha/first-last", {Mode.FIRST_LAST}),
        ("lab/gamma/reference-to-video", {Mode.REFERENCES}),
        ("lab/delta/edit", {Mode.VIDEO}),
        ("lab/delta/extend-video", {Mode.EXTEND}),
        ("lab/theta", {Mode.TEXT, Mode.FIRST_FRAME}),
        ("lab/iota/talk", {Mode.FIRST_FRAME}),
        ("lab/iota/move", {Mode.VIDEO}),
    ],
)
def test_the_modes_are_those_that_the_inputs_allow(endpoint, modes):
    assert read(endpoint).modes == modes


def test_each_mode_takes_what_the_schema_asks_for():
    def slots(endpoint: str, mode: Mode) -> dict[Role, tuple[int, int]]:
        return {slot.role: (slot.least, slot.most) for slot in read(endpoint).takes(mode)}

    assert slots("lab/gamma/reference-to-video", Mode.REFERENCES) == {Role.REFERENCE: (1, 7)}
    assert slots("lab/delta/edit", Mode.VIDEO) == {Role.REFERENCE: (0, 3), Role.VIDEO: (1, 1)}
    assert slots("lab/iota/talk", Mode.FIRST_FRAME) == {Role.FIRST_FRAME: (1, 1), Role.AUDIO: (1, 1)}
    assert slots("lab/iota/move", Mode.VIDEO) == {Role.FIRST_FRAME: (1, 1), Role.VIDEO: (1, 1)}
    assert slots("lab/theta", Mode.TEXT) == {}
    assert {slot.size for slot in read("lab/iota/talk").takes(Mode.FIRST_FRAME)} == {1000}


@pytest.mark.parametrize(
    ("endpoint", "duration"),
    [
        ("lab/alpha", Choices((4.0, 6.0, 8.0))),
        ("lab/alpha/first-last", Choices((4.0, 5.0, 15.0))),
        ("lab/gamma/reference-to-video", Span(2, 12, 1.0)),
        ("lab/delta/extend-video", Choices((7.0,))),
        ("lab/beta", None),
        ("lab/iota/talk", None),
        ("lab/eta", Span(1, 20)),
        ("lab/theta", Span(3, 15, 1.0)),
    ],
)
def test_durations_are_seconds_however_they_are_written(endpoint, duration):
    assert read(endpoint).duration == duration


def made(endpoint: str, **change: Any) -> dict[str, Any]:
    model = read(endpoint)
    request = next(requests(model, random.Random(1))).model_copy(update={"options": {}, **change})
    return schema.body(model, request, files(request))


def test_a_size_becomes_the_words_for_it():
    assert read("lab/alpha").sizes == (
        (1280, 720), (1920, 1080), (3840, 2160), (720, 1280), (1080, 1920), (2160, 3840)
    )  # fmt: skip
    body = made("lab/alpha", width=1080, height=1920, duration=6.0)
    assert (body["aspect_ratio"], body["resolution"], body["duration"]) == ("9:16", "1080p", "6s")
    assert made("lab/theta", width=720, height=1280)["size"] == "720*1280"
    assert made("lab/zeta", width=640, height=360)["video_size"] == {"width": 640, "height": 360}
    body = made("lab/eta", width=1024, height=576)
    assert (body["width"], body["height"], body["mode"]) == (1024, 576, "fast")
    assert made("lab/iota/move", width=720, height=1280)["orientation"] == "portrait"


def test_an_aspect_that_the_service_chooses_is_no_size():
    sizes = {(1280, 720), (720, 1280), (720, 720), (1680, 720)}
    assert set(read("lab/alpha/first-last").sizes) == sizes


def test_seconds_become_frames_where_the_model_counts_these():
    assert read("lab/beta").frames == Span(17, 161, 1)
    assert read("lab/beta").durations(16.0) == Span(17 / 16, 161 / 16, 1 / 16)
    body = made("lab/beta", duration=5.0, fps=24.0)
    assert (body["num_frames"], body["frames_per_second"]) == (120, 24)
    model = read("lab/beta")
    request = next(requests(model, random.Random(1))).model_copy(update={"duration": 10.0, "fps": 24.0})
    with pytest.raises(InputError) as caught:
        schema.check(model, request)
    assert str(caught.value.problem.what) == ("lab/beta makes 17 to 161 frames; 10 s at 24 frames per second are 240.")


def test_options_keep_their_kinds_ranges_and_what_they_are_on_the_wire():
    found = {option.id: option for option in read("lab/epsilon/upscale").options}
    assert set(found) == {"upscale_factor", "target_fps", "H264_output"}, "sync_mode would change what comes back"
    assert (found["upscale_factor"].kind, found["upscale_factor"].choices) == (OptionKind.CHOICE, ("2", "4"))
    assert (found["upscale_factor"].default, found["upscale_factor"].required) == ("2", False)
    assert (found["target_fps"].default, found["target_fps"].required) == (None, True)
    assert made("lab/epsilon/upscale", options={"upscale_factor": "4"})["upscale_factor"] == 4
    shift = next(option for option in read("lab/beta").options if option.id == "shift")
    assert shift.span is not None
    assert 0 < shift.span.minimum < 0.01
    assert 9.99 < shift.span.maximum < 10


def test_what_must_be_filled_in_stands_in_the_form_as_required():
    assert {option.id for option in read("lab/delta/edit").options if option.required} == {"strength", "keep_audio"}
    assert {option.id for option in read("lab/theta").options if option.required} == {"style"}


def test_an_option_that_is_not_set_is_not_sent():
    body = made("lab/alpha", options={"negative_prompt": "", "generate_audio": None})
    assert body.keys() == {"prompt", "aspect_ratio", "resolution", "duration", "seed"}


def test_a_model_that_needs_what_nobody_can_be_asked_for_says_so():
    problem = read("lab/kappa").problem
    assert problem is not None
    assert problem.kind is Kind.INPUT
    assert str(problem.what) == "lab/kappa needs “scenes”, which cannot be given here."


def test_inputs_that_only_together_make_a_clip_and_fit_no_mode_are_told():
    model = properties({"end_image_url": endpoints.URL, "prompt": endpoints.text()}, ["end_image_url"])
    assert model.modes == frozenset()
    assert model.problem is not None


def test_no_prompt_is_asked_for_where_none_is_taken():
    assert not read("lab/epsilon/upscale").prompt
    assert "prompt" not in made("lab/epsilon/upscale", prompt="left over from another model")


def test_the_seed_stays_within_what_the_form_can_hold():
    assert read("lab/beta").seed == Span(0, 2**31 - 1, 1)
    assert properties({"prompt": endpoints.text(), "seed": endpoints.whole(5, 9)}).seed == Span(5, 9, 1)
    assert properties({"prompt": endpoints.text(), "seed": endpoints.text()}).seed is None


def test_fields_are_shown_in_the_order_that_the_service_wishes():
    document = endpoints.document("a/b", {"b": endpoints.text(), "a": endpoints.text(), "c": endpoints.text()}, [])
    whole = document["components"]["schemas"]["TheInput"] | {"x-fal-order-properties": ["c", "a", "nothing"]}
    model = schema.read(document, whole, model_id="a/b", label="A")
    assert [option.id for option in model.options] == ["c", "a", "b"]


LOOP: dict[str, Any] = {"components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}}}}


@pytest.mark.parametrize(
    ("document", "given"),
    [
        ({}, None),
        ({}, []),
        ({}, "text"),
        ({}, {"properties": []}),
        ({}, {"$ref": "https://elsewhere.test/schema.json"}),
        ({}, {"$ref": "#/components/schemas/Missing"}),
        (LOOP, {"$ref": "#/components/schemas/A"}),
    ],
)
def test_what_is_no_form_is_a_schema_error(document, given):
    with pytest.raises(schema.SchemaError):
        schema.read(document, given, model_id="a/b", label="A")


NONSENSE = [
    None, True, 0, -1, 10**17, 1.5, "", "x" * 10_000, "16:0", "0:0", "4k" * 100, [], [None], [[]], {}, {"type": []},
    {"type": 7}, {"enum": {}}, {"enum": [None, {}, [], True, ""]}, {"anyOf": 7}, {"anyOf": [None, 7, {"anyOf": []}]},
    {"type": "integer", "minimum": "low", "maximum": None}, {"type": "number", "minimum": 10, "maximum": 1},
    {"type": "integer", "multipleOf": 0}, {"type": "integer", "multipleOf": -3, "minimum": True},
    {"type": "array", "items": {"type": "string"}, "maxItems": -5, "minItems": 10**9}, {"type": "array", "items": 7},
    {"type": "object", "properties": {"width": 7, "height": None}}, {"type": "string", "default": {}, "examples": 5},
    {"type": "string", "enum": ["-5s", "0", "1e9"]}, {"allOf": [{"allOf": [{"allOf": 3}]}], "const": {}},
    {"type": "string", "title": ["a"], "description": {"b": 1}, "maxLength": "long"},
]  # fmt: skip
NAMES = [
    "prompt", "duration", "num_frames", "fps", "seed", "aspect_ratio", "resolution", "width", "height", "video_size",
    "image_url", "last_frame_url", "image_urls", "video_url", "audio_url", "other",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_nonsense_in_a_schema_leaves_a_model_or_a_schema_error_and_nothing_else(seed):
    draw = random.Random(seed)
    for _ in range(50):
        given = {name: draw.choice(NONSENSE) for name in draw.sample(NAMES, draw.randint(1, len(NAMES)))}
        required: Any = draw.choice([[], None, 7, list(given), [None, {}, "prompt"]])
        try:
            model = schema.read({}, {"properties": given, "required": required}, model_id="a/b", label="A")
        except schema.SchemaError:
            continue
        capabilities = Capabilities("fal", "fal", True, False, 1, (model,))
        assert codec().validate_json(codec().dump_json(capabilities)) == capabilities
        numbers = (model.duration, model.frames, model.width, model.height, model.fps, model.seed)
        assert all(each is None or each.minimum <= each.maximum for each in numbers)
        for request in requests(dataclasses.replace(model, problem=None), draw):
            schema.body(model, request, files(request))


def test_schemas_without_end_are_read_to_an_end():
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(400):
        deep = {"anyOf": [deep, {"type": "null"}]}
    wide = {f"field_{number}": endpoints.text(enum=[str(each) for each in range(1000)]) for number in range(1000)}
    model = properties({"deep": deep, **wide})
    assert len(model.options) == 60
    assert max(len(option.choices) for option in model.options) == 200


def test_the_reader_knows_no_file(tmp_path: Path):
    """A default that names a file of the person's is no input: only what the person chose is sent."""
    model = properties({"prompt": endpoints.text(), "image_url": endpoints.text(default="file:///etc/passwd")})
    assert "image_url" not in {option.id for option in model.options}
