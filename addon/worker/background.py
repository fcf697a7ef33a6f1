"""Runs one of the extension's scripts in a background Blender, and hears what it answered."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import InputError, Kind, Problem, StorageError

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.1
_END_SECONDS = 10.0
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows only


def asked(
    blender: Sequence[str], script: Path, wish: dict[str, Any], folder: Path, stopped: Callable[[], bool]
) -> dict[str, Any] | None:
    """What `script` answers to `wish`, in the empty `folder`; None if it was `stopped`.

    `blender` is the command that runs a Python script in a background Blender. The script is given the paths of the
    wish and of the answer, both JSON, and ends when its standard input does (see `blender/media/run.py`). Raises
    `StorageError` if no Blender can be started or it ends without an answer, `InputError` with what it answered.
    """
    order, answer, output = folder / "order.json", folder / "answer.json", folder / "output.txt"
    order.write_text(json.dumps(wish), "utf-8")
    code = _run([*blender, str(script), "--", str(order), str(answer)], folder, output, stopped)
    if code is None or stopped():  # what nobody wants may have failed because its files are gone
        return None
    if not answer.exists():
        log.warning("no answer to %s: %s", wish, _tail(output))
        raise StorageError(
            "The Blender in the background ended before it was done (exit code {code}).",
            "Try again; if it happens again, look into the worker's log.",
            code=code,
        )
    said: dict[str, Any] = json.loads(answer.read_text("utf-8"))
    if "error" in said:
        log.warning("%s: %s", wish, _tail(output))
        raise InputError.of(Problem(kind=Kind.INPUT, message=said["error"], values=said["values"]))
    return said


def _run(command: list[str], folder: Path, output: Path, stopped: Callable[[], bool]) -> int | None:
    environment = {
        **os.environ,
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)),
        "BLENDER_USER_RESOURCES": str(folder / "profile"),
    }
    with output.open("wb") as written:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,  # closed when this worker ends, however it does: then the process ends too
                stdout=written,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment,
                creationflags=_NO_WINDOW,
            )
        except OSError as error:
            raise StorageError(
                "{program} could not be started: {error}.",
                "Restart Blender, then try again.",
                program=command[0],
                error=error.strerror or str(error),
            ) from error
    with process:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(_LOOK_SECONDS)
            if stopped():
                process.kill()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_END_SECONDS)
                return None


def _tail(output: Path) -> str:
    with contextlib.suppress(OSError):
        return output.read_bytes()[-2000:].decode("utf-8", "replace")
    return ""
