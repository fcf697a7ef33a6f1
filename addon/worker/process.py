"""Composition of the worker process: its log, its signals, the providers it can run."""

from __future__ import annotations

import faulthandler
import logging
import os
import socket
import sys
import tempfile
from functools import partial
from pathlib import Path

from ..providers import catalog, secrecy
from . import service
from .depiction import Depiction
from .keeping import Keeping
from .preparation import Preparation
from .registry import Registry
from .settings import Settings
from .trying import Trial


def run(end: socket.socket, blender: list[str]) -> None:
    """Work until Blender says so, or is gone. Ends the process."""
    prepare()
    with tempfile.TemporaryDirectory(prefix="generative-sessions-", ignore_cleanup_errors=True) as scratch:
        settings = Settings()
        context = catalog.Context(
            tuple(blender), Path(scratch), settings.access, lambda: settings.folder or Path(scratch)
        )
        service.serve(
            end,
            settings,
            Registry(
                settings.capabilities,
                lambda name: catalog.make(name, context, settings.known(name)),
                settings.known,
            ),
            depiction=partial(Depiction, context.blender, context.scratch),
            preparation=partial(Preparation, context.blender, context.scratch),
            keeping=partial(Keeping, context.blender, context.scratch),
            trial=partial(Trial, context.blender, context.scratch),
        )
    leave()


def prepare() -> None:
    """Log to standard error, which is the log file, and let no key into it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(secrecy.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    faulthandler.enable()


def leave() -> None:
    """End the process at once: threads that still wait for a service must not hold it, nor outlive the interpreter."""
    logging.shutdown()
    os._exit(0)
