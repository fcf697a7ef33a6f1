"""What servers say of jobs, however they say it."""

from __future__ import annotations

import pytest

from addon.core.errors import Kind
from addon.core.provider import JobState
from addon.core.wording import say
from addon.providers.videos import statuses


def status(**body):
    return statuses.status({"id": "j", **body}, "Server", say("Generating"), 2.0)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", JobState.QUEUED),
        ("pending", JobState.QUEUED),
        ("in_progress", JobState.RUNNING),
        ("processing", JobState.RUNNING),
        ("completed", JobState.SUCCEEDED),
        ("SUCCEEDED", JobState.SUCCEEDED),
        ("failed", JobState.FAILED),
        ("expired", JobState.FAILED),
        ("cancelled", JobState.CANCELLED),
        ("canceled", JobState.CANCELLED),
        ("deleted", JobState.CANCELLED),
    ],
)
def test_every_word_for_a_state_is_understood(word, state):
    assert status(status=word).state is state


@pytest.mark.parametrize("word", ["warming_up", "", "\0", "complete d"])
def test_a_state_that_nobody_knows_is_none(word):
    assert status(status=word) is None


@pytest.mark.parametrize(
    ("told", "progress"), [(0, None), (100, None), (None, None), (True, None), ("50", None), (37, 0.37), (-5, None)]
)
def test_nothing_and_everything_is_no_progress(told, progress):
    assert status(status="in_progress", progress=told).progress == progress


@pytest.mark.parametrize("body", [None, [], "text", 5, {}, {"id": "j"}, {"id": "j", "status": 5}, {"status": "failed"}])
def test_what_is_no_job_is_not_taken_for_one(body):
    with pytest.raises(TypeError):
        statuses.status(body, "Server", say("Generating"), 2.0)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (None, Kind.SERVICE, "does not say why"),
        ("Out of memory", Kind.SERVICE, "Out of memory"),
        ({"message": "Out of memory."}, Kind.SERVICE, "Out of memory. "),
        ({"code": "moderation_blocked", "message": "No."}, Kind.REFUSED, "No."),
        ("Your prompt was flagged by content policy", Kind.REFUSED, "flagged"),
        ({"code": 500}, Kind.SERVICE, "does not say why"),
    ],
)
def test_a_failure_is_in_the_servers_words_and_a_refusal_is_known_as_one(error, kind, words):
    problem = status(status="failed", error=error).problem
    assert problem is not None
    assert problem.kind is kind
    assert words in str(problem)
    assert problem.remedy


@pytest.mark.parametrize(
    ("usage", "amount"),
    [(None, None), ({}, None), ({"cost": None}, None), ({"cost": True}, None), ({"cost": -1}, None), ({"cost": 0}, 0)],
)
def test_a_cost_is_a_number_or_unknown(usage, amount):
    cost = status(status="completed", usage=usage).cost
    assert (cost.amount if cost else None) == amount
