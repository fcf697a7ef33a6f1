"""A two-way channel of byte messages between two processes, over a socket pair; the same on Windows, macOS and Linux.

A socket, not a pipe, because Blender's end must never block, whatever the other process does, and only sockets offer
that everywhere. Each message goes as its length (4 bytes, big-endian) and its bytes.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
from collections.abc import Iterator

_LENGTH = struct.Struct("!I")
_READ = 1 << 16
_BUFFER = 1 << 20  # bytes asked for; systems give less (Linux 208 kB), but macOS by itself only 8 kB
_DARWIN_SO_NOSIGPIPE = 0x1022
SEND_FLAGS = getattr(socket, "MSG_NOSIGNAL", 0)
"""For every `send`: Blender does not ignore SIGPIPE for us, and a worker that is gone must not take it along."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Both ends of a new channel, neither inherited by child processes."""
    ends = socket.socketpair()
    for end in ends:
        prepare(end)
    return ends


def prepare(end: socket.socket) -> None:
    """Have messages go without delay and without signals, and most of them fit into the socket while nobody reads."""
    for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        with contextlib.suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, buffer, _BUFFER)
    if sys.platform == "darwin":
        end.setsockopt(socket.SOL_SOCKET, _DARWIN_SO_NOSIGPIPE, 1)
    if end.family == socket.AF_INET:  # Windows makes its socket pairs of TCP on the loopback device
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def frame(message: bytes) -> bytes:
    """A message as it goes over the channel."""
    return _LENGTH.pack(len(message)) + message


class Frames:
    """Puts messages together from the pieces in which they arrive."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take in what arrived and yield every message that is whole now."""
        self._pending += piece
        while len(self._pending) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._pending)[0]
            if len(self._pending) < end:
                return
            message = bytes(self._pending[_LENGTH.size : end])
            del self._pending[:end]
            yield message


def read_all(end: socket.socket) -> Iterator[bytes]:
    """Yield messages as they arrive, blocking, until the other end is closed or its process is gone."""
    frames = Frames()
    while True:
        try:
            piece = end.recv(_READ)
        except ConnectionError:
            return
        if not piece:
            return
        yield from frames.feed(piece)
