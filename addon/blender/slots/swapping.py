"""Another clip in the place of the one that a strip shows, with everything that an editor did to the strip.

The strip stays the same strip: only its source changes. What hangs on the source is put right again:

- the handles, because Blender 4.2 moves them;
- the speed: Blender decides when a strip is added how fast its source is played, so that one second takes one second,
  and keeps to it. A clip of another frame rate gets the strip's own speed (Blender: retiming) for that, unless somebody
  has changed the speed already: then those keys stay, which hold parts of the clip, not seconds;
- the scale, so that a clip of another size fills the same part of the frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bpy

from ...core.models import Asset
from ...core.wording import Text, say
from .. import clips, compat, timeline
from ..clips import Source
from . import marks, sounds

_SPEED_KEY = "sessions_speed"
_ANEW_KEY = "sessions_anew"
_FRAME = 0.5  # a drift of less than that over a whole clip nobody sees


def swap(scene: bpy.types.Scene, strip: Any, asset: Asset, path: Path) -> list[Text]:
    """Let a picture strip of `scene`, and the sound strip that goes with it, show `asset`, whose clip is at `path`.

    Start, end, channel and neighbours stay as they are. Returns, as sentences, what the clip cannot fill. The asset's
    data-block must be there (`arrivals.keep`). The caller pushes the undo step. Raises `StorageError` if the clip is
    not there; nothing is changed then.
    """
    if not path.is_file():
        raise timeline.missing(path)
    clip = clips.find(asset.id)
    if clip is None or clip.frame_duration < 1:
        raise timeline.unreadable(path)
    source = clips.source_of(clip)
    partner = sounds.partner(scene, strip)
    if strip.get(_ANEW_KEY) == asset.take_id:
        del strip[_ANEW_KEY]
        _begin_with_first_picture(strip, partner)
    said = show(scene, strip, path, source)
    marks.put_shown(strip, asset, source)
    sounds.follow(scene, strip, partner, asset, path)
    return said


def begin_anew(strip: Any, take_id: str) -> None:
    """Let a strip begin with the first picture of a take when that comes, whatever it hides of the clip before it."""
    strip[_ANEW_KEY] = take_id


def begins_late(strip: Any) -> bool:
    """Whether a strip hides more of its clip's begin than what its neighbour shows."""
    return compat.left_handle(strip) - compat.extent(strip)[0] != marks.repeated(strip)[0]


def _begin_with_first_picture(strip: Any, sound: Any | None) -> None:
    begin = compat.left_handle(strip) - marks.repeated(strip)[0]
    for each in filter(None, (strip, sound)):
        compat.move_content(each, begin)


def show(scene: bpy.types.Scene, strip: Any, path: Path, source: Source) -> list[Text]:
    """Let a picture strip show another file. Returns what it cannot fill, as sentences."""
    before, rate = marks.source_of(strip), marks.playback_rate(strip)
    left, right = compat.left_handle(strip), compat.right_handle(strip)
    edited = is_retimed_by_hand(strip)
    if len(strip.retiming_keys) and not edited:
        strip.retiming_keys.reset()
    strip.filepath = clips.blend_path(path)
    _fill_same_part(scene, strip, before, source)
    said = []
    if not edited:
        speed = source.fps / rate
        if abs(speed - 1) * source.frames < _FRAME:
            strip.pop(_SPEED_KEY, None)
        elif not _play_at(scene, strip, speed):
            said.append(
                say("It plays at {percent:.0f}% of its speed, because its meta strip is closed.", percent=100 / speed)
            )
    elif abs(source.frames / source.fps - before.frames / before.fps) * rate > _FRAME:
        said.append(say("Your speed changes now hold other parts of it, because it has another length."))
    compat.set_handles(strip, left, right)
    return said + _not_filled(scene, strip)


