"""Messages about what takes long and belongs to no running take: finding and adopting clips, rebuilding the sidecar,
collecting a project.

Each order is answered once, unless it is abandoned (`messages.Abandon`); `Working` tells how far it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ..core.errors import Problem
from ..core.provenance import Clip, Found
from ..core.wording import Text
from .message import Message


class Find(Message):
    """Look for the clips that are not where they should be, in `folders` and below. Answered by one `ClipsFound`."""

    type: Literal["find"] = "find"
    path: Path
    order_id: str
    folders: tuple[Path, ...]


class Rebuild(Message):
    """Take in what the JSONs of the clips tell and the project lacks; in the project's folders and, where one is named,
    in `folder` besides. Answered by a `Changed` and one `Rebuilt`.
    """

    type: Literal["rebuild"] = "rebuild"
    path: Path
    order_id: str
    folder: Path | None = None


class Collect(Message):
    """Put a copy of the project, and everything that its .blend needs, into `target`, a folder that is not there yet or
    is empty. Answered by one `Collected`.

    `blend` is a copy of the .blend for that, which is removed afterwards; its name there is `name`. `assets`: the ids
    of those whose clips are wanted, None for all.
    """

    type: Literal["collect"] = "collect"
    path: Path
    order_id: str
    target: Path
    blend: Path
    name: str
    assets: tuple[str, ...] | None = None


class Adoptee(BaseModel):
    """A movie file that is to become a take: what it is by itself, and what the strip that shows it says of it."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    file: Path
    clip: Clip
    strip: Found = Found()


class Adopt(Message):
    """Let files become takes of a session: each is copied, unless its bytes are an asset already, and stays as it is.

    `session_id`: that session, or a new one with that id. Answered by a `Changed` for each file and one `Adopted`.
    """

    type: Literal["adopt"] = "adopt"
    path: Path
    order_id: str
    session_id: str
    files: tuple[Adoptee, ...]


class Working(Message):
    """How far a `Find`, `Rebuild`, `Collect` or `Adopt` is: `fraction` 0 to 1, None where nobody can tell."""

    type: Literal["working"] = "working"
    path: Path
    order_id: str
    said: Text
    fraction: float | None = None


class MovedClip(BaseModel):
    """A clip that was found again: the asset's id, and the absolute paths where it was and where it is."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    asset_id: str
    before: Path
    after: Path


class ClipsFound(Message):
    """What a search came to. The assets name the clips that were `found` where they are now; `missing` are those that
    were not, with the paths where they should be. `cut_short`: there were more files than one search looks at.
    """

    type: Literal["clips_found"] = "clips_found"
    path: Path
    order_id: str
    found: tuple[MovedClip, ...] = ()
    missing: tuple[Path, ...] = ()
    cut_short: bool = False
    problem: Problem | None = None


class Rebuildable(Message):
    """The JSONs of the clips tell of so many `sessions`, and `clips`, that the project does not know or not as they are
    now: its sidecar was lost, or is an old one.
    """

    type: Literal["rebuildable"] = "rebuildable"
    path: Path
    sessions: int
    clips: int


class Rebuilt(Message):
    """What was taken in, and how many sessions went because they had been deleted. `backup`: the sidecar as it was."""

    type: Literal["rebuilt"] = "rebuilt"
    path: Path
    order_id: str
    sessions: int = 0
    takes: int = 0
    clips: int = 0
    deleted: int = 0
    backup: Path | None = None
    problem: Problem | None = None


class Adoption(BaseModel):
    """What became of a file: the asset's id, or the problem."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    file: Path
    asset_id: str = ""
    problem: Problem | None = None


class Adopted(Message):
    """What became of each file, in their order, and what there is to say about it in sentences.

    `problem` if none became a take.
    """

    type: Literal["adopted"] = "adopted"
    path: Path
    order_id: str
    files: tuple[Adoption, ...] = ()
    said: tuple[Text, ...] = ()
    problem: Problem | None = None


class Collected(Message):
    """Everything is in `folder`, except for what is `missing`, with the paths where that should be."""

    type: Literal["collected"] = "collected"
    path: Path
    order_id: str
    folder: Path | None = None
    files: int = 0
    missing: tuple[str, ...] = ()
    problem: Problem | None = None
