"""Two versions of a project become one, and nothing of either is lost."""

from __future__ import annotations

from addon.core import lifecycle, merging, sessions
from addon.core.models import Project, TakeState

from .builders import at, finished, generated, with_take


def joined(mine: Project, theirs: Project) -> Project:
    """Merged as it happens between processes: through JSON, so that nothing is shared by identity."""
    return merging.merged(mine, Project.model_validate_json(theirs.model_dump_json()))


def test_nothing_changed_is_no_part() -> None:
    project, _, _ = generated(Project())
    assert merging.changes(project, project) is None


def test_a_part_holds_only_what_changed() -> None:
    project, first, _ = generated(Project(), "First", 1)
    project, second, _ = generated(sessions.start_draft(project, at(2)), "Second", 3)
    after, _, takes = generated(project, "Second again", 4)
    part = merging.changes(project, after)
    assert part is not None
    assert [session.id for session in part.sessions] == [second.id]
    assert [take.id for take in part.sessions[0].takes] == [takes[0].id]
    assert part.assets == ()


def test_a_part_merged_into_what_it_came_from_gives_the_whole() -> None:
    before, session, takes = generated(Project(), seconds=1, count=2)
    after = finished(before, session.id, takes[0])
    after = sessions.rename(after, session.id, "Other", at(200))
    part = merging.changes(before, after)
    assert part is not None
    assert joined(before, part) == after


def test_takes_added_on_both_sides_are_both_kept() -> None:
    base, session, _ = generated(Project(), seconds=1)
    mine, _, my_takes = generated(base, "Mine", 2)
    theirs, _, their_takes = generated(base, "Theirs", 3)
    ids = [take.id for take in sessions.get(joined(mine, theirs), session.id).takes]
    assert {my_takes[0].id, their_takes[0].id} <= set(ids) and len(ids) == 3


def test_a_rename_here_and_a_new_prompt_there_are_both_kept() -> None:
    base, session, _ = generated(Project(), seconds=1)
    mine = sessions.rename(base, session.id, "Renamed", at(2))
    theirs = sessions.edit_draft(base, {"prompt": "Refined"}, at(3))
    for result in (joined(mine, theirs), joined(theirs, mine)):
        merged = sessions.get(result, session.id)
        assert (merged.name, merged.draft.prompt) == ("Renamed", "Refined")


def test_of_two_renames_the_later_wins_on_both_sides() -> None:
    base, session, _ = generated(Project(), seconds=1)
    mine = sessions.rename(base, session.id, "Earlier", at(2))
    theirs = sessions.rename(base, session.id, "Later", at(3))
    assert sessions.get(joined(mine, theirs), session.id).name == "Later"
    assert sessions.get(joined(theirs, mine), session.id).name == "Later"


def test_what_was_deleted_stays_deleted_whoever_still_has_it() -> None:
    base, session, _ = generated(Project(), seconds=1)
    deleted = sessions.delete(base, session.id, at(2))
    used, _, _ = generated(base, seconds=3)
    assert sessions.find(joined(deleted, used), session.id) is None
    assert sessions.find(joined(used, deleted), session.id) is None


def test_a_take_started_elsewhere_in_a_session_deleted_here_is_detached() -> None:
    base, session, takes = generated(Project(), seconds=1)
    base = finished(base, session.id, takes[0])
    deleted = sessions.delete(base, session.id, at(200))
    used, _, new_takes = generated(base, seconds=201)
    for result in (joined(deleted, used), joined(used, deleted)):
        assert [take.id for take in result.detached] == [new_takes[0].id]


def test_a_detached_take_that_arrived_is_not_run_again() -> None:
    base, session, takes = generated(Project(), seconds=1)
    deleted = sessions.delete(base, session.id, at(2))
    arrived = finished(base, session.id, takes[0])
    assert joined(deleted, arrived).detached == ()
    assert len(joined(deleted, arrived).assets) == 1


def test_the_place_on_the_timeline_is_used_only_once_even_if_the_other_side_knows_nothing_of_it() -> None:
    base, session, takes = generated(Project(), seconds=1, frame=10)
    claimed, _ = sessions.claim_placement(base, session.id, takes[0].id)
    running = with_take(base, session.id, lifecycle.submitting(takes[0], at(2)))
    for result in (joined(claimed, running), joined(running, claimed)):
        take = sessions.get(result, session.id).takes[0]
        assert take.placement is None
        assert take.state is TakeState.SUBMITTING


def test_fields_of_a_newer_version_are_kept() -> None:
    base, session, _ = generated(Project(), seconds=1)
    newer = Project.model_validate({**base.model_dump(), "boards": ["storyboard"]})
    assert joined(base, newer).model_dump()["boards"] == ["storyboard"]
    assert joined(newer, base).model_dump()["boards"] == ["storyboard"]


def test_the_panel_follows_whoever_used_it_last() -> None:
    base, first, _ = generated(Project(), "First", 1)
    base, second, _ = generated(sessions.start_draft(base, at(2)), "Second", 3)
    mine = sessions.switch(base, first.id, at(4))
    active = sessions.active(joined(base, mine))
    assert active is not None and active.id == first.id


def test_a_panel_on_a_deleted_session_becomes_a_draft() -> None:
    base, session, _ = generated(Project(), seconds=1)
    deleted = sessions.delete(base, session.id, at(2))
    still_there = sessions.switch(base, session.id, at(3))
    assert sessions.active(joined(deleted, still_there)) is None
