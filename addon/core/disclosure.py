"""What of an edit was generated: where it plays, what made it, and what that is called in the vocabulary of the IPTC.

For broadcasters, festivals and the EU AI Act (article 50). A report tells what is rendered, so not what is muted or
outside the scene's frames. It tells what this project knows: nothing about clips that came from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from .edit import Edit, Kind, Place, Rate, places, source_end
from .models import Asset, Mode
from .timecode import timecode

_NEWSCODES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_WITHOUT_TRAINING = frozenset({"animatic"})


class SourceType(StrEnum):
    """Terms of the IPTC's Digital Source Type NewsCodes, as they are since 2024-09-17.

    https://cv.iptc.org/newscodes/digitalsourcetype/ — their URIs begin with http: that is their name, not a place.
    """

    TRAINED = _NEWSCODES + "trainedAlgorithmicMedia"
    """“Created algorithmically using an Artificial Intelligence model trained on captured content.”"""

    EDITED = _NEWSCODES + "compositeWithTrainedAlgorithmicMedia"
    """“Augmentation, correction or enhancement using a Generative AI model.”"""

    MIXED = _NEWSCODES + "compositeSynthetic"
    """“Mix or composite of several elements, at least one of which is Generative AI.”"""

    ALGORITHM = _NEWSCODES + "algorithmicMedia"
    """“Created purely by an algorithm not based on any sampled training data.”"""

    COMPOSITE = _NEWSCODES + "composite"
    """“Mix or composite of several elements, any of which may or may not be generative AI.”"""

    @property
    def term(self) -> str:
        """The last part of the URI."""
        return self.value.removeprefix(_NEWSCODES)

    @property
    def is_generative_ai(self) -> bool:
        """Whether a trained model had a part in it for certain."""
        return self in (SourceType.TRAINED, SourceType.EDITED, SourceType.MIXED)


class Entry(NamedTuple):
    """One place in the film where a generated take plays.

    `start` and `end` are frames from the film's first one on, `source_in` and `source_out` seconds in the clip; both
    also as timecode, the source's at the clip's own rate if that is known, else at the edit's. Like in an edit decision
    list, the out point is the first frame after. `picture` and `sound` tell which of the clip plays there. `asset` is
    None where the strip names a take of which nothing is known any more, `source_type` where nobody can tell.
    """

    number: int
    start: int
    end: int
    record_in: str
    record_out: str
    seconds: float
    source_in: float
    source_out: float
    source_in_timecode: str
    source_out_timecode: str
    strip: str
    channel: int
    picture: bool
    sound: bool
    file: str
    session_id: str
    take_id: str
    asset: Asset | None
    source_type: SourceType | None


class Report(NamedTuple):
    """The generated takes of an edit by time. Seconds count what plays, each second once however many clips overlap.

    `seconds_of` tells them by source type, None for takes of which nothing is known. `share` is 0 to 1, of the film.
    `hidden` is how many strips of takes are left out because they are muted or outside the rendered frames.
    """

    scene: str
    rate: Rate
    made_at: datetime
    film_seconds: float
    generated_seconds: float
    share: float
    seconds_of: dict[SourceType | None, float]
    source_type: SourceType | None
    hidden: int
    entries: tuple[Entry, ...]


def source_type(asset: Asset) -> SourceType | None:
    """What an asset is. None where nothing tells that it was generated, as of adopted footage.

    A service makes the clip with a trained model: from words and still pictures it makes all of it, a video that is
    altered or continued stays part of what comes out. Animatic has learnt from nothing: it draws, or moves over the
    picture that it was given, whose own origin is not known here.
    """
    request = asset.request
    if not (request.maker or request.model or request.prompt):
        return None
    if request.provider in _WITHOUT_TRAINING:
        return SourceType.COMPOSITE if request.inputs else SourceType.ALGORITHM
    return SourceType.EDITED if request.mode in (Mode.VIDEO, Mode.EXTEND) else SourceType.TRAINED


def report(edit: Edit, assets: Iterable[Asset], made_at: datetime) -> Report:
    """The report on an edit. `assets` are those of its project; a strip's take is found among them by its ids."""
    known = {asset.id: asset for asset in assets}
    known |= {asset.take_id: asset for asset in known.values()}
    takes = [place for place in places(edit) if place.strip.take_id or place.strip.asset_id]
    shown = sorted(
        (place for place in takes if place.shown), key=lambda place: (place.start, place.end, place.strip.channel)
    )
    entries = tuple(
        _entry(number, pair, edit, known.get(pair[0].strip.asset_id) or known.get(pair[0].strip.take_id))
        for number, pair in enumerate(_paired(shown, edit.rate), 1)
    )
    film = edit.rate.seconds(max(0, edit.end - edit.start))
    seconds = _seconds(entries, edit.rate)
    types = {entry.source_type for entry in entries}
    return Report(
        scene=edit.scene,
        rate=edit.rate,
        made_at=made_at,
        film_seconds=film,
        generated_seconds=seconds,
        share=seconds / film if film else 0.0,
        seconds_of={
            each: _seconds((entry for entry in entries if entry.source_type is each), edit.rate)
            for each in (*SourceType, None)
            if each in types
        },
        source_type=SourceType.MIXED if any(each and each.is_generative_ai for each in types) else None,
        hidden=len(takes) - len(shown),
        entries=entries,
    )


