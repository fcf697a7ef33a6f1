"""The adapter at a server that does again what a real ComfyUI was recorded doing."""

from __future__ import annotations

import hashlib
import threading
import urllib.request
from pathlib import Path
from urllib.error import HTTPError
from uuid import UUID

import pytest

from addon.core.errors import InputError, Kind, ProviderError
from addon.core.models import Input, Mode, Role
from addon.core.provider import JobState, UncertainSubmission
from addon.providers import http
from addon.providers.comfyui import ComfyUI, binding, catalogue, progress
from addon.providers.comfyui.binding import Parameter
from addon.providers.comfyui.workflow import Place

from .replay import CLIP, WAIT, Replay, recording, serving
from .takes import adapter, fetched, sent, stored, take, until, until_end


def picture(tmp_path: Path) -> Input:
    file = tmp_path / "start.PNG"
    file.write_bytes(b"\x89PNG picture")
    return Input(role=Role.FIRST_FRAME, path=str(file))


def offer(replay: Replay, kind: str, name: str, files: list[str]) -> None:
    """Let a node of the server have these files to choose from."""
    required = replay.info[kind]["input"]["required"]
    replay.info[kind] = {**replay.info[kind], "input": {"required": {**required, name: [files]}}}


@pytest.mark.parametrize("name", ["t2v", "t2v_same_again", "t2v_webm", "i2v", "v2v"])
@pytest.mark.parametrize("sockets", [True, False])
def test_every_recorded_run_ends_with_its_clip(name, sockets, folder, tmp_path):
    stored(folder, name)
    inputs = (picture(tmp_path),) if name == "i2v" else ()
    if name == "v2v":
        (tmp_path / "source.mp4").write_bytes(CLIP)
        inputs = (Input(role=Role.VIDEO, path=str(tmp_path / "source.mp4")),)
    with serving(Replay(recording(name), sockets=sockets)) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take(name, inputs=inputs))
        seen = until_end(provider, one)
        assert seen[-1].state is JobState.SUCCEEDED
        assert fetched(provider, one, tmp_path) == CLIP
        asked = next(each for each in replay.asked if each.path == "/view")
        wanted = next(iter(recording(name)["history"]["outputs"].values()))["images"][0]
        assert asked.query == {key: value for key, value in wanted.items() if value}
        provider.close()


def test_the_job_is_called_by_the_take_s_own_id(folder):
    with serving(Replay(recording("t2v"))) as replay:
        one = sent(adapter(replay, folder), take("t2v"))
        assert one.job_id == str(UUID(one.id))
        (body,) = replay.queued()
        assert body["prompt_id"] == one.job_id
        assert body["prompt"] == recording("t2v")["request"]["prompt"]


def test_progress_is_told_while_it_runs_and_never_goes_back(folder):
    with serving(Replay(recording("t2v"), hold="executed")) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take("t2v"))
        assert replay.held.wait(WAIT)
        shares: list[float] = []

        def saves() -> bool:
            status = provider.poll(one)
            assert status.state is JobState.RUNNING
            shares.append(status.progress or 0.0)
            return status.text.format(**status.values) == "Running “Save Video”"

        until(saves)
        assert shares[-1] == pytest.approx(5 / 6)
        replay.let_go()
        shares += [each.progress for each in until_end(provider, one) if each.progress is not None]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
        provider.close()


def test_while_it_is_told_the_progress_nothing_is_asked(folder):
    with serving(Replay(recording("t2v"), hold="executed")) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take("t2v"))
        assert replay.held.wait(WAIT)
        until(lambda: bool(provider.poll(one).progress))
        before = len(replay.asked)
        for _ in range(20):
            provider.poll(one)
        assert len(replay.asked) == before
        provider.close()


def test_a_websocket_cut_in_the_middle_leaves_it_to_polling(folder, tmp_path):
    with serving(Replay(recording("t2v"), hold="executed")) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take("t2v"))
        assert replay.held.wait(WAIT)
        until(lambda: bool(provider.poll(one).progress))
        replay.cut()
        until(lambda: not provider._watch.is_live)
        status = provider.poll(one)
        assert (status.state, status.progress) == (JobState.RUNNING, None)
        replay.let_go()
        assert until_end(provider, one)[-1].state is JobState.SUCCEEDED
        assert fetched(provider, one, tmp_path) == CLIP
        provider.close()


