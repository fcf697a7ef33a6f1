"""The log inside Blender: one rotating file of the extension's own; Blender's console shows warnings as ever."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler

from . import places

_BYTES = 512 * 1024
_handler: RotatingFileHandler | None = None


def attach() -> None:
    """Begin to write everything from INFO on into the log file, which is made with its first line."""
    global _handler
    _handler = RotatingFileHandler(places.log_file(), maxBytes=_BYTES, backupCount=2, encoding="utf-8", delay=True)
    _handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger(places.PACKAGE)
    logger.setLevel(logging.INFO)
    logger.addHandler(_handler)


def detach() -> None:
    """Close the log file."""
    global _handler
    if _handler:
        logging.getLogger(places.PACKAGE).removeHandler(_handler)
        _handler.close()
    _handler = None
