"""What was made elsewhere becomes a take: its number, its session, its request, and what is said about it."""

from __future__ import annotations

import csv
import io
import json

import pytest

from addon.core import adopting, comparing, disclosure, disclosure_texts, filtering, requesting, sessions
from addon.core.edit import Edit, Kind, Rate, Strip
from addon.core.errors import InputError
from addon.core.models import Asset, Project, TakeState
from addon.core.provenance import Clip, Found, of_properties

from . import builders

CLIP = Clip(2.0, 640, 360, 24.0)
FOX = of_properties({"ai_meta_prompt": "A red fox in the snow", "ai_meta_tool": "Pallaidium", "ai_meta_seed": 7})


def adopted(
    project: Project, session_id: str = "new", found: Found = FOX, file: str = "clip_0012", seconds: float = 10
) -> tuple[Project, Asset]:
    """The project after a file was adopted."""
    now = builders.at(seconds)
    request = adopting.request_of(found, CLIP)
    session = adopting.session_for(project, session_id, request.prompt, file, now)
    take = adopting.take_for(session, request, now)
    asset = adopting.asset_for(session, take, found.created_at)
    asset = asset.model_copy(update={"sha256": asset.id, "size": 5})
    return adopting.adopt(project, session, take, asset)


def test_a_clip_becomes_a_take_that_has_ended_in_a_new_session_named_from_its_prompt() -> None:
    project, asset = adopted(Project())
    (session,) = project.sessions
    (take,) = session.takes
    assert (session.id, session.name) == ("new", "Red fox in the snow")
    assert (take.state, take.number, take.asset_id) == (TakeState.SUCCEEDED, 1, asset.id)
    assert project.assets == (asset,)
    assert (asset.session_id, asset.take_id, asset.request) == (session.id, take.id, take.request)


def test_without_a_prompt_the_session_is_called_after_the_file() -> None:
    project, _ = adopted(Project(), found=Found())
    assert project.sessions[0].name == "clip_0012"


@pytest.mark.parametrize("file", ["", "\u200b", " . "])
def test_a_file_s_name_that_cannot_be_one_of_a_session_gives_another(file: str) -> None:
    project, _ = adopted(Project(), found=Found(), file=file)
    assert project.sessions[0].name.strip()


def test_it_gets_the_next_number_of_its_session_which_keeps_its_place_in_the_list() -> None:
    project, session, _ = builders.generated(Project(), count=2)
    project, asset = adopted(project, session.id, seconds=50)
    after = sessions.get(project, session.id)
    assert [take.number for take in after.takes] == [1, 2, 3]
    assert asset.take_number == 3
    assert after.last_generated_at == session.last_generated_at


def test_a_take_that_came_while_the_file_was_copied_keeps_its_number() -> None:
    project, session, _ = builders.generated(Project())
    request = adopting.request_of(FOX, CLIP)
    before = adopting.session_for(project, session.id, "", "", builders.at(5))
    take = adopting.take_for(before, request, builders.at(5))
    project, _, _ = builders.generated(project, seconds=6)
    project, asset = adopting.adopt(project, before, take, adopting.asset_for(before, take, None))
    assert [each.number for each in sessions.get(project, session.id).takes] == [1, 2, 3]
    assert asset.take_number == 3


def test_a_session_that_was_deleted_does_not_come_back() -> None:
    project, session, _ = builders.generated(Project())
    project = sessions.delete(project, session.id, builders.at(5))
    project, asset = adopted(project, session.id)
    assert asset.session_id != session.id
    assert sessions.find(project, asset.session_id)


def test_its_request_has_no_provider_and_names_what_nobody_told() -> None:
    request = adopting.request_of(FOX, CLIP)
    assert requesting.is_adopted(request)
    assert (request.tool, request.seed, request.width) == ("Pallaidium", 7, 640)
    assert request.unknown == ("provider", "model", "created_at")
    with pytest.raises(InputError, match="made elsewhere"):
        requesting.check_ours(request)
    requesting.check_ours(builders.request())