def test_a_worker_that_starts_anew_takes_the_job_up(folder, tmp_path):
    with serving(Replay(recording("t2v"), hold="executed")) as replay:
        first = adapter(replay, folder)
        one = sent(first, take("t2v"))
        first.close()
        assert replay.held.wait(WAIT)
        second = adapter(replay, folder)
        assert second.find(one) == one.job_id
        assert second.poll(one).state is JobState.RUNNING
        replay.let_go()
        assert until_end(second, one)[-1].state is JobState.SUCCEEDED
        assert fetched(second, one, tmp_path) == CLIP
        second.close()


def test_inputs_are_uploaded_once_by_what_is_in_them_and_called_as_the_server_calls_them(folder, tmp_path):
    given = picture(tmp_path)
    with serving(Replay(recording("i2v"))) as replay:
        provider = adapter(replay, folder)
        sent(provider, take("i2v", mode=Mode.FIRST_FRAME, inputs=(given,)))
        (upload,) = [each for each in replay.asked if each.path == "/upload/image"]
        digest = hashlib.sha256(b"\x89PNG picture").hexdigest()
        assert f'filename="{digest}.png"'.encode() in upload.body
        assert b'name="overwrite"\r\n\r\ntrue' in upload.body
        (body,) = replay.queued()
        assert body["prompt"]["1"]["inputs"]["image"] == f"generative-sessions/{digest[:8]} (1).png"


def test_an_input_that_is_not_there_is_refused_before_anything_is_sent(folder, tmp_path):
    with serving(Replay(recording("i2v"))) as replay:
        provider = adapter(replay, folder)
        gone = Input(role=Role.FIRST_FRAME, path=str(tmp_path / "gone.png"))
        with pytest.raises(InputError, match=r"gone\.png does not exist"):
            provider.validate(take("i2v", inputs=(gone,)).request)
        with pytest.raises(InputError, match=r"gone\.png cannot be read"):
            provider.submit(take("i2v", inputs=(gone,)))
        assert replay.queued() == []


@pytest.mark.parametrize(
    ("name", "sentence", "remedy"),
    [
        ("err_validation", "“width” of the node “Size” cannot be “wide”. And 1 more.", "Change it"),
        ("err_range", "“fps” of the node “Create Video” is 1000.0; the most is 120.0.", "Change it"),
        (
            "err_missing_file",
            "ComfyUI refuses “file” of the node “LoadVideo”: Invalid video file: nothere.mp4.",
            "Change",
        ),
        ("err_missing_node", "ComfyUI does not have the node “Sampler” (NoSuchNode) of the workflow.", "Install"),
        ("err_no_outputs", "The workflow saves nothing.", "Save Video"),
        ("err_prompt_id", "ComfyUI says: prompt_id must be a valid UUID.", "Change what it names"),
    ],
)
def test_a_refused_workflow_is_a_sentence_that_names_the_node_and_the_input(name, sentence, remedy, folder):
    stored(folder, "film", recording(name)["request"]["prompt"])
    with serving(Replay(recording(name))) as replay:
        provider = adapter(replay, folder)
        with pytest.raises(ProviderError) as raised:
            provider.submit(take("film"))
        problem = raised.value.problem
        assert (str(problem.what), problem.kind) == (sentence, Kind.INPUT)
        assert remedy in str(problem.advice)
        assert len(replay.queued()) == 1


def test_a_node_that_fails_is_named(folder):
    stored(folder, "film", recording("err_execution")["request"]["prompt"])
    with serving(Replay(recording("err_execution"))) as replay:
        provider = adapter(replay, folder)
        last = until_end(provider, sent(provider, take("film")))[-1]
        assert last.state is JobState.FAILED
        assert last.problem is not None and last.problem.kind is Kind.SERVICE
        assert str(last.problem.what).startswith("The node “GetVideoComponents” failed in ComfyUI: [Errno")
        provider.close()


