"""Star, reject, note, Keep Starred, and the trash, as records."""

from __future__ import annotations

import pytest

from addon.core import marking, sessions, slots
from addon.core.errors import InputError, NotFoundError
from addon.core.marking import Keeping
from addon.core.merging import changes, merged
from addon.core.models import Asset, Mark, Project

from .builders import at, finished, generated


def with_assets(*counts: int) -> Project:
    """A project of sessions with so many takes each, all with their clips."""
    project = Project()
    for number, count in enumerate(counts):
        project = sessions.start_draft(project, at(number))
        project, session, takes = generated(project, f"Shot {number}", number, count)
        for take in takes:
            project = finished(project, session.id, take)
    return project


def ids(assets: tuple[Asset, ...] | list[Asset]) -> list[str]:
    return [asset.id for asset in assets]


def starred(project: Project, *places: int) -> Project:
    for place in places:
        project = marking.mark(project, project.assets[place].id, Mark.STARRED, at(200 + place))
    return project


def test_a_click_stars_a_second_one_takes_the_star_away_and_a_reject_replaces_it() -> None:
    project = starred(with_assets(2), 0)
    first, second = project.assets
    assert (first.mark, second.mark) == (Mark.STARRED, Mark.NONE)
    assert marking.toggled(first, Mark.STARRED) is Mark.NONE
    assert marking.toggled(first, Mark.REJECTED) is Mark.REJECTED
    rejected = marking.mark(project, first.id, Mark.REJECTED, at(300)).assets[0]
    assert rejected.mark is Mark.REJECTED
    assert marking.toggled(second, Mark.STARRED) is Mark.STARRED


def test_a_change_is_later_than_the_one_before_even_if_the_clock_was_set_back() -> None:
    project = starred(with_assets(1), 0)
    back = marking.mark(project, project.assets[0].id, Mark.NONE, at(-1000))
    assert merged(project, back).assets[0].mark is Mark.NONE


def test_only_what_was_marked_is_to_be_written() -> None:
    project = with_assets(3)
    part = changes(project, starred(project, 1))
    assert part is not None
    assert ids(part.assets) == [project.assets[1].id]


def test_a_note_is_kept_without_the_blanks_around_it_and_has_an_end() -> None:
    project = with_assets(1)
    asset_id = project.assets[0].id
    noted = marking.note(project, asset_id, "  the wave is right\n", at(200))
    assert noted.assets[0].note == "the wave is right"
    assert marking.note(noted, asset_id, " ", at(300)).assets[0].note == ""
    with pytest.raises(InputError, match="2001 characters"):
        marking.note(project, asset_id, "x" * 2001, at(200))


def test_a_clip_that_is_not_there_cannot_be_marked() -> None:
    with pytest.raises(NotFoundError):
        marking.mark(Project(), "nothing", Mark.STARRED, at(0))


def test_keep_starred_moves_what_has_no_star_and_is_not_used() -> None:
    project = starred(with_assets(4), 1)
    used = {project.assets[2].id}
    plan = marking.keeping(project, used, project.sessions[0].id)
    first, second, third, fourth = project.assets
    assert plan == Keeping(going=(first, fourth), starred=(second,), used=(third,))


def test_sessions_without_a_star_are_left_as_they_are() -> None:
    project = starred(with_assets(2, 2, 2), 0, 5)
    plan = marking.keeping(project, set())
    assert ids(plan.going) == ids([project.assets[1], project.assets[4]])
    assert marking.keeping(project, set(), project.sessions[1].id) == Keeping((), (), ())


def test_a_rejected_clip_goes_and_one_that_is_in_the_trash_is_not_counted_again() -> None:
    project = starred(with_assets(3), 0)
    project = marking.mark(project, project.assets[1].id, Mark.REJECTED, at(300))
    project = marking.trash(project, [project.assets[2].id], at(301))
    assert ids(marking.keeping(project, set()).going) == [project.assets[1].id]


def test_what_is_in_the_trash_is_in_no_list_and_can_be_had_back() -> None:
    project = starred(with_assets(2), 0)
    gone = project.assets[0].id
    trashed = marking.trash(project, [gone], at(300))
    assert ids(marking.listed(trashed)) == [project.assets[1].id]
    assert ids(marking.trashed(trashed.assets)) == [gone]
    assert ids(slots.choices(trashed.assets, project.sessions[0].id)) == [project.assets[1].id]
    back = marking.restore(trashed, [gone, "nothing"], at(301))
    assert marking.trashed(back.assets) == []
    assert back.assets[0].mark is Mark.STARRED


def test_the_trash_lists_what_came_last_first() -> None:
    project = with_assets(3)
    for second, place in enumerate((1, 0, 2)):
        project = marking.trash(project, [project.assets[place].id], at(300 + second))
    assert ids(marking.trashed(project.assets)) == ids([project.assets[2], project.assets[0], project.assets[1]])


def test_trashing_twice_keeps_the_first_moment_and_restoring_what_is_not_there_changes_nothing() -> None:
    project = with_assets(1)
    once = marking.trash(project, ids(project.assets), at(300))
    assert marking.trash(once, ids(project.assets), at(400)) is once
    assert marking.restore(project, ids(project.assets), at(400)) is project


def test_only_what_is_in_the_trash_can_be_given_up_and_it_never_comes_back() -> None:
    project = marking.trash(with_assets(2), [], at(300))
    assert marking.empty(project, ids(project.assets), at(400)) is project
    trashed = marking.trash(project, [project.assets[0].id], at(300))
    emptied = marking.empty(trashed, ids(project.assets), at(400))
    assert ids(emptied.assets) == [project.assets[1].id]
    assert ids(merged(emptied, trashed).assets) == [project.assets[1].id]
    part = changes(trashed, emptied)
    assert part is not None
    assert ids(merged(trashed, part).assets) == [project.assets[1].id]


def test_what_one_blender_starred_and_another_trashed_ends_as_the_later_one_says() -> None:
    project = with_assets(1)
    here = marking.mark(project, project.assets[0].id, Mark.STARRED, at(300))
    there = marking.trash(project, ids(project.assets), at(301))
    assert merged(here, there).assets == merged(there, here).assets == there.assets
