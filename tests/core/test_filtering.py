"""One query for sessions, takes and clips."""

from __future__ import annotations

import pytest

from addon.core import filtering, lifecycle, marking, sessions
from addon.core.errors import Kind, Problem
from addon.core.filtering import Marked, Query
from addon.core.models import Mark, Project, TakeState

from .builders import at, finished, generated, request, with_take


@pytest.fixture(scope="module")
def project() -> Project:
    """Two sessions: "Fox" with a clip of Kling, starred, and one of Veo, rejected; "Boat" with a take that failed."""
    project = Project()
    requests = [
        request("A red fox in SNOW", provider="fal", model="kling"),
        request("A fox asleep", provider="fal", model="veo"),
    ]
    project, fox, takes = sessions.generate(project, requests, at(0))
    for number, take in enumerate(takes):
        project = finished(project, fox.id, take, 100 + number)
    first, second = project.assets
    project = marking.mark(project, first.id, Mark.STARRED, at(200))
    project = marking.note(project, first.id, "best Tail", at(201))
    project = marking.mark(project, second.id, Mark.REJECTED, at(202))
    project, boat, (take,) = generated(sessions.start_draft(project, at(500)), "A boat", 500)
    failed = lifecycle.failed(take, Problem(kind=Kind.SERVICE, message="No."), at(501))
    return with_take(project, boat.id, failed)


def found(project: Project, query: Query, used: tuple[int, ...] = ()) -> list[int]:
    """The places of the clips that a query finds."""
    matches = filtering.assets(query, {project.assets[place].id for place in used})
    return [place for place, asset in enumerate(project.assets) if matches(asset)]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        (Query(), [0, 1]),
        (Query(words="FOX"), [0, 1]),
        (Query(words="snow red"), [0, 1]),
        (Query(words="snow tail"), [0]),
        (Query(words="sl*p"), [1]),
        (Query(words="tail"), [0]),
        (Query(words="fox boat"), []),
        (Query(provider="fal"), [0, 1]),
        (Query(provider="fal", model="veo"), [1]),
        (Query(model="kling", words="asleep"), []),
        (Query(provider="FA", model="eo"), [1]),
        (Query(state=TakeState.SUCCEEDED), [0, 1]),
        (Query(state=TakeState.FAILED), []),
        (Query(marked=Marked.STARRED), [0]),
        (Query(marked=Marked.REJECTED), [1]),
        (Query(marked=Marked.NOT_REJECTED), [0]),
        (Query(used=True), [1]),
        (Query(used=False), [0]),
        (Query(since=at(101)), [1]),
        (Query(since=at(102)), []),
    ],
)
def test_clips_are_found_by_words_maker_state_mark_use_and_date(
    project: Project, query: Query, places: list[int]
) -> None:
    assert found(project, query, used=(1,)) == places


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (Query(), [1, 2]),
        (Query(words="snow"), [1]),
        (Query(words="tail"), [1]),
        (Query(marked=Marked.REJECTED), [2]),
        (Query(used=True), [2]),
        (Query(state=TakeState.SUCCEEDED, model="kling"), [1]),
        (Query(state=TakeState.RUNNING), []),
    ],
)
def test_takes_are_found_by_the_same_query(project: Project, query: Query, numbers: list[int]) -> None:
    clips = {asset.id: asset for asset in project.assets}
    matches = filtering.takes(query, {project.assets[1].id}, clips)
    assert [take.number for take in project.sessions[0].takes if matches(take)] == numbers


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (Query(), ["Red fox in SNOW", "Boat"]),
        (Query(words="asleep"), ["Red fox in SNOW"]),
        (Query(state=TakeState.FAILED), ["Boat"]),
        (Query(marked=Marked.STARRED), ["Red fox in SNOW"]),
        (Query(marked=Marked.STARRED, model="veo"), []),
        (Query(words="boat", marked=Marked.STARRED), []),
        (Query(used=True), ["Red fox in SNOW"]),
        (Query(since=at(500)), ["Boat"]),
    ],
)
def test_a_session_is_found_by_its_words_and_one_take_that_has_all_the_rest(
    project: Project, query: Query, names: list[str]
) -> None:
    clips = {asset.id: asset for asset in project.assets}
    matches = filtering.sessions(query, {project.assets[1].id}, clips)
    assert [each.name for each in project.sessions if matches(each, filtering.text_of(each))] == names


def test_a_session_without_takes_is_found_by_words_alone(project: Project) -> None:
    empty = project.sessions[1].model_copy(update={"takes": ()})
    text = filtering.text_of(empty)
    assert filtering.sessions(Query(words="boat"), (), {})(empty, text)
    assert not filtering.sessions(Query(words="boat", provider="animatic"), (), {})(empty, text)


def test_what_a_project_was_made_with_is_told_once_each(project: Project) -> None:
    assert filtering.made_with(project) == [("animatic", "animatic"), ("fal", "kling"), ("fal", "veo")]
