"""What frames are called on a film's clock. tests/storage/test_otio.py asks the library of OpenTimelineIO."""

from __future__ import annotations

import pytest

from addon.core.edit import Rate
from addon.core.timecode import timecode

NTSC, NTSC_60, FILM = Rate(30000, 1001), Rate(60000, 1001), Rate(24000, 1001)


@pytest.mark.parametrize(
    ("frames", "rate", "name"),
    [
        (0, Rate(24), "00:00:00:00"),
        (23, Rate(24), "00:00:00:23"),
        (24, Rate(24), "00:00:01:00"),
        (24 * 3600, Rate(24), "01:00:00:00"),
        (24 * 3600, FILM, "01:00:00:00"),
        (25 * 60 * 61, Rate(25), "01:01:00:00"),
        (119, Rate(120), "00:00:00:119"),
        (30 * 60, Rate(30), "00:01:00:00"),
        (24 * 3600 * 30, Rate(24), "30:00:00:00"),
        (-25, Rate(24), "-00:00:01:01"),
        (3, Rate(1), "00:00:03:00"),
        (2, Rate(1, 2), "00:00:02:00"),
        (13, Rate(25, 2), "00:00:01:01"),
    ],
)
def test_every_frame_is_counted_at_most_rates(frames: int, rate: Rate, name: str) -> None:
    assert timecode(frames, rate) == name


@pytest.mark.parametrize(
    ("frames", "rate", "name"),
    [
        (0, NTSC, "00:00:00;00"),
        (1799, NTSC, "00:00:59;29"),
        (1800, NTSC, "00:01:00;02"),
        (17981, NTSC, "00:09:59;29"),
        (17982, NTSC, "00:10:00;00"),
        (107892, NTSC, "01:00:00;00"),
        (3599, NTSC_60, "00:00:59;59"),
        (3600, NTSC_60, "00:01:00;04"),
        (215784, NTSC_60, "01:00:00;00"),
    ],
)
def test_numbers_are_left_out_at_29_97_and_59_94_so_that_the_clock_keeps_time(frames, rate, name) -> None:
    assert timecode(frames, rate) == name


@pytest.mark.parametrize("rate", [NTSC, NTSC_60])
def test_the_clock_of_a_drop_frame_rate_is_never_more_than_a_tenth_of_a_second_off_in_a_day(rate: Rate) -> None:
    for frames in range(0, round(rate.fps * 86400), 9973):
        hours, minutes, rest = timecode(frames, rate).split(":")
        seconds, frame = rest.split(";")
        shown = int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(frame) / round(rate.fps)
        assert abs(shown - rate.seconds(frames)) < 0.1 + 4 / 29.97


def test_every_frame_of_an_hour_has_a_name_of_its_own_in_order() -> None:
    names = [timecode(frame, NTSC) for frame in range(107892)]
    assert names == sorted(set(names))
