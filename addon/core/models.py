"""The nouns: request, take, session, asset, draft and the project that holds them.

All are frozen: a change makes a new object, and what did not change is shared, so two versions of a project are
compared by identity. Fields that this version does not know (written by a newer one) are kept.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from .errors import Problem

SCHEMA_VERSION = 2


def new_id() -> str:
    """A new unique id: 32 lower-case hexadecimal digits."""
    return uuid4().hex


class Stored(BaseModel):
    """Base of everything that is written to the sidecar.

    Its validators are built when they are first needed, so that enabling the extension does not wait for them.
    """

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)


class Mode(StrEnum):
    """What a request starts from."""

    TEXT = "text"
    FIRST_FRAME = "first_frame"
    FIRST_LAST = "first_last"
    REFERENCES = "references"
    VIDEO = "video"
    EXTEND = "extend"


class Role(StrEnum):
    """What an input file is for."""

    FIRST_FRAME = "first_frame"
    LAST_FRAME = "last_frame"
    REFERENCE = "reference"
    VIDEO = "video"
    AUDIO = "audio"


class Input(Stored):
    """A file that a request starts from. `path` is absolute; `role` says what it is for.

    `origin` says in words where it came from, such as a strip and a frame; empty for a file that was chosen.
    """

    role: Role
    path: str
    sha256: str = ""
    origin: str = ""


class Cost(Stored):
    """What a take cost, as the service told it. `currency` as ISO 4217 has it, or "credits"."""

    amount: float
    currency: str


class Request(Stored):
    """Everything that makes a take.

    The same request to the same provider means the same picture, where it can promise that.

    `duration` is in seconds, `width` and `height` in pixels, `fps` in frames per second; 0: the service decides.

    A clip that was made elsewhere has no provider (`requesting.is_adopted`); `tool` is what made it then, where that is
    known, and `unknown` names what nobody told: fields of the request, which hold stand-ins, and `created_at`.
    """

    prompt: str
    provider: str
    model: str
    mode: Mode = Mode.TEXT
    inputs: tuple[Input, ...] = ()
    duration: float
    width: int
    height: int
    fps: float
    seed: int
    options: dict[str, JsonValue] = Field(default_factory=dict)
    tool: str = ""
    unknown: tuple[str, ...] = ()

    @property
    def maker(self) -> str:
        """Who made it: the provider, or elsewhere the tool where that is known."""
        return self.provider or self.tool

    @property
    def told_seed(self) -> int | None:
        """The seed, None where it is only a stand-in."""
        return None if "seed" in self.unknown else self.seed


class TakeState(StrEnum):
    """Where a take is on its way from the click to its clip. `lifecycle` says which changes are allowed."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    RUNNING = "running"
    UNCERTAIN = "uncertain"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Placement(Stored):
    """Where a clip goes when it arrives: the scene's name and the playhead's frame when Generate was pressed.

    Takes of one click share `batch`: the first that arrives is placed, the others wait in the list. Where the take has
    a slot, the strips of that are its place, wherever they are by then.
    """

    scene: str
    frame: int
    batch: str


class Take(Stored):
    """One run of a request. `number` counts from 1 within its session; `job_id` is the provider's name for the run.

    `changed_at` is when its state last changed, which is the worker's business alone. `placement` is dropped when used.
    `cost` is what the service says it cost, None as long as it tells nothing. `lost`: what each request came to, or was
    estimated, that was sent for it before, of which nobody will ever know whether it is on the bill. `slot` is
    the place in the edit that it was made for, as the strips there carry it; empty for none.
    """

    id: str
    number: int
    state: TakeState = TakeState.QUEUED
    request: Request
    created_at: AwareDatetime
    changed_at: AwareDatetime
    job_id: str | None = None
    asset_id: str | None = None
    cost: Cost | None = None
    lost: tuple[Cost, ...] = ()
    problem: Problem | None = None
    placement: Placement | None = None
    slot: str = ""


class DetachedTake(Take):
    """A take whose session was deleted while it ran: it still ends as an asset, because it may have been paid for."""

    session_id: str
    session_name: str