def test_an_adopted_take_does_not_choose_the_provider_of_its_session() -> None:
    project, session, _ = builders.generated(Project())
    project, _ = adopted(project, session.id)
    after = sessions.get(project, session.id)
    assert sessions.provider(after.draft, after) == "animatic"


def test_a_clip_of_our_own_keeps_the_request_that_made_it() -> None:
    _, session, takes = builders.generated(Project())
    found = Found(asset=builders.asset_of(session, takes[0]))
    assert adopting.request_of(found, CLIP) == takes[0].request


def test_a_clip_that_is_a_take_already_stays_that_take_and_comes_out_of_the_trash() -> None:
    project, session, takes = builders.generated(Project())
    project = builders.finished(project, session.id, takes[0])
    trashed = project.assets[0].model_copy(update={"trashed_at": builders.at(200)})
    project = project.model_copy(update={"assets": (trashed,)})
    known = adopting.known(project, trashed.sha256, trashed.size)
    assert known == trashed
    after, asset = adopting.taken_back(project, trashed, "new", "clip", builders.at(50))
    assert asset.trashed_at is None
    assert asset.changed_at > trashed.changed_at
    assert after.sessions == project.sessions
    assert after.assets == (asset,)


def test_a_clip_whose_session_was_deleted_becomes_a_take_of_another() -> None:
    project, session, takes = builders.generated(Project())
    project = builders.finished(project, session.id, takes[0])
    project = sessions.delete(project, session.id, builders.at(200))
    after, asset = adopting.taken_back(project, project.assets[0], "new", "clip", builders.at(300))
    assert (asset.id, asset.session_id) == (project.assets[0].id, "new")
    assert sessions.get(after, "new").takes[0].asset_id == asset.id


def test_it_is_said_what_was_found_from_where_and_what_nobody_told() -> None:
    _, asset = adopted(Project())
    said = " ".join(map(str, adopting.sentences("fox.mp4", asset, FOX, is_new=True)))
    assert said == (
        "“fox.mp4” is Red fox in the snow 1 now. "
        "What is known of it comes from what another add-on left on the strip. Unknown: model, date."
    )


def test_it_is_said_that_nothing_was_found() -> None:
    _, asset = adopted(Project(), found=Found())
    assert "Nothing tells how it was made." in map(str, adopting.sentences("a", asset, Found(), is_new=True))


def test_who_reads_its_record_tells_the_tool_and_nothing_that_nobody_told() -> None:
    _, asset = adopted(Project(), found=of_properties({"ai_meta_prompt": "A fox", "ai_meta_tool": "Pallaidium"}))
    strip = Strip(
        name="Fox", kind=Kind.MOVIE, take_id=asset.take_id, session_id=asset.session_id, channel=1, start=1, end=25
    )
    edit = Edit(scene="Scene", rate=Rate(24), start=1, end=25, strips=(strip,))
    report = disclosure.report(edit, [asset], builders.at(100))
    (row,) = json.loads(disclosure_texts.as_json(report))["entries"]
    assert (row["provider"], row["model"], row["seed"], row["date"]) == ("Pallaidium", "", None, None)
    assert row["digital_source_type"] == disclosure.SourceType.TRAINED
    told = disclosure_texts.as_markdown(report)
    assert "- Provider: Pallaidium\n- Date: unknown\n" in told
    (named,) = csv.DictReader(io.StringIO(disclosure_texts.as_csv(report)[1:], newline=""))
    assert (named["provider"], named["date"]) == ("Pallaidium", "")
    names = [row.name for row in comparing.differences([asset.request, builders.request("A fox", seed=0, fps=24.0)])]
    assert "Seed" in names
    assert list(filter(filtering.assets(filtering.Query(provider="palla"), ()), [asset])) == [asset]
