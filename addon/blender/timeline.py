"""Puts clips on the timeline: on channels with room, at true speed."""

from __future__ import annotations

import logging
from collections.abc import Container, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from ..core.errors import InputError, StorageError
from ..core.requesting import SceneFormat
from . import compat, words

log = logging.getLogger(__name__)

_CHANNELS = range(1, 129)
_STRIP_OPERATORS = ("SEQUENCER_OT_", "TRANSFORM_OT_")


class Placed(NamedTuple):
    """Where a clip went: its strips' names, the picture's channel, its first frame and the first frame after it."""

    picture: str
    sound: str | None
    channel: int
    start: int
    end: int


def scene_format(scene: bpy.types.Scene) -> SceneFormat:
    """What the scene renders: pixels, and frames per second."""
    render = scene.render
    scale = render.resolution_percentage / 100
    return SceneFormat(
        max(1, round(render.resolution_x * scale)),
        max(1, round(render.resolution_y * scale)),
        render.fps / render.fps_base,
    )


def busy(context: bpy.types.Context) -> str | None:
    """Why strips must not be changed at this moment, in the interface's language, or None.

    It passes by itself: try again later.

    Saving, undo and redo are not asked for: they hold the main thread, so no timer and no operator comes between.
    """
    if compat.is_rendering(context):
        return words.tr("Blender is rendering")
    for window in context.window_manager.windows:
        if any(operator.bl_idname.startswith(_STRIP_OPERATORS) for operator in window.modal_operators):
            return words.tr("Something is being moved or edited with the mouse")
    return None


def add_clip(
    scene: bpy.types.Scene,
    path: Path,
    frame: int,
    *,
    name: str,
    select: bool = True,
    length: int | None = None,
    above: int = 0,
    skip: int = 0,
) -> Placed:
    """Add a clip's picture, and its sound if it has any, with the left handles at `frame`.

    They go on the lowest channels with room for the whole clip (sound below picture, as Blender has it), never over
    another strip, nor on locked or muted channels; inside the meta strip that is open, if one is. The clip plays at its
    true speed whatever the scene's frame rate, scaled to fit. They are
    selected and the picture active, as after Blender's own Add; without `select`, the selection stays as it was. With
    `length` they are cut, or held, to be that many frames long; they come on channels higher than `above`. The first
    `skip` frames of the clip are hidden. The playhead stays where it is. The caller pushes the undo step.

    Raises `StorageError` if the clip cannot be read and `InputError` if there is no room or the scene cannot be edited;
    the timeline is then as it was.
    """
    if not scene.is_editable:
        raise InputError(
            "The scene “{scene}” cannot be changed: it is linked from another file.",
            "Show a scene of this file in the sequencer.",
            scene=scene.name,
        )
    if not path.is_file():
        raise missing(path)
    had_editor = scene.sequence_editor is not None
    editor = scene.sequence_editor_create()
    level = compat.open_level(editor)
    before = {strip.name for strip in compat.strips(level)}
    selected = {strip.name for strip in compat.strips(level) if strip.select}
    active = editor.active_strip.name if editor.active_strip else None
    try:
        _add_strips(scene, level, path, frame - skip)
        new = [strip for strip in compat.strips(level) if strip.name not in before]
        picture = next((strip for strip in new if strip.type == "MOVIE"), None)
        sound = next((strip for strip in new if strip.type == "SOUND"), None)
        if picture is None:
            raise unreadable(path)
        for strip in new if skip or length is not None else ():
            end = compat.right_handle(strip) if length is None else frame + length
            compat.set_handles(strip, frame, max(end, frame + 1))
        _move_to_room(level, picture, sound, above)
    except Exception:
        for strip in [strip for strip in compat.strips(level) if strip.name not in before]:
            compat.strips(level).remove(strip)
        _select(editor, level, selected, active)
        if not had_editor:
            scene.sequence_editor_clear()
        raise
    for strip in new:
        strip.name = name
    if select:
        _select(editor, level, {strip.name for strip in new}, picture.name)
    else:
        _select(editor, level, selected, active)
    return Placed(
        picture=picture.name,
        sound=sound.name if sound else None,
        channel=picture.channel,
        start=compat.left_handle(picture),
        end=compat.right_handle(picture),
    )


def missing(path: Path) -> StorageError:
    """The error for a clip that is not there."""
    return StorageError(
        "The clip {path} is not there.", "Bring the file back, or generate the take again.", path=str(path)
    )


def unreadable(path: Path) -> StorageError:
    """The error for a clip that Blender cannot read."""
    return StorageError(
        "Blender cannot read the clip {path}: it is damaged or not a movie.",
        "Generate the take again.",
        path=str(path),
    )


