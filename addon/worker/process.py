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

from ..providers import catalog
from . import service
from .depiction import Depiction


def run(end: socket.socket, blender: list[str]) -> None:
    """Work until Blender says so, or is gone. Ends the process."""
    prepare()
    with tempfile.TemporaryDirectory(prefix="generative-sessions-", ignore_cleanup_errors=True) as scratch:
        context = catalog.Context(blender=tuple(blender), scratch=Path(scratch))
        service.serve(
            end,
            catalog.capabilities(),
            partial(catalog.make, context=context),
            depiction=partial(Depiction, context.blender, context.scratch),
        )
    leave()


def prepare() -> None:
    """Log to standard error, which is the log file."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
    )
    faulthandler.enable()


def leave() -> None:
    """End the process at once: threads that still wait for a service must not hold it, nor outlive the interpreter."""
    logging.shutdown()
    os._exit(0)
