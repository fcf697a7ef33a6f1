"""How long a take will still run, judged from how far it has come since it was first heard of. Pure: no clock."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .wording import Text, say

_MEANINGFUL_SECONDS = 2.0
_MEANINGFUL_FRACTION = 0.03
_LONGEST = 24 * 3600.0
_PATIENCE = 4.0


@dataclass(frozen=True)
class Pace:
    """What was heard of a run's `stage` (such as "Drawing"): first and last time, in seconds, and how far it was then.

    `fraction` is 0 to 1.
    """

    stage: str
    first_at: float
    first: float
    last_at: float
    last: float


def heard(before: Pace | None, stage: str, fraction: float | None, now: float) -> Pace | None:
    """The pace after a report. None where the provider does not say how far it is; a new stage begins anew."""
    if fraction is None:
        return None
    if before is None or before.stage != stage or fraction < before.last:
        return Pace(stage, now, fraction, now, fraction)
    if fraction == before.last:
        return before
    return replace(before, last_at=now, last=fraction)


def seconds_left(pace: Pace | None, now: float) -> float | None:
    """Seconds until the run's stage ends, at the pace it has had so far. None while that would be a guess: at the
    beginning, and when nothing has been heard for long.
    """
    if pace is None or not 0.0 < pace.last < 1.0:
        return None
    took, came = pace.last_at - pace.first_at, pace.last - pace.first
    if took < _MEANINGFUL_SECONDS or came < _MEANINGFUL_FRACTION:
        return None
    silent = now - pace.last_at
    if silent > _PATIENCE and silent > took / 2:
        return None
    left = (1.0 - pace.last) * took / came - silent
    return min(_LONGEST, max(0.0, left))


def words(seconds: float | None) -> Text | None:
    """“about 12 s left”, no more exact than it can be; None for None."""
    if seconds is None:
        return None
    if seconds < 90:
        step = 1 if seconds < 10 else 5
        return say("about {seconds} s left", seconds=max(1, round(seconds / step) * step))
    if seconds < 90 * 60:
        return say("about {minutes} min left", minutes=round(seconds / 60))
    return say("about {hours} h left", hours=round(seconds / 3600))
