"""Composition of the worker process: its log, its signals, the providers it can run."""

from __future__ import annotations

import faulthandler
import logging
import signal
import socket
import sys
import tempfile
from functools import partial
from pathlib import Path

from . import service


def run(end: socket.socket, blender: list[str]) -> None:
    """Work until Blender says so, or is gone."""
    from ..providers import catalog

    prepare()
    with tempfile.TemporaryDirectory(prefix="generative-sessions-", ignore_cleanup_errors=True) as scratch:
        context = catalog.Context(blender=tuple(blender), scratch=Path(scratch))
        service.serve(end, catalog.capabilities(), partial(catalog.make, context=context))


def prepare() -> None:
    """Log to standard error, which is the log file, and leave Ctrl+C in Blender's console to Blender."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
    )
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
