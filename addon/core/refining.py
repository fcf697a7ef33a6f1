"""From a take to the next one: its settings again, new seeds, its last picture as the first, another length."""

from __future__ import annotations

import random
from enum import StrEnum

from . import checking, requesting, terms
from .capabilities import Capabilities, Model
from .errors import InputError
from .models import Draft, Join, Mode, Project, Request
from .wording import N_


class What(StrEnum):
    """What of a take goes into the form."""

    ALL = "all"
    ALL_BUT_SEED = "all_but_seed"
    PROMPT = "prompt"
    SEED = "seed"


LABELS = {
    What.ALL: N_("All Settings"),
    What.ALL_BUT_SEED: N_("All but the Seed"),
    What.PROMPT: N_("Prompt"),
    What.SEED: N_("Seed"),
}
"""What of a take goes into the form, as a label."""


def settings(request: Request, what: What) -> dict[str, object]:
    """What of a request goes into a draft: fields of `Draft`.

    Where the service decided, or where nobody told how a clip was made elsewhere, the draft keeps what it has. Raises
    `InputError` if nothing is known of what is wanted.
    """
    prompt: dict[str, object] = {"prompt": request.prompt}
    seed: dict[str, object] = {"seed": request.seed, "random_seed": False}
    if what is What.PROMPT:
        found = _known(request, prompt)
    elif what is What.SEED:
        found = _known(request, seed)
    else:
        found = _known(request, {**prompt, **_means(request), **(seed if what is What.ALL else {})})
    if not found:
        raise InputError("Nobody told this of the take: it was made elsewhere.", "Use another take's settings.")
    return found


def draft(request: Request) -> Draft:
    """The form as a request was made from it, as far as that is known: its seed was random, its size the scene's."""
    changes = {**_known(request, {"prompt": request.prompt}), **_means(request), "match_scene": True}
    return Draft().model_copy(update=changes)


def _means(request: Request) -> dict[str, object]:
    """With what a take was made, but for its prompt and seed."""
    numbers = {name: getattr(request, name) for name in ("duration", "width", "height", "fps")}
    told = {name: value for name, value in _known(request, numbers).items() if value}
    changes: dict[str, object] = {**told, **({"match_scene": False} if told else {})}
    if not requesting.is_adopted(request):
        changes |= {name: getattr(request, name) for name in ("provider", "model", "mode", "inputs")}
        changes |= {"options": dict(request.options), "joins": None}  # what it starts from is another picture now
    return changes


def _known(request: Request, changes: dict[str, object]) -> dict[str, object]:
    known = {name: value for name, value in changes.items() if name not in request.unknown}
    return {name: value for name, value in known.items() if name != "random_seed" or "seed" in known}


def varied(request: Request, capabilities: Capabilities, count: int) -> list[Request]:
    """The same request with new seeds, `count` times. Raises `InputError` if it cannot be made (any more)."""
    requesting.check_ours(request)
    checking.check_count(count)
    model = capabilities.model(request.model)
    seeds = _new_seeds(model, count, request.seed) if model and model.seed else [0] * count
    made = [request.model_copy(update={"seed": seed}) for seed in seeds]
    for each in made:
        checking.check_request(each, capabilities)
    return made


def _new_seeds(model: Model, count: int, old: int) -> list[int]:
    """Seeds that differ from each other and from the old one, as far as the model has so many."""
    if model.seed is None:
        return [0] * count
    low, high = int(model.seed.minimum), int(model.seed.maximum)
    found: list[int] = []
    while len(found) < count:
        seed = random.SystemRandom().randint(low, high)
        if high - low < count or seed not in (old, *found):
            found.append(seed)
    return found


def to_length(request: Request, capabilities: Capabilities, seconds: float) -> Request:
    """The same request for a clip of that length, as near as the model can make it and no shorter if it can.

    Raises `InputError` if the model decides the length, or cannot make the request (any more).
    """
    requesting.check_ours(request)
    model = capabilities.model(request.model)
    made = request
    if model is not None:
        duration = requesting.duration_for(seconds, model.at(request.mode, request.options), request.fps)
        if not duration:
            raise InputError(
                "{model} decides how long the clip is.", "Vary the take, and trim the strip.", model=model.label
            )
        made = request.model_copy(update={"duration": duration})
    checking.check_request(made, capabilities)
    return made


def can(mode: Mode, model: Model | None) -> bool:
    """Whether a model can start from that now."""
    return model is not None and mode in model.modes and not model.problem


def check_mode(mode: Mode, model: Model | None, capabilities: Capabilities) -> None:
    """Raise `InputError` if the model cannot start from that; it says which models of the provider can."""
    if can(mode, model):
        return
    able = [each.label for each in capabilities.models if can(mode, each)]
    raise InputError(
        "{model} cannot make this: {mode}.",
        "Choose one of: {models}." if able else "No model of {provider} can: choose another provider.",
        model=model.label if model else capabilities.label,
        mode=terms.mode(mode),
        models=", ".join(able[:_MOST_NAMED]) + (" …" if len(able) > _MOST_NAMED else ""),
        provider=capabilities.label,
    )


_MOST_NAMED = 12


def is_typed(project: Project, draft: Draft) -> bool:
    """Whether the prompt of a draft would be lost with it: it stands nowhere else."""
    prompt = draft.prompt.strip()
    takes = (take for session in project.sessions for take in session.takes)
    return bool(prompt) and all(take.request.prompt != prompt for take in takes)


def joined(join: Join | None, mode: Mode, request: Request | None = None) -> dict[str, object]:
    """What changes in a draft whose takes go on from strips of the edit; their pictures come later.

    With a `request` its settings are taken, if the model that it names can do the mode (the caller asks).
    """
    means = settings(request, What.ALL_BUT_SEED) if request is not None else {}
    return {**means, "inputs": (), "mode": mode, "joins": join, "insert": True}


def unjoined(draft: Draft, model: Model | None) -> Draft:
    """The draft when its takes are on their way: it goes on from nothing any more, and keeps its pictures.

    They decide its mode, not the join: the next session, which begins without pictures, starts from its prompt alone
    again, if the model can.
    """
    if draft.joins is None:
        return draft
    return draft.model_copy(update={"joins": None, "mode": None if can(Mode.TEXT, model) else draft.mode})
