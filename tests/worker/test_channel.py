"""Messages arrive whole and in order, however the system cuts them up."""

from __future__ import annotations

import random
import threading

import pytest

from addon.worker import channel

MESSAGES = [b"", b"{}", b"x" * 70_000, "ü".encode(), b"y" * 3_000_000, b"last"]


@pytest.mark.parametrize(("count", "longest"), [(2, 1), (2, 3), (4, 1000), (6, 100_000), (6, 10_000_000)])
def test_messages_are_put_together_from_pieces_of_any_size(count: int, longest: int) -> None:
    stream = b"".join(map(channel.frame, MESSAGES[:count]))
    cuts, frames, got = random.Random(1), channel.Frames(), []
    while stream:
        size = cuts.randint(1, longest)
        got += frames.feed(stream[:size])
        stream = stream[size:]
    assert got == MESSAGES[:count]


def test_what_one_end_says_the_other_hears_until_it_is_closed() -> None:
    ours, theirs = channel.pair()

    def say() -> None:
        with theirs:
            for message in MESSAGES:
                theirs.sendall(channel.frame(message), channel.SEND_FLAGS)
            theirs.sendall(channel.frame(b"cut off")[:-1], channel.SEND_FLAGS)

    speaker = threading.Thread(target=say)
    speaker.start()
    with ours:
        assert list(channel.read_all(ours)) == MESSAGES
    speaker.join()
