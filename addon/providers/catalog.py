"""Which providers there are: the one place that names them all.

What is always known about them stands in `PROVIDERS`. Adapters and their data files are loaded when they are asked
for, so that enabling the extension does not wait for them.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..core.capabilities import Capabilities
from ..core.errors import NotFoundError
from ..core.provider import Provider
from ..core.wording import N_, Words

if TYPE_CHECKING:
    from .http import Access


class Facts(NamedTuple):
    """What is always known about a provider.

    `base`: where it is unless the preferences say otherwise; empty if it has no address. `variable`: the environment
    variable that may hold its key, empty if it takes none. `keys`: the page where keys are had. `leaves`: what leaves
    the machine, and `costs`: what it costs, each in sentences. `credits`: it bills in credits of its own.
    """

    id: str
    label: str
    leaves: Words
    costs: Words
    base: str = ""
    needs_key: bool = False
    variable: str = ""
    keys: str = ""
    credits: bool = False


class Context(NamedTuple):
    """What the worker has for providers.

    `blender` is the command that runs a Python script in a background Blender; `scratch` is a folder for files that
    nobody needs when the worker has ended; `access` is how the provider of an id may be reached; `folder` is where the
    extension keeps what is the user's.
    """

    blender: tuple[str, ...]
    scratch: Path
    access: Callable[[str], Access]
    folder: Callable[[], Path]


PROVIDERS: Mapping[str, Facts] = {
    facts.id: facts
    for facts in (
        Facts(
            id="animatic",
            label="Animatic",
            leaves="Nothing leaves this machine.",
            costs="It costs nothing.",
        ),
        Facts(
            id="comfyui",
            label="ComfyUI",
            base="http://127.0.0.1:8188",
            leaves="Prompts, settings and input files go to the ComfyUI whose address you enter, and nowhere else.",
            costs="It costs nothing but the time of the machine that it runs on.",
        ),
        Facts(
            id="runway",
            label="Runway",
            base="https://api.dev.runwayml.com",
            needs_key=True,
            variable="RUNWAYML_API_SECRET",
            keys="https://dev.runwayml.com",
            leaves="Prompts, settings and input files go to Runway, which makes and keeps the clips.",
            costs="Runway bills each take in credits of your account there.",
            credits=True,
        ),
        Facts(
            id="videos",
            label=N_("Video Server"),
            base="http://127.0.0.1:30000",
            variable="SESSIONS_VIDEOS_KEY",
            leaves="Prompts, settings and input files go to the server whose address you enter, and nowhere else.",
            costs="What it costs is between you and whoever runs the server.",
        ),
        Facts(
            id="openrouter",
            label="OpenRouter",
            base="https://openrouter.ai/api/v1",
            needs_key=True,
            variable="OPENROUTER_API_KEY",
            keys="https://openrouter.ai/keys",
            leaves="Prompts, settings and input files go to OpenRouter and on to the company whose model it is.",
            costs="OpenRouter bills each take to your account there, in US dollars.",
        ),
        Facts(
            id="fal",
            label="fal",
            base="https://queue.fal.run",
            needs_key=True,
            variable="FAL_KEY",
            keys="https://fal.ai/dashboard/keys",
            leaves="Prompts, settings and input files go to fal; whoever has an uploaded file's address can read it.",
            costs="fal bills each take to your account there, in US dollars.",
        ),
    )
}
"""All providers, the default one first."""

_Stamp = tuple[tuple[str, int, int], ...]

_lock = threading.Lock()
_cache: dict[str, tuple[Capabilities | None, _Stamp, Capabilities]] = {}


def workflows(folder: Path) -> Path:
    """Where the user's own ComfyUI workflows lie, in the extension's `folder` for what is the user's."""
    return folder / "workflows"


def capabilities(known: Mapping[str, Capabilities] = {}, folder: Path | None = None) -> tuple[Capabilities, ...]:
    """What every provider can do, the default one first. `known` and `folder` as for `find`, by id."""
    return tuple(found for provider_id in PROVIDERS if (found := find(provider_id, known.get(provider_id), folder)))


def find(provider_id: str, known: Capabilities | None = None, folder: Path | None = None) -> Capabilities | None:
    """What one provider can do; None if there is no such provider.

    `known` is what an inquiry found out, `folder` where the extension keeps what is the user's. The same object as long
    as neither changes.
    """
    if provider_id not in PROVIDERS:
        return None
    stamp = _stamp(workflows(folder)) if provider_id == "comfyui" and folder else ()
    with _lock:
        if provider_id not in _cache or _cache[provider_id][0] is not known or _cache[provider_id][1] != stamp:
            _cache[provider_id] = known, stamp, _capabilities(provider_id, known, folder)
        return _cache[provider_id][2]


def make(provider_id: str, context: Context, known: Capabilities | None = None) -> Provider:
    """A provider at work. Raises `NotFoundError`, and `ProviderError` if it cannot work here."""
    folder = context.folder()
    found = find(provider_id, known, folder)
    if found is None:
        raise NotFoundError("There is no provider “{provider}”.", "Choose another one.", provider=provider_id)
    match provider_id:
        case "comfyui":
            from . import comfyui

            return comfyui.ComfyUI(context.access(provider_id), workflows(folder), known)
        case "runway":
            from . import runway

            return runway.Runway(context.access(provider_id), found)
        case "videos" | "openrouter":
            from . import videos

            return videos.Videos(provider_id, context.access(provider_id), found)
        case "fal":
            from . import fal

            return fal.Fal(context.access(provider_id), known)
        case _:
            from . import animatic

            return animatic.Animatic(context.blender, context.scratch)


def _stamp(folder: Path) -> _Stamp:
    """Changes with the files in a folder."""
    with contextlib.suppress(OSError):
        found = [(each.name, each.stat()) for each in folder.iterdir()]
        return tuple(sorted((name, status.st_mtime_ns, status.st_size) for name, status in found))
    return ()


def _capabilities(provider_id: str, known: Capabilities | None, folder: Path | None) -> Capabilities:
    match provider_id:
        case "comfyui":
            from . import comfyui

            return comfyui.capabilities(known, workflows(folder) if folder else None)
        case "runway":
            from . import runway

            return runway.capabilities(known)
        case "videos" | "openrouter":
            from . import videos

            return videos.capabilities(provider_id, known)
        case "fal":
            from . import fal

            return fal.capabilities(known)
        case _:
            from . import animatic

            return animatic.CAPABILITIES
