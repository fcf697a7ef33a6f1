"""How long the worker waits, and how often it tries again."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ..core.errors import Kind

PASSING = frozenset({Kind.NETWORK, Kind.LIMIT})
"""Errors that are likely to pass by themselves."""


@dataclass(frozen=True)
class Pace:
    """Seconds and counts. `first` and `longest`: the pause after one failure and after many. `polls`, `submissions` and
    `downloads`: how many failures in a row end the trying.
    """

    first: float = 1.0
    longest: float = 60.0
    polls: int = 20
    submissions: int = 6
    downloads: int = 5

    def pause(self, failures: int) -> float:
        """How long to wait after `failures` (from 1) in a row: doubling, and never quite the same for two takes."""
        return min(self.longest, self.first * 2.0 ** (failures - 1)) * random.uniform(0.75, 1.25)
