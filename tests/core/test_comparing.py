"""Takes beside each other: what differs in words, where the pictures stand, and which frames are in sync."""

from __future__ import annotations

import math

import pytest

from addon.core import comparing
from addon.core.comparing import Box, Timing, Transform
from addon.core.models import Input, Mode, Role

from .builders import request

FRAME = Box(100, 50, 1380, 770)
SIZE = (1280.0, 720.0)


def table(*requests: object) -> dict[str, list[str]]:
    return {row.name: [str(value) for value in row.values] for row in comparing.differences(requests)}  # type: ignore[arg-type]


# -- What differs ------------------------------------------------------------------------------------------------------


def test_takes_of_one_click_differ_in_their_seed_alone() -> None:
    assert table(request(seed=1), request(seed=2)) == {"Seed": ["1", "2"]}


def test_two_alike_differ_in_nothing() -> None:
    assert table(request(), request()) == {}


def test_one_take_alone_differs_in_nothing() -> None:
    assert table(request()) == {}


def test_every_parameter_is_compared() -> None:
    one = request("A calm sea", options={"steps": 20, "upscale": True})
    other = request(
        "A rough sea", provider="runway", model="gen4", mode=Mode.FIRST_FRAME, duration=8.0, width=640, height=360,
        fps=30.0, seed=2, inputs=(Input(role=Role.FIRST_FRAME, path="/pictures/sea.png"),), options={"steps": 30},
    )  # fmt: skip
    assert table(one, other) == {
        "Prompt": ["A calm sea", "A rough sea"],
        "Provider": ["animatic", "runway"],
        "Model": ["animatic", "gen4"],
        "Mode": ["Text", "First Frame"],
        "Inputs": ["none", "first frame: sea.png"],
        "Duration": ["5 s", "8 s"],
        "Size": ["1280 × 720", "640 × 360"],
        "Frame Rate": ["24 fps", "30 fps"],
        "Seed": ["1", "2"],
        "steps": ["20", "30"],
        "upscale": ["on", "not set"],
    }


def test_what_differs_in_one_of_nine_is_told_of_all() -> None:
    nine = [request(seed=7, duration=5.0 if number else 8.0) for number in range(9)]
    assert table(*nine) == {"Duration": ["8 s", *["5 s"] * 8]}


def test_braces_in_a_prompt_are_a_persons_own() -> None:
    assert table(request("A {mad} sea"), request("A {0} sea"))["Prompt"] == ["A {mad} sea", "A {0} sea"]


def test_of_long_prompts_the_words_are_told_that_differ() -> None:
    one = "In the first light of day a lighthouse stands in a storm, dramatic wide shot, waves high as houses, on film"
    other = one.replace("wide shot", "close-up")
    assert comparing.differing_words([one, other]) == [
        "… storm, dramatic wide shot, waves high …",
        "… storm, dramatic close-up, waves high …",
    ]


def test_words_that_one_prompt_has_more_are_told_where_they_stand() -> None:
    assert comparing.differing_words(["a b c d e f g h", "a b c d X e f g h"]) == ["… c d e f …", "… c d X e f …"]


def test_two_places_that_differ_are_both_told() -> None:
    one = "A red boat " + "word " * 20 + "at dawn"
    other = "A blue boat " + "word " * 20 + "at dusk"
    assert comparing.differing_words([one, other]) == [
        "A red boat word … word at dawn",
        "A blue boat word … word at dusk",
    ]


def test_chinese_and_japanese_prompts_are_compared_by_their_characters() -> None:
    one, other = "嵐の中の灯台、劇的な広角ショット", "嵐の中の灯台、劇的な望遠ショット"
    assert comparing.differing_words([one, other]) == ["… 的な広角ショ …", "… 的な望遠ショ …"]


def test_prompts_that_differ_only_in_their_spaces_are_alike() -> None:
    assert table(request("A  lighthouse\nin a storm"), request("A lighthouse in a storm")) == {}


# -- Where the pictures stand ------------------------------------------------------------------------------------------


def test_the_line_of_a_wipe_parts_the_frame() -> None:
    left, right = comparing.wiped(FRAME, 0.25)
    assert left == Box(100, 50, 420, 770) and right == Box(420, 50, 1380, 770)


@pytest.mark.parametrize(("x", "line"), [(100, 0.0), (420, 0.25), (1380, 1.0), (-500, 0.0), (9999, 1.0)])
def test_the_line_goes_where_it_is_dragged_and_never_out_of_the_frame(x: float, line: float) -> None:
    assert comparing.dragged(FRAME, x) == pytest.approx(line)


def test_the_line_is_got_hold_of_from_beside_it_too() -> None:
    x = comparing.line_at(FRAME, 0.5)
    assert comparing.is_on_line(FRAME, 0.5, x + 8, 400, 8)
    assert not comparing.is_on_line(FRAME, 0.5, x + 9, 400, 8)
    assert not comparing.is_on_line(FRAME, 0.5, x, 800, 8)


@pytest.mark.parametrize("count", range(1, 10))
@pytest.mark.parametrize("region", [Box(0, 0, 1600, 900), Box(0, 0, 300, 900), Box(10, 20, 2000, 200)])
def test_cells_lie_within_the_region_and_not_over_each_other(count: int, region: Box) -> None:
    cells = comparing.cells(region, count, 16 / 9, 6)
    assert len(cells) == count
    for at, cell in enumerate(cells):
        assert cell.width / cell.height == pytest.approx(16 / 9)
        inside = cell.shared(region)
        assert inside.width == pytest.approx(cell.width) and inside.height == pytest.approx(cell.height)
        for other in cells[at + 1 :]:
            both = cell.shared(other)
            assert both.width * both.height == 0


