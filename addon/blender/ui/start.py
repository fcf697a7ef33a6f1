"""What the clip starts from: the places for files that the chosen mode has, and where they can be taken from."""

from __future__ import annotations

import os
from typing import Any

import bpy

from ...core.capabilities import Media, Slot
from ...core.models import Input, Role
from ...core.wording import N_
from .. import inputs, runtime, thumbnails, words


def draw(layout: Any, slots: tuple[Slot, ...]) -> None:
    """A box for each place: what is there, what is on its way, and a menu to take something."""
    for slot in slots:
        _draw_slot(layout.column(align=True), slot, is_only=len(slots) == 1)


def _draw_slot(column: Any, slot: Slot, is_only: bool) -> None:
    label = words.tr(_LABELS[slot.role])
    there = [(number, each) for number, each in enumerate(runtime.current().draft.inputs) if each.role is slot.role]
    coming = [each for each in inputs.preparing() if each.role is slot.role]
    for number, each in there:
        row = column.row(align=True)
        text = _name(each) if is_only else words.tr("{role}: {name}").format(role=label, name=_name(each))
        row.label(text=text, translate=False, icon=_ICONS[slot.media])
        row.operator("sessions.remove_input", text="", icon="X", emboss=False).index = number
        picture = thumbnails.still(each.path) if slot.media is Media.IMAGE else 0
        if picture:
            column.template_icon(picture, scale=_PICTURE)
    for waiting in coming:
        row = column.row(align=True)
        row.label(text=words.tr("Preparing {name}").format(name=waiting.name), translate=False, icon="TIME")
        row.operator("sessions.stop_preparing", text="", icon="X", emboss=False).order_id = waiting.order.order_id
        if waiting.frames:
            text = words.tr("{done:,} of {frames:,} frames").format(done=waiting.done, frames=waiting.frames)
            column.progress(factor=waiting.done / waiting.frames, text=text, translate=False)
    if len(there) + len(coming) < slot.most:
        text = label if slot.least else words.tr("{role} (Optional)").format(role=label)
        column.menu(f"SESSIONS_MT_take_{slot.role.value}", text=text, translate=False, icon="ADD")


def _name(each: Input) -> str:
    return each.origin or os.path.basename(each.path)  # noqa: PTH119 (may be a path of another system)


class _Take:
    """Where an input can be taken from."""

    bl_label = "Start From"
    role: Role
    media = Media.IMAGE

    def draw(self, _context: bpy.types.Context) -> None:
        layout: Any = getattr(self, "layout")  # noqa: B009 (Blender gives a menu its layout)
        layout.operator_context = "INVOKE_DEFAULT"
        slot = inputs.slot(self.role)
        media = slot.media if slot else self.media
        if media is Media.IMAGE:
            layout.operator("sessions.input_from_playhead", icon="SEQ_PREVIEW").role = self.role.value
            layout.separator()
            for frame, label in (
                ("first", N_("First Frame of Strip")),
                ("current", N_("Current Frame of Strip")),
                ("last", N_("Last Frame of Strip")),
            ):
                button = layout.operator("sessions.input_from_strip", text=words.tr(label), translate=False)
                button.role, button.frame = self.role.value, frame
        if media is Media.VIDEO:
            layout.operator("sessions.input_from_range", icon="SEQUENCE").role = self.role.value
        layout.separator()
        button = layout.operator("sessions.input_from_file", text="File…", icon="FILE_FOLDER")
        button.role, button.media = self.role.value, media.value


class SESSIONS_MT_take_first_frame(_Take, bpy.types.Menu):
    """Take the picture that the clip begins with from the timeline or a file"""

    role = Role.FIRST_FRAME


class SESSIONS_MT_take_last_frame(_Take, bpy.types.Menu):
    """Take the picture that the clip ends with from the timeline or a file"""

    role = Role.LAST_FRAME


class SESSIONS_MT_take_reference(_Take, bpy.types.Menu):
    """Take a picture or clip that shows what something looks like from the timeline or a file"""

    role = Role.REFERENCE


class SESSIONS_MT_take_video(_Take, bpy.types.Menu):
    """Take the clip that is changed or continued from the timeline or a file"""

    role = Role.VIDEO
    media = Media.VIDEO


class SESSIONS_MT_take_audio(_Take, bpy.types.Menu):
    """Take the sound that the clip is made for from a file"""

    role = Role.AUDIO
    media = Media.AUDIO


_PICTURE = 5.0  # times as high as a line

_LABELS = {
    Role.FIRST_FRAME: N_("First Frame"),
    Role.LAST_FRAME: N_("Last Frame"),
    Role.REFERENCE: N_("Reference"),
    Role.VIDEO: N_("Video"),
    Role.AUDIO: N_("Sound"),
}
_ICONS = {Media.IMAGE: "IMAGE_DATA", Media.VIDEO: "FILE_MOVIE", Media.AUDIO: "FILE_SOUND"}

CLASSES = (
    SESSIONS_MT_take_first_frame,
    SESSIONS_MT_take_last_frame,
    SESSIONS_MT_take_reference,
    SESSIONS_MT_take_video,
    SESSIONS_MT_take_audio,
)
