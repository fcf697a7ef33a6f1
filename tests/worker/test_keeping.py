"""The JSONs of the clips kept up to date, the sidecar made again from them, and clips found again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from addon.core import sessions
from addon.core.models import Project, new_id
from addon.core.records import Record
from addon.storage import assets, document, folders, paths
from addon.storage.document import Lines
from addon.worker import errands, messages
from tests.core.builders import finished, generated

from .blender_side import BlenderSide, on_disk
from .fake_service import FolderService

MANY = 1000


def records(sidecar: Path) -> list[Record]:
    """What the JSONs in the project's folder tell."""
    return folders.records(sidecar, None)


def names_told(sidecar: Path) -> list[str | None]:
    """The session's name in each of them, None where it is not told."""
    return [each.session.name if each.session else None for each in records(sidecar)]


def ask(blender: BlenderSide, order: Any) -> Any:
    """Give an order and wait for its answer."""
    blender.client.send(order)
    kinds = errands.ClipsFound | errands.Rebuilt | errands.Collected

    def answers() -> list[Any]:
        return [each for each in blender.heard if isinstance(each, kinds) and each.order_id == order.order_id]

    blender.until(answers, "the answer")
    return answers()[0]


def rebuild(blender: BlenderSide, folder: Path | None = None) -> errands.Rebuilt:
    answer: errands.Rebuilt = ask(blender, errands.Rebuild(path=blender.path, order_id=new_id(), folder=folder))
    return answer


def lose_sidecar(sidecar: Path) -> None:
    """As a disk does."""
    for file in (sidecar, paths.backup_path(sidecar)):
        file.unlink(missing_ok=True)


def without_drafts(project: Project) -> list[Any]:
    return [each.model_dump(exclude={"draft", "drafted_at"}) for each in project.sessions]


def test_the_json_of_a_clip_follows_its_session_and_a_lost_sidecar_is_made_again(
    blender: BlenderSide, sidecar: Path
) -> None:
    blender.until_ended(*blender.generate({}, {}))
    fox = blender.project.sessions[0].id
    blender.project = sessions.start_draft(blender.project, datetime.now(UTC))
    blender.until_ended(*blender.generate({}, prompt="A crow"))
    crow = blender.project.sessions[1].id
    blender.until(lambda: None not in names_told(sidecar), "the first records")
    blender.commit(sessions.rename(blender.project, fox, "Opening", datetime.now(UTC)))
    blender.commit(sessions.delete(blender.project, crow, datetime.now(UTC)))
    blender.until(lambda: names_told(sidecar).count("Opening") == 2, "the name")
    blender.until(lambda: any(each.session and each.session.deleted_at for each in records(sidecar)), "the deletion")
    blender.until_saved()
    blender.close()
    before = on_disk(sidecar)
    lose_sidecar(sidecar)
    blender.heard.clear()
    blender.start()
    blender.open()
    blender.until(lambda: blender.all(errands.Rebuildable), "the offer")
    (offer,) = blender.all(errands.Rebuildable)
    assert (offer.sessions, offer.clips) == (1, 0)
    assert blender.project.sessions == ()
    answer = rebuild(blender)
    assert (answer.sessions, answer.takes, answer.clips, answer.problem) == (1, 2, 0, None)
    assert without_drafts(on_disk(sidecar)) == without_drafts(before)
    assert without_drafts(blender.project) == without_drafts(before)
    assert sorted(on_disk(sidecar).assets, key=lambda each: each.id) == sorted(before.assets, key=lambda each: each.id)
    assert crow in on_disk(sidecar).deleted
    blender.restart()
    again = rebuild(blender)
    assert (again.sessions, again.takes, again.clips, again.backup) == (0, 0, 0, None)
    assert blender.all(errands.Rebuildable) == []


def test_records_that_a_crash_left_behind_are_brought_up_to_date_at_the_next_opening(
    blender: BlenderSide, sidecar: Path
) -> None:
    blender.until_ended(*blender.generate({}, {}, {}))
    blender.commit(sessions.rename(blender.project, blender.project.sessions[0].id, "Opening", datetime.now(UTC)))
    blender.until_saved()
    blender.restart()
    blender.until(lambda: names_told(sidecar) == ["Opening"] * 3, "the records")


