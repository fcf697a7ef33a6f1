"""A .blend whose files all lie beside it: their paths are changed in a copy, and told with what is to be copied where.

What can be put into the .blend itself is: fonts, and what is linked from other .blend files.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from .. import compat
from .answers import Answer

_DIGITS = re.compile(r"\d+(?=\D*$)")
_TILE = "<UDIM>"


def collect(order: dict[str, Any]) -> Answer:
    """Write the .blend `file` to `out`, every path in it relative: as `known` says (absolute path → path beside `out`),
    else in the folder `media` there. The data-blocks of the assets `dropped` are left out.

    Answers with the `files` to copy there, as pairs of an absolute path and the new one, and what is `missing`.
    """
    bpy.ops.wm.open_mainfile(filepath=order["file"], load_ui=True, use_scripts=False)
    places = _Places(order["known"], order["media"])
    _bring_in(places)
    _drop(set(order["dropped"]))
    for owner, attribute in _owners():
        path = getattr(owner, attribute)
        if path:
            setattr(owner, attribute, places.of(path, owner))
    for strip in _strips():
        _move_strip(strip, places)
    bpy.ops.wm.save_as_mainfile(filepath=order["out"], copy=True, relative_remap=False)
    left = [path for path in bpy.utils.blend_paths(absolute=False, local=True) if not places.is_one(path)]
    files = [Path(os.path.normpath(bpy.path.abspath(path))) for path in left]
    unknown = [str(file) for file in files if not (places.has(file) or _is_blenders(file))]
    missing = dict.fromkeys([*places.missing, *unknown])
    return {"file": order["out"], "files": places.files, "missing": list(missing)}


class _Places:
    """Where files come to lie: each once, and no two under one name."""

    def __init__(self, known: dict[str, str], media: str) -> None:
        self._known = {_key(path): place for path, place in known.items()}
        self._beside = set(known.values())
        self._media = media
        self._taken: set[str] = set()
        self.files: list[tuple[str, str]] = []
        self.missing: list[str] = []

    def is_one(self, path: str) -> bool:
        """Whether a path leads to where one of the files comes to lie."""
        place = path.replace("\\", "/").removeprefix("//")
        return path.startswith("//") and (place.startswith(f"{self._media}/") or place in self._beside)

    def has(self, file: Path) -> bool:
        """Whether a file comes along: a sound strip keeps a second path besides its sound's, which nothing reads."""
        return _key(file) in self._known

    def of(self, path: str, owner: Any) -> str:
        """The new path of what a data-block or strip shows; one that is not there stays where it should be."""
        file = absolute(path, owner)
        known = self._known.get(_key(file))
        if known:
            return f"//{known}"
        members = _members(file, owner)
        if not members:
            self.missing.append(str(file))
            return str(file)
        if members != [file]:
            return self.folder_of(file.parent, [each.name for each in members]) + file.name
        place = self._known[_key(file)] = f"{self._media}/{self._free(file.name)}"
        self.files.append((str(file), place))
        return f"//{place}"

    def folder_of(self, folder: Path, names: list[str]) -> str:
        """The new folder of some files that keep their names there, with a slash at its end."""
        key = f"{_key(folder)}/"
        place = self._known.get(key)
        if place is None:
            place = self._known[key] = f"{self._media}/{self._free(folder.name or 'sequence')}/"
        there = {new for _, new in self.files}
        for name in dict.fromkeys(names):
            file = folder / name
            if not file.is_file():
                self.missing.append(str(file))
            elif place + name not in there:
                self.files.append((str(file), place + name))
        return f"//{place}"

    def _free(self, name: str) -> str:
        number, free = 1, name
        while free.casefold() in self._taken:
            number += 1
            free = f"{Path(name).stem} {number}{Path(name).suffix}"
        self._taken.add(free.casefold())
        return free


def _drop(assets: set[str]) -> None:
    """Remove the data-blocks of clips that stay behind. (What carries an asset's id: `blender/clips.py`.)"""
    for clip in list(bpy.data.movieclips):
        if clip.library is None and clip.get("sessions_asset") in assets and clip.users == int(clip.use_fake_user):
            bpy.data.movieclips.remove(clip)


