"""Timecode as SMPTE ST 12-1 has it: what frame numbers are called on a film's clock."""

from __future__ import annotations

from .edit import Rate

_DROPPED = {Rate(30000, 1001): 2, Rate(60000, 1001): 4}
"""Numbers left out at the beginning of each minute but every tenth, so that the clock keeps time."""


def timecode(frames: int, rate: Rate) -> str:
    """HH:MM:SS:FF of the frame `frames` after 00:00:00:00; negative with a minus sign.

    Drop-frame at 29.97 and 59.94 frames per second, which is what broadcasters ask for there, written HH:MM:SS;FF: it
    tells the time that has passed. Other rates count every frame, so many to the second as the next whole number says:
    24 at 23.976. Frames have as many digits as the rate needs; hours go on past 24.
    """
    if frames < 0:
        return "-" + timecode(-frames, rate)
    whole = max(1, round(rate.fps))
    dropped = _DROPPED.get(rate, 0)
    if dropped:
        frames += _numbers_left_out(frames, whole, dropped)
    seconds, frame = divmod(frames, whole)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    digits = max(2, len(str(whole - 1)))
    return f"{hour:02d}:{minute:02d}:{second:02d}{';' if dropped else ':'}{frame:0{digits}d}"


def _numbers_left_out(frames: int, whole: int, dropped: int) -> int:
    """How many numbers the clock has skipped when it shows the frame `frames`."""
    minute = 60 * whole - dropped
    ten_minutes = 10 * minute + dropped
    tens, rest = divmod(frames, ten_minutes)
    minutes = 0 if rest < minute + dropped else 1 + (rest - minute - dropped) // minute
    return dropped * (9 * tens + minutes)
