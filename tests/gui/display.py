"""A screen for the Blender under test: one of its own (Xvfb) on Linux, the person's where there is no Xvfb."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy
from PIL import Image, ImageGrab

_UNDECORATED = """<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
<focus><focusNew>yes</focusNew></focus>
<applications><application type="normal"><decor>no</decor></application></applications>
</openbox_config>
"""


class Display(NamedTuple):
    """Where windows appear: its X11 name (None: the system's own screen) and its size in pixels."""

    name: str | None
    width: int
    height: int

    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to appear here."""
        return {"DISPLAY": self.name, "LIBGL_ALWAYS_SOFTWARE": "1"} if self.name else {}

    def grab(self) -> Image.Image:
        """What is on the screen now."""
        picture: Image.Image = ImageGrab.grab(xdisplay=self.name).convert("RGB")
        return picture

    def still(self, seconds: float = 2.0, pause: float = 0.12) -> Image.Image:
        """What is on the screen once nothing moves on it, or after `seconds` if something always does."""
        deadline = time.monotonic() + seconds
        before = self.grab()
        while True:
            time.sleep(pause)
            now = self.grab()
            if time.monotonic() > deadline or numpy.array_equal(numpy.asarray(before), numpy.asarray(now)):
                return now
            before = now


def program(name: str, blender: Path) -> str | None:
    """A program that goes with `blender`: the one beside it, else the one on PATH."""
    beside = blender.with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


@contextlib.contextmanager
def screen(blender: Path, folder: Path, width: int = 1600, height: int = 900) -> Iterator[Display]:
    """A screen of `width` × `height` pixels with a window manager that leaves windows undecorated."""
    server, manager = program("Xvfb", blender), program("openbox", blender)
    if server is None or manager is None:
        if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
            raise RuntimeError("there is no screen, and no Xvfb and openbox to make one: install both")
        grabbed = ImageGrab.grab()
        yield Display(os.environ.get("DISPLAY"), grabbed.width, grabbed.height)
        return
    settings = folder / "openbox.xml"
    settings.write_text(_UNDECORATED)
    reading, writing = os.pipe()
    # The server picks a free number itself, and says which.
    with subprocess.Popen(
        [server, "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as x_server:
        os.close(writing)
        try:
            with os.fdopen(reading) as answer:
                name = f":{answer.readline().strip()}"
            environment = os.environ | {"DISPLAY": name}
            with subprocess.Popen(
                [manager, "--config-file", str(settings)],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ) as window_manager:
                try:
                    yield Display(name, width, height)
                finally:
                    window_manager.kill()
        finally:
            x_server.kill()
