"""fal: submitted once, polled on after any restart, and told apart: what was refused, what failed, what is gone."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from addon.core.capabilities import Cancelling, Capabilities, codec
from addon.core.errors import InputError, Kind, Problem, ProviderError
from addon.core.models import Cost, Input, Mode, Request, Role, Take
from addon.core.pricing import estimate
from addon.core.provider import JobState, JobStatus, UncertainSubmission
from addon.providers import fal, http
from addon.providers.fal import hosts, jobs, results

from . import endpoints, server
from .server import KEY, FalServer, Said


@pytest.fixture
def service() -> Iterator[FalServer]:
    with server.running() as started:
        yield started
        assert started.mistakes == []


def adapter(service: FalServer, key: str = KEY, known: Capabilities | None = None) -> fal.Fal:
    access = http.Access(lambda: http.Account(service.base, key), lambda: False)
    return fal.Fal(access, known)


@pytest.fixture(scope="module")
def known() -> Capabilities:
    """What the catalogue has."""
    with server.running() as started:
        return adapter(started).inquire().capabilities


@pytest.fixture
def provider(service: FalServer, known: Capabilities) -> fal.Fal:
    """One that knows the catalogue."""
    return adapter(service, known=known)


def request(model: str = "lab/alpha", mode: Mode = Mode.TEXT, **change: Any) -> Request:
    given: dict[str, Any] = {
        "prompt": "a lighthouse",
        "duration": 6.0,
        "width": 1280,
        "height": 720,
        "fps": 24,
        "seed": 5,
    }
    return Request(provider="fal", model=model, mode=mode, **{**given, **change})


def take(of: Request | None = None, job_id: str | None = None) -> Take:
    now = datetime.now(UTC)
    return Take(id="t", number=1, request=of or request(), created_at=now, changed_at=now, job_id=job_id)


def submitted(provider: fal.Fal, of: Request | None = None) -> Take:
    new = take(of)
    return new.model_copy(update={"job_id": provider.submit(new)})


def problem(status: JobStatus) -> Problem:
    assert status.state is JobState.FAILED
    assert status.problem is not None
    return status.problem


def ignore(_fraction: float) -> None:
    """Nobody wants to know how far it is."""


def test_a_take_goes_from_the_request_to_its_clip(service, provider, tmp_path):
    service.statuses = [
        Said({"status": "IN_QUEUE", "queue_position": 3}),
        Said({"status": "IN_PROGRESS", "logs": []}),
        Said({"status": "COMPLETED", "metrics": {"inference_time": 3.0}}),
    ]
    running = submitted(provider)
    states = [provider.poll(running) for _ in range(3)]
    assert [status.state for status in states] == [JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED]
    assert states[0].text.format(**states[0].values) == "Waiting: 3 before it"
    provider.download(running, tmp_path / "clip.mp4", ignore)
    assert (tmp_path / "clip.mp4").read_bytes() == server.CLIP
    (job,) = service.jobs.values()
    assert job.input == {
        "prompt": "a lighthouse", "aspect_ratio": "16:9", "resolution": "720p", "duration": "6s", "seed": 5
    }  # fmt: skip


def test_what_it_cost_is_told_by_the_result(provider):
    running = submitted(provider)
    assert provider.poll(running).cost == Cost(amount=0.5, currency="USD")


@pytest.mark.parametrize("units", ["", "many", "nan", "inf", "-1", "9" * 400])
def test_a_cost_that_cannot_be_is_none(units):
    price = {"amount": 0.1, "currency": "USD"}
    assert results.cost({"x-fal-billable-units": units}, price) is None
    assert results.cost({"x-fal-billable-units": "2"}, None) is None


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


def test_after_a_restart_a_take_is_polled_on_by_what_was_written_down(service, provider, tmp_path):
    service.statuses = [Said({"status": "IN_PROGRESS"}), Said({"status": "COMPLETED"})]
    written = Take.model_validate_json(submitted(provider).model_dump_json())
    assert provider.poll(written).state is JobState.RUNNING
    known = codec().validate_json(codec().dump_json(provider.capabilities))
    for after in (adapter(service, known=known), adapter(service)):  # the catalogue may be gone too
        assert after.poll(written).state is JobState.SUCCEEDED
    adapter(service).download(written, tmp_path / "clip.mp4", ignore)
    assert (tmp_path / "clip.mp4").read_bytes() == server.CLIP
    assert len(service.paths("POST")) == 1


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ({"status": "IN_QUEUE", "queue_position": 0}, "Waiting: 0 before it"),
        ({"status": "IN_QUEUE", "queue_position": 12}, "Waiting: 12 before it"),
        ({"status": "IN_QUEUE"}, "Waiting"),
        ({"status": "IN_QUEUE", "queue_position": "many"}, "Waiting"),
        ({"status": "IN_QUEUE", "queue_position": -1}, "Waiting"),
        ({"status": "IN_PROGRESS", "logs": None}, "Generating"),
        ({"status": "IN_PROGRESS", "logs": [{"message": "one"}, {"message": "two\n"}]}, "Generating: two"),
        ({"status": "IN_PROGRESS", "logs": [{"message": "one"}, {"message": " \r\n"}, 7]}, "Generating: one"),
        ({"status": "IN_PROGRESS", "logs": [{"message": "\x1b[31m 1%| \r 40%|####"}]}, "Generating: 40%|####"),
        ({"status": "IN_PROGRESS", "logs": [{"message": f"with {KEY}"}]}, "Generating: with •••"),
    ],
)
def test_the_place_in_the_queue_and_the_last_line_of_the_log_are_shown(service, provider, status, text):
    service.statuses = [Said(status)]
    found = provider.poll(submitted(provider))
    assert (found.text.format(**found.values) if found.values else found.text) == text


def test_a_progress_bar_in_the_log_is_the_progress(service, provider):
    service.statuses = [Said({"status": "IN_PROGRESS", "logs": [{"message": " 40%|####      | 4/10"}]})]
    assert provider.poll(submitted(provider)).progress == pytest.approx(0.4)


def test_a_long_line_is_cut(service, provider):
    service.statuses = [Said({"status": "IN_PROGRESS", "logs": [{"message": "word " * 5000}]})]
    assert len(str(provider.poll(submitted(provider)).values["line"])) <= 80


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
        (Said(b"<html>oops</html>", 500), Kind.SERVICE, "fal could not make this take and does not say why."),
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


def test_an_error_in_the_status_ends_the_take_without_asking_for_a_result(service, provider):
    body = {"status": "COMPLETED", "error": "Request timed out", "error_type": "request_timeout"}
    service.statuses = [Said(body)]
    found = problem(provider.poll(submitted(provider)))
    assert (found.kind, str(found.what)) == (Kind.SERVICE, "fal could not make this take: Request timed out.")
    assert service.asked[-1].path.endswith("/status")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_gate_that_is_out_of_order_is_asked_again(service, provider, status):
    service.result = Said({"detail": "Bad gateway"}, status)
    with pytest.raises(ProviderError) as caught:
        provider.poll(submitted(provider))
    assert caught.value.problem.kind in (Kind.NETWORK, Kind.LIMIT)


def test_a_result_that_is_not_ready_after_all_is_waited_for(service, provider):
    service.result = Said({"status": "IN_PROGRESS"}, 202)
    assert provider.poll(submitted(provider)).state is JobState.RUNNING


@pytest.mark.parametrize("body", [{"status": "SLEEPING"}, {}, [], 7, {"status": {"a": 1}}])
def test_a_status_that_nobody_knows_may_pass(service, provider, body):
    service.statuses = [Said(body)]
    with pytest.raises(ProviderError) as caught:
        provider.poll(submitted(provider))
    assert caught.value.problem.kind is Kind.NETWORK


def test_the_status_of_another_job_is_not_taken_for_this_one(service, provider):
    service.statuses = [Said({"status": "COMPLETED", "request_id": "another"})]
    with pytest.raises(ProviderError) as caught:
        provider.poll(submitted(provider))
    assert caught.value.problem.kind is Kind.NETWORK


def test_a_result_that_has_expired_is_gone_for_good(service, provider):
    service.result = Said({"detail": "Request not found"}, 404)
    with pytest.raises(ProviderError) as caught:
        provider.poll(submitted(provider))
    assert caught.value.problem.kind is Kind.NOT_FOUND
    service.jobs.clear()
    with pytest.raises(ProviderError) as caught:
        provider.poll(take(job_id="lab/alpha/requests/long-ago"))
    assert caught.value.problem.kind is Kind.NOT_FOUND


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
    ("answer", "then", "state"),
    [
        (Said({"status": "CANCELLATION_REQUESTED"}, 202), None, JobState.CANCELLED),
        (Said({"status": "OK"}), Said({"detail": "Request not found"}, 404), JobState.CANCELLED),
        (Said({"status": "CANCELLATION_REQUESTED"}, 202), Said({"status": "COMPLETED"}), JobState.SUCCEEDED),
        (Said({"status": "ALREADY_COMPLETED"}, 400), Said({"status": "COMPLETED"}), JobState.SUCCEEDED),
        (Said({"detail": "finished"}, 409), Said({"status": "COMPLETED"}), JobState.SUCCEEDED),
        (Said({"status": "OK"}), Said({"status": "CANCELED"}), JobState.CANCELLED),
    ],
)
def test_what_becomes_of_a_cancelled_take_is_told_by_the_polls(service, provider, answer, then, state):
    ended = Said({"status": "COMPLETED", "error": "Cancelled", "error_type": "client_cancelled"})
    service.statuses = [Said({"status": "IN_PROGRESS"}), then or ended]
    service.cancellation = answer
    running = submitted(provider)
    assert provider.poll(running).state is JobState.RUNNING
    provider.cancel(running)
    assert service.paths("PUT") == [f"/{running.job_id}/cancel"]
    assert provider.poll(running).state is state
    assert provider.capabilities.cancelling is Cancelling.TRIES


def test_a_take_that_was_not_cancelled_and_is_gone_is_not_called_cancelled(service, provider):
    service.cancellation = Said({"status": "NOT_FOUND"}, 404)
    running = submitted(provider)
    service.jobs.clear()
    provider.cancel(running)
    with pytest.raises(ProviderError) as caught:
        provider.poll(running)
    assert caught.value.problem.kind is Kind.NOT_FOUND


@pytest.mark.parametrize(
    "job_id", [None, "", "x", "../../v1/keys", "https://evil.test/a/b/requests/c", "a/b/requests/../c"]
)
def test_a_job_that_cannot_be_one_of_fal_is_asked_for_nowhere(service, provider, job_id):
    with pytest.raises(ProviderError):
        provider.poll(take(job_id=job_id))
    assert service.asked == []


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


def test_a_result_without_a_clip_is_a_failure(service, provider):
    service.result = Said({"images": [{"url": "https://f/t.png", "content_type": "image/png"}]})
    assert problem(provider.poll(submitted(provider))).kind is Kind.SERVICE


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
                duration=model.duration.nearest(5.0),
                width=width,
                height=height,
                fps=model.fps.nearest(16) if model.fps else 24,
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
