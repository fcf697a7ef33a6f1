"""The edit of a scene as plain data (`core.edit`): what its sequencer shows, read from the strips and not changed.

How fast a strip plays its source, Blender tells nowhere. It follows from how long the source is and how many frames of
the timeline all of it takes, which both can be known, for retimed strips too.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from ..core import edit
from ..core.edit import Channel, Edit, Kind, Marker, Rate, Source, Strip
from . import clips, compat
from .slots import marks

_KINDS = {
    "MOVIE": Kind.MOVIE,
    "MOVIECLIP": Kind.MOVIE,
    "SOUND": Kind.SOUND,
    "IMAGE": Kind.IMAGE,
    "META": Kind.META,
    "SCENE": Kind.SCENE,
    "COLOR": Kind.COLOR,
    "TEXT": Kind.TEXT,
    "MASK": Kind.OTHER,
}
_EVEN_KEYS = 2  # of retiming: at the beginning and at the end


class _Played(NamedTuple):
    """Which part of its source a strip plays, in seconds: see `core.edit.Strip`."""

    start: float = 0.0
    end: float | None = None
    backwards: bool = False
    uneven: bool = False


class _Around(NamedTuple):
    """What a strip is in: the scene, its frame rate, the scenes that show it, and what is known of files."""

    scene: bpy.types.Scene
    rate: Rate
    scenes: tuple[str, ...]
    movies: dict[str, clips.Source | None]
    sounds: dict[str, float | None]


def gather(scene: bpy.types.Scene) -> Edit:
    """The edit of a scene as it is now; one without a sequencer has no strips.

    Movie files of strips that do not say how long they are, such as those of other footage, are opened for that.
    """
    around = _Around(scene, _rate(scene), (scene.name,), {}, {})
    editor: Any = scene.sequence_editor
    return Edit(
        scene=scene.name,
        rate=around.rate,
        start=scene.frame_start,
        end=scene.frame_end + 1,
        strips=_strips(editor, around) if editor is not None else (),
        channels=_channels(editor) if editor is not None else (),
        markers=tuple(
            Marker(marker.name, marker.frame) for marker in sorted(scene.timeline_markers, key=lambda each: each.frame)
        ),
    )


def _strips(level: Any, around: _Around) -> tuple[Strip, ...]:
    """The strips of a sequence editor or of a meta strip."""
    return tuple(_strip(strip, around) for strip in compat.strips(level))


def _channels(level: Any) -> tuple[Channel, ...]:
    """The channels that have a name of their own or are muted. The one called 0 holds nothing."""
    found = []
    for number, channel in enumerate(level.channels):
        name = "" if channel.name == f"Channel {number}" else channel.name
        if number and (name or channel.mute):
            found.append(Channel(number, name, channel.mute))
    return tuple(found)


def _strip(strip: Any, around: _Around) -> Strip:
    kind = _KINDS.get(strip.type, Kind.EFFECT)
    source = None if marks.is_placeholder(strip) else _source(strip, kind, around)
    played = _played(strip, kind, source, around)
    strips, channels = _inside(strip, kind, around)
    return Strip(
        name=strip.name,
        kind=kind,
        channel=strip.channel,
        start=compat.left_handle(strip),
        end=compat.right_handle(strip),
        type=strip.type,
        source=source,
        source_in=played.start,
        source_out=played.end,
        backwards=played.backwards,
        uneven=played.uneven,
        muted=strip.mute,
        session_id=marks.session_of(strip),
        take_id=marks.take_of(strip),
        asset_id=marks.shown_by(strip),
        slot=marks.slot_of(strip),
        color=tuple(strip.color) if kind is Kind.COLOR else None,
        text=strip.text if kind is Kind.TEXT else "",
        scene=strip.scene.name if kind is Kind.SCENE and strip.scene else "",
        inputs=_inputs(strip) if kind is Kind.EFFECT else (),
        strips=strips,
        channels=channels,
    )


def _inputs(strip: Any) -> tuple[str, ...]:
    found = [getattr(strip, f"input_{number}", None) for number in range(1, strip.input_count + 1)]
    return tuple(each.name for each in found if each is not None)


# -- Which file, and how long it is -----------------------------------------------------------------------------------


def _source(strip: Any, kind: Kind, around: _Around) -> Source | None:
    library = around.scene.library
    if strip.type == "MOVIECLIP":
        return _of_clip(strip.clip) if strip.clip else None
    if kind is Kind.MOVIE:
        path = _absolute(strip.filepath, library)
        known = _movie(strip, path, around.movies)
        if known is None or known.fps <= 0:
            return Source(path)
        return Source(path, edit.rate(known.fps), known.frames / known.fps)
    if kind is Kind.SOUND and strip.sound is not None:
        path = _absolute(strip.sound.filepath, strip.sound.library)
        if path not in around.sounds:
            around.sounds[path] = _sound_seconds(path)
        return Source(path, None, around.sounds[path])
    if kind is Kind.IMAGE and strip.elements:
        names = tuple(element.filename for element in strip.elements)
        path = str(Path(_absolute(strip.directory, library), names[0]))
        seconds = around.rate.seconds(len(names)) if len(names) > 1 else None
        return Source(path, around.rate if seconds else None, seconds, names)
    return None


def _movie(strip: Any, path: str, known: dict[str, clips.Source | None]) -> clips.Source | None:
    """What a movie strip's file is like: as the strip notes, else as the file itself says; None if neither does."""
    noted = marks.noted_source(strip)
    if noted is not None:
        return noted
    if path not in known:
        known[path] = _opened(path)
    return known[path]


