"""Jobs are cancelled, found again and given up as ComfyUI's queue and history have them."""

from __future__ import annotations

from uuid import UUID

import pytest

from addon.core.errors import Kind, ProviderError
from addon.core.provider import JobState

from .replay import CLIP, WAIT, Replay, recording, serving
from .takes import adapter, fetched, sent, take, until, until_end


@pytest.mark.parametrize("name", ["interrupt", "jobs_cancel"])
def test_a_job_that_someone_interrupted_is_cancelled_and_not_failed(name, folder):
    with serving(Replay(recording(name))) as replay:
        provider = adapter(replay, folder)
        assert until_end(provider, sent(provider, take("t2v")))[-1].state is JobState.CANCELLED
        provider.close()


@pytest.mark.parametrize("old", [False, True])
def test_a_running_job_is_stopped_and_no_other(old, folder):
    with serving(Replay(recording("t2v"), old=old, hold="executed")) as replay:
        provider = adapter(replay, folder)
        other, one = (sent(provider, take("t2v")) for _ in range(2))
        assert replay.held.wait(WAIT)
        provider.cancel(one)
        replay.let_go()
        assert until_end(provider, one)[-1].state is JobState.CANCELLED
        assert until_end(provider, other)[-1].state is JobState.SUCCEEDED
        stops = [each.json for each in replay.asked if each.path == "/interrupt"]
        assert stops == ([{"prompt_id": one.job_id}] if old else [])
        provider.close()


@pytest.mark.parametrize("old", [False, True])
def test_a_job_that_waits_is_taken_out_of_the_queue_and_nothing_is_interrupted(old, folder):
    with serving(Replay(recording("t2v"), old=old, begins=False)) as replay:
        provider = adapter(replay, folder)
        first, second, third = (sent(provider, take("t2v")) for _ in range(3))
        status = provider.poll(third)
        assert status.state is JobState.QUEUED
        assert status.text.format(**status.values) == "Waiting in ComfyUI's queue, 2 before it"
        provider.cancel(second)
        assert provider.poll(second).state is JobState.CANCELLED
        assert provider.poll(third).values == {"count": 1}
        assert provider.poll(first).state is JobState.QUEUED
        assert "/interrupt" not in replay.paths()
        provider.close()


def test_cancelling_what_has_ended_leaves_its_clip(folder, tmp_path):
    with serving(Replay(recording("t2v"))) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take("t2v"))
        until_end(provider, one)
        provider.cancel(one)
        assert provider.poll(one).state is JobState.SUCCEEDED
        assert fetched(provider, one, tmp_path) == CLIP
        provider.close()


def test_a_job_that_the_server_does_not_know_is_gone_for_good(folder, tmp_path):
    with serving(Replay(recording("t2v"), begins=False)) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take("t2v"))
        replay.jobs.clear()
        with pytest.raises(ProviderError, match="does not know this take") as raised:
            provider.poll(one)
        assert raised.value.problem.kind is Kind.NOT_FOUND
        with pytest.raises(ProviderError, match="its clip is not found"):
            provider.download(one, tmp_path / "clip", lambda _: None)


@pytest.mark.parametrize("begins", [False, True])
@pytest.mark.parametrize("old", [False, True])
def test_a_take_is_found_whoever_called_its_job(old, begins, folder):
    with serving(Replay(recording("t2v"), old=old, begins=begins)) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take("t2v"))
        assert (one.job_id == str(UUID(one.id))) is not old
        if begins:
            until_end(provider, one)
        anew = adapter(replay, folder)
        assert anew.find(one) == one.job_id
        assert anew.find(take("t2v")) is None
        provider.close()


def test_progress_is_told_by_servers_that_choose_the_id_themselves(folder):
    with serving(Replay(recording("t2v"), old=True, hold="executed")) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take("t2v"))
        assert replay.held.wait(WAIT)
        until(lambda: (provider.poll(one).progress or 0) >= 0.5)
        provider.close()


def test_a_take_that_is_sent_again_is_not_taken_for_what_became_of_it_before(folder):
    with serving(Replay(recording("interrupt"))) as replay:
        provider = adapter(replay, folder)
        one = sent(provider, take("t2v"))
        assert until_end(provider, one)[-1].state is JobState.CANCELLED
        replay.tape = recording("t2v")
        again = sent(provider, one)
        assert again.job_id != one.job_id
        assert until_end(provider, again)[-1].state is JobState.SUCCEEDED
        provider.close()
