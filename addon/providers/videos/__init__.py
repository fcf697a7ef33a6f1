"""Servers that speak `/v1/videos`: one's own (SGLang-Diffusion, vLLM-Omni, LiteLLM) and OpenRouter."""

from __future__ import annotations

from ...core.capabilities import Capabilities
from . import openrouter, servers
from .adapter import Videos

__all__ = ["Videos", "capabilities"]


def capabilities(provider_id: str, known: Capabilities | None = None) -> Capabilities:
    """What “videos” (one's own server) or “openrouter” can do: what an inquiry found out, else what is shipped."""
    if known is not None:
        return known
    return openrouter.shipped() if provider_id == openrouter.ID else servers.shipped()
