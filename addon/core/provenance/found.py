"""What was found out about how a clip was made, and who said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from ..models import Asset, Request
from ..wording import Text, say

NEGATIVE = "negative"
"""The option of a request that holds what is not to be seen."""

_UNITS: tuple[tuple[str, ...], ...] = (("width", "height"),)  # taken from one source or not at all
_SINGLE = ("prompt", "negative", "model", "tool", "seed", "duration", "frames", "fps", "created_at")


class Kind(StrEnum):
    """In which form something was said."""

    RECORD = "record"
    GRAPH = "graph"
    PARAMETERS = "parameters"
    NAMES = "names"
    STRIP = "strip"


class Source(BaseModel):
    """Who said something: in which form, and in which file by its name; empty for a strip."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    kind: Kind
    file: str = ""

    @property
    def said(self) -> Text:
        """The source in words, in the middle of a sentence."""
        if self.kind is Kind.STRIP:
            return say("what another add-on left on the strip")
        if self.kind is Kind.RECORD:
            return say("its own record “{file}”", file=self.file)
        if self.kind is Kind.GRAPH:
            return say("ComfyUI's workflow in “{file}”", file=self.file)
        return say("what another tool wrote in “{file}”", file=self.file)


class Clip(NamedTuple):
    """What a clip is by itself: seconds, pixels, frames per second."""

    duration: float
    width: int
    height: int
    fps: float


class Found(BaseModel):
    """What is known of how a clip was made; what is not known is None or empty, never made up.

    `tool` is what made it, in that tool's own words; `model` what that tool calls the model or its file. `duration` is
    in seconds, `width` and `height` in pixels, `fps` in frames per second. `options` holds whatever else was said in
    plain values. `sources` tells for each field, and each option as `options.<name>`, who said it. `asset` is the
    clip's own record if it is one of this extension's: then everything is exact.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    prompt: str = ""
    negative: str = ""
    model: str = ""
    tool: str = ""
    seed: int | None = None
    duration: float | None = None
    frames: int | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    created_at: AwareDatetime | None = None
    options: dict[str, JsonValue] = Field(default_factory=dict)
    sources: dict[str, Source] = Field(default_factory=dict)
    asset: Asset | None = None

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.sources)

    @property
    def seconds(self) -> float | None:
        """How long a clip was asked for, None if nobody said."""
        if self.duration is None and self.frames and self.fps:
            return self.frames / self.fps
        return self.duration

    @property
    def unknown(self) -> tuple[str, ...]:
        """The fields of its `request` that nobody told, so that they hold no more than a stand-in."""
        if self.asset:
            return ()
        told = {"prompt": self.prompt, "model": self.model, "seed": self.seed is not None}
        return ("provider", *(name for name, known in told.items() if not known))

    def request(self, clip: Clip) -> Request:
        """The request that made the clip, as far as it is known.

        One that was made elsewhere has no provider: none of ours could make it again as it is. Duration, size and
        frame rate that nobody told are the clip's own; a seed that nobody told is 0 (see `unknown`).
        """
        if self.asset:
            return self.asset.request
        options = {**self.options, NEGATIVE: self.negative} if self.negative else self.options
        return Request(
            prompt=self.prompt,
            provider="",
            model=self.model,
            duration=self.seconds or clip.duration,
            width=self.width or clip.width,
            height=self.height or clip.height,
            fps=self.fps or clip.fps,
            seed=self.seed or 0,
            options=options,
            tool=self.tool,
            unknown=self.unknown,
        )


def made(source: Source, fields: Mapping[str, Any], options: Mapping[str, JsonValue]) -> Found:
    """What one source said; `fields` are those of `Found`, None and empty ones were not said."""
    said = {name: value for name, value in fields.items() if value is not None and value != ""}
    if not ("width" in said and "height" in said):
        said = {name: value for name, value in said.items() if name not in ("width", "height")}
    told = (*said, *(f"options.{name}" for name in options))
    return Found(**said, options=dict(options), sources=dict.fromkeys(told, source))


def of_asset(asset: Asset, file: str) -> Found:
    """What the record of a clip of our own, in the file of that name, says of it."""
    request = asset.request
    fields = {
        "prompt": request.prompt,
        "model": request.model,
        "tool": request.provider,
        "seed": request.seed,
        "duration": request.duration,
        "width": request.width,
        "height": request.height,
        "fps": request.fps,
        "created_at": asset.created_at,
    }
    found = made(Source(kind=Kind.RECORD, file=file), fields, request.options)
    return found.model_copy(update={"asset": asset})


def combined(said: Iterable[Found]) -> Found:
    """What several sources said, the most trusted first: what one has told, the later ones only add to.

    One with another prompt tells of another clip, so nothing of it is taken. The record of a clip of our own is exact
    and needs no other.
    """
    found = Found()
    for each in said:
        if each.asset:
            return each
        if each and _agree(found.prompt, each.prompt):
            found = _added(found, each)
    return found


def _agree(first: str, second: str) -> bool:
    return not first or not second or first.split() == second.split()


def _added(found: Found, more: Found) -> Found:
    changes: dict[str, Any] = {}
    sources = dict(found.sources)
    for names in (*((name,) for name in _SINGLE), *_UNITS):
        if not any(name in sources for name in names) and all(name in more.sources for name in names):
            changes.update({name: getattr(more, name) for name in names})
            sources.update({name: more.sources[name] for name in names})
    new = {name: value for name, value in more.options.items() if name not in found.options}
    sources.update({key: more.sources[key] for name in new if (key := f"options.{name}") in more.sources})
    return found.model_copy(update={**changes, "options": {**found.options, **new}, "sources": sources})
