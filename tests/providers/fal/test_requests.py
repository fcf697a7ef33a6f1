"""A request is sent once, with its files, to where the queue wants it; what is refused says why."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from addon.core.errors import InputError, Kind, ProviderError
from addon.core.models import Input, Mode, Role
from addon.core.pricing import estimate
from addon.core.provider import JobState, UncertainSubmission
from addon.providers import fal, http
from addon.providers.fal import hosts, jobs

from . import endpoints
from .server import KEY, Said
from .takes import request, submitted, take


def test_a_job_is_followed_by_its_owner_and_app_as_the_queue_wants_it(service, provider):
    running = submitted(provider, request("lab/zeta", width=640, height=360, duration=4.0, fps=24.0))
    assert running.job_id is not None
    assert re.fullmatch(r"lab/zeta/requests/[\w-]+", running.job_id)
    provider.poll(running)
    assert service.asked[-1].path == f"/{running.job_id}"


@pytest.mark.parametrize(
    "status_url",
    [
        "https://evil.test/lab/alpha/requests/{request}/status",
        "//evil.test/lab/alpha/requests/{request}/status",
        "{base}.evil.test/lab/alpha/requests/{request}/status",
        "{base}/../../lab/requests/{request}/status",
        "{base}/lab/alpha/requests/another/status",
        "{base}/lab/alpha/requests/{request}/status?x=/status",
        "file:///etc/passwd",
        None,
        7,
    ],
)
def test_an_address_that_leads_elsewhere_is_not_used_but_made_anew(service, provider, status_url):
    def answer(_endpoint: str, request: str) -> Said:
        url = status_url.format(base=service.base, request=request) if isinstance(status_url, str) else status_url
        return Said({"request_id": request, "status_url": url, "status": "IN_QUEUE"})

    service.submission = answer
    running = submitted(provider)
    assert running.job_id == f"lab/alpha/requests/{next(iter(service.jobs))}"
    assert provider.poll(running).state is JobState.SUCCEEDED


def test_an_address_of_the_queue_is_used_as_it_is():
    queue = "https://queue.fal.run"
    answer = {"request_id": "r-1", "status_url": f"{queue}/lab/other-app/requests/r-1/status"}
    assert jobs.accepted(answer, "lab/alpha/more", queue) == "lab/other-app/requests/r-1"
    assert jobs.accepted({"request_id": "r-1"}, "workflows/me/mine/x", queue) == "workflows/me/mine/requests/r-1"


@pytest.mark.parametrize("answer", [{}, [], None, {"request_id": 7}, {"request_id": "../../x"}, {"request_id": ""}])
def test_an_answer_without_an_id_leaves_the_submission_uncertain_and_is_not_repeated(service, provider, answer):
    service.submission = lambda _endpoint, _request: Said(answer)
    with pytest.raises(UncertainSubmission):
        provider.submit(take())
    assert len(service.paths("POST")) == 1


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_submission_that_may_have_arrived_is_uncertain_and_not_repeated(service, provider, status):
    service.submission = lambda _endpoint, _request: Said({"detail": "Gateway"}, status)
    with pytest.raises(UncertainSubmission):
        provider.submit(take())
    assert len(service.paths("POST")) == 1


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Said({"detail": "Authentication is required"}, 401), Kind.KEY),
        (Said({"detail": "User is locked. Reason: Exhausted balance. Top up your balance."}, 403), Kind.MONEY),
        (Said({"detail": "Forbidden"}, 403), Kind.KEY),
        (Said({"detail": "Payment required"}, 402), Kind.MONEY),
        (Said({"detail": "Application not found"}, 404), Kind.NOT_FOUND),
        (Said({"detail": [{"loc": ["body", "seed"], "msg": "too odd", "type": "value_error"}]}, 422), Kind.INPUT),
        (Said({"detail": "Too many requests"}, 429, (("Retry-After", "7"),)), Kind.LIMIT),
    ],
)
def test_a_refused_submission_says_why(service, provider, said, kind):
    service.submission = lambda _endpoint, _request: said
    with pytest.raises(ProviderError) as caught:
        provider.submit(take())
    assert caught.value.problem.kind is kind
    assert caught.value.problem.remedy
    assert caught.value.wait == (7.0 if kind is Kind.LIMIT else 0.0)
    assert len(service.paths("POST")) == 1


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100


def picture(folder: Path, name: str = "my secret film.png", data: bytes = PNG) -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def test_files_are_uploaded_under_no_name_of_the_person_and_without_the_key(service, provider, tmp_path):
    inputs = (
        Input(role=Role.FIRST_FRAME, path=picture(tmp_path)),
        Input(role=Role.LAST_FRAME, path=picture(tmp_path, "last.png", PNG + b"last")),
    )
    submitted(provider, request("lab/alpha/image-to-video", Mode.FIRST_LAST, inputs=inputs, duration=5.0))
    (job,) = service.jobs.values()
    sent = [service.uploads[job.input[name].removeprefix(service.media)] for name in ("image_url", "tail_image_url")]
    assert sent == [PNG, PNG + b"last"]
    assert not any("secret" in f"{each.path}{each.body!r}" for each in service.asked)


def test_references_are_sent_as_a_list_in_their_order(service, provider, tmp_path):
    files = [picture(tmp_path, f"{number}.png", PNG + bytes([number])) for number in range(3)]
    inputs = tuple(Input(role=Role.REFERENCE, path=file) for file in files)
    submitted(provider, request("lab/gamma/reference-to-video", Mode.REFERENCES, inputs=inputs))
    (job,) = service.jobs.values()
    urls = job.input["reference_image_urls"]
    assert [service.uploads[url.removeprefix(service.media)][-1] for url in urls] == [0, 1, 2]


def test_a_tiny_file_travels_in_the_request(service, provider, tmp_path):
    inputs = (Input(role=Role.FIRST_FRAME, path=picture(tmp_path, data=PNG[:300])),)
    submitted(provider, request("lab/alpha/image-to-video", Mode.FIRST_FRAME, inputs=inputs, duration=5.0))
    (job,) = service.jobs.values()
    head, _, content = job.input["image_url"].partition(",")
    assert (head, base64.b64decode(content)) == ("data:image/png;base64", PNG[:300])
    assert service.uploads == {}


def test_a_file_that_is_gone_is_told_before_anything_is_submitted(service, provider, tmp_path):
    inputs = (Input(role=Role.FIRST_FRAME, path=str(tmp_path / "gone.png")),)
    with pytest.raises(InputError):
        provider.submit(take(request("lab/alpha/image-to-video", Mode.FIRST_FRAME, inputs=inputs, duration=5.0)))
    assert service.asked == []


def test_a_request_that_the_model_cannot_make_is_not_sent(service, provider):
    for wrong in (
        request("lab/nothing"),
        request(duration=7.0),
        request(width=1000),
        request("lab/kappa"),
        request(options={"nothing": 1}),
        request("lab/beta", duration=10.0, fps=60.0),
    ):
        with pytest.raises(InputError):
            provider.validate(wrong)
        with pytest.raises(InputError):
            provider.submit(take(wrong))
    assert service.asked == []


def test_no_submission_can_be_searched_for(provider):
    assert not provider.capabilities.traceable
    with pytest.raises(ProviderError):
        provider.find(take())


def test_the_hosts_are_fals_own_and_on_this_machine_none_but_it():
    assert hosts.hosts("https://queue.fal.run") == hosts.Hosts(
        "https://queue.fal.run", "https://api.fal.ai/v1", "https://rest.fal.ai"
    )
    assert hosts.hosts("http://127.0.0.1:9") == hosts.Hosts(
        "http://127.0.0.1:9", "http://127.0.0.1:9/v1", "http://127.0.0.1:9"
    )


def test_offline_nothing_leaves_for_any_of_the_hosts():
    provider = fal.Fal(http.Access(lambda: http.Account("https://queue.fal.run", KEY), lambda: False))
    for call in (
        provider.inquire,
        lambda: provider.poll(take(job_id="lab/alpha/requests/r")),
        lambda: provider.submit(take(request("fal-ai/veo3.1/fast"))),
    ):
        with pytest.raises(ProviderError) as caught:
            call()
        assert caught.value.problem.kind is Kind.OFFLINE


def test_every_endpoint_of_the_catalogue_takes_what_its_form_gives(service, provider, tmp_path):
    """The server of these tests holds each body against the schema of the endpoint."""
    for model in provider.capabilities.models:
        if model.problem:
            continue
        width, height = next(iter(model.sizes), (768, 512))
        fps = model.fps.nearest(16) if model.fps else 0.0
        lengths = model.durations(fps)
        for mode in model.modes:
            inputs = tuple(
                Input(role=slot.role, path=picture(tmp_path, f"{slot.role}.png"))
                for slot in model.takes(mode)
                for _ in range(slot.least)
            )
            options: dict[str, Any] = {"strength": 0.5, "keep_audio": True, "target_fps": "24", "style": "ink"}
            asked = request(
                model.id,
                mode,
                duration=lengths.nearest(5.0) if lengths else 0.0,
                width=width,
                height=height,
                fps=fps,
                inputs=inputs,
                options={option.id: options[option.id] for option in model.options if option.required},
            )
            assert provider.poll(submitted(provider, asked)).state is JobState.SUCCEEDED
    assert {job.endpoint for job in service.jobs.values()} == set(endpoints.DOCUMENTS) - {"lab/kappa"}


def test_what_ships_is_readable_and_can_be_asked_for():
    shipped = fal.capabilities(None)
    assert shipped.read_on
    assert {mode for model in shipped.models for mode in model.modes} == {Mode.TEXT, Mode.FIRST_FRAME, Mode.FIRST_LAST}
    assert all(model.problem is None and jobs.is_endpoint(model.id) for model in shipped.models)


@pytest.mark.parametrize(
    ("change", "amount"),
    [
        ({"duration": 8.0}, 1.2),
        ({"duration": 8.0, "options": {"generate_audio": False}}, 0.8),
        ({"duration": 8.0, "width": 3840, "height": 2160}, 2.8),
        ({"duration": 4.0, "width": 2160, "height": 3840, "options": {"generate_audio": False}}, 1.2),
    ],
)
def test_what_ships_has_prices_that_depend_on_size_and_sound(change, amount):
    told = estimate(request("fal-ai/veo3.1/fast", **change), fal.capabilities(None))
    assert told is not None
    assert told.amount == pytest.approx(amount)
