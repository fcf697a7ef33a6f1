"""What the next request starts from: taken from the playhead, a strip, a range of strips or a file."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ...core.capabilities import Media
from ...core.models import Role
from ...core.wording import N_
from .. import compat, inputs, pump, runtime, words
from .reporting import Result, reporting
from .sessions import writable

_ROLES = {
    Role.FIRST_FRAME: (N_("First Frame"), N_("The picture that the clip begins with")),
    Role.LAST_FRAME: (N_("Last Frame"), N_("The picture that the clip ends with")),
    Role.REFERENCE: (N_("Reference"), N_("A picture or clip that shows what something looks like")),
    Role.VIDEO: (N_("Video"), N_("The clip that is changed or continued")),
    Role.AUDIO: (N_("Sound"), N_("The sound that the clip is made for")),
}


def wait() -> None:
    """Work on until nothing is on its way to the draft in the panel: for scripts. Raises `SessionsError`."""
    if inputs.preparing():
        pump.run_until(lambda: not inputs.preparing())


def _has_timeline(cls: type[bpy.types.Operator], context: bpy.types.Context) -> bool:
    """Whether there is a strip to take something from; the tooltip says why not."""
    if not writable(cls):
        return False
    scene = compat.sequencer_scene(context)
    if scene is None or scene.sequence_editor is None or not len(compat.strips(scene.sequence_editor)):
        cls.poll_message_set("There is nothing on the timeline yet. Add a strip first")
        return False
    return True


def _role(*roles: Role) -> Any:
    """The property that says what is taken is for; the first one unless it is told."""
    return EnumProperty(
        name="Use As",
        translation_context=words.CONTEXT,
        items=tuple((role.value, *_ROLES[role]) for role in roles),
        options={"SKIP_SAVE"},
    )


class _Take:
    """Takes something from the timeline: a button begins that, a script waits until it is there."""

    role: Any

    @classmethod
    def poll(cls: type[bpy.types.Operator], context: bpy.types.Context) -> bool:
        return _has_timeline(cls, context)

    def take(self, context: bpy.types.Context, role: Role) -> None:
        """Begin. Raises `SessionsError`."""
        raise NotImplementedError

    @reporting
    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        self.take(context, Role(self.role))
        return {"FINISHED"}

    @reporting
    def execute(self, context: bpy.types.Context) -> Result:
        self.take(context, Role(self.role))
        wait()
        return {"FINISHED"}


class SESSIONS_OT_input_from_playhead(_Take, bpy.types.Operator):
    """Start from the frame under the playhead, as the preview shows it"""

    bl_idname = "sessions.input_from_playhead"
    bl_label = "Use Frame at Playhead"
    bl_options = set()

    role: _role(*Role)

    def take(self, context: bpy.types.Context, role: Role) -> None:
        inputs.take_playhead(context, role)


class SESSIONS_OT_input_from_strip(_Take, bpy.types.Operator):
    """Start from a frame of the selected strip, without what lies above or below it"""

    bl_idname = "sessions.input_from_strip"
    bl_label = "Use Frame of Strip"
    bl_options = set()

    role: _role(*Role)
    frame: EnumProperty(
        name="Frame",
        translation_context=words.CONTEXT,
        items=(
            ("first", "First", "The first frame that the strip shows"),
            ("current", "Current", "The frame under the playhead"),
            ("last", "Last", "The last frame that the strip shows"),
        ),
        default="last",
        options={"SKIP_SAVE"},
    )

    def take(self, context: bpy.types.Context, role: Role) -> None:
        inputs.take_strip(context, role, inputs.Moment(self.frame))


class SESSIONS_OT_input_from_range(_Take, bpy.types.Operator):
    """Start from a clip of all that is seen and heard from the first to the last frame of the selected strips"""

    bl_idname = "sessions.input_from_range"
    bl_label = "Use Range of Strips"
    bl_options = set()

    role: _role(Role.VIDEO, Role.REFERENCE)

    def take(self, context: bpy.types.Context, role: Role) -> None:
        inputs.take_range(context, role)


class SESSIONS_OT_input_from_file(bpy.types.Operator):
    """Start from a picture, video or sound file, of which the project keeps a copy"""

    bl_idname = "sessions.input_from_file"
    bl_label = "Use File"
    bl_options = set()

    role: _role(*Role)
    media: EnumProperty(
        name="Kind",
        translation_context=words.CONTEXT,
        items=(
            ("image", "Picture", "The file is a picture"),
            ("video", "Video", "The file is a video"),
            ("audio", "Sound", "The file is a sound"),
        ),
        options={"SKIP_SAVE"},
    )
    filepath: StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})
    filter_image: BoolProperty(options={"HIDDEN", "SKIP_SAVE"})
    filter_movie: BoolProperty(options={"HIDDEN", "SKIP_SAVE"})
    filter_sound: BoolProperty(options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        return writable(cls)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        self.filter_image = self.media == Media.IMAGE
        self.filter_movie = self.media == Media.VIDEO
        self.filter_sound = self.media == Media.AUDIO
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        inputs.take_file(self.filepath, Role(self.role), Media(self.media))
        if bpy.app.background:  # the file selector calls this too, and there nobody should have to wait
            wait()
        return {"FINISHED"}


class SESSIONS_OT_remove_input(bpy.types.Operator):
    """Take this input out of the next request; its file stays in the project's folder"""

    bl_idname = "sessions.remove_input"
    bl_label = "Remove Input"
    bl_options = set()

    index: IntProperty(name="Input", description="Which one, counted from 0", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        if not writable(cls):
            return False
        if not runtime.current().draft.inputs:
            cls.poll_message_set("The next request starts from the prompt alone")
            return False
        return True

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        inputs.remove(self.index)
        return {"FINISHED"}


class SESSIONS_OT_stop_preparing(bpy.types.Operator):
    """Stop preparing this input"""

    bl_idname = "sessions.stop_preparing"
    bl_label = "Stop Preparing Input"
    bl_options = {"INTERNAL"}

    order_id: StringProperty(name="Input", options={"HIDDEN", "SKIP_SAVE"})

    @reporting
    def execute(self, _context: bpy.types.Context) -> Result:
        inputs.abandon(self.order_id)
        return {"FINISHED"}


CLASSES = (
    SESSIONS_OT_input_from_playhead,
    SESSIONS_OT_input_from_strip,
    SESSIONS_OT_input_from_range,
    SESSIONS_OT_input_from_file,
    SESSIONS_OT_remove_input,
    SESSIONS_OT_stop_preparing,
)
