"""Which file of a finished job is the clip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

_VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi"})


class Output(NamedTuple):
    """A file at the server, as `GET /view` wants it. `type` is "output", "temp" or "input"."""

    filename: str
    subfolder: str
    type: str

    @property
    def query(self) -> dict[str, str]:
        """What `GET /view` is asked."""
        return self._asdict()


def clip(outputs: Any, wanted: frozenset[str] = frozenset()) -> Output | None:
    """The video among a job's `outputs`, which are by node and then by names that differ; None if there is none.

    Those of the nodes `wanted` go first, then what was saved to stay, then the last one.
    """
    best: Output | None = None
    best_rank = (-1, -1)
    for node, found in outputs.items() if isinstance(outputs, dict) else ():
        for each in _files(found, 4):
            output = _output(each)
            if output is None:
                continue
            rank = (int(node in wanted), int(output.type == "output"))
            if rank >= best_rank:
                best, best_rank = output, rank
    return best


def files(outputs: Any) -> list[str]:
    """The names of all files among a job's `outputs`."""
    return [str(each["filename"]) for each in _files(outputs, 5)]


def _files(found: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(found, dict):
        if isinstance(found.get("filename"), str) and found["filename"]:
            yield found
        elif depth:
            for each in found.values():
                yield from _files(each, depth - 1)
    elif isinstance(found, list) and depth:
        for each in found:
            yield from _files(each, depth - 1)


def _output(found: Mapping[str, Any]) -> Output | None:
    """The file, if it is a video. What `VHS_VideoCombine` made says so in `format`."""
    name, kind = found["filename"], found.get("format")
    is_video = PurePosixPath(name).suffix.lower() in _VIDEOS
    if not is_video and not (isinstance(kind, str) and kind.startswith("video/")):
        return None
    subfolder, place = found.get("subfolder"), found.get("type")
    return Output(
        name, subfolder if isinstance(subfolder, str) else "", place if isinstance(place, str) and place else "output"
    )
