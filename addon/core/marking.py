"""What a person does with clips: star, reject, note, keep those with a star, and the trash the others lie in.

Only the records change here. Their files follow: see `storage.trash`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from .errors import InputError, NotFoundError
from .models import Asset, Mark, Project

MOST_NOTE_CHARACTERS = 2_000


class Keeping(NamedTuple):
    """What Keep Starred does: the clips that go to the trash, and those that stay although they have no star.

    `starred` stay for their star, `used` because something in the .blend shows them.
    """

    going: tuple[Asset, ...]
    starred: tuple[Asset, ...]
    used: tuple[Asset, ...]


def listed(project: Project) -> list[Asset]:
    """The clips that are not in the trash, in the order in which they came."""
    return [asset for asset in project.assets if asset.trashed_at is None]


def available(project: Project, asset_id: str) -> Asset:
    """The clip with that id, to be shown somewhere. Raises `NotFoundError` if it is not there or in the trash."""
    asset = next((asset for asset in project.assets if asset.id == asset_id), None)
    if asset is None:
        raise NotFoundError("That asset is not in this file.", "Choose one from the list of assets.")
    if asset.trashed_at is not None:
        raise NotFoundError("“{title}” is in the trash.", "Restore it first.", title=asset.title)
    return asset


def trashed(assets: Iterable[Asset]) -> list[Asset]:
    """The clips in the trash, the one that was moved there last first."""
    found = [(asset.trashed_at, asset) for asset in assets if asset.trashed_at is not None]
    return [asset for _, asset in sorted(found, key=lambda pair: pair[0], reverse=True)]


def toggled(asset: Asset, mark: Mark) -> Mark:
    """What a click on a mark makes of it: set, or taken away where it is set already."""
    return Mark.NONE if asset.mark is mark else mark


def mark(project: Project, asset_id: str, mark: Mark, now: datetime) -> Project:
    """Star or reject a clip, or neither. Raises `NotFoundError`."""
    return _changed(project, [_get(project, asset_id)], {"mark": mark}, now)


def note(project: Project, asset_id: str, text: str, now: datetime) -> Project:
    """Write a note to a clip, empty for none. Raises `NotFoundError`, `InputError` for one that is far too long."""
    text = text.strip()
    if len(text) > MOST_NOTE_CHARACTERS:
        raise InputError(
            "The note has {count} characters; {most} are possible.",
            "Shorten it.",
            count=len(text),
            most=MOST_NOTE_CHARACTERS,
        )
    return _changed(project, [_get(project, asset_id)], {"note": text}, now)


def keeping(project: Project, used: Container[str], session_id: str = "") -> Keeping:
    """What would go if the starred clips of a session were kept, or of every session that has some (empty).

    `used` are the ids of the clips that something in the .blend shows: those never go. A session without a star is left
    as it is, whichever was asked for.
    """
    wanted = [asset for asset in listed(project) if session_id in ("", asset.session_id)]
    judged = {asset.session_id for asset in wanted if asset.mark is Mark.STARRED}
    wanted = [asset for asset in wanted if asset.session_id in judged]
    rest = [asset for asset in wanted if asset.mark is not Mark.STARRED]
    return Keeping(
        going=tuple(asset for asset in rest if asset.id not in used),
        starred=tuple(asset for asset in wanted if asset.mark is Mark.STARRED),
        used=tuple(asset for asset in rest if asset.id in used),
    )


def trash(project: Project, asset_ids: Iterable[str], now: datetime) -> Project:
    """Move clips to the trash. Those that are not there, or there already, are passed over."""
    return _changed(project, _found(project, asset_ids, in_trash=False), {"trashed_at": now}, now)


def restore(project: Project, asset_ids: Iterable[str], now: datetime) -> Project:
    """Have clips back from the trash. Those that are not in it are passed over."""
    return _changed(project, _found(project, asset_ids, in_trash=True), {"trashed_at": None}, now)


def empty(project: Project, asset_ids: Iterable[str], now: datetime) -> Project:
    """Give clips up for good that are in the trash: they are in no list any more, and their files are deleted then."""
    gone = {asset.id: now for asset in _found(project, asset_ids, in_trash=True)}
    if not gone:
        return project
    return project.model_copy(
        update={
            "assets": tuple(asset for asset in project.assets if asset.id not in gone),
            "deleted": {**project.deleted, **gone},
        }
    )


def _found(project: Project, asset_ids: Iterable[str], *, in_trash: bool) -> list[Asset]:
    wanted = set(asset_ids)
    return [asset for asset in project.assets if asset.id in wanted and (asset.trashed_at is not None) == in_trash]


def _changed(project: Project, wanted: Iterable[Asset], changes: Mapping[str, object], now: datetime) -> Project:
    """The project with `changes` in those assets; the same object if there are none."""
    new = {asset.id: asset.model_copy(update={**changes, "changed_at": after(asset, now)}) for asset in wanted}
    if not new:
        return project
    return project.model_copy(update={"assets": tuple(new.get(asset.id, asset) for asset in project.assets)})


def after(asset: Asset, now: datetime) -> datetime:
    """The present, but later than the asset's last change even if the clock was set back: the later change wins."""
    return max(now, asset.changed_at + timedelta(microseconds=1))


def _get(project: Project, asset_id: str) -> Asset:
    asset = next((asset for asset in project.assets if asset.id == asset_id), None)
    if asset is None:
        raise NotFoundError("That clip is not in this file (any more).", "Choose one from the list of takes.")
    return asset
