"""Swap Take, and what else is done with the strips of a session."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ...core import marking, slots
from ...core.errors import InputError, NotFoundError
from ...core.models import Asset
from .. import arrivals, compat, files, lookup, runtime, timeline, words
from ..slots import marks, selection, sounds, usage
from .reporting import Result, reporting

_UNDO: Any = {"REGISTER", "UNDO"}


def _editable(cls: Any, context: bpy.types.Context) -> bool:
    """Whether strips may be changed now; the tooltip says why not."""
    files.ensure_open()
    busy = timeline.busy(context)
    if busy:
        cls.poll_message_set(busy)
    return not busy


def _chosen(context: bpy.types.Context) -> list[Any]:
    """The selected picture strips of sessions. Raises `InputError` if there are none."""
    scene = compat.sequencer_scene(context)
    strips = selection.picture_strips(scene) if scene is not None else []
    if not strips:
        raise InputError("No strip of a session is selected.", "Select a strip that shows a take.")
    return strips


class SESSIONS_OT_swap(bpy.types.Operator):
    """Let the selected strips show another take of their session; trim, effects and keys stay"""

    bl_idname = "sessions.swap"
    bl_label = "Swap Take"
    bl_options = _UNDO

    direction: EnumProperty(
        name="Take",
        items=(
            ("NEXT", "Next Take", "The take after the one that is shown"),
            ("PREVIOUS", "Previous Take", "The take before the one that is shown"),
            ("CHOSEN", "Chosen Take", "The one that is named"),
        ),
        options={"SKIP_SAVE"},
    )
    asset_id: StringProperty(name="Asset", description="Id of the clip to show", options={"HIDDEN", "SKIP_SAVE"})
    all_copies: BoolProperty(
        name="All Copies",
        description="Change every copy of the strip, in all scenes of the file",
        default=False,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def description(cls, _context: bpy.types.Context, given: Any) -> str:
        if given.asset_id:
            return words.tr("Let the selected strip show this take; trim, effects and keys stay")
        return words.tr(cls.bl_rna.properties["direction"].enum_items[given.direction].description)  # type: ignore[attr-defined]

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _editable(cls, context)

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        scene = compat.sequencer_scene(context)
        said: list[str] = []
        targets = [(scene, strip) for strip in _chosen(context)]
        if self.all_copies:
            wanted = dict.fromkeys(marks.slot_of(strip) for _, strip in targets)
            targets = [pair for slot in wanted for pair in marks.of_slot(slot) if pair[1].type == marks.PICTURE]
        changed = 0
        for owner, strip in targets:
            asset = self._asset_for(strip)
            if asset is not None and asset.id != marks.shown_by(strip):
                said += [words.text(each) for each in arrivals.fill(owner, strip, asset)]
                changed += 1
        if not changed:
            raise InputError("There is no other take to show.", "Generate more takes of the shot.")
        usage.changed()
        for sentence in dict.fromkeys(said):
            self.report({"WARNING"}, sentence)
        return {"FINISHED"}

    def _asset_for(self, strip: Any) -> Asset | None:
        if self.direction == "CHOSEN" or self.asset_id:
            return marking.available(runtime.current().project, self.asset_id)
        step = 1 if self.direction == "NEXT" else -1
        return slots.neighbour(lookup.choices(marks.session_of(strip)), marks.shown_by(strip), step)


class SESSIONS_OT_remove_placeholder(bpy.types.Operator):
    """Remove the placeholder; a clip that still comes is kept in the list of takes"""

    bl_idname = "sessions.remove_placeholder"
    bl_label = "Remove Placeholder"
    bl_options = _UNDO

    slot: StringProperty(
        name="Slot",
        translation_context=words.CONTEXT,
        description="Id of the slot; left empty, those of the selected strips",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _editable(cls, context)

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        wanted = {self.slot} if self.slot else {marks.slot_of(strip) for strip in _chosen(context)}
        removed = 0
        for slot in wanted:
            for scene, strip in list(marks.of_slot(slot)):
                if marks.is_placeholder(strip):
                    compat.strips(sounds.level_of(scene, strip)).remove(strip)
                    removed += 1
        if not removed:
            raise InputError("The selected strips show clips.", "Select a strip that waits for its clip.")
        usage.changed()
        return {"FINISHED"}


class SESSIONS_OT_show_use(bpy.types.Operator):
    """Go to the strip that shows this take, and select it"""

    bl_idname = "sessions.show_use"
    bl_label = "Show in Edit"
    bl_options = _UNDO | {"INTERNAL"}

    asset_id: StringProperty(name="Asset", options={"HIDDEN", "SKIP_SAVE"})
    number: IntProperty(
        name="Number",
        translation_context=words.CONTEXT,
        description="Which of its uses, from 0",
        min=0,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _editable(cls, context)

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        usage.changed()
        usage.look()
        uses = usage.of_asset(self.asset_id)
        use = uses[self.number] if self.number < len(uses) else None
        there = usage.strip_of(use) if use else None
        if use is None or there is None:
            raise NotFoundError("That take is not used in the edit (any more).")
        scene, strip = there
        compat.edit_in_sequencers(context, scene)
        scene.frame_set(use.start)
        timeline.select_only(scene, strip)
        return {"FINISHED"}


CLASSES = (SESSIONS_OT_swap, SESSIONS_OT_remove_placeholder, SESSIONS_OT_show_use)
