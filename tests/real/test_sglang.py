"""Takes made by a real SGLang server, asked by the worker and the adapter of the installed package."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from .server import Server
from .side import Side

POST = ("POST", "/v1/videos ")


def frames(clip: Path) -> tuple[int, int, int]:
    """Width, height and number of frames, as Blender reads them."""
    loaded = bpy.data.movieclips.load(str(clip))
    try:
        return (*loaded.size, loaded.frame_duration)
    finally:
        bpy.data.movieclips.remove(loaded)


def test_the_server_says_what_it_is_and_which_model_it_has(side: Side, model: str) -> None:
    assert "SGLang-Diffusion" in str(side.said("inquired")[-1].said)
    assert model.endswith("tiny-wan")


def test_four_takes_are_generated_and_each_is_a_clip(side: Side, sglang: Server, model: str) -> None:
    before = sglang.asked(*POST)
    takes = side.generate(model, count=4)
    side.until_ended(*takes)
    assert [side.take_on_disk(each).state for each in takes] == ["succeeded"] * 4
    assert [frames(clip) for clip in side.clips()] == [(112, 64, 17)] * 4
    assert len({clip.read_bytes() for clip in side.clips()}) == 4
    assert sglang.asked(*POST) - before == 4


def test_the_same_seed_makes_the_same_clip(side: Side, model: str) -> None:
    first, second = side.generate(model), side.generate(model)
    side.until_ended(*first, *second)
    one, other = side.clips()
    assert one.read_bytes() == other.read_bytes()


def test_a_cancelled_take_says_that_the_server_goes_on_and_its_clip_is_kept(
    side: Side, sglang: Server, model: str
) -> None:
    """SGLang cannot stop a job, and what is deleted there is gone: so it is not deleted, and the clip comes."""
    before = sglang.asked(*POST)
    (take_id,) = side.generate(model, steps=40)
    side.until_accepted(take_id)
    side.cancel(take_id)
    side.until_ended(take_id)
    told = [str(message.said) for message in side.said("progress", take_id)]
    assert any("goes on" in words and "kept when it arrives" in words for words in told), told
    take = side.take_on_disk(take_id)
    assert (take.state, len(side.clips())) == ("succeeded", 1)
    assert take.job_id in sglang.jobs()
    assert sglang.asked("DELETE", "/v1/videos") == 0
    assert sglang.asked(*POST) - before == 1


def test_takes_of_a_killed_worker_go_on_in_the_next_and_nothing_is_sent_twice(
    side: Side, sglang: Server, model: str
) -> None:
    before, jobs = sglang.asked(*POST), sglang.jobs()
    takes = side.generate(model, count=4, steps=20)
    side.until_accepted(*takes)
    side.kill()
    assert "running" in {side.take_on_disk(each).state for each in takes}
    side.start()
    side.until_ended(*takes)
    ended = [side.take_on_disk(each) for each in takes]
    assert [take.state for take in ended] == ["succeeded"] * 4
    assert [frames(clip) for clip in side.clips()] == [(112, 64, 17)] * 4
    assert sglang.asked(*POST) - before == 4
    assert sglang.jobs().keys() - jobs.keys() == {take.job_id for take in ended}


@pytest.mark.parametrize("pause", ["at once", "when it is sent"])
def test_a_worker_killed_as_it_submits_never_makes_a_take_with_two_clips(
    pause: str, side: Side, sglang: Server, model: str
) -> None:
    """Such a server is free, so what nobody knows the end of is sent once more; the take still has one clip."""
    before = sglang.asked(*POST)
    (take_id,) = side.generate(model)
    if pause == "when it is sent":
        side.until(lambda: sglang.asked(*POST) > before, "the request is there")
    else:
        side.until(lambda: side.said("saved"), "the take is on the disk")
    side.kill()
    side.start()
    side.until_ended(take_id)
    assert side.take_on_disk(take_id).state == "succeeded"
    assert len(side.clips()) == 1
    assert 1 <= sglang.asked(*POST) - before <= 2


def test_what_the_server_cannot_make_fails_with_its_own_words(side: Side, model: str) -> None:
    (take_id,) = side.generate(model, width=1024)
    side.until_ended(take_id)
    take = side.take_on_disk(take_id)
    assert take.state == "failed"
    assert "Model generation failed" in str(take.problem.what)
    assert side.clips() == []
