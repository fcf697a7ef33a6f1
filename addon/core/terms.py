"""What modes and inputs are called, for people."""

from __future__ import annotations

from .models import Mode, Role
from .wording import N_, Text, say

MODES = {
    Mode.TEXT: N_("Text"),
    Mode.FIRST_FRAME: N_("First Frame"),
    Mode.FIRST_LAST: N_("First and Last Frame"),
    Mode.REFERENCES: N_("References"),
    Mode.VIDEO: N_("Video"),
    Mode.EXTEND: N_("Extend"),
}
"""What a request starts from, as a label."""

ROLES = {
    Role.FIRST_FRAME: N_("first frame"),
    Role.LAST_FRAME: N_("last frame"),
    Role.REFERENCE: N_("reference"),
    Role.VIDEO: N_("video"),
    Role.AUDIO: N_("audio"),
}
"""What an input is for, as it stands in a sentence."""


def mode(each: Mode) -> Text:
    """A mode, to be filled into a sentence."""
    return say(MODES[each])


def role(each: Role) -> Text:
    """The role of an input, to be filled into a sentence."""
    return say(ROLES[each])
