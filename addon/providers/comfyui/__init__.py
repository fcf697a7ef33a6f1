"""ComfyUI: the user's own workflows, on this machine or in its network. No key, no cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .catalogue import capabilities as capabilities
from .library import import_workflow as import_workflow

if TYPE_CHECKING:
    from .adapter import ComfyUI as ComfyUI


def __getattr__(name: str) -> Any:
    """The adapter, when it is first asked for: what shows workflows needs no HTTP."""
    if name == "ComfyUI":
        from .adapter import ComfyUI

        return ComfyUI
    raise AttributeError(name)
