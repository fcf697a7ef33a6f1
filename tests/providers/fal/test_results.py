"""What a model made, refused or could not do; and a result that the queue has forgotten is in the history."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from addon.core.errors import Kind, ProviderError
from addon.core.models import Cost
from addon.core.provider import JobState
from addon.providers.fal import results

from . import server
from .server import Said
from .takes import adapter, ignore, problem, submitted, take


def test_what_it_cost_is_told_by_the_result(provider):
    running = submitted(provider)
    assert provider.poll(running).cost == Cost(amount=0.5, currency="USD")


@pytest.mark.parametrize("units", ["", "many", "nan", "inf", "-1", "9" * 400])
def test_a_cost_that_cannot_be_is_none(units):
    price = {"amount": 0.1, "currency": "USD"}
    assert results.cost({"x-fal-billable-units": units}, price) is None
    assert results.cost({"x-fal-billable-units": "2"}, None) is None


@pytest.mark.parametrize(
    ("result", "kind", "what"),
    [
        (
            Said({"detail": [{"loc": ["body", "prompt"], "msg": "The content was flagged.",
                              "type": "content_policy_violation"}]}, 422),
            Kind.REFUSED,
            "fal refuses the content: The content was flagged.",
        ),
        (
            Said({"detail": [{"loc": ["body", "image_url"], "msg": "Image too small", "type": "image_too_small",
                              "ctx": {"min_width": 300}}]}, 422),
            Kind.INPUT,
            "fal does not accept “image_url”: Image too small.",
        ),
        (
            Said({"detail": [{"loc": ["body"], "msg": "Not possible", "type": "feature_not_supported"}]}, 422),
            Kind.INPUT,
            "fal does not accept the request: Not possible.",
        ),
        (
            Said({"detail": [{"loc": ["body"], "msg": "No video came out", "type": "no_media_generated"}]}, 422),
            Kind.SERVICE,
            "fal could not make this take: No video came out.",
        ),
        (
            Said({"detail": [{"loc": ["body"], "msg": "Internal error", "type": "internal_server_error"}]}, 500),
            Kind.SERVICE,
            "fal could not make this take: Internal error.",
        ),
        (
            Said({"detail": "Worker died", "error_type": "internal_error"}, 500),
            Kind.SERVICE,
            "fal could not make this take: Worker died.",
        ),
        (Said({"detail": "No such voice"}, 400), Kind.SERVICE, "fal could not make this take: No such voice."),
    ],
)  # fmt: skip
def test_what_a_model_refuses_or_cannot_do_is_one_sentence(service, provider, result, kind, what):
    service.result = result
    found = problem(provider.poll(submitted(provider)))
    assert (found.kind, str(found.what)) == (kind, what)
    assert found.remedy


def test_a_refusal_counts_before_the_other_errors(service, provider):
    details = [
        {"loc": ["body", "seed"], "msg": "odd", "type": "value_error"},
        {"loc": ["body"], "msg": "flagged", "type": "content_policy_violation"},
    ]
    service.result = Said({"detail": details}, 422)
    assert problem(provider.poll(submitted(provider))).kind is Kind.REFUSED


@pytest.mark.parametrize(
    "result",
    [
        *(Said({"detail": "Bad gateway"}, status) for status in (429, 500, 502, 503, 504)),
        Said({"detail": [{"msg": "Bad gateway"}]}, 502),
        Said(b"<html>oops</html>", 500),
        Said(b"", 500),
        Said({}, 500),
    ],
)
def test_a_result_that_a_gate_or_nobody_answers_for_is_asked_again_and_no_failure(service, provider, result):
    service.result = result
    with pytest.raises(ProviderError) as caught:
        provider.poll(submitted(provider))
    assert caught.value.problem.kind in (Kind.NETWORK, Kind.LIMIT)


def test_a_result_that_is_not_ready_after_all_is_waited_for(service, provider):
    service.result = Said({"status": "IN_PROGRESS"}, 202)
    assert provider.poll(submitted(provider)).state is JobState.RUNNING


@pytest.mark.parametrize("status", [400, 422, 499])
def test_an_error_without_words_is_no_word_about_the_take(service, provider, status):
    service.result = Said(b"", status)
    with pytest.raises(ProviderError) as caught:
        provider.poll(submitted(provider))
    assert caught.value.problem.kind is Kind.SERVICE  # of one that was accepted, nothing that the worker gives up


def test_a_result_that_is_asked_for_too_early_is_no_failure(service, provider):
    service.result = Said({"detail": "Request is still in progress"}, 400)
    assert provider.poll(submitted(provider)).state is JobState.RUNNING


def test_a_result_that_the_queue_has_forgotten_is_found_in_the_history(service, provider, known, tmp_path):
    running = submitted(provider)
    service.forget()
    for number, later in enumerate((provider, adapter(service, known=known), adapter(service))):
        assert later.poll(running).state is JobState.SUCCEEDED
        later.download(running, tmp_path / f"{number}.mp4", ignore)
        assert (tmp_path / f"{number}.mp4").read_bytes() == server.CLIP
    assert len(service.paths("POST")) == 1


def test_a_result_alone_may_be_forgotten_and_is_found_in_the_history(service, provider, tmp_path):
    running = submitted(provider)
    service.made |= service.jobs
    (job,) = service.jobs.values()
    service.jobs = {name: replace(job, result=Said({"detail": "Request not found"}, 404)) for name in service.jobs}
    assert provider.poll(running).state is JobState.SUCCEEDED
    provider.download(running, tmp_path / "clip.mp4", ignore)
    assert (tmp_path / "clip.mp4").read_bytes() == server.CLIP


def test_a_failure_that_the_queue_has_forgotten_is_told_by_the_history(service, provider):
    service.result = Said({"detail": [{"loc": ["body"], "msg": "flagged", "type": "content_policy_violation"}]}, 422)
    running = submitted(provider)
    service.forget()
    assert problem(provider.poll(running)).kind is Kind.REFUSED


@pytest.mark.parametrize(
    ("past", "kind"),
    [
        (None, Kind.NOT_FOUND),
        (Said({"items": [], "next_cursor": None, "has_more": False}), Kind.NOT_FOUND),
        (Said({"detail": "Not Found"}, 404), Kind.NETWORK),
        (Said({"items": [7]}), Kind.NETWORK),
        (server.NOT_FOR_THIS_KEY, Kind.KEY),
        (Said({"error": {"type": "rate_limit", "message": "Slow down"}}, 429), Kind.LIMIT),
        (Said({"error": {"type": "server_error", "message": "Oops"}}, 500), Kind.NETWORK),
        (Said([]), Kind.NETWORK),
        (Said({"items": 7}), Kind.NETWORK),
        (Said(b"<html>"), Kind.NETWORK),
    ],
)
def test_what_neither_the_queue_nor_the_history_has_is_gone_and_what_cannot_be_told_is_not(
    service, provider, past, kind
):
    service.past = past
    with pytest.raises(ProviderError) as caught:
        provider.poll(take(job_id="lab/alpha/requests/long-ago"))
    assert caught.value.problem.kind is kind
    assert caught.value.problem.remedy


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"status_code": 200, "json_output": None}, Kind.NOT_FOUND),
        ({"status_code": None, "ended_at": None}, Kind.NETWORK),
        ({"status_code": 200, "json_output": [7]}, Kind.NETWORK),
        ({"status_code": 200, "request_id": "another"}, Kind.NETWORK),
        ({"status_code": "many"}, Kind.NETWORK),
    ],
)
def test_an_entry_of_the_history_counts_for_what_it_says(service, provider, entry, kind):
    service.past = Said({"items": [{"request_id": "long-ago", **entry}]})
    with pytest.raises(ProviderError) as caught:
        provider.poll(take(job_id="lab/alpha/requests/long-ago"))
    assert caught.value.problem.kind is kind


def test_the_history_is_asked_as_the_official_document_has_it(service, provider, specs):
    running = submitted(provider)
    service.forget()
    provider.poll(running)
    document = json.loads((specs / "fal" / "platform-openapi.json").read_text("utf-8"))
    operation = document["paths"]["/models/requests/by-endpoint"]["get"]
    asked = next(each for each in service.asked if each.path == "/v1/models/requests/by-endpoint")
    schemas = {each["name"]: each["schema"] for each in operation["parameters"]}
    for name, value in asked.query.items():
        kind = {key: each for key, each in schemas[name].items() if key != "format"}
        jsonschema.validate(value, kind, cls=jsonschema.Draft202012Validator)
    assert {each["name"] for each in operation["parameters"] if each.get("required")} <= asked.query.keys()
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    (job,) = service.made.values()
    jsonschema.validate(server.remembered(asked, job), answer["properties"]["items"]["items"])


def test_a_clip_that_cannot_be_fetched_is_fetched_later_even_when_the_result_is_gone(service, provider, tmp_path):
    running = submitted(provider)
    assert provider.poll(running).state is JobState.SUCCEEDED
    service.clip = Said(b"", 503)
    with pytest.raises(ProviderError):
        provider.download(running, tmp_path / "clip.mp4", ignore)
    service.clip = Said(server.CLIP)
    service.jobs.clear()
    provider.download(running, tmp_path / "clip.mp4", ignore)
    assert (tmp_path / "clip.mp4").read_bytes() == server.CLIP


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://10.0.0.1/x.mp4", "http://example.test/x.mp4", "x"])
def test_a_clip_is_not_fetched_from_an_address_that_cannot_be_trusted(service, provider, url, tmp_path):
    service.result = Said({"video": {"url": url, "content_type": "video/mp4"}})
    running = submitted(provider)
    provider.poll(running)
    with pytest.raises(ProviderError):
        provider.download(running, tmp_path / "clip.mp4", ignore)
    assert not (tmp_path / "clip.mp4").exists()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"video": {"url": "https://v3.fal.media/a.mp4", "content_type": "video/mp4"}}, "https://v3.fal.media/a.mp4"),
        ({"video": {"url": "https://v3.fal.media/a"}}, "https://v3.fal.media/a"),
        ({"video": "https://v3.fal.media/a.mp4"}, "https://v3.fal.media/a.mp4"),
        ({"video_url": "https://v3.fal.media/a.webm?x=1"}, "https://v3.fal.media/a.webm?x=1"),
        ({"videos": [{"url": "https://f/1.mp4"}, {"url": "https://f/2.mp4"}]}, "https://f/1.mp4"),
        (
            {"thumbnail": {"url": "https://f/t.png", "content_type": "image/png"},
             "out": [{"file": {"url": "https://f/x", "content_type": "video/webm"}}]},
            "https://f/x",
        ),
        (
            {"audio": {"url": "https://f/a.wav"}, "preview": {"url": "https://f/p.mp4"},
             "video": {"url": "https://f/v.mp4"}},
            "https://f/v.mp4",
        ),
        ({"images": [{"url": "https://f/t.png", "content_type": "image/png"}]}, None),
        ({"video": None}, None),
        ([], None),
        (None, None),
    ],
)  # fmt: skip
def test_the_clip_is_found_wherever_a_model_puts_it(body, expected):
    assert results.clip(body) == expected


def test_a_result_without_a_clip_is_not_called_a_failure_but_a_clip_that_is_not_found(service, provider, tmp_path):
    service.result = Said({"images": [{"url": "https://f/t.png", "content_type": "image/png"}]})
    running = submitted(provider)
    assert provider.poll(running).state is JobState.SUCCEEDED
    with pytest.raises(ProviderError, match="names no clip in this take’s result") as caught:
        provider.download(running, tmp_path / "clip.mp4", ignore)
    assert caught.value.problem.kind is Kind.SERVICE


def test_a_clip_that_is_named_later_is_fetched_then(service, provider, tmp_path):
    service.result = Said({})
    running = submitted(provider)
    assert provider.poll(running).state is JobState.SUCCEEDED
    (job,) = service.jobs.values()
    job.result = Said({"video": {"url": f"{service.media}/files/out.mp4"}})
    provider.download(running, tmp_path / "clip.mp4", ignore)
    assert (tmp_path / "clip.mp4").read_bytes() == server.CLIP
