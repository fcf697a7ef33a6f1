"""What becomes of a draft when another model is to make it: what fits is kept, and what does not is said."""

from __future__ import annotations

from . import checking, terms
from .capabilities import Model, Numbers, is_open
from .models import Draft, Input, Mode, Role
from .requesting import SceneFormat, as_drafted, mode_of, nearest_size, output_format
from .wording import Text, say


def fit(draft: Draft, model: Model, scene: SceneFormat | None = None) -> tuple[Draft, list[Text]]:
    """The draft for `model`, and a sentence for each thing that had to change. What was typed is never shortened.

    `scene`: what the draft is matched to where it is to match.
    """
    said: list[Text] = []
    changes: dict[str, object] = {"model": model.id}
    mode = _fitted_mode(draft, model)
    if mode is not mode_of(draft):
        changes["mode"] = mode
        said.append(
            say(
                "{model} cannot do “{before}”: it is “{after}” now.",
                model=model.label,
                before=terms.mode(mode_of(draft)),
                after=terms.mode(mode),
            )
        )
    changes["inputs"] = _fitted_inputs(draft, model, mode, said)
    changes["options"] = _fitted_options(draft, model, said)
    _fit_numbers(draft, as_drafted(draft.model_copy(update=changes), model), scene, changes, said)
    if model.prompt and len(draft.prompt) > model.prompt_length:
        said.append(
            say(
                "The prompt has {count:,} characters; {model} takes {most:,}.",
                count=len(draft.prompt),
                model=model.label,
                most=model.prompt_length,
            )
        )
    return draft.model_copy(update=changes), said


def _fitted_mode(draft: Draft, model: Model) -> Mode:
    """The draft's mode, else the model's that takes most of the draft's inputs and lacks least, else its simplest."""
    mode = mode_of(draft)
    if mode in model.modes or not model.modes:
        return mode

    def suits(candidate: Mode) -> tuple[int, int]:
        slots = model.takes(candidate)
        there = [each.role for each in draft.inputs]
        kept = sum(role in {slot.role for slot in slots} for role in there)
        return kept, -sum(max(0, slot.least - there.count(slot.role)) for slot in slots)

    return max((each for each in Mode if each in model.modes), key=suits)


def _fitted_inputs(draft: Draft, model: Model, mode: Mode, said: list[Text]) -> tuple[Input, ...]:
    room: dict[Role, int] = {slot.role: slot.most for slot in model.takes(mode)}
    kept: list[Input] = []
    left: dict[Role, int] = {}
    for each in draft.inputs:
        if room.get(each.role, 0):
            room[each.role] -= 1
            kept.append(each)
        else:
            left[each.role] = left.get(each.role, 0) + 1
    for role, count in left.items():
        said.append(
            say(
                "{model} takes fewer files for this: {role} ({count} taken out).",
                model=model.label,
                role=terms.role(role),
                count=count,
            )
        )
    return tuple(kept)


def _fitted_options(draft: Draft, model: Model, said: list[Text]) -> dict[str, object]:
    known = {option.id: option for option in model.options}
    kept: dict[str, object] = {}
    for name, value in draft.options.items():
        option = known.get(name)
        if option is None:
            said.append(say("{model} has no setting “{option}”.", model=model.label, option=name))
        elif checking.admits(option, value):
            kept[name] = value
        else:
            said.append(
                say(
                    "The setting “{option}” of {model} cannot be “{value}”: it is as the model has it.",
                    option=option.label,
                    model=model.label,
                    value=str(value),
                )
            )
    return kept


def _fit_numbers(
    draft: Draft, model: Model, scene: SceneFormat | None, changes: dict[str, object], said: list[Text]
) -> None:
    said_of_format: list[Text] = []
    if not draft.match_scene:
        _fit_format(draft, model, changes, said_of_format)
    fitted = draft.model_copy(update=changes)
    own = SceneFormat(fitted.width, fitted.height, fitted.fps)
    lengths = model.durations(output_format(fitted, model, scene or own)[2])
    if is_open(lengths) and not _lasts(draft.duration, lengths, model):
        changes["duration"] = duration = lengths.nearest(draft.duration)
        said.append(
            say(
                "{model} makes no clip of {before:g} s: it is {after:g} s now.",
                model=model.label,
                before=round(draft.duration, 2),
                after=round(duration, 2),
            )
        )
    said += said_of_format
    if draft.random_seed:
        return
    if model.seed is None:
        said.append(say("{model} takes no seed: each take is another one.", model=model.label))
    elif not model.seed.admits(draft.seed):
        changes["seed"] = seed = int(model.seed.nearest(draft.seed))
        said.append(
            say(
                "{model} cannot use the seed {before}: it is {after} now.",
                model=model.label,
                before=draft.seed,
                after=seed,
            )
        )


def _lasts(duration: float, lengths: Numbers, model: Model) -> bool:
    """Whether a length can stay as it is; one that is counted in frames becomes whole ones by itself."""
    return lengths.minimum <= duration <= lengths.maximum if model.frames else lengths.admits(duration)


def _fit_format(draft: Draft, model: Model, changes: dict[str, object], said: list[Text]) -> None:
    nearest = nearest_size(draft.width, draft.height, model)
    width, height = nearest[0] or draft.width, nearest[1] or draft.height
    if (width, height) != (draft.width, draft.height):
        changes |= {"width": width, "height": height}
        said.append(
            say(
                "{model} makes no pictures of {width} × {height} pixels: it is {new_width} × {new_height} now.",
                model=model.label,
                width=draft.width,
                height=draft.height,
                new_width=width,
                new_height=height,
            )
        )
    if model.fps and not model.fps.admits(draft.fps):
        changes["fps"] = fps = model.fps.nearest(draft.fps)
        said.append(
            say(
                "{model} makes no {before:g} frames per second: it is {after:g} now.",
                model=model.label,
                before=draft.fps,
                after=fps,
            )
        )
