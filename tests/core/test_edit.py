"""The edit as plain data."""

from __future__ import annotations

import struct

import pytest

from addon.core.edit import Channel, Edit, Kind, Rate, Source, Strip, places, rate, source_span, speed, uses


def strip(name: str = "Strip", start: int = 1, end: int = 25, channel: int = 1, **changes) -> Strip:
    return Strip(**{"name": name, "kind": Kind.MOVIE, "channel": channel, "start": start, "end": end, **changes})


def edit(*strips: Strip, start: int = 1, end: int = 101, **changes) -> Edit:
    return Edit(**{"scene": "Scene", "rate": Rate(24), "start": start, "end": end, "strips": strips, **changes})


def single(value: float) -> float:
    """As Blender keeps it."""
    return struct.unpack("f", struct.pack("f", value))[0]


@pytest.mark.parametrize(
    ("fps", "base", "exact"),
    [
        (24, 1.0, Rate(24)),
        (24, single(1.001), Rate(24000, 1001)),
        (30, single(1.001), Rate(30000, 1001)),
        (60, single(1.001), Rate(60000, 1001)),
        (25, 1.0, Rate(25)),
        (2997, 100.0, Rate(30000, 1001)),
        (23.976, 1.0, Rate(24000, 1001)),
        (25, 2.0, Rate(25, 2)),
        (1, 10.0, Rate(1, 10)),
        (24, single(0.999), Rate(8000, 333)),
    ],
)
def test_a_rate_is_the_fraction_that_blenders_two_numbers_mean(fps: float, base: float, exact: Rate) -> None:
    assert rate(fps, base) == exact
    assert rate(fps, base).fps == pytest.approx(fps / base, rel=1e-5)


@pytest.mark.parametrize(("fps", "base"), [(0, 1), (24, 0), (-24, 1), (float("nan"), 1), (float("inf"), 1)])
def test_what_is_no_rate_is_refused(fps: float, base: float) -> None:
    with pytest.raises(ValueError, match="no frame rate"):
        rate(fps, base)


def test_a_strip_that_plays_evenly_shows_the_span_that_its_offset_and_speed_tell() -> None:
    span = source_span(Rate(24), 12, 48, 2.0)
    assert span == (1.0, 5.0)
    assert speed(strip(start=1, end=49, source_in=span[0], source_out=span[1]), Rate(24)) == 2.0
    assert speed(strip(start=1, end=49, source_in=1.0, source_out=5.0, backwards=True), Rate(24)) == -2.0
    assert speed(strip(source_in=3.0), Rate(24)) == 1.0
    assert speed(strip(start=5, end=5), Rate(24)) == 1.0


def test_a_strip_is_shown_in_the_frames_that_are_rendered() -> None:
    found = list(places(edit(strip("a", -10, 10), strip("b", 90, 200), strip("c", -10, 1), strip("d", 101, 110))))
    assert [(place.start, place.end, place.shown) for place in found] == [
        (1, 10, True),
        (90, 101, True),
        (-10, 1, False),
        (101, 110, False),
    ]


def test_a_strip_inside_another_is_shown_as_far_as_that_is() -> None:
    deep = strip("deep", 0, 100)
    inner = strip("inner", 20, 60, kind=Kind.META, strips=(deep,), channels=(Channel(2, muted=True),))
    for outer, shown in (
        (strip("outer", 10, 40, kind=Kind.META, strips=(inner,)), True),
        (strip("outer", 10, 40, kind=Kind.META, strips=(inner,), muted=True), False),
        (strip("outer", 10, 40, kind=Kind.META, strips=(inner,), channels=(Channel(1, muted=True),)), False),
        (strip("outer", 10, 40, kind=Kind.META, strips=(inner._replace(muted=True),)), False),
    ):
        found = {place.strip.name: place for place in places(edit(outer))}
        assert found["deep"].shown is shown
        assert not shown or (found["deep"].start, found["deep"].end) == (20, 40)


def test_a_muted_channel_mutes_its_strips_only() -> None:
    found = places(edit(strip("a", channel=1), strip("b", channel=2), channels=(Channel(2, "Sound", muted=True),)))
    assert [place.shown for place in found] == [True, False]


def test_where_takes_are_used_is_told_by_scene_and_time() -> None:
    meta = strip("m", 50, 60, kind=Kind.META, strips=(strip("inner", 50, 60, take_id="one", slot="s"),))
    first = edit(strip("late", 30, 40, take_id="one"), strip("early", 5, 9, take_id="one", muted=True), meta)
    second = edit(strip("else", take_id="two", source=Source("/clip.mp4")), strip("none"), scene="A Scene")
    found = uses([first, second])
    assert {take: [use.strip for use in each] for take, each in found.items()} == {
        "one": ["early", "late", "inner"],
        "two": ["else"],
    }
    assert [use.shown for use in found["one"]] == [False, True, True]
    assert found["one"][2].slot == "s"
    assert found["two"][0].scene == "A Scene"


def test_an_edit_without_strips_uses_nothing() -> None:
    assert uses([edit()]) == {}
