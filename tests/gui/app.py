"""A Blender with a window, running the built extension: started, asked, and ended."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

from PIL import Image

from .display import Display
from .reading import Box, Line, Reader

EXTENSION = "bl_ext.user_default.generative_sessions"
_START_SECONDS = 90
_ANSWER_SECONDS = 120
_OURS = re.compile(r"Traceback|(?:generative_sessions|sessions\.\w+).*(?:warning|error)", re.IGNORECASE)
# Blender's own words that contain the extension's name and are no complaint of ours.
_HARMLESS = re.compile(r"^(?:STATUS|PROGRESS|Info|Read prefs|Saved|Read blend)|Reading|installed|Enabled")

_PREPARE = f"""
preferences = bpy.context.preferences
preferences.view.show_tooltips = False
if {EXTENSION!r} not in preferences.addons:
    bpy.ops.preferences.addon_enable(module={EXTENSION!r})
"""

# New Blenders render the whole cut ahead, again after each change: more work than all the rest of most journeys.
_NOT_AHEAD = """
for scene in bpy.data.scenes:
    if scene.sequence_editor:
        scene.sequence_editor.use_prefetch = False
"""


class App:
    """One running Blender. `clicks` counts the clicks of the gestures since the start.

    `ahead`: whether it renders frames ahead where that is its way.
    """

    def __init__(self, blender: Path, display: Display, folder: Path, profile: Path, *, ahead: bool = True) -> None:
        self.blender, self.display, self.folder, self.profile = blender, display, folder, profile
        self.ahead = ahead
        self.clicks = 0
        self.expected: list[str] = []
        self._reader = Reader()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._mouse = display.width // 2, display.height // 2

    # -- starting and ending ------------------------------------------------------------------------------------------

    def start(
        self, blend: Path | None = None, *, template: str = "Video_Editing", size: tuple[int, int] = (0, 0)
    ) -> None:
        """Start Blender with a window of `size` pixels (the whole screen), opening `blend` if one is given."""
        width, height = size if size[0] else (self.display.width, self.display.height)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(_START_SECONDS)
            port = server.getsockname()[1]
            script = self.folder / "inside.py"
            shutil.copyfile(Path(__file__).with_name("inside.py"), script)
            command = [
                str(self.blender),
                "--enable-event-simulate",
                "--window-geometry",
                "0",
                "0",
                str(width),
                str(height),
            ]
            command += [str(blend)] if blend else ["--app-template", template] if template else []
            command += ["-P", str(script), "--", str(port)]
            with self.console.open("ab") as console:
                self._process = subprocess.Popen(
                    command, env=self.environment(), stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT
                )
            try:
                self._connection, _ = server.accept()
            except TimeoutError:
                raise AssertionError(
                    f"Blender did not start: {self.console.read_text(errors='replace')[-2000:]}"
                ) from None
        self._connection.settimeout(_ANSWER_SECONDS)
        self._answers = self._connection.makefile("rb")
        self.run(_PREPARE if self.ahead else _PREPARE + _NOT_AHEAD)
        self.still()

    def environment(self) -> dict[str, str]:
        """The environment of a Blender in this test: a profile of its own, none of the developer's settings."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "BLENDER_", "SESSIONS_"))}
        return (
            clean
            | self.display.environment()
            | {
                "BLENDER_USER_RESOURCES": str(self.profile),
                "TMPDIR": str(self.folder),  # where Blender leaves its quit.blend and autosaves
            }
        )

    @property
    def console(self) -> Path:
        """What Blender has printed."""
        return self.folder / "console.txt"

    @property
    def pid(self) -> int:
        """Blender's process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def ui_scale(self) -> float:
        """How many pixels a point of the interface has."""
        scale: float = self.run("result = bpy.context.preferences.system.ui_scale")
        return scale

    @property
    def is_running(self) -> bool:
        """Whether Blender has not ended."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End Blender without a warning, as a crash would."""
        if self.is_running:
            assert self._process is not None
            self._process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
            self._process.wait(30)
        self._disconnect()

    def wait_for_exit(self, seconds: float = 30) -> int:
        """Wait until Blender has ended by itself; its exit code."""
        assert self._process is not None
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"Blender has not ended after {seconds:g} s") from None
        self._disconnect()
        return code

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._answers.close()
            self._connection.close()
            self._connection = None

    # -- asking -------------------------------------------------------------------------------------------------------

    def run(self, code: str) -> Any:
        """Run Python in Blender and return what it calls `result`: to set up, or to look behind the scenes."""
        return self._ask({"run": code})

    def module(self, name: str, expression: str) -> Any:
        """What an expression says of a module of the extension, in which it is called `m`."""
        return self.run(
            f"import importlib\nm = importlib.import_module({EXTENSION!r} + '.' + {name!r})\nresult = {expression}"
        )

    def event(
        self, kind: str, value: str, x: int | None = None, y: int | None = None, **options: Any
    ) -> dict[str, Any]:
        """An event for `events`; `x` and `y` are pixels of the screen."""
        if x is not None and y is not None:
            self._mouse = x, y
        number, left, bottom = self._window_at(*self._mouse)
        position = {"x": self._mouse[0] - left, "y": bottom - 1 - self._mouse[1]}
        return {"type": kind, "value": value, "window": number} | position | {k: v for k, v in options.items() if v}

    def events(self, events: list[dict[str, Any]]) -> None:
        """Let Blender meet these events one after the other; returns when it has, or has ended of them."""
        self._ask({"events": events})

    def _ask(self, request: dict[str, Any]) -> Any:
        assert self._connection is not None, "Blender is not running"
        try:
            self._connection.sendall(json.dumps(request).encode() + b"\n")
            line = self._answers.readline()
        except (OSError, TimeoutError) as error:
            raise AssertionError(f"Blender does not answer: {error!r}") from error
        if not line and "events" in request:
            return None  # they closed it
        assert line, f"Blender ended: {self.console.read_text(errors='replace')[-2000:]}"
        answer = json.loads(line)
        assert not answer["error"], answer["error"]
        return answer["result"]

    def _windows(self) -> list[tuple[int, int, int, int, int]]:
        """Each window's pointer, left, top, width and height in pixels of the screen."""
        found = self.run(
            "result = [(w.as_pointer(), w.x, w.y, w.width, w.height) for w in bpy.context.window_manager.windows]"
        )
        return [(p, x, self.display.height - y - h, w, h) for p, x, y, w, h in found]

    def _window_at(self, x: int, y: int) -> tuple[int, int, int]:
        """The topmost window at a pixel: its number, left and bottom edge."""
        windows = list(enumerate(self._windows()))
        for number, (_, left, top, width, height) in reversed(windows):
            if left <= x < left + width and top <= y < top + height:
                return number, left, top + height
        raise AssertionError(f"there is no window of Blender at {x}, {y}: {windows}")

    def on_screen(self, window: int, x: int, y: int, width: int, height: int) -> Box:
        """A rectangle of a window (by its pointer; y from the bottom) as a box on the screen."""
        _, left, top, _, high = next(each for each in self._windows() if each[0] == window)
        return Box(left + x, top + high - y - height, left + x + width, top + high - y)

    # -- looking ------------------------------------------------------------------------------------------------------

    def still(self, seconds: float = 2.0) -> Image.Image:
        """The screen once it stands still."""
        return self.display.still(seconds)

    def read(self, within: Box | None = None) -> list[Line]:
        """All text on the screen, or at least in a part of it, once it stands still."""
        return self._reader.read(self.still(1.0), within)

    def screenshot(self, path: Path) -> None:
        """Keep a picture of the screen."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.still().save(path)

    def complaints(self) -> list[str]:
        """What Blender's console and the extension's logs hold that nobody expected: tracebacks, warnings, errors."""
        lines = self.console.read_text(errors="replace").splitlines() if self.console.exists() else []
        found = [line for line in lines if _OURS.search(line) and not _HARMLESS.search(line)]
        for log in self.profile.rglob("logs/*.log"):
            found += [
                line
                for line in log.read_text(errors="replace").splitlines()
                if re.match(r"\d{4}-\d\d-\d\d .* (WARNING|ERROR|CRITICAL) ", line)
            ]
        return [line for line in found if not any(word in line for word in self.expected)]
