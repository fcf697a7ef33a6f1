"""What is being found, rebuilt or collected, what came of it, and the offer to rebuild: above the session list."""

from __future__ import annotations

from typing import Any

import bpy

from ...core.wording import Text, say
from .. import keeping, words
from .text import wrapped

_BOX = 45  # points that a box and the button beside its text take
_MOST_LINES = 6


class SESSIONS_MT_keep(bpy.types.Menu):
    """Clips that were moved, a sidecar that was lost, and everything in one folder"""

    bl_label = "Keep"
    bl_translation_context = words.CONTEXT

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("sessions.find_clips", text="Find Missing Clips…", icon="VIEWZOOM")
        layout.operator("sessions.rebuild", text="Rebuild Sessions from Assets…")
        layout.operator("sessions.collect", text="Collect into Folder…", icon="PACKAGE")


def draw(layout: Any, context: bpy.types.Context) -> None:
    """The boxes, where there is something to tell."""
    for order_id, said, fraction in keeping.working():
        row = layout.box().row()
        percent = f" {fraction:.0%}" if fraction is not None else ""
        wrapped(row.column(), context, words.text(said) + percent, icon="TIME", inset=_BOX)
        row.operator("sessions.stop_errand", text="", icon="X", emboss=False).order_id = order_id
    answer, offer = keeping.outcome(), keeping.offer()
    if answer:
        row = layout.box().row()
        column = row.column()
        icon = "ERROR" if answer.problem else "INFO"
        for line in keeping.sentences(answer):
            wrapped(column, context, words.text(line), icon=icon, inset=_BOX)
            icon = "BLANK1"
        listed = keeping.briefly(answer)
        for each in listed[:_MOST_LINES]:
            wrapped(column, context, each, icon="BLANK1", inset=_BOX)
        if len(listed) > _MOST_LINES:
            more = words.tr("And {count:,} more").format(count=len(listed) - _MOST_LINES)
            column.label(text=more, icon="BLANK1", translate=False)
        if listed:
            column.operator("sessions.copy_list", icon="COPYDOWN")
        row.operator("sessions.dismiss_result", text="", icon="X", emboss=False)
    elif offer and not keeping.is_waiting():
        row = layout.box().row()
        column = row.column()
        wrapped(column, context, words.text(_offered(offer.sessions, offer.clips)), icon="INFO", inset=_BOX)
        column.operator_context = "INVOKE_DEFAULT"
        column.operator("sessions.rebuild", text="Rebuild Sessions from Assets…")
        row.operator("sessions.dismiss_result", text="", icon="X", emboss=False)


def _offered(sessions: int, clips: int) -> Text:
    if sessions and not clips:
        return say(
            "The clips tell of sessions that are missing here or have changed ({sessions:,}): the sidecar was lost, or "
            "is an old one.",
            sessions=sessions,
        )
    if sessions:
        return say(
            "The clips tell of sessions ({sessions:,}) and clips ({clips:,}) that are missing here or have changed: "
            "the sidecar was lost, or is an old one.",
            sessions=sessions,
            clips=clips,
        )
    return say(
        "Clips in the assets folder that are not listed here, or were marked since: {clips:,}.", clips=max(1, clips)
    )


CLASSES = (SESSIONS_MT_keep,)
