"""A job is polled on after any restart; what the queue says of it is told, and how it ends."""

from __future__ import annotations

import pytest

from addon.core.capabilities import Cancelling, codec
from addon.core.errors import Kind, ProviderError
from addon.core.models import Take
from addon.core.provider import JobState

from . import server
from .server import KEY, Said
from .takes import adapter, ignore, problem, submitted, take


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


def test_an_error_in_the_status_ends_the_take_without_asking_for_a_result(service, provider):
    body = {"status": "COMPLETED", "error": "Request timed out", "error_type": "request_timeout"}
    service.statuses = [Said(body)]
    found = problem(provider.poll(submitted(provider)))
    assert (found.kind, str(found.what)) == (Kind.SERVICE, "fal could not make this take: Request timed out.")
    assert service.asked[-1].path.endswith("/status")


@pytest.mark.parametrize("body", [{"status": "SLEEPING"}, {}, [], 7, {"status": {"a": 1}}])
def test_a_status_that_nobody_knows_may_pass(service, provider, body):
    service.statuses = [Said(body)]
    with pytest.raises(ProviderError) as caught:
        provider.poll(submitted(provider))
    assert caught.value.problem.kind is Kind.NETWORK
    assert ("“SLEEPING”" in str(caught.value)) is (body == {"status": "SLEEPING"})


def test_the_status_of_another_job_is_not_taken_for_this_one(service, provider):
    service.statuses = [Said({"status": "COMPLETED", "request_id": "another"})]
    with pytest.raises(ProviderError) as caught:
        provider.poll(submitted(provider))
    assert caught.value.problem.kind is Kind.NETWORK


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