def _add_strips(scene: bpy.types.Scene, level: Any, path: Path, frame: int) -> None:
    """Let Blender's own operator add the clip, on the topmost free channels: only it adapts the speed to the scene's.

    How many frames the clip then has, and whether it has sound, is known only after that.
    """
    taken = {strip.channel for strip in compat.strips(level) if compat.right_handle(strip) > frame}
    options: dict[str, Any] = compat.movie_add_options()
    try:
        with sequencer(scene):
            bpy.ops.sequencer.movie_strip_add(
                "EXEC_DEFAULT",
                filepath=str(path),
                relative_path=bool(bpy.data.filepath),
                frame_start=frame,
                channel=_lowest_of(reversed(_CHANNELS), 2, taken, frame),
                replace_sel=False,
                fit_method="FIT",
                sound=True,
                adjust_playback_rate=True,
                use_framerate=False,
                **options,
            )
    except RuntimeError as error:
        log.warning("Blender's Add Movie: %s", error)  # what the operator reported
        raise unreadable(path) from error


def _move_to_room(level: Any, picture: Any, sound: Any | None, above: int) -> None:
    """Move the new strips down to the lowest channels over `above` where both have room.

    Raises `InputError` if there are none.
    """
    new = {strip.name for strip in (picture, sound) if strip is not None}
    start = compat.left_handle(picture)
    end = max(compat.right_handle(strip) for strip in (picture, sound) if strip is not None)
    taken = {channel for channel in _CHANNELS if channel <= above or _is_closed(level.channels[channel])}
    for strip in compat.strips(level):
        if strip.name not in new and compat.left_handle(strip) < end and compat.right_handle(strip) > start:
            taken.add(strip.channel)
    lowest = _lowest_of(_CHANNELS, len(new), taken, start)
    if sound is not None:
        sound.channel = lowest
    picture.channel = lowest + len(new) - 1


def _lowest_of(channels: Iterable[int], height: int, taken: Container[int], frame: int) -> int:
    """The first of `channels` that has as many free ones from it upwards as `height` says."""
    for lowest in channels:
        wanted = range(lowest, lowest + height)
        if wanted[-1] in _CHANNELS and not any(channel in taken for channel in wanted):
            return lowest
    raise InputError(
        "No channel has room for the clip at frame {frame}.",
        "Unlock a channel or move the playhead to a free place.",
        frame=frame,
    )


def nearest_channel(level: Any, wanted: int, start: int, end: int) -> int | None:
    """The channel nearest to `wanted`, below it first, with room for a strip from `start` to `end`, or None.

    `wanted` itself is not asked for, nor one that is locked or muted. `level` is a sequence editor or a meta strip.
    """
    taken = {
        strip.channel
        for strip in compat.strips(level)
        if compat.left_handle(strip) < end and compat.right_handle(strip) > start
    }
    free = [each for each in _CHANNELS if each != wanted and each not in taken and not _is_closed(level.channels[each])]
    return min(free, key=lambda channel: (abs(channel - wanted), channel), default=None)


def _is_closed(channel: Any) -> bool:
    return bool(channel.lock or channel.mute)


def select_only(scene: bpy.types.Scene, strip: Any) -> None:
    """Select one strip of a scene, make it the active one, and deselect what lies beside it."""
    editor = scene.sequence_editor
    if editor is not None:
        _select(editor, strip.parent_meta() or editor, {strip.name}, strip.name)


def _select(editor: Any, level: Any, names: Container[str], active: str | None) -> None:
    for strip in compat.strips(level):
        strip.select = strip.name in names
        if not strip.select:
            strip.select_left_handle = strip.select_right_handle = False
    editor.active_strip = compat.strips_all(editor).get(active) if active else None


@contextmanager
def sequencer(scene: bpy.types.Scene) -> Iterator[None]:
    """A context in which the sequencer's operators work on `scene`, whatever the windows show.

    Those operators insist on a sequencer. Where none is open, the smallest area of a window is one for that moment.
    """
    window, area = _find_sequencer()
    compat.show_in_sequencer(window, scene)
    with ExitStack() as stack:
        stack.enter_context(bpy.context.temp_override(window=window, area=area))
        if area.type != "SEQUENCE_EDITOR":
            stack.callback(setattr, area, "ui_type", area.ui_type)
            area.type = "SEQUENCE_EDITOR"
        space: Any = area.spaces.active
        if space.view_type == "PREVIEW":
            stack.callback(setattr, space, "view_type", "PREVIEW")
            space.view_type = "SEQUENCER"
        stack.enter_context(bpy.context.temp_override(**compat.sequencer_override(scene)))
        yield


def _find_sequencer() -> tuple[bpy.types.Window, bpy.types.Area]:
    """The window and area of a sequencer that shows strips; else those of the area that is best borrowed for one."""
    main = [window for window in bpy.context.window_manager.windows if window.parent is None]
    areas = [(window, area) for window in main for area in window.screen.areas]

    def fitness(place: tuple[bpy.types.Window, bpy.types.Area]) -> tuple[bool, bool, int]:
        area = place[1]
        is_sequencer = area.type == "SEQUENCE_EDITOR"
        shows_strips = is_sequencer and area.spaces.active.view_type != "PREVIEW"
        return not shows_strips, not is_sequencer, area.width * area.height

    return min(areas, key=fitness)
