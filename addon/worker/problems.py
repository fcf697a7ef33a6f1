"""What the worker says when a take cannot simply go on."""

from __future__ import annotations

from ..core.capabilities import Cancelling, Capabilities
from ..core.errors import Kind, Problem, SessionsError
from ..core.provider import UncertainSubmission
from ..core.wording import N_, Text, Words

MISTAKE = Problem(
    kind=Kind.INTERNAL,
    message="The take failed because of a mistake in the extension or its provider.",
    remedy="Report it, with the worker's log.",
)

FAILED = Problem(kind=Kind.SERVICE, message="The service could not make this take.", remedy="Try again.")

INTERRUPTED = Problem(
    kind=Kind.INTERRUPTED,
    message="The worker ended while the request was on its way: nobody knows whether the service has it.",
    remedy="Look there whether it runs; then send it again or give it up.",
)

NOT_THERE = Problem(
    kind=Kind.INTERRUPTED,
    message="The service has no such take; it may be that a copy of this file is about to send it.",
    remedy="Send it again or give it up.",
)

GIVEN_UP = Problem(
    kind=Kind.INTERRUPTED,
    message="The take was given up. The service may have it all the same, and bill it.",
    remedy="What it was estimated to cost stays counted.",
)

_CANCELLING: dict[tuple[Cancelling, bool], Words] = {
    (Cancelling.STOPS, False): N_("Cancelling"),
    (Cancelling.TRIES, False): N_("Cancelling. The service may go on and bill it; the clip is kept when it arrives"),
    (Cancelling.NEVER, False): N_("The service goes on and bills it; the clip is kept when it arrives"),
    (Cancelling.STOPS, True): N_("Cancelling"),
    (Cancelling.TRIES, True): N_("Cancelling. The server may go on; the clip is kept when it arrives"),
    (Cancelling.NEVER, True): N_("The server goes on; the clip is kept when it arrives"),
}
CANCELLING = frozenset(_CANCELLING.values())
"""All that `cancelling` may say."""


def cancelling(capabilities: Capabilities) -> Words:
    """What is said while a cancelled take has not ended yet: what the service does, and whether that is billed."""
    return _CANCELLING[capabilities.cancelling, capabilities.free]


def of(error: Exception) -> Problem:
    """What an error says to people."""
    return error.problem if isinstance(error, SessionsError) else MISTAKE


def maybe_accepted(error: UncertainSubmission) -> Problem:
    """A submission came to no known end, for the reason that `error` carries, if it does."""
    why: Text | str = error.args[0] if error.args else ""
    return Problem(
        kind=Kind.INTERRUPTED,
        message="The request may or may not have reached the service. {why}"
        if why
        else "The request may or may not have reached the service.",
        remedy="Look there whether it runs; then send it again or give it up.",
        values={"why": why} if why else {},
    )


def untraced(problem: Problem) -> Problem:
    """A submission came to no known end, and the service cannot be asked about it now."""
    return Problem(
        kind=problem.kind,
        message="The request may or may not have reached the service, and it cannot be asked now. {why}",
        remedy="{first} Then look again." if problem.remedy else "Look again.",
        values={"why": problem.what, "first": problem.advice},
    )


def out_of_reach(problem: Problem) -> Problem:
    """A take was accepted, and cannot be asked about any more."""
    return Problem(
        kind=problem.kind,
        message="{why} The take was accepted and may go on at the service.",
        remedy="{first} Then look again." if problem.remedy else "Look again.",
        values={"why": problem.what, "first": problem.advice},
    )
