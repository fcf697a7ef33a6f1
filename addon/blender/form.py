"""The form of the next request: who makes it, with which model, in which mode, and what that model can be told.

Only what the chosen model can do is shown. All of it is asked of the capabilities, never of a provider's name.
"""

from __future__ import annotations

from typing import NamedTuple

import bpy
from pydantic import JsonValue

from ..core import fitting, matching, pricing, requesting, sessions
from ..core.capabilities import Capabilities, Model, Option
from ..core.errors import InputError, SessionsError
from ..core.models import Cost, Draft, Mode
from ..core.wording import Text
from . import accounts, compat, mirror, runtime, settings, timeline


class Chosen(NamedTuple):
    """What the draft in the panel comes to.

    `model` is as it is for what was drafted; None: the provider has none, or not the one that is named.
    """

    capabilities: Capabilities
    model: Model | None
    mode: Mode
    options: tuple[Option, ...]


_chosen: tuple[Draft, Capabilities, Chosen] | None = None


def provider(draft: Draft) -> Capabilities:
    """Who generates from a draft. Raises `InputError` if this version does not have the chosen one."""
    found = accounts.capabilities(settings.provider(draft, runtime.current().session))
    if found is None:
        raise InputError("There is no such provider.", "Choose another one.")
    return found


def chosen() -> Chosen | None:
    """What the panel's draft comes to; None if there is no such provider. The same object until something changes."""
    global _chosen
    draft = runtime.current().draft
    try:
        capabilities = provider(draft)
    except SessionsError:
        return None
    if _chosen is None or _chosen[0] is not draft or _chosen[1] is not capabilities:
        model = requesting.model_of(draft, capabilities)
        mode = requesting.mode_of(draft)
        options = model.options_in(mode)[: mirror.MOST_OPTIONS] if model else ()
        model = requesting.as_drafted(draft, model) if model else None
        _chosen = draft, capabilities, Chosen(capabilities, model, mode, options)
    return _chosen[2]


def prepare() -> None:
    """Read what the file's sessions may choose from, which takes up to 0.1 s a provider: drawing must not wait for it.

    Measured in Blender 5.2: its data file and the first use of what reads it take 10 to 110 ms.
    """
    state = runtime.current()
    named = {sessions.provider(each.draft, each) for each in state.project.sessions}
    for provider_id in named:
        accounts.capabilities(provider_id)
    chosen()


def choose(**changes: object) -> None:
    """Take another provider, model or mode, or change how it is matched to the scene.

    What fits is kept, and what does not is noted for the panel.

    Raises `SessionsError`.
    """
    state = runtime.current()
    draft = state.draft.model_copy(update=changes)
    capabilities = provider(draft)
    if not draft.model:
        draft = draft.model_copy(update={"model": first_fitting(draft, capabilities)})
    model = requesting.model_of(draft, capabilities)
    state.notes = ()
    if model is not None:
        named = draft.model
        draft, notes = fitting.fit(draft, model, scene_format())
        draft = draft.model_copy(update={"model": named})  # the provider's first one is not written down
        state.notes = tuple(notes)
    new = {name: getattr(draft, name) for name in type(draft).model_fields}
    runtime.commit(sessions.edit_draft(state.project, new, runtime.now()))


def scene_format() -> requesting.SceneFormat | None:
    """What the scene in the sequencer renders; None if there is none."""
    scene = compat.sequencer_scene(bpy.context)
    return timeline.scene_format(scene) if scene is not None else None


def length() -> Text | None:
    """How long the clip is, where the panel has nothing to choose; None where it has."""
    found = chosen()
    draft = runtime.current().draft
    scene = scene_format() or requesting.SceneFormat(draft.width, draft.height, draft.fps)
    return matching.length(draft, found.model, scene) if found and found.model else None


def first_fitting(draft: Draft, capabilities: Capabilities) -> str:
    """The provider's first model that can do what the draft is about; empty if that is just its first one."""
    mode = requesting.mode_of(draft)
    fitting_ones = [each for each in capabilities.models if mode in each.modes and not each.problem]
    return fitting_ones[0].id if fitting_ones and fitting_ones[0] is not capabilities.models[0] else ""


def value(option: Option) -> JsonValue:
    """What an option is set to in the draft, else its default."""
    return runtime.current().draft.options.get(option.id, option.default)


def set_value(option: Option, new: JsonValue) -> None:
    """Set an option. Raises `SessionsError`."""
    state = runtime.current()
    options = {**state.draft.options, option.id: new}
    runtime.commit(sessions.edit_draft(state.project, {"options": options}, runtime.now()))


def estimate(draft: Draft, scene: requesting.SceneFormat) -> Cost | None:
    """What a click on Generate would cost now for `draft`, all its takes; None if nobody can tell."""
    found = chosen()
    if found is None or found.model is None:
        return None
    try:
        made = requesting.draft_request(draft, found.capabilities, scene)
    except SessionsError:
        return None
    one = pricing.estimate(made, found.capabilities)
    return one.model_copy(update={"amount": one.amount * draft.count}) if one else None
