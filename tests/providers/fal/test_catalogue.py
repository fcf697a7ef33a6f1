"""The catalogue of fal: read page by page within bounds, prices and all, and whatever cannot be read is left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from addon.core.capabilities import Rate
from addon.core.errors import Kind, ProviderError
from addon.core.models import Cost
from addon.core.pricing import estimate

from . import endpoints, server
from .server import FalServer, Said
from .takes import adapter, request, submitted


@pytest.fixture
def service() -> Iterator[FalServer]:
    with server.running() as started:
        yield started
        assert started.mistakes == []


def one_page(*entries: Any, cursor: Any = None) -> Any:
    def page(category: str, _cursor: str) -> dict[str, Any]:
        models = list(entries) if category == "text-to-video" else []
        return {"models": models, "next_cursor": cursor, "has_more": cursor is not None}

    return page


def test_all_pages_of_all_categories_are_read(service):
    inquiry = adapter(service).inquire()
    assert {model.id for model in inquiry.capabilities.models} == set(endpoints.DOCUMENTS)
    assert str(inquiry.said) == f"fal takes the key and has {len(endpoints.DOCUMENTS)} models."
    assert inquiry.capabilities.read_on
    asked = [(each.query["category"], each.query.get("cursor")) for each in service.asked if each.path == "/v1/models"]
    assert len(asked) == len(set(asked)) > 3


def test_what_was_found_out_is_what_it_can_do_from_then_on(service):
    provider = adapter(service)
    before = provider.capabilities
    inquiry = provider.inquire()
    assert provider.capabilities is inquiry.capabilities
    assert before.model("lab/alpha") is None
    assert adapter(service, known=inquiry.capabilities).capabilities is inquiry.capabilities


def test_models_of_one_name_can_be_told_apart(service):
    labels = [model.label for model in adapter(service).inquire().capabilities.models]
    assert len(labels) == len(set(labels))


def test_those_that_ship_come_first(service):
    shipped = "fal-ai/veo3.1/fast"
    document = endpoints.document(shipped, {"prompt": endpoints.text()}, ["prompt"])
    service.pages = one_page(server.entry("lab/alpha"), server.entry(shipped, openapi=document))
    assert [model.id for model in adapter(service).inquire().capabilities.models] == [shipped, "lab/alpha"]


@pytest.mark.parametrize(
    "broken",
    [
        server.entry("lab/gone", openapi={"error": {"code": "expansion_failed", "message": "No schema"}}),
        server.entry("lab/gone", openapi=None),
        server.entry("lab/gone", openapi={"openapi": "3.0.4", "paths": {}}),
        server.entry("lab/gone", openapi={"openapi": "3.0.4", "paths": {"/lab/gone": {"post": None}}}),
        server.entry("lab/gone", openapi=endpoints.document("lab/gone", {}, [])),
        server.entry("../../v1/keys", openapi=endpoints.DOCUMENTS["lab/alpha"]),
        server.entry("https://evil.test/x", openapi=endpoints.DOCUMENTS["lab/alpha"]),
        server.entry("lab/gone\r\nX: y", openapi=endpoints.DOCUMENTS["lab/alpha"]),
        {"endpoint_id": 7},
        {},
        7,
        None,
    ],
)
def test_a_model_that_cannot_be_read_is_left_out(service, broken):
    service.pages = one_page(broken, server.entry("lab/alpha"))
    assert [model.id for model in adapter(service).inquire().capabilities.models] == ["lab/alpha"]


def test_a_model_without_a_name_for_people_is_called_by_its_own(service):
    service.pages = one_page(server.entry("lab/alpha", metadata=None))
    assert [model.label for model in adapter(service).inquire().capabilities.models] == ["lab/alpha"]


@pytest.mark.parametrize("ever", [lambda cursor: "same", lambda cursor: f"{cursor}x"])
def test_a_catalogue_without_end_is_left_after_a_while(service, ever):
    def page(_category: str, cursor: str) -> dict[str, Any]:
        return {"models": [server.entry("lab/alpha")], "next_cursor": ever(cursor), "has_more": True}

    service.pages = page
    assert len(adapter(service).inquire().capabilities.models) == 1
    assert len([path for path in service.paths("GET") if path == "/v1/models"]) <= 90


def test_no_more_models_are_kept_than_a_form_can_show(service):
    document = endpoints.document("lab/m", {"prompt": endpoints.text()}, ["prompt"])
    entries = [server.entry(f"lab/m{number}", openapi=document) for number in range(1100)]
    service.pages = one_page(*entries)
    assert len(adapter(service).inquire().capabilities.models) == 1000


@pytest.mark.parametrize("body", [{}, {"models": None}, {"models": 7}, [], None, {"models": []}])
def test_a_catalogue_that_is_none_is_told(service, body):
    service.pages = lambda _category, _cursor: body
    with pytest.raises(ProviderError):
        adapter(service).inquire()


@pytest.mark.parametrize(
    ("unit", "amount", "rates"),
    [
        ("seconds", 0.1, (Rate(0.1, "second"),)),
        ("video", 0.4, (Rate(0.4, "take"),)),
        ("compute seconds", 0.001, ()),
        ("1000 tokens", 0.01, ()),
        (None, 1.0, ()),
        ("seconds", None, ()),
        ("seconds", -1.0, ()),
        ("seconds", "free", ()),
    ],
)
def test_a_price_is_told_beforehand_where_its_unit_can_be_reckoned_with(service, unit, amount, rates):
    def prices(names: list[str]) -> Said:
        each = {"unit_price": amount, "unit": unit, "currency": "USD"}
        return Said({"prices": [{"endpoint_id": name, **each} for name in names]})

    service.prices = prices
    model = adapter(service).inquire().capabilities.model("lab/alpha")
    assert model is not None
    assert model.rates == rates


def test_the_estimate_is_the_price_times_the_seconds(service):
    capabilities = adapter(service).inquire().capabilities
    told = estimate(request(duration=6.0), capabilities)
    assert told is not None
    assert (told.amount, told.currency) == (pytest.approx(0.6), "USD")


def test_no_price_is_told_by_the_second_where_the_model_decides_how_long_the_clip_is(service):
    capabilities = adapter(service).inquire().capabilities
    model = capabilities.model("lab/iota/talk")
    assert model is not None and model.duration is None and model.rates[0].per == "second"
    assert estimate(request(model="lab/iota/talk", mode="first_frame", duration=5.0), capabilities) is None


def test_a_price_in_another_currency_is_not_taken_for_dollars(service):
    prices = [{"endpoint_id": "lab/alpha", "unit_price": 5, "unit": "video", "currency": "JPY"}]
    service.prices = lambda _names: Said({"prices": prices})
    model = adapter(service).inquire().capabilities.model("lab/alpha")
    assert model is not None
    assert model.rates == ()
    assert "price" not in model.wire


@pytest.mark.parametrize("said", [Said({}, 404), Said({}, 503), Said({"prices": 7}), Said(b"<html>"), Said({}, 429)])
def test_without_prices_there_are_still_models(service, said):
    service.prices = lambda _names: said
    models = adapter(service).inquire().capabilities.models
    assert models
    assert all(model.rates == () for model in models)


def test_a_key_that_is_not_taken_is_told(service):
    with pytest.raises(ProviderError) as caught:
        adapter(service, key="fake-wrong-key").inquire()
    assert caught.value.problem.kind is Kind.KEY


def test_without_a_key_there_is_the_catalogue_and_the_word_that_one_is_needed(service):
    inquiry = adapter(service, key="").inquire()
    assert len(inquiry.capabilities.models) == len(endpoints.DOCUMENTS)
    assert str(inquiry.said) == f"fal has {len(endpoints.DOCUMENTS)} models. A key is needed to use them."
    assert {each.path for each in service.asked} == {"/v1/models"}


def test_the_balance_is_told_to_a_key_that_may_know_it(service):
    assert adapter(service).inquire().balance is None
    service.billing = Said({"username": "x", "credits": {"current_balance": 24.5, "currency": "USD"}})
    assert adapter(service).inquire().balance == Cost(amount=24.5, currency="USD")


def test_what_is_asked_and_answered_here_is_as_the_specification_has_it(service, specs: Path):
    """The server of these tests is held against fal's own specification of its platform."""
    platform = json.loads((specs / "fal" / "platform-openapi.json").read_text(encoding="utf-8"))
    adapter(service).inquire()
    service.billing = Said({"username": "x", "credits": {"current_balance": 24.5, "currency": "USD"}})
    checked = set()
    for asked in list(service.asked):
        path = asked.path.removeprefix("/v1")
        operation = platform["paths"][path]["get"]
        known = {each["name"]: each["schema"] for each in operation["parameters"] if each["in"] == "query"}
        assert asked.query.keys() <= known.keys()
        for name, value in asked.query.items():
            whole = known[name].get("type") == "integer"
            jsonschema.validate(int(value) if whole else value, known[name])
        assert {name for name, each in known.items() if each.get("required")} <= asked.query.keys()
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(service.answer(asked).body, answer)
        checked.add(path)
    assert checked == {"/models", "/models/pricing", "/account/billing"}


def test_the_queue_is_spoken_to_by_the_paths_of_its_specification(service, specs: Path):
    text = (specs / "fal" / "queue-openapi-unofficial.yml").read_text(encoding="utf-8")
    paths = [line.strip().rstrip(":") for line in text.splitlines() if line.startswith("  /")]
    assert len(paths) == 4
    provider = adapter(service)
    provider.inquire()
    service.asked.clear()
    running = submitted(provider)
    provider.poll(running)
    provider.cancel(running)
    assert running.job_id is not None
    owner, name, _, request_id = running.job_id.split("/")
    spoken = {each.path for each in service.asked}
    assert spoken == {path.format(model_owner=owner, model_name=name, request_id=request_id) for path in paths}
