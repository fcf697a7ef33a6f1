"""Which providers there are: the one place that names them all."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..core.capabilities import Capabilities
from ..core.errors import NotFoundError
from ..core.provider import Provider
from . import animatic


class Context(NamedTuple):
    """What the worker has for providers.

    `blender` is the command that runs a Python script in a background Blender; `scratch` is a folder for files that
    nobody needs when the worker has ended.
    """

    blender: tuple[str, ...]
    scratch: Path


def capabilities() -> tuple[Capabilities, ...]:
    """What every provider can do, the default one first."""
    return (animatic.CAPABILITIES,)


def make(provider_id: str, context: Context) -> Provider:
    """A provider at work. Raises `NotFoundError`, and `ProviderError` if it cannot work here."""
    if provider_id == animatic.CAPABILITIES.id:
        return animatic.Animatic(context.blender, context.scratch)
    raise NotFoundError("There is no provider “{provider}”.", "Choose another one.", provider=provider_id)