def _not_filled(scene: bpy.types.Scene, strip: Any) -> list[Text]:
    """Which part of the strip's place its clip does not reach: Blender holds the last frame there."""
    missing = compat.right_handle(strip) - compat.extent(strip)[1]
    if missing < 1:
        return []
    fps = scene.render.fps / scene.render.fps_base
    return [
        say(
            "It is {seconds:.1f} s too short for its place: the last {frames} frames hold its last picture.",
            seconds=missing / fps,
            frames=missing,
        )
    ]


def is_retimed_by_hand(strip: Any) -> bool:
    """Whether an editor changed the speed: there are keys, and they are not the ones that were set here."""
    keys = [key.timeline_frame for key in strip.retiming_keys]
    if not keys:
        return False
    noted = strip.get(_SPEED_KEY)
    span = keys[-1] - keys[0]
    return noted is None or len(keys) != len(_ENDS) or abs(span - noted) > 1


_ENDS = ("first", "last")


def _play_at(scene: bpy.types.Scene, strip: Any, speed: float) -> bool:
    """Have the whole content of a strip played `speed` times as fast. False if Blender's operator cannot reach it."""
    compat.set_handles(strip, *compat.extent(strip))
    with timeline.sequencer(scene), _only_selected(scene, strip):
        bpy.ops.sequencer.retiming_segment_speed_set(speed=100 * speed)
    keys = [key.timeline_frame for key in strip.retiming_keys]
    if len(keys) != len(_ENDS):
        return False
    strip[_SPEED_KEY] = float(keys[-1] - keys[0])
    return True


class _only_selected:
    """While inside, one strip is selected, and no retiming key: those are what the operator would change instead."""

    def __init__(self, scene: bpy.types.Scene, strip: Any) -> None:
        self.editor, self.strip = scene.sequence_editor, strip

    def __enter__(self) -> None:
        strips = compat.strips_all(self.editor)
        self.selected = [(each, each.select, each.select_left_handle, each.select_right_handle) for each in strips]
        self.active = self.editor.active_strip
        bpy.ops.sequencer.select_all(action="DESELECT")
        self.strip.select, self.editor.active_strip = True, self.strip

    def __exit__(self, *_error: object) -> None:
        for each, whole, left, right in self.selected:
            each.select, each.select_left_handle, each.select_right_handle = whole, left, right
        self.editor.active_strip = self.active


def _fill_same_part(scene: bpy.types.Scene, strip: Any, before: Source, after: Source) -> None:
    """Scale a strip, its crop and its keys of both, so that a clip of another size fills the same part of the frame.

    What was fitted into the frame stays so, what was twice as large as that is so again, and the way back is exact.
    """
    if not all((before.width, before.height, after.width, after.height)):
        return
    factor = _fit(scene, after) / _fit(scene, before)
    across, up = after.width / before.width, after.height / before.height
    if abs(factor - 1) > 1e-6:
        for name in ("scale_x", "scale_y"):
            _multiply(strip, strip.transform, "transform", name, factor)
    for names, ratio in ((("min_x", "max_x"), across), (("min_y", "max_y"), up)):
        if abs(ratio - 1) > 1e-6:
            for name in names:
                _multiply(strip, strip.crop, "crop", name, ratio)


def _fit(scene: bpy.types.Scene, source: Source) -> float:
    """The scale at which a clip just fits into the frame."""
    return min(scene.render.resolution_x / source.width, scene.render.resolution_y / source.height)


def _multiply(strip: Any, group: Any, group_name: str, name: str, factor: float) -> None:
    value = getattr(group, name) * factor
    setattr(group, name, round(value) if isinstance(getattr(group, name), int) else value)
    for curve in _curves(strip, f"{group_name}.{name}"):
        for key in curve.keyframe_points:
            for point in (key.co, key.handle_left, key.handle_right):
                point[1] *= factor
        curve.update()


def _curves(strip: Any, path: str) -> Iterable[Any]:
    wanted = f"{strip.path_from_id()}.{path}"
    return [curve for curve in compat.curves_of(strip.id_data) if curve.data_path == wanted]
