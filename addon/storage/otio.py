"""An edit as OpenTimelineIO, for other editing programs: with each slot's takes as media references of its clip.

How the format is made: written here, by hand. An .otio file is JSON in which each object names its schema and version
("Clip.2"), whose meaning stays as it is, so the few that an edit needs are a page of code. The reference library is a
compiled wheel for each Python and platform: too much to travel in the package for a page of code, and a script that
has to be installed elsewhere is nothing for editors. So nothing is shipped, every Blender can export, and the library
reads each file back in the tests, which is where it can prove something.

What is in it: a track for each channel and for pictures and sound of it, lowest channel first as in Blender; gaps,
mute, speed, markers, names; the takes' prompts and hashes under "generative_sessions" in `metadata`. Strips that the
format has no words for (effects, other scenes, masks) are clips without media whose metadata says what they are: none
is left out. Position, scale, crop, colour, key frames, modifiers and volume stay in Blender.

Times are in the edit's frames, also those of sources. A `source_range` begins where the strip does in its source and is
as long as the strip, which is how the library lays clips out; a `LinearTimeWarp` tells how fast it is played, negative
for backwards. Where a frame is held it reaches beyond `available_range`.
"""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..core.disclosure import source_type
from ..core.edit import Channel, Edit, Kind, Rate, Source, Strip, places, speed
from ..core.models import Asset
from . import locations, paths

KEY = "generative_sessions"
"""Where in `metadata` our own things are."""

VERSION = 1
"""Of what stands there."""

ENDING = ".otio"

_ONLY = "DEFAULT_MEDIA"
_MOST = 2**63
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_NUMBERED = re.compile(r"(.*?)(\d+)(\D*(?:\.\w+)?)", re.DOTALL)
_SAME_SPEED = 1e-6
_SAME_FRAME = 1e-4

Json = dict[str, Any]


class _Film(NamedTuple):
    """What all parts need to know. `takes` are the assets of each session, by number; `sources` what plays an asset.

    `references` are those made so far: clips of one session share them.
    """

    rate: Rate
    assets: Mapping[str, Asset]
    takes: Mapping[str, Sequence[Asset]]
    sources: Mapping[str, Source]
    sidecar: Path
    base: str
    references: dict[str, Json]


def text(edit: Edit, assets: Iterable[Asset], sidecar: Path, base: str = "") -> str:
    """The .otio file of an edit. `assets` are those of the project whose sidecar is given, which their paths go from.

    Files in the folder `base` or below are named relative to it, which is for an export that is moved together with
    them; without it all by absolute URLs, which is what most programs can follow. Takes in the trash are left out,
    unless they play.
    """
    rate = edit.rate
    known = {asset.id: asset for asset in assets}
    takes: dict[str, list[Asset]] = {}
    for asset in sorted(known.values(), key=lambda asset: (asset.take_number, asset.created_at)):
        if asset.trashed_at is None:
            takes.setdefault(asset.session_id, []).append(asset)
    sources = {
        place.strip.asset_id: place.strip.source
        for place in places(edit)
        if place.strip.asset_id and place.strip.source and place.strip.source.seconds
    }
    known |= {asset.take_id: asset for asset in known.values()}
    film = _Film(rate, known, takes, sources, sidecar, base, {})
    zero = min([edit.start, *(strip.start for strip in edit.strips)])
    begins = edit.timecode + zero - edit.start
    markers = [_marker(marker.name, marker.frame - zero, rate) for marker in edit.markers]
    about = {
        "version": VERSION,
        "scene": edit.scene,
        "frame_rate": str(rate),
        "first_frame": zero,
        "rendered_frames": [edit.start, edit.end],
    }
    timeline = {
        **_object("Timeline.1", edit.scene, about),
        "global_start_time": _time(begins, rate) if begins >= 0 else None,
        "tracks": {
            **_item("Stack.1", "tracks"),
            "markers": markers,
            "children": _tracks(edit.strips, edit.channels, zero, film),
        },
    }
    return json.dumps(timeline, ensure_ascii=False, allow_nan=False)


def _tracks(strips: Iterable[Strip], channels: Iterable[Channel], zero: int, film: _Film) -> list[Json]:
    """A track for each channel, pictures before sounds; one more where strips of a channel overlap."""
    told = {channel.number: channel for channel in channels}
    by_channel: dict[tuple[str, int], list[Strip]] = {}
    for strip in strips:
        by_channel.setdefault(("Audio" if strip.kind is Kind.SOUND else "Video", strip.channel), []).append(strip)
    tracks = []
    for kind, number in sorted(by_channel, key=lambda key: (key[0] == "Audio", key[1])):
        channel = told.get(number) or Channel(number)
        for lane in _lanes(by_channel[kind, number]):
            track = _item("Track.1", channel.name or f"Channel {number}", {"channel": number})
            tracks.append(
                {**track, "enabled": not channel.muted, "kind": kind, "children": _children(lane, zero, film)}
            )
    return tracks