def test_running_out_of_memory_has_a_remedy_of_its_own(folder):
    tape = recording("err_execution")
    (told,) = [data for event, data in tape["history"]["status"]["messages"] if event == "execution_error"]
    told.update(exception_type="torch.OutOfMemoryError", exception_message="Allocation on device")
    with serving(Replay(tape)) as replay:
        provider = adapter(replay, folder)
        last = until_end(provider, sent(provider, take("t2v")))[-1]
        assert last.problem is not None
        assert "ran out of memory" in str(last.problem)
        assert "smaller or shorter" in str(last.problem.advice)
        provider.close()


@pytest.mark.parametrize(
    ("made", "sentence"),
    [({}, "saved nothing"), ({"6": {"images": [{"filename": "a.webp", "type": "output"}]}}, "made no video: a.webp")],
)
def test_a_workflow_without_a_video_has_failed(made, sentence, folder):
    tape = recording("t2v")
    tape["history"]["outputs"] = made
    with serving(Replay(tape)) as replay:
        provider = adapter(replay, folder)
        last = until_end(provider, sent(provider, take("t2v")))[-1]
        assert last.state is JobState.FAILED
        assert last.problem is not None and sentence in str(last.problem)
        assert "Save Video" in str(last.problem.advice)
        provider.close()


def test_nothing_says_where_it_comes_from_so_that_comfyui_lets_it_in(folder, tmp_path):
    with serving(Replay(recording("t2v"))) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take("t2v"))
        until_end(provider, one)
        fetched(provider, one, tmp_path)
        assert "/ws" in replay.paths()
        assert all(each.headers.get("Origin") is None for each in replay.asked)
        foreign = urllib.request.Request(f"{replay.base}/queue", headers={"Origin": "http://elsewhere.example"})
        with pytest.raises(HTTPError, match="403"):
            urllib.request.urlopen(foreign)
        provider.close()


def test_a_refusal_for_everybody_is_explained(folder):
    with serving(Replay(recording("t2v"))) as replay:
        provider = adapter(replay, folder)
        provider._server.service._authorize = lambda key: {"Origin": "http://elsewhere.example"}
        with pytest.raises(ProviderError, match=r"refuses what comes from here \(HTTP 403\)"):
            provider.submit(take("t2v"))


def test_a_server_that_is_not_there_has_surely_not_been_sent_anything(folder):
    with serving(Replay(recording("t2v"))) as replay:
        provider = adapter(replay, folder)
    with pytest.raises(ProviderError, match="ComfyUI cannot be reached") as raised:
        provider.submit(take("t2v"))
    assert raised.value.problem.kind is Kind.NETWORK


@pytest.mark.parametrize("response", [{"status": 500, "body": {"error": "broken"}}, {"status": 202, "body": {}}])
def test_an_answer_that_says_neither_yes_nor_no_leaves_it_uncertain_and_is_not_repeated(response, folder):
    with serving(Replay({**recording("err_range"), "response": response})) as replay:
        with pytest.raises(UncertainSubmission):
            adapter(replay, folder).submit(take("t2v"))
        assert len(replay.queued()) == 1


def test_beyond_this_machine_it_asks_for_online_access(folder):
    away = http.Access(lambda: http.Account("http://studio.invalid:8188"), lambda: False)
    provider = ComfyUI(away, folder)
    with pytest.raises(ProviderError, match="online access is off") as raised:
        provider.inquire()
    assert raised.value.problem.kind is Kind.OFFLINE
    provider._watch.open(now=True)
    assert not provider._watch.is_live


def test_asking_tells_version_ranges_and_which_files_are_missing(folder):
    models = {
        "checkpoints": ["ltx-video-2b-v0.9.5.safetensors"],
        "text_encoders": ["t5xxl_fp16.safetensors"],
        "vae": [],
    }
    tape = recording("t2v")
    with serving(Replay(tape, models=models)) as replay:
        offer(replay, "CheckpointLoaderSimple", "ckpt_name", models["checkpoints"])
        offer(replay, "CLIPLoader", "clip_name", models["text_encoders"])
        provider = adapter(replay, folder)
        told = provider.inquire()
        assert str(told.said) == "ComfyUI 0.33.0 is there, on cpu. 6 of 10 workflows can be used."
        problems = {model.id: model.problem for model in told.capabilities.models}
        assert problems["ltxv-2b-text"] is None
        missing = problems["wan2.2-5b-text"]
        assert missing is not None and "models/vae/wan2.2_vae.safetensors" in str(missing)
        assert catalogue.needs(told.capabilities.model("ltxv-2b-text")) == {
            "models/checkpoints/ltx-video-2b-v0.9.5.safetensors": True,
            "models/text_encoders/t5xxl_fp16.safetensors": True,
        }
        assert set(catalogue.needs(told.capabilities.model("wan2.2-5b-text")).values()) == {False}
        assert catalogue.needs(told.capabilities.model("t2v")) == {}
        model = told.capabilities.model("t2v")
        assert model is not None and model.width.maximum == 16384
        (slot,) = told.capabilities.model("i2v").takes(Mode.FIRST_FRAME)
        assert slot.size == 1 << 20
        assert provider.capabilities == told.capabilities
        assert "POST" not in {each.method for each in replay.asked}