def film_of_many(sidecar: Path) -> Project:
    """A project with one session of very many takes, each with its clip and an old version's JSON."""
    project, session, takes = generated(Project(), count=MANY)
    for take in takes[:1]:
        project = finished(project, session.id, take)
    (first,) = project.assets
    folder = paths.assets_folder(sidecar)
    folder.mkdir()
    listed = []
    for number, take in enumerate(takes):
        data = f"clip {number}".encode()
        facts = {"path": f"film.assets/{number:04}.mp4", "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        asset = first.model_copy(update={**facts, "id": new_id(), "take_id": take.id, "take_number": take.number})
        (folder / f"{number:04}.mp4").write_bytes(data)
        (folder / f"{number:04}.json").write_text(Record(asset=asset).model_dump_json())
        listed.append(asset)
    done = tuple(take.model_copy(update={"state": "succeeded"}) for take in project.sessions[0].takes)
    sessions_ = (project.sessions[0].model_copy(update={"takes": done}),)
    project = project.model_copy(update={"sessions": sessions_, "assets": tuple(listed)})
    document.write(sidecar, Lines().encoded(project))
    return on_disk(sidecar)


def test_a_session_of_very_many_takes_keeps_neither_saving_nor_a_take_waiting(
    new_blender: Callable[[Path], BlenderSide], sidecar: Path
) -> None:
    project = film_of_many(sidecar)  # before any worker looks: clips without a sidecar would be told
    blender = new_blender(sidecar)
    blender.open()
    blender.until(lambda: len(list(filter(None, names_told(sidecar)))) > MANY // 50, "the first records")
    blender.commit(sessions.rename(project, project.sessions[0].id, "Opening", datetime.now(UTC)))
    (take,) = blender.generate({})
    blender.until_saved()
    blender.until_ended(take)
    at_its_end = names_told(sidecar)
    assert at_its_end.count("Opening") < MANY
    blender.until(lambda: names_told(sidecar) == ["Opening"] * (MANY + 1), "all records")


def test_a_copy_leaves_the_records_of_the_file_it_was_made_from_alone(
    blender: BlenderSide, sidecar: Path, tmp_path: Path
) -> None:
    blender.until_ended(*blender.generate({}))
    blender.until(lambda: None not in names_told(sidecar), "the record")
    before = records(sidecar)
    target = tmp_path / "copy" / "other.sessions.json"
    target.parent.mkdir()
    blender.revision += 1
    blender.client.send(messages.Relocate(path=sidecar, target=target, revision=blender.revision, move=False))
    blender.until(lambda: blender.all(messages.Relocated), "Relocated")
    blender.path = target
    blender.open()
    blender.commit(sessions.rename(blender.project, blender.project.sessions[0].id, "Other", datetime.now(UTC)))
    blender.until_saved()
    (take,) = blender.generate({})
    blender.until_ended(take)
    blender.until(lambda: names_told(target) == ["Other"], "the copy's own record")
    assert records(sidecar) == before


def test_a_rebuild_takes_in_another_folder_of_clips_if_asked(
    blender: BlenderSide, sidecar: Path, tmp_path: Path
) -> None:
    blender.until_ended(*blender.generate({}, {}))
    blender.until(lambda: None not in names_told(sidecar), "the records")
    blender.close()
    elsewhere = paths.assets_folder(sidecar).rename(tmp_path / "kept elsewhere")
    lose_sidecar(sidecar)
    blender.heard.clear()
    blender.start()
    blender.open()
    assert rebuild(blender).clips == 0
    answer = rebuild(blender, tmp_path / "kept elsewhere")
    assert (answer.sessions, answer.takes, answer.clips) == (1, 2, 2)
    for asset in on_disk(sidecar).assets:
        assert paths.clip_path(asset.path, sidecar).parent == elsewhere
        assert paths.clip_path(asset.path, sidecar).is_file()


def test_clips_are_found_where_they_are_now_and_their_json_lies_beside_them_again(
    blender: BlenderSide, sidecar: Path, tmp_path: Path
) -> None:
    blender.until_ended(*blender.generate({}, {}))
    blender.until(lambda: None not in names_told(sidecar), "the records")
    moved, lost = (paths.clip_path(asset.path, sidecar) for asset in blender.project.assets)
    place = tmp_path / "footage" / "fox.mp4"
    place.parent.mkdir()
    moved.rename(place)
    lost.unlink()
    order = errands.Find(path=sidecar, order_id=new_id(), folders=(tmp_path,))
    answer: errands.ClipsFound = ask(blender, order)
    first, second = blender.project.assets
    assert answer.found == (errands.MovedClip(asset_id=first.id, before=moved, after=place),)
    assert answer.missing == (lost,) and not answer.cut_short
    assert [each.path for each in on_disk(sidecar).assets] == ["../footage/fox.mp4", second.path]
    assert first.path == "../footage/fox.mp4"
    (told,) = assets.records(place.parent)
    assert told.asset.id == first.id
    blender.commit(sessions.rename(blender.project, blender.project.sessions[0].id, "Opening", datetime.now(UTC)))
    blender.until(
        lambda: [each.session and each.session.name for each in assets.records(place.parent)] == ["Opening"],
        "the name beside the clip",
    )


def test_an_order_that_is_abandoned_is_not_answered(
    blender: BlenderSide, service: FolderService, sidecar: Path, tmp_path: Path
) -> None:
    blender.until_ended(*blender.generate({}))
    paths.clip_path(blender.project.assets[0].path, sidecar).unlink()
    unwanted = errands.Find(path=sidecar, order_id=new_id(), folders=(Path(Path(__file__).anchor),))
    blender.client.send(unwanted)
    blender.client.send(messages.Abandon(path=sidecar, order_id=unwanted.order_id))
    wanted = errands.Find(path=sidecar, order_id=new_id(), folders=(tmp_path,))
    ask(blender, wanted)
    assert [each.order_id for each in blender.all(errands.ClipsFound)] == [wanted.order_id]