def _lanes(strips: Iterable[Strip]) -> list[list[Strip]]:
    """The strips by time, in as many rows as it takes that none overlaps another."""
    lanes: list[list[Strip]] = []
    ends: list[tuple[int, int]] = []
    for strip in sorted(strips, key=lambda strip: (strip.start, strip.end)):
        if ends and ends[0][0] <= strip.start:
            number = heapq.heappop(ends)[1]
        else:
            number = len(lanes)
            lanes.append([])
        lanes[number].append(strip)
        heapq.heappush(ends, (max(strip.start, strip.end), number))
    return lanes


def _children(strips: Iterable[Strip], zero: int, film: _Film) -> list[Json]:
    children: list[Json] = []
    reached = zero
    for strip in strips:
        if strip.start > reached:
            gap = _item("Gap.1", "")
            children.append({**gap, "source_range": _range(0, strip.start - reached, film.rate)})
        children.append(_nested(strip, film) if strip.strips else _clip(strip, film))
        reached = max(strip.start, strip.end)
    return children


def _nested(strip: Strip, film: _Film) -> Json:
    """What plays inside a strip, as a stack of tracks of which the strip's frames are shown."""
    zero = min([strip.start, *(inner.start for inner in strip.strips)])
    return {
        **_item("Stack.1", strip.name, _about(strip)),
        "enabled": not strip.muted,
        "source_range": _range(strip.start - zero, strip.end - strip.start, film.rate),
        "children": _tracks(strip.strips, strip.channels, zero, film),
    }


def _clip(strip: Strip, film: _Film) -> Json:
    references, active = _references(strip, film)
    return {
        **_item("Clip.2", strip.name, _about(strip)),
        "enabled": not strip.muted,
        "source_range": _range(_frames(strip.source_in, film.rate), strip.end - strip.start, film.rate),
        "effects": _speed(strip, film.rate),
        "media_references": references,
        "active_media_reference_key": active,
    }


def _speed(strip: Strip, rate: Rate) -> list[Json]:
    times = speed(strip, rate)
    if strip.source is None or abs(times - 1) < _SAME_SPEED:
        return []
    about = {"uneven": True} if strip.uneven else None
    warp = _object("LinearTimeWarp.1", "Speed", about)
    return [{**warp, "effect_name": "LinearTimeWarp", "enabled": True, "time_scalar": times}]


def _references(strip: Strip, film: _Film) -> tuple[dict[str, Json], str]:
    """The media references of a strip by their keys, and the key of the one that plays."""
    own = film.assets.get(strip.asset_id) or film.assets.get(strip.take_id)
    session = strip.session_id or (own.session_id if own else "")
    takes = film.takes.get(session, ()) if session else ()
    if own is None and not takes:
        return {_ONLY: _reference(strip, film)}, _ONLY
    references: dict[str, Json] = {}
    active = _ONLY
    for asset in takes if own is None or any(each is own for each in takes) else (*takes, own):
        key = f"Take {asset.take_number:02d}"
        if key in references:
            key = f"{key} {asset.id}"
        if asset is own:
            active = key
            told = _take_reference(asset, film)
            references[key] = {**_reference(strip, film), "name": told["name"], "metadata": told["metadata"]}
        else:
            references[key] = _take_reference(asset, film)
    if own is None:
        references[_ONLY] = _reference(strip, film)
    return references, active


def _take_reference(asset: Asset, film: _Film) -> Json:
    if asset.id not in film.references:
        source = Source(str(paths.clip_path(asset.path, film.sidecar)))
        about, told = _take(asset), film.sources.get(asset.id)
        film.references[asset.id] = _external(source, asset.title, about, film, told)
    return film.references[asset.id]


def _reference(strip: Strip, film: _Film) -> Json:
    """What the strip plays itself."""
    if strip.source and strip.source.path:
        if len(strip.source.names) > 1:
            return _sequence(strip.source, film)
        return _external(strip.source, _name(strip.source.path), None, film, strip.source)
    if strip.kind is Kind.COLOR:
        return _generator(strip, "SolidColor", {"color": list(strip.color or ())}, film)
    if strip.kind is Kind.TEXT:
        return _generator(strip, "Text", {"text": strip.text}, film)
    return _media("MissingReference.1", strip.name, None, None)