def _paired(shown: Iterable[Place], rate: Rate) -> list[list[Place]]:
    """Each picture with the sound of the same clip that plays along with it; a sound without its picture alone."""
    pairs: list[list[Place]] = []
    single: dict[tuple[object, ...], list[Place]] = {}
    for place in shown:
        strip = place.strip
        same = (strip.asset_id, strip.take_id, place.start, place.end, round(_source_in(place, rate) * rate.fps))
        is_sound = strip.kind is Kind.SOUND
        partner = single.pop((not is_sound, *same), None)
        if partner is None:
            pairs.append([place])
            single[is_sound, *same] = pairs[-1]
        else:
            partner.insert(0 if partner[0].strip.kind is Kind.SOUND else 1, place)
    return pairs


def _entry(number: int, pair: list[Place], edit: Edit, asset: Asset | None) -> Entry:
    place = pair[0]
    strip = place.strip
    start, end = place.start - edit.start, place.end - edit.start
    source_in, source_out = _source_in(place, edit.rate), _source_out(place, edit.rate)
    clock = strip.source.rate if strip.source and strip.source.rate else edit.rate
    return Entry(
        number=number,
        start=start,
        end=end,
        record_in=timecode(edit.timecode + start, edit.rate),
        record_out=timecode(edit.timecode + end, edit.rate),
        seconds=edit.rate.seconds(end - start),
        source_in=source_in,
        source_out=source_out,
        source_in_timecode=timecode(round(source_in * clock.fps), clock),
        source_out_timecode=timecode(round(source_out * clock.fps), clock),
        strip=strip.name,
        channel=strip.channel,
        picture=strip.kind is not Kind.SOUND,
        sound=pair[-1].strip.kind is Kind.SOUND,
        file=_file_name(asset.path if asset else strip.source.path if strip.source else ""),
        session_id=strip.session_id or (asset.session_id if asset else ""),
        take_id=strip.take_id or (asset.take_id if asset else ""),
        asset=asset,
        source_type=source_type(asset) if asset else None,
    )


def _source_in(place: Place, rate: Rate) -> float:
    return _source_at(place, place.start, rate)


def _source_out(place: Place, rate: Rate) -> float:
    return _source_at(place, place.end, rate)


def _source_at(place: Place, frame: int, rate: Rate) -> float:
    """The second of the clip that plays at `frame`, of one that plays evenly; of the span that it shows in any case."""
    strip = place.strip
    first, last = strip.source_in, source_end(strip, rate)
    if strip.backwards:
        first, last = last, first
    return first + (last - first) * (frame - strip.start) / max(1, strip.end - strip.start)


def _file_name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]


def _seconds(entries: Iterable[Entry], rate: Rate) -> float:
    """How long at least one of them plays."""
    total = reached = 0
    for entry in sorted(entries, key=lambda entry: entry.start):
        total += max(0, entry.end - max(reached, entry.start))
        reached = max(reached, entry.end)
    return rate.seconds(total)
