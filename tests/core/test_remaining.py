"""How long a take will still run."""

from __future__ import annotations

import pytest

from addon.core.remaining import Pace, heard, seconds_left, words


def told(*reports: tuple[float, float], stage: str = "Drawing") -> Pace | None:
    """The pace after these (time, fraction)."""
    pace = None
    for now, fraction in reports:
        pace = heard(pace, stage, fraction, now)
    return pace


def test_what_is_left_goes_on_at_the_pace_so_far():
    assert seconds_left(told((100, 0.0), (110, 0.5)), 110) == pytest.approx(10)
    assert seconds_left(told((100, 0.2), (104, 0.3), (108, 0.4)), 108) == pytest.approx(24)


def test_time_since_the_last_report_counts():
    assert seconds_left(told((100, 0.0), (110, 0.5)), 113) == pytest.approx(7)


@pytest.mark.parametrize(
    "reports", [(), ((100, 0.4),), ((100, 0.0), (101, 0.5)), ((100, 0.0), (160, 0.01)), ((100, 0.0), (110, 1.0))]
)
def test_there_is_no_estimate_before_it_means_anything(reports):
    now = reports[-1][0] if reports else 0
    assert seconds_left(told(*reports), now) is None


def test_a_provider_that_cannot_tell_how_far_it_is_gets_no_estimate():
    assert heard(told((100, 0.0), (110, 0.5)), "Drawing", None, 111) is None
    assert seconds_left(None, 111) is None


def test_a_new_stage_begins_anew():
    pace = told((100, 0.0), (110, 0.9))
    assert seconds_left(heard(pace, "Downloading", 0.95, 111), 111) is None


def test_a_run_that_begins_again_begins_anew():
    assert seconds_left(heard(told((100, 0.0), (110, 0.9)), "Drawing", 0.1, 111), 111) is None


def test_a_run_that_is_silent_for_long_gets_no_estimate():
    assert seconds_left(told((100, 0.0), (110, 0.5)), 120) is None


def test_the_same_report_again_says_nothing_new():
    pace = told((100, 0.0), (110, 0.5))
    assert heard(pace, "Drawing", 0.5, 112) is pace


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "about 1 s left"),
        (7.4, "about 7 s left"),
        (13.0, "about 15 s left"),
        (89.0, "about 90 s left"),
        (100.0, "about 2 min left"),
        (3600.0, "about 60 min left"),
        (8000.0, "about 2 h left"),
    ],
)
def test_it_is_told_no_more_exactly_than_it_can_be(seconds, text):
    assert str(words(seconds)) == text


def test_nothing_is_told_where_nothing_is_known():
    assert words(None) is None