def test_what_is_not_comfyui_is_said(folder):
    with serving(Replay(recording("t2v"))) as replay:
        provider = ComfyUI(http.Access(lambda: http.Account(f"{replay.base}/nowhere"), lambda: False), folder)
        with pytest.raises(ProviderError):
            provider.inquire()


def test_a_workflow_that_is_gone_still_lets_its_takes_end(folder, tmp_path):
    with serving(Replay(recording("t2v"))) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take("t2v"))
        (folder / "t2v.json").unlink()
        assert until_end(provider, one)[-1].state is JobState.SUCCEEDED
        assert fetched(provider, one, tmp_path) == CLIP
        with pytest.raises(InputError, match="“t2v” is not there any more"):
            provider.validate(one.request)
        provider.close()


def test_the_output_that_is_bound_is_the_one_that_is_fetched(folder, tmp_path):
    tape = recording("t2v")
    tape["history"]["outputs"]["9"] = {"gifs": [{"filename": "other.mp4", "subfolder": "", "type": "temp"}]}
    file = folder / "t2v.json"
    stored(folder, "t2v", {**tape["request"]["prompt"], "9": {"class_type": "VHS_VideoCombine", "inputs": {}}})
    binding.write_bindings(file, {Parameter.OUTPUT: (Place("9"),)})
    with serving(Replay(tape)) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take("t2v"))
        until_end(provider, one)
        fetched(provider, one, tmp_path)
        assert next(each.query["filename"] for each in replay.asked if each.path == "/view") == "other.mp4"
        provider.close()


def test_four_takes_side_by_side_each_get_their_own_end(folder):
    with serving(Replay(recording("t2v"))) as replay:
        provider = adapter(replay, folder)
        ends: list[JobState] = []

        def run() -> None:
            ends.append(until_end(provider, sent(provider, take("t2v")))[-1].state)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT)
        assert ends == [JobState.SUCCEEDED] * 4
        assert replay.paths().count("/ws") == 1
        provider.close()


def test_a_message_without_end_ends_the_listening_and_nothing_else(folder, monkeypatch):
    monkeypatch.setattr(progress, "_MOST_MESSAGE", 1000)
    with serving(Replay(recording("t2v"), hold="executed")) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take("t2v", prompt="x"))
        assert replay.held.wait(WAIT)
        until(lambda: bool(provider.poll(one).progress))
        line = next(iter(replay.listeners.values()))
        line.sendall(b"\x82\x7f\0\0\1\0\0\0\0\0" + bytes(2000))  # a picture of a terabyte
        until(lambda: not provider._watch.is_live)
        replay.let_go()
        assert until_end(provider, one)[-1].state is JobState.SUCCEEDED
        provider.close()


def test_what_is_told_wrongly_is_passed_over(folder):
    with serving(Replay(recording("t2v"))) as replay:
        replay.tape["messages"][:0] = [
            ["progress_state", {"nodes": {"3": {"value": "x", "max": None}, "4": 5}}],
            ["progress_state", {"nodes": ["3"]}],
            ["execution_cached", {"nodes": None}],
            ["progress", {"value": 10**400, "max": 0, "node": {}}],
            ["progress", {"value": 10**400, "max": 1, "node": "3"}],
            ["executing", {"node": ["3"]}],
            ["nobody knows", {}],
        ]
        provider = adapter(replay, folder)
        seen = until_end(provider, sent(provider, take("t2v")))
        assert seen[-1].state is JobState.SUCCEEDED
        assert all(each.progress is None or 0 <= each.progress <= 1 for each in seen)
        provider.close()
