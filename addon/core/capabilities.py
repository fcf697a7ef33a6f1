"""What a provider can do, as data. The interface and `checking` ask this, never a provider's name."""

from __future__ import annotations

from typing import NamedTuple

from .models import Mode


class Span(NamedTuple):
    """Numbers from `minimum` to `maximum`, both included, in steps of `step` (0: any number between)."""

    minimum: float
    maximum: float
    step: float = 0.0

    def admits(self, value: float) -> bool:
        """Whether `value` is within the span and on one of its steps."""
        return self.minimum <= value <= self.maximum and abs(self.nearest(value) - value) < 1e-6

    def nearest(self, value: float) -> float:
        """The admitted number nearest to `value`."""
        bounded = min(max(value, self.minimum), self.maximum)
        if not self.step:
            return bounded
        last = int((self.maximum - self.minimum) / self.step + 1e-9)
        steps = min(round((bounded - self.minimum) / self.step), last)
        return self.minimum + steps * self.step


class Model(NamedTuple):
    """One model of a provider. Durations are in seconds, sizes in pixels, frame rates in frames per second."""

    id: str
    label: str
    modes: frozenset[Mode]
    prompt_length: int
    duration: Span
    width: Span
    height: Span
    fps: Span
    seed: Span


class Capabilities(NamedTuple):
    """A provider: how it is called, what it needs and which models it has, the default one first.

    `needs_network`: it reaches beyond this machine. `free`: a request may be sent again without cost, so a submission
    that nobody knows the end of is simply repeated. `at_once`: how many takes it runs side by side.
    """

    id: str
    label: str
    needs_network: bool
    free: bool
    at_once: int
    models: tuple[Model, ...]

    def model(self, model_id: str) -> Model | None:
        """The model called `model_id`, or None if this provider does not have it (any more)."""
        return next((model for model in self.models if model.id == model_id), None)
