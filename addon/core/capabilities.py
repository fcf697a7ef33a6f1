"""What a provider can do, as data. The interface and `checking` ask this, never a provider's name.

All of it can be written as JSON and read again (`codec`): shipped as data files, kept when a service's own catalogue
was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import TypeGuard

from pydantic import JsonValue, TypeAdapter

from .errors import Problem
from .models import Mode, Role

_SAME = 1e-6  # numbers that are no further apart are the same: single precision, sums of steps


@dataclass(frozen=True)
class Span:
    """Numbers from `minimum` to `maximum`, both included, in steps of `step` (0: any number between)."""

    minimum: float
    maximum: float
    step: float = 0.0

    def admits(self, value: float) -> bool:
        """Whether `value` is within the span and on one of its steps."""
        near = self.minimum - _SAME <= value <= self.maximum + _SAME
        return near and abs(self.nearest(value) - value) < _SAME

    def nearest(self, value: float) -> float:
        """The admitted number nearest to `value`."""
        bounded = min(max(value, self.minimum), self.maximum)
        if not self.step:
            return bounded
        last = int((self.maximum - self.minimum) / self.step + 1e-9)
        steps = min(round((bounded - self.minimum) / self.step), last)
        return self.minimum + steps * self.step


@dataclass(frozen=True)
class Choices:
    """Certain numbers and no other, ascending, at least one."""

    values: tuple[float, ...]

    @property
    def minimum(self) -> float:
        """The smallest."""
        return self.values[0]

    @property
    def maximum(self) -> float:
        """The largest."""
        return self.values[-1]

    def admits(self, value: float) -> bool:
        """Whether `value` is one of them."""
        return any(abs(value - each) < _SAME for each in self.values)

    def nearest(self, value: float) -> float:
        """The one nearest to `value`, the larger of two."""
        return min(self.values, key=lambda each: (abs(value - each), -each))


Numbers = Span | Choices


def is_open(numbers: Numbers | None) -> TypeGuard[Numbers]:
    """Whether there is anything to choose: not where the service decides, nor where there is only one number."""
    return numbers is not None and numbers.maximum - numbers.minimum > _SAME


class Media(StrEnum):
    """What kind of file an input is."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True)
class Slot:
    """A place for input files of one role: from `least` to `most` of them.

    What must be kept to before a file is sent: at most `pixels` (width, height), `size` in bytes, `seconds` of length;
    0 where nothing is known. Larger ones are made smaller.
    """

    role: Role
    media: Media = Media.IMAGE
    least: int = 1
    most: int = 1
    pixels: tuple[int, int] = (0, 0)
    size: int = 0
    seconds: tuple[float, float] = (0.0, 0.0)


# What a mode takes where a model says nothing else.
SLOTS: Mapping[Mode, tuple[Slot, ...]] = {
    Mode.TEXT: (),
    Mode.FIRST_FRAME: (Slot(Role.FIRST_FRAME),),
    Mode.FIRST_LAST: (Slot(Role.FIRST_FRAME), Slot(Role.LAST_FRAME)),
    Mode.REFERENCES: (Slot(Role.REFERENCE, most=4),),
    Mode.VIDEO: (Slot(Role.VIDEO, Media.VIDEO),),
    Mode.EXTEND: (Slot(Role.VIDEO, Media.VIDEO),),
}


class OptionKind(StrEnum):
    """What an option's value is."""

    SWITCH = "switch"
    WHOLE = "whole"
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True)
class Option:
    """One more setting of a model, beyond what all have. `id` is its key in `Request.options`.

    `label` and `tip` are as the service calls it, in English. `default` None: left to the service unless it is set.
    `modes` empty: it is there in every mode.
    """

    id: str
    label: str
    kind: OptionKind
    default: JsonValue = None
    tip: str = ""
    choices: tuple[str, ...] = ()
    span: Span | None = None
    required: bool = False
    modes: frozenset[Mode] = frozenset()


@dataclass(frozen=True)
class Rate:
    """A price: `amount` per second of clip or per take, where the request's options are as in `when`.

    Fields of the request itself can stand there too: "mode", "height".
    """

    amount: float
    per: str = "second"
    when: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Format:
    """What a clip can be in some modes (empty: in all) where the request's options are as in `when`.

    The other fields are those of `Model`, in whose place they are.
    """

    modes: frozenset[Mode] = frozenset()
    when: dict[str, JsonValue] = field(default_factory=dict)
    duration: Numbers | None = None
    width: Span | None = None
    height: Span | None = None
    fps: Numbers | None = None
    frames: Numbers | None = None
    sizes: tuple[tuple[int, int], ...] = ()

    def fits(self, mode: Mode, options: Mapping[str, JsonValue]) -> bool:
        """Whether it is for such a request."""
        return (not self.modes or mode in self.modes) and all(
            options.get(name) == wanted for name, wanted in self.when.items()
        )