def _bring_in(places: _Places) -> None:
    """Make what is linked this file's own, and put fonts into it."""
    libraries = [each for each in bpy.data.libraries if not _is_blenders(absolute(each.filepath, each))]
    gone = [absolute(each.filepath, each) for each in (*libraries, *_unpacked_fonts())]
    places.missing += [str(file) for file in gone if not file.is_file()]
    linked = [block for block in bpy.data.user_map() if block.library in libraries and not block.is_missing]
    for block in linked:
        try:
            block.make_local()
        except (ReferenceError, RuntimeError) as error:
            print(f"stays linked: {error}", file=sys.stderr)
    if linked:
        for library in [each for each in libraries if not any(_linked_from(each))]:
            bpy.data.libraries.remove(library)
    for font in _unpacked_fonts():
        if absolute(font.filepath, font).is_file():
            font.pack()


def _unpacked_fonts() -> list[Any]:
    fonts = [font for font in bpy.data.fonts if font.packed_file is None]
    return [font for font in fonts if font.filepath not in ("", "<builtin>")]


def _linked_from(library: Any) -> Iterator[Any]:
    return (block for block in bpy.data.user_map() if block.library == library)


def _owners() -> Iterator[tuple[Any, str]]:
    """Every data-block of the file itself that shows one outside it, and what its path is called."""
    for image in bpy.data.images:
        if image.source in ("FILE", "MOVIE", "SEQUENCE", "TILED") and image.packed_file is None:
            yield from _own(image)
    for sound in bpy.data.sounds:
        if sound.packed_file is None:
            yield from _own(sound)
    for blocks in (bpy.data.movieclips, bpy.data.volumes, bpy.data.cache_files):
        for block in blocks:
            if not getattr(block, "packed_file", None):
                yield from _own(block)
    for text in bpy.data.texts:
        if text.filepath:
            yield from _own(text)


def _own(block: Any) -> Iterator[tuple[Any, str]]:
    if block.library is None:
        yield block, "filepath"


def _strips() -> Iterator[Any]:
    for scene in bpy.data.scenes:
        if scene.library is None and scene.sequence_editor is not None:
            yield from compat.strips_all(scene.sequence_editor)


def _move_strip(strip: Any, places: _Places) -> None:
    if strip.type == "MOVIE":
        left, right, channel = compat.left_handle(strip), compat.right_handle(strip), strip.channel
        strip.filepath = places.of(strip.filepath, strip)
        compat.set_handles(strip, left, right)
        strip.channel = channel
    elif strip.type == "IMAGE":
        folder = absolute(strip.directory, strip)
        strip.directory = places.folder_of(folder, [element.filename for element in strip.elements])


def _members(file: Path, owner: Any) -> list[Path]:
    """The files that a path stands for: a sequence of pictures, the tiles of one, or just itself. Empty: not there."""
    source = getattr(owner, "source", "")
    name, pattern = file.name, None
    if source == "TILED" and _TILE in name:
        before, _, after = name.partition(_TILE)
        pattern = re.compile(re.escape(before) + r"\d{4}" + re.escape(after))
    elif source == "SEQUENCE" and (digits := _DIGITS.search(file.stem)):
        ending = name[digits.end() :]
        pattern = re.compile(re.escape(name[: digits.start()]) + r"\d+" + re.escape(ending))
    if pattern is None:
        return [file] if file.is_file() else []
    try:
        return sorted(each for each in file.parent.iterdir() if pattern.fullmatch(each.name))
    except OSError:
        return []


def absolute(path: str, owner: Any) -> Path:
    """Where a path of a data-block or strip leads."""
    library = owner.id_data.library if hasattr(owner, "id_data") else None
    return Path(os.path.normpath(bpy.path.abspath(path, library=library)))


def _is_blenders(file: Path) -> bool:
    """Whether a file belongs to Blender itself, such as its own brushes, and so is on every machine."""
    utils: Any = bpy.utils
    return file.is_relative_to(Path(utils.system_resource("DATAFILES")).resolve())


def _key(path: Path | str) -> str:
    return os.path.normcase(os.path.normpath(path))
