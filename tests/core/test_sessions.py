"""What a person does with sessions, as the page this began from says it."""

from __future__ import annotations

import pytest

from addon.core import lifecycle, merging, sessions
from addon.core.errors import InputError, NotFoundError, Problem
from addon.core.models import Project, TakeState

from .builders import at, finished, generated, request, with_take


def names(project: Project) -> list[str]:
    return [session.name for session in sessions.listed(project)]


def two_sessions() -> tuple[Project, str, str]:
    project, first, _ = generated(Project(), "First shot", 1)
    project = sessions.start_draft(project, at(2))
    project, second, _ = generated(project, "Second shot", 3)
    return project, first.id, second.id


def test_a_session_comes_into_being_when_a_generation_is_submitted_with_none_active() -> None:
    project, session, takes = generated(Project(), "A lighthouse in a storm, dramatic wide shot")
    assert project.sessions == (session,)
    assert session.name == "Lighthouse in a storm"
    assert [take.state for take in takes] == [TakeState.QUEUED]


def test_generating_with_a_session_active_adds_to_it() -> None:
    project, session, _ = generated(Project(), seconds=1)
    project, again, takes = generated(project, "Another prompt", 2)
    assert again.id == session.id
    assert [take.number for take in again.takes] == [1, 2]
    assert takes[0].number == 2


def test_a_typed_name_wins_over_the_prompt() -> None:
    project = sessions.start_draft(Project(), at(0), "Opening")
    project, session, _ = generated(project, "A lighthouse", 1)
    assert session.name == "Opening"
    assert sessions.draft(project).name == ""


def test_two_sessions_from_one_prompt_have_two_names() -> None:
    project, _, _ = generated(Project(), "A lighthouse", 1)
    project = sessions.start_draft(project, at(2))
    project, second, _ = generated(project, "A lighthouse", 3)
    assert second.name == "Lighthouse 2"


def test_the_list_shows_the_newest_use_first() -> None:
    project, _, _ = two_sessions()
    assert names(project) == ["Second shot", "First shot"]


def test_generating_in_an_old_session_moves_it_to_the_top() -> None:
    project, first, _ = two_sessions()
    project = sessions.switch(project, first, at(4))
    project, _, _ = generated(project, "First shot", 5)
    assert names(project) == ["First shot", "Second shot"]


def test_renaming_switching_and_finishing_do_not_move_a_session() -> None:
    project, first, _ = two_sessions()
    project = sessions.switch(project, first, at(10))
    project = sessions.rename(project, first, "Renamed", at(11))
    project = finished(project, first, sessions.get(project, first).takes[0], 12)
    assert names(project) == ["Second shot", "Renamed"]


def test_new_starts_an_empty_draft_that_is_not_in_the_list() -> None:
    project, _, _ = generated(Project(), seconds=1)
    drafted = sessions.start_draft(project, at(2))
    assert sessions.active(drafted) is None
    assert sessions.draft(drafted).prompt == ""
    assert len(drafted.sessions) == 1


def test_new_pressed_twice_makes_no_second_draft() -> None:
    once = sessions.start_draft(Project(), at(1))
    assert sessions.start_draft(once, at(2)) is once


def test_new_keeps_the_settings_of_the_session_that_was_active() -> None:
    project, _, _ = generated(Project(), "A fox", 1)
    project = sessions.edit_draft(project, {"duration": 3.0, "prompt": "A fox, closer"}, at(2))
    draft = sessions.draft(sessions.start_draft(project, at(3)))
    assert (draft.duration, draft.prompt) == (3.0, "")


def test_a_prompt_that_was_typed_and_never_sent_is_not_thrown_away() -> None:
    project, first, _ = generated(Project(), "First shot", 1)
    project = sessions.edit_draft(sessions.start_draft(project, at(2)), {"prompt": "Half an idea"}, at(3))
    assert sessions.draft(sessions.start_draft(project, at(4))).prompt == "Half an idea"
    project = sessions.switch(project, first.id, at(5))
    assert sessions.draft(sessions.start_draft(project, at(6))).prompt == "Half an idea"


def test_generating_in_a_session_leaves_what_was_typed_for_another_one() -> None:
    project, first, _ = generated(Project(), "First shot", 1)
    project = sessions.edit_draft(sessions.start_draft(project, at(2)), {"prompt": "Half an idea"}, at(3))
    project, _, _ = generated(sessions.switch(project, first.id, at(4)), "First shot", 5)
    assert sessions.draft(sessions.start_draft(project, at(6))).prompt == "Half an idea"


def test_takes_are_added_to_a_session_that_the_panel_does_not_show() -> None:
    project, first, second = two_sessions()
    drafted = sessions.get(project, first).draft
    project, session, _ = sessions.add_takes(project, first, drafted, [request("First shot")], at(4))
    assert (session.id, len(session.takes)) == (first, 2)
    assert names(project) == ["First shot", "Second shot"]
    assert sessions.active(project) == sessions.get(project, second)


