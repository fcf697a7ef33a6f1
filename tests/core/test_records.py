"""What the JSON beside each clip tells, and a project made again from that."""

from __future__ import annotations

from addon.core import sessions
from addon.core.merging import merged
from addon.core.models import Asset, Mark, Project, Session, TakeState
from addon.core.records import Record, SessionRecord, is_same, joined, rebuilt, sources, unknown, wanted

from .builders import at, finished, generated, with_take


def film() -> Project:
    """Three sessions: a fox of two takes, renamed; a deleted crow; a lighthouse, used again after the fox was."""
    project, lighthouse, (first,) = generated(Project(), "A lighthouse", 0)
    project = finished(project, lighthouse.id, first, 10)
    project, fox, takes = generated(sessions.start_draft(project, at(20)), "A red fox", 20, count=2)
    for number, take in enumerate(takes):
        project = finished(project, fox.id, take, 40 - 5 * number)  # the second comes first
    project, crow, (take,) = generated(sessions.start_draft(project, at(50)), "A crow", 50)
    project = finished(project, crow.id, take, 60)
    project = sessions.rename(project, fox.id, "Vixen", at(70))
    project = sessions.delete(project, crow.id, at(80))
    project = sessions.switch(project, lighthouse.id, at(90))
    project, _, (again,) = generated(project, "A lighthouse by night", 100)
    project = finished(project, lighthouse.id, again, 110)
    starred = project.assets[1].model_copy(update={"mark": Mark.STARRED, "note": "This one", "changed_at": at(120)})
    return project.model_copy(update={"assets": (project.assets[0], starred, *project.assets[2:])})


def without_draft(session: Session) -> dict[str, object]:
    """All of a session but what no clip can tell."""
    return session.model_dump(exclude={"draft", "drafted_at"})


def as_json(records: list[Record]) -> list[Record]:
    """The records as they are read again."""
    return [Record.model_validate_json(record.model_dump_json()) for record in records]


def old(project: Project) -> list[Record]:
    """The records of an older version, which told of the asset alone."""
    return [Record(asset=asset) for asset in project.assets]


def test_a_project_made_again_from_the_records_is_what_it_was() -> None:
    project = film()
    again = rebuilt(as_json(list(wanted(project))))
    assert [without_draft(each) for each in again.sessions] == [without_draft(each) for each in project.sessions]
    assert [each.name for each in sessions.listed(again)] == ["Lighthouse", "Vixen"]
    assert sorted(again.assets, key=lambda each: each.id) == sorted(project.assets, key=lambda each: each.id)
    assert [(each.mark, each.note) for each in again.assets if each.mark] == [(Mark.STARRED, "This one")]
    assert again.deleted == project.deleted
    assert unknown(project, again) == Project()


def test_a_session_comes_back_with_what_its_last_take_was_made_with_in_the_form() -> None:
    drafts = {each.name: each.draft for each in rebuilt(wanted(film())).sessions}
    assert {name: draft.prompt for name, draft in drafts.items()} == {
        "Lighthouse": "A lighthouse by night",
        "Vixen": "A red fox",
    }
    request = film().assets[0].request
    assert all(
        (each.provider, each.model, each.duration) == (request.provider, request.model, request.duration)
        for each in drafts.values()
    )
    assert all(each.match_scene and each.random_seed for each in drafts.values())  # as in any new form


def test_the_order_in_which_the_records_are_read_does_not_matter() -> None:
    records = list(wanted(film()))
    assert rebuilt(records) == rebuilt(reversed(records))


def test_records_of_an_older_version_make_sessions_of_what_is_there() -> None:
    project = film()
    again = rebuilt(old(project))
    assert {each.name for each in again.sessions} == {"Lighthouse", "Red fox", "Crow"}
    fox = next(each for each in again.sessions if each.name == "Red fox")
    assert [take.number for take in fox.takes] == [1, 2]
    assert all(take.state is TakeState.SUCCEEDED and take.asset_id for take in fox.takes)
    assert [take.request for take in fox.takes] == [take.request for take in project.sessions[1].takes]


def test_takes_without_a_clip_are_not_there() -> None:
    project, session, (first, second) = generated(Project(), count=2)
    project = finished(project, session.id, second)
    assert [take.id for take in rebuilt(wanted(project)).sessions[0].takes] == [second.id]
    assert first.id in {take.id for take in sessions.unfinished(project)}


