"""What Blender and its worker say to each other: one JSON object a message, told apart by `type`.

`path` is always the sidecar's path, which names the project. Each take that Blender asks to run ends with one `Ended`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ..core.capabilities import Media
from ..core.errors import Problem
from ..core.models import Asset, Cost, Project
from ..core.wording import Text, Value, Words
from .errands import Adopt, Adopted, ClipsFound, Collect, Collected, Find, Rebuild, Rebuildable, Rebuilt, Working
from .message import Message as Message


class Open(Message):
    """Blender shows this project: take up its unfinished takes, and tell what other Blenders change in it.

    `seen` is the fingerprint of the sidecar that Blender has read (`storage.document`). If the worker finds another
    one, or there is none, it tells the whole project with a `Changed`. `root` is where its new clips go from now on
    (`storage.folders`); said again whenever that changes.
    """

    type: Literal["open"] = "open"
    path: Path
    root: Path | None = None
    seen: tuple[int, int, int] | None = None


class Close(Message):
    """Blender shows this project no more. Its running takes go on and end in it."""

    type: Literal["close"] = "close"
    path: Path


class Save(Message):
    """Make `part` durable, then run the takes in `run`. Answered by `Saved` or `SaveFailed` with its `revision`."""

    type: Literal["save"] = "save"
    path: Path
    revision: int
    part: Project
    run: tuple[str, ...] = ()


class Cancel(Message):
    """End this take. Answered by its `Ended`, which may still be a success."""

    type: Literal["cancel"] = "cancel"
    path: Path
    take_id: str


class Decide(Message):
    """What the person wants done about an uncertain take."""

    type: Literal["decide"] = "decide"
    path: Path
    take_id: str
    choice: Literal["look_again", "send_again", "give_up"]


class Relocate(Message):
    """The .blend was saved under another name: go on at `target`. Takes still running end in both.

    `move` for a file that had no name before: clips and sidecar move; else `path` stays as it is and is copied. `root`
    is where new clips go there, and those that move (`storage.folders`). Answered by `Relocated` or `SaveFailed`.
    """

    type: Literal["relocate"] = "relocate"
    path: Path
    target: Path
    root: Path | None = None
    revision: int
    move: bool


class Depict(Message):
    """Make small pictures of `clips`, each under its name in `folder` (`storage.pictures`). Answered by `Depicted`."""

    type: Literal["depict"] = "depict"
    path: Path
    folder: Path
    clips: dict[str, Path]


class Shot(BaseModel):
    """What of a .blend becomes an input: the frames `first` to `last` (the same for a picture) of a scene's sequencer.

    `meta`: the name of the meta strip that is open, so that the preview shows only what is in it; empty for none.
    `strip`: the name of the one strip that is to be seen; empty for all.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    scene: str
    first: int
    last: int
    meta: str = ""
    strip: str = ""


class Prepare(Message):
    """Make a file to start from, in the project's folder of inputs. Answered by one `Prepared` with its `order_id`.

    `file` is copied, once it is known that it can be read; or, with a `shot`, it is a copy of the .blend to take that
    from, which is removed afterwards; or, with a `frame` (from 1, past its end for the last), a clip to take that from.
    """

    type: Literal["prepare"] = "prepare"
    path: Path
    order_id: str
    media: Media
    file: Path
    shot: Shot | None = None
    frame: int = 0


class Try(Message):
    """Make pictures of a frame of the cut as it would be if a strip showed other clips. Answered by one `Tried`.

    `file` is a copy of the .blend, which stays; `scene`, `meta` (the meta strip that is open) and `strip` are names in
    it. The pictures of `clips`, by their assets' ids, go into `folder`. A second `Try` takes the place of the first.
    """

    type: Literal["try"] = "try"
    path: Path
    order_id: str
    file: Path
    scene: str
    meta: str
    strip: str
    frame: int
    folder: Path
    clips: dict[str, Path]


class Abandon(Message):
    """What was ordered by a `Prepare`, a `Try` or one of the `errands` is not wanted any more, and not answered."""

    type: Literal["abandon"] = "abandon"
    path: Path
    order_id: str


class Share(Message):
    """Make the folder `target` of these clips, to send to somebody (`storage.contact_sheet`). Answered by one `Shared`.

    `pictures` is where the small pictures of clips are; those that are not there yet are made first.
    """

    type: Literal["share"] = "share"
    path: Path
    order_id: str
    target: Path
    title: str
    assets: tuple[Asset, ...]
    pictures: Path


class Configure(Message):
    """What the preferences say: said first, and again whenever it changes.

    `online`: whether anything beyond this machine may be reached; `online_fixed`: that no preference changes that,
    because it was decided when Blender was started. `accounts`: the base URLs that were entered, by provider id.
    `folder`: where the extension keeps what is the user's. `daily_limit`: how much may be spent in a day of this
    machine's calendar, by `core.spending.unit`.
    """

    type: Literal["configure"] = "configure"
    online: bool = False
    online_fixed: bool = False
    accounts: dict[str, str] = Field(default_factory=dict)
    folder: Path | None = None
    daily_limit: dict[str, float] = Field(default_factory=dict)


