"""Pictures and clips of a sequencer, as its preview shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from .. import compat
from . import framing
from .answers import Answer, Impossible, has_sound, loaded, look
from .writing import movie, still

_SOURCES = (".mp4", ".mov", ".webm")


def shoot(order: dict[str, Any]) -> Answer:
    """Render what an order wants of a .blend. Raises `Impossible`."""
    scene = opened(order)
    first, last = order["first"], order["last"]
    strip = _only(scene, order["strip"]) if order["strip"] else None
    _check_files(scene, first, last)
    own = _own_size(strip) if strip else None
    if own and framing.shows_its_file(strip, *own):
        framing.set_size(scene, *own)
        strip.transform.scale_x = strip.transform.scale_y = 1.0
        framing.plain_colours(scene)
    if order["media"] == "video":
        source = _source(scene, first, last)
        if source:
            return look({"file": source, "media": "video"})
    framing.render_sequencer(scene)
    if order["media"] == "image":
        return still(scene, first, order["out"])
    framing.even_size(scene)
    return movie(scene, first, last, order["out"], sound=True)


def opened(order: dict[str, Any]) -> Any:
    """The scene of the .blend that an order wants something of, with the meta strip open that the order says."""
    bpy.ops.wm.open_mainfile(filepath=order["file"], load_ui=False, use_scripts=False)
    scene = bpy.data.scenes[order["scene"]]
    if order["meta"]:  # which one is open is not in the file (5.2)
        scene.sequence_editor.display_stack(compat.strips_all(scene.sequence_editor)[order["meta"]])
    return scene


def _only(scene: Any, name: str) -> Any:
    """The strip of that name, with all muted that is beside it or beside the meta strips around it."""
    way = _way(scene.sequence_editor, name)
    if not way:
        raise Impossible("The strip “{strip}” is not in the scene “{scene}”.", strip=name, scene=scene.name)
    level = scene.sequence_editor
    for strip in way:
        level.channels[strip.channel].mute = False
        for other in compat.strips(level):
            other.mute = other.name != strip.name
        level = strip
    return way[-1]


def _way(level: Any, name: str) -> list[Any]:
    """The strip called `name`, after the meta strips that it is in; empty if it is not there."""
    for strip in compat.strips(level):
        if strip.name == name:
            return [strip]
        if strip.type == "META":
            inside = _way(strip, name)
            if inside:
                return [strip, *inside]
    return []


def _own_size(strip: Any) -> tuple[int, int] | None:
    """Width and height of the picture in a strip's file, None for a strip without one."""
    file = _file_of(strip) if strip.type != "SOUND" else ""
    found = loaded(bpy.data.movieclips if strip.type == "MOVIE" else bpy.data.images, file) if file else None
    return (found.size[0], found.size[1]) if found is not None and min(found.size) > 0 else None


def _source(scene: Any, first: int, last: int) -> str:
    """The file of a clip, if a range shows just that: from its beginning to its end, at its speed, unchanged."""
    shown = list(_shown(compat.open_level(scene.sequence_editor), first, last))
    pictures = [strip for strip in shown if strip.type != "SOUND"]
    sounds = [strip for strip in shown if strip.type == "SOUND"]
    movie = pictures[0] if len(pictures) == 1 and pictures[0].type == "MOVIE" else None
    own = _own_size(movie) if movie else None
    if movie is None or own is None or len(sounds) > 1 or not framing.has_plain_colours(scene):
        return ""
    file = _file_of(movie)
    if Path(file).suffix.lower() not in _SOURCES or bool(sounds) is not has_sound(file):
        return ""
    if not framing.shows_its_file(movie, *own) or not framing.fills_the_frame(movie, *own):
        return ""
    rate = scene.render.fps / scene.render.fps_base
    plays = (compat.right_handle(movie) - compat.left_handle(movie)) / rate
    if abs(plays - look({"file": file, "media": "video"})["seconds"]) > 1 / rate:  # at another speed than its own
        return ""
    plain = all(abs(sound.volume - 1.0) + abs(sound.pan) < 1e-4 and _file_of(sound) == file for sound in sounds)
    return file if plain and all(_is_uncut(strip, first, last) for strip in shown) else ""


def _is_uncut(strip: Any, first: int, last: int) -> bool:
    """Whether a strip plays all of its content at its own speed, just in a range; sound to within a frame."""
    left, right = compat.left_handle(strip), compat.right_handle(strip)
    slack = 1 if strip.type == "SOUND" else 0
    return (
        not len(strip.retiming_keys)
        and max(map(abs, compat.cut_off(strip))) <= slack
        and left == first
        and abs(right - 1 - last) <= slack
        and abs(right - left - compat.content_length(strip)) <= slack
    )


def _check_files(scene: Any, first: int, last: int) -> None:
    """Raise `Impossible` if a file is missing that is to be seen or heard: Blender would put a colour in its place."""
    for strip in _shown(compat.open_level(scene.sequence_editor), first, last):
        file = _file_of(strip)
        if file and not Path(file).exists():
            raise Impossible("The file of the strip “{strip}” is not there: {file}.", strip=strip.name, file=file)


def _shown(level: Any, first: int, last: int) -> Iterator[Any]:
    for strip in compat.strips(level):
        if strip.mute or level.channels[strip.channel].mute:
            continue
        if compat.left_handle(strip) > last or compat.right_handle(strip) <= first:
            continue
        yield strip
        if strip.type == "META":
            yield from _shown(strip, first, last)


def _file_of(strip: Any) -> str:
    if strip.type == "MOVIE":
        return bpy.path.abspath(strip.filepath)
    if strip.type == "IMAGE" and len(strip.elements) == 1:  # of a sequence, single frames may be left out
        return bpy.path.abspath(str(Path(strip.directory, strip.elements[0].filename)))
    if strip.type == "SOUND" and strip.sound and strip.sound.packed_file is None:
        return bpy.path.abspath(strip.sound.filepath)
    return ""
