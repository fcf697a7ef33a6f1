"""Runs inside the Blender that is tested (`blender -P inside.py -- PORT`): does what the tests' hands and eyes ask for.

Requests and answers are JSON lines over one connection to 127.0.0.1. Gestures arrive as lists of events and are given
to Blender one a step, as a person's would; `run` is for what a journey starts from and for looking behind the scenes,
never for what a person does.
"""

from __future__ import annotations

import json
import socket
import sys
import time
import traceback
from typing import Any

import bpy

bpy.context.preferences.view.show_splash = False  # it would stand in the way, and shows right after this script

_STEP = 0.015  # seconds between two events of a gesture: each meets what the one before it has changed
_REST = 0.005  # seconds that Blender's main loop sleeps each time round, as it does where events are not simulated

_connection = socket.create_connection(("127.0.0.1", int(sys.argv[sys.argv.index("--") + 1])), timeout=10)
_connection.setblocking(False)
_received = bytearray()
_events: list[dict[str, Any]] = []
_names: dict[str, Any] = {"bpy": bpy}


def _serve() -> float | None:
    if _events:
        _simulate(_events.pop(0))
        if not _events:
            _answer(None)
        return _STEP
    try:
        data = _connection.recv(65536)
    except BlockingIOError:
        return _STEP
    except OSError:
        return None
    if not data:
        return None  # the test is over
    _received.extend(data)
    if _received.endswith(b"\n"):
        request = json.loads(bytes(_received))
        _received.clear()
        _do(request)
    return _STEP


def _rest() -> float:
    """Sleep: a Blender that simulates events never does by itself, and keeps a core busy."""
    time.sleep(_REST)
    return 0.0


def _do(request: dict[str, Any]) -> None:
    if "events" in request:
        _events.extend(request["events"])
        if not _events:
            _answer(None)
        return
    _names["result"] = None
    try:
        exec(request["run"], _names)
    except Exception:
        _answer(None, traceback.format_exc())
    else:
        _answer(_names["result"])


def _simulate(event: dict[str, Any]) -> None:
    windows = bpy.context.window_manager.windows
    number = event.pop("window", -1)
    if number < len(windows):
        windows[number].event_simulate(**event)


def _answer(result: object, error: str = "") -> None:
    _connection.setblocking(True)
    _connection.sendall(json.dumps({"result": result, "error": error}).encode() + b"\n")
    _connection.setblocking(False)


bpy.app.timers.register(_serve, first_interval=0.5, persistent=True)
bpy.app.timers.register(_rest, persistent=True)