def _external(source: Source, name: str, about: Json | None, film: _Film, told: Source | None) -> Json:
    reference = _media("ExternalReference.1", name, about, _available(told))
    return {**reference, "target_url": locations.url(source.path, film.base)}


def _sequence(source: Source, film: _Film) -> Json:
    """An image sequence; where its names do not count one by one, the first image and the names of all."""
    first = _NUMBERED.fullmatch(source.names[0])
    if first is None or source.names != _counted(first, len(source.names)):
        return _external(source, _name(source.path), {"files": list(source.names)}, film, source)
    rate = source.rate or film.rate
    folder = locations.url(source.path, film.base).rpartition("/")[0]
    return {
        **_media("ImageSequenceReference.1", _name(source.path), None, _range(0, len(source.names), rate)),
        "target_url_base": folder + "/" if folder else "",
        "name_prefix": locations.quoted(first[1]),
        "name_suffix": locations.quoted(first[3]),
        "start_frame": int(first[2]),
        "frame_step": 1,
        "rate": rate.fps,
        "frame_zero_padding": len(first[2]),
        "missing_frame_policy": "error",
    }


def _counted(first: re.Match[str], count: int) -> tuple[str, ...]:
    """The names of a sequence that counts from its first one on."""
    return tuple(f"{first[1]}{int(first[2]) + number:0{len(first[2])}d}{first[3]}" for number in range(count))


def _generator(strip: Strip, kind: str, parameters: Json, film: _Film) -> Json:
    reference = _media("GeneratorReference.1", strip.name, None, _range(0, strip.end - strip.start, film.rate))
    return {**reference, "generator_kind": kind, "parameters": _tidy(parameters)}


def _available(source: Source | None) -> Json | None:
    """All of a file, in its own frames where their rate is known."""
    if source is None or source.seconds is None or source.rate is None:
        return None
    return _range(0, _frames(source.seconds, source.rate), source.rate)


def _about(strip: Strip) -> Json:
    """What a strip is, as far as the format does not say."""
    said = {
        "kind": strip.kind,
        "type": strip.type,
        "channel": strip.channel,
        "slot": strip.slot,
        "session": strip.session_id,
        "take": strip.take_id,
        "asset": strip.asset_id,
        "scene": strip.scene,
        "text": strip.text,
        "inputs": list(strip.inputs),
    }
    return {name: value for name, value in said.items() if value}


def _take(asset: Asset) -> Json:
    request = asset.request
    kind = source_type(asset)
    return {
        "session": asset.session_id,
        "session_name": asset.session_name,
        "take": asset.take_id,
        "take_number": asset.take_number,
        "asset": asset.id,
        "sha256": asset.sha256,
        "created_at": asset.made_at.isoformat() if asset.made_at else None,
        "prompt": request.prompt,
        "provider": request.maker,
        "model": request.model,
        "mode": request.mode,
        "seed": request.told_seed if abs(request.seed) < _MOST else str(request.seed),
        "mark": asset.mark,
        "note": asset.note,
        "digital_source_type": kind.value if kind else None,
    }


def _marker(name: str, frame: int, rate: Rate) -> Json:
    marker = _object("Marker.2", name)
    return {**marker, "color": "GREEN", "marked_range": _range(frame, 0, rate), "comment": ""}


def _media(schema: str, name: str, about: Json | None, available: Json | None) -> Json:
    return {**_object(schema, name, about), "available_range": available, "available_image_bounds": None}


def _item(schema: str, name: str, about: Json | None = None) -> Json:
    item = _object(schema, name, about)
    return {**item, "source_range": None, "effects": [], "markers": [], "enabled": True}


def _object(schema: str, name: str, about: Json | None = None) -> Json:
    return {"OTIO_SCHEMA": schema, "metadata": _metadata(about), "name": _whole(name)}


def _metadata(about: Json | None) -> Json:
    return {KEY: _tidy(about)} if about else {}


def _range(start: float, frames: float, rate: Rate) -> Json:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": _time(start, rate), "duration": _time(frames, rate)}


def _time(frames: float, rate: Rate) -> Json:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate.fps, "value": float(frames)}


def _frames(seconds: float, rate: Rate) -> float:
    """Seconds as frames: whole ones where only rounding has made them broken."""
    frames = seconds * rate.numerator / rate.denominator
    return float(round(frames)) if abs(frames - round(frames)) < _SAME_FRAME else frames


def _tidy(values: Json) -> Json:
    return {name: _whole(value) if isinstance(value, str) else value for name, value in values.items()}


def _whole(text: str) -> str:
    """Without halves of characters, which no JSON can hold, and without NUL, where the library would end a name."""
    return _UNWRITABLE.sub("\ufffd", text)


def _name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]
