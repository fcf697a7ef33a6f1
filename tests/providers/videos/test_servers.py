"""One's own server, of each kind: found out, asked, polled, fetched from, cancelled."""

from __future__ import annotations

import pytest

from addon.core import pricing
from addon.core.capabilities import Cancelling, codec
from addon.core.errors import InputError, Kind, ProviderError
from addon.core.models import Mode
from addon.core.provider import JobState, UncertainSubmission
from addon.providers import videos
from tests.providers.videos.conftest import MP4, PNG, adapter, sent
from tests.providers.videos.service import CLIP, VideoServer

SGLANG = {"id": "/srv/Wan2.2-TI2V-5B", "owned_by": "sglang", "task_type": "TI2V", "pipeline_name": "WanPipeline"}
VLLM = {"id": "Lightricks/LTX-2", "object": "model", "owned_by": "vllm", "root": "Lightricks/LTX-2"}
LITELLM = {"id": "gen-4", "object": "model", "owned_by": "openai"}
CARDS = {"sglang": SGLANG, "vllm_omni": VLLM, "litellm": LITELLM}
KINDS = tuple(CARDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_says_what_it_is_and_has(kind, start):
    provider = adapter(start(VideoServer(kind, [CARDS[kind]])))
    inquiry = provider.inquire()
    model = inquiry.capabilities.models[0]
    assert (model.id, model.wire["dialect"]) == (CARDS[kind]["id"], kind)
    assert inquiry.capabilities.free == (kind != "litellm")
    assert inquiry.capabilities.cancelling == (Cancelling.STOPS if kind == "vllm_omni" else Cancelling.NEVER)
    assert not inquiry.capabilities.needs_network
    assert "Models: 1." in str(inquiry.said)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_found_out_can_be_kept_as_json(kind, start):
    found = adapter(start(VideoServer(kind, [CARDS[kind]]))).inquire().capabilities
    assert codec().validate_json(codec().dump_json(found)) == found
    assert videos.capabilities("videos", found) is found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", [Mode.TEXT, Mode.FIRST_FRAME])
def test_a_take_goes_from_the_request_to_its_clip(kind, mode, start, ask, tmp_path):
    server = start(VideoServer(kind, [CARDS[kind]]))
    provider = adapter(server)
    provider.inquire()
    take = ask(str(CARDS[kind]["id"]), mode)
    provider.validate(take.request)
    take = sent(take, provider.submit(take))
    assert take.job_id == "video_1"
    assert provider.poll(take).state is JobState.RUNNING
    assert provider.poll(take).state is JobState.SUCCEEDED
    fractions: list[float] = []
    provider.download(take, tmp_path / "clip.part", fractions.append)
    assert (tmp_path / "clip.part").read_bytes() == CLIP
    assert fractions[-1] == 1.0
    assert server.paths("POST") == ["/v1/videos"]
    names = {name: data for name, (_, data) in server.files[0].items()}
    assert names == ({"input_reference": PNG} if mode is Mode.FIRST_FRAME else {})


def test_the_name_of_a_file_stays_on_this_machine(start, ask):
    server = start(VideoServer("sglang", [SGLANG]))
    provider = adapter(server)
    provider.inquire()
    provider.submit(ask(str(SGLANG["id"]), Mode.FIRST_FRAME))
    assert server.files[0]["input_reference"][0] == "first_frame.png"
    assert b"holiday" not in server.asked[-1].body


def test_a_video_goes_to_where_sglang_wants_one(start, ask):
    card = {**SGLANG, "supported_task_types": ["V2V"], "task_type": "V2V"}
    server = start(VideoServer("sglang", [card]))
    provider = adapter(server)
    assert provider.inquire().capabilities.models[0].modes == {Mode.VIDEO}
    provider.submit(ask(str(card["id"]), Mode.VIDEO))
    assert server.files[0] == {"video_reference": ("video.mp4", MP4)}


def test_the_samplers_settings_are_sent_where_they_are_set(start, ask):
    server = start(VideoServer("sglang", [SGLANG]))
    provider = adapter(server)
    provider.inquire()
    options = {"num_inference_steps": 4, "guidance_scale": 3.5, "generator_device": "cpu", "negative_prompt": ""}
    provider.submit(ask(str(SGLANG["id"]), options={**options, "of_another_model": 1}))
    assert server.bodies[0] == {
        "model": SGLANG["id"],
        "prompt": "A red fox",
        "size": "832x480",
        "num_frames": 81,
        "fps": 16,
        "seed": 7,
        "num_inference_steps": 4,
        "guidance_scale": 3.5,
        "generator_device": "cpu",
    }


@pytest.mark.parametrize(
    ("card", "duration", "fps", "frames"),
    [
        (SGLANG, 5.0, 16, 81),
        (SGLANG, 5.0, 24, 121),
        (SGLANG, 1.0625, 16, 17),
        (SGLANG, 0.5, 1, 1),
        ({**SGLANG, "id": "Lightricks/LTX", "pipeline_name": "LTX2"}, 5.0, 24, 121),
        ({**SGLANG, "id": "Lightricks/LTX", "pipeline_name": "LTX2"}, 5.0, 25, 129),
        ({**SGLANG, "id": "other", "pipeline_name": "Other"}, 5.0, 24, 120),
        ({**SGLANG, "id": "other", "pipeline_name": "Other"}, 0.7, 10, 7),
    ],
)
def test_a_clip_is_asked_for_that_the_model_can_make_and_that_is_long_enough(card, duration, fps, frames, start, ask):
    server = start(VideoServer("sglang", [card]))
    server.polls = 2
    provider = adapter(server)
    provider.inquire()
    take = ask(str(card["id"]), duration=duration, fps=float(fps))
    take = sent(take, provider.submit(take))
    assert server.bodies[0]["num_frames"] == frames
    provider.poll(take)
    status = provider.poll(take)
    assert status.values == {"frames": frames, "seconds": f"{frames / fps:.3g}"}


@pytest.mark.parametrize(
    ("model_id", "modes"),
    [
        ("Wan-AI/Wan2.2-T2V-A14B", {Mode.TEXT}),
        ("Wan-AI/Wan2.2-I2V-A14B", {Mode.FIRST_FRAME}),
        ("Wan-AI/Wan2.2-TI2V-5B", {Mode.TEXT, Mode.FIRST_FRAME}),
        ("somebody/something", {Mode.TEXT, Mode.FIRST_FRAME}),
    ],
)
def test_a_models_name_says_what_it_starts_from_where_the_server_does_not(model_id, modes, start):
    provider = adapter(start(VideoServer("vllm_omni", [{**VLLM, "id": model_id, "root": model_id}])))
    assert provider.inquire().capabilities.models[0].modes == modes


def test_a_server_of_images_or_texts_has_no_model(start):
    images = start(VideoServer("sglang", [{**SGLANG, "task_type": "T2I"}]))
    texts = start(VideoServer("vllm_omni", [VLLM]))
    texts.instead["GET /v1/videos"] = lambda line: line.json({"detail": "Not Found"}, 404)
    for server in (images, texts):
        with pytest.raises(ProviderError, match="no model that makes video"):
            adapter(server).inquire()


def test_litellm_says_which_models_make_video_and_what_they_cost(start, ask):
    server = start(VideoServer("litellm", [LITELLM, {**LITELLM, "id": "chat"}]))
    info = {"mode": "video_generation", "output_cost_per_second": 0.2, "output_cost_per_second_720p": 0.1}
    models = [
        {"model_name": "wan", "model_info": {**info, "supported_modalities": ["text"]}},
        {"model_name": "chat", "model_info": {"mode": "chat"}},
    ]
    server.instead["GET /v1/model/info"] = lambda line: line.json({"data": models})
    found = adapter(server).inquire().capabilities
    assert [(model.id, model.modes) for model in found.models] == [("wan", {Mode.TEXT})]
    for width, height, price in ((1280, 720, 0.5), (720, 1280, 0.5), (1920, 1080, 1.0)):
        cost = pricing.estimate(ask("wan", width=width, height=height).request, found)
        assert cost is not None
        assert cost.amount == pytest.approx(price)


def test_a_server_that_nobody_knows_is_asked_for_no_more_than_openais_had(start, ask):
    server = start(VideoServer("litellm", [LITELLM]))
    server.instead["/health/liveliness"] = lambda line: line.json({"detail": "Not Found"}, 404)
    provider = adapter(server)
    assert not provider.inquire().capabilities.free
    provider.submit(ask("gen-4"))
    assert server.bodies == [{"model": "gen-4", "prompt": "A red fox", "size": "832x480", "seconds": "5"}]


def test_before_anybody_asked_the_one_model_says_what_to_do():
    model = videos.capabilities("videos").models[0]
    assert model.problem is not None
    assert "Test Connection" in str(model.problem.advice)


def test_a_model_that_is_gone_is_an_error_of_its_own_and_its_job_goes_on(start, ask):
    provider = adapter(server := start(VideoServer("sglang", [SGLANG])))
    provider.inquire()
    take = ask(str(SGLANG["id"]))
    job_id = provider.submit(take)
    server.cards = [{**SGLANG, "id": "new"}]
    provider.inquire()
    with pytest.raises(InputError, match="any more"):
        provider.submit(take)
    assert provider.poll(sent(take, job_id)).state is JobState.RUNNING
    assert len(server.bodies) == 1


def test_vllm_omni_answers_for_a_failed_job_with_an_errors_status_and_it_counts_as_the_jobs(start, ask):
    server = start(VideoServer("vllm_omni", [VLLM]))
    server.polls, server.ends = 0, {"status": "failed", "error": {"code": 422, "message": "Out of memory."}}
    provider = adapter(server)
    provider.inquire()
    take = ask(str(VLLM["id"]))
    status = provider.poll(sent(take, provider.submit(take)))
    assert status.state is JobState.FAILED
    assert status.problem is not None
    assert status.problem.kind is Kind.SERVICE
    assert "Out of memory" in str(status.problem)


def test_cancelling_ends_a_job_of_vllm_omni(start, ask):
    server = start(VideoServer("vllm_omni", [VLLM]))
    server.polls = 9
    provider = adapter(server)
    provider.inquire()
    take = ask(str(VLLM["id"]))
    take = sent(take, provider.submit(take))
    server.instead["DELETE /v1/videos/video_1"] = lambda line: line.json({"detail": "Cancellation in progress."}, 409)
    with pytest.raises(ProviderError) as caught:
        provider.cancel(take)
    assert caught.value.problem.kind is Kind.LIMIT, "the worker tries again"
    server.instead.clear()
    provider.cancel(take)
    assert server.jobs == {}
    assert provider.poll(take).state is JobState.CANCELLED


def test_cancelling_a_job_that_has_just_ended_keeps_its_clip(start, ask, tmp_path):
    server = start(VideoServer("vllm_omni", [VLLM]))
    server.polls = 0
    provider = adapter(server)
    provider.inquire()
    take = ask(str(VLLM["id"]))
    take = sent(take, provider.submit(take))
    provider.cancel(take)
    provider.download(take, tmp_path / "clip", lambda _: None)
    assert (tmp_path / "clip").read_bytes() == CLIP


@pytest.mark.parametrize("kind", ["sglang", "litellm"])
def test_where_delete_does_not_end_a_job_it_is_never_sent(kind, start, ask):
    server = start(VideoServer(kind, [CARDS[kind]]))
    provider = adapter(server)
    provider.inquire()
    take = ask(str(CARDS[kind]["id"]))
    take = sent(take, provider.submit(take))
    provider.cancel(take)
    assert server.paths("DELETE") == []
    assert provider.poll(take).state is JobState.RUNNING


def test_litellms_job_keeps_the_id_of_its_submission(start, ask):
    server = start(VideoServer("litellm", [LITELLM]))
    provider = adapter(server)
    provider.inquire()
    take = ask("gen-4")
    take = sent(take, provider.submit(take))
    provider.poll(take)
    provider.poll(take)
    assert server.paths("GET")[-2:] == ["/v1/videos/video_1"] * 2


@pytest.mark.parametrize("kind", ["sglang", "vllm_omni"])
def test_what_a_server_says_of_another_job_is_not_taken_for_this_ones(kind, start, ask):
    server = start(VideoServer(kind, [CARDS[kind]]))
    provider = adapter(server)
    provider.inquire()
    take = ask(str(CARDS[kind]["id"]))
    take = sent(take, provider.submit(take))
    other = {"id": "video_9", "object": "video", "status": "failed", "error": {"message": "Not yours."}}
    server.instead["GET /v1/videos/video_1"] = lambda line: line.json(other)
    with pytest.raises(ProviderError) as caught:
        provider.poll(take)
    assert caught.value.problem.kind is Kind.NETWORK


def test_a_state_that_nobody_knows_is_shown_and_asked_after_again(start, ask):
    server = start(VideoServer("sglang", [SGLANG]))
    provider = adapter(server)
    provider.inquire()
    take = ask(str(SGLANG["id"]))
    take = sent(take, provider.submit(take))
    server.instead["GET /v1/videos/video_1"] = lambda line: line.json({"id": "video_1", "status": "warming_up"})
    with pytest.raises(ProviderError, match="calls the take “warming_up”, which is not understood") as caught:
        provider.poll(take)
    assert caught.value.problem.kind is Kind.NETWORK


def test_an_id_is_never_a_path(start, ask):
    server = start(VideoServer("sglang", [SGLANG]))
    provider = adapter(server)
    for job_id in ("../../secret", "secret?x=1"):
        with pytest.raises(ProviderError):
            provider.poll(sent(ask("any"), job_id))
    assert server.paths("GET") == ["/v1/videos/secret%3Fx%3D1"]


def test_a_submission_that_breaks_down_is_sent_once_and_uncertain(start, ask):
    server = start(VideoServer("sglang", [SGLANG]))
    provider = adapter(server)
    provider.inquire()
    server.instead["POST /v1/videos"] = lambda line: line.json({"detail": "Oh"}, 500)
    with pytest.raises(UncertainSubmission):
        provider.submit(ask(str(SGLANG["id"])))
    assert server.paths("POST") == ["/v1/videos"]


def test_what_a_server_finds_fault_with_is_said_in_its_words(start, ask):
    server = start(VideoServer("vllm_omni", [VLLM]))
    provider = adapter(server)
    provider.inquire()
    server.cards = []
    with pytest.raises(ProviderError, match="Model mismatch") as caught:
        provider.submit(ask(str(VLLM["id"])))
    assert caught.value.problem.kind is Kind.INPUT


def test_a_missing_or_unknown_or_large_file_is_refused_before_anything_is_sent(start, ask, tmp_path, monkeypatch):
    server = start(VideoServer("sglang", [SGLANG]))
    provider = adapter(server)
    provider.inquire()
    take = ask(str(SGLANG["id"]), Mode.FIRST_FRAME)
    image = take.request.inputs[0]
    large, odd = tmp_path / "large.png", tmp_path / "odd.exe"
    with large.open("wb") as file:
        file.truncate((20 << 20) + 1)
    odd.write_bytes(b"MZ")
    for path, words in ((large, "bytes"), (odd, "kind"), (tmp_path / "gone.png", "cannot be read")):
        inputs = (image.model_copy(update={"path": str(path)}),)
        wrong = take.request.model_copy(update={"inputs": inputs})
        with pytest.raises(InputError, match=words):
            provider.validate(wrong)
        with pytest.raises(InputError, match=words):
            provider.submit(take.model_copy(update={"request": wrong}))
    assert server.paths("POST") == []


def test_a_clip_that_the_server_put_elsewhere_is_looked_for_where_it_says(start, ask, tmp_path):
    server = start(VideoServer("sglang", [SGLANG]))
    url = f"{server.base}/store/clip.mp4"
    server.polls, server.ends = 0, {"status": "completed", "urls": [url]}
    server.instead["/content"] = lambda line: line.json({"detail": "Please use the cloud URL"}, 400)
    server.instead["/store/clip.mp4"] = lambda line: line.answer(CLIP)
    provider = adapter(server)
    provider.inquire()
    take = ask(str(SGLANG["id"]))
    provider.download(sent(take, provider.submit(take)), tmp_path / "clip", lambda _: None)
    assert (tmp_path / "clip").read_bytes() == CLIP


def test_the_address_may_have_the_version_at_its_end_or_not(start):
    server = start(VideoServer("sglang", [SGLANG]))
    provider = adapter(server)
    provider.inquire()
    server.prefix = ""
    bare = adapter(server)
    server.prefix = "/v1"
    assert provider.inquire().capabilities == bare.inquire().capabilities
    assert set(server.paths("GET")) == {"/v1/models"}
