"""A take's way through Runway, told by a small Runway of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from addon.core import pricing
from addon.core.errors import InputError, Kind, ProviderError
from addon.core.models import Cost, Input, Mode, Role
from addon.core.provider import JobState, UncertainSubmission
from addon.core.wording import filled, say
from addon.providers import runway
from addon.providers.http import Access, Account
from tests.worker.clips import mp4

from . import samples
from .catalogue import Catalogue
from .samples import CASES, NAMES, request, take
from .service import BALANCE, KEY, Runway, done, failed, serving

CLIP = mp4(3, 100_000)


@pytest.fixture
def service() -> Iterator[Runway]:
    made = Runway()
    made.clip = CLIP
    with serving(made):
        yield made
    assert made.faults == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return samples.files(tmp_path)


def adapter(service: Runway, key: str = KEY, online: bool = True) -> runway.Runway:
    access = Access(lambda: Account(service.base, key), lambda: online)
    return runway.Runway(access, runway.capabilities())


def started(service: Runway, provider: runway.Runway):
    """A take that Runway has accepted."""
    plain = take(request(samples.model("gen4.5")))
    return plain.model_copy(update={"job_id": provider.submit(plain)})


def test_a_take_goes_from_the_request_to_its_clip(service, tmp_path):
    service.script = [
        {"status": "PENDING"},
        {"status": "THROTTLED"},
        {"status": "RUNNING", "progress": 0.25},
        {"status": "RUNNING", "progress": 0.75},
        done(credits=55),
    ]
    provider = adapter(service)
    sent = started(service, provider)
    seen = [provider.poll(sent) for _ in range(5)]
    assert [each.state for each in seen] == [
        JobState.QUEUED,
        JobState.QUEUED,
        JobState.RUNNING,
        JobState.RUNNING,
        JobState.SUCCEEDED,
    ]
    assert [each.progress for each in seen[2:]] == [0.25, 0.75, 1.0]
    assert seen[1].text == "Waiting: Runway runs as many takes as your plan allows"
    assert seen[0].cost == Cost(amount=60, currency="credits")
    assert seen[-1].cost == Cost(amount=55, currency="credits")
    told: list[float] = []
    provider.download(sent, tmp_path / "clip.part", told.append)
    assert (tmp_path / "clip.part").read_bytes() == CLIP
    assert told[-1] == 1.0
    assert [each for each in service.asked if each.startswith("POST")] == ["POST /v1/text_to_video"]


def test_no_task_is_polled_more_often_than_every_five_seconds_nor_all_at_one_moment(service):
    service.script = [{"status": "RUNNING", "progress": 0.1}]
    provider = adapter(service)
    sent = started(service, provider)
    pauses = [provider.poll(sent).poll_after for _ in range(20)]
    assert min(pauses) >= 5
    assert len(set(pauses)) > 1


@pytest.mark.parametrize(("model", "mode"), CASES, ids=NAMES)
def test_every_model_takes_its_files_along_in_every_mode(model, mode, service, folder):
    provider = adapter(service)
    wanted = request(model, mode, folder, inputs=samples.inputs(model, mode, folder, full=True))
    provider.validate(wanted)
    assert provider.submit(take(wanted)) in service.tasks
    (_, body) = service.bodies[-1]
    assert str(body).count("data:") == len(wanted.inputs)
    assert service.uploads == {}


@pytest.mark.parametrize("mode", [Mode.FIRST_FRAME, Mode.FIRST_LAST, Mode.REFERENCES, Mode.VIDEO])
def test_what_really_leaves_is_as_runway_wants_it(mode, service, folder, specs):
    provider = adapter(service)
    provider.submit(take(request(samples.model("seedance2"), mode, folder)))
    assert Catalogue(specs).faults(*service.bodies[-1]) == []


@pytest.mark.parametrize(("size", "uploaded"), [(3_900_000, 0), (4_000_000, 1)])
def test_a_file_too_large_for_the_request_is_uploaded_before_it_under_another_name(size, uploaded, service, folder):
    (folder / "picture.png").write_bytes(b"\x89PNG" * (size // 4))
    provider = adapter(service)
    provider.submit(take(request(samples.model("gen4_turbo"), Mode.FIRST_FRAME, folder)))
    assert len(service.uploads) == uploaded
    (_, body) = service.bodies[-1]
    uri = body["promptImage"][0]["uri"]
    if uploaded:
        ((key, (name, kind, data)),) = service.uploads.items()
        assert uri == f"runway://{key}"
        assert (name, kind, len(data)) == ("input.png", "image/png", size)
        assert [each.split()[0] for each in service.asked] == ["POST", "STORE", "POST"]
    else:
        assert uri.startswith("data:image/png;base64,")
        assert len(uri) <= 5_242_880


def test_many_files_share_the_room_that_one_request_has(service, folder):
    (folder / "picture.png").write_bytes(b"\x89PNG" * 900_000)
    images = tuple(Input(role=Role.REFERENCE, path=str(folder / "picture.png")) for _ in range(5))
    adapter(service).submit(take(request(samples.model("seedance2"), Mode.REFERENCES, inputs=images)))
    (_, body) = service.bodies[-1]
    assert sum(len(each["uri"]) for each in body["references"]) < 17_000_000
    assert [each["uri"][:7] for each in body["references"]] == ["data:im"] * 3 + ["runway:"] * 2


def test_an_upload_that_fails_may_be_tried_again_and_nothing_was_ordered(service, folder):
    (folder / "picture.png").write_bytes(b"\x89PNG" * 1_000_000)
    service.refusals["POST /v1/uploads"] = [(503, {"error": "Try later"})]
    provider = adapter(service)
    sent = take(request(samples.model("gen4_turbo"), Mode.FIRST_FRAME, folder))
    with pytest.raises(ProviderError) as caught:
        provider.submit(sent)
    assert caught.value.problem.kind is Kind.NETWORK
    assert service.bodies == []
    assert provider.submit(sent) in service.tasks


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.png", None, "is not there"),
        ("empty.png", b"", "is not there, or empty"),
        ("picture.tiff", b"II", "does not take files such as"),
        ("picture.mp4", b"1", "does not take files such as"),
    ],
)
def test_a_file_that_runway_would_refuse_is_refused_before(name, content, said, service, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    image = Input(role=Role.FIRST_FRAME, path=str(tmp_path / name))
    with pytest.raises(InputError, match=said):
        adapter(service).validate(request(samples.model("gen4_turbo"), Mode.FIRST_FRAME, inputs=(image,)))
    assert service.asked == []


def test_a_model_that_is_gone_is_refused_by_name(service):
    wanted = request(samples.model("gen4.5")).model_copy(update={"model": "gen3a_turbo"})
    with pytest.raises(InputError, match="gen3a_turbo"):
        adapter(service).validate(wanted)


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (
            400,
            {
                "error": "Validation of body failed",
                "issues": [
                    {"code": "invalid_value", "path": ["promptImage", 0, "uri"], "message": "Invalid URI."},
                    {"code": "custom", "path": ["ratio"], "message": "Wrong"},
                ],
            },
            Kind.INPUT,
            "Runway refuses promptImage[0].uri: Invalid URI. Change it, then generate again.",
        ),
        (
            400,
            {"error": "You do not have enough credits to run this task."},
            Kind.MONEY,
            "Runway says: You do not have enough credits to run this task. Add credit at the service, then try again.",
        ),
        (
            400,
            {"error": "Validation failed", "issues": [{"path": [], "message": "Too many fields."}]},
            Kind.INPUT,
            "Runway does not accept the request: Too many fields. Change what it names, then generate again.",
        ),
        (400, {"error": "Bad ratio.", "issues": "odd"}, Kind.INPUT, "Runway says: Bad ratio."),
        (400, {"error": "Bad.", "issues": [{}]}, Kind.INPUT, "Runway says: Bad."),
        (401, {"error": "The API key is not valid."}, Kind.KEY, "Enter the service's key in the preferences."),
        (429, {"error": "Daily task limit reached"}, Kind.LIMIT, "Runway says: Daily task limit reached."),
        (404, {"error": "No such endpoint"}, Kind.NOT_FOUND, "Runway says: No such endpoint."),
    ],
)
def test_a_refusal_is_a_sentence_that_says_what_to_do(status, body, kind, said, service):
    service.refusals["POST"] = [(status, body)]
    with pytest.raises(ProviderError) as caught:
        adapter(service).submit(take(request(samples.model("gen4.5"))))
    assert caught.value.problem.kind is kind
    assert said in str(caught.value)
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, {"error": "Oops"}), (502, None), (200, {}), (200, {"id": 7.5}), (200, {"id": "../organization"}), (200, [])],
)
def test_a_submission_whose_end_is_unknown_is_not_sent_again(status, body, service):
    service.refusals["POST"] = [(status, body)]
    with pytest.raises(UncertainSubmission):
        adapter(service).submit(take(request(samples.model("gen4.5"))))
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("SAFETY.INPUT.TEXT", Kind.REFUSED, "content check"),
        ("SAFETY.OUTPUT.VIDEO", Kind.REFUSED, "content check"),
        ("INPUT_PREPROCESSING.SAFETY.TEXT", Kind.REFUSED, "content check"),
        ("INTERNAL.BAD_OUTPUT.CODE01", Kind.SERVICE, "Try again"),
        ("ASSET.INVALID", Kind.INPUT, "input file"),
        ("SOMETHING.NEW", Kind.SERVICE, "could not make this: Too dark"),
        (None, Kind.SERVICE, "could not make this: Too dark"),
    ],
)
def test_a_failure_says_why_and_whether_to_try_again(code, kind, said, service):
    service.script = [failed(code, "Too dark.")]
    provider = adapter(service)
    status = provider.poll(started(service, provider))
    assert status.state is JobState.FAILED
    assert status.problem is not None
    assert status.problem.kind is kind
    assert said in str(status.problem)
    assert status.cost == Cost(amount=0, currency="credits")


@pytest.mark.parametrize(
    "state",
    [
        {"status": "RUNNING", "progress": "half"},
        {"status": "RUNNING", "id": "other"},
        {"status": "SUCCEEDED", "output": [], "id": None},
        {"status": "RUNNING", "estimatedCost": "much"},
    ],
)
def test_an_answer_that_cannot_be_read_passes_and_says_so(state, service):
    service.script = [state]
    provider = adapter(service)
    with pytest.raises(ProviderError) as caught:
        provider.poll(started(service, provider))
    assert caught.value.problem.kind is Kind.NETWORK


@pytest.mark.parametrize(("told", "shown"), [(-3, 0.0), (7, 1.0), (None, 0.0)])
def test_progress_stays_between_nothing_and_all(told, shown, service):
    service.script = [{"status": "RUNNING", "progress": told}]
    provider = adapter(service)
    assert provider.poll(started(service, provider)).progress == shown


def test_a_state_that_nobody_knows_yet_is_shown_and_waited_for(service):
    service.script = [{"status": "POLISHING"}]
    provider = adapter(service)
    with pytest.raises(ProviderError, match="Runway calls the take “POLISHING”, which is not understood") as caught:
        provider.poll(started(service, provider))
    assert caught.value.problem.kind is Kind.NETWORK
    assert caught.value.wait >= 5.0


@pytest.mark.parametrize(
    ("running", "cost"), [({"status": "RUNNING", "progress": 0.1}, 60), ({"status": "PENDING"}, 0)]
)
def test_a_cancelled_take_is_deleted_and_costs_what_had_begun(running, cost, service):
    service.script = [running]
    provider = adapter(service)
    sent = started(service, provider)
    provider.cancel(sent)
    status = provider.poll(sent)
    assert status.state is JobState.CANCELLED
    assert status.cost == Cost(amount=cost, currency="credits")
    assert service.deleted == {sent.job_id}


def test_a_take_that_is_done_is_not_deleted_by_a_late_cancellation(service, tmp_path):
    service.script = [done()]
    provider = adapter(service)
    sent = started(service, provider)
    provider.cancel(sent)
    assert service.deleted == set()
    assert provider.poll(sent).state is JobState.SUCCEEDED
    provider.download(sent, tmp_path / "clip.part", lambda _: None)
    assert (tmp_path / "clip.part").read_bytes() == CLIP


def test_a_take_cancelled_elsewhere_is_cancelled(service):
    service.script = [{"status": "CANCELLED", "cost": {"credits": 12}}]
    provider = adapter(service)
    status = provider.poll(started(service, provider))
    assert (status.state, status.cost) == (JobState.CANCELLED, Cost(amount=12, currency="credits"))


@pytest.mark.parametrize("job_id", ["17f20503-6c24-4c16-946b-35dbbce2af2f", "../organization", "a b", ""])
def test_a_task_that_runway_does_not_know_is_gone(job_id, service, tmp_path):
    provider = adapter(service)
    sent = take(request(samples.model("gen4.5")), job_id)
    for what in (lambda: provider.poll(sent), lambda: provider.download(sent, tmp_path / "x", lambda _: None)):
        with pytest.raises(ProviderError) as caught:
            what()
        assert caught.value.problem.kind is Kind.NOT_FOUND
    assert "GET /v1/organization" not in service.asked


def test_a_link_that_expired_is_asked_for_anew_for_free(service, tmp_path):
    service.script = [done()]
    provider = adapter(service)
    sent = started(service, provider)
    provider.poll(sent)
    service.expire()
    provider.download(sent, tmp_path / "clip.part", lambda _: None)
    assert (tmp_path / "clip.part").read_bytes() == CLIP
    assert [each.split()[0] for each in service.asked] == ["POST", "GET", "FETCH", "GET", "FETCH"]


def test_after_a_restart_the_clip_is_asked_for_by_the_tasks_id_alone(service, tmp_path):
    service.script = [done()]
    sent = started(service, adapter(service))
    adapter(service).download(sent, tmp_path / "clip.part", lambda _: None)
    assert (tmp_path / "clip.part").read_bytes() == CLIP


def test_a_link_that_never_works_is_an_error_and_not_asked_for_for_ever(service, tmp_path):
    service.script, service.links_last = [done()], 0
    provider = adapter(service)
    sent = started(service, provider)
    provider.poll(sent)
    with pytest.raises(ProviderError, match=r"expired|says|sent no clip"):
        provider.download(sent, tmp_path / "clip.part", lambda _: None)
    assert len([each for each in service.asked if each.startswith("FETCH")]) == 2


def test_the_video_is_taken_from_among_what_comes_with_it(service, tmp_path):
    service.script = [done("sound.wav", "clip.mov", "facts.json")]
    provider = adapter(service)
    sent = started(service, provider)
    provider.poll(sent)
    provider.download(sent, tmp_path / "clip.part", lambda _: None)
    assert [each for each in service.asked if "clip.mov" in each]


def test_a_take_without_any_file_is_not_lost(service, tmp_path):
    service.script = [{"status": "SUCCEEDED", "output": [], "cost": {"credits": 60}}]
    service.script[0]["output"] = []
    provider = adapter(service)
    sent = started(service, provider)
    assert provider.poll(sent).state is JobState.SUCCEEDED
    with pytest.raises(ProviderError, match="names no clip"):
        provider.download(sent, tmp_path / "clip.part", lambda _: None)


def test_the_account_tells_its_balance(service):
    found = adapter(service).inquire()
    assert str(found.said) == f"Connected. {BALANCE:,} credits left."
    assert found.balance == Cost(amount=BALANCE, currency="credits")
    assert [model.id for model in found.capabilities.models] == [model.id for model in samples.CAPABILITIES.models]


def test_what_the_plan_allows_is_known_afterwards_and_said_while_waiting(service):
    service.models = {
        "gen4.5": {"maxConcurrentGenerations": 2, "maxDailyGenerations": 200},
        "veo3.1": {"maxConcurrentGenerations": 0, "maxDailyGenerations": 0},
        "aleph2": {"maxConcurrentGenerations": None, "maxDailyGenerations": None},
    }
    service.script = [{"status": "THROTTLED"}]
    known = runway.capabilities(adapter(service).inquire().capabilities)
    access = Access(lambda: Account(service.base, KEY), lambda: True)
    provider = runway.Runway(access, known)
    status = provider.poll(started(service, provider))
    assert filled(say(status.text, **status.values)) == "Waiting: your plan at Runway runs 2 at once of Gen-4.5"
    assert {model.id for model in known.models if model.problem} == {"veo3.1"}


def test_what_is_known_of_the_plan_does_not_hide_what_a_newer_release_knows():
    shipped = runway.capabilities()
    old = samples.CAPABILITIES.models[:3]
    known = runway.capabilities(shipped.__class__(**{**shipped.__dict__, "models": old}))
    assert known == shipped


@pytest.mark.parametrize(("key", "said"), [("", "There is no key"), ("sk-1234567890", "begin with “key_”")])
def test_what_cannot_be_a_key_is_told_before_anything_is_sent(key, said, service):
    with pytest.raises(ProviderError, match=said) as caught:
        adapter(service, key).inquire()
    assert caught.value.problem.kind is Kind.KEY
    with pytest.raises(ProviderError, match=said):
        adapter(service, key).submit(take(request(samples.model("gen4.5"))))
    assert service.asked == []
    assert key == "" or key not in str(caught.value)


def test_a_wrong_key_is_told_with_where_to_change_it(service):
    with pytest.raises(ProviderError, match="preferences") as caught:
        adapter(service, "key_" + "ab" * 64).inquire()
    assert caught.value.problem.kind is Kind.KEY


@pytest.mark.parametrize(
    ("name", "options", "credits"),
    [
        ("gen4.5", {}, 60),
        ("gen4.5", {"outputFormat": "mp4"}, 60),
        ("gen4.5", {"outputFormat": "prores"}, 85),
        ("gen4.5", {"outputFormat": "hdr10"}, 160),
        ("gen4_turbo", {}, 25),
        ("veo3.1", {"audio": True}, 200),
        ("veo3.1", {"audio": False}, 100),
        ("kling3.0_pro", {}, None),
    ],
)
def test_a_price_is_told_where_it_is_known(name, options, credits):
    wanted = request(samples.model(name), duration=5, options=options)
    cost = pricing.estimate(wanted, samples.CAPABILITIES)
    assert cost == (None if credits is None else Cost(amount=credits, currency="credits"))
