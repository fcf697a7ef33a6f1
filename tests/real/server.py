"""A real SGLang server of the test's own, as scripts/get_sglang.py set it up: started, asked, ended."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

import get_sglang

PROGRAM = "sglang.multimodal_gen.runtime.entrypoints.cli.main"
READY_SECONDS = 300  # it takes 25 s where nothing else runs
END_SECONDS = 20
ANSWER_SECONDS = 60

PRCTL = ctypes.CDLL(None).prctl  # looked up here: the process to come must not
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Server:
    """An SGLang server on a free port of this machine. All that it writes lies in `folder`."""

    def __init__(self, place: Path, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}/v1"
        self.seconds_to_start = 0.0
        home = folder / "home"
        home.mkdir(parents=True)
        command = [str(get_sglang.python_of(place)), "-m", PROGRAM, "serve"]
        command += ["--model-path", str(get_sglang.model_of(place)), "--backend", "diffusers", "--num-gpus", "1"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--output-path", str(folder / "out")]
        with (folder / "log").open("wb") as log:
            # A group of its own: it starts processes too, and all of them are to end.
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment(home),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    def until_ready(self) -> None:
        """Wait until it answers, at most `READY_SECONDS`."""
        began = time.monotonic()
        while not self.is_ready():
            assert self.process.poll() is None, f"the server ended by itself:\n{self.last_words()}"
            assert time.monotonic() - began < READY_SECONDS, f"the server is not ready:\n{self.last_words()}"
            time.sleep(0.5)
        self.seconds_to_start = time.monotonic() - began

    def is_ready(self) -> bool:
        """Whether it answers that it is well."""
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/health", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def jobs(self) -> dict[str, dict[str, Any]]:
        """The jobs that it has, by id: all that were asked for and not deleted."""
        answer = requests.get(f"{self.address}/videos", params={"limit": "100"}, timeout=ANSWER_SECONDS)
        answer.raise_for_status()
        assert not answer.json()["has_more"]
        return {job["id"]: job for job in answer.json()["data"]}

    def asked(self, method: str, path: str) -> int:
        """How many requests it has noted with this method and a path that begins so."""
        noted = COLOUR.sub("", (self.folder / "log").read_text(encoding="utf-8", errors="replace"))
        return noted.count(f'"{method} {path}')

    def last_words(self) -> str:
        """The end of what it printed."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def end(self) -> None:
        """End it with every process that it started."""
        for sent in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, sent)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(END_SECONDS)


@contextlib.contextmanager
def running(place: Path, folder: Path) -> Iterator[Server]:
    """A server that is ready; ended at the end, whatever comes."""
    server = Server(place, folder)
    try:
        server.until_ready()
        yield server
    finally:
        server.end()


def end_with_parent() -> None:
    """Have this process ended when the one that started it is gone, however that ended (Linux). It ends its own."""
    PRCTL(1, signal.SIGTERM)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def environment(home: Path) -> dict[str, str]:
    """What it needs of the environment: the CPU, nothing from the network, and its caches in the test's folder."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
    kept |= {"HOME": str(home), "TORCHINDUCTOR_CACHE_DIR": str(home / "inductor")}
    return kept | {"CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"}
