"""Frames of clips as textures, in blocks that are not the file's.

Blender's own reader of movies is an image's. Images that are loaded into `bpy.data.temp_data()` are in no list of the
open file: they are not saved, not in its undo steps nor its autosaves, and nobody sees them.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..clips import Source

log = logging.getLogger(__name__)


@dataclass
class _Clip:
    """A clip that is open. `frame` is the one that its texture shows, counted from 0; None for none yet."""

    image: Any
    source: Source
    frame: int | None = None


_stack: ExitStack | None = None
_data: Any = None
_clips: dict[Path, _Clip | None] = {}
_stills: dict[Path, Any | None] = {}  # the one that was read first goes first
_MOST_STILLS = 18  # twice what is seen at once


def source(path: Path) -> Source | None:
    """What a clip is like, or None if it cannot be read."""
    clip = _open(path)
    return clip.source if clip else None


def texture(path: Path, frame: int) -> Any | None:
    """The texture of a clip's frame, counted from 0; None if it cannot be read. Only while a region is drawn.

    It is read from the file only if it is not the one that was asked for last. Colours come as scene linear ones.
    """
    import gpu

    clip = _open(path)
    if clip is None:
        return None
    if clip.frame != frame:
        clip.image.gl_free()
        if clip.image.gl_load(frame=frame + 1):
            log.warning("frame %d of %s cannot be shown", frame, path)
            return None
        clip.frame = frame
    return gpu.texture.from_image(clip.image)


def still(path: Path) -> Any | None:
    """The texture of a picture file; None if it cannot be read. Only while a region is drawn."""
    import gpu

    if path not in _stills:
        while len(_stills) >= _MOST_STILLS:
            oldest = _stills.pop(next(iter(_stills)))
            if oldest is not None:
                _data.images.remove(oldest)
        try:
            _stills[path] = _blocks().images.load(str(path))
        except RuntimeError as error:
            log.warning("%s cannot be shown: %s", path, error)
            _stills[path] = None
    image = _stills[path]
    return gpu.texture.from_image(image) if image is not None else None


def close() -> None:
    """Close all clips and pictures."""
    global _stack, _data
    stack, _stack, _data = _stack, None, None
    _clips.clear()
    _stills.clear()
    if stack is not None:
        stack.close()


def _open(path: Path) -> _Clip | None:
    if path not in _clips:
        _clips[path] = _read(path)
    return _clips[path]


def _blocks() -> Any:
    """Where blocks live that are not the file's."""
    global _stack, _data
    if _stack is None:
        _stack = ExitStack()
        _data = _stack.enter_context(bpy.data.temp_data())
    return _data


def _read(path: Path) -> _Clip | None:
    data = _blocks()
    try:
        movie = data.movieclips.load(str(path))
        source = Source(movie.size[0], movie.size[1], movie.fps, movie.frame_duration)
        data.movieclips.remove(movie)
        image = data.images.load(str(path))
    except RuntimeError as error:
        log.warning("%s cannot be shown: %s", path, error)
        return None
    if source.frames < 1 or not source.width or not source.height:
        return None
    return _Clip(image, source)
