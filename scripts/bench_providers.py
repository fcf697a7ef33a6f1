"""What the way to a service costs, beside bare `requests` and curl: takes side by side, a large clip, the last step.

The service is a process of its own on this machine. Prints rows for scripts/bench.py; run by itself it prints a table.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from statistics import median

import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from addon.providers import http
from addon.worker.messages import Ended, FromWorker
from addon.worker.pace import Pace
from tests.providers.clients import Studio
from tests.providers.plain import KEY, Plain
from tests.worker.clips import mp4

TAKES = 32
JOB_SECONDS = 3.1  # no multiple of the next: else chance decides on one poll more or less
POLL_SECONDS = 0.25
QUESTIONS = 400
GIGABYTE = 1 << 30
_ROUNDS = 3
_LARGE_ROUNDS = 5
_CLIP = mp4(1, 2_000_000)
_JOBS: dict[str, float] = {}
_NUMBERS = count(1)

Row = dict[str, object]


class _Handler(BaseHTTPRequestHandler):
    """The service of tests/providers/plain.py: every job takes as long as another. `/large` is a gigabyte."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """A job."""
        self.rfile.read(int(self.headers["Content-Length"]))
        name = f"job-{next(_NUMBERS)}"
        _JOBS[name] = time.monotonic() + JOB_SECONDS
        self._json({"id": name})

    def do_GET(self) -> None:
        """How it is, its clip, when it was done."""
        _, kind, *rest = self.path.split("/")
        if kind == "jobs":
            done = time.monotonic() >= _JOBS.get(rest[0], 0.0)
            state = "succeeded" if done else "running"
            self._json({"id": rest[0], "state": state, "progress": 0.5, "clip": f"/clips/{rest[0]}"})
        elif kind == "clips":
            self._head(len(_CLIP), "video/mp4")
            self.wfile.write(_CLIP)
        elif kind == "done":
            self._json(_JOBS)
        else:
            self._head(GIGABYTE, "video/mp4")
            piece = bytes(1 << 20)
            for _ in range(GIGABYTE // len(piece)):
                self.wfile.write(piece)

    def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self._head(len(body), "application/json")
        self.wfile.write(body)

    def _head(self, length: int, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


def serve() -> None:
    """Be the service until standard input is closed."""
    server = _Server(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


@contextmanager
def service() -> Iterator[str]:
    """The address of one."""
    process = subprocess.Popen(
        [sys.executable, __file__, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        process.wait(10)


def rows(folder: Path) -> list[Row]:
    """Measure in `folder`, which has room for two gigabytes."""
    with service() as base:
        large = _large(base, folder)  # first, while this process has held little memory yet
        return [*_side_by_side(base, folder), *_questions(base), *large]


def _side_by_side(base: str, folder: Path) -> list[Row]:
    ours, bare, late = [], [], []
    for number in range(_ROUNDS):
        seconds, lateness = _takes(base, folder / f"takes-{number}")
        ours.append(seconds)
        late.append(lateness)
        bare.append(_seconds(lambda: _bare_takes(base, folder)))
    return [
        _row(f"{TAKES} takes at once, click to adopted, / bare requests", median(ours) / median(bare), "×", 1.2),
        _row("from done to adopted, worst of them, beyond a poll interval", median(late) - POLL_SECONDS, "s", 0.5),
    ]


def _takes(base: str, folder: Path) -> tuple[float, float]:
    """How long takes need side by side, and how long after the service was done the latest of them was adopted."""
    start = time.perf_counter()
    studio = Studio(folder, Plain(_access(base), POLL_SECONDS), Pace())
    adopted: dict[str, float] = {}

    def note(message: FromWorker) -> None:
        if isinstance(message, Ended):
            adopted[message.take_id] = time.monotonic()

    studio.listen(note)
    takes = studio.until_at_rest(*studio.generate(TAKES))
    seconds = time.perf_counter() - start
    done = requests.get(f"{base}/done", timeout=10).json()
    if len(studio.assets) != TAKES:
        raise SystemExit("not every take became an asset")
    return seconds, max(adopted[take.id] - done[take.job_id] for take in takes)


def _bare_takes(base: str, folder: Path) -> None:
    def one(number: int) -> None:
        with requests.Session() as session:
            session.trust_env = False
            name = session.post(f"{base}/jobs", json={"prompt": "A lighthouse in a storm"}, timeout=60).json()["id"]
            while (job := session.get(f"{base}/jobs/{name}", timeout=60).json())["state"] != "succeeded":
                time.sleep(POLL_SECONDS)
            clip = session.get(base + job["clip"], stream=True, timeout=60)
            with clip, (folder / f"bare-{number}").open("wb") as file:
                for piece in clip.iter_content(1 << 18):
                    file.write(piece)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(TAKES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _questions(base: str) -> list[Row]:
    """One question after the other, without any waiting: what checking and watching cost by themselves."""
    ours, bare = [], []
    client = http.Service("Plain", _access(base), lambda key: {"Authorization": f"Bearer {key}"})
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(_ROUNDS):
            ours.append(_seconds(lambda: [client.ask("/jobs/1").body for _ in range(QUESTIONS)]))
            bare.append(_seconds(lambda: [session.get(f"{base}/jobs/1", timeout=60).json() for _ in range(QUESTIONS)]))
    return [_row("one question without waiting / bare requests", min(ours) / min(bare), "×", None)]


def _large(base: str, folder: Path) -> list[Row]:
    """Ours and curl's in turn, each into a new file, so that the drive's debts are shared."""
    target = folder / "large"
    client = http.Service("Plain", _access(base), lambda key: {"Authorization": f"Bearer {key}"})
    curl = shutil.which("curl")
    command = [curl or "", "--silent", "--fail", "--noproxy", "*", "--output", str(target), f"{base}/large"]
    ours, other, held = [], [], []
    for _ in range(_LARGE_ROUNDS):
        before, told = _memory(), [0.0]
        ours.append(_whole(target, partial(client.fetch, "/large", target, partial(_note_memory, told))))
        held.append(max(told) - before)
        if curl:
            other.append(_whole(target, lambda: subprocess.run(command, check=True)))
    found = [
        _row("most memory held more while 1 GB arrives", max(held), "MB", 16),
        _row("1 GB", median(ours), "s", None),
    ]
    if not curl:
        return found
    rate = _row("rate of 1 GB / curl's (at least)", median(other) / median(ours), "×", 0.8)
    return [rate, *found, _row("1 GB with curl", median(other), "s", None)]


def _whole(target: Path, fetch: Callable[[], object]) -> float:
    """How long it takes to have a gigabyte in a new file at `target`, which is removed again."""
    seconds = _seconds(fetch)
    if target.stat().st_size != GIGABYTE:
        raise SystemExit("not all of the gigabyte came")
    target.unlink()
    return seconds


def _access(base: str) -> http.Access:
    return http.Access(lambda: http.Account(base, KEY), lambda: True)


def _memory() -> float:
    """What this process holds now, in megabytes; where the system does not tell, the most it has held so far."""
    now = Path("/proc/self/statm")
    if now.exists():
        return int(now.read_text().split()[1]) * resource.getpagesize() / (1 << 20)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _note_memory(told: list[float], _fraction: float) -> None:
    told.append(_memory())


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _row(name: str, value: float, unit: str, bar: float | None) -> Row:
    return {"name": name, "value": value, "unit": unit, "bar": bar}


def main() -> None:
    """Print what was measured, for scripts/bench.py."""
    if sys.argv[1:] == ["serve"]:
        serve()
        return
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        print("BENCH " + json.dumps(rows(Path(folder))))


if __name__ == "__main__":
    main()