def _opened(path: str) -> clips.Source | None:
    """What a movie file is like, None if Blender cannot read it."""
    if not Path(path).is_file():
        return None
    clip = None
    try:
        clip = bpy.data.movieclips.load(path)
        return clips.source_of(clip) if clip.frame_duration > 0 else None
    except RuntimeError:
        return None
    finally:
        if clip is not None:
            bpy.data.movieclips.remove(clip)


def _of_clip(clip: Any) -> Source:
    known = clips.source_of(clip)
    path = _absolute(clip.filepath, clip.library)
    if known.fps <= 0 or known.frames < 1:
        return Source(path)
    return Source(path, edit.rate(known.fps), known.frames / known.fps)


def _sound_seconds(path: str) -> float | None:
    """How long a sound file is, None where this Blender knows no sound or cannot read it."""
    if not compat.HAS_SOUND or not Path(path).is_file():
        return None
    import aud  # which is there only with sound

    try:
        sound: Any = aud.Sound(path)  # type: ignore[call-arg]  # the stubs know no constructor
        return float(sound.length / sound.specs[0]) if sound.length > 0 else None
    except aud.error:
        return None


def _absolute(path: str, library: Any) -> str:
    return os.path.normpath(bpy.path.abspath(path, library=library)) if path else ""


# -- Which part of it plays -------------------------------------------------------------------------------------------


def _played(strip: Any, kind: Kind, source: Source | None, around: _Around) -> _Played:
    if source is None or (kind is Kind.IMAGE and source.seconds is None):
        return _Played()  # a picture that stands still
    cut_left, _cut_right, trim_left, trim_right = compat.cut_off(strip)
    begin, end = compat.extent(strip)
    span = around.rate.seconds(end - begin)
    # Trimmed frames are frames of the source, which for sound are the scene's; the handles' are the timeline's.
    frame = 1 / (source.rate or around.rate).fps
    content = source.seconds - (trim_left + trim_right) * frame if source.seconds else span
    keys = getattr(strip, "retiming_keys", None)  # which sound has from 4.4
    plain_sound = kind is Kind.SOUND and keys is not None and not len(keys)  # 5.x has wrong lengths for some of those
    speed = 1.0 if plain_sound else _speed(content, span, around.rate)
    start, stop = edit.source_span(around.rate, cut_left, compat.right_handle(strip) - compat.left_handle(strip), speed)
    backwards = bool(getattr(strip, "use_reverse_frames", False))
    if backwards:
        start, stop = content - stop, content - start
    first = trim_left * frame - float(getattr(strip, "sound_offset", 0.0))
    return _Played(first + start, first + stop, backwards, keys is not None and len(keys) > _EVEN_KEYS)


def _speed(content: float, span: float, rate: Rate) -> float:
    """How fast `content` seconds play in `span` seconds of the timeline: of the speeds that come to so many whole
    frames, the roundest. Blender 4 makes a retimed strip a frame longer; sound has a little silence at its end.
    """
    if content <= 0 or span <= 0:
        return 1.0
    speed = content / span
    for digits in range(4):
        near = round(speed, digits)
        if near > 0 and abs(content / near - span) < rate.seconds(1.5):
            return near
    return speed


# -- What plays inside ------------------------------------------------------------------------------------------------


def _inside(strip: Any, kind: Kind, around: _Around) -> tuple[tuple[Strip, ...], tuple[Channel, ...]]:
    if kind is Kind.META:
        return _strips(strip, around), _channels(strip)
    if kind is not Kind.SCENE or strip.scene is None or strip.scene_input != "SEQUENCER":
        return (), ()
    scene = strip.scene
    editor = scene.sequence_editor
    if editor is None or scene.name in around.scenes:  # one that shows itself: Blender stops there, too
        return (), ()
    inner = around._replace(scene=scene, rate=_rate(scene), scenes=(*around.scenes, scene.name))
    begin, end = compat.extent(strip)
    _left, _right, trim_left, trim_right = compat.cut_off(strip)
    frames = scene.frame_end - scene.frame_start + 1 - trim_left - trim_right
    times = (end - begin) / frames if frames > 0 and end > begin else 1.0  # its frames play one by one, or retimed

    def moved(frame: int) -> int:
        return round(begin + (frame - scene.frame_start - trim_left) * times)

    return tuple(_moved(each, moved, inner.rate) for each in _strips(editor, inner)), _channels(editor)


def _moved(strip: Strip, moved: Callable[[int], int], rate: Rate) -> Strip:
    """A strip of another scene in the frames of this one. What it plays of its source stays what it was."""
    return strip._replace(
        start=moved(strip.start),
        end=moved(strip.end),
        source_out=edit.source_end(strip, rate) if strip.source else None,
        strips=tuple(_moved(each, moved, rate) for each in strip.strips),
    )


def _rate(scene: bpy.types.Scene) -> Rate:
    return edit.rate(scene.render.fps, scene.render.fps_base)