class Anchor(Stored):
    """A strip of the edit, found again by its slot, wherever it is moved; without a slot by its name in its scene."""

    scene: str
    strip: str
    slot: str = ""


class Join(Stored):
    """Where in the edit the next takes go on: behind a frame of the strip `after`, and up to `until` if there is one.

    `offset` is that frame, counted from the first of the strip's content, hidden or not: trimming it moves nothing.
    """

    after: Anchor
    offset: int
    until: Anchor | None = None


class Draft(Stored):
    """What stands in the panel: the next request being worked on. 0 or empty: the provider's or the scene's default.

    `mode` None: the inputs decide (`requesting.mode_of`). `options` may hold some that another model had. With
    `match_scene` size and frame rate follow the scene at the click, and the duration becomes one that the model makes.
    With `random_seed` each take gets a new seed. With `insert` the takes get a place in the edit, with `fill` that of
    the selected strip or of the gap at the playhead, and its length; `joins` wins over both, for one click.
    """

    name: str = ""
    prompt: str = ""
    provider: str = ""
    model: str = ""
    mode: Mode | None = None
    inputs: tuple[Input, ...] = ()
    options: dict[str, JsonValue] = Field(default_factory=dict)
    duration: float = 5.0
    match_scene: bool = True
    width: int = 1280
    height: int = 720
    fps: float = 24.0
    random_seed: bool = True
    seed: int = 0
    count: int = 1
    insert: bool = True
    fill: bool = True
    joins: Join | None = None


class Session(Stored):
    """A shot: its takes, and the draft of the next one. Listed by `last_generated_at`, newest first.

    `named_at` and `drafted_at` tell when name and draft were last changed, so that two Blenders can each change one.
    """

    id: str
    name: str
    created_at: AwareDatetime
    last_generated_at: AwareDatetime
    named_at: AwareDatetime
    drafted_at: AwareDatetime
    draft: Draft = Field(default_factory=Draft)
    takes: tuple[Take, ...] = ()


class Mark(StrEnum):
    """What a person thinks of a clip."""

    NONE = ""
    STARRED = "starred"
    REJECTED = "rejected"


class Asset(Stored):
    """A clip file. `path` is relative to the sidecar's folder with forward slashes, absolute only on another drive.

    It belongs to the project and outlives its session; `size` is in bytes, `cost` what the service said it cost; `slot`
    the place in the edit that it was made for. `mark` and `note` are a person's own. `trashed_at`: when it was moved to
    the trash, from which it can be had back.
    """

    id: str
    path: str
    sha256: str
    size: int
    created_at: AwareDatetime
    changed_at: AwareDatetime
    request: Request
    session_id: str
    session_name: str
    take_id: str
    take_number: int
    cost: Cost | None = None
    slot: str = ""
    mark: Mark = Mark.NONE
    note: str = ""
    trashed_at: AwareDatetime | None = None

    @property
    def made_at(self) -> datetime | None:
        """When the clip was made; None for one that was made elsewhere where nobody told that."""
        return None if "created_at" in self.request.unknown else self.created_at

    @property
    def title(self) -> str:
        """What it is called where it is listed: by its session, as that was called then, and its take."""
        return f"{self.session_name} {self.take_number}"

    @property
    def picture(self) -> str:
        """The name of its small picture (`storage.pictures`): the same clip has the same, in whichever file it is."""
        return self.sha256 or self.id


class Desk(Stored):
    """What lies on the panel: the active session, or none and the draft of a new one. The later `changed_at` wins."""

    changed_at: AwareDatetime
    active_session_id: str | None = None
    draft: Draft = Field(default_factory=Draft)


class Project(Stored):
    """All of one .blend: what the sidecar holds.

    `deleted` remembers the ids that must not come back, and when they went.

    A part of a project (only what changed) is a Project too: see `merging`.
    """

    schema_version: int = SCHEMA_VERSION
    desk: Desk | None = None
    sessions: tuple[Session, ...] = ()
    assets: tuple[Asset, ...] = ()
    detached: tuple[DetachedTake, ...] = ()
    deleted: dict[str, AwareDatetime] = Field(default_factory=dict)