def test_two_cells_stand_side_by_side_where_there_is_room_and_below_each_other_where_not() -> None:
    left, right = comparing.cells(Box(0, 0, 1600, 500), 2, 16 / 9, 0)
    assert left.right <= right.left and left.top == right.top
    upper, lower = comparing.cells(Box(0, 0, 500, 1600), 2, 16 / 9, 0)
    assert lower.top <= upper.bottom and upper.left == lower.left


def test_nine_cells_are_three_rows_of_three_from_the_upper_left() -> None:
    cells = comparing.cells(Box(0, 0, 1600, 900), 9, 16 / 9, 0)
    assert len({round(cell.left) for cell in cells}) == len({round(cell.top) for cell in cells}) == 3
    assert cells[0].top > cells[8].top and cells[0].left < cells[8].left


def test_a_region_without_room_still_has_cells() -> None:
    assert all(cell.width > 0 for cell in comparing.cells(Box(0, 0, 2, 2), 9, 16 / 9, 6))


def test_the_grid_shows_the_nine_among_which_the_chosen_one_is() -> None:
    assert comparing.page(0) == comparing.page(8) == range(9)
    assert comparing.page(9) == range(9, 18)


def points(how: Transform, picture: tuple[float, float] = SIZE, where: Box = FRAME) -> list[tuple[float, float]]:
    return [(each.x, each.y) for each in comparing.corners(how, SIZE, picture, where)]


def near(*wanted: tuple[float, float]) -> object:
    return [pytest.approx(each) for each in wanted]


def test_a_picture_as_large_as_the_frame_fills_it() -> None:
    assert points(Transform()) == near((100, 50), (1380, 50), (1380, 770), (100, 770))


def test_a_scaled_and_moved_picture_stands_where_the_strip_shows_it() -> None:
    how = Transform(offset=(100, -50), scale=(0.5, 0.5))
    assert points(how) == near((520, 180), (1160, 180), (1160, 540), (520, 540))


def test_a_turned_picture_turns_about_its_origin_against_the_clock() -> None:
    how = Transform(rotation=math.pi / 2, origin=(0.0, 0.0))
    assert points(how)[1] == pytest.approx((100, 50 + 1280)) and points(how)[0] == pytest.approx((100, 50))


def test_what_is_cropped_is_left_out_and_the_rest_stays_where_it_is() -> None:
    corners = comparing.corners(Transform(crop=(320, 0, 0, 72)), SIZE, SIZE, FRAME)
    assert (corners[0].x, corners[0].u) == pytest.approx((420, 0.25))
    assert (corners[2].y, corners[2].v) == pytest.approx((698, 0.9))


def test_a_mirrored_picture_is_mirrored_in_the_frame() -> None:
    how = Transform(offset=(100, 0), scale=(0.5, 0.5), flip=(True, False))
    left, right, *_ = comparing.corners(how, SIZE, SIZE, FRAME)
    assert (left.x, right.x) == pytest.approx((960, 320)) and (left.u, right.u) == (0, 1)


def test_a_picture_of_another_size_fills_the_same_part_of_the_frame() -> None:
    small = (640.0, 360.0)
    how = comparing.refitted(Transform(scale=(0.5, 0.5), crop=(0, 0, 0, 72)), SIZE, SIZE, small)
    assert points(how, small) == near((420, 230), (1060, 230), (1060, 554), (420, 554))


# -- In sync -----------------------------------------------------------------------------------------------------------


def test_a_clip_like_the_one_shown_shows_the_frame_that_is_under_the_playhead() -> None:
    timing = Timing(start=10, end=130, fps=24, frames=120)
    assert [comparing.source_frame(timing, at, 24, 120) for at in (10, 11, 129)] == [0, 1, 119]


def test_a_clip_of_another_rate_keeps_its_seconds() -> None:
    timing = Timing(start=10, end=130, fps=24, frames=120)
    assert comparing.source_frame(timing, 10 + 48, 30, 150) == 60


def test_a_clip_that_is_too_short_holds_its_last_frame() -> None:
    assert comparing.source_frame(Timing(start=0, end=120, fps=24, frames=120), 100, 24, 48) == 47


def test_before_its_start_a_clip_holds_its_first_frame() -> None:
    assert comparing.source_frame(Timing(start=10, end=130, fps=24, frames=120), 3, 24, 120) == 0


def test_what_is_trimmed_in_the_file_is_never_seen() -> None:
    timing = Timing(start=0, end=100, fps=24, frames=120, trimmed=(15, 5))
    assert comparing.source_frame(timing, 0, 24, 120) == 15


def test_a_strip_that_plays_backwards_starts_with_the_last_frame() -> None:
    timing = Timing(start=0, end=120, fps=24, frames=120, backwards=True)
    assert [comparing.source_frame(timing, at, 24, 120) for at in (0, 119)] == [119, 0]


def test_a_speed_set_by_hand_holds_frames_and_not_seconds() -> None:
    timing = Timing(start=0, end=60, fps=24, frames=120, by_hand=True)
    assert comparing.source_frame(timing, 30, 30, 150) == 60


@pytest.mark.parametrize("timing", [Timing(0, 0, 24, 10), Timing(0, 10, 0, 10), Timing(0, 10, 24, 0)])
def test_a_strip_without_content_does_no_harm(timing: Timing) -> None:
    assert 0 <= comparing.source_frame(timing, 5, 24, 48) < 48
    assert comparing.source_frame(timing, 5, 24, 0) == 0