def test_what_came_after_an_old_sidecar_is_news_and_merging_it_makes_the_project_whole() -> None:
    whole = film()
    project, lighthouse, (first,) = generated(Project(), "A lighthouse", 0)
    old_one = finished(project, lighthouse.id, first, 10)
    aged = whole.model_copy(
        update={
            "sessions": (with_first_take_alone(whole.sessions[0]),),
            "assets": whole.assets[:1],
            "deleted": {},
        }
    )
    assert len(old_one.sessions) == len(aged.sessions)
    part = unknown(aged, rebuilt(wanted(whole)))
    assert len(part.sessions) == 2 and len(part.assets) == len(whole.assets) - 1
    again = merged(aged, part)
    assert [without_draft(each) for each in again.sessions] == [without_draft(each) for each in whole.sessions]
    assert [each.draft for each in again.sessions][:1] == [whole.sessions[0].draft]
    assert unknown(again, rebuilt(wanted(whole))) == Project()


def with_first_take_alone(session: Session) -> Session:
    return session.model_copy(update={"takes": session.takes[:1], "last_generated_at": session.created_at})


def test_nothing_is_news_while_a_take_is_on_its_way_and_its_clip_has_just_come() -> None:
    project, session, (take,) = generated(Project())
    there = finished(project, session.id, take)
    assert unknown(project, rebuilt(wanted(there))) == Project()


def test_what_the_file_itself_deleted_is_no_news() -> None:
    project = film()
    records = list(wanted(project))
    fox = project.sessions[1].id
    gone = sessions.delete(project, fox, at(200))
    asset = gone.assets[0]
    gone = gone.model_copy(update={"assets": gone.assets[1:], "deleted": {**gone.deleted, asset.id: at(210)}})
    assert unknown(gone, rebuilt(records)) == Project()


def test_a_session_that_an_old_sidecar_brings_back_goes_again_unless_it_was_used_since() -> None:
    project, session, (take,) = generated(Project())
    project = finished(project, session.id, take)
    (record,) = wanted(sessions.delete(project, session.id, at(500)))
    record = joined(next(iter(wanted(project))), record)
    assert merged(project, unknown(project, rebuilt([record]))).sessions == ()
    (kept,) = (joined(record, each) for each in wanted(project))
    assert kept.session and kept.session.deleted_at == at(500)
    used, _, (more,) = generated(project, seconds=600)
    used = with_take(used, session.id, more)
    assert unknown(used, rebuilt([record])).deleted == {}
    (alive,) = (joined(record, each) for each in wanted(used))
    assert alive.session and alive.session.deleted_at is None


def test_a_record_keeps_what_it_knows_and_the_file_does_not() -> None:
    project = film()
    records = {each.asset.id: each for each in wanted(project)}
    fox = project.sessions[1]
    asset = next(each for each in project.assets if each.session_id == fox.id)
    lost = Project(assets=project.assets)  # a sidecar that was lost: the clips are listed again, the sessions are not
    for record in wanted(lost):
        assert joined(records[record.asset.id], record) == records[record.asset.id]
    newer = marked(asset, Mark.REJECTED, 900)
    assert joined(Record(asset=newer), records[asset.id]).asset == newer
    renamed = SessionRecord(id=fox.id, name="Later name", named_at=at(999))
    after = joined(records[asset.id].model_copy(update={"session": renamed}), records[asset.id]).session
    assert after and (after.name, after.created_at) == ("Later name", fox.created_at)


def test_bringing_a_record_up_to_date_again_changes_nothing() -> None:
    for record in wanted(film()):
        once = joined(Record(asset=record.asset), record)
        assert joined(once, record) == once


def test_fields_of_a_newer_version_stay() -> None:
    (record, *_) = wanted(film())
    found = Record.model_validate({**record.model_dump(), "colour": "red"})
    assert joined(found, record).model_extra == {"colour": "red"}


def marked(asset: Asset, mark: Mark, seconds: float) -> Asset:
    return asset.model_copy(update={"mark": mark, "changed_at": at(seconds)})


def test_only_what_a_change_is_about_makes_other_records() -> None:
    project = film()
    fox = project.sessions[1]
    renamed = sessions.rename(project, fox.id, "Foxes", at(900))
    typed = sessions.edit_draft_of(project, fox.id, {"prompt": "More"}, at(900))
    other = {one.asset.id for one, two in zip(sources(project), sources(renamed), strict=True) if not is_same(one, two)}
    assert other == {asset.id for asset in project.assets if asset.session_id == fox.id}
    assert all(is_same(one, two) for one, two in zip(sources(project), sources(typed), strict=True))
