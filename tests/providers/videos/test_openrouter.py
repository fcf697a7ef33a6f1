"""OpenRouter: its catalogue as models, what goes out for each of them, its jobs, its prices."""

from __future__ import annotations

import base64
import json
from itertools import product
from typing import Any

import jsonschema
import pytest

from addon.core import checking, pricing
from addon.core.capabilities import Capabilities, Choices, Model, OptionKind, codec
from addon.core.errors import Kind, ProviderError
from addon.core.models import Cost, Mode
from addon.core.provider import JobState
from addon.providers import videos
from addon.providers.videos import openrouter
from tests.providers.videos.conftest import PNG, adapter, sent
from tests.providers.videos.service import CLIP, KEY, OpenRouterServer


@pytest.fixture(scope="module")
def spec(specs) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((specs / "openrouter" / "openapi-videos.json").read_text("utf-8"))
    return document


def validator(spec: dict[str, Any], name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": spec["components"]})


def fitting(model: Model, mode: Mode, size: tuple[int, int], ask: Any) -> Any:
    values = {OptionKind.SWITCH: False, OptionKind.TEXT: "blurry", OptionKind.NUMBER: 0.5}
    options = {each.id: values.get(each.kind) or each.choices[:1] for each in model.options_in(mode)}
    options = {name: value[0] if isinstance(value, tuple) and value else value for name, value in options.items()}
    options = {name: False if value == () else value for name, value in options.items()}
    return ask(
        model.id,
        mode,
        "openrouter",
        duration=model.duration.minimum,
        width=size[0],
        height=size[1],
        options=options,
    )


def test_the_tests_catalogue_is_as_the_official_document_has_it(spec, catalogue):
    validator(spec, "VideoModelsListResponse").validate({"data": catalogue})


def test_the_shipped_catalogue_is_as_the_official_document_has_it(spec):
    validator(spec, "VideoModelsListResponse").validate({"data": openrouter._data()["catalogue"]})


@pytest.mark.parametrize("shipped", [True, False], ids=["shipped", "of the tests"])
def test_every_model_in_every_mode_and_size_sends_what_the_official_document_allows(
    shipped, spec, catalogue, start, ask
):
    check = validator(spec, "VideoGenerationRequest")
    known = set(spec["components"]["schemas"]["VideoGenerationRequest"]["properties"])
    slugs = set(spec["components"]["schemas"]["VideoGenerationRequestProviderOptions"]["properties"])
    server = start(OpenRouterServer(openrouter._data()["catalogue"] if shipped else catalogue, check.validate))
    provider = adapter(server, "openrouter")
    found = provider.inquire().capabilities
    count = 0
    for model in found.models:
        for mode, size in product(sorted(model.modes), model.sizes):
            take = fitting(model, mode, size, ask)
            checking.check_request(take.request, found)
            provider.validate(take.request)
            provider.submit(take)
            count += 1
            body = server.bodies[-1]
            assert set(body) <= known
            assert set(body.get("provider", {}).get("options", {})) <= slugs
    assert len(server.bodies) == count > 30


def test_a_model_can_what_the_catalogue_says(catalogue):
    models = {model.id: model for model in openrouter.capabilities(catalogue).models}
    assert "acme/upscaler" not in models, "it takes no plain request"
    whole = models["acme/all"]
    assert whole.modes == {Mode.TEXT, Mode.FIRST_FRAME, Mode.FIRST_LAST, Mode.REFERENCES}
    assert whole.duration == Choices((4.0, 6.0, 8.0))
    assert {(1280, 720), (854, 480), (480, 854), (1080, 1080), (2520, 1080), (3840, 2160)} <= set(whole.sizes)
    assert whole.seed is not None
    assert [option.id for option in whole.options] == ["generate_audio"], "nobody knows whose pass-through it would be"
    assert [option.id for option in models["google/sizes"].options] == [
        "negativePrompt",
        "personGeneration",
        "enhancePrompt",
    ]
    assert models["google/sizes"].sizes == ((1280, 720), (720, 1280), (1080, 1080))
    assert models["google/sizes"].seed is None
    assert Mode.VIDEO in models["bytedance/seedance-2.0"].modes
    assert models["acme/bare"].modes == {Mode.TEXT, Mode.REFERENCES}


def test_the_shipped_models_are_there_before_the_first_inquiry_and_first_after_it(catalogue, start):
    shipped = videos.capabilities("openrouter")
    assert shipped.read_on == "2026-09-08"
    assert not shipped.free
    entries = [*catalogue, *reversed(openrouter._data()["catalogue"])]
    found = adapter(start(OpenRouterServer(entries)), "openrouter").inquire().capabilities
    assert found.models[0].id == shipped.models[0].id
    assert found.read_on > shipped.read_on
    assert codec().validate_json(codec().dump_json(found)) == found


def test_an_entry_that_makes_no_sense_is_left_out(catalogue, start):
    strange: list[Any] = [{"id": "a"}, {**catalogue[0], "id": "b", "supported_aspect_ratios": ["wide"]}, "text", None]
    strange += [{**catalogue[0], "id": "c", "supported_durations": ["x"]}, {**catalogue[0], "id": "d"}]
    found = adapter(start(OpenRouterServer([*strange, catalogue[1]])), "openrouter").inquire().capabilities
    assert [model.id for model in found.models if model.id not in {"a"}] == ["d", "google/sizes"]


def test_the_key_is_tried_and_what_it_may_spend_is_told(catalogue, start):
    server = start(OpenRouterServer(catalogue))
    inquiry = adapter(server, "openrouter").inquire()
    assert inquiry.balance == Cost(amount=12.5, currency="USD")
    server.limit = None
    assert adapter(server, "openrouter").inquire().balance is None
    with pytest.raises(ProviderError) as caught:
        adapter(server, "openrouter", key="sk-wrong-0123456789").inquire()
    assert caught.value.problem.kind is Kind.KEY
    assert "sk-wrong" not in str(caught.value)


@pytest.fixture
def running(catalogue, start, ask):
    server = start(OpenRouterServer(catalogue))
    provider = adapter(server, "openrouter")
    provider.inquire()
    take = ask("acme/all", Mode.FIRST_LAST, "openrouter", duration=4.0, width=1280, height=720)
    return server, provider, sent(take, provider.submit(take))


def test_a_take_goes_from_its_frames_to_its_clip_and_its_cost(running, tmp_path):
    server, provider, take = running
    server.ends = {"status": "completed", "usage": {"cost": 0.4, "is_byok": False}}
    body = server.bodies[0]
    url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    part = {"type": "image_url", "image_url": {"url": url}}
    assert body == {
        "model": "acme/all",
        "prompt": "A red fox",
        "duration": 4,
        "resolution": "720p",
        "aspect_ratio": "16:9",
        "seed": 7,
        "frame_images": [{**part, "frame_type": "first_frame"}, {**part, "frame_type": "last_frame"}],
    }
    first = provider.poll(take)
    assert (first.state, first.poll_after) == (JobState.RUNNING, 10.0)
    assert provider.poll(take).cost == Cost(amount=0.4, currency="USD")
    provider.download(take, tmp_path / "clip", lambda _: None)
    assert (tmp_path / "clip").read_bytes() == CLIP


def test_the_polling_address_of_another_host_is_not_asked(running):
    server, provider, take = running
    provider.poll(take)
    assert server.paths("GET")[-1] == "/api/v1/videos/gen-1"


def test_the_key_goes_to_no_other_host_for_the_clip(running, tmp_path, start):
    server, provider, take = running
    other = start(OpenRouterServer([]))
    other.instead["/clip.mp4"] = lambda line: line.answer(CLIP)
    server.ends = {"status": "completed", "unsigned_urls": [f"{other.base}/clip.mp4"]}
    server.instead["/content"] = lambda line: line.json({"error": {"code": 502, "message": "Bad gateway"}}, 502)
    server.polls = 0
    provider.download(take, tmp_path / "clip", lambda _: None)
    assert (tmp_path / "clip").read_bytes() == CLIP
    assert KEY not in str(other.asked)


def test_a_download_that_fails_says_so_and_not_that_the_generation_did(running, tmp_path):
    server, provider, take = running
    server.polls = 0
    server.instead["/content"] = lambda line: line.json({"error": {"code": 502, "message": "Bad gateway"}}, 502)
    with pytest.raises(ProviderError, match="Bad gateway") as caught:
        provider.download(take, tmp_path / "clip", lambda _: None)
    assert caught.value.problem.kind is Kind.NETWORK


def test_cancelling_sends_nothing_because_openrouter_has_no_way_to(running):
    server, provider, take = running
    before = len(server.asked)
    provider.cancel(take)
    assert len(server.asked) == before


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (402, {"code": 402, "message": "Insufficient credits"}, Kind.MONEY),
        (429, {"code": 429, "message": "Rate limit exceeded"}, Kind.LIMIT),
        (400, {"code": 400, "message": "duration is not supported"}, Kind.INPUT),
        (401, {"code": 401, "message": "No auth"}, Kind.KEY),
        (403, {"code": 403, "message": "Key is disabled"}, Kind.KEY),
        (403, {"code": 403, "message": "Flagged", "metadata": {"reasons": ["violence"]}}, Kind.REFUSED),
    ],
)
def test_an_error_is_of_its_kind_and_in_openrouters_words(status, error, kind, running):
    server, provider, take = running
    server.instead["POST /api/v1/videos"] = lambda line: line.json({"error": error}, status)
    with pytest.raises(ProviderError, match=error["message"]) as caught:
        provider.submit(take)
    assert caught.value.problem.kind is kind


