"""The workflows there are: those that come with the extension, and the user's own in a folder of theirs.

A workflow `<name>.json` has its bindings in `<name>.bindings.json`; one of ours says in `<name>.about.json` what it is.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ...core.errors import StorageError
from . import binding, workflow
from .binding import Bindings, Parameter
from .workflow import Graph

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).resolve().parent / "workflows"
_BESIDE = (".bindings.json", ".about.json")


@dataclass(frozen=True)
class Workflow:
    """A workflow with its bindings. `about`: what is known of it beyond that, as our own have it in a file:

    `label`; `needs`: model files, each with its `folder` and `file`; and for each parameter what it may be, either
    `[minimum, maximum, step]` or `{"only": [numbers]}`.
    """

    id: str
    graph: Graph
    bindings: Bindings
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What it is called."""
        return str(self.about.get("label", self.id))

    @cached_property
    def digest(self) -> str:
        """Changes with whatever it can do."""
        written = json.dumps([self.graph, self.bindings, self.about], sort_keys=True)
        return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()

    def has(self, parameter: Parameter) -> bool:
        """Whether a request can say what `parameter` is."""
        return parameter in self.bindings


def files(folder: Path | None) -> dict[str, Path]:
    """The workflow files by their names: the user's own in `folder` first, one of ours only if its name is free."""
    return {each.name.removesuffix(".json"): each for where in (SHIPPED, folder) for each in _in(where)}


def names(folder: Path | None) -> list[str]:
    """The workflows' names, the user's own first."""
    own = [each.name.removesuffix(".json") for each in _in(folder)]
    return [*own, *(name for name in files(None) if name not in own)]


def load(file: Path) -> Workflow:
    """The workflow in a file. Raises `InputError` if it cannot be read."""
    graph = workflow.read(file)
    name = file.name.removesuffix(".json")
    return Workflow(name, graph, binding.read_bindings(file, graph), _about(file))


def import_workflow(source: Path, folder: Path) -> Path:
    """Take a workflow that ComfyUI exported into `folder`, with the bindings found in it. Returns its file there.

    One that is there already, the same to the byte, stays as it is. Raises `InputError` if it is no workflow in the API
    format, `StorageError` if the folder cannot be written.
    """
    graph = workflow.read(source)
    try:
        data = source.read_bytes()
        folder.mkdir(parents=True, exist_ok=True)
        target = _free(folder, source.stem, data)
        if not target.exists():
            part = target.with_name(f"{target.name}.part")
            part.write_bytes(data)
            part.replace(target)
    except OSError as error:
        raise StorageError(
            "The workflow {file} cannot be copied to {folder}: {error}.",
            "Make room on the disk or check the folder, then try again.",
            file=source.name,
            folder=str(folder),
            error=error.strerror or str(error),
        ) from error
    if not binding.path_of(target).exists():
        binding.write_bindings(target, binding.find(graph))
    return target


def _free(folder: Path, name: str, data: bytes) -> Path:
    """Where a workflow goes: to the one that is the same, else to a name that none has."""
    name = name.removesuffix(".bindings").removesuffix(".about") or "workflow"
    ours = {each.casefold() for each in files(None)}
    for count in range(1, 1000):
        stem = name if count == 1 else f"{name} {count}"
        target = folder / f"{stem}.json"
        if stem.casefold() not in ours and (not target.exists() or target.read_bytes() == data):
            return target
    raise StorageError(
        "There are too many workflows called {name} in {folder}.", "Remove some.", name=name, folder=str(folder)
    )


def _in(folder: Path | None) -> Iterator[Path]:
    if folder is not None and folder.is_dir():
        yield from sorted(each for each in folder.glob("*.json") if not each.name.endswith(_BESIDE))


def _about(file: Path) -> dict[str, Any]:
    """What one of ours says of itself; nothing for others."""
    if file.parent != SHIPPED:
        return {}
    about = file.with_name(f"{file.name.removesuffix('.json')}.about.json")
    found: dict[str, Any] = json.loads(about.read_text("utf-8"))
    return found