class Inquire(Message):
    """Ask a provider whether it is there, and what it can do now. Answered by `Inquired`."""

    type: Literal["inquire"] = "inquire"
    provider: str


class Shutdown(Message):
    """Blender exits or disables the extension: write what is left, end child processes, exit."""

    type: Literal["shutdown"] = "shutdown"


class Saved(Message):
    """Everything up to this revision is on the disk."""

    type: Literal["saved"] = "saved"
    path: Path
    revision: int


class SaveFailed(Message):
    """The change is not on the disk, and nothing was sent anywhere. The worker keeps it and tries again (`Saved`)."""

    type: Literal["save_failed"] = "save_failed"
    path: Path
    revision: int
    problem: Problem


class Relocated(Message):
    """The project is at `target`, whole. `part` holds the assets whose paths changed with it."""

    type: Literal["relocated"] = "relocated"
    path: Path
    target: Path
    revision: int
    part: Project


class Changed(Message):
    """The worker, or another Blender on the same file, changed the project."""

    type: Literal["changed"] = "changed"
    path: Path
    part: Project


class Progress(Message):
    """How far a take is: `fraction` 0 to 1, None where the provider cannot tell.

    `text` says what is happening, a template for `values`; `said` is both.
    """

    type: Literal["progress"] = "progress"
    path: Path
    take_id: str
    fraction: float | None = None
    text: Words = ""
    values: dict[str, Value] = Field(default_factory=dict)

    @property
    def said(self) -> Text:
        """What is happening."""
        return Text(template=self.text, values=self.values)


class Ended(Message):
    """The one terminal message of a take. `part` holds the take as it ended, and its asset if it has one."""

    type: Literal["ended"] = "ended"
    path: Path
    take_id: str
    part: Project


class Depicted(Message):
    """The pictures of these names are `made`, or `failed` for good. Each name of a `Depict` is told once."""

    type: Literal["depicted"] = "depicted"
    path: Path
    made: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class Underway(Message):
    """An input that takes a while is on its way: `done` of `frames` frames are rendered."""

    type: Literal["underway"] = "underway"
    path: Path
    order_id: str
    done: int
    frames: int


class Tried(Message):
    """The pictures that were ordered by a `Try`, by their assets' ids; those that could not be made are missing."""

    type: Literal["tried"] = "tried"
    path: Path
    order_id: str
    pictures: dict[str, Path] = {}


class Prepared(Message):
    """The input is there, as `file`, an absolute path; or `problem` says why it cannot be."""

    type: Literal["prepared"] = "prepared"
    path: Path
    order_id: str
    file: Path | None = None
    sha256: str = ""
    problem: Problem | None = None


class Shared(Message):
    """The folder is there, without the clips `missing`, told by their titles; or `problem` says why it cannot be."""

    type: Literal["shared"] = "shared"
    path: Path
    order_id: str
    missing: tuple[str, ...] = ()
    problem: Problem | None = None


class Inquired(Message):
    """What a provider answered: `said` in a sentence, `balance` what the account has left; or the `problem`.

    What it can do now lies in `storage.catalogs`, unless there is a problem.
    """

    type: Literal["inquired"] = "inquired"
    provider: str
    said: Text | None = None
    problem: Problem | None = None
    balance: Cost | None = None


class Trouble(Message):
    """Something a person must know that belongs to no single take, such as a sidecar that cannot be read."""

    type: Literal["trouble"] = "trouble"
    path: Path | None = None
    problem: Problem


ToWorker = Annotated[
    Open
    | Close
    | Save
    | Cancel
    | Decide
    | Relocate
    | Depict
    | Prepare
    | Try
    | Abandon
    | Configure
    | Inquire
    | Share
    | Find
    | Rebuild
    | Collect
    | Adopt
    | Shutdown,
    Field(discriminator="type"),
]
FromWorker = Annotated[
    Saved
    | SaveFailed
    | Relocated
    | Changed
    | Progress
    | Ended
    | Depicted
    | Underway
    | Prepared
    | Tried
    | Inquired
    | Shared
    | Working
    | ClipsFound
    | Rebuildable
    | Rebuilt
    | Collected
    | Adopted
    | Trouble,
    Field(discriminator="type"),
]

_WHEN_NEEDED = ConfigDict(defer_build=True)
to_worker: TypeAdapter[ToWorker] = TypeAdapter(ToWorker, config=_WHEN_NEEDED)
from_worker: TypeAdapter[FromWorker] = TypeAdapter(FromWorker, config=_WHEN_NEEDED)
