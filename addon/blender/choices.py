"""Who generates, with which model, in which mode and size: the choices of the form, as Blender's enumerations."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from ..core import requesting, terms
from ..core.capabilities import Model
from ..core.errors import SessionsError
from ..core.models import Mode
from ..core.wording import N_
from ..providers import catalog
from . import form, runtime

log = logging.getLogger(__name__)

Item = tuple[str, str, str]

_NONE: list[Item] = [("", "", "")]
_MOST_NAME = 60

# Kept here because Blender does not keep the strings of a dynamic enumeration alive.
_kept: dict[tuple[Item, ...], list[Item]] = {}


def _keep(items: Sequence[Item]) -> list[Item]:
    if len(_kept) > 200:
        _kept.clear()
    return _kept.setdefault(tuple(items), list(items)) or _NONE


def _model() -> Model | None:
    found = form.chosen() if runtime.is_enabled() else None
    return found.model if found else None


def _providers() -> list[Item]:
    return _keep([(each.id, each.label, N_("Generate with this provider")) for each in catalog.PROVIDERS.values()])


def _provider() -> str:
    found = form.chosen() if runtime.is_enabled() else None
    return found.capabilities.id if found else ""


def models() -> list[Item]:
    """The models of the chosen provider."""
    found = form.chosen() if runtime.is_enabled() else None
    if found is None:
        return _NONE
    named = [(each.id, each.label[:_MOST_NAME], N_("Generate with this model")) for each in found.capabilities.models]
    draft = runtime.current().draft
    gone = draft.model and found.model is None
    return _keep([*([(draft.model, draft.model[:_MOST_NAME], N_("This model is gone"))] if gone else []), *named])


def _named_model() -> str:
    model = _model()
    return model.id if model else runtime.current().draft.model if runtime.is_enabled() else ""


def _modes() -> list[Item]:
    model = _model()
    shown = [mode for mode in Mode if model and mode in model.modes]
    return _keep([(mode.value, terms.MODES[mode], N_("Start from this")) for mode in shown])


def _mode() -> str:
    found = form.chosen() if runtime.is_enabled() else None
    return found.mode.value if found else ""


def _sizes() -> list[Item]:
    model = _model()
    return _keep([(_size_id(size), f"{size[0]} × {size[1]}", "") for size in (model.sizes if model else ())])


def _size() -> str:
    model = _model()
    draft = runtime.current().draft if runtime.is_enabled() else None
    return _size_id(requesting.nearest_size(draft.width, draft.height, model)) if model and draft else ""


def _size_id(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _set_size(chosen: str) -> dict[str, object]:
    width, _, height = chosen.partition("x")
    return {"width": int(width), "height": int(height)}


def _property(
    items: Callable[[], list[Item]], current: Callable[[], str], changes: Callable[[str], dict[str, object]]
) -> dict[str, Any]:
    def get(_self: Any) -> int:
        names = [item[0] for item in items()]
        return names.index(now) if (now := current()) in names else 0

    def set(_self: Any, index: int) -> None:
        names = [item[0] for item in items()]
        if not 0 <= index < len(names):
            return
        try:
            form.choose(**changes(names[index]))
        except SessionsError as error:  # a property cannot report: the panel shows the trouble
            log.warning("%s", error)
            runtime.current().trouble = error.problem

    return {"items": lambda _self, _context: items(), "get": get, "set": set}


PROVIDER = _property(_providers, _provider, lambda name: {"provider": name, "model": ""})
MODEL = _property(models, _named_model, lambda name: {"model": name})
MODE = _property(_modes, _mode, lambda name: {"mode": Mode(name)})
SIZE = _property(_sizes, _size, _set_size)