def test_a_session_made_of_an_earlier_draft_leaves_what_was_typed_since() -> None:
    project = sessions.edit_draft(Project(), {"prompt": "A lighthouse"}, at(1))
    earlier = sessions.draft(project)
    project = sessions.edit_draft(project, {"prompt": "A fox"}, at(2))
    project, session, _ = sessions.add_takes(project, None, earlier, [request("A lighthouse")], at(3))
    assert (session.name, session.draft.prompt) == ("Lighthouse", "A lighthouse")
    assert sessions.draft(project).prompt == "A fox"


def test_a_clock_that_was_set_back_undoes_nothing() -> None:
    project, first, _ = two_sessions()
    project = sessions.rename(project, first, "Renamed", at(100))
    project = sessions.switch(project, first, at(101))
    later = sessions.rename(project, first, "Renamed again", at(-3600))
    later = sessions.edit_draft(later, {"prompt": "Refined"}, at(-3600))
    later, _, _ = generated(later, "First shot", -3600)
    merged = merging.merged(project, later)
    assert sessions.get(merged, first).name == "Renamed again"
    assert sessions.get(merged, first).draft.prompt == "Refined"
    assert names(merged)[0] == "Renamed again"


def test_switching_brings_back_prompt_settings_and_takes() -> None:
    project, first, second = two_sessions()
    project = sessions.switch(project, first, at(4))
    project = sessions.edit_draft(project, {"prompt": "First, refined", "seed": 7}, at(5))
    project = sessions.switch(project, second, at(6))
    assert sessions.draft(project).prompt != "First, refined"
    project = sessions.switch(project, first, at(7))
    assert (sessions.draft(project).prompt, sessions.draft(project).seed) == ("First, refined", 7)
    assert len(sessions.get(project, first).takes) == 1


def test_renaming_to_another_sessions_name_makes_it_unique() -> None:
    project, first, _ = two_sessions()
    assert "Second shot 2" in names(sessions.rename(project, first, "Second shot", at(4)))


def test_renaming_to_its_own_name_changes_nothing_of_it() -> None:
    project, first, _ = two_sessions()
    assert "First shot" in names(sessions.rename(project, first, "First shot", at(4)))


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "x" * 10_000])
def test_a_name_that_cannot_be_used_is_refused_in_a_sentence(name: str) -> None:
    project, first, _ = two_sessions()
    with pytest.raises(InputError) as caught:
        sessions.rename(project, first, name, at(4))
    assert caught.value.problem.message.endswith(".")


def test_deleting_keeps_the_assets_and_remembers_the_deletion() -> None:
    project, session, takes = generated(Project(), seconds=1)
    project = finished(project, session.id, takes[0])
    gone = sessions.delete(project, session.id, at(200))
    assert gone.sessions == ()
    assert gone.assets == project.assets
    assert session.id in gone.deleted
    assert sessions.assets_of(gone, session.id) == list(project.assets)


def test_deleting_the_active_session_leaves_an_empty_draft() -> None:
    project, session, _ = generated(Project(), seconds=1)
    project = sessions.edit_draft(project, {"prompt": "Refined"}, at(2))
    gone = sessions.delete(project, session.id, at(3))
    assert sessions.active(gone) is None
    assert sessions.draft(gone).prompt == ""


def test_a_take_still_running_at_a_deletion_is_detached_and_one_that_ended_is_not() -> None:
    project, session, takes = generated(Project(), seconds=1, count=2)
    problem = Problem(kind="service", message="No.")
    failed = lifecycle.failed(lifecycle.submitting(takes[0], at(2)), problem, at(3))
    project = with_take(project, session.id, failed)
    gone = sessions.delete(project, session.id, at(4))
    assert [take.id for take in gone.detached] == [takes[1].id]
    assert gone.detached[0].session_name == session.name


@pytest.mark.parametrize("use", [sessions.switch, sessions.delete])
def test_an_id_that_does_not_exist_is_refused(use: object) -> None:
    with pytest.raises(NotFoundError):
        use(Project(), "nothing", at(0))  # type: ignore[operator]


def test_only_the_first_clip_of_a_click_claims_the_place_on_the_timeline() -> None:
    project, session, takes = generated(Project(), seconds=1, count=3, frame=42)
    project, placement = sessions.claim_placement(project, session.id, takes[1].id)
    assert placement is not None and placement.frame == 42
    project, second = sessions.claim_placement(project, session.id, takes[0].id)
    assert second is None


def test_a_later_click_has_a_place_of_its_own() -> None:
    project, session, first = generated(Project(), seconds=1, frame=1)
    project, _, second = generated(project, seconds=2, frame=100)
    project, _ = sessions.claim_placement(project, session.id, first[0].id)
    _, placement = sessions.claim_placement(project, session.id, second[0].id)
    assert placement is not None and placement.frame == 100


def test_a_click_for_no_takes_is_refused() -> None:
    with pytest.raises(InputError):
        sessions.generate(Project(), [], at(0))