@dataclass(frozen=True)
class Model:
    """One model of a provider. Durations are in seconds, sizes in pixels, frame rates in frames per second.

    `duration`, `width`, `height` and `fps` None: the service decides and cannot be told. `frames`: how many a clip can
    have, where the model counts these; its length is then what they last, and `duration` None. `sizes`: the only ones
    it makes; empty: any that `width` and `height` admit. `formats`: where all that is different, the first that fits
    counts. `seed` None: it takes none. `slots`: what its modes take, where that is not as in `SLOTS`. `rates`: what it
    costs, the first that fits counts; empty: unknown. `wire`: what its adapter needs to know to ask for it. `problem`:
    why it cannot be used now. `prompt` False: it takes none.
    """

    id: str
    label: str
    modes: frozenset[Mode]
    prompt_length: int
    duration: Numbers | None
    width: Span | None
    height: Span | None
    fps: Numbers | None
    seed: Span | None
    frames: Numbers | None = None
    sizes: tuple[tuple[int, int], ...] = ()
    formats: tuple[Format, ...] = ()
    slots: dict[Mode, tuple[Slot, ...]] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    rates: tuple[Rate, ...] = ()
    wire: dict[str, JsonValue] = field(default_factory=dict)
    problem: Problem | None = None
    prompt: bool = True

    def at(self, mode: Mode, options: Mapping[str, JsonValue]) -> Model:
        """The model as it is for requests in a mode and with these options: with what a clip can be there."""
        found = next((each for each in self.formats if each.fits(mode, options)), None)
        if found is None:
            return replace(self, formats=()) if self.formats else self
        return replace(
            self,
            duration=found.duration,
            width=found.width,
            height=found.height,
            fps=found.fps,
            frames=found.frames,
            sizes=found.sizes,
            formats=(),
        )

    def durations(self, fps: float) -> Numbers | None:
        """How long, in seconds, a clip can be at a frame rate; None: the service decides, or the rate is unknown."""
        if self.frames is None:
            return self.duration
        if fps <= 0:
            return None
        if isinstance(self.frames, Choices):
            return Choices(tuple(count / fps for count in self.frames.values))
        return Span(self.frames.minimum / fps, self.frames.maximum / fps, self.frames.step / fps)

    def takes(self, mode: Mode) -> tuple[Slot, ...]:
        """The inputs of a mode."""
        return self.slots.get(mode, SLOTS[mode])

    def options_in(self, mode: Mode) -> tuple[Option, ...]:
        """The options that are there in a mode."""
        return tuple(option for option in self.options if not option.modes or mode in option.modes)


class Cancelling(StrEnum):
    """What a service does when a take is cancelled."""

    STOPS = "stops"
    TRIES = "tries"
    NEVER = "never"


@dataclass(frozen=True)
class Capabilities:
    """A provider: how it is called, what it needs and which models it has, the default one first.

    `needs_network`: it reaches beyond this machine. `free`: a request may be sent again without cost, so a submission
    that nobody knows the end of is simply repeated. `at_once`: how many takes it runs side by side.

    `traceable`: after a submission that nobody knows the end of, `Provider.find` tells whether it arrived.
    `currency`: of all its rates, as ISO 4217 has it, or "credits". `read_on`: the day on which models and prices were
    read, as YYYY-MM-DD.
    """

    id: str
    label: str
    needs_network: bool
    free: bool
    at_once: int
    models: tuple[Model, ...]
    traceable: bool = False
    cancelling: Cancelling = Cancelling.STOPS
    currency: str = "USD"
    read_on: str = ""

    def model(self, model_id: str) -> Model | None:
        """The model called `model_id`, or None if this provider does not have it (any more)."""
        return next((model for model in self.models if model.id == model_id), None)


@cache
def codec() -> TypeAdapter[Capabilities]:
    """Reads and writes them as JSON. Made when first needed, so that enabling the extension does not wait for it."""
    return TypeAdapter(Capabilities)