def test_prices_are_those_of_the_catalogue(catalogue, ask):
    found = openrouter.capabilities(catalogue)

    def cost(model: str, mode: Mode, duration: float, width: int, height: int, **options: Any) -> float | None:
        take = ask(model, mode, "openrouter", duration=duration, width=width, height=height, options=options)
        return amount(found, take)

    text, first = Mode.TEXT, Mode.FIRST_FRAME
    heard, silent = {"generate_audio": True}, {"generate_audio": False}
    for wanted, got in (
        (0.40, cost("acme/all", text, 4, 1280, 720, **heard)),
        (0.32, cost("acme/all", first, 4, 720, 1280, **silent)),
        (0.48, cost("acme/all", text, 4, 1920, 1080, **heard)),
        (0.48, cost("acme/all", text, 4, 1920, 1080)),
        (2.00, cost("acme/all", text, 8, 3840, 2160, **silent)),
        (0.60, cost("google/sizes", first, 5, 1080, 1080)),
        (0.84, cost("kwaivgi/kling", text, 5, 1280, 720, **heard)),
        (0.56, cost("kwaivgi/kling", first, 5, 1280, 720, **silent)),
        (0.000007 * 854 * 480 * 24 * 4 / 1024, cost("bytedance/seedance-2.0", text, 4, 854, 480)),
        (0.0000077 * 1920 * 1080 * 24 * 5 / 1024, cost("bytedance/seedance-2.0", first, 5, 1920, 1080, **silent)),
        (0.70, cost("x-ai/fees", text, 10, 1280, 720)),
        (0.502, cost("x-ai/fees", first, 10, 854, 480)),
        (0.20, cost("x-ai/fees", text, 1, 854, 480)),
    ):
        assert got == pytest.approx(wanted)


def test_a_price_that_cannot_be_told_beforehand_is_not_guessed(catalogue, ask):
    found = openrouter.capabilities(catalogue)
    for model, mode in (
        ("acme/strange-price", Mode.TEXT),
        ("acme/bare", Mode.TEXT),
        ("x-ai/fees", Mode.REFERENCES),
        ("bytedance/seedance-2.0", Mode.VIDEO),
    ):
        assert amount(found, ask(model, mode, "openrouter", duration=5.0, width=1280, height=720)) is None


def amount(found: Capabilities, take: Any) -> float | None:
    told = pricing.estimate(take.request, found)
    return told.amount if told else None
