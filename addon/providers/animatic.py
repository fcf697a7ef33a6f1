"""Animatic, the built-in provider: a background Blender draws a moving placeholder of the shot. No network, no account.

A job lives as long as this worker. It is free and the same request gives the same frames, so a job that nobody knows
any more, because its worker died, is simply drawn again.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..core.capabilities import Capabilities, Model, Span
from ..core.errors import InputError, Kind, Problem, ProviderError
from ..core.models import Mode, Request, Role, Take, new_id
from ..core.provider import Inquiry, JobState, JobStatus
from ..core.wording import say

log = logging.getLogger(__name__)

CAPABILITIES = Capabilities(
    id="animatic",
    label="Animatic",
    needs_network=False,
    free=True,
    at_once=max(2, min(8, (os.cpu_count() or 2) // 2)),
    models=(
        Model(
            id="animatic-1",
            label="Animatic",
            modes=frozenset({Mode.TEXT, Mode.FIRST_FRAME, Mode.FIRST_LAST}),
            prompt_length=200_000,
            duration=Span(minimum=0.5, maximum=60.0),
            # H.264 stores even sizes only.
            width=Span(minimum=64, maximum=4096, step=2),
            height=Span(minimum=64, maximum=4096, step=2),
            fps=Span(minimum=1, maximum=120),
            seed=Span(minimum=0, maximum=2**31 - 1, step=1),
        ),
    ),
)

_IMAGES = {Mode.FIRST_FRAME: (Role.FIRST_FRAME,), Mode.FIRST_LAST: (Role.FIRST_FRAME, Role.LAST_FRAME)}
_SCRIPT = Path(__file__).resolve().parents[1] / "blender" / "animatic" / "render.py"
_MARK = b"ANIMATIC "
_POLL_SECONDS = 0.1
_END_SECONDS = 10.0
_COPY_BYTES = 1 << 20
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows only


class Animatic:
    """Draws each take in a Blender process of its own; see `core.provider` for what the methods promise."""

    def __init__(self, blender: Sequence[str], scratch: Path) -> None:
        """`blender` is the command that runs a Python script in a background Blender, `scratch` is for clips."""
        self._blender = tuple(blender)
        self._scratch = scratch
        self._jobs: dict[str, _Job] = {}
        self._cancelled: set[str] = set()
        self._lock = threading.Lock()

    @property
    def capabilities(self) -> Capabilities:
        """What Animatic can do."""
        return CAPABILITIES

    def validate(self, request: Request) -> None:
        """Raise `InputError` if a reference image is asked for and not there."""
        for role in _IMAGES.get(request.mode, ()):
            if _image(request, role) is None:
                raise InputError("The request starts from an image but names none.", "Choose an image.")
        for entry in request.inputs:
            if not Path(entry.path).is_file():
                raise InputError(
                    "The reference image {path} does not exist.", "Choose another image, or none.", path=entry.path
                )

    def submit(self, take: Take) -> str:
        """Start drawing. Raises `ProviderError` if no Blender can be started."""
        job_id = new_id()
        self._start(job_id, take)
        return job_id

    def find(self, take: Take) -> str | None:
        """Never asked: what is free is sent again."""
        return None

    def poll(self, take: Take) -> JobStatus:
        """How far the drawing is; a job that this worker does not know is drawn again."""
        job_id = _job_id(take)
        if job_id in self._cancelled:
            return JobStatus(state=JobState.CANCELLED)
        return (self._jobs.get(job_id) or self._start(job_id, take)).status()

    def cancel(self, take: Take) -> None:
        """End the drawing process, at once."""
        job_id = _job_id(take)
        with self._lock:
            self._cancelled.add(job_id)
            job = self._jobs.pop(job_id, None)
        if job is not None:
            job.end()

    def download(self, take: Take, target: Path, report: Callable[[float], None]) -> None:
        """Copy the clip to `target`. It is forgotten then: asked for again, it would be drawn again."""
        job_id = _job_id(take)
        job = self._jobs.get(job_id) or self._start(job_id, take)
        job.wait()
        problem = job.status().problem
        if problem is not None:
            raise ProviderError.of(problem)
        _copy(job.clip, target, report)
        with self._lock:
            self._jobs.pop(job_id, None)
        job.end()

    def inquire(self) -> Inquiry:
        """Whether there is a Blender to draw with. Raises `ProviderError`."""
        if shutil.which(self._blender[0]) is None:
            raise ProviderError(
                "{program} is not there (any more).", "Restart Blender.", Kind.FILE, program=self._blender[0]
            )
        return Inquiry(CAPABILITIES, say("Animatic is ready. It draws on this machine and costs nothing."))

    def close(self) -> None:
        """End every drawing process."""
        with self._lock:
            jobs = list(self._jobs.values())
            self._jobs.clear()
        for job in jobs:
            job.end()

    def _start(self, job_id: str, take: Take) -> _Job:
        with self._lock:
            if job_id not in self._jobs:
                self._jobs[job_id] = _Job(self._blender, self._scratch / job_id, take)
            return self._jobs[job_id]


class _Job:
    """One process that draws, and the folder with everything it writes.

    Its output goes to a file, so nothing has to be read while it runs and nothing can fill up.
    """

    def __init__(self, blender: tuple[str, ...], folder: Path, take: Take) -> None:
        self.clip = folder / "clip.mp4"
        self._folder = folder
        self._output = folder / "output.txt"
        self._read = 0
        self._rest = b""
        self._said: dict[str, Any] = {}
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            request = folder / "request.json"
            request.write_text(json.dumps(_request(take)), "utf-8")
            with self._output.open("wb") as output:
                self._process = subprocess.Popen(
                    [*blender, str(_SCRIPT), "--", str(request), str(self.clip), "tied"],
                    stdin=subprocess.PIPE,  # closed when this worker ends, however it does: then the process ends too
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=folder,
                    env=_environment(folder),
                    creationflags=_NO_WINDOW,
                )
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise ProviderError(
                "Animatic could not start {program}: {error}.",
                "Make room on the disk or restart Blender, then try again.",
                Kind.FILE,
                program=blender[0],
                error=error.strerror or str(error),
            ) from error

    def status(self) -> JobStatus:
        """How it is going, from what the process has said so far."""
        code = self._process.poll()
        self._listen()
        if code is None:
            progress = float(self._said.get("progress", 0.0))
            return JobStatus(state=JobState.RUNNING, progress=progress, text="Drawing", poll_after=_POLL_SECONDS)
        # What is done is done, even if Blender crashed while it quit.
        if self._said.get("done") and self.clip.is_file():
            return JobStatus(state=JobState.SUCCEEDED, progress=1.0)
        problem = _refused(self._said) if "error" in self._said else _ended_early(code)
        log.warning("Animatic failed: %s\n%s", problem, self._tail())
        return JobStatus(state=JobState.FAILED, problem=problem)

    def wait(self) -> None:
        """Until the process has ended by itself."""
        self._process.wait()

    def end(self) -> None:
        """End the process if it still runs, and remove its folder."""
        if self._process.poll() is None:
            self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        if self._process.stdin is not None:
            self._process.stdin.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _listen(self) -> None:
        """Read what has been said since the last time; Blender talks in between, its lines are passed over."""
        with contextlib.suppress(OSError), self._output.open("rb") as output:
            output.seek(self._read)
            said = output.read()
            self._read += len(said)
            *lines, self._rest = (self._rest + said).split(b"\n")
            for line in lines:
                if line.startswith(_MARK):
                    self._said.update(json.loads(line[len(_MARK) :]))

    def _tail(self) -> str:
        with contextlib.suppress(OSError):
            return self._output.read_bytes()[-4000:].decode("utf-8", "replace")
        return ""


def _job_id(take: Take) -> str:
    if take.job_id is None:
        raise ValueError(f"take {take.id} has no job yet")
    return take.job_id


def _image(request: Request, role: Role) -> str | None:
    return next((entry.path for entry in request.inputs if entry.role is role), None)


def _request(take: Take) -> dict[str, Any]:
    """What `render.py` wants to know."""
    request = take.request
    return {
        "prompt": request.prompt,
        "seed": request.seed,
        "take": take.number,
        "duration": request.duration,
        "width": request.width,
        "height": request.height,
        "fps": request.fps,
        "image": _image(request, Role.FIRST_FRAME),
        "last_image": _image(request, Role.LAST_FRAME),
    }


def _environment(folder: Path) -> dict[str, str]:
    """This process's, with a Blender profile that nobody uses (no add-ons, nobody's settings are read or written) and
    with the job's folder for Blender's temporary files, which the bpy module leaves behind.
    """
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    return {**os.environ, **temporary, "BLENDER_USER_RESOURCES": str(folder / "profile")}


def _copy(clip: Path, target: Path, report: Callable[[float], None]) -> None:
    size = max(clip.stat().st_size, 1)
    copied = 0
    with clip.open("rb") as source, target.open("wb") as sink:
        while block := source.read(_COPY_BYTES):
            sink.write(block)
            copied += len(block)
            report(copied / size)


def _refused(said: dict[str, Any]) -> Problem:
    """The problem in the words of `render.py`."""
    return Problem(
        kind=Kind.SERVICE,
        message=said["error"],
        remedy="Change the request or make room on the disk, then try again.",
        values=said.get("values", {}),
    )


def _ended_early(code: int) -> Problem:
    return Problem(
        kind=Kind.SERVICE,
        message="The Blender that drew this take ended before it was done (exit code {code}).",
        remedy="Try again; if it happens again, look into the worker's log.",
        values={"code": code},
    )
