"""What there is to say about a take or an asset, in the interface's language."""

from __future__ import annotations

import time
from typing import Any

from ..core import remaining
from ..core.models import Asset, Request, Take, TakeState
from ..core.wording import N_
from ..worker import problems
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


def queued() -> str:
    """The word for the state of a take that was just asked for."""
    return words.tr(STATES[TakeState.QUEUED][0])


def length(request: Request) -> str:
    """How long a clip is; empty where the service decided that."""
    return words.tr("{seconds:g} s").format(seconds=round(request.duration, 2)) if request.duration else ""


def seed(request: Request) -> str:
    """The seed; empty where nobody told it."""
    return "" if request.told_seed is None else str(request.told_seed)


def facts(request: Request) -> str:
    """What a clip was made with, apart from the prompt and from what the service decided."""
    told = (
        f"{request.width} × {request.height}" if request.width and request.height else "",
        words.tr("{fps:g} fps").format(fps=round(request.fps, 3)) if request.fps else "",
        length(request),
        words.tr("seed {seed}").format(seed=seed(request)) if seed(request) else "",
        words.tr("made with {tool}").format(tool=request.tool) if request.tool else "",
    )
    return ", ".join(filter(None, told))


def prompt(request: Request) -> str:
    """The beginning of the prompt, in one line."""
    text = request.prompt
    return " ".join(text[:_PROMPT_CHARACTERS].split()) + ("…" if len(text) > _PROMPT_CHARACTERS else "")


def told(take: Take) -> str:
    """What the worker says last of a take that runs, else the word for its state.

    While it is being cancelled only what the service does about that: all else was said before.
    """
    progress = runtime.current().progress.get(take.id)
    is_cancelling = take.id in runtime.current().cancelling
    if not progress or not progress.text or (is_cancelling and progress.text not in problems.CANCELLING):
        return state(take)
    return words.text(progress.said)


def happening(take: Take) -> str:
    """What is happening to a take, as the worker says or at least its state, and how long that will go on."""
    said = told(take)
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
