"""The workflows that people bring themselves, and which of their inputs a request fills."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import NotFoundError
from ..providers import catalog
from ..providers.comfyui import binding, library
from ..providers.comfyui.workflow import Place
from . import accounts, form, places, runtime

OWNER = "comfyui"

# What `draw` needs, so that it reads no file but the first time.
_own: dict[str, Path] = {}
_listed = False
_loaded: dict[Path, library.Workflow] = {}


def bring(source: str) -> None:
    """Take a workflow's file into the user's folder and choose it. Raises `SessionsError`."""
    file = library.import_workflow(Path(source), catalog.workflows(places.user_folder("")))
    _changed()
    form.choose(provider=OWNER, model=file.name.removesuffix(".json"))


def chosen() -> Path | None:
    """The file of the workflow in the form; None if that is none of the user's own."""
    global _listed
    found = form.chosen() if runtime.is_enabled() else None
    if found is None or found.model is None or found.capabilities.id != OWNER:
        return None
    if not _listed:
        shipped = library.files(None)
        everything = library.files(catalog.workflows(places.user_folder("")))
        _own.update({name: file for name, file in everything.items() if shipped.get(name) != file})
        _listed = True
    return _own.get(found.model.id)


def bindable(file: Path) -> list[binding.Bindable]:
    """What a request can fill in a workflow. Reads the file once. Raises `InputError`."""
    if file not in _loaded:
        _loaded[file] = library.load(file)
    flow = _loaded[file]
    return binding.bindable(flow.graph, flow.bindings)


def bind(file: Path, name: str, index: int, place: Place | None) -> None:
    """Have a parameter fill `place` instead of its input at `index`, or leave that out; one after the last adds it.

    Raises `SessionsError`.
    """
    try:
        parameter = binding.Parameter(name)
    except ValueError as error:
        raise NotFoundError("A workflow has no parameter “{name}”.", "Choose another one.", name=name) from error
    flow = library.load(file)
    binding.write_bindings(file, binding.rebound(flow.bindings, parameter, index, place))
    _changed()


def _changed() -> None:
    global _listed
    _listed = False
    _own.clear()
    _loaded.clear()
    accounts.forget_capabilities(OWNER)
