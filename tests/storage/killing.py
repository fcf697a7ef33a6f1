"""Processes killed at a chosen step: just before the file operation of that number, or at a certain byte of a write."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from itertools import count

import pytest

if sys.platform != "win32":
    import resource

needs_fork = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork; there is a test with a process")

_STEPS = frozenset({"open", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "fcntl.flock"})
_MOST = 2_000


def every_step(prepare: Callable[[int], Callable[[], object]]) -> Iterator[int]:
    """Run the work that `prepare` gives for step 0, 1, 2… in a process killed at that step, until one is not killed."""
    for step in count():
        assert step < _MOST
        killed = _is_killed(_to_be_killed(step, prepare(step)))
        yield step
        if not killed:
            return


def killed_writing(size: int, work: Callable[[], object]) -> bool:
    """Whether `work` was killed because it wrote a file larger than `size` bytes, which then has just that size."""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        work()

    return _is_killed(limited)


def _is_killed(work: Callable[[], object]) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of other tests' libraries; the child needs none
        child = os.fork()
    if not child:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def _to_be_killed(step: int, work: Callable[[], object]) -> Callable[[], object]:
    left = [step]

    def count_down(event: str, arguments: tuple[object, ...]) -> None:
        if event in _STEPS:
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

    def counted() -> None:
        sys.addaudithook(count_down)
        work()

    return counted
