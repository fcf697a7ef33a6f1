"""What there is to say about a take or an asset, in the interface's language."""

from __future__ import annotations

import time
from typing import Any

from ..core import remaining
from ..core.models import Asset, Request, Take, TakeState
from ..core.wording import N_
from . import runtime, words

STATES: dict[TakeState, tuple[str, Any]] = {
    TakeState.QUEUED: (N_("Queued"), "TIME"),
    TakeState.SUBMITTING: (N_("Starting"), "TIME"),
    TakeState.RUNNING: (N_("Generating"), "RENDER_ANIMATION"),
    TakeState.UNCERTAIN: (N_("Uncertain"), "QUESTION"),
    TakeState.SUCCEEDED: (N_("Done"), "CHECKMARK"),
    TakeState.FAILED: (N_("Failed"), "ERROR"),
    TakeState.CANCELLED: (N_("Cancelled"), "CANCEL"),
}
"""The word and the icon of each state."""

_PROMPT_CHARACTERS = 400


def name(take: Take) -> str:
    """What a take is called."""
    return words.tr("Take {number}").format(number=take.number)


def state(take: Take) -> str:
    """The word for a take's state."""
    return words.tr("Cancelling") if take.id in runtime.current().cancelling else words.tr(STATES[take.state][0])


def length(request: Request) -> str:
    """How long a clip is."""
    return words.tr("{seconds:g} s").format(seconds=request.duration)


def facts(request: Request) -> str:
    """What a clip was made with, apart from the prompt."""
    return words.tr("{width} × {height}, {fps:g} fps, {duration:g} s, seed {seed}").format(
        width=request.width, height=request.height, fps=request.fps, duration=request.duration, seed=request.seed
    )


def prompt(request: Request) -> str:
    """The beginning of the prompt, in one line."""
    text = request.prompt
    return " ".join(text[:_PROMPT_CHARACTERS].split()) + ("…" if len(text) > _PROMPT_CHARACTERS else "")


def happening(take: Take) -> str:
    """What is happening to a take, as the worker says or at least its state, and how long that will go on."""
    progress = runtime.current().progress.get(take.id)
    if take.id in runtime.current().cancelling or not progress or not progress.text:
        said = state(take)
    else:
        said = words.text(progress.said)
    left = remaining.words(remaining.seconds_left(runtime.current().paces.get(take.id), time.monotonic()))
    return words.tr("{happening}, {left}").format(happening=said, left=words.text(left)) if left else said


def of_take(take: Take) -> str:
    """A take as a tooltip tells of it."""
    return _of(words.tr("{name}: {state}").format(name=name(take), state=state(take)), take.request)


def of_asset(asset: Asset) -> str:
    """An asset as a tooltip tells of it."""
    return _of(asset.title, asset.request)


def _of(title: str, request: Request) -> str:
    return "\n".join(line for line in (title, facts(request), prompt(request)) if line)
