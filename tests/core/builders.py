"""Small projects to test with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from addon.core import lifecycle, sessions
from addon.core.models import Asset, Placement, Project, Request, Session, Take

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """A moment `seconds` after the start of the test's world."""
    return START + timedelta(seconds=seconds)


def request(prompt: str = "A lighthouse in a storm", **changes: object) -> Request:
    """A request that Animatic could make."""
    fields: dict[str, object] = {
        "prompt": prompt,
        "provider": "animatic",
        "model": "animatic",
        "duration": 5.0,
        "width": 1280,
        "height": 720,
        "fps": 24.0,
        "seed": 1,
    }
    return Request(**{**fields, **changes})  # type: ignore[arg-type]


def generated(
    project: Project,
    prompt: str = "A lighthouse in a storm",
    seconds: float = 0,
    count: int = 1,
    frame: int | None = None,
) -> tuple[Project, Session, list[Take]]:
    """The project after one click on Generate."""
    place = None if frame is None else lambda batch: Placement(scene="Scene", frame=frame, batch=batch)
    return sessions.generate(project, [request(prompt)] * count, at(seconds), place=place)


def with_take(project: Project, session_id: str, take: Take) -> Project:
    """The project with `take` in the place of the one with its id."""
    session = sessions.get(project, session_id)
    takes = tuple(take if other.id == take.id else other for other in session.takes)
    return sessions.with_session(project, session.model_copy(update={"takes": takes}))


def finished(project: Project, session_id: str, take: Take, seconds: float = 100) -> Project:
    """The project after `take` arrived as an asset."""
    session = sessions.get(project, session_id)
    asset = asset_of(session, take, seconds)
    take = lifecycle.running(lifecycle.submitting(take, at(seconds - 2)), "job", at(seconds - 1))
    project = with_take(project, session_id, lifecycle.succeeded(take, asset.id, at(seconds)))
    return project.model_copy(update={"assets": (*project.assets, asset)})


def asset_of(session: Session, take: Take, seconds: float = 100) -> Asset:
    """The asset that `take` became."""
    return Asset(
        id=f"asset-{take.id}",
        path=f"film.assets/{take.id}.mp4",
        sha256="0" * 64,
        size=1000,
        created_at=at(seconds),
        changed_at=at(seconds),
        request=take.request,
        session_id=session.id,
        session_name=session.name,
        take_id=take.id,
        take_number=take.number,
    )
